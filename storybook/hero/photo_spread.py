"""What is kept of a photo while others are looked at, and how different photos are."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from storybook.images.photos import where_the_pet_is
from storybook.records import Record

if TYPE_CHECKING:
    from storybook.models.pet_seer import PetSeen


@dataclass(frozen=True, slots=True)
class Seen:
    """What is kept of a photo while the others are looked at."""

    pixels: np.ndarray
    """A small copy in CIELAB, [h, w, 3]."""
    short_px: int
    sharpness: float
    pet: "PetSeen | None" = None
    """What somebody who sees pets has seen."""

    @property
    def where(self) -> np.ndarray:
        """Where the pet is, booleans [h, w]."""
        return where_the_pet_is(self.pixels, self.pet)


class Spread(Record):
    """How different photos are from each other: medians over all pairs of them."""

    background: float
    """CIELAB distance of the borders."""
    pose: float
    """Distance of the outlines within the pet, 0 to 1."""
    light: float
    """Difference in mean L*."""


def spread_of(seen: Sequence[Seen]) -> Spread:
    """How different photos are; raises ValueError under two."""
    if len(seen) < 2:
        raise ValueError("one photo alone has no spread")
    borders = [_border_colours(each.pixels) for each in seen]
    outlines = [_outlines(each.pixels, each.where) for each in seen]
    lights = [each.pixels[..., 0].mean() for each in seen]
    pairs = list(combinations(range(len(seen)), 2))
    return Spread(
        background=_median(
            np.linalg.norm(borders[a] - borders[b], axis=1).mean() for a, b in pairs
        ),
        pose=_median(np.linalg.norm(outlines[a] - outlines[b]) / 2**0.5 for a, b in pairs),
        light=_median(abs(lights[a] - lights[b]) for a, b in pairs),
    )


def cells(pixels: np.ndarray, side: int) -> np.ndarray:
    """The mean colours of side x side cells, [side * side, 3], row by row."""
    (rows, high), (columns, wide) = (_cuts(length, side) for length in pixels.shape[:2])
    sums = np.add.reduceat(np.add.reduceat(pixels, rows, axis=0), columns, axis=1)
    return (sums / (high[:, None] * wide)[..., None]).reshape(-1, 3)


def _cuts(length: int, parts: int) -> tuple[np.ndarray, np.ndarray]:
    """Where each of so many parts of a length begins, and how long it is, at least 1."""
    ends = np.cumsum([len(part) for part in np.array_split(np.arange(length), parts)])
    begins = np.minimum(np.concatenate(([0], ends[:-1])), length - 1)
    return begins, np.maximum(np.diff(ends, prepend=0), 1)


def _border_colours(pixels: np.ndarray) -> np.ndarray:
    """The mean colours of the four corners and of the middles of the upper sides, [7, 3]."""
    return cells(pixels, 5)[[0, 2, 4, 5, 9, 20, 24]]


def _outlines(pixels: np.ndarray, pet: np.ndarray) -> np.ndarray:
    """How edges lie in the pet's box: orientations in 4 x 4 cells, as a vector of length 1, [128].

    A histogram of oriented gradients (Dalal and Triggs, 2005), one block of signless angles.
    """
    rows, columns = np.nonzero(pet.any(axis=1))[0], np.nonzero(pet.any(axis=0))[0]
    lightness = pixels[..., 0]
    if len(rows) > 8 and len(columns) > 8:
        lightness = lightness[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    down, across = np.gradient(lightness)
    strength = np.hypot(down, across)
    angle = (np.arctan2(down, across) % np.pi / np.pi * 8).astype(int) % 8
    cells = [
        np.bincount(a.ravel(), s.ravel(), 8)
        for ra, rs in zip(np.array_split(angle, 4), np.array_split(strength, 4), strict=True)
        for a, s in zip(np.array_split(ra, 4, 1), np.array_split(rs, 4, 1), strict=True)
    ]
    vector = np.concatenate(cells)
    return vector / (np.linalg.norm(vector) or 1)


def _median(values: Iterable[float]) -> float:
    return float(np.median(list(values)))
