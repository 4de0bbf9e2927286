"""Pictures brought to their buckets: opened no larger than is of use, scaled and cut."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from storybook.images.photo_reading import sizes_of
from training.data.buckets import covering_size, fit, nearest_bucket
from training.data.crops import crop_px
from training.data.pictures import open_picture
from training.data.records import Box, DataIssue, Size

SPARE = 2
"""A picture is opened with so many times the pixels a side that its bucket takes, at least: what a
JPEG's decoder leaves out beyond that is not seen after scaling."""


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a picture belongs, as the head of its file says."""

    path: Path
    size: Size
    """Of what is learnt of it, upright."""
    stored: Size
    """Of its file, not turned, which is how kohya's scripts name it."""
    bucket: Size
    drawn: Box | None = None
    """The crop that its owner drew, of the picture."""

    @property
    def crop(self) -> tuple[int, int, int, int]:
        """Which part of the scaled picture is taken: left, top, right, bottom in px."""
        whole = covering_size(self.size, self.bucket)
        left, top = ((side - kept) // 2 for side, kept in zip(whole, self.bucket, strict=True))
        if self.drawn is not None:  # in the whole picture, as it would be scaled
            left += round(whole[0] * self.drawn[0] / (self.drawn[2] - self.drawn[0]))
            top += round(whole[1] * self.drawn[1] / (self.drawn[3] - self.drawn[1]))
        return left, top, left + self.bucket[0], top + self.bucket[1]


@dataclass(frozen=True, slots=True)
class Cut:
    """A picture, scaled and cut to its bucket."""

    placed: Placed
    levels: np.ndarray
    """uint8 [h, w, 3]."""


def place(path: Path, buckets: Sequence[Size], drawn: Box | None) -> Placed | None:
    """Where a picture belongs, no pixel of it read; None for what is no picture."""
    sizes = sizes_of(path)
    if sizes is None:
        return None
    stored, size = sizes
    if drawn is not None:
        left, top, right, bottom = crop_px(size, drawn)
        size = right - left, bottom - top
    return Placed(path, size, stored, nearest_bucket(size, buckets), drawn)


def cut(
    path: Path, placed: Placed | None, buckets: Sequence[Size]
) -> tuple[Cut | None, list[DataIssue]]:
    """Open a picture and cut it to its bucket; None for one that cannot be learnt from, and why.

    Of one that is much larger than its bucket, fewer pixels are decoded.
    """
    drawn = placed.drawn if placed else None
    enough_px = None
    if placed is not None:
        enough_px = SPARE * min(covering_size(placed.size, placed.bucket))
    image, findings = open_picture(path, min(map(min, buckets)), crop=drawn, enough_px=enough_px)
    if image is None or placed is None:
        return None, findings
    if (image.width - image.height) * (placed.size[0] - placed.size[1]) < 0:
        size = placed.size[::-1]  # it lies on its side, which its file says at its end
        placed = replace(placed, size=size, bucket=nearest_bucket(size, buckets))
    return Cut(placed, np.asarray(fit(image, placed.bucket))), findings
