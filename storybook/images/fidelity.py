"""Whether a plate still shows its picture: measured for each one, and kept beside it.

An enlarger makes detail up. What it made up must vanish when the plate is scaled down again.
"""

import numpy as np
from PIL import Image, ImageFilter

from storybook.images.photos import lab
from storybook.records import Record

LEAST_PSNR_DB = 30.0
"""Below it a plate scaled down differs from its picture at a glance."""
LEAST_EDGES = 0.8
MOST_COLOUR_SHIFT = 3.0
"""In CIELAB; 2.3 is just noticeable (Sharma 2003)."""
BROAD = 16
"""Colours are compared over areas of this part of a side."""
LEAST_FORMS = 0.6
"""Below it something stands there that the picture lacks; `docs/models.md` has the figures."""
LOOK_PX = 128
"""The longer side of the size at which forms are compared: a larger one's detail is the plate's."""
AREA_PX = 12
"""The side of the areas that are compared, at that size: a small head."""
FAINT = 12.0
"""In CIELAB: forms that differ from their surroundings by less hardly count."""


class Fidelity(Record):
    """How a plate, scaled down to its picture's size, differs from it."""

    psnr_db: float
    """Peak signal-to-noise ratio; 99 is without a difference."""
    edges: float
    """Correlation of the strength of edges, 1 if they are the same."""
    colour_shift: float
    """The largest mean difference of a broad area, CIE76."""
    forms: float | None = None
    """How alike forms are where they are least so: 1 if the same, 0 or less where there is another
    one, such as a second hero. None: of a plate that was measured before this was."""
    forms_at: tuple[float, float] = (0.5, 0.5)
    """Where that is: from the left and from the top, each in [0, 1]."""

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
        if self.forms is not None and self.forms < LEAST_FORMS:
            across, down = self.forms_at
            place = (
                f"{_third(down, 'top', 'middle', 'bottom')} {_third(across, 'left', '', 'right')}"
            )
            found.append(
                f"something at its {place.strip()} is not in its picture ({self.forms:.2f})"
            )
        return tuple(found)


def fidelity(plate: Image.Image, picture: Image.Image) -> Fidelity:
    """Compare a plate with the picture, RGB, that it was made from, at the smaller's size."""
    size = tuple(min(sides) for sides in zip(plate.size, picture.size, strict=True))
    small, picture = (each.resize(size, Image.Resampling.BOX) for each in (plate, picture))
    levels, target = np.asarray(small, float), np.asarray(picture, float)
    error = np.square(levels - target).mean()
    if error == 0:  # a plate of the dry run's
        return Fidelity(psnr_db=99.0, edges=1.0, colour_shift=0.0, forms=1.0)
    psnr_db = min(10 * np.log10(255**2 / error), 99.0)
    own, theirs = edge_strength(small), edge_strength(picture)
    flat = own.std() < 1e-6 or theirs.std() < 1e-6
    edges = float(own.std() == theirs.std()) if flat else np.corrcoef(own.flat, theirs.flat)[0, 1]
    broad = tuple(max(1, min(BROAD, side)) for side in picture.size)
    areas = [lab(each.resize(broad, Image.Resampling.BOX)) for each in (small, picture)]
    shift = np.linalg.norm(areas[0] - areas[1], axis=-1).max()
    forms, place = least_alike(small, picture)
    return Fidelity(
        psnr_db=round(float(psnr_db), 2),
        edges=round(float(edges), 4),
        colour_shift=round(float(shift), 2),
        forms=round(forms, 3),
        forms_at=(round(place[0], 2), round(place[1], 2)),
    )


def least_alike(one: Image.Image, other: Image.Image) -> tuple[float, tuple[float, float]]:
    """How alike two RGB pictures of one size are where they are least so, and where that is.

    For each area: twice the covariance of their colours over the sum of the variances, as in SSIM
    (Wang et al. 2004), whatever the colours' means are. 1 is alike, 0 is unrelated, -1 a negative.
    """
    first, second = (lab(_looked_at(each)) for each in (one, other))

    def mean(levels: np.ndarray) -> np.ndarray:
        return _means(levels, AREA_PX)

    def spread(a: np.ndarray, b: np.ndarray) -> np.ndarray:
        return (mean(a * b) - mean(a) * mean(b)).sum(-1)

    spreads = spread(first, first) + spread(second, second)
    alike = (2 * spread(first, second) + FAINT**2) / (spreads + FAINT**2)
    row, column = np.unravel_index(alike.argmin(), alike.shape)
    height, width, _ = first.shape
    middle = [(at + min(AREA_PX, side) / 2) / side for at, side in ((column, width), (row, height))]
    return float(alike.min()), (float(middle[0]), float(middle[1]))


def _looked_at(image: Image.Image) -> Image.Image:
    scale = min(LOOK_PX / max(image.size), 1)
    size = tuple(max(1, round(side * scale)) for side in image.size)
    return image if scale == 1 else image.resize(size, Image.Resampling.BOX)


def _means(levels: np.ndarray, side: int) -> np.ndarray:
    """The mean of each area of `side` pixels, [h, w, c] -> [h - side + 1, w - side + 1, c]."""
    for axis in (0, 1):
        size = min(side, levels.shape[axis])
        sums = np.cumsum(np.insert(levels, 0, 0, axis), axis)
        ends = np.arange(size, sums.shape[axis])
        levels = (sums.take(ends, axis) - sums.take(ends - size, axis)) / size
    return levels


def _third(share: float, *names: str) -> str:
    return names[min(int(share * 3), 2)]


def edge_strength(image: Image.Image) -> np.ndarray:
    """How steep brightness is at each pixel of an RGB picture, float [h, w], lightly smoothed."""
    grey = np.asarray(image.convert("L").filter(ImageFilter.GaussianBlur(1)), float)
    if min(grey.shape) < 2:
        return np.zeros_like(grey)
    return np.hypot(*np.gradient(grey))
