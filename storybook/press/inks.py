"""Inks: colours and pictures for a press that prints with four of them, within its limit."""

from dataclasses import dataclass
from functools import cached_property, lru_cache
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image, ImageCms

from storybook.config import shipped
from storybook.errors import PressError
from storybook.press.colour import Srgb, oklab

PLACES = (Path("/usr/share/color/icc"), Path("/usr/local/share/color/icc"))
"""Where systems keep profiles that packages bring."""
DARK = 0.36
"""Colours darker than this, in Oklab, are printed with black alone: letters in four inks that do
not meet exactly have fringes."""
JPEG_SLACK = 0.03
"""How much more ink a pixel may have once it was packed as a JPEG."""
INTENT = ImageCms.Intent.PERCEPTUAL
LINES = ImageCms.Flags.BLACKPOINTCOMPENSATION

Four = tuple[float, float, float, float]


@dataclass(frozen=True)
class Inks:
    """A printing condition: its profile, and the most ink that paper takes, 4 being all."""

    profile: bytes
    most_ink: float

    def of(self, colour: Srgb) -> Four:
        """A colour in cyan, magenta, yellow and black, each in [0, 1]."""
        return _four(
            self, tuple(round(255 * part) for part in (colour.red, colour.green, colour.blue))
        )

    def separated(self, picture: Image.Image) -> Image.Image:
        """An RGB picture in CMYK, no pixel with more ink than the limit."""
        return limited(ImageCms.applyTransform(picture, self._to_inks), self.most_ink - JPEG_SLACK)

    def soft_proof(self, picture: Image.Image) -> Image.Image:
        """How an RGB picture comes out in print, in RGB."""
        return ImageCms.applyTransform(self.separated(picture), self._to_screen)

    @cached_property
    def _to_inks(self) -> ImageCms.ImageCmsTransform:
        return ImageCms.buildTransform(
            ImageCms.createProfile("sRGB"), self._opened, "RGB", "CMYK", INTENT, LINES
        )

    @cached_property
    def _to_screen(self) -> ImageCms.ImageCmsTransform:
        relative = ImageCms.Intent.RELATIVE_COLORIMETRIC
        return ImageCms.buildTransform(
            self._opened, ImageCms.createProfile("sRGB"), "CMYK", "RGB", relative, LINES
        )

    @cached_property
    def _opened(self) -> ImageCms.ImageCmsProfile:
        return ImageCms.ImageCmsProfile(BytesIO(self.profile))


@lru_cache(maxsize=1024)
def _four(inks: Inks, level: tuple[int, int, int]) -> Four:
    """An RGB colour of 255 levels in the inks; a book asks for its few colours again and again."""
    pixel = Image.new("RGB", (1, 1), level)
    lightness = float(oklab(pixel)[0, 0, 0])
    if lightness < DARK:
        return (0.0, 0.0, 0.0, round(1.0 - 0.25 * lightness / DARK, 3))
    cyan, magenta, yellow, black = inks.separated(pixel).getpixel((0, 0))
    return (cyan / 255, magenta / 255, yellow / 255, black / 255)


def limited(picture: Image.Image, most: float) -> Image.Image:
    """A CMYK picture in which colours give way where all inks together are more than `most`.

    Black stays, so that what is dark stays so.
    """
    inks = np.asarray(picture)
    total = inks.sum(axis=-1, dtype=np.uint16)
    limit = int(255 * most)
    over = total > limit
    if not over.any():
        return picture
    changed = inks.copy()
    part = inks[over].astype(np.float32)
    colours = part[:, :3].sum(axis=1)
    kept = np.clip((limit - part[:, 3]) / np.maximum(colours, 1.0), 0.0, 1.0)
    part[:, :3] *= kept[:, None]
    changed[over] = part.astype(np.uint8)
    return Image.fromarray(changed, "CMYK")


def most_ink(picture: Image.Image) -> float:
    """The ink of the pixel that has most of it."""
    return float(np.asarray(picture).sum(axis=-1, dtype=np.uint16).max()) / 255


@lru_cache(maxsize=4)
def load_inks(profile: str, most: float) -> Inks:
    """The inks of a profile that comes along or lies where packages put theirs.

    Raises PressError that says where one is to be had.
    """
    own = shipped("assets", "profiles", profile)
    if own.is_file():
        return Inks(own.read_bytes(), most)
    for place in PLACES:
        found = next(place.rglob(profile), None) if place.is_dir() else None
        if found:
            return Inks(found.read_bytes(), most)
    raise PressError(
        f"The colour profile {profile} is neither in assets/profiles nor in {PLACES[0]}. "
        "Debian's packages icc-profiles and icc-profiles-free have the common ones."
    )
