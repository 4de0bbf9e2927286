"""The four rooms: a wall, a floor from y = 64 and furniture that names the room (100 x 100)."""

from itertools import pairwise

from training.starter.artist.brush import Brush
from training.starter.artist.colour import Colour, darker, lighter, rgb
from training.starter.artist.furniture import (
    FRAME,
    LAMP,
    bed,
    bedside_lamp,
    bookcase,
    counter,
    crockery,
    fireplace,
    floor_lamp,
    framed_picture,
    ladder,
    pendant,
    sofa,
    stove,
)
from training.starter.artist.shapes import blob, box, curve, oval, polygon
from training.starter.artist.sky import window_view


def kitchen(brush: Brush) -> None:
    """A stove with a pot, shelves with crockery, a window, tiles on wall and floor."""
    brush.gradient(box(-2, -2, 104, 68), rgb("#f8e6b4"), rgb("#f3dca4"))
    for row in range(2):
        for column in range(10):
            shade = rgb("#a9d3cd") if (row + column) % 2 else rgb("#e6f0e6")
            brush.flat(box(-2 + column * 10.6, 43.5 + row * 10.6, 10.2, 10.2, 0.5), shade)
    floor_tiles(brush)
    window(brush, 38, 16, 25, 23, rgb("#d9705f"))
    crockery(brush, 69)
    counter(brush, 70)
    stove(brush, 6)
    if brush.light in ("night", "rain"):
        brush.glow(50, 6, 48, LAMP, 0.55 if brush.light == "night" else 0.3)
    pendant(brush, 50)


def bedroom(brush: Brush) -> None:
    """A bed with a patchwork quilt and pillow, a window with curtains, dots on the wall."""
    brush.gradient(box(-2, -2, 104, 68), rgb("#b9c3e6"), rgb("#d5d6ee"))
    for x, y in ((8, 12), (24, 22), (42, 10), (14, 38), (44, 34), (95, 30), (60, 46), (32, 42)):
        brush.flat(oval(x, y, 1.7, 1.7), rgb("#f4edc8"))
    boards(brush, rgb("#d9b48c"))
    window(brush, 62, 12, 25, 25, rgb("#a982b8"))
    bed(brush)
    bedside_lamp(brush, 73)
    brush.fill(oval(50, 84, 44, 13), rgb("#d9a7b4"))
    brush.fill(oval(50, 84, 36, 9.8), rgb("#efd3d2"), edge=False)


def living_room(brush: Brush) -> None:
    """A fireplace with a fire, a sofa with cushions, a picture and a rug."""
    brush.gradient(box(-2, -2, 104, 68), rgb("#a8c7a0"), rgb("#c2d8b2"))
    for x in range(0, 104, 15):
        brush.flat(box(x, -2, 7, 68), rgb("#c6dab8"), 0.7)
    boards(brush, rgb("#c99f77"))
    framed_picture(brush, 68, 12)
    window(brush, 43, 12, 17, 22, rgb("#cf8f6c"))
    sofa(brush, 50, rgb("#6f93b8"))
    fireplace(brush, 5)
    brush.fill(oval(50, 84, 45, 14), rgb("#b9635a"))
    brush.fill(oval(50, 84, 38, 11), rgb("#ecd0a2"), edge=False)


def library(brush: Brush) -> None:
    """Two cases full of coloured books, a ladder, a reading lamp and a green carpet."""
    brush.gradient(box(-2, -2, 104, 68), rgb("#f0dcae"), rgb("#f6e6c4"))
    boards(brush, rgb("#d0a275"))
    window(brush, 40, 12, 16, 24, rgb("#5f9a8c"))
    bookcase(brush, 1, 0)
    bookcase(brush, 67, 3)
    ladder(brush, 74)
    floor_lamp(brush, 61)
    brush.fill(polygon((20, 72), (80, 72), (94, 97), (6, 97)), rgb("#4f8a78"))
    inner = polygon((25, 74.5), (75, 74.5), (86, 94), (14, 94))
    brush.fill(inner, rgb("#e8cf8e"), edge=False)
    brush.fill(polygon((28, 76), (72, 76), (82, 92.5), (18, 92.5)), rgb("#84bba4"), edge=False)


def boards(brush: Brush, colour: Colour) -> None:
    """A floor of boards from y = 64, and a skirting."""
    brush.gradient(box(-2, 64, 104, 38), lighter(colour, 0.12), colour)
    for y in (70, 80, 92):
        brush.line(curve((-2, y), (102, y)), darker(colour, 0.2), 0.8)
    brush.fill(box(-2, 62.5, 104, 2.6), FRAME)


def floor_tiles(brush: Brush) -> None:
    """A floor of tiles from y = 65, and a skirting."""
    brush.flat(box(-2, 65.5, 104, 36), rgb("#eedec4"))
    edges = (65.5, 73, 84, 100)
    for row, (top, bottom) in enumerate(pairwise(edges)):
        for column in range(-4, 5):
            if (row + column) % 2:
                near, far = (bottom - 34) * 0.48, (top - 34) * 0.48
                tile = polygon(
                    (50 + column * far, top),
                    (50 + (column + 1) * far, top),
                    (50 + (column + 1) * near, bottom),
                    (50 + column * near, bottom),
                )
                brush.flat(tile, rgb("#deb999"))
    brush.fill(box(-2, 64, 104, 2), FRAME)


def window(brush: Brush, x: float, y: float, width: float, height: float, curtain: Colour) -> None:
    """A window with curtains; (x, y) is the upper left corner of its panes."""
    brush.fill(box(x - 2, y - 2, width + 4, height + 4, 1), FRAME)
    window_view(brush, x, y, width, height)
    brush.fill(box(x + width / 2 - 0.8, y, 1.6, height), FRAME, edge=False)
    brush.fill(box(x, y + height / 2 - 0.8, width, 1.6), FRAME, edge=False)
    brush.fill(box(x - 4, y + height + 1.5, width + 8, 2.6, 1), FRAME)
    for side, edge in ((1, x - 4), (-1, x + width + 4)):
        drape = [
            (edge, y - 2.4),
            (edge + side * width * 0.3, y - 2.4),
            (edge + side * width * 0.24, y + height * 0.4),
            (edge + side * width * 0.11, y + height * 0.62),
            (edge + side * width * 0.16, y + height + 1),
            (edge - side * 0.5, y + height + 1),
        ]
        brush.fill(blob(drape), curtain)
    brush.fill(box(x - 6, y - 5.4, width + 12, 3.2, 1.4), darker(curtain, 0.3))
