"""Books for tests, made with the doubles unless a test says otherwise."""

import atexit
import shutil
import tempfile
from pathlib import Path

from storybook.book.folder import Book
from storybook.config import load_settings
from storybook.make import follow, make
from storybook.records import Brief, Event, Hero, Story
from storybook.shard import Shard
from storybook.story.sampling import sample_stories, select_best
from storybook.studio.studio import Studio

SUMMARY = "Biscuit the cat finds a blue mitten in the snow. A shy fox helps her to bring it home."

BISCUIT = Hero(name="Biscuit", species="cat", look="orange striped")
FOX = Hero(name="Fern", species="fox", look="orange")

_COPIES: dict[tuple[str, str], tuple[Path, list[Event]]] = {}
"""What the doubles made of a new book, by its brief and how far; with the events of it."""


def brief(**changes: object) -> Brief:
    return Brief(summary=SUMMARY, pages=4, heroes=("biscuit",)).but(**changes)


def told_best(brief, who, world, writer, frame, *, attempts: int = 4, **how: object) -> Story:
    """The best of the tellings that `write` would ask a writer for."""
    how = {"attempts": attempts, "outline": False} | how
    return select_best(list(sample_stories(brief, who, world, writer, frame, **how)), writer.name)


def new_book(folder: Path | str = "book", **changes: object) -> Book:
    return Book.create(folder, brief(**changes))


def doubles(*changes: str, shard: str = "1/1") -> Studio:
    return Studio(load_settings("doubles", changes), Shard.parse(shard))


def made(book: Book, studio: Studio | None = None, until: str = "bind") -> list[Event]:
    """The events of bringing a book up to date.

    A new book is made by the doubles once; further ones of the same brief become copies of it, so
    that a test which needs a finished book has one at once. To have it made, name the studio.
    """
    if studio is not None or not _is_new(book):
        studio = studio or doubles()
        return list(follow(make(book, studio, until), book, studio))
    key = (book.path(Book.BRIEF).read_text(encoding="utf-8"), until)
    if key not in _COPIES:
        events = made(book, doubles(), until)
        _COPIES[key] = shutil.copytree(book.folder, _shelf() / "book"), events
        return list(events)
    kept, events = _COPIES[key]
    shutil.copytree(kept, book.folder, dirs_exist_ok=True)
    return list(events)


def _is_new(book: Book) -> bool:
    """Whether nothing is there but a brief, with heroes that are the shipped ones."""
    return [path.name for path in book.folder.iterdir()] == [Book.BRIEF] and not (
        Path("heroes").exists()
    )


def _shelf() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="storybook-tests-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def story(pages: int = 4) -> Story:
    """A story about Biscuit with one paragraph for each page."""
    paragraphs = [
        f"Biscuit walked in the garden on day {number}. She held the red ball and she was glad."
        for number in range(1, pages + 1)
    ]
    return Story(title="The Red Ball", paragraphs=tuple(paragraphs), cast=(BISCUIT, FOX))
