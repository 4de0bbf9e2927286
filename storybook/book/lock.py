"""One maker of a book at a time, or several shards of one job together; and an author beside it.

Once the story is told, its maker lets an author change words and picks while pictures are drawn:
it holds `.made/open`, and who writes either holds `.made/hand` for that moment.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO

from storybook.errors import BookError
from storybook.locks import POSIX, is_locked, try_lock, wait_for_lock


@contextmanager
def hold_book(folder: Path, *, shared: bool, first: Callable[[], None]) -> Iterator[None]:
    """Hold a book's folder; whoever comes first does `first` before anything else.

    Raises BookError if another process makes the book, or if shards are asked for where locks
    cannot be shared.
    """
    if shared and not POSIX:
        raise BookError(
            f"{folder}: shards of a job hold a book together, which locks of this system cannot. "
            "Make it whole, without --shard."
        )
    path = folder / ".made" / "lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+", encoding="utf-8") as file:
        if try_lock(file):
            with hand_of(folder):  # an edit that the maker before let in comes to its end
                first()
            if not shared:
                _say_holder(file)
                yield
                return
        if not (shared and try_lock(file, shared=True)):
            raise BookError(
                f"{folder} is being made by another process ({_holder(file)}). "
                "Wait for it, or stop it."
            )
        yield


@contextmanager
def open_to_edits(folder: Path) -> Iterator[None]:
    """For a maker: within it an author may change words and picks, which it reads as it needs."""
    with (folder / ".made" / "open").open("ab") as file:
        wait_for_lock(file)
        yield


def is_open_to_edits(folder: Path) -> bool:
    """Whether a book is being made, and its author may change words and picks all the same."""
    return is_locked(folder / ".made" / "open")


@contextmanager
def hand_of(folder: Path) -> Iterator[None]:
    """For the moment in which words or a pick are looked at and written."""
    path = folder / ".made" / "hand"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as file:
        wait_for_lock(file)
        yield


@contextmanager
def hold_for_edit(folder: Path, first: Callable[[], None]) -> Iterator[None]:
    """Hold a book to change words or a pick; raises BookError if its maker does not let anybody."""
    with ExitStack() as held:
        try:
            held.enter_context(hold_book(folder, shared=False, first=first))
        except BookError:
            held.enter_context(hand_of(folder))
            if not is_open_to_edits(folder):
                raise
        yield


def _say_holder(lock: IO[str]) -> None:
    """Write into the file of a lock which process holds it."""
    lock.truncate(0)
    lock.write(str(os.getpid()))
    lock.flush()


def _holder(lock: IO[str]) -> str:
    """What the file of a lock says of the process that holds it; Windows lets nobody else read."""
    try:
        lock.seek(0)
        return lock.read() or "a shard"
    except OSError:
        return "no number known"
