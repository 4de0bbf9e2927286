"""The trash beside what is thrown away: a folder lies there under its name and the time."""

import re
import shutil
import time
from datetime import datetime
from pathlib import Path

from storybook.errors import StorybookError
from storybook.files import free_folder, move
from storybook.records import Record

TRASH = ".trash"
WHEN, THROWN = "%Y%m%d-%H%M%S-%f", re.compile(r"(.+)-(\d{8}-\d{6}-\d{6})", re.DOTALL)


class Trashed(Record):
    """What was thrown away."""

    folder: Path
    """Where it lies now."""
    name: str
    thrown: float
    """When, in seconds since 1970."""

    @property
    def root(self) -> Path:
        """The folder in which it lay."""
        return self.folder.parent.parent


def place_in_trash(folder: Path) -> Path:
    """Where a folder is to lie in the trash beside it, which is there afterwards."""
    trash = folder.parent / TRASH
    trash.mkdir(exist_ok=True)
    return trash / f"{folder.name}-{datetime.now():{WHEN}}"


def to_trash(folder: Path) -> Path:
    """Move a folder to the trash beside it; returns where it lies."""
    return move(folder, place_in_trash(folder))


def from_trash(thrown: Path, error: type[StorybookError]) -> Path:
    """Put a folder back, under another name if its own is taken; returns it.

    Raises `error` if it does not lie in the trash.
    """
    found = trashed(thrown, error)
    return move(thrown, free_folder(found.root, found.name))


def trashed(folder: Path, error: type[StorybookError]) -> Trashed:
    """What lies at a place in the trash; raises `error` if nothing does."""
    found = _read(folder)
    if found is None:
        raise error(f"{folder} does not lie in the trash: it was emptied, or put back already.")
    return found


def trash_in(root: Path) -> list[Trashed]:
    """What lies in the trash of a folder, the one that was thrown away last first."""
    found = filter(None, map(_read, (root / TRASH).glob("*")))
    return sorted(found, key=lambda each: -each.thrown)


def empty_trash(root: Path, *, older_than_days: float = 30.0) -> int:
    """Delete for good what was thrown away so long ago; returns how many folders."""
    line = time.time() - older_than_days * 86400
    old = [each for each in trash_in(root) if each.thrown <= line]
    for each in old:
        shutil.rmtree(each.folder)
    return len(old)


def name_in_trash(folder: Path) -> str:
    """What a folder in the trash was called."""
    match = THROWN.fullmatch(folder.name)
    return match[1] if match else folder.name


def _read(folder: Path) -> Trashed | None:
    """What lies at a place in the trash; None for what was not thrown away, and is left alone."""
    match = THROWN.fullmatch(folder.name)
    if match is None or folder.parent.name != TRASH or not folder.is_dir():
        return None
    try:
        thrown = datetime.strptime(match[2], WHEN).timestamp()
    except ValueError:  # such as of a thirteenth month
        return None
    return Trashed(folder=folder, name=match[1], thrown=thrown)
