"""Which drawing belongs to which place, and the sky that places share."""

import random

from training.starter.artist import indoors, outdoors
from training.starter.artist.brush import Brush

_DRAWN = {
    "garden": outdoors.garden,
    "forest": outdoors.forest,
    "meadow": outdoors.meadow,
    "beach": outdoors.beach,
    "pond": outdoors.pond,
    "snow": outdoors.snow,
    "town street": outdoors.street,
    "kitchen": indoors.kitchen,
    "bedroom": indoors.bedroom,
    "living room": indoors.living_room,
}


INDOORS = ("kitchen", "bedroom", "living room")


def draw_place(brush: Brush, place: str, rng: random.Random) -> None:
    """Fill the canvas (100 x 100, y down) with a place; KeyError for one that nobody has drawn.

    The ground lies below y = 62 and is calm around the middle, where the animals stand.
    """
    _DRAWN[place](brush, rng)
