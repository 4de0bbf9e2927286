"""What stands and hangs in rooms; `x` is a piece's left edge (100 x 100, y down)."""

from training.starter.artist.brush import Brush
from training.starter.artist.colour import Colour, darker, lighter, mix, rgb
from training.starter.artist.shapes import blob, box, curve, oval, polygon
from training.starter.artist.sky import pure

FRAME, LAMP, LIT = rgb("#f6f0e2"), Colour(255, 208, 122), Colour(255, 240, 190)
_BOOKS = ("#cf5f57", "#eebf57", "#5f97b5", "#74a56b", "#f2e4c8", "#9b76ae", "#e08f55")
_BOOK_SHAPES = ((4.6, 10.6), (3.8, 9), (5.4, 11.4), (4.2, 9.8), (5.8, 10.8), (4.4, 8.6))


def stove(brush: Brush, x: float) -> None:
    """An enamelled stove with fire in it and a steaming red pot on it."""
    enamel = rgb("#6fa5a3")
    brush.fill(box(x, 36, 27, 34, 2), enamel)
    brush.fill(box(x - 1, 34, 29, 4, 1.5), darker(enamel, 0.35))
    brush.fill(box(x + 4, 47, 19, 15, 2), darker(enamel, 0.5))
    brush.glow(x + 13.5, 55, 12, Colour(255, 158, 74), 1.0)
    for knob in (6, 13.5, 21):
        brush.flat(oval(x + knob, 42, 1.9, 1.9), FRAME)
    brush.fill(box(x + 6, 21, 15, 13, 2.4), rgb("#cf5a4d"))
    brush.fill(box(x + 4, 20, 19, 3.2, 1.5), darker(rgb("#cf5a4d"), 0.25))
    for dx in (10.5, 17):
        steam = curve((x + dx, 17), (x + dx + 2, 13), (x + dx - 1, 9), (x + dx + 1, 5))
        brush.line(steam, FRAME, 1.7, 0.8)


def counter(brush: Brush, x: float) -> None:
    """A low cupboard with two doors."""
    wood = rgb("#cc9667")
    brush.fill(box(x - 1, 48, 29, 22), wood)
    brush.fill(box(x - 2.5, 45, 32, 4.2, 1), lighter(wood, 0.45))
    for dx in (2, 15):
        brush.fill(box(x + dx, 52, 10.5, 14, 1), lighter(wood, 0.2))
        brush.flat(oval(x + dx + 5.2, 58, 1.5, 1.5), darker(wood, 0.5))


def crockery(brush: Brush, x: float) -> None:
    """Two shelves with jars and cups in bright colours."""
    for y, wares in (
        (20, ("#d9705f", "#f0c65f", "#7fb0c6")),
        (36, ("#7fb0c6", "#fbf5e6", "#d9705f")),
    ):
        for dx, ware in zip((1, 10, 19), wares, strict=True):
            brush.fill(box(x + dx, y - 8.5, 6.6, 8.5, 1.8), rgb(ware))
        brush.fill(box(x - 1, y, 28.5, 2.6), rgb("#a97c58"))


def pendant(brush: Brush, x: float) -> None:
    """A lamp that hangs from the ceiling over x."""
    brush.line(curve((x, -2), (x, 2)), rgb("#7a6458"), 1.2)
    brush.fill(polygon((x - 8, 7.5), (x - 3, 1), (x + 3, 1), (x + 8, 7.5)), rgb("#d9705f"))
    if brush.light in ("night", "rain"):
        pure(brush, oval(x, 7.8, 4.4, 1.8), LIT)


def bed(brush: Brush) -> None:
    """A wooden bed along the left wall, with a pillow and a patchwork quilt."""
    wood, sheet = rgb("#a9764f"), rgb("#fbf6ea")
    for x in (4, 55):
        brush.fill(box(x, 66, 4.6, 13, 1), darker(wood, 0.25))
    head = [(3, 74), (3, 36), (5, 30), (9, 28), (12, 31), (13, 37), (13, 74)]
    brush.fill(blob(head), wood)
    brush.fill(box(10, 54, 46, 12, 3), sheet)
    brush.fill(box(11, 45.5, 19, 11, 5), rgb("#e3ecf8"))
    brush.fill(box(8, 63, 50, 8, 1), wood)
    quilt = [(25, 58), (26, 52), (31, 50), (53, 50), (57, 54), (57, 67), (40, 69), (25, 67.5)]
    path = blob(quilt)
    brush.fill(path, rgb("#c9656f"))
    patches = (rgb("#f1cd7c"), rgb("#7fabc9"), rgb("#f3e6d2"))
    with brush.inside(path):
        for row in range(2):
            for column in range(4):
                if (row + column) % 2 == 0:
                    patch = box(24 + column * 8.6, 50 + row * 9.5, 8.6, 9.5)
                    brush.flat(patch, patches[(row + column // 2) % 3])
    foot = [(55, 78), (55, 48), (57, 44), (61, 44), (63, 48), (63, 78)]
    brush.fill(blob(foot), wood)


def bedside_lamp(brush: Brush, x: float) -> None:
    """A chest of drawers with a lamp on it, lit but for by day."""
    brush.fill(box(x - 1, 54, 16, 16, 1), rgb("#c89a72"))
    brush.flat(oval(x + 7, 61, 1.5, 1.5), FRAME)
    brush.line(curve((x + 7, 54), (x + 7, 48)), rgb("#8a6a5a"), 1.8)
    _lamp_light(brush, x + 7, 44)
    _lampshade(brush, x + 7, 49, rgb("#f6d98a"))


def floor_lamp(brush: Brush, x: float) -> None:
    """A reading lamp on a tall stand over x, lit but for by day."""
    brush.line(curve((x, 40), (x, 67)), rgb("#8a6a5a"), 1.6)
    brush.fill(oval(x, 67.5, 4.5, 1.4), rgb("#8a6a5a"))
    _lamp_light(brush, x, 36)
    _lampshade(brush, x, 42, rgb("#f6d98a"))


def fireplace(brush: Brush, x: float) -> None:
    """A brick fireplace with a mantelpiece and a burning fire."""
    brick = rgb("#cb836a")
    brush.fill(box(x + 4, -2, 24, 34), brick)
    brush.fill(box(x, 32, 32, 38, 1), brick)
    for y in (39, 49, 59):
        for dx in (0.8, 26.4):
            brush.flat(box(x + dx, y, 4.8, 4.6, 0.6), lighter(brick, 0.3))
    brush.fill(box(x - 2, 29.5, 36, 4.6, 1), rgb("#a06c45"))
    arch = [(x + 7, 71), (x + 7, 50), (x + 11, 42), (x + 21, 42), (x + 25, 50), (x + 25, 71)]
    brush.fill(blob(arch), rgb("#5a4348"))
    if brush.light in ("night", "rain"):
        brush.glow(x + 16, 61, 46, Colour(255, 160, 70), 0.45)
    brush.glow(x + 16, 61, 20, Colour(255, 160, 70), 0.8)
    for dx, tall, code in (
        (16, 23, "#f08a3c"),
        (11.5, 15, "#f6a94a"),
        (20.5, 16, "#f6a94a"),
        (16, 13, "#ffe08a"),
    ):
        flame = [
            (x + dx, 70 - tall),
            (x + dx + tall * 0.24, 70 - tall * 0.4),
            (x + dx + tall * 0.14, 69.5),
            (x + dx - tall * 0.14, 69.5),
            (x + dx - tall * 0.24, 70 - tall * 0.4),
        ]
        pure(brush, blob(flame), rgb(code))
    brush.fill(box(x + 7, 68, 18, 3.4, 1.6), rgb("#8a5f45"))
    brush.fill(oval(x + 9, 25.5, 4, 4), rgb("#eec45c"))
    brush.fill(box(x + 20, 20.5, 5.6, 9, 1.6), rgb("#6fa5a3"))


def sofa(brush: Brush, x: float, colour: Colour) -> None:
    """A sofa with two cushions, forty-five wide."""
    back = [(x + 3, 62), (x + 4, 44), (x + 12, 40), (x + 34, 40), (x + 42, 44), (x + 43, 62)]
    brush.fill(blob(back), colour)
    brush.fill(box(x + 5, 56, 36, 13, 3), lighter(colour, 0.12))
    for dx in (-1, 37):
        brush.fill(box(x + dx, 50, 10, 21, 4), mix(colour, rgb("#fff0e0"), 0.08))
    for dx, code in ((9, "#f2cd74"), (25, "#f3e8d6")):
        left, right = x + dx, x + dx + 11
        cushion = [(left, 57.5), (left - 0.5, 46.5), (right + 0.5, 46.5), (right, 57.5)]
        brush.fill(blob(cushion), rgb(code))


def framed_picture(brush: Brush, x: float, y: float) -> None:
    """A landscape in a wooden frame."""
    brush.fill(box(x, y, 20, 17, 1), rgb("#a06c45"))
    inner = box(x + 2.4, y + 2.4, 15.2, 12.2)
    brush.flat(inner, rgb("#cfe3e6"))
    with brush.inside(inner):
        brush.flat(oval(x + 8, y + 15, 10, 5), rgb("#94bb74"))
        brush.flat(oval(x + 13.5, y + 6, 2, 2), rgb("#f5c64f"))


def bookcase(brush: Brush, x: float, first: int) -> None:
    """Four shelves of books, thirty-two wide; `first` turns the order of their colours."""
    wood = rgb("#bd8557")
    brush.fill(box(x, 3, 32, 66, 1), wood)
    for shelf in range(4):
        foot = 18.5 + shelf * 15.5
        brush.flat(box(x + 2.4, foot - 12.6, 27.2, 12.6), darker(wood, 0.36))
        at = x + 2.6
        for book in range(6):
            width, tall = _BOOK_SHAPES[(book + shelf * 2 + first) % len(_BOOK_SHAPES)]
            code = _BOOKS[(book * 3 + shelf * 2 + first) % len(_BOOKS)]
            width *= 27 / 28.2
            brush.fill(box(at, foot - tall, width - 0.3, tall, 0.5), rgb(code), edge=False)
            at += width


def ladder(brush: Brush, x: float) -> None:
    """A ladder that leans on a case, its foot at x."""
    wood = rgb("#f0cf94")
    for step in range(1, 7):
        y = 70 - step * 9.4
        brush.line(curve((x + step * 1.2, y), (x + 10 + step * 1.2, y)), wood, 1.7)
    for dx in (0, 10):
        brush.line(curve((x + dx, 72), (x + dx + 8.4, 5)), wood, 2.0)


def _lamp_light(brush: Brush, x: float, y: float) -> None:
    reach = {"sunset": 20, "rain": 24, "night": 30}
    if brush.light in reach:
        brush.glow(x, y, reach[brush.light], LAMP, 0.75)


def _lampshade(brush: Brush, x: float, foot: float, colour: Colour) -> None:
    shade = polygon((x - 7, foot), (x - 3.8, foot - 9), (x + 3.8, foot - 9), (x + 7, foot))
    brush.fill(shade, colour)
    if brush.light in ("night", "rain"):
        pure(brush, shade, LIT, 1.0 if brush.light == "night" else 0.75)


def armchair(brush: Brush, x: float, colour: Colour) -> None:
    """An armchair with a cushion, thirty wide."""
    back = [(x + 3, 64), (x + 3, 42), (x + 8, 37), (x + 22, 37), (x + 27, 42), (x + 27, 64)]
    brush.fill(blob(back), colour)
    brush.fill(box(x + 4, 56, 22, 13, 3), lighter(colour, 0.12))
    for dx in (-1, 23):
        brush.fill(box(x + dx, 50, 8, 21, 4), mix(colour, rgb("#fff0e0"), 0.1))
    brush.fill(blob([(x + 10, 57), (x + 9.5, 46), (x + 20.5, 46), (x + 20, 57)]), rgb("#f2cd74"))


def plant_pot(brush: Brush, x: float, foot: float) -> None:
    """A pot with a leafy plant, twenty-six high; `x` is its middle."""
    for dx, dy in ((-8, -20), (-4, -25), (1, -27), (6, -23), (9, -17)):
        leaf = [(x, foot - 9), (x + dx * 0.5 - 2, foot + dy * 0.7), (x + dx, foot + dy)]
        brush.fill(blob([*leaf, (x + dx * 0.5 + 2, foot + dy * 0.55)]), rgb("#74a56b"))
    pot = polygon((x - 6, foot - 11), (x + 6, foot - 11), (x + 4.4, foot), (x - 4.4, foot))
    brush.fill(pot, rgb("#cb836a"))


def wardrobe(brush: Brush, x: float) -> None:
    """A painted wardrobe with two doors, thirty-two wide."""
    wood = rgb("#8fa9c9")
    brush.fill(box(x, 10, 32, 60, 1.5), wood)
    brush.fill(box(x - 1.5, 7, 35, 5, 1.5), darker(wood, 0.2))
    for dx in (2.6, 16.8):
        brush.fill(box(x + dx, 15, 12.6, 48, 1), lighter(wood, 0.28))
        brush.fill(oval(x + dx + 6.3, 28, 3.2, 3.2), rgb("#e98aa0"), edge=False)
    for dx in (13.4, 18.6):
        brush.flat(oval(x + dx, 42, 1.2, 1.2), rgb("#f1cd7c"))


def toy_chest(brush: Brush, x: float) -> None:
    """An open chest that a bear and a ball look out of, thirty-four wide."""
    for dx in (6.4, 13.6):
        brush.fill(oval(x + dx, 43.4, 2.6, 2.6), rgb("#b98a62"))
    brush.fill(oval(x + 10, 48, 6, 5.6), rgb("#b98a62"))
    for dx in (8, 12):
        brush.flat(oval(x + dx, 47, 0.9, 0.9), rgb("#3d3038"))
    brush.fill(oval(x + 23, 48.5, 6, 6), rgb("#cf5a4d"))
    brush.fill(box(x, 51, 34, 19, 1.6), rgb("#c89a72"))
    brush.fill(box(x - 1, 50, 36, 4, 1.4), darker(rgb("#c89a72"), 0.22))
    brush.flat(oval(x + 17, 61, 3, 3), rgb("#f1cd7c"))


def globe(brush: Brush, x: float, foot: float) -> None:
    """A globe on its stand, eighteen high; `x` is its middle."""
    stand = rgb("#8a6a4f")
    brush.line(curve((x, foot - 4), (x, foot)), stand, 1.8)
    brush.fill(oval(x, foot - 0.6, 4.4, 1.3), stand)
    ball = oval(x, foot - 10.5, 7, 7)
    brush.fill(ball, rgb("#6cb3cf"))
    with brush.inside(ball):
        for dx, dy, wide, high in ((-3, -13, 3.4, 2.8), (3.4, -9, 2.8, 3.4), (-3.6, -6, 2.4, 1.8)):
            brush.flat(oval(x + dx, foot + dy, wide, high), rgb("#9fc06f"))


def desk_lamp(brush: Brush, x: float, foot: float) -> None:
    """A lamp for a desk, seventeen high, lit but for by day; `x` is its middle."""
    brush.line(curve((x, foot), (x, foot - 8)), rgb("#8a6a5a"), 1.6)
    brush.fill(oval(x, foot - 0.5, 3.6, 1.1), rgb("#8a6a5a"))
    _lamp_light(brush, x, foot - 12)
    _lampshade(brush, x, foot - 7, rgb("#7fb59a"))
