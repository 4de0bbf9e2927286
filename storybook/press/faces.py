"""Where faces are on a drawn picture, so that no words cover them.

A small net says it for each place of a grid, from the colours around it. It was taught on drawings
of the starter's world by `benchmarks/faces.py`, which also measures what it is good for; on other
pictures it says what is like such a face.
"""

from functools import lru_cache

import numpy as np
from PIL import Image

from storybook.config import shipped
from storybook.press.colour import oklab

GRID = 32
"""Places along each side of a picture."""
CELL_PX = 4
"""Pixels along each side of a place, as the picture is looked at."""
NEAR = 3
"""How many places around each one the net sees."""
SURE = 0.7
"""From here on a place is taken for a face's. Where a card was put by it on 300 other pictures,
the first that hid a part of a head was at 0.79."""
Part = tuple[float, float, float, float]
"""Left, upper, right and lower edge of a part of a picture, as shares of its sides."""
FILE = ("assets", "face_finder.npz")


def faces_in(picture: Image.Image) -> np.ndarray:
    """How surely each place of an RGB picture is a face's, [GRID, GRID] in [0, 1]."""
    net = _net()
    seen = (surroundings(picture).reshape(GRID * GRID, -1) - net["mean"]) / net["spread"]
    hidden = np.maximum(seen @ net["hidden"] + net["hidden_bias"], 0.0)
    return _sigmoid(hidden @ net["face"] + net["face_bias"]).reshape(GRID, GRID)


def face_boxes(faces: np.ndarray) -> list[Part]:
    """The parts of a picture that are faces, each as its edges in shares of the picture."""
    left = {tuple(each) for each in np.argwhere(faces >= SURE).tolist()}
    found = []
    while left:
        grown, edge = [], [left.pop()]
        while edge:
            row, column = edge.pop()
            grown.append((row, column))
            near = {(row + i, column + j) for i in (-1, 0, 1) for j in (-1, 0, 1)} & left
            left -= near
            edge += near
        if len(grown) > 1:
            rows, columns = zip(*grown, strict=True)
            high, wide = faces.shape
            found.append(
                (
                    min(columns) / wide,
                    min(rows) / high,
                    (max(columns) + 1) / wide,
                    (max(rows) + 1) / high,
                )
            )
    return sorted(found)


def surroundings(picture: Image.Image) -> np.ndarray:
    """What the net sees of each place, float32 [GRID, GRID, channels].

    Of all places near it the Oklab colour and the darkest and lightest pixel, each against the mean
    lightness there; that mean; and where it lies.
    """
    side = GRID * CELL_PX
    pixels = oklab(picture.resize((side, side), Image.Resampling.BOX))
    cells = pixels.reshape(GRID, CELL_PX, GRID, CELL_PX, 3)
    light = cells[..., 0]
    channels = np.concatenate(
        [
            cells.mean(axis=(1, 3)),
            light.min(axis=(1, 3))[..., None],
            light.max(axis=(1, 3))[..., None],
        ],
        axis=-1,
    )
    padded = np.pad(channels, ((NEAR, NEAR), (NEAR, NEAR), (0, 0)), mode="edge")
    wide = 2 * NEAR + 1
    near = np.lib.stride_tricks.sliding_window_view(padded, (wide, wide), axis=(0, 1)).copy()
    mean = near[:, :, 0].mean(axis=(-2, -1))
    near[:, :, (0, 3, 4)] -= mean[:, :, None, None, None]
    down, across = np.mgrid[:GRID, :GRID] / GRID - 0.5
    place = np.stack([mean, across, across**2, down, down**2], axis=-1)
    return np.concatenate([near.reshape(GRID, GRID, -1), place], axis=-1).astype(np.float32)


@lru_cache(maxsize=1)
def _net() -> dict[str, np.ndarray]:
    with np.load(shipped(*FILE)) as kept:
        return {name: kept[name].astype(np.float32) for name in kept.files}


def _sigmoid(values: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-np.clip(values, -30, 30)))
