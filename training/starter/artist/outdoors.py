"""The seven places under the sky, each in far, middle and ground planes on a 100 x 100 canvas."""

import random
from itertools import pairwise

from training.starter.artist.brush import Brush
from training.starter.artist.colour import Colour, darker, lighter, mix, rgb
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
from training.starter.artist.sky import draw_sky

GRASS, LEAF, PINE = rgb("#a8cb7c"), rgb("#7fae66"), rgb("#6f9a86")
TRUNK, WOOD, SAND = rgb("#9a7a62"), rgb("#f4efe2"), rgb("#f1dcae")
SEA, SNOW, STONE = rgb("#7fb8cc"), rgb("#f3f5f6"), rgb("#cdbfae")
FLOWERS = (rgb("#e98aa0"), rgb("#f2c75c"), rgb("#f6efe0"), rgb("#b78cc4"))


def garden(brush: Brush, rng: random.Random) -> None:
    """A white picket fence, a round tree, a bush and a bed of flowers."""
    draw_sky(brush, rng, 50)
    _hill(brush, 46, 42, 47, mix(LEAF, rgb("#cfe3d8"), 0.55))
    tree_x = rng.choice([14.0, 84.0])
    round_tree(brush, tree_x, 62, 17, LEAF)
    _ground(brush, 62, GRASS)
    for x in range(-2, 102, 8):
        brush.fill(polygon((x, 66), (x, 46), (x + 2.8, 42), (x + 5.6, 46), (x + 5.6, 66)), WOOD)
    for y in (50, 59):
        brush.fill(box(-2, y, 104, 2.6), WOOD)
    bush(brush, 100 - tree_x, 68, 13, darker(LEAF, 0.12))
    brush.fill(
        blob(
            [(-4, 70), (30, 67.5), (70, 67.5), (104, 70), (104, 74), (60, 73), (20, 74), (-4, 76)]
        ),
        rgb("#9c7c5e"),
    )
    for x in range(2, 100, 8):
        bloom(brush, x + rng.uniform(-2, 2), 69 + rng.uniform(-1, 2), 3.0, rng.choice(FLOWERS))


def forest(brush: Brush, rng: random.Random) -> None:
    """Tall trunks in three depths under a roof of leaves, ferns and a toadstool."""
    draw_sky(brush, rng, 60)
    haze = mix(PINE, rgb("#dcebd8"), 0.5)
    brush.flat(box(-10, -10, 120, 80), haze, 0.6)
    if brush.light != "day":
        shine = rgb("#ffb26b") if brush.light == "sunset" else rgb("#a9c0f0")
        brush.glow(rng.uniform(35, 65), 40, 52, shine, 0.8 if brush.light == "sunset" else 0.4)
    for x in range(6, 100, 15):
        at = x + rng.uniform(-3, 3)
        brush.flat(box(at, 6, 4.2, 60), mix(TRUNK, haze, 0.55))
    _ground(brush, 63, rgb("#9fb873"))
    brush.flat(
        blob([(-4, 66), (50, 63), (104, 66), (104, 72), (50, 70), (-4, 73)]),
        darker(rgb("#9fb873"), 0.1),
    )
    for x in (rng.uniform(4, 12), rng.uniform(86, 93)):
        _trunk(brush, x)
    roof = [
        (-6, -6),
        (106, -6),
        (104, 16),
        (92, 22),
        (80, 14),
        (66, 19),
        (52, 10),
        (38, 18),
        (24, 13),
        (10, 22),
        (-4, 18),
    ]
    brush.fill(blob(roof), darker(LEAF, 0.08))
    for x in (22 + rng.uniform(-5, 5), 76 + rng.uniform(-5, 5)):
        fern(brush, x, 71, 10)
    toadstool(brush, rng.choice([32.0, 68.0]), 72)


def meadow(brush: Brush, rng: random.Random) -> None:
    """Rolling hills one behind the other, a big sky, a lone tree and many flowers."""
    draw_sky(brush, rng, 52)
    _hill(brush, 48, 36, 46, mix(GRASS, rgb("#cfe2e6"), 0.6))
    _hill(brush, 44, 52, 40, mix(GRASS, rgb("#d8e8cf"), 0.35))
    round_tree(brush, rng.choice([22.0, 80.0]), 54, 9, mix(LEAF, rgb("#d8e8cf"), 0.25))
    _hill(brush, 56, 50, 60, mix(GRASS, rgb("#f0eec0"), 0.25))
    _ground(brush, 62, GRASS)
    for _ in range(13):
        x, y = rng.uniform(1, 99), rng.uniform(62, 97)
        bloom(brush, x, y, 1.5 + (y - 60) * 0.04, rng.choice(FLOWERS))


def beach(brush: Brush, rng: random.Random) -> None:
    """Sea with foam, yellow sand, a striped parasol or a palm, and a shell."""
    draw_sky(brush, rng, 44)
    brush.gradient(box(-2, 42, 104, 26), SEA, lighter(SEA, 0.25))
    for y in (47, 52, 57):
        x = rng.uniform(0, 60)
        brush.line(curve((x, y), (x + 10, y - 1), (x + 22, y)), lighter(SEA, 0.6), 0.8)
    sail = rng.choice([20.0, 60.0, 76.0])
    brush.flat(polygon((sail, 43), (sail, 34), (sail + 6, 43)), WOOD)
    brush.flat(
        blob([(-6, 66), (25, 61), (55, 65), (80, 61), (106, 64), (106, 70), (-6, 72)]),
        lighter(SEA, 0.85),
    )
    brush.fill(
        blob([(-8, 69), (25, 64), (55, 68), (80, 64), (108, 67), (112, 112), (-12, 112)]), SAND
    )
    side = rng.choice([13.0, 87.0])
    if rng.random() < 0.5:
        _parasol(brush, side, 72)
    else:
        palm(brush, side, 74)
    for _ in range(7):
        x, y = rng.uniform(2, 98), rng.uniform(74, 98)
        brush.flat(oval(x, y, 1.0, 0.6), darker(SAND, 0.16))


def pond(brush: Brush, rng: random.Random) -> None:
    """A round sheet of water with lily pads, reeds and bulrushes, and a grassy near bank."""
    draw_sky(brush, rng, 46)
    _hill(brush, 42, 36, 44, mix(LEAF, rgb("#cfe3e0"), 0.5))
    for x in (8, 28, 58, 90):
        bush(brush, x + rng.uniform(-4, 4), 49, 8, mix(LEAF, rgb("#cfe3d0"), 0.25))
    brush.fill(box(-2, 46, 104, 8), mix(GRASS, rgb("#e2eed0"), 0.2))
    water = rgb("#7db4cf")
    brush.gradient(
        blob([(-12, 62), (8, 52), (50, 49), (92, 52), (112, 62), (100, 78), (50, 76), (0, 78)]),
        lighter(water, 0.35),
        water,
    )
    for y in (57, 63):
        x = rng.uniform(8, 50)
        brush.line(curve((x, y), (x + 12, y - 0.8), (x + 26, y)), lighter(water, 0.65), 0.8)
    for x, y in ((18, 61), (44, 56), (70, 63), (84, 57)):
        lily(brush, x + rng.uniform(-4, 4), y, 5.5)
    brush.fill(
        blob([(-10, 74), (20, 71), (50, 73), (80, 70.5), (110, 74), (112, 112), (-12, 112)]), GRASS
    )
    for x in (rng.uniform(3, 7), rng.uniform(92, 97)):
        reeds(brush, x, 78)


def snow(brush: Brush, rng: random.Random) -> None:
    """White hills with blue shade, snowy firs and large flakes."""
    draw_sky(brush, rng, 54)
    shade = rgb("#c4d4e4")
    brush.flat(
        polygon((-6, 56), (16, 26), (34, 50), (54, 22), (78, 50), (92, 34), (108, 56)),
        mix(shade, rgb("#a9bcd4"), 0.5),
    )
    brush.flat(polygon((16, 26), (23, 35), (17, 34), (10, 35)), SNOW)
    brush.flat(polygon((54, 22), (63, 33), (55, 32), (46, 33)), SNOW)
    _hill(brush, 52, 46, 54, mix(SNOW, shade, 0.5))
    for x, foot, size in ((10, 64, 15), (27, 59, 10), (74, 59, 10), (90, 65, 16)):
        fir(brush, x + rng.uniform(-3, 3), foot, size)
    brush.fill(
        blob([(-8, 66), (20, 61), (50, 65), (80, 61), (108, 66), (112, 112), (-12, 112)]),
        mix(SNOW, shade, 0.3),
    )
    brush.flat(
        blob([(-8, 88), (30, 82), (70, 88), (108, 82), (112, 112), (-12, 112)]),
        mix(SNOW, shade, 0.14),
    )
    for _ in range(26):
        brush.flat(oval(rng.uniform(0, 100), rng.uniform(0, 74), 0.95, 0.95), SNOW, 0.95)


def street(brush: Brush, rng: random.Random) -> None:
    """A row of coloured houses with lit windows at night, a lamp and cobbles."""
    draw_sky(brush, rng, 40)
    walls = [rgb(code) for code in ("#e9b08f", "#f0d59a", "#a9c6c4", "#dba0a0", "#c9c0dd")]
    rng.shuffle(walls)
    x = -6.0
    for wall in walls:
        width = rng.uniform(20, 26)
        _house(brush, x, width, rng.uniform(24, 34), wall, rng)
        x += width
    brush.fill(box(-2, 63, 104, 6), rgb("#d8cdbd"))
    brush.gradient(box(-2, 68, 104, 34), STONE, lighter(STONE, 0.2))
    for row in range(4):
        y = 74 + row * 7
        for column in range(6):
            x = column * 20 + (row % 2) * 10 + rng.uniform(-2, 2)
            brush.flat(oval(x, y, 4.2, 1.3), darker(STONE, 0.13))
    _street_lamp(brush, rng.choice([9.0, 91.0]))


def _ground(brush: Brush, top: float, colour: Colour) -> None:
    path = blob([(-10, top + 1), (25, top - 1), (60, top + 1), (110, top), (114, 114), (-14, 114)])
    brush.gradient(path, lighter(colour, 0.22), darker(colour, 0.06))


def _hill(brush: Brush, left: float, middle: float, right: float, colour: Colour) -> None:
    brush.fill(
        blob(
            [
                (-14, left),
                (22, (left + middle) / 2 - 2),
                (50, middle),
                (80, (middle + right) / 2 - 2),
                (114, right),
                (116, 90),
                (-16, 90),
            ]
        ),
        colour,
        edge=brush.style == "gouache",
    )


def _parasol(brush: Brush, x: float, foot: float) -> None:
    brush.line(curve((x, foot), (x + 1, foot - 34)), WOOD, 1.5)
    tip = (x + 1, foot - 44)
    edges = [x - 20, x - 10, x + 1, x + 12, x + 22]
    for i, (left, right) in enumerate(pairwise(edges)):
        gore = polygon(tip, (left, foot - 29 - (i in (1, 2)) * 0.5), (right, foot - 29))
        brush.fill(gore, (rgb("#e38b7b"), WOOD)[i % 2])


def _house(
    brush: Brush, x: float, width: float, tall: float, wall: Colour, rng: random.Random
) -> None:
    top = 64 - tall
    brush.fill(box(x, top, width, tall + 1), mix(wall, rgb("#f0e8dc"), 0.15))
    brush.fill(
        polygon((x - 1.5, top), (x + width / 2, top - 11), (x + width + 1.5, top)),
        rng.choice([rgb("#b9705f"), rgb("#8b8797")]),
    )
    is_lit = brush.light == "night"
    for column in (0.16, 0.62):
        for y in (top + 4, top + 14):
            brush.fill(box(x + width * column, y, width * 0.22, 6.4, 0.6), rgb("#8fa9b8"))
            if is_lit:
                brush.glow(x + width * (column + 0.11), y + 3.2, 6, Colour(255, 206, 110), 0.95)
    brush.fill(box(x + width * 0.4, 54, width * 0.22, 10.4, 1.5), darker(wall, 0.4))


def _street_lamp(brush: Brush, x: float) -> None:
    brush.fill(box(x - 0.9, 28, 1.8, 44), rgb("#5f6470"))
    brush.fill(box(x - 2.2, 70, 4.4, 3, 0.8), rgb("#5f6470"))
    if brush.light != "day":
        brush.glow(x, 24, 17, Colour(255, 220, 130), 0.8)
    brush.fill(polygon((x - 3, 28), (x - 4, 20), (x + 4, 20), (x + 3, 28)), rgb("#fbe6a8"))
    brush.fill(polygon((x - 5, 20), (x, 15.5), (x + 5, 20)), rgb("#5f6470"))


def _trunk(brush: Brush, x: float) -> None:
    trunk = blob(
        [
            (x - 5, -4),
            (x + 5, -4),
            (x + 5, 40),
            (x + 6, 64),
            (x + 11, 72),
            (x, 70),
            (x - 10, 72),
            (x - 6, 60),
            (x - 5, 40),
        ]
    )
    brush.fill(trunk, TRUNK)
    brush.line(curve((x - 1, 20), (x - 2, 32), (x - 1, 42)), darker(TRUNK, 0.25), 0.7)
    brush.line(curve((x + 2, 34), (x + 2, 48), (x + 3, 58)), darker(TRUNK, 0.25), 0.7)
