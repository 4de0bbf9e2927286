"""The three rooms: a wall, a floor from y = 64 and furniture that names the room (100 x 100)."""

import random
from itertools import pairwise

import skia

from training.starter.artist.brush import Brush
from training.starter.artist.colour import Colour, argb, darker, lighter, mix, rgb
from training.starter.artist.shapes import blob, box, curve, oval, polygon
from training.starter.artist.sky import window_view

FRAME, LAMP, LIT = rgb("#f6f0e2"), Colour(255, 208, 122), Colour(255, 240, 190)


def kitchen(brush: Brush, rng: random.Random) -> None:
    """A stove with a pot, shelves with crockery, a window, tiles on wall and floor."""
    brush.gradient(box(-2, -2, 104, 68), rgb("#f5e8c8"), rgb("#efdcb6"))
    for row in range(3):
        for column in range(14):
            shade = rgb("#c4ddd8") if (row + column) % 2 else rgb("#e6f0e6")
            brush.flat(box(-2 + column * 7.6, 43 + row * 7.6, 7.2, 7.2, 0.5), shade)
    _floor_tiles(brush)
    _window(brush, 37, 10, 27, 25, rgb("#d98f7d"))
    stove_x = rng.choice([3.0, 70.0])
    _shelf(brush, 100 - stove_x - 26, rng)
    _counter(brush, 100 - stove_x - 27)
    _stove(brush, stove_x)
    if brush.light == "night":
        brush.glow(50, 6, 46, LAMP, 0.5)
    _pendant(brush, 50)


def bedroom(brush: Brush, rng: random.Random) -> None:
    """A bed with a patchwork quilt and pillow, a window with curtains, stars on the wall."""
    brush.gradient(box(-2, -2, 104, 68), rgb("#cfd6e8"), rgb("#dfdfea"))
    for x in range(4, 100, 15):
        for y in range(6, 62, 14):
            brush.flat(oval(x + (y % 4) * 2, y, 1.0, 1.0), rgb("#f2eedd"))
    _boards(brush, rgb("#d9b48c"))
    on_left = rng.random() < 0.5
    window_x = 62 if on_left else 10
    _window(brush, window_x, 10, 26, 27, rgb("#b79ac0"))
    _bed(brush, on_left)
    lamp_x = 70 if on_left else 24
    _bedside(brush, lamp_x)
    brush.fill(oval(50, 84, 44, 13), rgb("#e5c3bd"))
    brush.fill(oval(50, 84, 36, 9.8), rgb("#efd8cc"), edge=False)


def living_room(brush: Brush, rng: random.Random) -> None:
    """A fireplace with a fire, a sofa with cushions, a picture and a rug."""
    brush.gradient(box(-2, -2, 104, 68), rgb("#b9cdb4"), rgb("#cfdcc2"))
    for x in range(2, 104, 9):
        brush.flat(box(x, -2, 2.4, 68), rgb("#c6d6bd"))
    _boards(brush, rgb("#c99f77"))
    on_left = rng.random() < 0.5
    fire_x, sofa_x = (3, 48) if on_left else (65, 2)
    _picture(brush, sofa_x + 14, 10)
    _window(brush, 42, 8, 17, 24, rgb("#cf8f6c"))
    _sofa(brush, sofa_x, rgb("#d08f84") if rng.random() < 0.5 else rgb("#8fa6bd"))
    _fireplace(brush, fire_x)
    brush.fill(oval(50, 84, 45, 14), rgb("#b9736a"))
    brush.fill(oval(50, 84, 39, 11.4), rgb("#e8cfa9"), edge=False)
    brush.fill(oval(50, 84, 31, 8.6), rgb("#d99f86"), edge=False)


def _boards(brush: Brush, colour: Colour) -> None:
    brush.gradient(box(-2, 64, 104, 38), lighter(colour, 0.12), colour)
    for y in (69, 76, 85, 95):
        brush.line(curve((-2, y), (102, y)), darker(colour, 0.2), 0.5)
    brush.fill(box(-2, 62.5, 104, 2.6), FRAME)


def _floor_tiles(brush: Brush) -> None:
    brush.flat(box(-2, 65.5, 104, 36), rgb("#ecdcc2"))
    edges = (65.5, 71, 79, 90, 104)
    for row, (top, bottom) in enumerate(pairwise(edges)):
        for column in range(-4, 5):
            if (row + column) % 2:
                near, far = (bottom - 40) * 0.42, (top - 40) * 0.42
                brush.flat(
                    polygon(
                        (50 + column * far, top),
                        (50 + (column + 1) * far, top),
                        (50 + (column + 1) * near, bottom),
                        (50 + column * near, bottom),
                    ),
                    rgb("#d9b598"),
                )
    brush.fill(box(-2, 64, 104, 2), FRAME)


def _window(brush: Brush, x: float, y: float, width: float, height: float, curtain: Colour) -> None:
    brush.fill(box(x - 2, y - 2, width + 4, height + 4, 1), FRAME)
    window_view(brush, x, y, width, height)
    brush.fill(box(x + width / 2 - 0.8, y, 1.6, height), FRAME, edge=False)
    brush.fill(box(x, y + height / 2 - 0.8, width, 1.6), FRAME, edge=False)
    brush.fill(box(x - 4, y + height + 1.5, width + 8, 2.6, 1), FRAME)
    for side, edge in ((1, x - 4), (-1, x + width + 4)):
        drape = [
            (edge, y - 4),
            (edge + side * 8, y - 4),
            (edge + side * 6, y + height * 0.4),
            (edge + side * 2.5, y + height * 0.62),
            (edge + side * 4, y + height + 1),
            (edge - side * 0.5, y + height + 1),
        ]
        brush.fill(blob(drape), curtain)
    brush.fill(box(x - 6, y - 5, width + 12, 2, 1), darker(curtain, 0.3))


def _stove(brush: Brush, x: float) -> None:
    enamel = rgb("#8fb0ae")
    brush.fill(box(x, 36, 27, 34, 2), enamel)
    brush.fill(box(x - 1, 34, 29, 4, 1.5), darker(enamel, 0.35))
    brush.fill(box(x + 4, 47, 19, 15, 2), darker(enamel, 0.5))
    brush.glow(x + 13.5, 55, 12, Colour(255, 158, 74), 0.9)
    for knob in (5, 11, 17, 23):
        brush.flat(oval(x + knob, 42, 1.5, 1.5), FRAME)
    brush.fill(box(x + 7, 22, 14, 12, 2.4), rgb("#c9665a"))
    brush.fill(box(x + 5.5, 21, 17, 2.6, 1.3), darker(rgb("#c9665a"), 0.25))
    for dx, rise in ((11, 0), (17, 2)):
        brush.line(
            curve(
                (x + dx, 18 - rise),
                (x + dx + 2, 14 - rise),
                (x + dx - 1, 10 - rise),
                (x + dx + 1, 6 - rise),
            ),
            FRAME,
            1.2,
            0.7,
        )


def _counter(brush: Brush, x: float) -> None:
    wood = rgb("#d2a57c")
    brush.fill(box(x - 1, 48, 29, 22), wood)
    brush.fill(box(x - 2.5, 45.5, 32, 3.6, 1), lighter(wood, 0.4))
    for dx in (2, 15):
        brush.fill(box(x + dx, 52, 10.5, 14, 1), lighter(wood, 0.16))
        brush.flat(oval(x + dx + 5.2, 58, 1, 1), darker(wood, 0.5))


def _shelf(brush: Brush, x: float, rng: random.Random) -> None:
    wares = [rgb(code) for code in ("#d98878", "#f0cf86", "#8db3c2", "#f4ede0")]
    for y in (18, 32):
        rng.shuffle(wares)
        for dx, ware in zip((2, 10, 18), wares, strict=False):
            brush.fill(box(x + dx, y - 7.5, 5.6, 7.5, 1.6), ware)
        brush.fill(box(x - 1, y, 28, 2.2), rgb("#a97c58"))


def _pendant(brush: Brush, x: float) -> None:
    brush.line(curve((x, -2), (x, 2)), rgb("#7a6458"), 0.8)
    brush.fill(polygon((x - 7, 7), (x - 2.5, 1), (x + 2.5, 1), (x + 7, 7)), rgb("#d9836f"))


def _bed(brush: Brush, on_left: bool) -> None:
    brush.canvas.save()
    if not on_left:
        brush.canvas.translate(100, 0)
        brush.canvas.scale(-1, 1)
    wood, sheet = rgb("#a9764f"), rgb("#fbf6ea")
    for x in (2, 55):
        brush.fill(box(x, 66, 3.6, 13, 1), darker(wood, 0.25))
    brush.fill(blob([(-1, 74), (-1, 34), (0, 29), (4, 27), (8, 29), (9, 34), (9, 74)]), wood)
    brush.fill(box(7, 55, 49, 17, 2), sheet)
    brush.fill(
        blob([(9, 57), (8, 47), (12, 43.5), (24, 44), (27, 49), (26, 56), (18, 58.5)]), sheet
    )
    brush.fill(
        blob(
            [(24, 57), (25, 52), (30, 50.5), (53, 50.5), (57, 54), (57, 73), (40, 74.5), (23, 73)]
        ),
        rgb("#c9747c"),
    )
    quilt = (rgb("#f1d491"), rgb("#8fb3cb"), rgb("#f3e6d2"))
    for row in range(3):
        for column in range(4):
            if (row + column) % 2 == 0:
                brush.flat(
                    box(25 + column * 7.8, 52 + row * 7, 7.8, 7, 0.8),
                    quilt[(row + column // 2) % 3],
                )
    brush.fill(box(23, 50.5, 3.6, 22.5, 1.8), sheet)
    brush.fill(blob([(55, 78), (55, 50), (57, 46), (60, 46), (62, 50), (62, 78)]), wood)
    brush.canvas.restore()


def _bedside(brush: Brush, x: float) -> None:
    brush.fill(box(x - 5, 54, 12, 15, 1), rgb("#c89a72"))
    brush.flat(oval(x + 1, 60, 1, 1), FRAME)
    brush.line(curve((x + 1, 54), (x + 1, 48)), rgb("#8a6a5a"), 1.2)
    if brush.light != "day":
        brush.glow(x + 1, 45, 34 if brush.light == "night" else 20, LAMP, 0.75)
    shade = polygon((x - 5, 48), (x - 2, 40), (x + 4, 40), (x + 7, 48))
    brush.fill(shade, rgb("#f6dc9a"))
    if brush.light == "night":
        brush.canvas.drawPath(shade, skia.Paint(AntiAlias=True, Color=argb(LIT)))


def _fireplace(brush: Brush, x: float) -> None:
    brick = rgb("#c98f78")
    brush.fill(box(x + 4, -2, 24, 34), brick)
    brush.fill(box(x, 32, 32, 38, 1), brick)
    for y, shift in ((40, 0), (47, 4), (54, 0), (61, 4)):
        for dx in (1, 26):
            brush.flat(box(x + dx + shift * 0.2, y, 4.4, 2.6, 0.5), lighter(brick, 0.3))
    brush.fill(box(x - 2, 30, 36, 4, 1), rgb("#a8774f"))
    brush.fill(
        blob([(x + 7, 71), (x + 7, 50), (x + 11, 42), (x + 21, 42), (x + 25, 50), (x + 25, 71)]),
        rgb("#5a4348"),
    )
    brush.glow(x + 16, 61, 20, Colour(255, 160, 70), 0.8)
    for dx, tall, code in (
        (16, 22, "#f08a3c"),
        (12, 14, "#f6a94a"),
        (20, 15, "#f6a94a"),
        (16, 11, "#ffe08a"),
    ):
        flame = [
            (x + dx, 70 - tall),
            (x + dx + tall * 0.24, 70 - tall * 0.4),
            (x + dx + tall * 0.14, 69.5),
            (x + dx - tall * 0.14, 69.5),
            (x + dx - tall * 0.24, 70 - tall * 0.4),
        ]
        brush.star, was = True, brush.star
        brush.flat(blob(flame), rgb(code))
        brush.star = was
    brush.fill(box(x + 8, 68, 16, 3, 1.4), rgb("#8a5f45"))
    brush.fill(oval(x + 8, 27, 3, 3), rgb("#e6c36a"))
    brush.fill(box(x + 22, 22, 4, 8, 1.4), rgb("#8fb0ae"))


def _sofa(brush: Brush, x: float, colour: Colour) -> None:
    brush.fill(
        blob([(x + 3, 62), (x + 4, 44), (x + 12, 40), (x + 38, 40), (x + 46, 44), (x + 47, 62)]),
        colour,
    )
    brush.fill(box(x + 5, 56, 40, 13, 3), lighter(colour, 0.12))
    for dx in (0, 41):
        brush.fill(box(x + dx, 50, 9, 21, 4), mix(colour, rgb("#fff0e0"), 0.08))
    brush.fill(blob([(x + 12, 57), (x + 11, 47), (x + 21, 47), (x + 22, 57)]), rgb("#f0d59a"))
    brush.fill(blob([(x + 29, 57), (x + 29, 48), (x + 38, 47), (x + 39, 57)]), rgb("#efe6d6"))


def _picture(brush: Brush, x: float, y: float) -> None:
    brush.fill(box(x, y, 20, 17, 1), rgb("#a8774f"))
    brush.flat(box(x + 2, y + 2, 16, 13), rgb("#cfe3e6"))
    brush.flat(
        blob(
            [(x + 2, y + 15), (x + 5, y + 9), (x + 10, y + 11), (x + 15, y + 8), (x + 18, y + 15)]
        ),
        rgb("#a9c088"),
    )
