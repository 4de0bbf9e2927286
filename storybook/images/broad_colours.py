"""The colours of a picture's broad areas: what detail that somebody adds has no business with."""

import numpy as np
from PIL import Image

AREAS = 64
"""So many areas of a side keep their colours when a picture is enlarged. With 32 plates of 2,048 px
are farther from their pictures (31.5 dB of the worst of twelve, with 64 it is 33.7), and from the
artist's own drawing, too (24.34 and 24.54 dB)."""


def broad(levels: np.ndarray, areas: int) -> np.ndarray:
    """A plane of levels, float32 [h, w], with nothing finer than so many areas of a side."""
    plane = Image.fromarray(levels)
    few = plane.resize(_few(plane.size, areas), Image.Resampling.BOX)
    return np.asarray(few.resize(plane.size, Image.Resampling.BICUBIC))


def with_broad_colours(wide: Image.Image, picture: Image.Image) -> Image.Image:
    """`wide` with the broad areas' colours of `picture`, which shows the same; both RGB.

    As Irani and Peleg (1991) project an enlarged picture back onto what it was made from, but for
    what is broad alone: what is fine there is what the enlarger is for.
    """
    gaps = []
    for channel, target in zip(wide.split(), picture.split(), strict=True):
        small = _floats(channel).resize(picture.size, Image.Resampling.BOX)
        gap = Image.fromarray(np.asarray(target, np.float32) - np.asarray(small))
        few = gap.resize(_few(picture.size, AREAS), Image.Resampling.BOX)
        gaps.append(np.asarray(few.resize(wide.size, Image.Resampling.BICUBIC)))
    levels = np.asarray(wide, np.float32) + np.stack(gaps, axis=-1)
    return Image.fromarray(levels.round().clip(0, 255).astype(np.uint8))


def _floats(channel: Image.Image) -> Image.Image:
    """A channel whose areas' means are not rounded to levels."""
    return Image.fromarray(np.asarray(channel, np.float32))


def _few(size: tuple[int, int], areas: int) -> tuple[int, int]:
    return min(areas, size[0]), min(areas, size[1])
