"""Three places outdoors that a building names: a farmyard, a castle and a street (100 x 100)."""

import skia

from training.starter.artist.brush import Brush
from training.starter.artist.colour import Colour, darker, lighter, mix, rgb
from training.starter.artist.land import ground, hill
from training.starter.artist.plants import bush
from training.starter.artist.shapes import blob, box, curve, oval, polygon
from training.starter.artist.sky import draw_sky, pure

LEAF, STRAW = rgb("#7fae66"), rgb("#e8bd55")
WHITE, RED, IRON = rgb("#f6f0e2"), rgb("#cb5a4c"), rgb("#5f6470")
WALL, ROOF, STONE = rgb("#dcc8c6"), rgb("#8d70b8"), rgb("#cdbfae")
LAMP, LIT = Colour(255, 206, 110), Colour(255, 226, 150)


def farmyard(brush: Brush) -> None:
    """A red barn with a white cross on its door, a haystack and a brown fence."""
    draw_sky(brush, 45, 66)
    hill(brush, 48, 44, 40, mix(STRAW, rgb("#f4e6b0"), 0.35))
    hill(brush, 56, 53, 54, mix(LEAF, rgb("#d8e0a0"), 0.2))
    ground(brush, 63, rgb("#d3bd86"))
    wood = rgb("#9c7350")
    for x in (46, 61, 76, 91):
        brush.fill(box(x, 50, 3.6, 18, 1), wood)
    for y in (53, 60):
        brush.fill(box(40, y, 64, 3), wood)
    _barn(brush)
    _haystack(brush, 83, 71)


def castle(brush: Brush) -> None:
    """A pale castle with violet roofs and pennants on a green hill."""
    draw_sky(brush, 42, 62)
    hill(brush, 46, 40, 46, mix(LEAF, rgb("#c9dfe6"), 0.55))
    hill(brush, 62, 48, 62, rgb("#8fbf6c"))
    _keep(brush)
    for x, half, top in ((22, 8, 32), (79, 8, 37)):
        _tower(brush, x, half, top, 63)
    mound = [(-10, 66), (20, 60), (50, 58), (80, 60), (110, 66), (112, 112), (-12, 112)]
    brush.fill(blob(mound), rgb("#9ccb70"))
    way = [(45, 58.5), (57, 58.5), (60, 70), (78, 104), (22, 104), (42, 70)]
    brush.flat(blob(way), rgb("#e9dcb8"))
    for x, foot in ((7, 68), (94, 69)):
        bush(brush, x, foot, 9, darker(LEAF, 0.08))


def street(brush: Brush) -> None:
    """A row of coloured houses with lit windows at night, a lamp and cobbles."""
    draw_sky(brush, 37, 49)
    _house(brush, -5, 28, 36, rgb("#e9a583"), rgb("#8b8797"))
    _house(brush, 23, 26, 28, rgb("#f2d58c"), rgb("#b9705f"))
    _house(brush, 49, 24, 33, rgb("#9fc6c6"), rgb("#8b8797"))
    _house(brush, 73, 32, 38, rgb("#df9c9c"), rgb("#b9705f"))
    brush.fill(box(-2, 63, 104, 6), rgb("#d8cdbd"))
    brush.gradient(box(-2, 68, 104, 34), STONE, lighter(STONE, 0.2))
    for y, columns in ((74, (8, 27, 73, 92)), (83, (2, 20, 80, 98)), (93, (10, 30, 70, 90))):
        for x in columns:
            brush.flat(oval(x, y, 7, 2.3), darker(STONE, 0.13))
    street_lamp(brush, 15)


def _barn(brush: Brush) -> None:
    walls = [(5, 68), (5, 40), (11, 28), (24, 20), (37, 28), (43, 40), (43, 68)]
    brush.fill(polygon(*walls), RED)
    brush.fill(box(13, 44, 22, 24), WHITE)
    brush.fill(box(15, 46, 18, 22), darker(RED, 0.18), edge=False)
    for ends in (((15, 47), (33, 67)), ((33, 47), (15, 67))):
        brush.line(polygon(*ends), WHITE, 2.2)
    brush.fill(box(19.5, 29, 9, 9, 1), WHITE)
    loft = box(21.2, 30.7, 5.6, 7.3)
    brush.flat(loft, rgb("#6b4038"))
    eaves = [(1, 42), (8, 27), (24, 15), (40, 27), (47, 42), (43, 43), (37.5, 30), (24, 20.5)]
    brush.fill(polygon(*eaves, (10.5, 30), (5, 43)), rgb("#7d6a72"))
    if brush.light == "night":
        light_behind(brush, loft)


def _haystack(brush: Brush, x: float, foot: float) -> None:
    stack = [(-15, 0), (-13, -14), (-7, -24), (0, -28), (7, -24), (13, -14), (15, 0), (0, 1.5)]
    brush.fill(blob([(x + u, foot + v) for u, v in stack]), STRAW)
    for u, v in ((-7, -5), (5, -8), (-3, -14), (3, -19)):
        straw = curve((x + u - 3, foot + v + 2.4), (x + u, foot + v), (x + u + 3, foot + v + 2))
        brush.line(straw, darker(STRAW, 0.28), 1.3)


def _keep(brush: Brush) -> None:
    """The wall between the towers, a house with battlements and the gate."""
    _battlements(brush, 22, 79, 47, 62)
    _battlements(brush, 38, 64, 33, 62)
    gate = blob([(45, 62), (45, 52), (47.5, 47.5), (51, 46), (54.5, 47.5), (57, 52), (57, 62)])
    brush.fill(gate, rgb("#7d5a50"))
    _slit(brush, 44, 41)
    _slit(brush, 58, 41)
    _pennant(brush, 51, 30, rgb("#e5b93f"))


def _battlements(brush: Brush, left: float, right: float, top: float, foot: float) -> None:
    """A wall with five merlons."""
    step = (right - left) / 9
    points = [(left, foot)]
    for tooth in range(9):
        y = top + (tooth % 2) * 3.4
        points += [(left + tooth * step, y), (left + (tooth + 1) * step, y)]
    brush.fill(polygon(*points, (right, foot)), WALL)


def _tower(brush: Brush, x: float, half: float, top: float, foot: float) -> None:
    brush.fill(box(x - half, top, half * 2, foot - top), lighter(WALL, 0.3))
    brush.flat(box(x + half * 0.35, top, half * 0.65, foot - top), darker(WALL, 0.14))
    _pennant(brush, x, top - 17, rgb("#de5f6e"))
    brush.fill(polygon((x - half - 2.5, top + 1), (x, top - 19), (x + half + 2.5, top + 1)), ROOF)
    _slit(brush, x - 1, top + 8)


def _slit(brush: Brush, x: float, y: float) -> None:
    slit = box(x - 1.9, y - 2.8, 3.8, 6.6, 1.8)
    brush.fill(slit, rgb("#6f6480"))
    if brush.light == "night":
        light_behind(brush, slit)


def _pennant(brush: Brush, x: float, foot: float, colour: Colour) -> None:
    brush.line(curve((x, foot), (x, foot - 9)), rgb("#7b6a72"), 1.2)
    brush.fill(polygon((x, foot - 9.5), (x + 9, foot - 6.5), (x, foot - 3.5)), colour)


def _house(brush: Brush, x: float, width: float, tall: float, wall: Colour, roof: Colour) -> None:
    top = 64 - tall
    brush.fill(box(x, top, width, tall + 1), wall)
    gable = polygon((x - 1.5, top), (x + width / 2, top - 13), (x + width + 1.5, top))
    brush.fill(gable, roof)
    size = width * 0.27
    windows = ((0.15, top + 4), (0.58, top + 4), (0.58, 64 - 14))
    for share, y in windows:
        pane = box(x + width * share, y, size, size * 1.15, 0.6)
        brush.fill(pane, rgb("#86a8bd"))
        if brush.light in ("night", "rain"):
            light_behind(brush, pane)
    brush.fill(box(x + width * 0.13, 50.5, width * 0.3, 13.9, 1.5), darker(wall, 0.45))


def light_behind(brush: Brush, pane: skia.Path) -> None:
    """Lamplight behind a pane, brighter at night than in rain."""
    bounds, strength = pane.getBounds(), 1.0 if brush.light == "night" else 0.6
    x, y = bounds.centerX(), bounds.centerY()
    brush.glow(x, y, bounds.height() * 1.2, LAMP, strength * 0.6)
    pure(brush, pane, LIT, strength)


def street_lamp(brush: Brush, x: float) -> None:
    """A lamp of iron and glass, lit but for by day."""
    brush.fill(box(x - 1.2, 28, 2.4, 46), IRON)
    brush.fill(box(x - 3, 71, 6, 4, 0.8), IRON)
    lantern = polygon((x - 3.6, 29), (x - 5, 19.5), (x + 5, 19.5), (x + 3.6, 29))
    brush.fill(lantern, rgb("#fbe6a8"))
    if brush.light != "day":
        brush.glow(x, 24, 20, LAMP, 0.7)
        pure(brush, lantern, LIT)
    brush.fill(polygon((x - 6, 20), (x, 14), (x + 6, 20)), IRON)
