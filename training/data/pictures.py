"""Opens training pictures, and says what was odd about them and what was done.

Whatever is on the disk becomes an upright RGB picture of 8 bits in sRGB, or is left out; in both
cases a Finding says so. Nothing is changed in silence.
"""

import hashlib
import math
import struct
import warnings
import zlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image, ImageCms, ImageOps

from training.data.records import Example, Finding, Size

HUGE_PX = 40_000_000
"""Pictures of more pixels are reduced when they are opened."""

NEAR = 20
"""Pictures whose hashes differ in at most so many of 256 bits are taken for nearly the same.

Another size, brightness or encoding changes 1 to 3 bits, a crop of 2 % about 20; two of the shipped
pets' pictures differ in 28 and more.
"""

ORIENTATION = 0x0112
UNREADABLE = (OSError, ValueError, SyntaxError, EOFError, struct.error, zlib.error)
"""What Pillow raises for files that hold no picture, or not all of one."""

KINDS = {"P": "a palette of colours", "L": "grey", "1": "black and white"}

Note = tuple[str, str]
"""What was found, and what was done."""


@dataclass(frozen=True, slots=True)
class Checked:
    """The examples that can be learnt from."""

    examples: tuple[Example, ...]
    sizes: tuple[Size, ...]
    """Of each example's picture, upright."""
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class _Look:
    size: Size | None
    content: str
    likeness: np.ndarray | None
    findings: list[Finding]


def open_picture(
    path: Path, resolution_px: int, *, huge_px: int = HUGE_PX
) -> tuple[Image.Image | None, list[Finding]]:
    """An upright RGB picture, or None for one that is left out, with what was found.

    Memory is bounded: a picture of more than `huge_px` pixels comes back reduced, its shorter side
    still at least twice `resolution_px`, and one above Pillow's own limit (179 million pixels) is
    left out. One with less area than `resolution_px` squared is kept, unless it would be enlarged
    more than four times.
    """
    try:
        image, notes = _open(path, resolution_px, huge_px)
    except Image.DecompressionBombError:
        image, notes = None, [("too many pixels to open", "left out; save it smaller")]
    except UNREADABLE as fault:
        reason = " ".join(str(fault).split()) or type(fault).__name__
        image, notes = None, [(f"no whole picture ({reason})", "left out")]
    if image is not None:
        enlarged = resolution_px / math.sqrt(image.width * image.height)
        found = f"only {image.width} x {image.height} px"
        if enlarged > 4:
            image, notes = None, [*notes, (found, f"left out: too small for {resolution_px} px")]
        elif enlarged > 1:
            done = f"will be enlarged {enlarged:.1f} times, and soft; bring a larger one if you can"
            notes.append((found, done))
    return image, [Finding(path=path, found=found, done=done) for found, done in notes]


def look_through(examples: Sequence[Example], resolution_px: int, *, workers: int = 2) -> Checked:
    """Open every picture once, and leave out those that cannot be learnt from.

    Files with the same content are taken once, the first of them. Nearly the same pictures, such
    as those of one burst, are kept and named. `workers` pictures at a time are in memory.
    """
    paths = [example.path for example in examples]
    with ThreadPoolExecutor(workers) as pool:
        looks = list(pool.map(lambda path: _look(path, resolution_px), paths))
    kept, sizes, findings = [], [], []
    first_with: dict[str, Path] = {}
    likenesses: list[np.ndarray] = []
    for example, look in zip(examples, looks, strict=True):
        findings += look.findings
        if look.size is None:
            continue
        if look.content in first_with:
            found = f"the same picture as {first_with[look.content]}"
            findings.append(Finding(path=example.path, found=found, done="left out"))
            continue
        nearest = _nearest(look.likeness, likenesses)
        if nearest is not None:
            found = f"nearly the same as {kept[nearest].path}"
            done = "kept; leave one of them out if both are of one moment"
            findings.append(Finding(path=example.path, found=found, done=done))
        first_with[look.content] = example.path
        kept.append(example)
        sizes.append(look.size)
        likenesses.append(look.likeness)
    return Checked(tuple(kept), tuple(sizes), tuple(findings))


def likeness(image: Image.Image) -> np.ndarray:
    """A difference hash, uint8 [32]: 256 bits, most of which survive other sizes and encodings.

    Each bit says whether a spot of a 16 x 16 grid is brighter than its left neighbour.
    """
    grid = np.asarray(image.convert("L").resize((17, 16), Image.Resampling.BOX))
    return np.packbits(grid[:, 1:] > grid[:, :-1])


def _look(path: Path, resolution_px: int) -> _Look:
    image, findings = open_picture(path, resolution_px)
    if image is None:
        return _Look(None, "", None, findings)
    with path.open("rb") as file:
        content = hashlib.file_digest(file, "sha256").hexdigest()
    return _Look(image.size, content, likeness(image), findings)


def _nearest(own: np.ndarray, others: list[np.ndarray]) -> int | None:
    if not others:
        return None
    differing = np.bitwise_count(np.stack(others) ^ own).sum(axis=1)
    nearest = int(differing.argmin())
    return nearest if differing[nearest] <= NEAR else None


def _open(path: Path, resolution_px: int, huge_px: int) -> tuple[Image.Image, list[Note]]:
    notes: list[Note] = []
    # A file, not a path: Pillow maps plain TIFFs that it has the path of, and garbles turned ones.
    with path.open("rb") as file, warnings.catch_warnings():
        # Large pictures are made small below; those too large for that raise an error instead.
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        image = Image.open(file)
        if (frames := getattr(image, "n_frames", 1)) > 1:
            notes.append((f"holds {frames} pictures", "the first one is taken"))
        width, height = image.size
        huge = width * height > huge_px
        least = 2 * resolution_px
        if huge:
            image.draft(None, (least, least))
        deep = any(";16" in str(tile.args) for tile in image.tile)
        # Before loading, since Pillow turns a TIFF upright then; but for a PNG this is loading.
        orientation = image.getexif().get(ORIENTATION, 1)
        profile = image.info.get("icc_profile")
        image.load()
        if deep:
            notes.append(("16 bits a channel", "brought to 8"))
        image = _plain(image, notes)
        if huge:
            image = image.reduce(max(1, min(image.size) // least))
            notes.append((f"{width} x {height} px", f"reduced to {image.width} x {image.height}"))
        if orientation in range(2, 9):
            image = ImageOps.exif_transpose(image)
            notes.append((f"stored turned (EXIF orientation {orientation})", "put upright"))
        image = _in_rgb(image, profile, notes)
    return image, notes


def _plain(image: Image.Image, notes: list[Note]) -> Image.Image:
    """The picture without a palette and with 8 bits a channel: only so can it be reduced."""
    if image.mode.startswith(("I", "F")):
        image = _eight_bits(image)
    if image.mode not in KINDS:
        return image
    notes.append((KINDS[image.mode], "turned into RGB"))
    return image.convert("RGBA" if image.has_transparency_data else "RGB")


def _eight_bits(image: Image.Image) -> Image.Image:
    """Grey of more than 8 bits scaled to 8; 32 bits say no range, so it is told by the values."""
    values = np.asarray(image, np.float32)
    most = 65535 if image.mode.startswith("I;16") else float(values.max())
    full = next((top for top in (1, 255, 65535) if most <= top), most)
    grey = Image.fromarray(np.rint(values * (255 / full)).clip(0, 255).astype(np.uint8))
    grey.info = image.info
    return grey


def _in_rgb(image: Image.Image, profile: bytes | None, notes: list[Note]) -> Image.Image:
    """The picture in RGB and sRGB; what had to be done for that is added to `notes`."""
    if image.has_transparency_data:
        ground = Image.new("RGBA", image.size, "white")
        ground.alpha_composite(image.convert("RGBA"))
        image = ground.convert("RGB")
        notes.append(("transparency", "laid on white"))
    elif image.mode not in ("RGB", "CMYK"):
        notes.append((f"colours as {image.mode}", "turned into RGB"))
        image = image.convert("RGB")
    if image.mode == "CMYK":
        notes.append(("CMYK", "turned into RGB"))
    if profile:
        image = _in_srgb(image, profile, notes)
    return image.convert("RGB")


def _in_srgb(image: Image.Image, profile: bytes, notes: list[Note]) -> Image.Image:
    try:
        known = ImageCms.ImageCmsProfile(BytesIO(profile))
        name = ImageCms.getProfileDescription(known).strip()
        if "srgb" in name.lower():
            return image
        srgb = ImageCms.createProfile("sRGB")
        turned = ImageCms.profileToProfile(image, known, srgb, outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError):
        notes.append(("a colour profile that does not fit the picture", "passed over"))
        return image
    notes.append((f"colours in {name}", "brought to sRGB"))
    return turned
