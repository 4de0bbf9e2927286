"""Is it the same coat on every page? The hero's colour, measured where the judge looks.

The judge names a coat from one place of the picture: its gaze. There the median colour is taken, in
CIELAB (CIE 15:2004, D65), in which a distance (CIE76) of about 2 is just noticed. Evening and rain
tint a coat, as they should; so a page counts by how far it lies from the artist's own drawing
of the same scene, measured in the same way.
"""

from itertools import combinations

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from evaluation.judge import judged
from storybook.models.classifier import Classifier

GAZED = 0.5
"""Cells of the map with at least this share of the strongest gaze are looked at."""
WHITE = np.array([0.95047, 1.0, 1.08883])
TO_XYZ = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)


def lab(pixels: np.ndarray) -> np.ndarray:
    """sRGB, uint8 [..., 3], as CIELAB, float [..., 3]."""
    levels = pixels / 255
    linear = np.where(levels <= 0.04045, levels / 12.92, ((levels + 0.055) / 1.055) ** 2.4)
    scaled = linear @ TO_XYZ.T / WHITE
    bent = np.where(scaled > (6 / 29) ** 3, np.cbrt(scaled), scaled / (3 * (6 / 29) ** 2) + 4 / 29)
    x, y, z = np.moveaxis(bent, -1, 0)
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1)


def coat_colours(judge: Classifier, pixels: np.ndarray) -> np.ndarray:
    """The colour of the star's coat in each picture, uint8 [n, h, w, 3], as CIELAB [n, 3]."""
    _, gazes = judged(judge, pixels)
    coat = gazes[:, list(judge.config.choices).index("coat")]  # [n, h, w]
    return np.stack(
        [
            np.median(lab(image[_looked_at(gaze, image.shape[0])]), axis=0)
            for image, gaze in zip(pixels, coat, strict=True)
        ]
    )


def spread(shifts: np.ndarray) -> float:
    """The mean distance between the rows of [n, 3]; 0 for fewer than two."""
    pairs = [np.linalg.norm(one - other) for one, other in combinations(shifts, 2)]
    return float(np.mean(pairs)) if pairs else 0.0


def _looked_at(gaze: Tensor, size_px: int) -> np.ndarray:
    """Where the gaze [h, w] rests, as booleans of the picture's size."""
    cells = (gaze >= GAZED * gaze.max()).float()[None, None]
    return (
        functional.interpolate(cells, (size_px, size_px), mode="nearest")[0, 0]
        .to(torch.bool)
        .numpy()
    )
