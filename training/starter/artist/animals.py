"""A whole animal in a pose: tail, far limbs, body, near limbs and head, in that order."""

import math
from dataclasses import dataclass

import skia

from storybook.world import Coat
from training.starter.artist.brush import Brush
from training.starter.artist.builds import BUILDS, Build
from training.starter.artist.coats import Dress, dress
from training.starter.artist.colour import Colour, darker
from training.starter.artist.faces import Face, draw_head
from training.starter.artist.poses import Limb, Pose
from training.starter.artist.shapes import Point, blob, body, curve, limb, oval

Circle = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Animal:
    """Who is drawn, what it does and how it feels."""

    species: str
    coat: Coat
    pose: Pose
    mood: str
    action: str


def draw_animal(brush: Brush, animal: Animal) -> None:
    """Draw around the canvas's origin, which is the ground below the animal's middle."""
    build, pose = BUILDS[animal.species], animal.pose
    colours = dress(animal.coat, animal.species)
    with skia.AutoCanvasRestore(brush.canvas):
        brush.canvas.translate(0, -pose.lift)
        if not pose.asleep:
            _tail(brush, build, colours, pose)
        for part in pose.far:
            _limb(brush, build, colours, part, colours.base if pose.upright else colours.far)
        _torso(brush, build, colours, pose)
        if pose.asleep:
            _tail(brush, build, colours, pose)
        brush.canvas.translate(*pose.head)
        brush.canvas.rotate(pose.tilt)
        face = Face(
            pose.gaze,
            animal.mood,
            pose.asleep,
            laughs=animal.action in ("cheering", "jumping", "running"),
            looks_up=animal.action == "looking up",
        )
        draw_head(brush, build, colours, face)


def draw_arms(brush: Brush, animal: Animal) -> None:
    """Draw the arms that reach for a held thing."""
    build, colours = BUILDS[animal.species], dress(animal.coat, animal.species)
    for part in animal.pose.near:
        _limb(brush, build, colours, part, colours.base)


def draw_paws(brush: Brush, animal: Animal) -> None:
    """Draw the paws again, over the thing that they hold."""
    build, colours = BUILDS[animal.species], dress(animal.coat, animal.species)
    for part in animal.pose.near:
        brush.figure([(_pad(build, part), colours.paw)], colours.outline)


def _grown(circle: Circle, mass: float) -> Circle:
    x, y, radius = circle
    return x, y + (1 - mass) * radius * 0.3, radius * mass


def _limb(brush: Brush, build: Build, colours: Dress, part: Limb, colour: Colour) -> None:
    path, pad = _leg(build, part), _pad(build, part)
    is_pale = colours.pattern == "chest"
    brush.figure([(path, colour), (pad, colours.paw if is_pale else colour)], colours.outline)
    colours.mark_limb(brush, part.knee, part.paw, build.paw * 0.8)


def _leg(build: Build, part: Limb) -> skia.Path:
    return limb(part.root, part.knee, part.paw, build.paw * part.thick, build.paw * 0.9)


def _pad(build: Build, part: Limb) -> skia.Path:
    return oval(part.paw[0] + 1.2, part.paw[1], build.paw * 1.12, build.paw * 0.92)


def _root(build: Build, part: Limb) -> skia.Path:
    """Where a limb grows out of the body and shows no edge: around its root, away from the knee."""
    (x, y), (knee_x, knee_y) = part.root, part.knee
    half = build.paw * part.thick
    away = 0.55 * half / (math.hypot(knee_x - x, knee_y - y) or 1.0)
    return oval(x - (knee_x - x) * away, y - (knee_y - y) * away, half * 1.15, half * 1.15)


def _torso(brush: Brush, build: Build, colours: Dress, pose: Pose) -> None:
    """Body and near limbs in one outline; a limb's own edge fades out towards its root."""
    hip, chest = _grown(pose.hip, build.mass), _grown(pose.chest, build.mass)
    shape = body(hip, chest, 0.04 if pose.upright else 0.12)
    near = () if pose.arms_over else pose.near
    legs = [(part, _leg(build, part), _pad(build, part)) for part in near]
    brush.contour([shape, *(path for _, *paths in legs for path in paths)], colours.outline)
    whole = shape.getBounds()
    brush.lay(shape, colours.base, whole)
    with brush.inside(shape):
        _marks(brush, colours, pose, hip, chest)
    soft = 0.45 if brush.style == "gouache" else 0.9
    for part, leg, pad in legs:
        with brush.inside(_root(build, part), out=True):
            brush.line(leg, colours.outline, 1.2, soft)
        brush.line(pad, colours.outline, 1.2, soft)
        brush.lay(leg, colours.base, whole)
        brush.lay(pad, colours.paw, whole)
        colours.mark_limb(brush, part.knee, part.paw, build.paw * 0.8)
    if not pose.upright and not pose.asleep:
        x, y, radius = chest
        with brush.inside(shape):
            bib = oval(x + radius * 0.55, y - radius * 0.05, radius * 0.62, radius * 0.92)
            brush.flat(bib, colours.belly)


def _marks(brush: Brush, colours: Dress, pose: Pose, hip: Circle, chest: Circle) -> None:
    if pose.upright:
        x, y, radius = hip
        belly = oval(x, (y + chest[1]) / 2 + 2, radius * 0.66, radius * 1.02)
        brush.flat(belly, colours.belly)
        if colours.pattern == "striped":
            with brush.inside(belly, out=True):
                for rise in (-8, 2, 12):
                    line = curve((x - 20, y - rise - 9), (x, y - rise - 6), (x + 20, y - rise - 9))
                    brush.line(line, colours.mark, 1.7)
        elif colours.pattern == "spotted":
            for dx, dy, size in ((-13, -16, 4.2), (13, -8, 4.6), (-12, 4, 3.6), (11, -26, 3.4)):
                brush.flat(oval(x + dx, y + dy, size, size), colours.mark)
        return
    colours.mark_body(brush, hip, chest)
    below = max(hip[1] + hip[2], chest[1] + chest[2])
    shade = oval((hip[0] + chest[0]) / 2, below + 3, 40, 8)
    brush.flat(shade, darker(colours.base, 0.5), 0.22)


def _tail(brush: Brush, build: Build, colours: Dress, pose: Pose) -> None:
    root, middle, tip = pose.tail
    if build.tail == "puff":
        x, y = root
        puff = _puff(x - 2, y - 1, 9.5)
        brush.figure([(puff, colours.pale)], colours.outline)
    elif build.tail == "stub":
        brush.figure([(oval(root[0] - 3, root[1] - 2, 7, 6), colours.base)], colours.outline)
    elif build.tail == "bushy":
        _brush_tail(brush, colours, root, middle, tip)
    else:
        thick, thin = {"long": (4.6, 3.8), "up": (6.0, 3.0), "thin": (2.4, 1.5)}[build.tail]
        if build.tail == "up":
            middle, tip = _short(root, middle, 0.75), _short(root, tip, 0.8)
        colour = Colour(222, 158, 150) if build.tail == "thin" else colours.base
        path = limb(root, middle, tip, thick, thin)
        brush.figure([(path, colour)], colours.outline)
        if colours.pattern == "chest" and build.tail != "thin":
            brush.flat(oval(*tip, thin * 1.3, thin * 1.3), colours.mark)
        if colours.pattern == "striped" and build.tail == "long":
            for share in (0.35, 0.6, 0.85):
                brush.line(_ring(root, middle, tip, share, 4.0), colours.mark, 1.5)


def _brush_tail(brush: Brush, colours: Dress, root: Point, middle: Point, tip: Point) -> None:
    """A fox's tail: thin at the root, full in the middle, pale at the tip."""
    left, right = [], []
    for t, half in ((0.0, 4.0), (0.35, 8.5), (0.7, 11.0), (0.95, 6.5)):
        x, y = _along(root, middle, tip, t)
        nx, ny = _normal(root, middle, tip, t)
        left.append((x + nx * half, y + ny * half))
        right.append((x - nx * half, y - ny * half))
    nx, ny = _normal(root, middle, tip, 1.0)
    end = (tip[0] - ny * -8, tip[1] + nx * -8)
    path = blob([*left, end, *reversed(right)])
    brush.figure([(path, colours.base)], colours.outline)
    with brush.inside(path):
        brush.flat(oval(*end, 15, 15), colours.pale)


def _short(root: Point, point: Point, share: float) -> Point:
    return root[0] + (point[0] - root[0]) * share, root[1] + (point[1] - root[1]) * share


def _along(root: Point, middle: Point, tip: Point, t: float) -> Point:
    first, second, third = (1 - t) ** 2, 2 * t * (1 - t), t * t
    return (
        first * root[0] + second * middle[0] + third * tip[0],
        first * root[1] + second * middle[1] + third * tip[1],
    )


def _normal(root: Point, middle: Point, tip: Point, t: float) -> Point:
    dx = (1 - t) * (middle[0] - root[0]) + t * (tip[0] - middle[0])
    dy = (1 - t) * (middle[1] - root[1]) + t * (tip[1] - middle[1])
    size = math.hypot(dx, dy) or 1.0
    return -dy / size, dx / size


def _ring(root: Point, middle: Point, tip: Point, share: float, half: float) -> skia.Path:
    x, y = _along(root, middle, tip, share)
    nx, ny = _normal(root, middle, tip, share)
    return curve((x - nx * half, y - ny * half), (x + nx * half, y + ny * half))


def _puff(x: float, y: float, radius: float) -> skia.Path:
    points = []
    for i in range(10):
        reach = radius * (1.0 if i % 2 else 0.86)
        points.append(
            (x + reach * math.cos(i * math.pi / 5), y + reach * math.sin(i * math.pi / 5))
        )
    return blob(points)
