"""What the shelf shows of a book, and when a book's files were changed."""

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from storybook.book.folder import Book
from storybook.errors import StorybookError, in_one_line
from storybook.records import COVER, Pick, Record, digest


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


def changed_at(folder: Path) -> tuple[str, float]:
    """A digest of when a book's files were changed, and the last of these times.

    A folder's time tells of files that came, went or were replaced in it, as all of ours are.
    """
    times = [os.stat(folder).st_mtime_ns]
    for name in (Book.BRIEF, Book.STORY, Book.SCENES):
        with suppress(FileNotFoundError):
            times.append(os.stat(os.path.join(folder, name)).st_mtime_ns)
    with suppress(FileNotFoundError), os.scandir(os.path.join(folder, "pages")) as pages:
        times += sorted(page.stat().st_mtime_ns for page in pages)
    return digest(times), max(times) / 1e9


def read_shelved(folder: Path, modified: float) -> Shelved:
    """What the shelf shows of a book that was changed at `modified`; its fault, if it has one."""
    try:
        return _looked_at(Book(folder), modified)
    except (StorybookError, OSError) as fault:
        name, line = folder.name, in_one_line(fault)
        return Shelved(name=name, title=name, modified=modified, fault=line)


def _looked_at(book: Book, modified: float) -> Shelved:
    brief = book.brief
    story = book.story if book.path(book.STORY).is_file() else None
    has_scenes = book.path(book.SCENES).is_file()
    pages = [scene.page for scene in book.scenes] if has_scenes else [*range(brief.pages + 1)]
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
        finished=has_scenes and is_finished(book, pages),
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
