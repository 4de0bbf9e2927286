"""A book's few colours, taken from its cover so that paper and pictures belong together."""

import math
from dataclasses import dataclass

import numpy as np
from PIL.Image import Image

BINS = 36

LINEAR_TO_CONES = np.array(
    [
        [0.4122214708, 0.2119034982, 0.0883024619],
        [0.5363325363, 0.6806995451, 0.2817188376],
        [0.0514459929, 0.1073969566, 0.6299787005],
    ]
)
CONES_TO_OKLAB = np.array(
    [
        [0.2104542553, 1.9779984951, 0.0259040371],
        [0.7936177850, -2.4285922050, 0.7827717662],
        [-0.0040720468, 0.4505937099, -0.8086757660],
    ]
)
"""From linear sRGB to Oklab (B. Ottosson, 2020)."""


@dataclass(frozen=True, slots=True)
class Srgb:
    """An sRGB colour, each part in [0, 1]."""

    red: float
    green: float
    blue: float

    @property
    def luminance(self) -> float:
        """Relative luminance in [0, 1], as WCAG 2 defines it."""
        linear = [
            part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
            for part in (self.red, self.green, self.blue)
        ]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


PAPER = Srgb(0.988, 0.973, 0.945)
"""Warm white."""


@dataclass(frozen=True, slots=True)
class Theme:
    """The colours of one book. On paper, all but `tint` have a contrast of at least 4.5:1."""

    paper: Srgb
    tint: Srgb
    """A little lighter than accent: the pattern of endpapers."""
    accent: Srgb
    spark: Srgb
    """The second hue of the cover: titles, ornaments, page numbers."""
    ink: Srgb
    white: Srgb = Srgb(1.0, 1.0, 1.0)
    """Of photos' rims and of the place for a barcode."""


def theme_of(cover: Image) -> Theme:
    """Accent and ink in the hue that rules the cover, an RGB picture; spark in its second hue."""
    ruling, second = _hues(cover)
    lightness, accent = _legible(0.085, ruling)
    _, spark = _legible(0.135, second)
    return Theme(
        paper=PAPER,
        tint=from_oklch(lightness + 0.055, 0.085, ruling),
        accent=accent,
        spark=spark,
        ink=from_oklch(0.30, 0.04, ruling),
    )


def contrast(one: Srgb, other: Srgb) -> float:
    """The contrast ratio of WCAG 2, from 1 to 21."""
    dark, light = sorted((one.luminance, other.luminance))
    return (light + 0.05) / (dark + 0.05)


def from_oklch(lightness: float, chroma: float, hue: float) -> Srgb:
    """Oklab's polar form (B. Ottosson, 2020) in sRGB, clipped; `hue` in radians."""
    a, b = chroma * math.cos(hue), chroma * math.sin(hue)
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    linear = (
        4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
    )
    return Srgb(*(_encoded(part) for part in linear))


def oklab(picture: Image) -> np.ndarray:
    """An RGB picture as [height, width, 3]: lightness in [0, 1], then a and b."""
    rgb = np.asarray(picture, dtype=np.float64) / 255
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    return np.cbrt(linear @ LINEAR_TO_CONES) @ CONES_TO_OKLAB


def _encoded(linear: float) -> float:
    linear = min(max(linear, 0.0), 1.0)
    return 12.92 * linear if linear <= 0.0031308 else 1.055 * linear ** (1 / 2.4) - 0.055


def _legible(chroma: float, hue: float) -> tuple[float, Srgb]:
    """The lightest colour of a hue that can be read on paper, with its lightness."""
    lightness = 0.58
    while contrast(PAPER, colour := from_oklch(lightness, chroma, hue)) < 4.5:
        lightness -= 0.01
    return lightness, colour


def _hues(picture: Image) -> tuple[float, float]:
    """The two hues, in radians, that weigh most by squared chroma, 70 degrees or more apart.

    A picture of one hue only has it twice.
    """
    _, a, b = oklab(picture.resize((64, 64))).reshape(-1, 3).T
    bins = ((np.arctan2(b, a) / (2 * math.pi)) % 1.0 * BINS).astype(int) % BINS
    weights = np.bincount(bins, weights=a * a + b * b, minlength=BINS)
    smooth = weights + np.roll(weights, 1) + np.roll(weights, -1)
    first = int(smooth.argmax())
    away = np.abs((np.arange(BINS) - first + BINS // 2) % BINS - BINS // 2) * 360 / BINS
    others = np.where(away >= 70, smooth, 0.0)
    second = int(others.argmax()) if others.max() > 0.08 * smooth.max() else first
    return tuple((index + 0.5) * 2 * math.pi / BINS for index in (first, second))
