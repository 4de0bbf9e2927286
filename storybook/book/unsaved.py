"""Words that an author has written and not kept yet; they outlive a reload of the page."""

from pathlib import Path

from pydantic import ValidationError

from storybook.book.folder import Book
from storybook.files import write_whole
from storybook.records import Record

FOLDER = ".made/unkept"


class Unkept(Record):
    """Words, and the version (`edits.version`) of those that they were to replace."""

    words: str
    seen: str


def load(book: Book, name: str) -> Unkept | None:
    """What was written under a name and not kept; None if there is nothing that can be read."""
    try:
        return Unkept.model_validate_json(_file(book, name).read_bytes())
    except (OSError, ValidationError):
        return None


def save(book: Book, name: str, unkept: Unkept) -> None:
    """Hold on to what was written."""
    write_whole(_file(book, name), unkept.model_dump_json().encode())


def drop(book: Book, name: str) -> None:
    """Forget what was written."""
    _file(book, name).unlink(missing_ok=True)


def _file(book: Book, name: str) -> Path:
    return book.folder / FOLDER / f"{name}.json"
