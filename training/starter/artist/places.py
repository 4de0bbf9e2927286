"""Which drawing belongs to which place, from which view."""

from training.starter.artist import buildings, corners, edges, indoors, outdoors, rooms
from training.starter.artist.brush import Brush
from training.starter.artist.sky import draw_puddles

_DRAWN = {
    "garden": (outdoors.garden, corners.garden, edges.garden),
    "forest": (outdoors.forest, corners.forest, edges.forest),
    "meadow": (outdoors.meadow, corners.meadow, edges.meadow),
    "beach": (outdoors.beach, corners.beach, edges.beach),
    "pond": (outdoors.pond, corners.pond, edges.pond),
    "snow": (outdoors.snow, corners.snow, edges.snow),
    "mountain": (outdoors.mountain, corners.mountain, edges.mountain),
    "farmyard": (buildings.farmyard, corners.farmyard, edges.farmyard),
    "castle": (buildings.castle, corners.castle, edges.castle),
    "town street": (buildings.street, corners.street, edges.street),
    "kitchen": (indoors.kitchen, rooms.kitchen_corner, rooms.kitchen_edge),
    "bedroom": (indoors.bedroom, rooms.bedroom_corner, rooms.bedroom_edge),
    "living room": (indoors.living_room, rooms.living_room_corner, rooms.living_room_edge),
    "library": (indoors.library, rooms.library_corner, rooms.library_edge),
}
VIEWS = ("front", "corner", "edge")
"""The views of a place, in the order of the drawings above."""

INDOORS = ("kitchen", "bedroom", "living room", "library")


def draw_place(brush: Brush, place: str, view: str) -> None:
    """Fill the canvas (100 x 100, y down) with a place; KeyError for one that nobody has drawn.

    A place looks the same in every picture of it from one view, but for the light. The ground lies
    below y = 62 and is calm around the middle, where the animals stand.
    """
    _DRAWN[place][VIEWS.index(view)](brush)
    if brush.light == "rain" and place not in INDOORS:
        draw_puddles(brush)
