"""Bleed: a picture goes on beyond where the page is cut, by painting and not by stretching.

What was cut off the picture is used first. Where there is none the picture is painted on: its edge
is drawn out, ever softer away from it. Of the ways that `benchmarks/bleed.py` compares on bands
that are known this is the nearest, in narrow ones and in wide ones.
"""

from dataclasses import dataclass
from math import ceil

import numpy as np
from PIL import Image, ImageFilter

SOFTEST = 0.35
"""The blur at the outer rim, of the width of the band."""
Pads = tuple[float, float, float, float]
"""Left, upper, right, lower."""


@dataclass(frozen=True, slots=True)
class Edges:
    """How far something goes beyond each edge of a page, in points."""

    left: float = 0.0
    bottom: float = 0.0
    right: float = 0.0
    top: float = 0.0


def extended(picture: Image.Image, box: tuple[int, int, int, int], pads: Pads) -> Image.Image:
    """`box` of a picture, in pixels, with `pads` more pixels around it, as far as need be painted.

    >>> extended(Image.new("RGB", (8, 8)), (0, 0, 8, 8), (1, 0, 2, 0)).size
    (11, 8)
    """
    left, upper, right, lower = (ceil(pad - 1e-6) for pad in pads)
    if not any((left, upper, right, lower)):
        return picture.crop(box)
    wide, high = picture.size
    wanted = (box[0] - left, box[1] - upper, box[2] + right, box[3] + lower)
    there = (max(0, wanted[0]), max(0, wanted[1]), min(wide, wanted[2]), min(high, wanted[3]))
    lacking = (
        there[0] - wanted[0],
        there[1] - wanted[1],
        wanted[2] - there[2],
        wanted[3] - there[3],
    )
    return painted_on(picture.crop(there), lacking)


def painted_on(picture: Image.Image, pads: tuple[int, int, int, int]) -> Image.Image:
    """A picture with bands of so many pixels painted around it."""
    if not any(pads):
        return picture
    whole = Image.fromarray(_drawn_out(np.asarray(picture), pads))
    whole.paste(_softened(whole, pads), (0, 0), _outwards(whole.size, pads))
    whole.paste(picture, pads[:2])
    return whole


def _drawn_out(pixels: np.ndarray, pads: tuple[int, int, int, int]) -> np.ndarray:
    """The picture with its outermost pixels going on in each band."""
    left, upper, right, lower = pads
    return np.pad(pixels, ((upper, lower), (left, right), (0, 0)), mode="edge")


def _softened(whole: Image.Image, pads: tuple[int, int, int, int]) -> Image.Image:
    """The bands as soft as they get; only they are blurred, with what is beside them."""
    radius = max(1.0, SOFTEST * max(pads))
    wide, high = whole.size
    soft = whole.copy()
    bands = (
        (0, 0, pads[0], high),
        (0, 0, wide, pads[1]),
        (wide - pads[2], 0, wide, high),
        (0, high - pads[3], wide, high),
    )
    margin = ceil(2 * radius)
    for band in bands:
        if band[0] >= band[2] or band[1] >= band[3]:
            continue
        around = (
            max(0, band[0] - margin),
            max(0, band[1] - margin),
            min(wide, band[2] + margin),
            min(high, band[3] + margin),
        )
        blurred = whole.crop(around).filter(ImageFilter.GaussianBlur(radius))
        inner = tuple(band[side] - around[side % 2] for side in range(4))
        soft.paste(blurred.crop(inner), band[:2])
    return soft


def _outwards(size: tuple[int, int], pads: tuple[int, int, int, int]) -> Image.Image:
    """How far out each pixel of the bands is: 0 at the picture's edge, 255 at the rim."""
    across = _along(size[0], pads[0], pads[2])
    down = _along(size[1], pads[1], pads[3])
    out = np.clip(np.maximum(across[None, :], down[:, None]), 0.0, 1.0)
    return Image.fromarray(np.round(255 * out).astype(np.uint8))


def _along(length: int, before: int, after: int) -> np.ndarray:
    places = np.arange(length)
    return np.maximum(
        (before - places) / max(before, 1), (places - (length - after) + 1) / max(after, 1)
    )
