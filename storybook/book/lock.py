"""One maker of a book at a time, or several shards of one job together."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from storybook.errors import BookError
from storybook.locks import POSIX, try_lock


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
            first()
            if not shared:
                file.truncate(0)
                file.write(str(os.getpid()))
                file.flush()
                yield
                return
        if not (shared and try_lock(file, shared=True)):
            raise BookError(
                f"{folder} is being made by another process ({_holder(file)}). "
                "Wait for it, or stop it."
            )
        yield


def _holder(lock: IO[str]) -> str:
    """What the file of a lock says of the process that holds it; Windows lets nobody else read."""
    try:
        lock.seek(0)
        return lock.read() or "a shard"
    except OSError:
        return "no number known"
