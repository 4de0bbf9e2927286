"""How far a book is: which verbs are done, which are due, and what each page holds.

`storybook status --json` prints a Status record; its fields are stable.
"""

from pathlib import Path
from typing import Literal

from storybook.book import Book
from storybook.errors import BookError
from storybook.make import STAGES
from storybook.records import Record
from storybook.studio import Studio


class VerbStatus(Record):
    """One verb: `done`, `due` (`to_make` artifacts), or `waiting` for an earlier one."""

    verb: str
    state: Literal["done", "due", "waiting"]
    to_make: int = 0


class PageStatus(Record):
    """One page; page 0 is the cover. Paths are relative to the book."""

    page: int
    text: str
    candidates: tuple[str, ...] = ()
    pick: str | None = None
    picked_by: str | None = None
    plate: str | None = None


class Status(Record):
    """How far a book is."""

    folder: str
    title: str | None
    pages: int
    verbs: tuple[VerbStatus, ...]
    page_status: tuple[PageStatus, ...] = ()
    pdf: str | None = None

    @property
    def finished(self) -> bool:
        return all(verb.state == "done" for verb in self.verbs)


def status(book: Book, studio: Studio) -> Status:
    """How far `book` is with `studio`; nothing is loaded or written."""
    verbs = []
    for verb, stage in STAGES.items():
        if verbs and verbs[-1].state != "done":
            verbs.append(VerbStatus(verb=verb, state="waiting"))
            continue
        count = len(stage.jobs(book, studio))
        verbs.append(VerbStatus(verb=verb, state="due" if count else "done", to_make=count))
    has_scenes = (book.folder / book.SCENES).is_file()
    has_story = (book.folder / book.STORY).is_file()
    return Status(
        folder=str(book.folder),
        title=book.brief.title or (book.story.title if has_story else None),
        pages=book.brief.pages,
        verbs=tuple(verbs),
        page_status=tuple(_page(book, scene.page, scene.text) for scene in book.scenes)
        if has_scenes
        else (),
        pdf=_relative(book, book.pdf),
    )


def check_page(book: Book, page: int) -> None:
    """Raises BookError unless `page` is one of the book's, 0 being the cover."""
    last = book.scenes[-1].page
    if not 0 <= page <= last:
        raise BookError(f"{book.folder} has no page {page}. Its pages are 0 (the cover) to {last}.")


def _page(book: Book, page: int, text: str) -> PageStatus:
    pick = book.pick(page)
    return PageStatus(
        page=page,
        text=text,
        candidates=tuple(book.pictures(page)),
        pick=pick.candidate if pick else None,
        picked_by=pick.by if pick else None,
        plate=_relative(book, book.plate_of(page)),
    )


def _relative(book: Book, path: Path) -> str | None:
    return str(path.relative_to(book.folder)) if path.is_file() else None
