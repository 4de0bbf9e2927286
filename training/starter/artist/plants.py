"""What grows outdoors, standing on (x, foot); y points down, units are percent of the picture."""

import math

from training.starter.artist.brush import Brush
from training.starter.artist.colour import Colour, darker, lighter, mix, rgb
from training.starter.artist.shapes import blob, box, curve, oval, polygon

LEAF, PINE, TRUNK, SNOW = rgb("#7fae66"), rgb("#6f9a86"), rgb("#9a7a62"), rgb("#f3f5f6")
PALE = rgb("#f4efe2")


def round_tree(brush: Brush, x: float, foot: float, size: float, colour: Colour) -> None:
    """A leafy tree about two sizes wide and two and a half high."""
    brush.fill(
        blob(
            [
                (x - size * 0.14, foot - size * 1.2),
                (x + size * 0.14, foot - size * 1.2),
                (x + size * 0.16, foot),
                (x - size * 0.16, foot),
            ]
        ),
        TRUNK,
    )
    crown = [
        (-0.95, -1.3),
        (-0.8, -1.95),
        (-0.2, -2.35),
        (0.5, -2.2),
        (0.95, -1.7),
        (0.9, -1.15),
        (0.3, -0.85),
        (-0.5, -0.88),
    ]
    brush.fill(blob([(x + u * size, foot + v * size) for u, v in crown]), colour)
    for u, v in ((-0.35, -1.7), (0.3, -1.9), (0.35, -1.3)):
        brush.flat(
            oval(x + u * size, foot + v * size, size * 0.26, size * 0.2), lighter(colour, 0.25), 0.7
        )


def bush(brush: Brush, x: float, foot: float, size: float, colour: Colour) -> None:
    """A low bush about two sizes wide."""
    outline = [
        (-1.1, 0),
        (-1.0, -0.6),
        (-0.5, -0.95),
        (0.1, -1.05),
        (0.65, -0.8),
        (1.05, -0.45),
        (1.1, 0),
        (0, 0.1),
    ]
    brush.fill(blob([(x + u * size, foot + v * size) for u, v in outline]), colour)
    brush.flat(
        oval(x - size * 0.25, foot - size * 0.6, size * 0.35, size * 0.22),
        lighter(colour, 0.25),
        0.7,
    )


def bloom(brush: Brush, x: float, y: float, size: float, colour: Colour) -> None:
    """A flower of five petals on its stalk; (x, y) is its heart."""
    brush.line(curve((x, y + size * 2), (x, y)), darker(LEAF, 0.1), size * 0.3)
    for turn in range(5):
        angle = turn * math.tau / 5 - math.pi / 2
        reach = size * 0.6
        heart = (x + reach * math.cos(angle), y + reach * math.sin(angle))
        brush.flat(oval(*heart, size * 0.48, size * 0.48), colour)
    brush.flat(oval(x, y, size * 0.42, size * 0.42), rgb("#e8a93c"))


def fern(brush: Brush, x: float, foot: float, size: float) -> None:
    """Five fronds that fan out over two sizes."""
    for lean in (-1.0, -0.5, 0.05, 0.55, 1.0):
        tip = (x + lean * size, foot - size * (1.15 - abs(lean) * 0.45))
        leaf = [
            (x - 1, foot),
            (x + lean * size * 0.4 - 1.2, foot - size * 0.75),
            tip,
            (x + lean * size * 0.55 + 1.2, foot - size * 0.45),
        ]
        brush.fill(blob(leaf), rgb("#7fa765"), edge=False)


def toadstool(brush: Brush, x: float, foot: float, size: float) -> None:
    """A red toadstool with pale dots, about nine sizes high."""
    brush.fill(box(x - 1.4 * size, foot - 5 * size, 2.8 * size, 5 * size, size), PALE)
    cap = [(-4.4, -4.6), (-3, -8), (0, -9), (3, -8), (4.4, -4.6)]
    brush.fill(blob([(x + u * size, foot + v * size) for u, v in cap]), rgb("#d9604f"))
    for u, v in ((-1.9, -6.2), (1.7, -7)):
        brush.flat(oval(x + u * size, foot + v * size, size, size * 0.85), PALE)


def palm(brush: Brush, x: float, foot: float) -> None:
    """A palm that leans into the picture, about fifty high."""
    lean = 5 if x < 50 else -5
    top = (x + lean, foot - 42)
    brush.fill(
        blob(
            [
                (x - 2.6, foot),
                (x + lean * 0.3 - 2, foot - 20),
                (top[0] - 1.4, top[1]),
                (top[0] + 1.4, top[1]),
                (x + lean * 0.3 + 2, foot - 20),
                (x + 2.6, foot),
            ]
        ),
        TRUNK,
    )
    for dx, dy in ((-20, 6), (-16, -6), (-4, -12), (9, -11), (18, -3), (19, 9)):
        leaf = [
            top,
            (top[0] + dx * 0.5, top[1] + dy * 0.5 - 6),
            (top[0] + dx, top[1] + dy),
            (top[0] + dx * 0.5, top[1] + dy * 0.5 - 1),
        ]
        brush.fill(blob(leaf), LEAF)


def lily(brush: Brush, x: float, y: float, size: float, is_open: bool) -> None:
    """A lily pad on water; `is_open` says whether a flower blooms on it."""
    pad = [(-1, 0), (-0.5, -0.36), (0.5, -0.36), (1, 0), (0.3, 0.1), (0.45, 0.38), (-0.5, 0.38)]
    brush.fill(blob([(x + u * size, y + v * size) for u, v in pad]), rgb("#8dba6c"))
    if is_open:
        cup = [(-0.55, -0.15), (-0.5, -0.75), (-0.2, -0.5), (0, -0.95), (0.2, -0.5), (0.5, -0.75)]
        petals = blob([(x + u * size, y + v * size) for u, v in [*cup, (0.55, -0.15)]])
        brush.fill(petals, rgb("#f4a9bc"), edge=False)


def reeds(brush: Brush, x: float, foot: float) -> None:
    """Reeds and bulrushes, about forty high."""
    for dx, tall in ((-7, 22), (7, 25)):
        tip = (x + dx * 1.4, foot - tall)
        leaf = [(x + dx * 0.4 - 1.4, foot), (x + dx - 1, foot - tall * 0.6), tip]
        brush.fill(blob([*leaf, (x + dx * 0.4 + 1.6, foot)]), LEAF, edge=False)
    for dx, tall, lean in ((-4, 26, -4), (0, 35, 0), (4, 29, 5)):
        top = (x + dx + lean, foot - tall)
        stalk = curve((x + dx, foot), (x + dx + lean * 0.3, foot - tall * 0.5), top)
        brush.line(stalk, darker(LEAF, 0.1), 1.4)
        brush.fill(box(top[0] - 1.8, top[1] - 5, 3.6, 10, 1.8), rgb("#94694a"))


def fir(brush: Brush, x: float, foot: float, size: float) -> None:
    """A fir with snow on its boughs, about two sizes high."""
    brush.fill(box(x - size * 0.09, foot - size * 0.3, size * 0.18, size * 0.34), TRUNK)
    for level, half in ((0.15, 0.62), (0.7, 0.5), (1.2, 0.36)):
        low, high = foot - size * level, foot - size * (level + 0.95)
        brush.fill(
            polygon((x - size * half, low), (x, high), (x + size * half, low)),
            mix(PINE, rgb("#b9cfd0"), 0.2),
        )
        cap = [
            (x - size * half * 0.5, high + size * 0.5),
            (x, high),
            (x + size * half * 0.5, high + size * 0.5),
            (x, high + size * 0.38),
        ]
        brush.flat(polygon(*cap), SNOW)
