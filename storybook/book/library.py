"""The books on the shelf: listed fast, copied, thrown away and put back; small pictures of large.

A book is read only if its files changed: `books/.shelf.json` keeps what was found, and when.
"""

import os
import shutil
from collections.abc import Iterable, Sequence
from contextlib import suppress
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageOps
from pydantic import ValidationError

from storybook.book.folder import Book
from storybook.errors import BookError, StorybookError, in_one_line
from storybook.files import DRAFT, free_folder, replacing, write_whole
from storybook.locks import POSIX
from storybook.records import COVER, Pick, Record, digest
from storybook.trash import from_trash, to_trash

BOOKS = Path("books")
SHELF, THUMBS = ".shelf.json", ".thumbs"
EDITION = 1
"""Raised when something else is kept of a book, so that all are read anew."""
MOST_PIXELS = 200_000_000
NOT_COPIED = shutil.ignore_patterns("log", "rejected", "lock", "left-over", "thumbs", f"*{DRAFT}")


class Shelved(Record):
    """What the shelf shows of a book."""

    name: str
    """The book's folder on the shelf."""
    title: str
    summary: str = ""
    heroes: tuple[str, ...] = ()
    style: str = ""
    pages: int = 0
    """Without the cover."""
    picked: int = 0
    """Pictures chosen, of `pages` + 1."""
    finished: bool = False
    """There is a PDF, and nothing that it is made from is younger."""
    pdf: str | None = None
    cover: str | None = None
    """The cover's picture, as a path in the book; for a thumbnail of it."""
    modified: float
    """Seconds since 1970."""
    fault: str = ""
    """What is wrong with a book that cannot be read, in one line."""


class Known(Record):
    """A book as it was read, and the digest of the times at which its files were changed then."""

    key: str
    book: Shelved


class Shelf(Record):
    """What is kept of all books."""

    edition: int = EDITION
    books: dict[str, Known]


def shelf(root: Path = BOOKS) -> list[Shelved]:
    """All books, the one that was changed last first; only those that changed are read."""
    kept = _kept(root)
    found: dict[str, Known] = {}
    for folder in _folders(root):
        key, modified = _times(folder)
        known = kept.books.get(folder.name)
        if known is None or known.key != key:
            known = Known(key=key, book=_read(Path(folder.path), modified))
        found[folder.name] = known
    if found != kept.books:
        with suppress(OSError):  # a shelf that may only be read is read each time
            write_whole(root / SHELF, Shelf(books=found).model_dump_json().encode())
    return sorted((each.book for each in found.values()), key=lambda book: -book.modified)


def search(books: Iterable[Shelved], words: str) -> list[Shelved]:
    """The books that have all words in their title, summary, heroes, style or folder's name."""
    wanted = words.casefold().split()
    return [book for book in books if all(word in _text(book) for word in wanted)]


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
    now = picture.stat()
    name = digest(picture.parent.name, picture.name, now.st_mtime_ns, now.st_size, width_px)
    small = _thumbs_of(picture) / f"{name}.webp"
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


def _folders(root: Path) -> Sequence[os.DirEntry]:
    if not root.is_dir():
        return []
    with os.scandir(root) as entries:
        return [
            entry
            for entry in entries
            if entry.name[0] != "." and os.path.isfile(os.path.join(entry.path, Book.BRIEF))
        ]


def _kept(root: Path) -> Shelf:
    try:
        kept = Shelf.model_validate_json((root / SHELF).read_bytes())
    except (OSError, ValidationError):
        return Shelf(books={})
    return kept if kept.edition == EDITION else Shelf(books={})


def _times(folder: os.DirEntry) -> tuple[str, float]:
    """A digest of when a book's files were changed, and the last of these times.

    A folder's time tells of files that came, went or were replaced in it, as all of ours are.
    """
    times = [folder.stat().st_mtime_ns]
    for name in (Book.BRIEF, Book.STORY, Book.SCENES):
        with suppress(FileNotFoundError):
            times.append(os.stat(os.path.join(folder.path, name)).st_mtime_ns)
    with suppress(FileNotFoundError), os.scandir(os.path.join(folder.path, "pages")) as pages:
        times += sorted(page.stat().st_mtime_ns for page in pages)
    return digest(times), max(times) / 1e9


def _read(folder: Path, modified: float) -> Shelved:
    try:
        return _looked_at(Book(folder), modified)
    except (StorybookError, OSError) as fault:
        name, line = folder.name, in_one_line(fault)
        return Shelved(name=name, title=name, modified=modified, fault=line)


def _looked_at(book: Book, modified: float) -> Shelved:
    brief = book.brief
    story = book.story if book.path(book.STORY).is_file() else None
    told = book.path(book.SCENES).is_file()
    pages = [scene.page for scene in book.scenes] if told else [*range(brief.pages + 1)]
    stars = tuple(hero.name for hero in story.cast[:1]) if story else ()
    picked = [page for page in pages if book.pick_of(page).is_file()]
    pdf = book.pdf  # which is read from two files
    return Shelved(
        name=book.folder.name,
        title=brief.title or (story.title if story else book.folder.name),
        summary=brief.summary,
        heroes=brief.heroes or stars,
        style=brief.style,
        pages=len(pages) - 1,
        picked=len(picked),
        finished=told and is_finished(book, pages),
        pdf=pdf.name if pdf.is_file() else None,
        cover=_cover(book),
        modified=modified,
    )


def is_finished(book: Book, pages: Iterable[int]) -> bool:
    """Whether there is a PDF, and nothing that it is made from is younger, by the files' times."""
    made = [book.path(name) for name in (book.BRIEF, book.STORY, book.SCENES)] + [
        path for page in pages for path in (book.pick_of(page), book.plate_of(page))
    ]
    try:
        return max(path.stat().st_mtime_ns for path in made) <= book.pdf.stat().st_mtime_ns
    except FileNotFoundError:
        return False


def _cover(book: Book) -> str | None:
    """The cover's picked picture, else any that was drawn for it."""
    names = book.pictures(COVER)
    if book.pick_of(COVER).is_file():
        names = [book.read(book.pick_of(COVER), Pick).candidate]
    if not names or not book.picture(COVER, names[-1]).is_file():
        return None
    return book.picture(COVER, names[-1]).relative_to(book.folder).as_posix()


def _thumbs_of(picture: Path) -> Path:
    """Where small copies of a picture lie: with its book, else in a hidden folder beside it."""
    for folder in picture.parents[:3]:
        if (folder / Book.BRIEF).is_file():
            return folder / ".made" / "thumbs"
    return picture.parent / THUMBS


def _text(book: Shelved) -> str:
    parts = (book.title, book.summary, *book.heroes, book.style, book.name)
    return " ".join(parts).casefold()
