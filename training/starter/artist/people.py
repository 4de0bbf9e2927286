"""The people of the drawn world: they stand, from the ground up, and one hand may wave."""

from collections.abc import Callable
from typing import NamedTuple

import skia

from training.starter.artist.brush import Brush, head_of
from training.starter.artist.colour import Colour, darker, lighter, rgb
from training.starter.artist.portraits import PORTRAITS, draw_portrait, lay_part
from training.starter.artist.shapes import Point, blob, box, curve, limb, oval, polygon

CREAM, RED, YELLOW, BLUE = rgb("#fbf3e0"), rgb("#dc4a3e"), rgb("#f7c531"), rgb("#3f78c4")
GREEN, PURPLE, ROSE, BROWN = rgb("#5fae54"), rgb("#7a4aa6"), rgb("#ea7f98"), rgb("#8c5226")
BOOT, SLATE = rgb("#6b3f2a"), rgb("#56606e")


class PersonFigure(NamedTuple):
    """How high someone is, where the feet and the head are, and what draws the rest."""

    height: float
    feet: float
    head: Point
    body: Callable[[Brush, Colour], None]


def draw_person(brush: Brush, kind: str) -> None:
    """Draw around the canvas's origin, the ground below them; KeyError for an unknown kind."""
    person = _DRAWN[kind]
    with brush.part(kind), skia.AutoCanvasRestore(brush.canvas):
        brush.canvas.translate(person.feet, 0)
        person.body(brush, PORTRAITS[kind].skin)
        brush.canvas.translate(*person.head)
        with brush.part(head_of(kind)):
            draw_portrait(brush, kind)


def height_of(kind: str) -> float:
    """How high someone is with hair and hat, where a sitting animal is about 100."""
    return _DRAWN[kind].height


def _hand(brush: Brush, skin: Colour, x: float, y: float) -> None:
    lay_part(brush, skin, oval(x, y, 5.2, 5.2))


def _wave(brush: Brush, skin: Colour, x: float, y: float) -> None:
    """An open hand with its thumb towards the head."""
    lay_part(brush, skin, oval(x, y, 5, 6), oval(x - 4.4, y + 2, 2.8, 2.2))


def _shoes(brush: Brush, apart: float, size: float, colour: Colour) -> None:
    for side in (-1, 1):
        lay_part(brush, colour, oval(side * apart, -4.2, size, 4.8))


def _girl(brush: Brush, skin: Colour) -> None:
    for side in (-1, 1):
        lay_part(brush, skin, box(side * 8 - 4.4, -32, 8.8, 26))
        lay_part(brush, CREAM, box(side * 8 - 4.7, -13, 9.4, 8))
        lay_part(brush, skin, limb((side * 8, -71), (side * 20, -62), (side * 25, -47), 4.6, 4.2))
        _hand(brush, skin, side * 25, -46)
    _shoes(brush, 9, 7.8, RED)
    dress = blob(
        [
            (-8, -80),
            (-12, -64),
            (-18, -46),
            (-27, -26),
            (-13, -22),
            (0, -21),
            (13, -22),
            (27, -26),
            (18, -46),
            (12, -64),
            (8, -80),
            (0, -82),
        ]
    )
    lay_part(brush, YELLOW, oval(-13, -71, 7.5, 6.5), oval(13, -71, 7.5, 6.5), dress)
    with brush.inside(dress):
        hem = curve((-31, -31), (-13, -27), (0, -26), (13, -27), (31, -31))
        brush.line(hem, CREAM, 2.2)
    lay_part(brush, CREAM, oval(-5.5, -75, 6.5, 3.8), oval(5.5, -75, 6.5, 3.8))


def _boy(brush: Brush, skin: Colour) -> None:
    _shoes(brush, 10.5, 9, RED)
    _hand(brush, skin, -21.5, -41)
    lay_part(brush, GREEN, limb((-8, -70), (-20, -60), (-21, -45), 6.2, 5.4))
    _wave(brush, skin, 30, -84)
    lay_part(brush, GREEN, limb((8, -68), (26, -59), (29.5, -74), 6.2, 5.6))
    lay_part(brush, GREEN, blob([(-12, -72), (0, -79), (12, -72), (15, -44), (-15, -44)]))
    bib = box(-10, -67, 20, 26, 3)
    legs = polygon((-16, -48), (16, -48), (18, -9), (3, -9), (0, -28), (-3, -9), (-18, -9))
    lay_part(brush, BLUE, bib, legs)
    for side in (-1, 1):
        brush.line(curve((side * 7.5, -65), (side * 10, -78)), BLUE, 2.4)
        brush.flat(oval(side * 7, -62, 2.8, 2.8), YELLOW)
        lay_part(brush, lighter(BLUE, 0.5), box(side * 10.7 - 8, -13.5, 16, 6.5, 2))


def _grandmother(brush: Brush, skin: Colour) -> None:
    _shoes(brush, 9, 8, BOOT)
    skirt = blob(
        [
            (-12, -78),
            (-19, -52),
            (-26, -28),
            (-29, -6),
            (-14, -3),
            (0, -2),
            (14, -3),
            (29, -6),
            (26, -28),
            (19, -52),
            (12, -78),
        ]
    )
    lay_part(brush, PURPLE, skirt)
    with brush.inside(skirt):
        hem = curve((-33, -14), (-14, -10), (14, -10), (33, -14))
        brush.line(hem, lighter(PURPLE, 0.5), 2.0)
    for side in (-1, 1):
        sleeve = limb((side * 14, -80), (side * 25, -60), (side * 9, -54), 6.5, 5)
        lay_part(brush, darker(PURPLE, 0.2), sleeve)
    shawl = blob(
        [
            (-8, -95),
            (-19, -87),
            (-26, -66),
            (-12, -64),
            (0, -54),
            (12, -64),
            (26, -66),
            (19, -87),
            (8, -95),
        ]
    )
    lay_part(brush, ROSE, shawl)
    with brush.inside(shawl):
        edge = curve((-28, -70), (-12, -69), (0, -59), (12, -69), (28, -70))
        brush.line(edge, CREAM, 1.6)
    lay_part(brush, skin, oval(-4, -52, 5.6, 5), oval(4, -52, 5.6, 5))


def _grandfather(brush: Brush, skin: Colour) -> None:
    _shoes(brush, 11, 9.5, BOOT)
    lay_part(brush, BOOT, box(-27.2, -52, 3.4, 51, 1.5))
    legs = polygon((-17, -54), (17, -54), (18, -7), (3, -7), (0, -36), (-3, -7), (-18, -7))
    lay_part(brush, SLATE, legs)
    _hand(brush, skin, -25, -54)
    lay_part(brush, CREAM, limb((-9, -92), (-23, -78), (-24.5, -60), 7, 5.6))
    _wave(brush, skin, 27, -98)
    lay_part(brush, CREAM, limb((8, -90), (25, -73), (26.5, -87), 7, 5.6))
    waistcoat = blob(
        [
            (-11, -95),
            (0, -102),
            (11, -95),
            (16, -72),
            (19, -53),
            (0, -46),
            (-19, -53),
            (-16, -72),
        ]
    )
    lay_part(brush, BROWN, waistcoat)
    with brush.inside(waistcoat):
        brush.flat(polygon((-11, -104), (11, -104), (0, -72)), CREAM)
    for y in (-66, -56):
        brush.flat(oval(0, y, 2.2, 2.2), YELLOW)
    bow = [polygon((0, -92), (side * 9, -97), (side * 9, -87)) for side in (-1, 1)]
    lay_part(brush, RED, *bow)


_DRAWN = {
    "girl": PersonFigure(118, 0, (0, -95), _girl),
    "boy": PersonFigure(118, -4, (-1, -91), _boy),
    "grandmother": PersonFigure(150, 0, (0, -111), _grandmother),
    "grandfather": PersonFigure(150, -1, (-1, -120), _grandfather),
}

PEOPLE: tuple[str, ...] = tuple(_DRAWN)
