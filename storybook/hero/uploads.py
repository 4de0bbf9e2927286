"""Photos that come in through a browser: looked at one by one, and made anew before they are kept.

Nothing of an upload is trusted: its name is only shown, its ending not read, its size looked at
before it is opened. What is kept is a copy of its pixels: upright, in screen colours, without EXIF.
"""

import hashlib
import io
import re
from collections.abc import Mapping

from PIL import Image

from storybook.images.photo_reading import DAMAGE, TooManyPixels, read_picture
from storybook.images.photos import JPEG_QUALITY, LONG_SIDE_PX
from storybook.models import SafetyChecker
from storybook.records import Record

MOST_MB = 60
MOST_PX = 36_000_000
"""Pixels that are decoded at once: 144 MB. JPEGs are shrunk while they are read, so that even those
of a camera with 200 megapixels stay below."""
LEAST_PX = 64
"""A photo with a shorter side shows no pet."""
LONGEST_NAME = 40
STILLS = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1", b"avif", b"avis")
"""What files say of themselves that hold photos in the form of films: HEIC and AVIF."""
ARCHIVES = (b"PK\x03\x04", b"PK\x05\x06", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b")
PICTURES = (b"\xff\xd8", b"\x89PNG", b"GIF8", b"RIFF", b"BM", b"II*\0", b"MM\0*")
FILMS = (b"\x1aE\xdf\xa3", b"FLV", b"\x00\x00\x01\xba")
CUT_OFF = "is broken off: the end of the file is missing. Copy it from the camera again."
UNKIND = (
    "looks as if it were not for children, and is left out. If that is wrong: a studio with "
    "write.for_children = false takes any photo."
)
DAMAGED = "is damaged and cannot be read. Copy it from the camera again."


class Upload(Record):
    """One file that was brought, and what became of it."""

    name: str
    """Its own name, made fit to be shown; no path is ever made of it."""
    fault: str = ""
    """Why it is not taken, and what to do; empty if it is."""
    notes: tuple[str, ...] = ()
    """What was changed."""
    suffix: str = ""
    data: bytes = b""
    """The picture as it is kept."""
    digest: str = ""
    """Twelve hex digits that name its pixels."""

    @property
    def says(self) -> str:
        """One line for the owner."""
        if self.fault:
            return f"{self.name} {self.fault}"
        return f"{self.name} is taken{': ' if self.notes else ''}{', '.join(self.notes)}."


class _Unfit(Exception):
    """What is wrong with an upload, as the end of a sentence that begins with its name."""


def checked(
    name: str,
    data: bytes,
    taken: Mapping[str, str] | None = None,
    checker: SafetyChecker | None = None,
) -> Upload:
    """Look at one upload; `taken` names the ones before by their digests. Raises nothing.

    A photo that the `checker` refuses is not taken.
    """
    shown = shown_name(name)
    try:
        picture, notes, suffix = _opened(data)
        digest = hashlib.sha256(repr(picture.size).encode() + picture.tobytes()).hexdigest()[:12]
        if taken and digest in taken:
            raise _Unfit(f"shows the same picture as {taken[digest]}. One of them is enough.")
        if checker and checker.flags(picture):
            raise _Unfit(UNKIND)
    except _Unfit as fault:
        return Upload(name=shown, fault=str(fault))
    kept = io.BytesIO()
    if suffix == ".png":
        picture.save(kept, "PNG")
    else:
        picture.save(kept, "JPEG", quality=JPEG_QUALITY)
    return Upload(
        name=shown, notes=tuple(notes), suffix=suffix, data=kept.getvalue(), digest=digest
    )


def shown_name(name: str) -> str:
    """A file's name without folders, signs that a page could take for its own, and length.

    >>> shown_name("../../etc/<b>rex</b> [1].jpg"), shown_name("")
    ('b__rex_ _1_.jpg', 'The file')
    """
    last = re.split(r"[/\\]", name)[-1]
    fit = re.sub(r"[^\w .()-]", "_", last).strip(" .")
    if len(fit) > LONGEST_NAME:
        fit = f"{fit[: LONGEST_NAME - 9]}...{fit[-6:]}"
    return fit or "The file"


def _opened(data: bytes) -> tuple[Image.Image, list[str], str]:
    """The picture, RGB and at most LONG_SIDE_PX, what was changed, and the ending it is kept by."""
    _look_at_the_first_bytes(data)
    try:
        photo = read_picture(data, _enough, most_px=MOST_PX)
    except TooManyPixels as fault:
        width, height = fault.size
        raise _Unfit(
            f"is {width:,} x {height:,} px large, too much to open. Save it smaller, at "
            "4,000 px or so, and bring it again."
        ) from None
    except Image.DecompressionBombError:
        raise _Unfit(
            "has too many pixels to be opened safely. Save it smaller, at 4,000 px or "
            "so, and bring it again."
        ) from None
    except Image.UnidentifiedImageError:
        raise _Unfit(_no_picture(data)) from None
    except DAMAGE as fault:
        raise _Unfit(CUT_OFF if _ends_early(fault) else DAMAGED) from fault
    notes = [note.brief for note in photo.notes if note.brief]
    if max(photo.stored) > LONG_SIDE_PX:
        width, height = photo.stored
        notes.insert(0, f"made smaller, {width:,} x {height:,} px before")
    photo.image.thumbnail((LONG_SIDE_PX, LONG_SIDE_PX), Image.Resampling.LANCZOS)
    return photo.image, notes, ".png" if photo.form == "PNG" else ".jpg"


def _enough(size: tuple[int, int]) -> tuple[int, int] | None:
    """The size at which a photo of such a size is kept; None: its own."""
    width, height = size
    if min(size) < LEAST_PX:
        raise _Unfit(f"is only {width} x {height} px large: too small to see a pet.")
    share = LONG_SIDE_PX / max(size)
    return (round(width * share), round(height * share)) if share < 1 else None


def _look_at_the_first_bytes(data: bytes) -> None:
    """Refuse what is no photo, before anything opens it."""
    head = data[:4096]
    if not data:
        raise _Unfit("is empty: nothing was copied. Copy it from the camera again.")
    if len(data) > MOST_MB * 1_000_000:
        raise _Unfit(f"is {len(data) / 1e6:.0f} MB large; at most {MOST_MB} MB are taken.")
    if head.startswith(ARCHIVES):
        raise _Unfit("is an archive. Unpack it, and bring the photos in it.")
    if head.startswith(b"%PDF"):
        raise _Unfit("is a PDF. Bring the photo itself, as JPEG or PNG.")
    if head[4:8] == b"ftyp" and head[8:12] not in STILLS:
        raise _Unfit("is a film. Bring photos, or a still of it.")
    if head.startswith(FILMS) or (head[:4] == b"RIFF" and head[8:11] == b"AVI"):
        raise _Unfit("is a film. Bring photos, or a still of it.")
    if b"<svg" in head.lower():
        raise _Unfit("is a drawing of lines (SVG). Save it as PNG, and bring that.")


def _no_picture(data: bytes) -> str:
    """What to say of bytes that no reader knows."""
    if data.startswith(PICTURES) or data[4:8] == b"ftyp":
        return DAMAGED
    try:
        text = data[:1024].decode("utf-8", errors="strict" if len(data) <= 1024 else "ignore")
    except UnicodeDecodeError:
        text = "\0"
    if all(sign.isprintable() or sign.isspace() for sign in text):
        return "holds text and no picture, whatever its name says."
    return "is no picture that can be read here. JPEG, PNG, WebP, HEIC, GIF, BMP and TIFF are."


def _ends_early(fault: Exception) -> bool:
    words = str(fault).lower()
    return any(word in words for word in ("truncated", "unexpected end", "eof", "not enough"))
