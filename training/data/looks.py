"""What was found of pictures, kept beside them, so that none is looked at twice.

`.looked.sqlite` has a row for each picture, with its time and size on the disk: one that has
changed, or has another crop, is looked at anew. What the pictures say is true; the file can be
deleted, and is made again. Where a folder may only be read, it lies in the user's cache.
"""

import json
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from threading import Lock

import numpy as np
import platformdirs

from storybook.records import digest
from training.data.pictures import Looked, look_at
from training.data.records import DataIssue, Example

LOOKED = ".looked.sqlite"
EDITION = 1
"""Raised when something else is found of a picture, so that all are looked at anew."""
TABLE = """create table looks (
    name text, crop text, px integer, changed text not null, width integer, height integer,
    content text not null, likeness blob, findings text not null, primary key (name, crop, px)
) without rowid"""
KEPT_EVERY_S = 1.0
"""What a process that is killed has looked at in vain, at most."""
WAITS_S = 10.0
"""So long another process may write before this one goes on without what was kept."""

Row = tuple[str, str, int, str, int | None, int | None, str, bytes | None, str]


class Looks:
    """The looks at the pictures of a folder; many threads may look at once."""

    def __init__(self, folder: Path, kept: sqlite3.Connection) -> None:
        self._folder, self._kept = folder.absolute(), kept
        self._lock = Lock()
        self._new: list[Row] = []
        self._kept_at = time.monotonic()
        self.known = 0
        """How many pictures were not opened, since they are known from before."""

    def look(self, example: Example, resolution_px: int) -> Looked:
        """As `look_at`, which opens a picture; once for as long as it does not change."""
        key = (self._name(example.path), json.dumps(example.crop), resolution_px)
        try:
            changed = _changed(example.path)
        except OSError:
            return look_at(example, resolution_px)
        if (found := self._find(key, changed)) is not None:
            with self._lock:
                self.known += 1
            return _looked_of(found, example.path)
        looked = look_at(example, resolution_px)
        self._keep((*key, changed, *_values_of(looked)))
        return looked

    def keep(self) -> None:
        """Write what is new. Where that cannot be, on a full disk, say, it is looked at again."""
        with self._lock:
            self._write()

    def _name(self, path: Path) -> str:
        """From the folder, so that the whole can be moved."""
        whole = path.absolute()
        inside = whole.is_relative_to(self._folder)
        return whole.relative_to(self._folder).as_posix() if inside else str(whole)

    def _find(self, key: tuple[str, str, int], changed: str) -> tuple | None:
        query = (
            "select width, height, content, likeness, findings from looks "
            "where name = ? and crop = ? and px = ? and changed = ?"
        )
        with self._lock:
            try:
                return self._kept.execute(query, (*key, changed)).fetchone()
            except sqlite3.DatabaseError:  # held for long, or damaged
                return None

    def _keep(self, row: Row) -> None:
        with self._lock:
            self._new.append(row)
            if time.monotonic() - self._kept_at > KEPT_EVERY_S:
                self._write()

    def _write(self) -> None:
        self._kept_at = time.monotonic()
        rows, self._new = self._new, []
        with suppress(sqlite3.DatabaseError), self._kept:
            values = "values (?, ?, ?, ?, ?, ?, ?, ?, ?)"
            self._kept.executemany(f"insert or replace into looks {values}", rows)


@contextmanager
def looks_in(folder: Path) -> Iterator[Looks]:
    """The looks at a folder's pictures; what was looked at is kept when the `with` ends, however
    it does."""
    with closing(_opened(folder)) as kept:
        looks = Looks(folder, kept)
        try:
            yield looks
        finally:
            looks.keep()


def _opened(folder: Path) -> sqlite3.Connection:
    """What is kept beside the pictures, or else in the user's cache; else for now alone."""
    cache = Path(platformdirs.user_cache_dir("storybook", appauthor=False), "looks")
    for file in (folder / LOOKED, cache / f"{digest(str(folder.absolute()))}.sqlite"):
        with suppress(OSError, sqlite3.OperationalError):  # it may not be written, or is held
            file.parent.mkdir(parents=True, exist_ok=True)
            try:
                return _connected(str(file))
            except sqlite3.OperationalError:
                raise
            except sqlite3.DatabaseError:  # it is damaged, or something else
                file.unlink()
                return _connected(str(file))
    return _connected(":memory:")


def _connected(name: str) -> sqlite3.Connection:
    kept = sqlite3.connect(name, timeout=WAITS_S, check_same_thread=False)
    try:
        (edition,) = kept.execute("pragma user_version").fetchone()
        if edition != EDITION:
            kept.execute("begin immediate")
            kept.execute("drop table if exists looks")
            kept.execute(TABLE)
            kept.execute(f"pragma user_version = {EDITION}")
            kept.commit()
        kept.execute("select name from looks limit 1")
    except BaseException:
        kept.close()
        raise
    return kept


def _changed(path: Path) -> str:
    state = os.stat(path)
    return f"{state.st_mtime_ns} {state.st_size}"


def _values_of(looked: Looked) -> tuple[int | None, int | None, str, bytes | None, str]:
    width, height = looked.size or (None, None)
    bits = None if looked.likeness is None else looked.likeness.tobytes()
    findings = [[each.found, each.done] for each in looked.findings]
    return width, height, looked.content, bits, json.dumps(findings, ensure_ascii=False)


def _looked_of(values: tuple, path: Path) -> Looked:
    width, height, content, bits, findings = values
    return Looked(
        size=None if width is None else (width, height),
        content=content,
        likeness=None if bits is None else np.frombuffer(bits, np.uint8),
        findings=[
            DataIssue(path=path, found=found, done=done) for found, done in json.loads(findings)
        ],
    )
