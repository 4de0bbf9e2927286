"""Which drawing belongs to which place."""

from training.starter.artist import buildings, indoors, outdoors
from training.starter.artist.brush import Brush
from training.starter.artist.sky import draw_puddles

_DRAWN = {
    "garden": outdoors.garden,
    "forest": outdoors.forest,
    "meadow": outdoors.meadow,
    "beach": outdoors.beach,
    "pond": outdoors.pond,
    "snow": outdoors.snow,
    "mountain": outdoors.mountain,
    "farmyard": buildings.farmyard,
    "castle": buildings.castle,
    "town street": buildings.street,
    "kitchen": indoors.kitchen,
    "bedroom": indoors.bedroom,
    "living room": indoors.living_room,
    "library": indoors.library,
}


INDOORS = ("kitchen", "bedroom", "living room", "library")


def draw_place(brush: Brush, place: str) -> None:
    """Fill the canvas (100 x 100, y down) with a place; KeyError for one that nobody has drawn.

    A place looks the same in every picture of it, but for the light. The ground lies below
    y = 62 and is calm around the middle, where the animals stand.
    """
    _DRAWN[place](brush)
    if brush.light == "rain" and place not in INDOORS:
        draw_puddles(brush)
