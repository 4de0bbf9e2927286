"""The four rooms from their second and third view: a corner of each, and where one comes in."""

from training.starter.artist.brush import Brush
from training.starter.artist.colour import darker, lighter, rgb
from training.starter.artist.furniture import (
    FRAME,
    LAMP,
    armchair,
    bookcase,
    desk_lamp,
    globe,
    plant_pot,
    toy_chest,
    wardrobe,
)
from training.starter.artist.indoors import boards, floor_tiles, window
from training.starter.artist.shapes import blob, box, curve, oval, polygon
from training.starter.artist.sky import window_view

WOOD, RED, WHITE, BLUE = rgb("#b5845c"), rgb("#d9665a"), rgb("#f6f0e2"), rgb("#6f93b8")
YELLOW, PURPLE = rgb("#f5c64f"), rgb("#b78cc4")


def kitchen_corner(brush: Brush) -> None:
    """A table with a checked cloth and a cake, two chairs and a dresser of plates."""
    brush.gradient(box(-2, -2, 104, 68), rgb("#f8e6b4"), rgb("#f3dca4"))
    floor_tiles(brush)
    brush.fill(box(4, 6, 32, 62, 1), rgb("#8fb0a8"))
    for y in (10, 27):
        brush.flat(box(7, y, 26, 14), darker(rgb("#8fb0a8"), 0.3))
        for x in (13, 27):
            brush.fill(oval(x, y + 7.5, 5.4, 5.4), WHITE)
            brush.line(oval(x, y + 7.5, 3.2, 3.2), BLUE, 0.9)
    brush.fill(box(7, 45, 12, 20, 1), lighter(rgb("#8fb0a8"), 0.2))
    brush.fill(box(21, 45, 12, 20, 1), lighter(rgb("#8fb0a8"), 0.2))
    window(brush, 56, 10, 22, 20, rgb("#d9705f"))
    for x in (45, 88):
        brush.fill(box(x, 42, 9, 20, 2), WOOD)
        brush.fill(box(x, 60, 9, 12, 1), darker(WOOD, 0.2))
    brush.fill(box(52, 52, 38, 3.4, 1), WOOD)
    for x in (55, 84):
        brush.fill(box(x, 55, 3.4, 17), darker(WOOD, 0.2))
    cloth = polygon((51, 51), (91, 51), (93, 60), (49, 60))
    brush.fill(cloth, WHITE)
    with brush.inside(cloth):
        for column in range(6):
            brush.flat(box(50 + column * 7.6, 50, 3.8, 11), RED, 0.65)
    brush.fill(box(65, 43, 13, 8, 1.6), rgb("#d9a06c"))
    brush.fill(box(64.4, 41, 14.2, 4.4, 2), rgb("#f4a9bc"))
    if brush.light in ("night", "rain"):
        brush.glow(70, 6, 48, LAMP, 0.55 if brush.light == "night" else 0.3)


def bedroom_corner(brush: Brush) -> None:
    """A wardrobe, a shelf of toys and a toy chest under paper stars."""
    brush.gradient(box(-2, -2, 104, 68), rgb("#b9c3e6"), rgb("#d5d6ee"))
    for x, y in ((44, 8), (54, 14), (64, 7), (74, 13), (84, 8)):
        brush.line(curve((x, -2), (x, y)), FRAME, 0.6)
        points = [(x, y - 3), (x + 1, y), (x + 3.4, y), (x + 1.4, y + 2), (x + 2.2, y + 5)]
        star = [*points, (x, y + 3.2), (x - 2.2, y + 5), (x - 1.4, y + 2), (x - 3.4, y), (x - 1, y)]
        brush.fill(polygon(*star), YELLOW, edge=False)
    boards(brush, rgb("#d9b48c"))
    wardrobe(brush, 4)
    brush.fill(box(46, 34, 46, 3, 1), rgb("#a9764f"))
    for x, colour in ((50, RED), (59, YELLOW), (68, BLUE)):
        brush.fill(box(x, 26.5, 7.4, 7.4, 1), colour)
    brush.fill(oval(83, 30, 4.4, 4.4), rgb("#9fcf85"))
    toy_chest(brush, 56)
    brush.fill(oval(50, 85, 40, 11), rgb("#7fabc9"))
    brush.fill(oval(50, 85, 32, 8), rgb("#cfe0ee"), edge=False)
    if brush.light == "night":
        brush.glow(66, 20, 40, LAMP, 0.5)


def living_room_corner(brush: Brush) -> None:
    """An armchair by a piano, a plant and a round mirror."""
    brush.gradient(box(-2, -2, 104, 68), rgb("#a8c7a0"), rgb("#c2d8b2"))
    for x in range(0, 104, 15):
        brush.flat(box(x, -2, 7, 68), rgb("#c6dab8"), 0.7)
    boards(brush, rgb("#c99f77"))
    brush.fill(oval(26, 20, 10, 10), rgb("#d9a94f"))
    brush.fill(oval(26, 20, 7.6, 7.6), rgb("#dbe9ee"), edge=False)
    wood = rgb("#7a4f3c")
    brush.fill(box(4, 36, 44, 33, 1), wood)
    brush.fill(box(2, 33, 48, 4, 1), darker(wood, 0.2))
    brush.fill(box(5, 50, 42, 5, 0.6), FRAME)
    for x in range(7, 46, 4):
        brush.flat(box(x, 50, 1.6, 3.2), rgb("#3d3038"))
    brush.fill(box(18, 38, 16, 9, 0.6), rgb("#fbf6ea"))
    plant_pot(brush, 57, 70)
    armchair(brush, 68, RED)
    brush.fill(oval(50, 85, 44, 13), rgb("#5f86a0"))
    brush.fill(oval(50, 85, 37, 10), rgb("#dfe0c8"), edge=False)
    if brush.light in ("night", "rain"):
        brush.glow(60, 20, 46, LAMP, 0.45)


def library_corner(brush: Brush) -> None:
    """A desk with a lamp and a globe before one wide case of books."""
    brush.gradient(box(-2, -2, 104, 68), rgb("#f0dcae"), rgb("#f6e6c4"))
    boards(brush, rgb("#d0a275"))
    bookcase(brush, 2, 1)
    bookcase(brush, 33, 4)
    window(brush, 74, 10, 18, 24, rgb("#b9705f"))
    desk = rgb("#9a6a44")
    brush.fill(box(52, 50, 46, 4, 1), desk)
    for x in (55, 90):
        brush.fill(box(x, 54, 5, 18), darker(desk, 0.2))
    globe(brush, 88, 50)
    desk_lamp(brush, 62, 50)
    for y, colour in ((47.6, RED), (45.2, BLUE)):
        brush.fill(box(70, y, 11, 2.4, 0.5), colour)
    brush.fill(polygon((16, 74), (66, 74), (76, 97), (4, 97)), rgb("#a0525a"))
    brush.fill(polygon((21, 77), (62, 77), (69, 94), (12, 94)), rgb("#e8cf8e"), edge=False)


def kitchen_edge(brush: Brush) -> None:
    """A fridge, a sink under the window and the door to the garden."""
    brush.gradient(box(-2, -2, 104, 68), rgb("#f8e6b4"), rgb("#f3dca4"))
    floor_tiles(brush)
    brush.fill(box(3, 20, 24, 50, 3), rgb("#bcdcd6"))
    brush.line(curve((4, 40), (26, 40)), darker(rgb("#bcdcd6"), 0.25), 1)
    for y in (32, 46):
        brush.fill(box(22, y, 2.2, 6, 1), rgb("#8fa6a3"))
    brush.fill(box(9, 25, 7, 8, 0.5), rgb("#f4a9bc"), edge=False)
    window(brush, 36, 14, 20, 20, rgb("#7fae8f"))
    wood = rgb("#cc9667")
    brush.fill(box(30, 50, 34, 20), wood)
    brush.fill(box(29, 46.5, 36, 4.4, 1), lighter(wood, 0.45))
    brush.fill(box(38, 46, 16, 5, 1.6), rgb("#c3ced6"))
    brush.line(curve((46, 46), (46, 40), (50, 40), (50, 43)), rgb("#8fa0ad"), 1.5)
    for x in (33, 48):
        brush.fill(box(x, 54, 13, 13, 1), lighter(wood, 0.2))
    brush.fill(box(71, 10, 26, 60, 1), FRAME)
    brush.fill(box(73.5, 12.5, 21, 57, 0.8), rgb("#7fb0b8"))
    window_view(brush, 76.5, 17, 15, 22)
    brush.fill(box(83.4, 17, 1.4, 22), FRAME, edge=False)
    brush.flat(oval(91, 48, 1.4, 1.4), YELLOW)
    if brush.light in ("night", "rain"):
        brush.glow(50, 6, 48, LAMP, 0.55 if brush.light == "night" else 0.3)


def bedroom_edge(brush: Brush) -> None:
    """A window seat with cushions between two curtains, and a rocking horse."""
    brush.gradient(box(-2, -2, 104, 68), rgb("#b9c3e6"), rgb("#d5d6ee"))
    boards(brush, rgb("#d9b48c"))
    window(brush, 32, 10, 36, 32, rgb("#e39aa6"))
    seat = rgb("#c89a72")
    brush.fill(box(26, 52, 48, 17, 1), seat)
    brush.fill(box(24, 48, 52, 5.4, 2.4), rgb("#e7d3ee"))
    for x, colour in ((28, YELLOW), (61, rgb("#7fabc9"))):
        brush.fill(blob([(x, 49), (x - 0.5, 39), (x + 11.5, 39), (x + 11, 49)]), colour)
    for x in (30, 46, 62):
        brush.fill(box(x - 1, 56, 12, 10, 1), lighter(seat, 0.22))
    brush.line(curve((80, 70), (88, 73), (98, 69)), RED, 2.2)
    horse = [
        (82, 60),
        (80, 52),
        (86, 50),
        (92, 52),
        (94, 43),
        (98, 41),
        (101, 46),
        (98, 50),
        (98, 60),
    ]
    brush.fill(blob(horse), rgb("#d9b48a"))
    for x in (84, 96):
        brush.line(curve((x, 59), (x - 0.6, 70)), rgb("#c39a6f"), 2)
    brush.fill(box(86, 49, 7, 4, 1.4), RED)
    brush.fill(box(3, 34, 16, 36, 1), rgb("#8fa9c9"))
    for y in (38, 49, 60):
        brush.fill(box(5, y, 12, 8.6, 0.8), lighter(rgb("#8fa9c9"), 0.28))
        brush.flat(oval(11, y + 4.3, 1.1, 1.1), rgb("#f1cd7c"))
    brush.fill(oval(50, 86, 38, 11), rgb("#9fcf9a"))
    brush.fill(oval(50, 86, 30, 8), rgb("#dcefd6"), edge=False)


def living_room_edge(brush: Brush) -> None:
    """The stairs, the front door with its round pane, and coats on hooks."""
    brush.gradient(box(-2, -2, 104, 68), rgb("#a8c7a0"), rgb("#c2d8b2"))
    for x in range(0, 104, 15):
        brush.flat(box(x, -2, 7, 68), rgb("#c6dab8"), 0.7)
    boards(brush, rgb("#c99f77"))
    wood = rgb("#b5845c")
    for step in range(5):
        brush.fill(
            box(-4, 18 + step * 10.4, 10 + step * 6.4, 52 - step * 10.4),
            lighter(wood, 0.1 * (step % 2)),
        )
    brush.line(curve((4, 2), (36, 46)), darker(wood, 0.3), 2.2)
    for step in range(4):
        x = 7 + step * 8
        brush.line(curve((x, 7 + step * 11), (x, 22 + step * 11.4)), FRAME, 1.5)
    brush.fill(box(47, 12, 27, 57, 1), FRAME)
    brush.fill(box(49.5, 14.5, 22, 54.5, 0.8), rgb("#b9635a"))
    window_view(brush, 55, 20, 11, 11)
    brush.line(box(55, 20, 11, 11, 1), FRAME, 1.6)
    brush.flat(oval(53, 44, 1.5, 1.5), YELLOW)
    brush.fill(box(79, 22, 20, 3, 1), darker(wood, 0.2))
    for x, colour, low in ((80, BLUE, 46), (87.5, YELLOW, 42), (94, rgb("#74a56b"), 44)):
        brush.fill(blob([(x, 25), (x + 4.4, 25), (x + 6, low), (x - 1.4, low)]), colour)
    plant_pot(brush, 88, 70)
    brush.fill(box(26, 78, 48, 12, 3), rgb("#6f8f7a"))
    brush.fill(box(29, 80.4, 42, 7.2, 2), rgb("#b9cfb0"), edge=False)
    if brush.light in ("night", "rain"):
        brush.glow(60, 4, 46, LAMP, 0.45)


def library_edge(brush: Brush) -> None:
    """A reading nook under a round window between two cases, with cushions."""
    brush.gradient(box(-2, -2, 104, 68), rgb("#f0dcae"), rgb("#f6e6c4"))
    boards(brush, rgb("#d0a275"))
    bookcase(brush, -14, 2)
    bookcase(brush, 82, 5)
    brush.fill(oval(50, 24, 17, 17), FRAME)
    with brush.inside(oval(50, 24, 14, 14)):
        window_view(brush, 36, 10, 28, 28)
    brush.fill(box(49.2, 10, 1.6, 28), FRAME, edge=False)
    brush.fill(box(36, 23.2, 28, 1.6), FRAME, edge=False)
    wood = rgb("#9a6a44")
    brush.fill(box(20, 56, 60, 13, 1), wood)
    brush.fill(box(18, 51, 64, 6, 2.6), rgb("#4f8a78"))
    for x, colour in ((21, RED), (34, YELLOW), (66, PURPLE)):
        brush.fill(blob([(x, 52), (x - 0.5, 41), (x + 12.5, 41), (x + 12, 52)]), colour)
    for y, colour in ((48.8, BLUE), (46.2, RED), (43.8, YELLOW)):
        brush.fill(box(50, y, 12, 2.4, 0.5), colour)
    brush.fill(oval(50, 86, 42, 12), rgb("#8a6fa8"))
    brush.fill(oval(50, 86, 34, 9), rgb("#dccbe6"), edge=False)
    if brush.light in ("night", "rain"):
        brush.glow(50, 46, 40, LAMP, 0.4)
