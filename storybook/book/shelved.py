"""What the shelf shows of a book, and when a book's files were changed."""

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from textwrap import shorten

from storybook.book.folder import Book
from storybook.errors import StorybookError, in_one_line
from storybook.records import COVER, Brief, Record, digest

CALLED_SIGNS = 48
"""So much of its summary stands for the title of a book that has none yet."""


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
    painted: str | None = None
    """The same before it was enlarged and finished, if that is another file: soon read."""
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
    cover, painted = _covers(book)
    return Shelved(
        name=book.folder.name,
        title=brief.title or (story.title if story else _called(brief) or book.folder.name),
        summary=brief.summary,
        heroes=brief.heroes or stars,
        style=brief.style,
        pages=len(pages) - 1,
        picked=len(picked),
        finished=has_scenes and is_finished(book, pages),
        pdf=pdf.name if pdf.is_file() else None,
        cover=cover,
        painted=painted,
        modified=modified,
    )


def _called(brief: Brief) -> str:
    """What a book is called that is not told yet: the first words of what it is about."""
    return shorten(brief.summary, CALLED_SIGNS, placeholder="…")


def is_finished(book: Book, pages: Iterable[int]) -> bool:
    """Whether there is a PDF, and nothing that it is made from is younger, by the files' times."""
    made = [book.path(name) for name in (book.BRIEF, book.STORY, book.SCENES)] + [
        path for page in pages for path in (book.pick_of(page), book.plate_of(page))
    ]
    try:
        return max(path.stat().st_mtime_ns for path in made) <= book.pdf.stat().st_mtime_ns
    except FileNotFoundError:
        return False


def finest_picture(book: Book, page: int) -> Path | None:
    """The picture of a page: its plate, which is finished, if that is of today's pick.

    Until one is picked, the first that was drawn; None if there is none.
    """
    chosen, plate = book.pick(page), book.plate_of(page)
    drawn = [chosen.candidate] if chosen else book.pictures(page)[:1]
    picked = book.picture(page, drawn[0]) if drawn else None
    if picked is None or not picked.is_file():
        return None
    is_of_today = chosen and plate.is_file() and _is_younger(plate, book.pick_of(page))
    return plate if is_of_today else picked


def _is_younger(path: Path, than: Path) -> bool:
    return path.stat().st_mtime >= than.stat().st_mtime


def _covers(book: Book) -> tuple[str | None, str | None]:
    """The cover's finest picture, and what it was made of if that is another file."""
    finest = finest_picture(book, COVER)
    if finest is None:
        return None, None
    chosen = book.pick(COVER)
    painted = book.picture(COVER, chosen.candidate) if chosen else finest
    shown = finest.relative_to(book.folder).as_posix()
    return shown, None if painted == finest else painted.relative_to(book.folder).as_posix()
