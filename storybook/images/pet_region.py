"""Where the pet is on a photo, told from where a network is sure that there is one.

A network says it for cells of 32 px; colours say it finely. What a cell shows is a mixture of pet
and background, and the background's colours are known from the cells in which there is no pet.
"""

import numpy as np
from PIL import Image, ImageFilter

PALETTE, KMEANS = 48, 6
LIKE = 6.0
"""A CIELAB distance over which colours are still of one thing."""
SHADE = (0.7, 1.0, 1.0)
"""How much L*, a* and b* count: shade changes L* above all."""
PASSES = 3
EXTRA = 1.3
"""The background within the pet's cells is taken for so much more than was estimated: it lies
nearer to the pet, in its shade and its light."""
HALF = 0.5
PET = 0.4
"""From here on a pixel is the pet's."""
GAP = 5
"""Gaps of less than this many pixels of 64 are closed: the other side of a collar is pet, too."""
LITTLE = 0.12
"""A part of less than this share of the largest is a speck."""
SURELY = 0.8


def pet_mask(pixels: np.ndarray, sure: np.ndarray) -> np.ndarray:
    """Where the pet is on a photo in CIELAB [h, w, 3], as booleans [h, w]; nowhere if unsure.

    `sure` is how sure a network is that there is one, [rows, columns] in [0, 1], of equal cells.
    """
    height, width = pixels.shape[:2]
    prior = _spread(sure, width, height)
    if prior.max() < HALF:
        return np.zeros((height, width), bool)
    share = prior
    index, alike = _colours(pixels)
    outside = np.clip(1 - prior / HALF, 0, 1)
    behind = _amounts(index, outside, alike)
    for _ in range(PASSES):
        within = _amounts(index, share, alike)
        other = np.minimum(1.0, EXTRA * _mixed_in(within, behind) * behind / (within + 1e-9))
        share = _median(_blurred(prior * (1 - other)[index]))
    return _whole(share > PET, prior)


def parts_of(mask: np.ndarray) -> list[np.ndarray]:
    """The parts of a mask that hang together, the largest first, each as booleans [h, w]."""
    labels = np.where(mask, np.arange(1, mask.size + 1).reshape(mask.shape), 0)
    while True:
        padded = np.pad(labels, 1)
        around = np.maximum.reduce(
            [
                padded[1:-1, 1:-1],
                padded[:-2, 1:-1],
                padded[2:, 1:-1],
                padded[1:-1, :-2],
                padded[1:-1, 2:],
            ]
        )
        grown = np.where(mask, around, 0)
        if np.array_equal(grown, labels):
            break
        labels = grown
    names, sizes = np.unique(labels[mask], return_counts=True)
    return [labels == name for name in names[np.argsort(-sizes, kind="stable")]]


def _whole(mask: np.ndarray, prior: np.ndarray) -> np.ndarray:
    """The mask without gaps, holes and specks; specks of which the network is sure stay."""
    drawn = Image.fromarray((np.pad(mask, GAP) * 255).astype(np.uint8))
    closed = drawn.filter(ImageFilter.MaxFilter(GAP)).filter(ImageFilter.MinFilter(GAP))
    mask = mask | (np.asarray(closed)[GAP:-GAP, GAP:-GAP] > 0)
    around = parts_of(np.pad(~mask, 1, constant_values=True))
    mask = ~next(part for part in around if part[0, 0])[1:-1, 1:-1]
    parts = parts_of(mask)
    kept = [
        part
        for part in parts
        if part.sum() >= LITTLE * parts[0].sum() and prior[part].max() >= SURELY
    ]
    return np.logical_or.reduce(kept) if kept else np.zeros_like(mask)


def _colours(pixels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Which of a photo's main colours each pixel is, [h, w], and how alike those are, [k, k]."""
    coded = np.clip(pixels * [2.55, 1, 1] + [0, 128, 128], 0, 255).astype(np.uint8)
    few = Image.fromarray(coded).quantize(PALETTE, kmeans=KMEANS, dither=Image.Dither.NONE)
    used, index = np.unique(np.asarray(few), return_inverse=True)
    index = index.reshape(pixels.shape[:2])
    centres = np.array([pixels[index == one].mean(axis=0) for one in range(len(used))])
    gaps = np.linalg.norm((centres[:, None] - centres) * SHADE, axis=-1)
    return index, np.exp(-np.square(gaps / LIKE))


def _amounts(index: np.ndarray, weight: np.ndarray, alike: np.ndarray) -> np.ndarray:
    """How much of each colour there is where the weight lies, [k], in all 1."""
    found = alike @ np.bincount(index.ravel(), weight.ravel() + 1e-6, len(alike))
    return found / found.sum()


def _mixed_in(within: np.ndarray, behind: np.ndarray) -> float:
    """How much of the background lies within the pet's cells: the median over its colours."""
    shares = np.minimum(within / (behind + 1e-9), 1)
    order = np.argsort(shares)
    return float(shares[order][np.searchsorted(np.cumsum(behind[order]), 0.5)])


def _spread(sure: np.ndarray, width: int, height: int) -> np.ndarray:
    plane = Image.fromarray(sure.astype(np.float32)).resize(
        (width, height), Image.Resampling.BICUBIC
    )
    return np.clip(np.asarray(plane), 0, 1)


def _blurred(share: np.ndarray) -> np.ndarray:
    return _filtered(share, ImageFilter.GaussianBlur(1))


def _median(share: np.ndarray) -> np.ndarray:
    return _filtered(share, ImageFilter.MedianFilter(3))


def _filtered(share: np.ndarray, by: ImageFilter.Filter) -> np.ndarray:
    levels = Image.fromarray((share * 255).round().clip(0, 255).astype(np.uint8))
    return np.asarray(levels.filter(by), np.float32) / 255
