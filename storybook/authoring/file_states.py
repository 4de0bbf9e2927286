"""What files held at a time: seen cheaply, kept for good where they change, and restored."""

import hashlib
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from secrets import token_hex
from typing import Self

from storybook.errors import BookError
from storybook.files import DRAFT, write_whole
from storybook.records import Record

PASSED_OVER = (
    *(".made/history", ".made/unkept", ".made/judged", ".made/masks", "log"),
    *(".made/lock", ".made/open", ".made/hand"),
)
"""What is no author's: the history itself, words that are not kept yet, locks, and logs."""


class FileState(Record):
    """What a file held, and how old it was: a plate counts if it is no older than its pick."""

    sha256: str
    mtime_ns: int

    @classmethod
    def of(cls, path: Path) -> "FileState | None":
        """What a file holds now; None if it is not there."""
        try:
            data = path.read_bytes()
        except FileNotFoundError:
            return None
        return cls(sha256=hashlib.sha256(data).hexdigest(), mtime_ns=path.stat().st_mtime_ns)


def keep_state(path: Path, root: Path) -> FileState | None:
    """As `FileState.of`, and what it holds is kept in `root/objects`.

    A copy: some programs write into the very file that they have opened.
    """
    state = FileState.of(path)
    if state is not None and not (kept := root / "objects" / state.sha256).is_file():
        write_whole(kept, path.read_bytes())
    return state


def restore(path: Path, state: FileState | None, root: Path, stop: Path) -> None:
    """Let a file be as it was, or not be there; folders that are empty then go, as far as `stop`.

    Raises BookError if what is kept is not what it was.
    """
    if state is None:
        path.unlink(missing_ok=True)
        with suppress(OSError):  # until one that is not empty
            for folder in path.parents:
                if folder == stop:
                    break
                folder.rmdir()
        return
    data = (root / "objects" / state.sha256).read_bytes()
    if hashlib.sha256(data).hexdigest() != state.sha256:
        raise BookError(f"{root / 'objects' / state.sha256} was changed: {path} stays as it is.")
    write_whole(path, data)
    os.utime(path, ns=(state.mtime_ns, state.mtime_ns))


class States:
    """What files of a folder hold when the `with` begins: links to them, which cost little.

    All files there write whole is replaced, so a link goes on holding what was there before.
    """

    def __init__(self, folder: Path, files: Sequence[str] | None, root: Path) -> None:
        self._folder, self._files, self._root = folder, files, root
        self._links = root / f"before-{token_hex(4)}"
        self._seen: dict[str, tuple[int, int, int]] = {}

    def __enter__(self) -> Self:
        self._links.mkdir(parents=True)
        for number, path in enumerate(self._paths()):
            name = path.relative_to(self._folder).as_posix()
            self._seen[name] = (number, *_mark(path))
            try:
                os.link(path, self._links / str(number))
            except OSError:  # a file system that has no links
                shutil.copy2(path, self._links / str(number))
        return self

    def __exit__(self, *fault: object) -> None:
        shutil.rmtree(self._links, ignore_errors=True)

    def changed(self) -> list[tuple[str, dict[str, FileState | None]]]:
        """The paths of files that hold something else now, with both states, which are kept."""
        now = {path.relative_to(self._folder).as_posix(): path for path in self._paths()}
        found = []
        for name in sorted(now.keys() | self._seen.keys()):
            before = self._seen.get(name)
            if before and name in now and before[1:] == _mark(now[name]):
                continue
            was = keep_state(self._links / str(before[0]), self._root) if before else None
            is_now = keep_state(now[name], self._root) if name in now else None
            if (was and was.sha256) != (is_now and is_now.sha256):
                found.append((name, {"before": was, "after": is_now}))
        return found

    def _paths(self) -> Iterator[Path]:
        if self._files is not None:
            yield from (path for name in self._files if (path := self._folder / name).is_file())
            return
        for path in sorted(self._folder.rglob("*")):
            name = path.relative_to(self._folder).as_posix()
            over = any(name == each or name.startswith(f"{each}/") for each in PASSED_OVER)
            if not over and not name.endswith(DRAFT) and path.is_file() and not path.is_symlink():
                yield path


def _mark(path: Path) -> tuple[int, int]:
    """Another one whenever a file was written anew."""
    known = path.stat()
    return known.st_mtime_ns, known.st_ino
