"""The stage: where the star, its companion and its thing stand, and what surrounds them."""

import random
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

import skia

from storybook.world import World
from training.starter.artist.animals import Animal, draw_animal, draw_arms, draw_paws
from training.starter.artist.brush import Brush
from training.starter.artist.colour import Colour, lightness, rgb
from training.starter.artist.places import draw_place
from training.starter.artist.poses import Pose, holding_aside, pose_of
from training.starter.artist.shapes import curve, oval
from training.starter.artist.things import draw_thing, grip_of
from training.starter.pictures import Picture

SMALL = 0.84
"""A companion's size beside the star."""


@dataclass(frozen=True, slots=True)
class Frame:
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
    "wide": Frame(star=34, ground=82, thing=15, nearer=1.0),
    "middle": Frame(star=54, ground=88, thing=21, nearer=1.12),
    "close": Frame(star=82, ground=97, thing=27, nearer=1.3),
}


def draw_scene(brush: Brush, picture: Picture, world: World, rng: random.Random) -> None:
    """Draw everything on a canvas of 100 x 100."""
    frame = _FRAMES[picture.shot]
    if rng.random() < 0.5:
        brush.canvas.translate(100, 0)
        brush.canvas.scale(-1, 1)
    brush.canvas.save()
    brush.canvas.translate(50, 62)
    brush.canvas.scale(frame.nearer, frame.nearer)
    brush.canvas.translate(-50, -62)
    draw_place(brush, picture.place, rng)
    brush.canvas.restore()
    brush.star = True
    pose = pose_of(picture.action, picture.mood, rng)
    if picture.action == "holding" and picture.thing and grip_of(picture.thing).aside:
        pose = holding_aside(pose)
    star = Animal(
        picture.species,
        world.coats[picture.coat],
        pose,
        picture.mood,
        picture.action,
    )
    on_ground = picture.thing if picture.action != "holding" else None
    size = _fit(frame, pose, on_ground, picture.companion)
    star_x, friend_x, thing_x = _spots(frame, pose, size, on_ground, picture.companion, rng)
    if picture.companion:
        _friend(brush, picture, world, size, friend_x, frame.ground - 3, rng)
    _star(brush, star, picture.thing if not on_ground else None, star_x, frame.ground, size)
    if on_ground:
        wide = min(frame.thing, max(_FRAMES["wide"].thing, 42 * size))
        _place_thing(brush, on_ground, thing_x, frame.ground + 2, wide / 44)


def _fit(frame: Frame, pose: Pose, thing: str | None, companion: tuple[str, str] | None) -> float:
    """Picture percent for one unit of a pose, so that nobody leaves the picture."""
    left, right = pose.span
    # A thing may lie a little before the star and a companion a little behind it.
    room = 94 - (frame.thing * 0.65 if thing else 0) - (frame.star * 0.4 if companion else 0)
    return min(frame.star / 100, room / (right - left), (frame.ground - 4) / pose.top)


def _spots(
    frame: Frame,
    pose: Pose,
    size: float,
    thing: str | None,
    companion: tuple[str, str] | None,
    rng: random.Random,
) -> tuple[float, float, float]:
    """x of star, companion and thing: companion and thing on different sides of the star."""
    left, right = pose.span
    friend = 90 * size * SMALL if companion else 0
    beside = frame.thing if thing else 0
    before, after = (beside, friend) if companion else (0, beside)
    whole = before + (right - left) * size + after
    tight = min(1.0, 97 / whole)
    start = 1.5 + max(0.0, 97 - whole) * (0.5 + rng.uniform(-0.28, 0.28))
    star_x = before - left * size
    friend_x = star_x + right * size + friend / 2
    thing_x = before / 2 if companion else star_x + right * size + beside / 2
    return start + star_x * tight, start + friend_x * tight, start + thing_x * tight


def _star(
    brush: Brush, star: Animal, held: str | None, x: float, ground: float, size: float
) -> None:
    left, right = star.pose.span
    shrink = 0.7 if star.pose.lift > 10 else 1.0
    middle = x + (left + right) / 2 * size
    brush.shade(middle, ground, (right - left) * 0.46 * size * shrink, 6.5 * size)
    with _at(brush, x, ground, size, size):
        _traces(brush, star)
    with _at(brush, x, ground, size, size), _lifted(brush, star):
        draw_animal(brush, star)
        if held:
            grip = grip_of(held)
            draw_arms(brush, star)
            with skia.AutoCanvasRestore(brush.canvas):
                brush.canvas.translate(*star.pose.near[-1].paw if grip.aside else (0, -25))
                brush.canvas.scale(grip.scale, grip.scale)
                brush.canvas.translate(0, grip.below)
                draw_thing(brush, held)
            draw_paws(brush, star)


def _traces(brush: Brush, star: Animal) -> None:
    """What a quick move leaves behind: puffs of dust, or lines of lift."""
    left, right = star.pose.span
    dust = Colour(250, 244, 230)
    if star.action == "running":
        for dx, dy, size in ((-6, -6, 7.0), (4, -3, 5.0), (-16, -2, 4.0)):
            brush.flat(oval(left + dx + 4, dy, size, size * 0.8), dust, 0.75)
    elif star.action == "jumping":
        for x in (left + 12, (left + right) / 2 - 6, right - 26):
            brush.line(curve((x, -2), (x - 2, -12)), dust, 1.3, 0.8)
    elif star.action == "cheering":
        for x, y, dx, dy in ((-20, -108, -5, -9), (0, -116, 0, -10), (20, -108, 5, -9)):
            brush.line(curve((x, y), (x + dx, y + dy)), Colour(248, 208, 92), 1.5)


def _friend(
    brush: Brush,
    picture: Picture,
    world: World,
    size: float,
    x: float,
    ground: float,
    rng: random.Random,
) -> None:
    species, coat = picture.companion
    pose = pose_of("sitting", "happy", rng)
    friend = Animal(species, world.coats[coat], pose, "happy", "sitting")
    scale = min(size, 0.82) * SMALL
    brush.shade(x, ground, 28 * scale, 6 * scale)
    with _at(brush, x, ground, -scale, scale), _lifted(brush, friend):
        draw_animal(brush, friend)


def _place_thing(brush: Brush, thing: str, x: float, ground: float, scale: float) -> None:
    brush.shade(x, ground, 20 * scale, 4.5 * scale)
    with _at(brush, x, ground, scale, scale):
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
    """Light around dark coats, shade around pale ones; moonlight around everyone at night."""
    level = lightness(rgb(animal.coat.base))
    colour, alpha = rgb("#fff4d8"), 0.9 if level < 0.35 else 0.5
    if brush.light == "night":
        colour, alpha = rgb("#c9d6ff"), 0.85 if level < 0.5 else 0.55
    elif level > 0.8:
        colour, alpha = rgb("#5b6f96"), 0.6
    left, right = animal.pose.span
    bounds = skia.Rect(left - 48, -animal.pose.top - 62, right + 40, 14)
    return brush.lifted(bounds, colour, alpha)


def _unit(scale: float) -> float:
    """One percent of the picture in a figure's units; small figures get finer lines."""
    return min(1.0 / scale, 2.0 + 0.2 / scale) * 0.62
