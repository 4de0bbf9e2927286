"""Toys and presents."""

import skia

from training.starter.artist.brush import Brush
from training.starter.artist.colour import darker, lighter, rgb
from training.starter.artist.figures import (
    BLUE,
    BROWN,
    CREAM,
    GOLD,
    RED,
    figure,
    rod,
    tub,
)
from training.starter.artist.shapes import blob, box, curve, oval, polygon

PURPLE, TEAL = rgb("#9a78b8"), rgb("#3f9e9a")
INDIGO, TURQUOISE = rgb("#3f57b5"), rgb("#3bb8bd")


def red_ball(brush: Brush) -> None:
    """Red with a broad cream band, so that nobody takes it for an apple."""
    ball = oval(0, -18, 18, 18)
    figure(brush, (ball, RED))
    with brush.inside(ball):
        brush.flat(rod(curve((-20, -25), (0, -15), (20, -23)), 8), CREAM)
        brush.flat(oval(4, -2, 18, 7), darker(RED, 0.5), 0.3)
    brush.flat(oval(-7, -30, 4, 2.8), CREAM, 0.85)


def yarn(brush: Brush) -> None:
    """A ball of wool with its end trailing."""
    ball = oval(0, -17, 18, 17)
    end = rod(curve((4, -2), (18, 0), (25, -6), (20, -12), (30, -11), (33, -3)), 2.4)
    figure(brush, (end, darker(PURPLE, 0.1)))
    figure(brush, (ball, PURPLE))
    with brush.inside(ball):
        for shift in (-12, -3, 6):
            thread = curve((-20, shift - 14), (0, shift - 22), (20, shift - 8))
            brush.flat(rod(thread, 2.4), lighter(PURPLE, 0.55))
        for shift in (-9, 4):
            thread = curve((shift - 8, 0), (shift + 4, -14), (shift - 2, -36))
            brush.flat(rod(thread, 2.0), darker(PURPLE, 0.35))


def kite(brush: Brush) -> None:
    """A diamond of four colours with a bow on its tail."""
    brush.line(curve((0, -8), (6, -3), (14, -8), (23, -5)), darker(BROWN, 0.2), 1.1)
    figure(brush, (polygon((17, -11), (29, 0), (29, -11), (17, 0)), GOLD))
    figure(
        brush,
        (polygon((0, -58), (20, -36), (0, -36)), RED),
        (polygon((0, -58), (-20, -36), (0, -36)), GOLD),
        (polygon((0, -6), (20, -36), (0, -36)), BLUE),
        (polygon((0, -6), (-20, -36), (0, -36)), TEAL),
    )


def boat(brush: Brush) -> None:
    """A sailing boat with one cream and one red sail."""
    brush.line(curve((0, -12), (0, -46)), BROWN, 1.5)
    figure(brush, (polygon((3, -45), (20, -17), (3, -17)), CREAM))
    figure(brush, (polygon((-3, -40), (-16, -17), (-3, -17)), lighter(RED, 0.25)))
    figure(brush, (blob([(-24, -14), (0, -13), (24, -15), (15, -1), (0, 0), (-15, -1)]), BLUE))
    brush.line(curve((-18, -8), (0, -7), (18, -9)), CREAM, 1.2)


def balloon(brush: Brush) -> None:
    """High on a long string."""
    brush.line(curve((0, 0), (3, -20), (-2, -36), (8, -54)), darker(CREAM, 0.5), 0.9)
    knot = polygon((4, -50), (12, -50), (8, -57))
    right, left = [(26, -92), (30, -76), (20, -60)], [(-4, -60), (-14, -76), (-10, -92)]
    figure(brush, (knot, TEAL), (blob([(8, -102), *right, (8, -54), *left]), TEAL))
    brush.flat(oval(-1, -86, 4.5, 7.5), lighter(TEAL, 0.75), 0.85)


def drum(brush: Brush) -> None:
    """A blue tin drum with gold hoops, and two sticks crossed on its skin."""
    wall = tub((-28, 21), (-6, 20), 3.5)
    figure(brush, (wall, INDIGO), (oval(0, -28, 21, 6.5), GOLD))
    with brush.inside(wall):
        brush.flat(rod(curve((-22, -26), (0, -19), (22, -26)), 5), GOLD)
        brush.flat(rod(curve((-22, -7), (0, 0), (22, -7)), 5), GOLD)
        for x in (-21, -7, 7):
            lace = polygon((x, -20), (x + 7, -6), (x + 14, -20))
            brush.line(lace, CREAM, 0.9)
    brush.flat(oval(0, -28.5, 18, 4.8), CREAM)
    for side in (-1, 1):
        stick = rod(curve((side * 13, -27), (side * -13, -45)), 3)
        figure(brush, (stick, lighter(BROWN, 0.1)), (oval(side * -14, -46, 4, 4), RED))


def gift_box(brush: Brush) -> None:
    """A turquoise box whose red bow falls over the lid."""
    figure(
        brush,
        (box(-18, -28, 36, 28, 1.5), TURQUOISE),
        (box(-21, -35, 42, 10, 1.5), lighter(TURQUOISE, 0.25)),
    )
    brush.flat(box(-4.5, -35, 9, 35), RED)
    brush.flat(box(-18, -25.5, 36, 2), darker(TURQUOISE, 0.45), 0.6)
    for side in (-1, 1):
        loop = [(0, -36), (8, -50), (19, -53), (22, -44), (13, -36)]
        end = [(0, -37), (10, -31), (16, -20), (8, -21)]
        tail = polygon(*((side * x, y) for x, y in end))
        figure(brush, (tail, darker(RED, 0.15)), (blob(loop, (side, 1)), RED))
        brush.flat(blob([(5, -40), (12, -47), (17, -47), (12, -40)], (side, 1)), darker(RED, 0.4))
    figure(brush, (oval(0, -37, 5.5, 5), RED))


def sled(brush: Brush) -> None:
    """A wooden seat on red runners that curl up in front."""
    runner = skia.Path()
    runner.moveTo(-25, -2.5)
    runner.lineTo(16, -2.5)
    runner.cubicTo(36, -3, 35, -31, 22, -27)
    for x in (-15, 9):
        figure(brush, (box(x - 2, -18, 4, 14), RED))
    figure(brush, (rod(runner, 4), RED))
    seat = polygon((-20, -26), (16, -26), (20, -18), (-27, -18))
    figure(brush, (box(-27, -19, 47, 4.5, 1.5), darker(BROWN, 0.1)), (seat, rgb("#e8b566")))
    brush.line(curve((-23, -22), (18, -22)), darker(BROWN, 0.15), 0.7)
