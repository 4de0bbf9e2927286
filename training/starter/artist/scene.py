"""The stage: where the star, its company and its thing stand, and what surrounds them."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

import skia

from storybook.world import World
from training.starter.artist.animals import Animal, draw_animal, draw_arms, draw_paws
from training.starter.artist.brush import Brush
from training.starter.artist.colour import Colour, lightness, rgb
from training.starter.artist.people import PEOPLE, draw_person, height_of
from training.starter.artist.places import INDOORS, draw_place
from training.starter.artist.poses import Pose
from training.starter.artist.shapes import curve, oval
from training.starter.artist.sky import draw_rain
from training.starter.artist.stances import holding_aside, pose_of
from training.starter.artist.things import THINGS, draw_thing
from training.starter.pictures import Picture

SMALL = 0.84
"""A companion's size beside the star."""
FRIEND, PERSON = 74.0, 62.0
"""Width of a sitting animal and of a person, in units of a pose."""
SEAT, ABOVE, FLYING = 1.7, 1.35, 0.9
"""Size of a thing under the star, over its head and before its paw, in units of a pose."""
EARS = {"rabbit": 16.0}
"""How much higher than a pose's top the ears of a species are."""
AHEAD = 20.0
"""How far what is chased is before the paw."""
WHOLE = 95.0
"""How much of the picture's width may be filled."""
SIDES = {"left": -0.3, "right": 0.3}
"""How far from the middle the star stands, in shares of the free width."""


@dataclass(frozen=True, slots=True)
class Framing:
    """A shot, in percent of the picture."""

    star: float
    """Height of a sitting star."""
    ground: float
    """Where the star's feet are, from the top."""
    thing: float
    """Width of a thing on the ground."""
    nearer: float
    """Scale of the place around its horizon."""


_FRAMES = {
    "wide": Framing(star=42, ground=84, thing=18, nearer=1.0),
    "middle": Framing(star=60, ground=91, thing=23, nearer=1.12),
    "close": Framing(star=84, ground=98, thing=28, nearer=1.3),
}


@dataclass(frozen=True, slots=True)
class Spots:
    """Where everyone stands: x in percent, and picture percent for one unit of a pose."""

    size: float
    star: float
    before: float
    """Middle of what is left of the star."""
    after: float
    """Middle of what is right of it."""


def draw_scene(brush: Brush, picture: Picture, world: World) -> None:
    """Draw everything on a canvas of 100 x 100."""
    frame = _FRAMES[picture.shot]
    with skia.AutoCanvasRestore(brush.canvas):
        brush.canvas.translate(50, 62)
        brush.canvas.scale(frame.nearer, frame.nearer)
        brush.canvas.translate(-50, -62)
        draw_place(brush, picture.place, picture.view)
    draw_figures(brush, picture, world)
    if picture.light == "rain" and picture.place not in INDOORS:
        draw_rain(brush)


def draw_figures(brush: Brush, picture: Picture, world: World) -> None:
    """Draw who and what the picture is about, without the place, on a canvas of 100 x 100."""
    brush.star = True
    with skia.AutoCanvasRestore(brush.canvas):
        if picture.facing == "left":
            brush.canvas.translate(100, 0)
            brush.canvas.scale(-1, 1)
        _draw_facing_right(brush, picture, world, _FRAMES[picture.shot])


def _draw_facing_right(brush: Brush, picture: Picture, world: World, frame: Framing) -> None:
    star = _star_of(picture, world)
    spots = _spots(frame, picture, star.pose)
    beside = [(spots.after, -1), (spots.before, 1)]
    if picture.action == "chasing":
        beside.reverse()
    for companion, (x, facing) in zip(picture.companions, beside, strict=False):
        _companion(brush, companion, world, spots.size, x, frame.ground - 3, facing)
    _star(brush, star, picture, spots, frame.ground)
    if _lies_about(picture):
        wide = min(frame.thing, max(_FRAMES["wide"].thing, 42 * spots.size))
        x = spots.before if picture.companions else spots.after
        _place_thing(brush, picture.thing, x, frame.ground + 2, wide / 44)


def _star_of(picture: Picture, world: World) -> Animal:
    pose = pose_of(picture.action, picture.mood, picture.pose)
    if picture.action == "holding" and picture.thing and THINGS[picture.thing].grip.aside:
        pose = holding_aside(pose)
    coat = world.coats[picture.coat]
    return Animal(picture.species, coat, pose, picture.mood, picture.action)


def _lies_about(picture: Picture) -> bool:
    """Whether the thing is on the ground beside the star."""
    in_paws = picture.action in ("holding", "chasing")
    return bool(picture.thing) and picture.relation == "with" and not in_paws


def _spots(frame: Framing, picture: Picture, pose: Pose) -> Spots:
    """Everyone side by side, as large as the shot has it and as the picture has room for.

    The first companion is on the right and a second one on the left; a thing on the ground takes
    the side that is free. What is chased flies on the right, and companions change sides.
    """
    left, right = pose.span
    company = [_width_of(kind) for kind, _ in picture.companions]
    if picture.action == "chasing":
        company.insert(0, AHEAD + 28 * FLYING)
    after, before = (*company, 0.0, 0.0)[:2]
    thing = frame.thing if _lies_about(picture) else 0.0
    # A companion may stand a little behind the star.
    room = (WHOLE - thing * 0.8) / (right - left + 0.8 * (before + after))
    size = min(frame.star / 100, room, (frame.ground - 3) / _height_of(picture, pose))
    before, after = before * size, after * size
    if thing and company:
        before = max(before, thing)
    else:
        after = max(after, thing)
    whole = before + (right - left) * size + after
    tight = min(1.0, WHOLE / whole)
    start = (100 - WHOLE) / 2 + max(0.0, WHOLE - whole) * (0.5 + SIDES[_own_side(picture)])
    return Spots(
        size=size,
        star=start + (before - left * size) * tight,
        before=start + before / 2 * tight,
        after=start + (before + (right - left) * size + after / 2) * tight,
    )


def _own_side(picture: Picture) -> str:
    """The side on which the star stands before the figures are mirrored."""
    if picture.facing == "right":
        return picture.side
    return "left" if picture.side == "right" else "right"


def _width_of(kind: str) -> float:
    return SMALL * (PERSON if kind in PEOPLE else FRIEND)


def _height_of(picture: Picture, pose: Pose) -> float:
    """Height of the tallest in units of a pose, with what the star sits on or has above it."""
    star = pose.top
    if picture.thing and picture.relation == "on":
        star += SEAT * THINGS[picture.thing].seat
    elif picture.thing and picture.relation == "under":
        star = _crown(picture, pose) + 50 * ABOVE
    people = [height_of(kind) * SMALL for kind, coat in picture.companions if not coat]
    return max(star, *people, 0.0)


def _crown(picture: Picture, pose: Pose) -> float:
    """Where what is above the head ends, in units of the pose."""
    return pose.top + EARS.get(picture.species, 0.0) + 3


def _star(brush: Brush, star: Animal, picture: Picture, spots: Spots, ground: float) -> None:
    pose, size, thing = star.pose, spots.size, picture.thing
    left, right = pose.span
    middle = spots.star + (left + right) / 2 * size
    if thing and picture.relation == "on":
        _place_thing(brush, thing, middle, ground, SEAT * size)
        ground -= THINGS[thing].seat * SEAT * size
    else:
        shrink = 0.7 if pose.lift > 10 else 1.0
        brush.shade(middle, ground, (right - left) * 0.46 * size * shrink, 6.5 * size)
    if thing and picture.relation == "under":
        # Behind the head, so that a stick or a string ends in a paw and not on the face.
        foot = ground - (_crown(picture, pose) - THINGS[thing].drop * ABOVE) * size
        _hang(brush, thing, spots.star + pose.head[0] * size, foot, ABOVE * size)
    with _at(brush, spots.star, ground, size, size):
        _traces(brush, star)
    with _at(brush, spots.star, ground, size, size), _lifted(brush, star):
        draw_animal(brush, star)
        if thing and star.action == "holding":
            _hold(brush, star, thing)
    if thing and star.action == "chasing":
        _hang(brush, thing, spots.star + (right + AHEAD) * size, ground - 44 * size, FLYING * size)


def _hold(brush: Brush, star: Animal, thing: str) -> None:
    grip = THINGS[thing].grip
    draw_arms(brush, star)
    with skia.AutoCanvasRestore(brush.canvas):
        brush.canvas.translate(*star.pose.near[-1].paw if grip.aside else (0, -25))
        brush.canvas.scale(grip.scale, grip.scale)
        brush.canvas.translate(0, grip.below)
        draw_thing(brush, thing)
    draw_paws(brush, star)


def _traces(brush: Brush, star: Animal) -> None:
    """What a quick move leaves behind: puffs of dust, or lines of lift."""
    left, right = star.pose.span
    dust = Colour(250, 244, 230)
    if star.action in ("running", "chasing"):
        for dx, dy, size in ((-6, -6, 7.0), (4, -3, 5.0), (-16, -2, 4.0)):
            brush.flat(oval(left + dx + 4, dy, size, size * 0.8), dust, 0.75)
    elif star.action == "jumping":
        for x in (left + 12, (left + right) / 2 - 6, right - 26):
            brush.line(curve((x, -2), (x - 2, -12)), dust, 1.3, 0.8)
    elif star.action == "cheering":
        for x, y, dx, dy in ((-20, -108, -5, -9), (0, -116, 0, -10), (20, -108, 5, -9)):
            brush.line(curve((x, y), (x + dx, y + dy)), Colour(248, 208, 92), 1.5)


def _companion(
    brush: Brush,
    companion: tuple[str, str],
    world: World,
    size: float,
    x: float,
    ground: float,
    facing: int,
) -> None:
    """A companion beside the star; `facing` is 1 to the right and -1 to the left."""
    kind, coat = companion
    scale = size * SMALL
    brush.shade(x, ground, 28 * scale, 6 * scale)
    with _at(brush, x, ground, facing * scale, scale):
        if kind in PEOPLE:
            with brush.lifted(skia.Rect(-80, -170, 80, 20), *_halo(brush, 0.5)):
                draw_person(brush, kind)
            return
        friend = Animal(
            kind, world.coats[coat], pose_of("sitting", "happy", "calm"), "happy", "sitting"
        )
        with _lifted(brush, friend):
            draw_animal(brush, friend)


def _place_thing(brush: Brush, thing: str, x: float, ground: float, scale: float) -> None:
    brush.shade(x, ground, 20 * scale, 4.5 * scale)
    with _at(brush, x, ground, scale, scale):
        draw_thing(brush, thing)


def _hang(brush: Brush, thing: str, x: float, foot: float, scale: float) -> None:
    with _at(brush, x, foot, scale, scale):
        draw_thing(brush, thing)


@contextmanager
def _at(brush: Brush, x: float, ground: float, across: float, down: float) -> Iterator[None]:
    """Figures stand on (x, ground), scaled; a negative `across` mirrors them."""
    brush.canvas.save()
    brush.canvas.translate(x, ground)
    brush.canvas.scale(across, down)
    brush.unit = _unit(down)
    yield
    brush.unit = 1.0
    brush.canvas.restore()


def _lifted(brush: Brush, animal: Animal) -> AbstractContextManager[None]:
    left, right = animal.pose.span
    bounds = skia.Rect(left - 48, -animal.pose.top - 62, right + 40, 14)
    return brush.lifted(bounds, *_halo(brush, lightness(rgb(animal.coat.base))))


def _halo(brush: Brush, level: float) -> tuple[Colour, float]:
    """Light around dark figures, shade around pale ones; moonlight around everyone at night."""
    if brush.light == "night":
        return rgb("#c9d6ff"), 0.85 if level < 0.5 else 0.55
    if level > 0.8:
        return rgb("#5b6f96"), 0.6
    return rgb("#fff4d8"), 0.9 if level < 0.35 else 0.5


def _unit(scale: float) -> float:
    """One percent of the picture in a figure's units; small figures get finer lines."""
    return min(1.0 / scale, 2.0 + 0.2 / scale) * 0.62
