"""A book as one zip: packed to be sent, and unpacked with care, since it may come from anybody."""

import os
import re
import shutil
import stat
import unicodedata
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path, PurePosixPath

from PIL import Image

from storybook.book.folder import Book, slug
from storybook.book.stamp import Stamp
from storybook.errors import BookError, StorybookError, in_one_line
from storybook.files import drafting, free_folder, put, replacing
from storybook.images.photo_files import is_system_file
from storybook.records import Tries

TEXTS = (".toml", ".json")
KINDS = (*TEXTS, ".png", ".pdf")
LEFT_OUT = {"log", "rejected", "left-over", "thumbs", "unkept"}
UTF_8 = 1 << 11
"""The flag of names in a zip that are UTF-8; others are in code page 437, or so it is said."""
NAME = re.compile(r"[^\x00-\x1f\x7f\\:]{1,120}")
"""The whole path, so that with four bytes a letter its parts fit into any file system."""
MOST_FILES = 6000
MOST_BYTES = 4 << 30
MOST_TEXT_BYTES = 4 << 20
"""Of a .toml or .json."""
MOST_RATIO = 200
"""Files of more than `SMALL_BYTES` that were packed tighter are bombs; pictures are hardly so."""
SMALL_BYTES = 1 << 20
MOST_SIDE_PX = 16_384


def export_zip(book: Book, to: Path) -> Path:
    """Pack a book into the zip `to`: without logs, drafts and what was taken out; returns `to`.

    What is unpacked from it is as fresh as the book was. Raises BookError while the book is made.
    """
    with replacing(to) as draft, book.lock(), zipfile.ZipFile(draft, "w") as packed:
        for path in sorted(book.folder.rglob("*")):
            inside = path.relative_to(book.folder)
            if path.is_file() and path.suffix in KINDS and not LEFT_OUT & set(inside.parts):
                how = zipfile.ZIP_DEFLATED if path.suffix in TEXTS else zipfile.ZIP_STORED
                packed.write(path, f"{book.folder.name}/{inside.as_posix()}", how)
    return to


def import_zip(file: Path, root: Path) -> Book:
    """Unpack a book onto the shelf `root`, under a name that is free; nothing else is touched.

    Raises BookError with one line if it is no zip, holds anything that is not part of a book, is
    too large, reaches out of its folder, or is no book that can be read.
    """
    with drafting(root / "import") as draft:
        draft.mkdir()
        try:
            with zipfile.ZipFile(file) as packed:
                name = _unpack(packed, draft, file.name)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as fault:
            raise BookError(f"{file.name} is no zip that can be read: {fault}.") from fault
        _check(draft, file.name)
        return Book(put(draft, free_folder(root, slug(name)), new=True))


def _unpack(packed: zipfile.ZipFile, into: Path, name: str) -> str:
    """Write a book's files into a folder; returns what the book's folder was called."""
    files = list(_files(packed, name))
    briefs = [path for _, path in files if path.name == Book.BRIEF]
    if len(briefs) != 1 or len(briefs[0].parts) > 2:
        raise BookError(f"{name} holds no book: there must be one {Book.BRIEF} in it, at its top.")
    top = briefs[0].parent
    for info, path in files:
        if not path.is_relative_to(top):
            raise BookError(f"{name}: {path} lies outside of the book's folder {top}.")
        target = into / path.relative_to(top)
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            with packed.open(info) as file, target.open("xb") as copy:
                shutil.copyfileobj(file, copy)
        except (FileExistsError, NotADirectoryError):
            raise BookError(f"{name} holds {path} twice.") from None
        with suppress(ValueError, OverflowError):  # a date that is none
            when = datetime(*info.date_time).timestamp()
            os.utime(target, (when, when))  # the order in which pictures were drawn
    return top.name or Path(name).stem


def _files(packed: zipfile.ZipFile, name: str) -> Iterator[tuple[zipfile.ZipInfo, PurePosixPath]]:
    """The files in a zip, each with its place; raises BookError for what may not be in it."""
    named = ((info, _name_of(info)) for info in packed.infolist())
    infos = [
        (info, inside)
        for info, inside in named
        if not inside.endswith("/") and not any(is_system_file(part) for part in inside.split("/"))
    ]
    if len(infos) > MOST_FILES:
        raise BookError(f"{name} holds {len(infos)} files; a book has at most {MOST_FILES}.")
    if sum(info.file_size for info, _ in infos) > MOST_BYTES:
        raise BookError(f"{name} is too large: more than {MOST_BYTES >> 30} GB when unpacked.")
    for info, inside in infos:
        path, mode = PurePosixPath(inside), info.external_attr >> 16
        if path.is_absolute() or ".." in path.parts or not NAME.fullmatch(inside):
            raise BookError(f"{name}: {inside[:80]!r} is no place inside of a book.")
        if stat.S_IFMT(mode) not in (0, stat.S_IFREG):
            raise BookError(f"{name}: {path} is a link, and no file.")
        if info.flag_bits & 1:
            raise BookError(f"{name} is locked with a password. Pack it without one.")
        if path.suffix not in KINDS:
            raise BookError(f"{name}: {path} is no part of a book: those are {', '.join(KINDS)}.")
        is_text = path.suffix in TEXTS
        tight = info.file_size > SMALL_BYTES and info.file_size > MOST_RATIO * info.compress_size
        if tight or (is_text and info.file_size > MOST_TEXT_BYTES):
            raise BookError(f"{name}: {path} is too large for what it is ({info.file_size} bytes).")
        yield info, path


def _name_of(info: zipfile.ZipInfo) -> str:
    """Where a file of a zip belongs, as this system would say it.

    macOS writes UTF-8 with accents apart and does not say so; some Windows programs write `\\`.
    """
    name = info.filename
    if not info.flag_bits & UTF_8:
        with suppress(UnicodeError):
            name = name.encode("cp437").decode("utf-8")
    return unicodedata.normalize("NFC", name.replace("\\", "/"))


def _check(folder: Path, name: str) -> None:
    """Raise BookError unless a folder that came from outside is a book that can be worked on."""
    book = Book(folder)
    try:
        brief, cast = book.brief, ()
        if book.path(book.STORY).is_file():
            cast = book.story.cast
        if book.path(book.SCENES).is_file():
            for scene in book.scenes:
                _check_page(book, scene.page)
        for stamp in (folder / ".made").glob("*.json"):
            book.read(stamp, Stamp)
    except StorybookError as fault:
        line = in_one_line(fault).replace(f"{folder}/", "")
        raise BookError(f"{name}: {line}") from None
    of_cast = (part or "" for hero in cast for part in (hero.adapter, hero.painter))
    named = [*brief.heroes, brief.format, brief.style, *of_cast]
    if any("/" in each and (".." in each or each.startswith("/")) for each in named):
        raise BookError(f"{name}: it names a file outside of a hero's folder.")
    for path in folder.rglob("*"):
        if path.suffix == ".png":
            _check_picture(path, f"{name}: {path.relative_to(folder)}")
        if path.suffix == ".pdf" and not path.read_bytes()[:5] == b"%PDF-":
            raise BookError(f"{name}: {path.relative_to(folder)} is no PDF.")


def _check_page(book: Book, page: int) -> None:
    pick = book.pick(page)
    if pick is not None and not re.fullmatch(r"[\w-]+", pick.candidate):
        raise BookError(f"page {page}: {pick.candidate[:40]!r} is no picture's name.")
    if book.prompt_of(page).is_file():
        book.prompt(page)
    if book.tries_of(page).is_file():
        book.read(book.tries_of(page), Tries)
    book.fidelity(page)


def _check_picture(path: Path, name: str) -> None:
    """By its head: the pixels are read when it is shown, by those who expect broken files."""
    try:
        with warnings.catch_warnings(action="ignore"), Image.open(path) as image:
            kind, size = image.format, image.size
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        raise BookError(f"{name} is no picture.") from None
    if kind != "PNG":
        raise BookError(f"{name} is no PNG, but a {kind}.")
    if max(size) > MOST_SIDE_PX:
        raise BookError(f"{name} is too large: {size[0]} x {size[1]} px.")
