"""What critics said of a page's pictures, those of earlier drawings too.

A pick holds the verdicts on the pictures that it was chosen among. `.made/judged/03.json` keeps all
that were ever given, since an author compares a new picture with one from before.
"""

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from storybook.book import Book
from storybook.errors import BookError, ConfigError
from storybook.files import write_whole
from storybook.records import Judged, Record


class Verdicts(Record):
    """All that was said of a page's pictures, the last word on each."""

    judged: tuple[Judged, ...] = ()


def verdicts(book: Book, page: int) -> dict[str, Judged]:
    """The last verdict on each picture of a page that a critic has seen, by the picture's id.

    Of books from before, those of the pick; a file that cannot be read says nothing.
    """
    path, pick = _path(book, page), book.pick(page)
    kept = Verdicts()
    if path.is_file():
        with suppress(BookError, ConfigError):
            kept = book.read(path, Verdicts)
    return {each.candidate: each for each in (*kept.judged, *(pick.judged if pick else ()))}


def keep_verdicts(book: Book, page: int, judged: Iterable[Judged]) -> None:
    """Keep what was said of pictures of a page beside what was said before."""
    every = verdicts(book, page) | {each.candidate: each for each in judged}
    record = Verdicts(judged=tuple(every.values()))
    write_whole(_path(book, page), record.as_file())


def _path(book: Book, page: int) -> Path:
    return book.folder / ".made" / "judged" / f"{book.page(page).name}.json"
