"""The books on the shelf: copied, thrown away and put back; small pictures of large.

What the shelf shows of a book says `shelved`; `index` keeps it, so that few have to be read.
"""

import os
import shutil
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageOps

from storybook.book.folder import Book
from storybook.errors import BookError
from storybook.files import DRAFT, free_folder, replacing, write_whole
from storybook.locks import POSIX
from storybook.records import digest
from storybook.trash import from_trash, to_trash

THUMBS = ".thumbs"
MOST_PIXELS = 200_000_000
NOT_COPIED = shutil.ignore_patterns("log", "rejected", "lock", "left-over", "thumbs", f"*{DRAFT}")


def duplicate(book: Book) -> Book:
    """A copy of a book beside it, pictures and all, with nothing due in it that was not before."""
    root = book.folder.parent
    with book.lock():
        folder = free_folder(root, book.folder.name)
        with replacing(folder, new=True) as draft:
            shutil.copytree(book.folder, draft, ignore=NOT_COPIED)
            os.utime(draft)  # the copy is the newest book
    return Book(folder)


def throw_away(book: Book) -> Path:
    """Move a book to the shelf's trash; returns where it lies.

    Raises BookError while it is made.
    """
    with book.lock():
        if POSIX:
            return to_trash(book.folder)
    return to_trash(book.folder)  # Windows moves no folder in which a file is open


def put_back(thrown: Path) -> Book:
    """Put a book from the trash back on its shelf, under another name if its own is taken."""
    return Book(from_trash(thrown, BookError))


def thumbnail(picture: Path, width_px: int) -> Path:
    """A WebP of a picture, at most so wide, made once: in the book's `.made`, else beside it.

    Raises BookError if the file is no picture.
    """
    small = thumbnail_of(picture, width_px)
    if small.is_file():
        return small
    try:
        with Image.open(picture) as image:
            if image.width * image.height > MOST_PIXELS:
                raise BookError(f"{picture} is too large: {image.width} x {image.height} px.")
            image.draft("RGB", (width_px, width_px))  # a JPEG is read at a fraction of its size
            upright = ImageOps.exif_transpose(image).convert("RGB")
    except (OSError, SyntaxError, Image.DecompressionBombError) as fault:
        raise BookError(f"{picture} cannot be read as a picture.") from fault
    height_px = max(1, round(upright.height * width_px / upright.width))
    if width_px < upright.width:
        upright = upright.resize((width_px, height_px), Image.Resampling.LANCZOS)
    buffer = BytesIO()
    upright.save(buffer, "WEBP", quality=85, method=2)
    write_whole(small, buffer.getvalue())
    return small


def thumbnail_of(picture: Path, width_px: int) -> Path:
    """Where the small copy of a picture lies as it is now, once it is made."""
    now = picture.stat()
    name = digest(picture.parent.name, picture.name, now.st_mtime_ns, now.st_size, width_px)
    return _thumbs_of(picture) / f"{name}.webp"


def _thumbs_of(picture: Path) -> Path:
    """Where small copies of a picture lie: with its book, else in a hidden folder beside it."""
    for folder in picture.parents[:3]:
        if (folder / Book.BRIEF).is_file():
            return folder / ".made" / "thumbs"
    return picture.parent / THUMBS
