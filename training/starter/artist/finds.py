"""What is found out of doors: on a branch, in a bed, in the air, in the sky."""

import math

from training.starter.artist.brush import Brush
from training.starter.artist.colour import Colour, darker, lighter, rgb
from training.starter.artist.figures import BROWN, CREAM, GOLD, GREEN, RED, figure, rod
from training.starter.artist.shapes import blob, curve, oval, polygon

PUMPKIN, VIOLET, PINK, PLUME = rgb("#ee8a2c"), rgb("#8046c4"), rgb("#f285bd"), rgb("#2f7fd6")


def apple(brush: Brush) -> None:
    """Red and heart-shaped, with a leaf."""
    right = [(12, -35), (20, -24), (16, -6), (6, 0)]
    left = [(-x, y) for x, y in reversed(right)]
    figure(brush, (blob([(0, -31), *right, (0, -2), *left]), RED))
    brush.flat(oval(-9, -24, 3.6, 6), lighter(RED, 0.65), 0.9)
    figure(brush, (rod(curve((0, -31), (1, -38), (4, -43)), 2.6), darker(BROWN, 0.4)))
    figure(brush, (blob([(3, -37), (9, -48), (22, -47), (14, -36)]), GREEN))


def flower(brush: Brush) -> None:
    """Six pink petals on a stalk with two leaves."""
    brush.line(curve((0, 0), (2, -16), (0, -36)), GREEN, 1.8)
    figure(brush, (blob([(1, -8), (12, -20), (20, -18), (13, -8)]), GREEN))
    figure(brush, (blob([(0, -4), (-12, -15), (-19, -12), (-11, -4)]), GREEN))
    petals = [
        (oval(11.5 * math.cos(turn), -44 + 11.5 * math.sin(turn), 8.2, 8.2), rgb("#ee7fa2"))
        for turn in (i * math.tau / 6 for i in range(6))
    ]
    figure(brush, *petals)
    brush.fill(oval(0, -44, 7.5, 7.5), GOLD)


def star(brush: Brush) -> None:
    """Five points of gold with a dark rim, shining a little."""
    points, edge = [], []
    for i in range(10):
        reach = 22.0 if i % 2 == 0 else 11.0
        turn = math.pi * (i / 5 - 0.5)
        points.append((reach * math.cos(turn), -19 + reach * math.sin(turn)))
        edge.append((reach * 1.13 * math.cos(turn), -19 + reach * 1.13 * math.sin(turn)))
    brush.glow(0, -19, 34, Colour(255, 226, 130), 0.6)
    brush.flat(polygon(*edge), darker(GOLD, 0.4))
    figure(brush, (polygon(*points), GOLD))
    brush.flat(polygon(points[0], points[9], (0, -19)), lighter(GOLD, 0.6), 0.8)
    brush.flat(polygon(points[8], points[7], (0, -19)), lighter(GOLD, 0.6), 0.8)


def pumpkin(brush: Brush) -> None:
    """Broad orange ribs under a green stalk and a curled leaf."""
    figure(brush, (rod(curve((0, -28), (-1, -35), (5, -40)), 5.5), darker(GREEN, 0.25)))
    figure(
        brush,
        (oval(-15, -14.5, 11, 13), darker(PUMPKIN, 0.2)),
        (oval(15, -14.5, 11, 13), darker(PUMPKIN, 0.2)),
        (oval(-8, -15, 10, 14.5), PUMPKIN),
        (oval(8, -15, 10, 14.5), PUMPKIN),
        (oval(0, -15, 7, 15), lighter(PUMPKIN, 0.25)),
    )
    figure(brush, (blob([(2, -31), (10, -40), (21, -36), (14, -28)]), GREEN))


def butterfly(brush: Brush) -> None:
    """Hovering with wings spread, violet above and pink below."""
    for side in (-1, 1):
        low = blob([(1, -28), (13, -27), (19, -18), (12, -9), (4, -14)], (side, 1))
        high = blob([(1, -30), (7, -46), (19, -54), (27, -46), (22, -31), (9, -25)], (side, 1))
        figure(brush, (low, PINK))
        figure(brush, (high, VIOLET))
        brush.flat(oval(side * 17, -42, 4.6, 5.4), lighter(PINK, 0.4))
        feeler = rod(curve((side * 1, -42), (side * 4, -51), (side * 8, -57)), 1.6)
        brush.flat(feeler, rgb("#4a3a52"))
    figure(brush, (oval(0, -29, 3.4, 14), rgb("#4a3a52")))


def feather(brush: Brush) -> None:
    """A curved blue plume, notched on one side, with pale down at its quill."""
    left = [(-9, -13), (-15, -27), (-11, -42), (2, -53), (18, -57)]
    right = [(19, -46), (15, -40), (15, -32), (9, -27), (8, -17), (3, -12)]
    vane = blob([(-4, -9), *left, *right])
    figure(brush, (vane, PLUME))
    with brush.inside(vane):
        brush.flat(blob([(-24, -30), (2, -18), (24, -24), (16, 0), (-20, 0)]), CREAM)
    figure(brush, (rod(curve((-6, 0), (-3, -12), (0, -30), (10, -48)), 2), CREAM))
