"""A whole animal in a pose: tail, far limbs, body, near limbs and head, in that order."""

import math
from dataclasses import dataclass, replace

import skia

from storybook.world import Coat
from training.starter.artist.brush import Brush, head_of
from training.starter.artist.builds import BUILDS, Build
from training.starter.artist.coats import Dress, dress
from training.starter.artist.colour import Colour, darker, lighter, rgb
from training.starter.artist.faces import Face, draw_head
from training.starter.artist.poses import Limb, Pose
from training.starter.artist.shapes import Point, blob, body, curve, limb, oval

Circle = tuple[float, float, float]
BOWL, FOOD = Colour(58, 122, 196), Colour(222, 84, 72)

_LOOKS = {"looking up": (0.1, -0.32), "chasing": (0.3, -0.26), "eating": (0.14, 0.26)}
"""Where pupils turn, in sizes of an eye; otherwise a little ahead."""
_SWEEPS = {"running": 0.42, "chasing": 0.42, "jumping": 0.3, "sleeping": 0.12}
"""How far ears lie back."""


@dataclass(frozen=True, slots=True)
class Animal:
    """Who is drawn, what it does and how it feels."""

    species: str
    coat: Coat
    pose: Pose
    mood: str
    action: str


def draw_animal(brush: Brush, animal: Animal) -> None:
    """Draw around the canvas's origin, which is the ground below the animal's middle.

    One that eats has its bowl before it; one that holds still lacks its arms: `draw_arms`.
    """
    build, pose = BUILDS[animal.species], animal.pose
    colours = dress(animal.coat, animal.species)
    with brush.part(animal.species), skia.AutoCanvasRestore(brush.canvas):
        brush.canvas.translate(0, -pose.lift)
        brush.canvas.scale(build.size, build.size)
        if not pose.asleep:
            _tail(brush, build, colours, pose)
        for part in pose.far:
            _limb(brush, build, colours, part, colours.base if pose.upright else colours.far)
        _torso(brush, build, colours, pose)
        if animal.coat.scarf:
            _scarf(brush, pose, rgb(animal.coat.scarf))
        if pose.bowl is not None:
            _bowl(brush, pose.bowl)
        with brush.part(head_of(animal.species)), skia.AutoCanvasRestore(brush.canvas):
            brush.canvas.translate(*pose.head)
            brush.canvas.rotate(pose.tilt)
            draw_head(brush, build, colours, _face(animal))
        if pose.asleep:
            _tail(brush, build, colours, pose)
        for part in pose.over:
            _limb(brush, build, colours, part, colours.base)
            # Cut paper has no outlines, and a paw has the face's colour.
            brush.line(_pad(build, part), colours.outline, 1.2, _seam(brush))


def draw_arms(brush: Brush, animal: Animal) -> None:
    """Draw the arms that reach for a held thing."""
    build, colours = BUILDS[animal.species], dress(animal.coat, animal.species)
    with brush.part(animal.species):
        for part in animal.pose.near:
            # Shoulders follow the size of the species, paws are where the thing is.
            (x, y), size = part.root, build.size
            _limb(brush, build, colours, replace(part, root=(x * size, y * size)), colours.base)


def draw_paws(brush: Brush, animal: Animal) -> None:
    """Draw the paws again, over the thing that they hold."""
    build, colours = BUILDS[animal.species], dress(animal.coat, animal.species)
    with brush.part(animal.species):
        for part in animal.pose.near:
            brush.figure([(_pad(build, part), colours.paw)], colours.outline)


def _face(animal: Animal) -> Face:
    pose, action = animal.pose, animal.action
    return Face(
        gaze=pose.gaze,
        look=_LOOKS.get(action, (0.1, 0.0)),
        mood=animal.mood,
        asleep=pose.asleep,
        laughs=action in ("cheering", "jumping", "running", "chasing"),
        wide=action in ("hiding", "chasing"),
        sweep=_SWEEPS.get(action, 0.0),
    )


def _bowl(brush: Brush, x: float) -> None:
    """A bowl heaped with food, its middle at `x`."""
    food = blob([(x - 19, -15), (x - 12, -24), (x, -27), (x + 12, -24), (x + 19, -15), (x, -12)])
    bowl = blob([(x - 23, -16), (x, -15), (x + 23, -16), (x + 17, -1), (x, 0.5), (x - 17, -1)])
    brush.figure([(food, FOOD)], darker(FOOD, 0.5))
    for dx, dy in ((-9, -20), (2, -23), (11, -19)):
        brush.flat(oval(x + dx, dy, 3, 2.4), lighter(FOOD, 0.6))
    brush.figure([(bowl, BOWL)], darker(BOWL, 0.5))
    with brush.inside(bowl):
        brush.line(curve((x - 24, -8), (x, -6), (x + 24, -8)), lighter(BOWL, 0.8), 3.4 / brush.unit)


def _scarf(brush: Brush, pose: Pose, colour: Colour) -> None:
    """A neckerchief between head and chest, its corner hanging towards the chest."""
    (x, y), (chest_x, chest_y, radius) = pose.head, pose.chest
    dx, dy = chest_x - x, chest_y - y
    size = math.hypot(dx, dy) or 1.0
    dx, dy = dx / size, dy / size
    x, y = x + dx * 15, y + dy * 15
    left, right = (x - dy * 17, y + dx * 17), (x + dy * 17, y - dx * 17)
    tip = (x + dx * (radius + 11), y + dy * (radius + 11))
    fold = (x - dx * 6, y - dy * 6)
    cloth = blob([fold, left, _short(left, tip, 0.55), tip, _short(right, tip, 0.55), right])
    brush.figure([(cloth, colour)], darker(colour, 0.55))


def _grown(circle: Circle, mass: float) -> Circle:
    x, y, radius = circle
    return x, y + (1 - mass) * radius * 0.8, radius * mass


def _limb(brush: Brush, build: Build, colours: Dress, part: Limb, colour: Colour) -> None:
    path, pad = _leg(build, part), _pad(build, part)
    is_pale = colours.pattern == "chest"
    brush.figure([(path, colour), (pad, colours.paw if is_pale else colour)], colours.outline)
    colours.mark_limb(brush, path, part.knee, part.paw)


def _seam(brush: Brush) -> float:
    """How clearly an edge within a figure shows."""
    return 0.45 if brush.style == "gouache" else 0.9


def _leg(build: Build, part: Limb) -> skia.Path:
    # A wider thigh than 15 would fold over itself at the knee.
    thick = min(build.paw * part.thick, 15.0)
    return limb(part.root, part.knee, part.paw, thick, build.paw * 0.9)


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
    # Curled up, even a heavy animal is not much taller than its head.
    mass = (1 + build.mass) / 2 if pose.asleep else build.mass
    hip, chest = _grown(pose.hip, mass), _grown(pose.chest, mass)
    shape = body(hip, chest, 0.04 if pose.upright else 0.12)
    near = () if pose.arms_over else pose.near
    legs = [(part, _leg(build, part), _pad(build, part)) for part in near]
    brush.contour([shape, *(path for _, *paths in legs for path in paths)], colours.outline)
    whole = shape.getBounds()
    brush.lay(shape, colours.base, whole)
    with brush.inside(shape):
        _marks(brush, colours, pose, hip, chest)
    soft = _seam(brush)
    for part, leg, pad in legs:
        with brush.inside(_root(build, part), out=True):
            brush.line(leg, colours.outline, 1.2, soft)
        brush.line(pad, colours.outline, 1.2, soft)
        brush.lay(leg, colours.base, whole)
        brush.lay(pad, colours.paw, whole)
        colours.mark_limb(brush, leg, part.knee, part.paw)
    if not pose.upright and not pose.asleep:
        x, y, radius = chest
        with brush.inside(shape):
            wide = 0.84 if colours.pattern == "chest" else 0.62
            bib = oval(x + radius * 0.55, y - radius * 0.05, radius * wide, radius * 0.92)
            brush.flat(bib, colours.belly)


def _marks(brush: Brush, colours: Dress, pose: Pose, hip: Circle, chest: Circle) -> None:
    if pose.upright:
        x, y, radius = hip
        colours.mark_front(brush, hip, chest)
        brush.flat(oval(x, (y + chest[1]) / 2 + 2, radius * 0.66, radius * 1.02), colours.belly)
        return
    colours.mark_body(brush, hip, chest)
    below = max(hip[1] + hip[2], chest[1] + chest[2])
    shade = oval((hip[0] + chest[0]) / 2, below + 3, 40, 8)
    brush.flat(shade, darker(colours.base, 0.5), 0.22)


def _tail(brush: Brush, build: Build, colours: Dress, pose: Pose) -> None:
    root, middle, tip = pose.tail
    if build.tail == "puff":
        x, y = root
        brush.figure([(_puff(x - 5, y - 3, 12.5), lighter(colours.pale, 0.5))], colours.outline)
    elif build.tail == "stub":
        x, y, radius = _grown(pose.hip, build.mass)
        brush.figure([(oval(x - radius, y - 2, 7, 6), colours.base)], colours.outline)
    elif build.tail == "bushy":
        _brush_tail(brush, colours, root, middle, tip)
    else:
        thick, thin = {"long": (5.4, 4.6), "up": (6.4, 3.4), "thin": (2.6, 1.8)}[build.tail]
        if build.tail == "up":
            middle, tip = _short(root, middle, 0.75), _short(root, tip, 0.8)
        path = limb(root, middle, tip, thick, thin)
        if build.tail == "thin":
            brush.figure([(path, Colour(226, 146, 140))], colours.outline)
            return
        brush.figure([(path, colours.base)], colours.outline)
        if colours.pattern in ("chest", "spotted"):
            with brush.inside(path):
                brush.flat(oval(*tip, 9, 9), colours.mark)
        elif colours.pattern == "striped":
            for share in (0.5, 0.82):
                colours.ring(brush, path, *_ring(root, middle, tip, share))


def _brush_tail(brush: Brush, colours: Dress, root: Point, middle: Point, tip: Point) -> None:
    """A fox's tail: thin at the root, full in the middle, pale at the tip."""
    left, right = [], []
    for t, half in ((0.0, 4.5), (0.35, 11.0), (0.7, 14.0), (0.95, 8.0)):
        x, y = _along(root, middle, tip, t)
        nx, ny = _normal(root, middle, tip, t)
        left.append((x + nx * half, y + ny * half))
        right.append((x - nx * half, y - ny * half))
    nx, ny = _normal(root, middle, tip, 1.0)
    end = (tip[0] + ny * 10, tip[1] - nx * 10)
    path = blob([*left, end, *reversed(right)])
    brush.figure([(path, colours.base)], colours.outline)
    with brush.inside(path):
        brush.flat(oval(*end, 20, 20), colours.pale)


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


def _ring(root: Point, middle: Point, tip: Point, share: float) -> tuple[Point, Point]:
    x, y = _along(root, middle, tip, share)
    nx, ny = _normal(root, middle, tip, share)
    return (x - nx * 9, y - ny * 9), (x + nx * 9, y + ny * 9)


def _puff(x: float, y: float, radius: float) -> skia.Path:
    points = []
    for i in range(16):
        reach = radius * (1.0 if i % 2 else 0.84)
        turn = i * math.pi / 8
        points.append((x + reach * math.cos(turn), y + reach * math.sin(turn)))
    return blob(points)
