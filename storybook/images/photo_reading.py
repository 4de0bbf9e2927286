"""The one place where photos are opened, whether they lie in a folder or come through a browser.

Whatever Pillow makes of a file (a palette, 16 bits, print colours, a telephone's HEIC with its
profile of wide colours, stored lying on its side) becomes an upright RGB picture of 8 bits in sRGB,
with a note of what was done, or is refused with the reason.
"""

import io
import struct
import warnings
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pi_heif
from PIL import Image, ImageCms, ImageOps

pi_heif.register_heif_opener()

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF", "HEIF")
"""Pillow's names of what is opened. It knows more, of which some start other programs."""

DAMAGE = (
    OSError,
    ValueError,
    SyntaxError,
    EOFError,
    MemoryError,
    KeyError,
    TypeError,
    IndexError,
    RuntimeError,
    struct.error,
    zlib.error,
)
"""What readers raise for files that hold no picture, or not all of one."""

ORIENTATION = 0x0112
STILL = ("JPEG", "MPO", "HEIF", "AVIF")
"""Of these, further pictures in a file are previews, depths and live photos: not worth a word."""
KINDS = {
    "P": "a palette of colours",
    "PA": "a palette of colours",
    "L": "grey",
    "1": "black and white",
}
DEPTHS = (1, 255, 1023, 4095, 65535)
"""The whites of pictures of more than 8 bits. Scanners and cameras put 10 or 12 bits into 16."""
SPACES = {"GRAY": ("L",), "RGB ": ("RGB",), "CMYK": ("CMYK",)}
"""Which modes a colour profile of which kind fits."""


class PhotoNote(NamedTuple):
    """Something about a photo that was changed."""

    found: str
    done: str
    brief: str = ""
    """The same for somebody who brought the photo, if it matters to them."""


class Photo(NamedTuple):
    """An opened photo."""

    image: Image.Image
    """RGB, upright, without any metadata."""
    notes: tuple[PhotoNote, ...]
    form: str
    """Pillow's name of the file's format, such as `JPEG`."""
    stored: tuple[int, int]
    """Width and height in pixels as the file has them."""


class TooManyPixels(ValueError):
    """A photo has more pixels than may be in memory at once."""

    def __init__(self, size: tuple[int, int]) -> None:
        super().__init__(f"{size[0]:,} x {size[1]:,} px are too many to open")
        self.size = size


def read_picture(
    source: Path | bytes,
    enough: Callable[[tuple[int, int]], tuple[int, int] | None] = lambda size: None,
    *,
    most_px: int | None = None,
) -> Photo:
    """Open a photo from its file or its bytes.

    `enough` is asked for the width and height that suffice, from those that are stored: the photo
    may come back smaller, and never smaller than that; None keeps all pixels. Of a JPEG, fewer are
    decoded then. Raises TooManyPixels if more than `most_px` would be, Image.DecompressionBombError
    above Pillow's own limit (179 million), and one of DAMAGE for what is no whole picture.
    """
    # A file, not a path: Pillow maps plain TIFFs that it has the path of, and garbles turned ones.
    opened = io.BytesIO(source) if isinstance(source, bytes) else source.open("rb")
    with opened as file, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # large pictures and odd metadata are dealt with below
        image = Image.open(file, formats=FORMATS)
        notes: list[PhotoNote] = []
        frames = getattr(image, "n_frames", 1)
        if frames > 1 and image.format not in STILL:
            notes.append(
                PhotoNote(
                    f"holds {frames} pictures",
                    "the first one is taken",
                    "only the first of its pictures",
                )
            )
        stored, least = image.size, enough(image.size)
        if least is not None:
            image.draft(None, least)
        if most_px is not None and image.width * image.height > most_px:
            raise TooManyPixels(stored)
        deep = any(";16" in str(tile.args) for tile in image.tile)
        form = image.format or ""
        # Before loading, since Pillow turns a TIFF upright then; but for a PNG this is loading.
        orientation = image.getexif().get(ORIENTATION, 1)
        profile = image.info.get("icc_profile")
        image.load()
        if least is not None and image.size == stored[::-1]:
            least = least[::-1]  # it was turned
        if deep:
            notes.append(PhotoNote("16 bits a channel", "brought to 8"))
        image = _of_eight_bits(image, notes)
        if least is not None:
            image = _reduced(image, least)
        if orientation in range(2, 9):
            image = ImageOps.exif_transpose(image)
            notes.append(
                PhotoNote(
                    f"stored turned (EXIF orientation {orientation})",
                    "put upright",
                    "turned upright",
                )
            )
        image = _in_srgb(image, profile, notes)
    image.info = {}  # profiles, comments and places that an encoder would write again
    return Photo(image, tuple(notes), form, stored)


def sizes_of(path: Path) -> tuple[tuple[int, int], tuple[int, int]] | None:
    """Width and height of a photo as its file has them, and once it is upright: by the head of the
    file, no pixel is read. None for what is no photo.

    A PNG may say behind its pixels that it lies on its side; that is not seen here.
    """
    try:
        with path.open("rb") as file, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            image = Image.open(file, formats=FORMATS)
            turned = Image.Image.getexif(image).get(ORIENTATION, 1) in range(5, 9)
    except (*DAMAGE, Image.DecompressionBombError):
        return None
    is_upright = image.format == "TIFF" or not turned  # Pillow turns a TIFF's size by itself
    return image.size, image.size if is_upright else image.size[::-1]


def _of_eight_bits(image: Image.Image, notes: list[PhotoNote]) -> Image.Image:
    """The picture without a palette and with 8 bits a channel: only so can it be made smaller."""
    if image.mode.startswith(("I", "F")):
        image = _scaled(image)
    if image.mode not in KINDS:
        return image
    notes.append(PhotoNote(KINDS[image.mode], "turned into RGB"))
    if image.mode == "L" and not image.has_transparency_data:
        return image  # whose own profile is applied later
    return image.convert("RGBA" if image.has_transparency_data else "RGB")


def _scaled(image: Image.Image) -> Image.Image:
    """Grey of more than 8 bits in 8, by the depth that holds its brightest pixel."""
    values = np.asarray(image, np.float32)
    values = np.nan_to_num(values, nan=0.0, posinf=0.0, neginf=0.0)
    most = float(values.max(initial=0))
    white = next((depth for depth in DEPTHS if most <= depth), most)
    grey = Image.fromarray(np.rint(values * (255 / white)).clip(0, 255).astype(np.uint8))
    grey.info = {name: value for name, value in image.info.items() if name != "transparency"}
    return grey


def _reduced(image: Image.Image, least: tuple[int, int]) -> Image.Image:
    factor = min(image.width // max(1, least[0]), image.height // max(1, least[1]))
    if factor > 1:
        info = image.info
        image = image.reduce(factor)
        image.info = info
    return image


def _in_srgb(image: Image.Image, profile: bytes | None, notes: list[PhotoNote]) -> Image.Image:
    """The picture in RGB and sRGB, what is transparent on white; what was done goes to `notes`."""
    opacity = None
    if image.has_transparency_data:
        seen = image.convert("RGBA")
        opacity = seen.getchannel("A")
        image = image.getchannel("L") if image.mode == "LA" else seen.convert("RGB")
        notes.append(PhotoNote("transparency", "laid on white"))
    elif image.mode not in ("RGB", "L", "CMYK"):
        notes.append(PhotoNote(f"colours as {image.mode}", "turned into RGB"))
        image = image.convert("RGB")
    if image.mode == "CMYK":
        brief = "print colours (CMYK) turned into those of a screen"
        notes.append(PhotoNote("CMYK", "turned into RGB", brief))
    if profile:
        image = _by_profile(image, profile, notes)
    image = image.convert("RGB")
    if opacity is not None:
        image = Image.composite(image, Image.new("RGB", image.size, "white"), opacity)
    return image


def _by_profile(image: Image.Image, profile: bytes, notes: list[PhotoNote]) -> Image.Image:
    try:
        known = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        name = ImageCms.getProfileDescription(known).strip()
        if "srgb" in name.lower():
            return image
        if image.mode == "L" and known.profile.xcolor_space == "RGB ":
            image = image.convert("RGB")
        if image.mode not in SPACES.get(known.profile.xcolor_space, ()):
            raise ValueError("a profile of other colours")
        srgb = ImageCms.createProfile("sRGB")
        turned = ImageCms.profileToProfile(image, known, srgb, outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError):
        notes.append(PhotoNote("a colour profile that does not fit the picture", "passed over"))
        return image
    notes.append(PhotoNote(f"colours in {name}", "brought to sRGB"))
    return turned
