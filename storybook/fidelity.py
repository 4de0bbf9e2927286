"""Whether a plate still shows its picture: measured for each one, and kept beside it.

An enlarger makes detail up. What it made up must vanish when the plate is scaled down again.
"""

import numpy as np
from PIL import Image, ImageFilter

from storybook.photos import lab
from storybook.records import Record

LEAST_PSNR_DB = 30.0
"""Below it a plate scaled down differs from its picture at a glance."""
LEAST_EDGES = 0.8
MOST_COLOUR_SHIFT = 3.0
"""In CIELAB; 2.3 is just noticeable (Sharma 2003)."""
BROAD = 16
"""Colours are compared over areas of this part of a side."""


class Fidelity(Record):
    """How a plate, scaled down to its picture's size, differs from it."""

    psnr_db: float
    """Peak signal-to-noise ratio; 99 is without a difference."""
    edges: float
    """Correlation of the strength of edges, 1 if they are the same."""
    colour_shift: float
    """The largest mean difference of a broad area, CIE76."""

    @property
    def faults(self) -> tuple[str, ...]:
        """What is wrong with the plate, a line each; none if it shows its picture."""
        found = []
        if self.psnr_db < LEAST_PSNR_DB:
            found.append(f"scaled down it differs from its picture ({self.psnr_db:.0f} dB)")
        if self.edges < LEAST_EDGES:
            found.append(f"its forms are others ({self.edges:.2f})")
        if self.colour_shift > MOST_COLOUR_SHIFT:
            found.append(f"its colours have shifted ({self.colour_shift:.1f})")
        return tuple(found)


def fidelity(plate: Image.Image, picture: Image.Image) -> Fidelity:
    """Compare a plate with the picture, RGB, that it was made from."""
    small = plate.resize(picture.size, Image.Resampling.BOX)
    levels, wanted = np.asarray(small, float), np.asarray(picture, float)
    error = np.square(levels - wanted).mean()
    psnr_db = 99.0 if error == 0 else min(10 * np.log10(255**2 / error), 99.0)
    own, theirs = edge_strength(small), edge_strength(picture)
    flat = own.std() < 1e-6 or theirs.std() < 1e-6
    edges = float(own.std() == theirs.std()) if flat else np.corrcoef(own.flat, theirs.flat)[0, 1]
    broad = tuple(max(1, min(BROAD, side)) for side in picture.size)
    areas = [lab(each.resize(broad, Image.Resampling.BOX)) for each in (small, picture)]
    shift = np.linalg.norm(areas[0] - areas[1], axis=-1).max()
    return Fidelity(
        psnr_db=round(float(psnr_db), 2),
        edges=round(float(edges), 4),
        colour_shift=round(float(shift), 2),
    )


def edge_strength(image: Image.Image) -> np.ndarray:
    """How steep brightness is at each pixel of an RGB picture, float [h, w], lightly smoothed."""
    grey = np.asarray(image.convert("L").filter(ImageFilter.GaussianBlur(1)), float)
    if min(grey.shape) < 2:
        return np.zeros_like(grey)
    return np.hypot(*np.gradient(grey))
