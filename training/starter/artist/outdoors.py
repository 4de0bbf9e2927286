"""Seven places in nature, each in far, middle and ground planes on a 100 x 100 canvas."""

import math

from training.starter.artist.brush import Brush
from training.starter.artist.colour import Colour, darker, lighter, mix, rgb
from training.starter.artist.land import ground, hill
from training.starter.artist.plants import (
    bloom,
    bush,
    fern,
    fir,
    lily,
    palm,
    reeds,
    round_tree,
    toadstool,
)
from training.starter.artist.shapes import blob, box, curve, oval, polygon
from training.starter.artist.sky import draw_sky, fill_sky, pure

GRASS, LEAF, PINE = rgb("#a8cb7c"), rgb("#7fae66"), rgb("#6f9a86")
TRUNK, WOOD, SAND = rgb("#9a7a62"), rgb("#f4efe2"), rgb("#f3dba4")
SEA, SNOW, ROCK = rgb("#6cb3cf"), rgb("#f3f5f6"), rgb("#a9a3ad")
PINK, YELLOW, WHITE, PURPLE = rgb("#e98aa0"), rgb("#f5c64f"), rgb("#f9f3e4"), rgb("#b78cc4")
RED = rgb("#d9665a")


def garden(brush: Brush) -> None:
    """A white picket fence, an apple tree, a rose bush and two beds of flowers."""
    draw_sky(brush, 43)
    hill(brush, 46, 42, 47, mix(LEAF, rgb("#cfe3d8"), 0.5))
    round_tree(brush, 17, 63, 19, LEAF)
    for x, y in ((6, 34), (14, 24), (20, 38), (29, 29), (11, 44)):
        brush.fill(oval(x, y, 2.2, 2.2), RED, edge=False)
    ground(brush, 62, GRASS)
    for at in range(11):
        x = -5 + at * 10
        picket = polygon((x, 67), (x, 48), (x + 3.2, 43.5), (x + 6.4, 48), (x + 6.4, 67))
        brush.fill(picket, WOOD)
    for y in (51, 60):
        brush.fill(box(-2, y, 104, 3), WOOD)
    bush(brush, 86, 69, 15, darker(LEAF, 0.14))
    for x, y in ((77, 63), (85, 58), (93, 62), (87, 66)):
        brush.flat(oval(x, y, 2.2, 2.2), PINK)
    for side, colours in ((0, (PINK, YELLOW, PURPLE)), (66, (YELLOW, PURPLE, PINK))):
        soil = [(-6, 72), (8, 69.5), (26, 69.5), (40, 72), (28, 75.5), (6, 75.5)]
        brush.fill(blob([(x + side, y) for x, y in soil]), rgb("#9c7c5e"))
        for x, colour in zip((5, 17, 29), colours, strict=True):
            bloom(brush, x + side, 69, 4.2, colour)


def forest(brush: Brush) -> None:
    """Tall trunks in two depths under a roof of leaves, ferns and toadstools."""
    fill_sky(brush, box(-2, -2, 104, 70))
    haze = mix(PINE, rgb("#dcebd8"), 0.45)
    brush.flat(box(-10, -10, 120, 80), haze, 0.65)
    shines = {"day": "#f5f5c4", "sunset": "#ffb26b", "night": "#a9c0f0", "rain": "#d5e0e8"}
    brush.glow(50, 38, 46, rgb(shines[brush.light]), 0.8 if brush.light == "sunset" else 0.5)
    for x in (31, 43, 57, 68):
        brush.flat(box(x - 2.6, 4, 5.2, 62), mix(TRUNK, haze, 0.5))
    ground(brush, 63, rgb("#97b06b"))
    near = blob([(-4, 66), (50, 63), (104, 66), (104, 72), (50, 69), (-4, 73)])
    brush.flat(near, darker(rgb("#97b06b"), 0.12))
    for x in (13, 88):
        _trunk(brush, x)
    roof = [(-8, -8), (108, -8), (106, 22), (93, 27), (80, 18), (66, 22), (51, 14), (36, 21)]
    brush.fill(blob([*roof, (22, 17), (9, 27), (-6, 23)]), darker(LEAF, 0.1))
    for x, y, wide in ((16, 13, 10), (48, 6, 11), (84, 13, 10)):
        brush.flat(oval(x, y, wide, 4), lighter(darker(LEAF, 0.1), 0.2), 0.7)
    fern(brush, 27, 71, 12)
    fern(brush, 95, 75, 10)
    toadstool(brush, 73, 73, 1.7)
    toadstool(brush, 82, 76, 1.15)


def meadow(brush: Brush) -> None:
    """Rolling hills one behind the other, a big sky, a lone tree and large flowers."""
    draw_sky(brush, 43, 70)
    hill(brush, 46, 36, 44, mix(LEAF, rgb("#b5d6e6"), 0.6))
    hill(brush, 40, 55, 42, mix(LEAF, rgb("#d8e8b8"), 0.35))
    round_tree(brush, 22, 54, 13, darker(LEAF, 0.08))
    hill(brush, 57, 51, 60, mix(GRASS, rgb("#f2ec9e"), 0.5))
    ground(brush, 62, mix(GRASS, rgb("#d3da6e"), 0.4))
    flowers = (
        (30, 66, 2.6, YELLOW),
        (74, 66, 2.6, WHITE),
        (89, 65, 2.6, PINK),
        (12, 68, 2.9, WHITE),
        (24, 74, 3.3, PURPLE),
        (85, 73, 3.3, YELLOW),
        (5, 81, 3.9, YELLOW),
        (95, 84, 4.0, PURPLE),
        (13, 94, 4.6, PINK),
        (86, 94, 4.6, WHITE),
    )
    for x, y, size, colour in flowers:
        bloom(brush, x, y, size, colour)


def beach(brush: Brush) -> None:
    """Sea with foam, a sailing boat, yellow sand, a palm and a starfish."""
    draw_sky(brush, 44, 62)
    brush.gradient(box(-2, 42, 104, 26), SEA, lighter(SEA, 0.2))
    for x, y in ((38, 49), (60, 56), (4, 57)):
        brush.line(curve((x, y), (x + 9, y - 1), (x + 20, y)), lighter(SEA, 0.6), 1.2)
    brush.fill(polygon((82.4, 46), (82.4, 27), (93, 46)), WOOD)
    brush.fill(polygon((80.6, 46), (80.6, 32), (73, 46)), rgb("#f2c06a"))
    brush.fill(blob([(71, 47), (95, 47), (91, 52), (76, 52)]), RED)
    foam = [(-6, 65), (25, 60), (55, 64), (80, 60), (106, 63), (106, 70), (-6, 72)]
    brush.flat(blob(foam), lighter(SEA, 0.9))
    sand = [(-8, 69), (25, 63.5), (55, 67.5), (80, 63.5), (108, 66.5), (112, 112), (-12, 112)]
    brush.fill(blob(sand), SAND)
    palm(brush, 17, 77)
    _starfish(brush, 86, 75, 7)


def pond(brush: Brush) -> None:
    """A wide sheet of water with lily pads, reeds and bulrushes, and a grassy near bank."""
    draw_sky(brush, 42, 66)
    hill(brush, 38, 34, 40, mix(LEAF, rgb("#cfe3e0"), 0.5))
    for x, size in ((4, 9), (24, 8), (76, 8), (97, 10)):
        bush(brush, x, 47, size, mix(LEAF, rgb("#cfe3d0"), 0.15))
    brush.fill(box(-2, 44, 104, 8), mix(GRASS, rgb("#e2eed0"), 0.2))
    water = rgb("#5fa8cf")
    sheet = [(-14, 60), (8, 49.5), (50, 46.5), (92, 49.5), (114, 60), (100, 80), (50, 78), (0, 80)]
    brush.gradient(blob(sheet), lighter(water, 0.45), water)
    for x, y in ((36, 53), (54, 60)):
        brush.line(curve((x, y), (x + 9, y - 0.8), (x + 20, y)), lighter(water, 0.65), 1.2)
    for x, y, size, is_open in ((29, 63, 8, True), (73, 62, 8.5, True), (62, 53, 5.5, False)):
        lily(brush, x, y, size, is_open)
    bank = [(-10, 74), (20, 71), (50, 73.5), (80, 71), (110, 74), (112, 112), (-12, 112)]
    brush.fill(blob(bank), GRASS)
    reeds(brush, 14, 79)
    reeds(brush, 88, 78)


def snow(brush: Brush) -> None:
    """Round white hills with blue shade, snowy firs and large flakes."""
    draw_sky(brush, 48, 53)
    shade = rgb("#aecdee")
    hill(brush, 34, 50, 40, mix(SNOW, shade, 0.8))
    hill(brush, 52, 44, 54, mix(SNOW, shade, 0.45))
    for x, foot, size in ((34, 59, 11), (70, 58, 11), (15, 66, 20), (87, 67, 21)):
        fir(brush, x, foot, size)
    near = [(-8, 66), (20, 61), (50, 65), (80, 61), (108, 66), (112, 112), (-12, 112)]
    brush.fill(blob(near), mix(SNOW, shade, 0.25))
    drift = [(-8, 92), (30, 85), (70, 91), (108, 84), (112, 112), (-12, 112)]
    brush.flat(blob(drift), mix(SNOW, shade, 0.06))
    if brush.light != "rain":
        flakes = ((4, 30), (27, 30), (38, 20), (62, 38), (44, 44), (70, 20), (97, 30), (26, 46))
        for x, y in (*flakes, (73, 46), (10, 10), (84, 8)):
            pure(brush, oval(x, y, 1.8, 1.8), SNOW, 0.9)


def mountain(brush: Brush) -> None:
    """Peaks with snow, a path that winds up to a hut, and rocks with a flag."""
    draw_sky(brush, 43, 67)
    far, steep = rgb("#b4bcdc"), rgb("#8f8fb8")
    brush.flat(polygon((20, 62), (54, 26), (66, 40), (76, 34), (100, 62)), far)
    _peak(brush, 24, 12, 34, steep)
    _peak(brush, 84, 22, 30, darker(steep, 0.06))
    hill(brush, 50, 60, 52, rgb("#93a877"))
    _hut(brush, 79, 62)
    ground(brush, 63, rgb("#c9c29a"))
    way = [(70, 63.5), (78, 63.5), (72, 70), (86, 80), (70, 104), (28, 104), (60, 82), (58, 71)]
    brush.flat(blob(way), rgb("#eadfc2"))
    _flag(brush, 19, 58)
    for x, y, size in ((10, 69, 10), (23, 70, 11), (93, 74, 8)):
        stone = [(-1, 0), (-0.8, -0.7), (-0.1, -1.1), (0.6, -0.8), (1, 0), (0, 0.15)]
        brush.fill(blob([(x + u * size, y + v * size) for u, v in stone]), ROCK)
        top = [(-0.6, -0.6), (-0.1, -0.95), (0.4, -0.75), (0.1, -0.5)]
        brush.flat(blob([(x + u * size, y + v * size) for u, v in top]), lighter(ROCK, 0.35))


def _peak(brush: Brush, x: float, top: float, half: float, colour: Colour) -> None:
    """A steep mountain with snow on its summit and its right side in the shade."""
    foot = 64
    brush.fill(polygon((x - half, foot), (x, top), (x + half, foot)), colour)
    brush.flat(polygon((x, top), (x + half, foot), (x + half * 0.25, foot)), darker(colour, 0.16))
    drop = (foot - top) * 0.36
    cap = polygon(
        (x, top),
        (x + half * 0.36, top + drop),
        (x + half * 0.15, top + drop * 0.78),
        (x, top + drop * 1.15),
        (x - half * 0.16, top + drop * 0.78),
        (x - half * 0.36, top + drop),
    )
    brush.flat(cap, SNOW)


def _hut(brush: Brush, x: float, foot: float) -> None:
    brush.fill(box(x - 9, foot - 13, 18, 14), rgb("#b5845c"))
    brush.fill(polygon((x - 12.5, foot - 12), (x, foot - 23), (x + 12.5, foot - 12)), RED)
    brush.fill(box(x - 6.5, foot - 9.5, 5.6, 10.5), rgb("#6b4a3c"))
    brush.fill(box(x + 1.4, foot - 9.5, 5.4, 5.4), rgb("#bcd3df"))
    if brush.light in ("night", "rain"):
        brush.glow(x + 4.1, foot - 6.8, 9, rgb("#ffce6e"), 0.8)
        pure(brush, box(x + 1.4, foot - 9.5, 5.4, 5.4), rgb("#ffdf8f"))


def _flag(brush: Brush, x: float, foot: float) -> None:
    brush.line(curve((x, foot), (x, foot - 24)), rgb("#7b5b48"), 1.5)
    cloth = [(x, foot - 24), (x + 7, foot - 22.5), (x + 14, foot - 24)]
    brush.fill(blob([*cloth, (x + 13, foot - 15), (x + 7, foot - 14), (x, foot - 15)]), RED)


def _starfish(brush: Brush, x: float, y: float, size: float) -> None:
    points = []
    for turn in range(10):
        angle, reach = turn * math.pi / 5 - 0.3, size * (0.45 if turn % 2 else 1.0)
        points.append((x + reach * math.cos(angle), y + reach * 0.62 * math.sin(angle)))
    brush.fill(blob(points), rgb("#ef8f62"))


def _trunk(brush: Brush, x: float) -> None:
    right = [(x - 6, -4), (x + 6, -4), (x + 6, 40), (x + 7, 64), (x + 12, 73)]
    brush.fill(blob([*right, (x, 71), (x - 11, 73), (x - 7, 60), (x - 6, 40)]), TRUNK)
    brush.line(curve((x - 2, 30), (x - 3, 40), (x - 2, 50)), darker(TRUNK, 0.25), 1.2)
    brush.line(curve((x + 2, 42), (x + 2, 52), (x + 3, 62)), darker(TRUNK, 0.25), 1.2)
