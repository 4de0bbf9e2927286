"""Each place from a third view, `at the edge of` it: where it begins or ends (100 x 100)."""

from training.starter.artist.brush import Brush
from training.starter.artist.buildings import light_behind, street_lamp
from training.starter.artist.colour import darker, lighter, mix, rgb
from training.starter.artist.land import ground, hill
from training.starter.artist.plants import bloom, bush, fir, lily, reeds, round_tree, toadstool
from training.starter.artist.shapes import blob, box, curve, oval, polygon
from training.starter.artist.sky import draw_sky

GRASS, LEAF, PINE = rgb("#a8cb7c"), rgb("#7fae66"), rgb("#6f9a86")
TRUNK, WOOD, SAND = rgb("#9a7a62"), rgb("#b5845c"), rgb("#f3dba4")
SEA, SNOW, ROCK, STONE = rgb("#6cb3cf"), rgb("#f3f5f6"), rgb("#a9a3ad"), rgb("#cdbfae")
RED, WHITE, BLUE = rgb("#d9665a"), rgb("#f6f0e2"), rgb("#6f93b8")
YELLOW, PINK, PURPLE = rgb("#f5c64f"), rgb("#e98aa0"), rgb("#b78cc4")


def garden(brush: Brush) -> None:
    """A hedge with a gate under an arch of roses, and a path."""
    draw_sky(brush, 43, 72)
    hill(brush, 44, 40, 44, mix(LEAF, rgb("#cfe3d8"), 0.5))
    hedge = [(-8, 70), (-8, 46), (20, 42), (50, 44), (80, 42), (108, 46), (108, 70)]
    brush.fill(blob(hedge), darker(LEAF, 0.12))
    for x, y in ((8, 52), (22, 58), (78, 52), (92, 58)):
        brush.flat(oval(x, y, 6, 3.6), lighter(darker(LEAF, 0.12), 0.2), 0.7)
    ground(brush, 63, GRASS)
    arch = [(34, 66), (34, 34), (40, 24), (50, 21), (60, 24), (66, 34), (66, 66)]
    inner = [(60, 66), (60, 36), (56, 30), (50, 28), (44, 30), (40, 36), (40, 66)]
    brush.fill(polygon(*arch, *inner), darker(LEAF, 0.02))
    for x, y in (
        (36, 44),
        (37, 32),
        (44, 24.5),
        (56, 24.5),
        (63, 32),
        (64, 44),
        (36.5, 56),
        (63.5, 56),
    ):
        brush.fill(oval(x, y, 2.5, 2.5), PINK, edge=False)
    for x in (41, 45.6, 50.2, 54.8):
        brush.fill(box(x, 48, 3.6, 18, 1), WHITE)
    for y in (52, 60):
        brush.fill(box(40, y, 20, 2.6), WHITE)
    brush.flat(blob([(42, 65), (58, 65), (66, 76), (80, 104), (20, 104), (34, 76)]), rgb("#e6d6b4"))
    for side, colours in ((4, (YELLOW, PURPLE)), (78, (PINK, YELLOW))):
        for x, colour in zip((0, 12), colours, strict=True):
            bloom(brush, x + side + 2, 70, 4, colour)


def forest(brush: Brush) -> None:
    """The last trees on one side, open hills on the other, and a signpost."""
    draw_sky(brush, 43, 72)
    hill(brush, 52, 46, 40, mix(LEAF, rgb("#d8e8b8"), 0.4))
    ground(brush, 63, rgb("#a3bb70"))
    back = [(-8, 66), (-8, 20), (10, 12), (30, 18), (42, 34), (46, 66)]
    brush.fill(blob(back), mix(PINE, rgb("#7fae66"), 0.3))
    for x in (26, 37):
        brush.flat(box(x - 2, 34, 4, 32), darker(TRUNK, 0.05), 0.8)
    trunk = [(4, -4), (18, -4), (17, 40), (18, 60), (25, 73), (-4, 73), (4, 58)]
    brush.fill(blob(trunk), TRUNK)
    brush.line(curve((10, 28), (9, 40), (11, 52)), darker(TRUNK, 0.25), 1.2)
    roof = [(-10, -10), (56, -10), (60, 6), (50, 17), (36, 12), (22, 20), (8, 14), (-8, 22)]
    brush.fill(blob(roof), darker(LEAF, 0.1))
    for x, y in ((8, 6), (36, 4)):
        brush.flat(oval(x, y, 8, 3.4), lighter(darker(LEAF, 0.1), 0.2), 0.7)
    brush.fill(box(82, 42, 3.4, 30, 1), WOOD)
    brush.fill(polygon((72, 43), (92, 43), (98, 47.5), (92, 52), (72, 52)), rgb("#e0b67c"))
    brush.line(curve((77, 47.5), (89, 47.5)), darker(WOOD, 0.2), 1.2)
    toadstool(brush, 32, 73, 1.4)
    bush(brush, 96, 68, 8, darker(LEAF, 0.05))


def meadow(brush: Brush) -> None:
    """A windmill on a hill, and a wooden fence with poppies."""
    draw_sky(brush, 43, 50)
    hill(brush, 40, 46, 50, mix(LEAF, rgb("#b5d6e6"), 0.6))
    hill(brush, 58, 50, 40, mix(LEAF, rgb("#d8e8b8"), 0.3))
    brush.fill(polygon((74, 48), (77, 22), (87, 22), (90, 48)), WHITE)
    brush.fill(polygon((75.5, 23), (82, 13), (88.5, 23)), RED)
    brush.fill(box(79.4, 38, 5.2, 9, 1), rgb("#8a6a4f"))
    for dx, dy in ((14, -8), (8, 14), (-14, 8), (-8, -14)):
        wing = [
            (82, 22),
            (82 + dx * 0.9 - dy * 0.22, 22 + dy * 0.9 + dx * 0.22),
            (82 + dx, 22 + dy),
        ]
        brush.fill(polygon(*wing), rgb("#e6d3a8"))
    ground(brush, 62, mix(GRASS, rgb("#e2d66e"), 0.35))
    for x in (-2, 16, 34):
        brush.fill(box(x, 48, 4, 22, 1), WOOD)
    for y in (52, 60):
        brush.fill(box(-4, y, 46, 3.2, 1), lighter(WOOD, 0.12))
    for x, y, size in (
        (50, 66, 2.5),
        (62, 67, 2.6),
        (93, 67, 2.8),
        (8, 78, 3.6),
        (94, 82, 4),
        (14, 94, 4.6),
        (87, 95, 4.5),
    ):
        bloom(brush, x, y, size, RED)


def beach(brush: Brush) -> None:
    """Three striped huts, a parasol and the sea beside them."""
    draw_sky(brush, 44, 72)
    brush.gradient(box(-2, 42, 104, 26), SEA, lighter(SEA, 0.2))
    for x, y in ((62, 49), (80, 55), (54, 58)):
        brush.line(curve((x, y), (x + 8, y - 1), (x + 18, y)), lighter(SEA, 0.6), 1.2)
    foam = [(40, 66), (60, 62), (80, 65), (106, 61), (106, 68), (60, 70)]
    brush.flat(blob(foam), lighter(SEA, 0.9))
    sand = [(-8, 60), (30, 61), (56, 67), (80, 68), (108, 65), (112, 112), (-12, 112)]
    brush.fill(blob(sand), SAND)
    for x, colour in ((-2, BLUE), (15, RED), (32, YELLOW)):
        brush.fill(box(x, 40, 15, 28), WHITE)
        for dx in (1, 6, 11):
            brush.flat(box(x + dx, 40, 2.6, 28), colour, 0.85)
        brush.fill(polygon((x - 1.5, 41), (x + 7.5, 28), (x + 16.5, 41)), colour)
        brush.fill(box(x + 4, 50, 7, 18, 0.8), darker(colour, 0.3))
    brush.line(curve((86, 76), (83, 44)), WHITE, 1.5)
    for left, right, colour in ((-16, -7, RED), (-7, 3, WHITE), (3, 12, RED)):
        brush.fill(polygon((82, 37), (82 + left, 50), (82 + right, 51.5)), colour)
    brush.fill(oval(86, 77, 12, 2.6), rgb("#e9d096"), edge=False)


def pond(brush: Brush) -> None:
    """A stream that comes under a small stone bridge."""
    draw_sky(brush, 42, 50)
    hill(brush, 40, 36, 42, mix(LEAF, rgb("#cfe3e0"), 0.5))
    round_tree(brush, 88, 54, 12, LEAF)
    hill(brush, 52, 54, 52, mix(GRASS, rgb("#e2eed0"), 0.2))
    water = rgb("#5fa8cf")
    stream = [
        (30, 52),
        (66, 52),
        (76, 60),
        (104, 70),
        (104, 79),
        (50, 77),
        (-4, 79),
        (-4, 68),
        (22, 60),
    ]
    brush.gradient(blob(stream), lighter(water, 0.4), water)
    for x, y in ((34, 66), (58, 70)):
        brush.line(curve((x, y), (x + 7, y - 0.8), (x + 14, y)), lighter(water, 0.65), 1.1)
    bridge = [
        (14, 60),
        (24, 47),
        (48, 41),
        (72, 47),
        (84, 60),
        (72, 60),
        (64, 52),
        (48, 48),
        (32, 52),
        (25, 60),
    ]
    brush.fill(blob(bridge), STONE)
    for x, y in ((26, 51), (37, 46.4), (48, 44.6), (59, 46.4), (70, 51)):
        brush.flat(oval(x, y, 2.7, 1.5), darker(STONE, 0.16))
    lily(brush, 20, 71, 7, True)
    lily(brush, 84, 72, 7, False)
    bank = [(-10, 77), (20, 74), (50, 75.5), (80, 74), (110, 77), (112, 112), (-12, 112)]
    brush.fill(blob(bank), GRASS)
    reeds(brush, 6, 82)


def snow(brush: Brush) -> None:
    """A frozen lake with a fence in the snow, and a row of firs."""
    draw_sky(brush, 48, 72)
    shade = rgb("#aecdee")
    hill(brush, 46, 40, 34, mix(SNOW, shade, 0.75))
    for x, size in ((4, 13), (16, 16), (29, 12), (40, 9)):
        fir(brush, x, 58, size)
    hill(brush, 57, 58, 56, mix(SNOW, shade, 0.4))
    lake = [(44, 62), (70, 58.5), (98, 60), (108, 66), (86, 71), (54, 69)]
    brush.fill(blob(lake), rgb("#bfe0ee"))
    for x, y in ((64, 62), (80, 65)):
        brush.line(curve((x, y), (x + 6, y - 1.5), (x + 12, y)), WHITE, 1)
    near = [(-8, 66), (20, 66), (44, 69), (70, 73), (108, 71), (112, 112), (-12, 112)]
    brush.fill(blob(near), mix(SNOW, shade, 0.22))
    for x in (2, 16, 30):
        brush.fill(box(x, 54, 3.6, 18, 1), darker(TRUNK, 0.05))
        brush.fill(box(x - 0.8, 52, 5.2, 3, 1.4), SNOW)
    for y in (58, 64.5):
        brush.fill(box(-4, y, 42, 2.6, 1), TRUNK)
    brush.flat(
        blob([(-8, 94), (30, 87), (70, 92), (108, 86), (112, 112), (-12, 112)]),
        mix(SNOW, shade, 0.06),
    )


def mountain(brush: Brush) -> None:
    """A ledge with a bent pine above clouds, peaks across the valley."""
    draw_sky(brush, 46, 50)
    far, steep = rgb("#b4bcdc"), rgb("#8f8fb8")
    brush.flat(polygon((-10, 66), (14, 30), (32, 52), (48, 34), (72, 66)), far)
    brush.flat(polygon((9, 37.5), (14, 30), (19, 36.2), (13, 39)), SNOW)
    brush.flat(polygon((43, 39.4), (48, 34), (53, 40.7), (47, 41)), SNOW)
    for x, y, wide in ((14, 58, 20), (52, 60, 22), (34, 63, 18)):
        brush.flat(oval(x, y, wide, 4), WHITE, 0.85)
    hill(brush, 62, 63, 60, rgb("#93a877"))
    cliff = [(64, 72), (68, 50), (78, 34), (96, 26), (112, 28), (112, 74)]
    brush.fill(blob(cliff), steep)
    brush.flat(blob([(80, 34), (96, 25.5), (111, 27.5), (98, 31), (86, 37)]), SNOW)
    ground(brush, 66, rgb("#c9c29a"))
    trunk = [(16, 72), (18, 54), (26, 42), (29, 43), (22, 56), (22, 72)]
    brush.fill(blob(trunk), TRUNK)
    for x, y, wide in ((18, 50, 11), (30, 41, 13), (24, 34, 9)):
        brush.fill(
            blob(
                [
                    (x - wide, y),
                    (x - wide * 0.4, y - 5),
                    (x + wide * 0.5, y - 4.4),
                    (x + wide, y),
                    (x, y + 2),
                ]
            ),
            PINE,
        )
    for x, y, size in ((86, 73, 9), (96, 77, 7)):
        stone = [(-1, 0), (-0.8, -0.7), (-0.1, -1.1), (0.6, -0.8), (1, 0), (0, 0.15)]
        brush.fill(blob([(x + u * size, y + v * size) for u, v in stone]), ROCK)


def farmyard(brush: Brush) -> None:
    """A field of corn with a scarecrow, and a gate."""
    draw_sky(brush, 45, 72)
    hill(brush, 42, 46, 50, mix(GRASS, rgb("#d8e0a0"), 0.4))
    field = [(-8, 66), (-8, 50), (30, 47), (60, 49), (108, 48), (108, 66)]
    brush.fill(blob(field), rgb("#e6c566"))
    for x in range(2, 100, 8):
        brush.line(curve((x, 62), (x + 1, 52)), darker(rgb("#e6c566"), 0.22), 1.1)
    brush.line(curve((24, 68), (24, 30)), WOOD, 2.0)
    brush.line(curve((8, 42), (40, 42)), WOOD, 1.8)
    brush.fill(
        polygon((14, 39), (34, 39), (38, 45), (31, 46), (31, 58), (17, 58), (17, 46), (10, 45)),
        BLUE,
    )
    brush.fill(oval(24, 32, 6, 6), rgb("#f0d9a8"))
    brush.fill(polygon((13, 29), (35, 29), (30, 26), (28, 17), (20, 17), (18, 26)), rgb("#c9a04f"))
    for x in (22, 26):
        brush.flat(oval(x, 31.5, 0.9, 0.9), rgb("#3d3038"))
    ground(brush, 64, rgb("#d3bd86"))
    for x in (60, 94):
        brush.fill(box(x, 44, 4.6, 28, 1), darker(WOOD, 0.15))
    for y in (48, 55, 62):
        brush.fill(box(64, y, 31, 3.2, 1), lighter(WOOD, 0.2))
    brush.line(curve((65, 64), (94, 49)), lighter(WOOD, 0.2), 2.4)


def castle(brush: Brush) -> None:
    """Two tents with stripes on the green, the castle far on its hill."""
    draw_sky(brush, 42, 72)
    hill(brush, 50, 36, 46, mix(LEAF, rgb("#c9dfe6"), 0.45))
    wall, roof = rgb("#dcc8c6"), rgb("#8d70b8")
    brush.fill(box(36, 26, 26, 14), wall)
    for x in (33, 46, 59):
        brush.fill(box(x, 20, 6, 20), lighter(wall, 0.25))
        brush.fill(polygon((x - 1.4, 21), (x + 3, 11), (x + 7.4, 21)), roof)
    hill(brush, 58, 52, 58, rgb("#8fbf6c"))
    ground(brush, 63, rgb("#9ccb70"))
    for x, colour in ((3, RED), (68, BLUE)):
        for part in range(4):
            left = x + part * 7.2
            stripe = [(left, 48), (left + 7.2, 48), (left + 7.2, 70), (left, 70)]
            brush.fill(polygon(*stripe), colour if part % 2 else WHITE, edge=False)
        brush.fill(polygon((x - 3, 50), (x + 14.4, 28), (x + 31.8, 50)), colour)
        brush.fill(polygon((x + 10, 70), (x + 14.4, 52), (x + 18.8, 70)), darker(colour, 0.4))
        brush.line(curve((x + 14.4, 29), (x + 14.4, 19)), rgb("#7b6a72"), 1.1)
        brush.fill(polygon((x + 14.4, 18.5), (x + 22, 21.4), (x + 14.4, 24)), YELLOW)


def street(brush: Brush) -> None:
    """A square with a fountain, a church tower and a bench."""
    draw_sky(brush, 40, 74)
    brush.flat(box(-2, 50, 104, 16), mix(LEAF, STONE, 0.5))
    brush.fill(box(8, 18, 22, 48), rgb("#ead9bd"))
    brush.fill(polygon((5, 19), (19, -4), (33, 19)), rgb("#7f8fa8"))
    brush.fill(oval(19, 28, 6, 6), WHITE)
    brush.line(curve((19, 28), (19, 24.4)), rgb("#5f6470"), 0.9)
    brush.line(curve((19, 28), (22, 29)), rgb("#5f6470"), 0.9)
    for x, colour in ((34, rgb("#e9a583")), (54, rgb("#9fc6c6")), (76, rgb("#f2d58c"))):
        brush.fill(box(x, 40, 21, 26), colour)
        brush.fill(polygon((x - 1, 41), (x + 10.5, 29), (x + 22, 41)), rgb("#b9705f"))
        pane = box(x + 7, 46, 7, 8, 0.6)
        brush.fill(pane, rgb("#86a8bd"))
        if brush.light in ("night", "rain"):
            light_behind(brush, pane)
    brush.fill(box(-2, 62, 104, 6), rgb("#d8cdbd"))
    brush.gradient(box(-2, 67, 104, 35), STONE, lighter(STONE, 0.2))
    for y, columns in ((78, (10, 32, 70, 92)), (90, (4, 26, 76, 98))):
        for x in columns:
            brush.flat(oval(x, y, 7, 2.3), darker(STONE, 0.13))
    brush.fill(box(80.4, 46, 5.2, 20, 2), rgb("#b9b3bd"))
    brush.fill(oval(83, 47, 10, 2.8), rgb("#b9b3bd"))
    for dx in (-7, 0, 7):
        brush.line(curve((83, 38), (83 + dx, 41), (83 + dx * 1.2, 60)), rgb("#8cc4e0"), 1.3)
    brush.fill(oval(83, 66, 16, 5.4), rgb("#c9c3cd"))
    brush.fill(oval(83, 65, 13, 3.6), rgb("#8cc4e0"), edge=False)
    street_lamp(brush, 42)
