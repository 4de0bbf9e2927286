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
SIDE_PX = GRID * CELL_PX
NEAR = 3
"""How many places around each one the net sees."""
SURE = 0.55
"""From here on a place may be a face's."""
LEAST_PLACES, LEAST_SHARE = 4, 0.08
"""Fewer places that touch, or less than this share of a picture's largest face, are taken for
something else: of what the net is sure of by mistake most is a single place."""
Part = tuple[float, float, float, float]
"""Left, upper, right and lower edge of a part of a picture, as shares of its sides."""
FILE = ("assets", "face_finder.npz")


def faces_in(picture: Image.Image) -> np.ndarray:
    """How surely each place of an RGB picture is a face's, [GRID, GRID] in [0, 1]; not to be
    written to."""
    return _faces_in(_small(picture).tobytes())


@lru_cache(maxsize=128)  # a page is composed, cut and checked by the same faces; 48 KB a picture
def _faces_in(pixels: bytes) -> np.ndarray:
    net = _net()
    around = surroundings(Image.frombytes("RGB", (SIDE_PX, SIDE_PX), pixels))
    seen = (around.reshape(GRID * GRID, -1) - net["mean"]) / net["spread"]
    hidden = np.maximum(seen @ net["hidden"] + net["hidden_bias"], 0.0)
    faces = _sigmoid(hidden @ net["face"] + net["face_bias"]).reshape(GRID, GRID)
    faces.flags.writeable = False
    return faces


def _small(picture: Image.Image) -> Image.Image:
    """As large as it is looked at."""
    return picture.resize((SIDE_PX, SIDE_PX), Image.Resampling.BOX)


def face_masks(faces: np.ndarray) -> list[np.ndarray]:
    """The faces of a picture, each as booleans [GRID, GRID], the largest first."""
    left = {tuple(each) for each in np.argwhere(faces >= SURE).tolist()}
    found = []
    while left:
        mask, edge = np.zeros(faces.shape, bool), [left.pop()]
        while edge:
            row, column = edge.pop()
            mask[row, column] = True
            near = {(row + i, column + j) for i in (-1, 0, 1) for j in (-1, 0, 1)} & left
            left -= near
            edge += near
        found.append(mask)
    found.sort(key=lambda mask: (-int(mask.sum()), int(mask.argmax())))
    least = max(LEAST_PLACES, LEAST_SHARE * found[0].sum()) if found else 0
    return [mask for mask in found if mask.sum() >= least]


def face_boxes(faces: np.ndarray) -> list[Part]:
    """The parts of a picture that are faces, each as its edges in shares of the picture."""
    return sorted(map(box_of, face_masks(faces)))


def box_of(mask: np.ndarray) -> Part:
    """The edges of the places of a face, in shares of the picture."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    high, wide = mask.shape
    across = (columns[0] / wide, (columns[-1] + 1) / wide)
    down = (rows[0] / high, (rows[-1] + 1) / high)
    return (float(across[0]), float(down[0]), float(across[1]), float(down[1]))


def grown(mask: np.ndarray) -> np.ndarray:
    """A face with the places beside it, where ears and hair may be."""
    wide = np.pad(mask, 1)
    return mask | wide[:-2, 1:-1] | wide[2:, 1:-1] | wide[1:-1, :-2] | wide[1:-1, 2:]


def surroundings(picture: Image.Image) -> np.ndarray:
    """What the net sees of each place, float32 [GRID, GRID, channels].

    Of all places near it the Oklab colour and the darkest and lightest pixel, each against the mean
    lightness there; that mean; and where it lies.
    """
    pixels = oklab(_small(picture))
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
