"""How far a book is: which verbs are done, which are due, and what each page holds.

`storybook status --json` prints a Status record; its fields are stable.
"""

from pathlib import Path
from typing import Literal

from storybook.book.folder import Book
from storybook.errors import BookError
from storybook.make import STAGES
from storybook.models.looked_at import each_once
from storybook.records import Candidate, Record, Scene
from storybook.studio.departures import Listed, listed
from storybook.studio.studio import Studio


class VerbStatus(Record):
    """One verb: `done`, `due` (`to_make` artifacts), or `waiting` for an earlier one."""

    verb: str
    state: Literal["done", "due", "waiting"]
    to_make: int = 0


class PageStatus(Record):
    """One page; page 0 is the cover. Paths are relative to the book."""

    page: int
    """The page's own number, which stays when it is moved, and names its folder."""
    place: int
    """Where it stands in the book; what is printed on it."""
    text: str
    candidates: tuple[str, ...] = ()
    pick: str | None = None
    picked_by: str | None = None
    plate: str | None = None
    due: bool = False
    """Whether the verb that is due has something to make of it."""


class Status(Record):
    """How far a book is."""

    folder: str
    title: str | None
    pages: int
    verbs: tuple[VerbStatus, ...]
    page_status: tuple[PageStatus, ...] = ()
    departures: tuple[Listed, ...] = ()
    pdf: str | None = None

    @property
    def finished(self) -> bool:
        return all(verb.state == "done" for verb in self.verbs)


def status(book: Book, studio: Studio) -> Status:
    """How far `book` is with `studio`; nothing is loaded or written."""
    with each_once():
        return _status(book, studio)


def _status(book: Book, studio: Studio) -> Status:
    verbs, pages_due = [], set()
    for verb, stage in STAGES.items():
        if verbs and verbs[-1].state != "done":
            verbs.append(VerbStatus(verb=verb, state="waiting"))
            continue
        todo = stage.due(book, studio)
        pages_due = {page for page in map(_page_of, todo) if page is not None}
        verbs.append(VerbStatus(verb=verb, state="due" if todo else "done", to_make=len(todo)))
    has_scenes = (book.folder / book.SCENES).is_file()
    has_story = (book.folder / book.STORY).is_file()
    scenes = book.scenes if has_scenes else ()
    return Status(
        folder=str(book.folder),
        title=book.brief.title or (book.story.title if has_story else None),
        pages=len(scenes) - 1 if scenes else book.brief.pages,
        verbs=tuple(verbs),
        page_status=tuple(
            _page(book, place, scene, due=scene.page in pages_due)
            for place, scene in enumerate(scenes)
        ),
        departures=listed(book, studio),
        pdf=_relative(book, book.pdf),
    )


def check_page(book: Book, page: int) -> None:
    """Raises BookError unless `page` is one of the book's, 0 being the cover."""
    known = sorted(scene.page for scene in book.scenes)
    if page not in known:
        last = known[-1]
        others = ", ".join(map(str, known[1:]))
        rest = f" to {last}" if known == [*range(last + 1)] else f", {others}"
        raise BookError(f"{book.folder} has no page {page}. Its pages are 0 (the cover){rest}.")


def _page(book: Book, place: int, scene: Scene, *, due: bool) -> PageStatus:
    page = scene.page
    pick = book.pick(page)
    return PageStatus(
        page=page,
        place=place,
        text=scene.text,
        candidates=tuple(book.pictures(page)),
        pick=pick.candidate if pick else None,
        picked_by=pick.by if pick else None,
        plate=_relative(book, book.plate_of(page)),
        due=due,
    )


def _page_of(item: object) -> int | None:
    """The page of what a verb has to make; None for what belongs to no page."""
    match item:
        case int():
            return item
        case Candidate():
            return item.prompt.page
        case (Scene() as scene, _):
            return scene.page
        case _:
            return None


def _relative(book: Book, path: Path) -> str | None:
    return path.relative_to(book.folder).as_posix() if path.is_file() else None
