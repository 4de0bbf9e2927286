"""What lies about in a house and its garden shed."""

import skia

from training.starter.artist.brush import Brush
from training.starter.artist.colour import Colour, darker, lighter, rgb
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

IRON, COBALT, CHINA = rgb("#5b4a4a"), rgb("#3564b8"), rgb("#fdf8ee")
TIN, SUN, RASPBERRY = rgb("#bccfdc"), rgb("#f7cf45"), rgb("#d3457f")


def lantern(brush: Brush) -> None:
    """An iron lantern with a flame; it lights its surroundings."""
    brush.glow(0, -20, 44 if brush.light == "night" else 30, Colour(255, 214, 120), 0.75)
    brush.flat(rod(curve((-9, -37), (-7, -49), (7, -49), (9, -37)), 3.2), IRON)
    figure(brush, (box(-14, -38, 28, 36, 4), IRON), (box(-16, -6, 32, 6, 2), IRON))
    brush.star, was = True, brush.star
    brush.flat(box(-11, -33, 22, 26, 3), Colour(255, 226, 140))
    brush.flat(blob([(0, -30), (6, -18), (4, -9), (-4, -9), (-6, -18)]), rgb("#f39a3c"))
    brush.star = was


def book(brush: Brush) -> None:
    """Open, in red covers."""
    cover = blob([(-25, -27), (0, -22), (25, -27), (25, -2), (0, 1), (-25, -2)])
    figure(brush, (cover, rgb("#b5484e")))
    for side in (-1, 1):
        right = [(0, -24), (11, -29), (22, -27), (22, -6), (10, -7), (0, -3)]
        brush.fill(blob(right, (side, 1)), CREAM)
        for y in (-21, -16, -11):
            brush.line(curve((side * 5, y), (side * 17, y - 2)), rgb("#a89a94"), 0.6)
    brush.line(curve((0, -24), (0, -3)), rgb("#8a6a5a"), 0.7)


def mitten(brush: Brush) -> None:
    """Knitted, with a cream cuff."""
    hand = blob([(-12, -10), (-14, -26), (-8, -40), (4, -42), (12, -32), (12, -10)])
    thumb = blob([(8, -14), (18, -28), (25, -28), (24, -20), (14, -8)])
    figure(brush, (thumb, BLUE), (hand, BLUE))
    for y in (-32, -25):
        brush.line(curve((-9, y), (0, y + 2), (8, y)), lighter(BLUE, 0.6), 1.0)
    figure(brush, (box(-15, -12, 30, 12, 5), CREAM))
    for x in (-8, 0, 8):
        brush.line(curve((x, -10), (x, -3)), darker(CREAM, 0.25), 0.6)


def basket(brush: Brush) -> None:
    """Wicker with a handle, covered with a coral cloth."""
    handle = rod(curve((-18, -22), (-15, -44), (15, -44), (18, -22)), 3)
    figure(brush, (handle, lighter(BROWN, 0.15)))
    cloth = blob([(-22, -28), (-8, -35), (8, -33), (22, -28), (12, -20), (-12, -20)])
    figure(brush, (cloth, rgb("#f07f74")))
    wicker = blob([(-24, -24), (0, -22), (24, -24), (19, -2), (0, 0), (-19, -2)])
    figure(brush, (wicker, lighter(BROWN, 0.15)))
    for y in (-17, -10, -4):
        brush.line(curve((-20, y), (0, y + 1), (20, y)), darker(BROWN, 0.25), 0.7)
    for x in (-13, -4, 5, 14):
        brush.line(curve((x, -22), (x * 0.85, -2)), darker(BROWN, 0.25), 0.6)


def umbrella(brush: Brush) -> None:
    """Open, in red and cream stripes, on a crook."""
    brush.line(curve((0, -62), (0, -8), (3, -1), (9, -3), (9, -8)), darker(BROWN, 0.3), 1.6)
    path = skia.Path()
    path.moveTo(-42, -56)
    path.cubicTo(-38, -80, -20, -91, 0, -92)
    path.cubicTo(20, -91, 38, -80, 42, -56)
    for x, y in ((31, -64), (21, -57), (10, -66), (0, -58), (-10, -66), (-21, -57), (-31, -64)):
        path.lineTo(x, y)
    path.close()
    figure(brush, (path, rgb("#e2604e")))
    with brush.inside(path):
        brush.flat(blob([(0, -94), (-14, -80), (-22, -54), (-6, -50), (-8, -76)]), CREAM)
        brush.flat(blob([(0, -94), (14, -80), (22, -54), (36, -50), (28, -76)]), CREAM)
    brush.line(curve((0, -92), (0, -97)), darker(BROWN, 0.3), 1.6)


def cake(brush: Brush) -> None:
    """Pink icing, two cherries and a candle, on a plate."""
    brush.fill(oval(0, -2, 27, 4.5), lighter(BLUE, 0.7))
    figure(brush, (box(-20, -24, 40, 22, 4), rgb("#c98a55")))
    brush.flat(box(-20, -15, 40, 3.5), CREAM)
    top = [(-22, -26), (-18, -34), (0, -36), (18, -34), (22, -26)]
    drips = [(18, -18), (12, -24), (5, -17), (-3, -24), (-10, -18), (-17, -23)]
    figure(brush, (blob([*top, *drips]), rgb("#f3a6b4")))
    brush.fill(box(-2, -46, 4, 12, 1.5), CREAM)
    brush.flat(blob([(0, -55), (3.2, -49), (0, -46), (-3.2, -49)]), rgb("#f6a93a"))
    for x in (-12, 12):
        brush.fill(oval(x, -36, 4.2, 4.2), RED)


def teapot(brush: Brush) -> None:
    """White china with a blue belt, lid, handle and spout."""
    handle = rod(curve((-14, -26), (-27, -30), (-27, -12), (-13, -9)), 4.5)
    spout = blob([(10, -8), (19, -16), (21, -27), (29, -31), (28, -20), (16, -4)])
    pot = oval(0, -17, 18.5, 16)
    figure(brush, (handle, COBALT))
    figure(brush, (box(-11, -5, 22, 5, 2), COBALT), (spout, COBALT), (pot, CHINA))
    with brush.inside(pot):
        brush.flat(rod(curve((-20, -15), (0, -11), (20, -15)), 7), COBALT)
    lid = blob([(-12, -30), (-8, -36), (0, -38), (8, -36), (12, -30), (0, -28)])
    figure(brush, (oval(0, -40.5, 4, 4), COBALT), (lid, COBALT))


def bucket(brush: Brush) -> None:
    """A tin pail with a red band and a red handle."""
    handle = rod(curve((-17, -33), (-14, -48), (0, -53), (14, -48), (17, -33)), 3.4)
    brush.flat(handle, darker(RED, 0.15))
    wall = tub((-32, 19), (-3, 13), 2.5)
    figure(brush, (wall, TIN), (oval(0, -32, 19, 5.5), lighter(TIN, 0.4)))
    brush.flat(oval(0, -31.5, 15.5, 3.8), darker(TIN, 0.75))
    with brush.inside(wall):
        brush.flat(rod(curve((-20, -17), (0, -12), (20, -17)), 10), RED)


def watering_can(brush: Brush) -> None:
    """Yellow, with a tall handle and a long spout that ends in a rose."""
    handle = rod(curve((-14, -10), (-29, -26), (-16, -44), (2, -28)), 4)
    spout = polygon((6, -14), (8, -5), (26, -33), (21, -37))
    rose = polygon((15, -36), (25, -46), (33, -34), (26, -29))
    wall = tub((-28, 14), (-3, 17), 2)
    figure(brush, (handle, darker(SUN, 0.15)))
    figure(brush, (spout, SUN), (wall, SUN), (oval(0, -28, 14, 4.5), lighter(SUN, 0.4)))
    figure(brush, (rose, rgb("#4f7f9e")))
    brush.flat(oval(0, -27.6, 10.5, 2.8), darker(SUN, 0.6))


def cushion(brush: Brush) -> None:
    """A plump raspberry cushion with two gold stripes and a tassel at each corner."""
    for x, y in ((-27, -26), (27, -26), (-28, -3), (28, -3)):
        brush.flat(oval(x, y, 3.6, 3.6), darker(GOLD, 0.15))
    top = [(-26, -26), (-15, -27), (0, -30), (15, -27), (26, -26)]
    floor = [(27, -3), (15, -1), (0, 0), (-15, -1), (-27, -3)]
    case = blob([*top, (24, -14), *floor, (-24, -14)])
    figure(brush, (case, RASPBERRY))
    with brush.inside(case):
        brush.flat(oval(0, -23, 14, 4), lighter(RASPBERRY, 0.35), 0.8)
        for side in (-1, 1):
            stripe = curve((side * 12, -32), (side * 17, -14), (side * 13, 2))
            brush.flat(rod(stripe, 4.5), GOLD)
