"""The things of the world, each about 40 wide around (0, 0) with its foot at y = 0, y down."""

import math
from dataclasses import dataclass

import skia

from training.starter.artist.brush import Brush
from training.starter.artist.colour import Colour, darker, lighter, rgb
from training.starter.artist.shapes import blob, box, curve, oval, polygon

RED, BLUE, GOLD, BROWN = rgb("#d9473f"), rgb("#4a7fc1"), rgb("#f2bf3a"), rgb("#a8733f")
CREAM, GREEN, PURPLE, TEAL = rgb("#fbf1dc"), rgb("#6a9e4c"), rgb("#9a78b8"), rgb("#3f9e9a")


@dataclass(frozen=True, slots=True)
class Grip:
    """`below` is how far a thing's foot is below the paws, in its own units."""

    below: float = 18.0
    scale: float = 0.95
    aside: bool = False
    """One paw holds it out beside the head."""


_GRIPS = {
    "balloon": Grip(2, 0.85, aside=True),
    "umbrella": Grip(10, 0.85, aside=True),
    "flower": Grip(14, 1.0, aside=True),
    "kite": Grip(6, 0.95, aside=True),
    "lantern": Grip(19, 0.8),
    "red apple": Grip(22, 0.9),
    "toy boat": Grip(12, 0.85),
    "cake": Grip(17, 0.78),
    "book": Grip(14, 0.95),
    "basket": Grip(14, 0.9),
    "blue mitten": Grip(18, 0.85),
}


def draw_thing(brush: Brush, thing: str) -> None:
    """Draw a thing that stands on the canvas's origin; KeyError for one that nobody has drawn."""
    _DRAWN[thing](brush)


def grip_of(thing: str) -> Grip:
    """How paws hold the thing: in front of the chest unless it is long."""
    return _GRIPS.get(thing, Grip())


def _figure(brush: Brush, *parts: tuple[skia.Path, Colour]) -> None:
    brush.figure(parts, darker(parts[0][1], 0.58))


def _red_ball(brush: Brush) -> None:
    ball = oval(0, -18, 18, 18)
    _figure(brush, (ball, RED))
    brush.canvas.save()
    brush.canvas.clipPath(ball, skia.ClipOp.kIntersect, True)
    brush.line(curve((-18, -24), (0, -15), (18, -22)), CREAM, 2.0)
    brush.flat(oval(4, -2, 18, 7), darker(RED, 0.5), 0.3)
    brush.canvas.restore()
    brush.flat(oval(-6, -28, 4.5, 3.2), CREAM, 0.85)


def _yarn(brush: Brush) -> None:
    ball = oval(0, -17, 18, 17)
    brush.line(curve((8, -2), (22, 0), (28, -5), (34, -1)), darker(PURPLE, 0.15), 1.4)
    _figure(brush, (ball, PURPLE))
    brush.canvas.save()
    brush.canvas.clipPath(ball, skia.ClipOp.kIntersect, True)
    for shift in (-12, -4, 4):
        brush.line(
            curve((-20, shift - 14), (0, shift - 22), (20, shift - 8)), lighter(PURPLE, 0.5), 0.8
        )
    for shift in (-10, -1, 8):
        brush.line(
            curve((shift - 8, 0), (shift + 4, -14), (shift - 2, -36)), darker(PURPLE, 0.3), 0.8
        )
    brush.canvas.restore()


def _kite(brush: Brush) -> None:
    brush.line(curve((0, -8), (10, -3), (18, -8), (28, -2)), darker(BROWN, 0.2), 0.9)
    for x, y in ((12, -4), (22, -6)):
        _figure(
            brush, (polygon((x - 4, y - 4), (x + 4, y + 3), (x + 4, y - 4), (x - 4, y + 3)), GOLD)
        )
    _figure(
        brush,
        (polygon((0, -58), (20, -36), (0, -36)), RED),
        (polygon((0, -58), (-20, -36), (0, -36)), GOLD),
        (polygon((0, -6), (20, -36), (0, -36)), BLUE),
        (polygon((0, -6), (-20, -36), (0, -36)), TEAL),
    )


def _boat(brush: Brush) -> None:
    brush.line(curve((0, -12), (0, -46)), BROWN, 1.5)
    _figure(brush, (polygon((3, -45), (20, -17), (3, -17)), CREAM))
    _figure(brush, (polygon((-3, -40), (-16, -17), (-3, -17)), lighter(RED, 0.25)))
    _figure(brush, (blob([(-24, -14), (0, -13), (24, -15), (15, -1), (0, 0), (-15, -1)]), BLUE))
    brush.line(curve((-18, -8), (0, -7), (18, -9)), CREAM, 1.2)


def _lantern(brush: Brush) -> None:
    x, y = 0, -20
    brush.glow(x, y, 44 if brush.light == "night" else 30, Colour(255, 214, 120), 0.75)
    brush.line(curve((-8, -36), (-6, -48), (6, -48), (8, -36)), rgb("#5b4a4a"), 1.2)
    _figure(
        brush, (box(-13, -37, 26, 35, 4), rgb("#5b4a4a")), (box(-16, -6, 32, 6, 2), rgb("#5b4a4a"))
    )
    brush.star, was = True, brush.star
    brush.flat(box(-9, -32, 18, 25, 3), Colour(255, 226, 140))
    brush.flat(blob([(0, -28), (5, -18), (3, -10), (-3, -10), (-5, -18)]), rgb("#f39a3c"))
    brush.star = was
    brush.line(curve((0, -37), (0, -33)), rgb("#5b4a4a"), 1.2)


def _book(brush: Brush) -> None:
    _figure(
        brush,
        (blob([(-25, -27), (0, -22), (25, -27), (25, -2), (0, 1), (-25, -2)]), rgb("#b5484e")),
    )
    for side in (-1, 1):
        page = blob(
            [
                (0, -24),
                (side * 11, -29),
                (side * 22, -27),
                (side * 22, -6),
                (side * 10, -7),
                (0, -3),
            ]
        )
        brush.fill(page, CREAM)
        for y in (-21, -16, -11):
            brush.line(curve((side * 5, y), (side * 17, y - 2)), rgb("#a89a94"), 0.6)
    brush.line(curve((0, -24), (0, -3)), rgb("#8a6a5a"), 0.7)


def _mitten(brush: Brush) -> None:
    hand = blob([(-12, -10), (-14, -26), (-8, -40), (4, -42), (12, -32), (12, -10)])
    thumb = blob([(8, -14), (18, -28), (25, -28), (24, -20), (14, -8)])
    _figure(brush, (thumb, BLUE), (hand, BLUE))
    for y in (-32, -25):
        brush.line(curve((-9, y), (0, y + 2), (8, y)), lighter(BLUE, 0.6), 1.0)
    _figure(brush, (box(-15, -12, 30, 12, 5), CREAM))
    for x in (-8, 0, 8):
        brush.line(curve((x, -10), (x, -3)), darker(CREAM, 0.25), 0.6)


def _apple(brush: Brush) -> None:
    _figure(
        brush,
        (
            blob(
                [
                    (0, -31),
                    (12, -35),
                    (20, -24),
                    (16, -6),
                    (6, 0),
                    (0, -2),
                    (-6, 0),
                    (-16, -6),
                    (-20, -24),
                    (-12, -35),
                ]
            ),
            RED,
        ),
    )
    brush.flat(oval(-9, -24, 3.6, 6), lighter(RED, 0.65), 0.9)
    brush.line(curve((0, -31), (1, -38), (4, -42)), darker(BROWN, 0.4), 1.3)
    _figure(brush, (blob([(3, -38), (10, -46), (19, -44), (12, -37)]), GREEN))


def _flower(brush: Brush) -> None:
    brush.line(curve((0, 0), (2, -16), (0, -36)), GREEN, 1.8)
    _figure(brush, (blob([(1, -8), (12, -20), (20, -18), (13, -8)]), GREEN))
    _figure(brush, (blob([(0, -4), (-12, -15), (-19, -12), (-11, -4)]), GREEN))
    petals = [
        (oval(11.5 * math.cos(turn), -44 + 11.5 * math.sin(turn), 8.2, 8.2), rgb("#ee7fa2"))
        for turn in (i * math.tau / 6 for i in range(6))
    ]
    _figure(brush, *petals)
    brush.fill(oval(0, -44, 7.5, 7.5), GOLD)


def _basket(brush: Brush) -> None:
    brush.line(curve((-19, -20), (-15, -44), (15, -44), (19, -20)), darker(BROWN, 0.35), 2.6)
    brush.line(curve((-19, -20), (-15, -44), (15, -44), (19, -20)), lighter(BROWN, 0.2), 1.4)
    _figure(
        brush,
        (blob([(-22, -28), (-8, -35), (8, -33), (22, -28), (12, -20), (-12, -20)]), rgb("#e8837a")),
    )
    _figure(
        brush,
        (
            blob([(-24, -24), (0, -22), (24, -24), (19, -2), (0, 0), (-19, -2)]),
            lighter(BROWN, 0.15),
        ),
    )
    for y in (-17, -10, -4):
        brush.line(curve((-20, y), (0, y + 1), (20, y)), darker(BROWN, 0.25), 0.7)
    for x in (-13, -4, 5, 14):
        brush.line(curve((x, -22), (x * 0.85, -2)), darker(BROWN, 0.25), 0.6)


def _balloon(brush: Brush) -> None:
    brush.line(curve((0, 0), (3, -20), (-2, -36), (8, -54)), darker(CREAM, 0.5), 0.9)
    _figure(
        brush,
        (polygon((4, -50), (12, -50), (8, -57)), TEAL),
        (
            blob(
                [
                    (8, -102),
                    (26, -92),
                    (30, -76),
                    (20, -60),
                    (8, -54),
                    (-4, -60),
                    (-14, -76),
                    (-10, -92),
                ]
            ),
            TEAL,
        ),
    )
    brush.flat(oval(-1, -86, 4.5, 7.5), lighter(TEAL, 0.75), 0.85)


def _umbrella(brush: Brush) -> None:
    brush.line(curve((0, -62), (0, -8), (3, -1), (9, -3), (9, -8)), darker(BROWN, 0.3), 1.6)
    top = (0, -92)
    rim = [(-42, -56), (-21, -60), (0, -61), (21, -60), (42, -56)]
    path = skia.Path()
    path.moveTo(*rim[0])
    path.cubicTo(-38, -80, -20, -91, *top)
    path.cubicTo(20, -91, 38, -80, *rim[-1])
    for x, y in (
        (31, -64),
        (21, -57),
        (10, -66),
        (0, -58),
        (-10, -66),
        (-21, -57),
        (-31, -64),
        rim[0],
    ):
        path.lineTo(x, y)
    path.close()
    _figure(brush, (path, rgb("#e2604e")))
    brush.canvas.save()
    brush.canvas.clipPath(path, skia.ClipOp.kIntersect, True)
    brush.flat(blob([(0, -94), (-14, -80), (-22, -54), (-6, -50), (-8, -76)]), CREAM)
    brush.flat(blob([(0, -94), (14, -80), (22, -54), (36, -50), (28, -76)]), CREAM)
    brush.canvas.restore()
    brush.line(curve(top, (0, -97)), darker(BROWN, 0.3), 1.6)


def _star(brush: Brush) -> None:
    points = []
    for i in range(10):
        reach = 22.0 if i % 2 == 0 else 11.0
        turn = math.pi * (i / 5 - 0.5)
        points.append((reach * math.cos(turn), -19 + reach * math.sin(turn)))
    brush.glow(0, -19, 34, Colour(255, 226, 130), 0.6)
    _figure(brush, (polygon(*points), GOLD))
    brush.flat(polygon(points[0], points[9], (0, -19)), lighter(GOLD, 0.6), 0.8)
    brush.flat(polygon(points[8], points[7], (0, -19)), lighter(GOLD, 0.6), 0.8)


def _cake(brush: Brush) -> None:
    brush.fill(oval(0, -2, 27, 4.5), lighter(BLUE, 0.7))
    _figure(brush, (box(-20, -24, 40, 22, 4), rgb("#c98a55")))
    brush.flat(box(-20, -15, 40, 3.5), CREAM)
    icing = blob(
        [
            (-22, -26),
            (-18, -34),
            (0, -36),
            (18, -34),
            (22, -26),
            (18, -18),
            (12, -24),
            (5, -17),
            (-3, -24),
            (-10, -18),
            (-17, -23),
        ]
    )
    _figure(brush, (icing, rgb("#f3a6b4")))
    brush.fill(box(-2, -46, 4, 12, 1.5), CREAM)
    brush.flat(blob([(0, -55), (3.2, -49), (0, -46), (-3.2, -49)]), rgb("#f6a93a"))
    for x in (-12, 12):
        brush.fill(oval(x, -36, 4.2, 4.2), RED)


_DRAWN = {
    "red ball": _red_ball,
    "ball of yarn": _yarn,
    "kite": _kite,
    "toy boat": _boat,
    "lantern": _lantern,
    "book": _book,
    "blue mitten": _mitten,
    "red apple": _apple,
    "flower": _flower,
    "basket": _basket,
    "balloon": _balloon,
    "umbrella": _umbrella,
    "gold star": _star,
    "cake": _cake,
}
