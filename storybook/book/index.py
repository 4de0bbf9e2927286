"""An index of the books on a shelf, so that opening it reads what is new alone.

`books/.shelf.sqlite` keeps what the shelf shows of each book, and the times at which its files had
been changed then. What the folders say is true; the file can be deleted, and is made again.
"""

import os
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from storybook.book.folder import Book
from storybook.book.shelved import Shelved, changed_at, read_shelved

INDEX = ".shelf.sqlite"
BEFORE = ".shelf.json"
"""What an earlier edition kept in its place."""
EDITION = 2
"""Raised when something else is kept of a book, so that all are read anew."""
TABLE = """
create table books (
    name text primary key, looked text not null, key text not null, modified real not null,
    words text not null, heroes text not null, style text not null, book text not null
) without rowid;
create index newest on books (modified desc, name);
"""
WAITS_S = 10.0
"""So long another process may write the index before this one does without it."""
TRIES = 3
"""A book that is being made may change between two looks."""
RESTS = 20.0
"""A look at all folders that took long is not repeated before so many times its length is over."""
LONG_S = 0.1

_looked: dict[Path, tuple[float, float]] = {}
"""When all folders of a shelf were looked at by this process, and how long that took, in s."""


class SearchResult(NamedTuple):
    """Some of the books that were searched for."""

    books: list[Shelved]
    """The one that was changed last first."""
    count: int
    """How many there are in all."""
    unread: int
    """Books that are new or changed and have not been read yet: look again."""


BOOKS = "select name, key, book from books"
NEWEST = "order by modified desc, name limit ? offset ?"


def search_shelf(
    root: Path,
    words: str = "",
    *,
    hero: str = "",
    style: str = "",
    first: int = 0,
    most: int | None = None,
    patience_s: float | None = None,
) -> SearchResult:
    """The books that have all `words`, the `hero` and the `style`, from the `first` on.

    Words are looked for in titles, summaries, heroes, styles and folders' names. Books that changed
    are read, for `patience_s` seconds at most where it is given; those that are returned are as
    their folders say at this moment.
    """
    if not root.is_dir():
        return SearchResult([], 0, 0)
    with _opened(root) as index:
        unread = _refresh(index, root, patience_s)
        where, values = _condition(words, hero, style)
        for _ in range(TRIES):
            within = (-1 if most is None else most, first)
            rows = index.execute(f"{BOOKS} {where} {NEWEST}", (*values, *within)).fetchall()
            if not _read_again(index, root, rows):
                break
        (count,) = index.execute(f"select count(*) from books {where}", values).fetchone()
    return SearchResult([Shelved.model_validate_json(book) for _, _, book in rows], count, unread)


@contextmanager
def _opened(root: Path) -> Iterator[sqlite3.Connection]:
    """The shelf's index; one in memory where the shelf may only be read, or is held for long."""
    path = root / INDEX
    try:
        index = _connected(path)
    except sqlite3.OperationalError:
        index = _connected(None)
    except sqlite3.DatabaseError:  # it is damaged, or no index
        path.unlink(missing_ok=True)
        index = _connected(path)
    with closing(index):
        yield index
        with suppress(sqlite3.OperationalError):
            index.commit()


def _connected(path: Path | None) -> sqlite3.Connection:
    index = sqlite3.connect(":memory:" if path is None else path, timeout=WAITS_S)
    try:
        (edition,) = index.execute("pragma user_version").fetchone()
        index.execute("begin immediate")
        if edition != EDITION:
            index.execute("drop table if exists books")
            for statement in filter(str.strip, TABLE.split(";")):
                index.execute(statement)
            index.execute(f"pragma user_version = {EDITION}")
            if path is not None:
                path.with_name(BEFORE).unlink(missing_ok=True)
        index.execute("select name, looked, key, modified, words, heroes, style, book from books")
    except BaseException:
        index.close()
        raise
    return index


def _refresh(index: sqlite3.Connection, root: Path, patience_s: float | None) -> int:
    """Bring the index up to date with the folders; returns how many could not be read in time."""
    began = time.monotonic()
    place = root.resolve()
    (known_count,) = index.execute("select count(*) from books").fetchone()
    when, took = _looked.get(place, (0.0, 0.0))
    if known_count and took > LONG_S and began - when < RESTS * took:
        return 0
    known = dict(index.execute("select name, looked from books"))
    there = dict(_folders(root))
    gone = [(name,) for name in known.keys() - there.keys()]
    index.executemany("delete from books where name = ?", gone)
    changed = [name for name, looked in there.items() if known.get(name) != looked]
    changed.sort(key=lambda name: there[name], reverse=True)
    _looked[place] = (began, time.monotonic() - began)
    for read, name in enumerate(changed):
        if patience_s is not None and read and time.monotonic() - began > patience_s:
            _looked.pop(place)  # so that the next look goes on
            return len(changed) - read
        _read(index, root, name, there[name])
    return 0


def _folders(root: Path) -> Iterator[tuple[str, str]]:
    """The names of books' folders, each with the times that tell whether it was changed."""
    with os.scandir(root) as entries:
        for entry in entries:
            if entry.name[0] != ".":
                with suppress(OSError):  # it is no book, or was taken away meanwhile
                    yield entry.name, _times_of(entry.path)


def _times_of(folder: str) -> str:
    """When a book was changed: by its folder's time, as all that we write is seen.

    And by the times of the texts in it, which an editor may write in place. Raises OSError.
    """
    brief = os.stat(f"{folder}/{Book.BRIEF}").st_mtime_ns
    top = os.stat(folder).st_mtime_ns
    try:
        story = os.stat(f"{folder}/{Book.STORY}").st_mtime_ns
    except FileNotFoundError:
        story = 0
    return f"{top} {brief} {story}"


def _read_again(index: sqlite3.Connection, root: Path, rows: Sequence[tuple]) -> bool:
    """Read those of some rows' books anew whose files have changed; whether there were any."""
    again = False
    for name, key, _ in rows:
        try:
            looked, now = _times_of(str(root / name)), changed_at(root / name)[0]
        except OSError:
            index.execute("delete from books where name = ?", (name,))
            again = True
            continue
        if now != key:
            _read(index, root, name, looked)
            again = True
    return again


def _read(index: sqlite3.Connection, root: Path, name: str, looked: str) -> None:
    """Read a book into the index."""
    folder = root / name
    try:
        key, modified = changed_at(folder)
    except OSError:
        return
    book = read_shelved(folder, modified)
    text = " ".join((book.title, book.summary, *book.heroes, book.style, book.name)).casefold()
    heroes = "".join(f"\n{hero.casefold()}\n" for hero in book.heroes)
    index.execute(
        "insert or replace into books values (?, ?, ?, ?, ?, ?, ?, ?)",
        (name, looked, key, modified, text, heroes, book.style, book.model_dump_json()),
    )


def _condition(words: str, hero: str, style: str) -> tuple[str, list[str]]:
    """What SQL asks of a row, and the values for its question marks."""
    parts = ["instr(words, ?)" for _ in words.split()]
    values = words.casefold().split()
    if hero:
        parts.append("instr(heroes, ?)")
        values.append(f"\n{hero.casefold()}\n")
    if style:
        parts.append("style = ?")
        values.append(style)
    return (f"where {' and '.join(parts)}" if parts else ""), values
