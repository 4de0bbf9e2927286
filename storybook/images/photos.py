"""Photos of a pet as arrays: upright, in CIELAB, and where on them the pet is.

Nothing here knows what a cat is. The pet is told from what lies around it by colour: the border of
a photo is rarely the pet, its middle is rarely anything else.
"""

import io
from functools import cache
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from PIL import Image, ImageCms, ImageFilter

from storybook.errors import HeroError, in_one_line
from storybook.files import write_whole
from storybook.images.photo_reading import DAMAGE, read_picture

LONG_SIDE_PX = 1536
"""The long side of a kept photo: three times what Stable Diffusion 1.5 learns from, so that a crop
of it is still large enough, at a tenth of the megabytes of a telephone's photo."""
JPEG_QUALITY = 95
LOOKED_AT_PX = 64
"""Photos are looked at as squares of this side; coats read as well at 96 px, in twice the time."""
PALETTE = 16
"""Colours that a photo is reduced to before its background is named."""
BORDER = 1 / 12
"""The share of a side that counts as border."""
LIGHTEST, MOST_LIGHTENED = 88.0, 1.6
"""A pet's lightest parts are brought up to this L*, as white paws are, by this factor at most,
so that it matters less whether it sat in the sun."""
DARK = 30.0
"""Mean L* of a photo under which colours mislead. Of 15 photos of three pets those of a
ginger cat in deep shade have 15 to 27, and it reads as brown; those of dogs have 50 and more."""
NOTICED = 2.0
"""A CIELAB distance that is just noticed: less is noise, not a pet."""
LITTLE = 0.02
"""A pet that seems to cover less of its photo than this was not found."""


def read_photo(path: Path) -> Image.Image:
    """The photo upright, RGB, in sRGB and on white; raises HeroError that names the file."""
    try:
        return read_picture(path).image
    except (*DAMAGE, Image.DecompressionBombError) as fault:
        raise HeroError(
            f"{path} cannot be read as a photo ({in_one_line(fault)}). Take it out or save it as "
            "JPEG or PNG."
        ) from fault


def copy_photo(source: Path, folder: Path, name: str) -> Path:
    """Keep a photo as `folder/name.jpg` (`.png` if it is one): upright, at most LONG_SIDE_PX.

    Returns its path. Where it was taken and with what, the copy does not tell. Raises HeroError.
    """
    photo = read_photo(source)
    photo.thumbnail((LONG_SIDE_PX, LONG_SIDE_PX), Image.Resampling.LANCZOS)
    lossless = source.suffix.lower() == ".png"
    kept, data = folder / f"{name}{'.png' if lossless else '.jpg'}", io.BytesIO()
    if lossless:
        photo.save(data, "PNG")
    else:
        photo.save(data, "JPEG", quality=JPEG_QUALITY)
    write_whole(kept, data.getvalue())
    return kept


def looked_at(photo: Image.Image) -> np.ndarray:
    """A photo as a small square in CIELAB, float [LOOKED_AT_PX, LOOKED_AT_PX, 3]."""
    size = (LOOKED_AT_PX, LOOKED_AT_PX)
    return lab(photo.convert("RGB").resize(size, Image.Resampling.BOX))


def lab(photo: Image.Image) -> np.ndarray:
    """An RGB picture in CIELAB (D50, as ICC profiles have it), float [h, w, 3], to whole units."""
    coded = np.asarray(ImageCms.applyTransform(photo, _srgb_to_lab()))
    lightness = coded[..., :1] / 2.55
    return np.concatenate([lightness, coded[..., 1:].view(np.int8).astype(float)], axis=-1)


@cache
def _srgb_to_lab() -> Any:
    srgb, cielab = ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB")
    return ImageCms.buildTransform(srgb, cielab, "RGB", "LAB")


def foreground(pixels: np.ndarray) -> np.ndarray:
    """Where the pet seems to be on a photo in CIELAB [h, w, 3], as booleans [h, w].

    Colours commoner at the border than in the middle are background. What differs from all of
    them and lies towards the middle is the pet; how much of both is enough, Otsu (1979) says.
    """
    height, width = pixels.shape[:2]
    away = _away_from_middle(height, width)
    border, middle = border_of(height, width), away < 0.45
    centres, index = _palette(pixels)
    outside, inside = (
        np.bincount(index[where], minlength=len(centres)) / where.sum()
        for where in (border, middle)
    )
    behind = (outside > 0.01) & (outside > inside)
    if not behind.any():
        behind[np.argmax(outside - inside)] = True
    gaps = (pixels[:, :, None] - centres[behind]) * [0.7, 1, 1]  # shade changes L* above all
    differs = np.minimum(np.linalg.norm(gaps, axis=-1).min(axis=-1), 40) * np.exp(-away)
    found = Image.fromarray(((differs > max(_otsu(differs), NOTICED)) * 255).astype(np.uint8))
    return np.asarray(found.filter(ImageFilter.MedianFilter(5))) > 0


def border_of(height: int, width: int) -> np.ndarray:
    """The border of a picture, as booleans [height, width]."""
    across, down = max(2, int(width * BORDER)), max(2, int(height * BORDER))
    border = np.ones((height, width), bool)
    border[down:-down, across:-across] = False
    return border


class Masked(Protocol):
    """What somebody has seen of a pet."""

    @property
    def mask(self) -> np.ndarray:
        """Where it is, booleans of the shape of what `looked_at` gives; nowhere if unsure."""
        ...


def where_the_pet_is(pixels: np.ndarray, seen: Masked | None) -> np.ndarray:
    """Where the pet was seen on a photo in CIELAB [h, w, 3], or seems to be: booleans [h, w]."""
    return seen.mask if seen is not None and seen.mask.any() else foreground(pixels)


def pet_colours(pixels: np.ndarray, seen: Masked | None = None) -> np.ndarray:
    """The pet's pixels of a photo in CIELAB [h, w, 3], lightened if it stands in shade, as [n, 3].

    None of them, [0, 3], if no pet was found. Light scales L* + 16, a* and b* alike, since all
    three are differences of cube roots (CIE 15:2004).
    """
    where = where_the_pet_is(pixels, seen)
    if where.mean() < LITTLE:
        return np.empty((0, 3))
    pet = pixels[where]
    brighter = (LIGHTEST + 16) / (np.percentile(pet[:, 0], 97) + 16)
    from_black = np.array([16, 0, 0])
    return (pet + from_black) * np.clip(brighter, 1, MOST_LIGHTENED) - from_black


def _away_from_middle(height: int, width: int) -> np.ndarray:
    """How far each pixel is from where a pet's body mostly is: 0 there, about 2 at the sides."""
    down, across = np.mgrid[:height, :width]
    return ((across / width - 0.5) / 0.38) ** 2 + ((down / height - 0.55) / 0.42) ** 2


def _palette(pixels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The main colours of a picture in CIELAB, [k, 3], and which one each pixel is nearest [h, w].

    Pillow's median cut and k-means, which take any three channels for red, green and blue.
    """
    coded = np.clip(pixels * [2.55, 1, 1] + [0, 128, 128], 0, 255).astype(np.uint8)
    reduced = Image.fromarray(coded).quantize(PALETTE, kmeans=8, dither=Image.Dither.NONE)
    used, index = np.unique(np.asarray(reduced), return_inverse=True)
    index = index.reshape(pixels.shape[:2])
    return np.array([pixels[index == one].mean(axis=0) for one in range(len(used))]), index


def _otsu(values: np.ndarray) -> float:
    """The threshold that parts values into two groups as different as can be."""
    counts, edges = np.histogram(values, 64)
    levels = (edges[1:] + edges[:-1]) / 2
    below, total = np.cumsum(counts), counts.sum()
    sums = np.cumsum(counts * levels)
    apart = (sums[-1] * below / total - sums) ** 2 / np.maximum(below * (total - below), 1)
    return float(levels[np.argmax(apart)])
