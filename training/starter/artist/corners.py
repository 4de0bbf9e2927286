"""Each place from a second view, `in a corner of` it: what stands there is near (100 x 100)."""

from training.starter.artist.brush import Brush
from training.starter.artist.buildings import light_behind, street_lamp
from training.starter.artist.colour import darker, lighter, mix, rgb
from training.starter.artist.land import ground, hill
from training.starter.artist.plants import bloom, bush, fern, fir, lily, reeds, round_tree
from training.starter.artist.shapes import blob, box, curve, oval, polygon
from training.starter.artist.sky import draw_sky, fill_sky

GRASS, LEAF, PINE = rgb("#a8cb7c"), rgb("#7fae66"), rgb("#6f9a86")
TRUNK, WOOD, SAND = rgb("#9a7a62"), rgb("#b5845c"), rgb("#f3dba4")
SEA, SNOW, ROCK, STONE = rgb("#6cb3cf"), rgb("#f3f5f6"), rgb("#a9a3ad"), rgb("#cdbfae")
RED, WHITE = rgb("#d9665a"), rgb("#f6f0e2")
YELLOW, PINK, PURPLE = rgb("#f5c64f"), rgb("#e98aa0"), rgb("#b78cc4")


def garden(brush: Brush) -> None:
    """A shed with a round window, rows of cabbages and beans on their poles."""
    draw_sky(brush, 43, 52)
    hill(brush, 48, 44, 40, mix(LEAF, rgb("#cfe3d8"), 0.5))
    bush(brush, 50, 64, 18, darker(LEAF, 0.1))
    ground(brush, 62, GRASS)
    brush.fill(box(4, 36, 30, 32), rgb("#8fb0a8"))
    brush.fill(polygon((0, 38), (8, 24), (30, 24), (38, 38)), RED)
    brush.fill(box(9, 46, 11, 22, 1), darker(rgb("#8fb0a8"), 0.35))
    pane = oval(27, 47, 4, 4)
    brush.fill(pane, rgb("#d6e8ee"))
    if brush.light in ("night", "rain"):
        light_behind(brush, pane)
    for x in (66, 78, 90):
        for foot in (x - 5, x + 5):
            brush.line(curve((foot, 68), (x, 33)), TRUNK, 1.3)
        for y in (40, 48, 56, 63):
            brush.flat(oval(x - 2.6, y, 3.2, 2.6), LEAF)
            brush.flat(oval(x + 2.8, y + 3, 3.2, 2.6), lighter(LEAF, 0.15))
    soil = [(52, 70), (70, 67.5), (104, 68), (106, 75), (80, 76), (54, 74.5)]
    brush.fill(blob(soil), rgb("#9c7c5e"))
    for x in (60, 73, 87):
        brush.fill(oval(x, 70.5, 5, 3.6), rgb("#9fcf85"))
        brush.flat(oval(x, 70, 2.4, 1.9), rgb("#cbe6a8"))


def forest(brush: Brush) -> None:
    """A fallen trunk with moss before a great tree that has a door in it."""
    fill_sky(brush, box(-2, -2, 104, 70))
    haze = mix(PINE, rgb("#dcebd8"), 0.4)
    brush.flat(box(-10, -10, 120, 80), haze, 0.6)
    for x in (8, 20, 92):
        brush.flat(box(x - 2.6, -2, 5.2, 68), mix(TRUNK, haze, 0.5))
    ground(brush, 63, rgb("#97b06b"))
    great = [
        (56, -6),
        (84, -6),
        (82, 34),
        (85, 58),
        (96, 72),
        (74, 69),
        (70, 72),
        (46, 72),
        (57, 58),
    ]
    brush.fill(blob([*great, (60, 34)]), TRUNK)
    for x in (63, 76):
        brush.line(curve((x, 4), (x + 1, 18), (x, 32)), darker(TRUNK, 0.25), 1.2)
    door = [(64, 69), (64, 52), (66, 46), (70, 44), (74, 46), (76, 52), (76, 69)]
    brush.fill(blob(door), rgb("#c9884f"))
    brush.flat(oval(73.4, 58, 1.2, 1.2), YELLOW)
    leaves = [(-8, -8), (108, -8), (106, 14), (92, 20), (76, 10), (60, 19), (44, 11), (24, 20)]
    brush.fill(blob([*leaves, (8, 12), (-6, 19)]), darker(LEAF, 0.1))
    brush.fill(box(-6, 62, 38, 12, 6), darker(TRUNK, 0.08))
    brush.fill(oval(32, 68, 4.4, 6), rgb("#d8b88f"))
    brush.line(oval(32, 68, 2, 3), darker(TRUNK, 0.1), 0.9)
    brush.flat(blob([(-4, 64), (6, 60.5), (20, 62), (26, 64.5), (10, 66)]), rgb("#9fc06f"))
    fern(brush, 44, 73, 9)


def meadow(brush: Brush) -> None:
    """A great oak with a swing, and hills behind."""
    draw_sky(brush, 43, 50)
    hill(brush, 50, 42, 38, mix(LEAF, rgb("#b5d6e6"), 0.6))
    hill(brush, 48, 56, 50, mix(LEAF, rgb("#d8e8b8"), 0.35))
    ground(brush, 62, mix(GRASS, rgb("#d3da6e"), 0.4))
    trunk = [(76, 20), (88, 20), (88, 56), (95, 71), (70, 71), (77, 56)]
    brush.fill(blob(trunk), TRUNK)
    brush.fill(blob([(80, 26), (62, 21), (44, 22), (44, 26), (62, 27), (80, 34)]), TRUNK)
    crown = [(40, 10), (54, -8), (110, -10), (112, 24), (100, 31), (84, 26), (66, 24), (50, 20)]
    brush.fill(blob(crown), LEAF)
    for x, y in ((60, 8), (80, 4), (92, 18)):
        brush.flat(oval(x, y, 6.5, 4), lighter(LEAF, 0.22), 0.7)
    for x in (50, 62):
        brush.line(curve((x, 24), (x, 56)), rgb("#8a6a4f"), 0.9)
    brush.fill(box(47, 55.5, 18, 2.8, 1), rgb("#c9884f"))
    for x, y, size, colour in (
        (8, 66, 2.7, YELLOW),
        (20, 65, 2.6, WHITE),
        (32, 67, 2.7, PINK),
        (6, 82, 3.9, PURPLE),
        (96, 84, 4.0, WHITE),
        (13, 94, 4.5, YELLOW),
        (88, 95, 4.5, PINK),
    ):
        bloom(brush, x, y, size, colour)


def beach(brush: Brush) -> None:
    """A lighthouse on its cliff, and shells in the sand."""
    draw_sky(brush, 44, 50)
    brush.gradient(box(-2, 42, 104, 26), SEA, lighter(SEA, 0.2))
    for x, y in ((6, 49), (22, 55), (44, 50)):
        brush.line(curve((x, y), (x + 8, y - 1), (x + 18, y)), lighter(SEA, 0.6), 1.2)
    cliff = [(60, 68), (64, 46), (72, 41), (96, 40), (112, 44), (112, 72)]
    brush.fill(blob(cliff), rgb("#b9a58f"))
    brush.flat(blob([(64, 46), (72, 40.5), (96, 39.5), (110, 43), (96, 45), (74, 46)]), LEAF)
    brush.fill(polygon((76, 42), (78.5, 15), (89.5, 15), (92, 42)), WHITE)
    for y in (20, 31):
        brush.flat(
            polygon((78.2 - (y - 18) * 0.1, y), (90, y), (90.8, y + 5.5), (77.2, y + 5.5)), RED
        )
    lamp = box(80, 7, 8, 8.5, 1)
    brush.fill(lamp, rgb("#fbe6a8"))
    if brush.light != "day":
        light_behind(brush, lamp)
    brush.fill(polygon((77.5, 8), (84, 0.5), (90.5, 8)), RED)
    foam = [(-6, 64), (20, 61), (44, 66), (66, 64), (106, 69), (106, 74), (-6, 72)]
    brush.flat(blob(foam), lighter(SEA, 0.9))
    sand = [(-8, 68), (20, 64.5), (44, 69), (66, 67), (108, 72), (112, 112), (-12, 112)]
    brush.fill(blob(sand), SAND)
    for x, y, colour in ((8, 75, PINK), (93, 80, YELLOW), (88, 93, WHITE)):
        shell = [(-4, 1), (-3, -3), (0, -4.4), (3, -3), (4, 1), (0, 2.4)]
        brush.fill(blob([(x + u, y + v) for u, v in shell]), colour)
        brush.line(curve((x, y + 2), (x, y - 3.4)), darker(colour, 0.2), 0.7)


def pond(brush: Brush) -> None:
    """A wooden jetty under a willow."""
    draw_sky(brush, 42, 50)
    hill(brush, 40, 36, 40, mix(LEAF, rgb("#cfe3e0"), 0.5))
    water = rgb("#5fa8cf")
    brush.gradient(box(-2, 46, 104, 34), lighter(water, 0.45), water)
    for x, y in ((4, 54), (30, 59), (80, 58)):
        brush.line(curve((x, y), (x + 8, y - 0.8), (x + 16, y)), lighter(water, 0.65), 1.2)
    lily(brush, 90, 66, 7.5, True)
    plank = rgb("#c9a06c")
    for x in (34, 62):
        brush.fill(box(x, 52, 3.4, 20, 1), darker(plank, 0.3))
    brush.fill(polygon((38, 52), (62, 52), (70, 74), (30, 74)), plank)
    for y, half in ((56, 13.6), (61, 15.4), (66.5, 17.4)):
        brush.line(curve((50 - half, y), (50 + half, y)), darker(plank, 0.25), 0.8)
    bank = [(-10, 74), (20, 71), (50, 73), (80, 71), (110, 74), (112, 112), (-12, 112)]
    brush.fill(blob(bank), GRASS)
    trunk = [(2, 74), (5, 48), (3, 22), (11, 20), (13, 48), (18, 74)]
    brush.fill(blob(trunk), TRUNK)
    brush.fill(blob([(-8, 26), (-4, 2), (14, -6), (34, 2), (36, 20), (22, 24), (6, 20)]), LEAF)
    for x, low in ((-2, 46), (7, 38), (17, 44), (26, 40), (33, 34)):
        strand = [(x - 4, 14), (x + 4, 14), (x + 3.4, low - 6), (x + 0.6, low), (x - 2.4, low - 7)]
        brush.fill(blob(strand), lighter(LEAF, 0.1), edge=False)
    reeds(brush, 95, 80)


def snow(brush: Brush) -> None:
    """A cottage with snow on its roof and a snowman before it."""
    draw_sky(brush, 48, 50)
    shade = rgb("#aecdee")
    hill(brush, 40, 48, 52, mix(SNOW, shade, 0.7))
    fir(brush, 6, 64, 20)
    fir(brush, 52, 60, 12)
    brush.fill(box(62, 42, 32, 24), rgb("#c08a62"))
    brush.fill(box(84, 22, 6, 14), rgb("#b5705f"))
    brush.fill(blob([(56, 44), (62, 34), (76, 25), (82, 25), (94, 34), (101, 44), (78, 42)]), SNOW)
    pane = box(66, 47, 9, 8, 0.6)
    brush.fill(pane, rgb("#86a8bd"))
    if brush.light != "day":
        light_behind(brush, pane)
    brush.fill(box(81, 48, 8, 18, 1), rgb("#7d5a50"))
    near = [(-8, 66), (20, 62), (50, 65), (80, 63), (108, 66), (112, 112), (-12, 112)]
    brush.fill(blob(near), mix(SNOW, shade, 0.25))
    for y, size in ((66, 8.5), (55, 6.4), (46, 4.8)):
        brush.fill(oval(22, y, size, size * 0.92), SNOW)
    brush.fill(box(17.4, 36, 9.2, 6, 1), rgb("#4c4a56"))
    brush.fill(box(15, 41, 14, 2, 1), rgb("#4c4a56"))
    brush.fill(polygon((22, 46), (29, 47), (22, 48)), rgb("#ef8f3c"))
    for x, y in ((20.4, 44.6), (23.6, 44.6), (22, 54), (22, 57.5)):
        brush.flat(oval(x, y, 0.8, 0.8), rgb("#4c4a56"))
    brush.fill(box(17, 49.4, 10, 2.4, 1.2), RED)


def mountain(brush: Brush) -> None:
    """A waterfall between cliffs, and a cave."""
    draw_sky(brush, 43, 52)
    far, steep = rgb("#b4bcdc"), rgb("#8f8fb8")
    brush.flat(polygon((16, 62), (44, 24), (58, 38), (70, 28), (100, 62)), far)
    brush.flat(polygon((38, 32), (44, 24), (50, 30.6), (45, 33)), SNOW)
    hill(brush, 57, 54, 57, rgb("#93a877"))
    left = [(-8, 70), (-8, 8), (10, 4), (24, 14), (27, 40), (34, 70)]
    brush.fill(blob(left), steep)
    brush.flat(blob([(-8, 8), (10, 3), (22, 12), (8, 13), (-6, 16)]), SNOW)
    fall = [(26, 16), (33, 16), (35, 40), (39, 69), (26, 69), (28, 40)]
    brush.gradient(blob(fall), rgb("#cfe8f4"), rgb("#8cc4e0"))
    brush.line(curve((30, 20), (31, 44), (32, 64)), WHITE, 1.1)
    right = [(66, 70), (70, 36), (80, 22), (94, 16), (112, 20), (112, 72)]
    brush.fill(blob(right), darker(steep, 0.08))
    cave = [(78, 69), (79, 56), (84, 48), (91, 48), (96, 56), (97, 69)]
    brush.fill(blob(cave), rgb("#55506b"))
    ground(brush, 65, rgb("#c9c29a"))
    brush.flat(oval(33, 70, 13, 4), rgb("#8cc4e0"))
    brush.flat(oval(31, 69, 6, 1.6), WHITE, 0.8)
    for x, y, size in ((10, 73, 8), (94, 78, 9)):
        stone = [(-1, 0), (-0.8, -0.7), (-0.1, -1.1), (0.6, -0.8), (1, 0), (0, 0.15)]
        brush.fill(blob([(x + u * size, y + v * size) for u, v in stone]), ROCK)


def farmyard(brush: Brush) -> None:
    """A henhouse on legs with its ramp, and a well with a roof."""
    draw_sky(brush, 45, 50)
    hill(brush, 44, 48, 44, mix(GRASS, rgb("#f4e6b0"), 0.35))
    round_tree(brush, 50, 60, 12, darker(LEAF, 0.05))
    ground(brush, 63, rgb("#d3bd86"))
    for x in (8, 32):
        brush.fill(box(x, 58, 3, 14, 1), darker(WOOD, 0.3))
    brush.fill(box(5, 38, 33, 22, 1), rgb("#e2b65f"))
    brush.fill(polygon((1, 40), (21.5, 24), (42, 40)), rgb("#8d5a4c"))
    brush.fill(blob([(15, 59), (15, 49), (18, 45), (23, 45), (26, 49), (26, 59)]), rgb("#5f4236"))
    brush.fill(polygon((15, 60), (26, 60), (36, 74), (24, 74)), WOOD)
    for t in (0.3, 0.6):
        brush.line(
            curve((15 + 9 * t, 60 + 14 * t), (26 + 10 * t, 60 + 14 * t)), darker(WOOD, 0.3), 0.9
        )
    for x in (70, 92):
        brush.fill(box(x, 38, 3, 26), darker(WOOD, 0.1))
    brush.fill(polygon((64, 40), (82.5, 25), (101, 40)), RED)
    brush.line(curve((82.5, 38), (82.5, 54)), rgb("#7b6a55"), 0.9)
    brush.fill(box(78.5, 52, 8, 7, 1), rgb("#8fa6b5"))
    brush.fill(box(66, 58, 33, 14, 2), STONE)
    for row, shift in ((62, 0), (67, 5)):
        for x in range(3):
            brush.line(
                curve((70 + x * 10 + shift, row), (75 + x * 10 + shift, row)),
                darker(STONE, 0.22),
                1,
            )


def castle(brush: Brush) -> None:
    """The great gate with its portcullis between two near towers, and banners."""
    draw_sky(brush, 42, 50)
    hill(brush, 50, 46, 50, mix(LEAF, rgb("#c9dfe6"), 0.4))
    wall, roof = rgb("#dcc8c6"), rgb("#8d70b8")
    brush.fill(box(22, 26, 56, 42), wall)
    for x in range(22, 78, 14):
        brush.fill(box(x, 20, 8, 8), wall)
    for x in (4, 76):
        brush.fill(box(x, 18, 20, 50), lighter(wall, 0.3))
        brush.flat(box(x + 14, 18, 6, 50), darker(wall, 0.12))
        brush.fill(polygon((x - 3, 19), (x + 10, -6), (x + 23, 19)), roof)
        slit = box(x + 7.5, 28, 5, 8, 2.4)
        brush.fill(slit, rgb("#6f6480"))
        if brush.light == "night":
            light_behind(brush, slit)
    arch = [(35, 69), (35, 48), (40, 38), (50, 34), (60, 38), (65, 48), (65, 69)]
    brush.fill(blob(arch), rgb("#6b5560"))
    for x in (41, 47, 53, 59):
        brush.line(curve((x, 39), (x, 60)), rgb("#a9a3ad"), 1.3)
    for y in (46, 54):
        brush.line(curve((37, y), (63, y)), rgb("#a9a3ad"), 1.1)
    for x, colour in ((27, RED), (67, YELLOW)):
        brush.fill(polygon((x, 34), (x + 6, 34), (x + 6, 52), (x + 3, 48), (x, 52)), colour)
    ground(brush, 66, rgb("#9ccb70"))
    brush.flat(blob([(36, 66), (64, 66), (76, 104), (24, 104)]), rgb("#e9dcb8"))


def street(brush: Brush) -> None:
    """A bakery with a striped awning and a window of loaves, a tree and a lamp."""
    draw_sky(brush, 37, 50)
    brush.fill(box(-4, 14, 62, 52), rgb("#f0cf9f"))
    brush.fill(box(-4, 10, 64, 5, 1), rgb("#b9705f"))
    for x in (6, 26, 44):
        pane = box(x, 18, 9, 10, 0.8)
        brush.fill(pane, rgb("#86a8bd"))
        if brush.light in ("night", "rain"):
            light_behind(brush, pane)
    shop = box(2, 42, 32, 16, 1)
    brush.fill(shop, rgb("#cfe3e6"))
    if brush.light != "day":
        light_behind(brush, shop)
    for x in (8, 17, 26):
        brush.fill(oval(x, 55, 3.8, 2.6), rgb("#c9884f"))
    brush.fill(box(39, 42, 13, 24, 1), rgb("#7d5a50"))
    for stripe in range(8):
        x = -2 + stripe * 7.5
        colour = RED if stripe % 2 else WHITE
        brush.fill(polygon((x + 1, 32), (x + 7.5, 32), (x + 8.5, 41), (x, 41)), colour, edge=False)
    brush.fill(box(62, 40, 40, 26), rgb("#9fc6c6"))
    brush.fill(polygon((60, 41), (82, 24), (104, 41)), rgb("#8b8797"))
    round_tree(brush, 80, 68, 14, LEAF)
    brush.fill(box(-2, 64, 104, 5), rgb("#d8cdbd"))
    brush.gradient(box(-2, 68, 104, 34), STONE, lighter(STONE, 0.2))
    for y, columns in ((74, (12, 36, 64, 90)), (84, (4, 26, 76, 98)), (94, (14, 38, 64, 88))):
        for x in columns:
            brush.flat(oval(x, y, 7, 2.3), darker(STONE, 0.13))
    street_lamp(brush, 60)
