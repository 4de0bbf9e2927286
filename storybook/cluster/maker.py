"""What a worker does: a book, or a part of one, with models that stay open."""

import errno
import os
import socket
import time
import traceback
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from pydantic import Field

from storybook.book.folder import Book, content_digest
from storybook.cluster.team import Done
from storybook.config import load_settings
from storybook.errors import ModelError, StorybookError, in_one_line
from storybook.files import write_whole
from storybook.make import PER_PAGE, STAGES, follow, make
from storybook.records import Record
from storybook.shard import Shard
from storybook.studio.open_models import OpenModels

NO_ROOM = (errno.ENOSPC, errno.EDQUOT)


class WorkPlace(Record):
    """Where the work is, as whoever gives it sees it."""

    folder: str
    """The current folder there, absolute."""
    books: str
    """The folder of the books, absolute."""
    sign: str
    """The name of a file in `books`, by which a worker knows whether it sees them."""
    studio: str | None
    changes: tuple[str, ...]
    files: Mapping[str, bytes] = Field(default_factory=dict)
    """Heroes and the studio's file, for workers who do not see the current folder."""


class Piece(Record):
    """A book, or a part of one."""

    book: str
    """The name of its folder."""
    until: str = "bind"
    """The verb that ends it."""
    pages: str = ""
    """As `--shard`, if it is the pictures of some pages alone."""
    files: Mapping[str, bytes] = Field(default_factory=dict)
    """The book as it is, for a worker who does not see it."""


class Maker:
    """Makes books at a place; a worker has one for all of its life."""

    def __init__(self, place: WorkPlace) -> None:
        self.shared = (Path(place.books) / place.sign).is_file()
        self._own = None if self.shared else TemporaryDirectory(prefix="storybook-")
        folder = Path(place.folder if self.shared else self._own.name)
        if not self.shared:
            put_files(folder, place.files)
        if folder.is_dir():
            os.chdir(folder)
        self.books = Path(place.books) if self.shared else folder / "books"
        self.studio = OpenModels(load_settings(place.studio, place.changes)).__enter__()

    def make(self, piece: Piece) -> Done:
        """Bring a book, or a part of it, up to date; what went wrong is in what is returned."""
        began, says, no_room = time.monotonic(), "", False
        before: Mapping[str, bytes] = {}
        try:
            if not self.shared:
                before = piece.files
                put_files(self.books / piece.book, before)
            self._work(Book(self.books / piece.book), piece)
        except (StorybookError, OSError) as fault:
            says = in_one_line(fault)
            no_room = isinstance(fault, OSError) and fault.errno in NO_ROOM
            if isinstance(fault, ModelError):
                self.studio.close()
        except Exception as fault:
            trace = " | ".join(traceback.format_exception(fault)[-2:])
            says = f"This is our own bug, please report it: {' '.join(trace.split())}"
        return Done(
            pid=os.getpid(),
            node=socket.gethostname(),
            seconds=time.monotonic() - began,
            fault=says,
            no_room=no_room,
            files={} if self.shared else changed_files(self.books / piece.book, before),
        )

    def _work(self, book: Book, piece: Piece) -> None:
        self.studio.shard = Shard.parse(piece.pages) if piece.pages else Shard()
        if piece.pages:
            stages = (STAGES[verb].run(book, self.studio) for verb in PER_PAGE)
            events = (event for stage in stages for event in stage)
        else:
            events = make(book, self.studio, piece.until)
        for _ in follow(events, book, self.studio):
            pass


def files_of(folder: Path) -> dict[str, bytes]:
    """All files of a folder by their paths in it; no drafts, locks or links."""
    paths = (path for path in sorted(folder.rglob("*")) if path.is_file() and not path.is_symlink())
    inside = ((path.relative_to(folder), path) for path in paths)
    return {
        name.as_posix(): path.read_bytes()
        for name, path in inside
        if name.name != "lock" and not name.name.endswith(".draft")
    }


def changed_files(folder: Path, before: Mapping[str, bytes]) -> dict[str, bytes]:
    """The files of a folder that are new or of another content."""
    if not folder.is_dir():
        return {}
    then = {name: content_digest(data) for name, data in before.items()}
    return {
        name: data
        for name, data in files_of(folder).items()
        if then.get(name) != content_digest(data)
    }


def put_files(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write files into a folder, stamps before what they are of.

    So a kill leaves what is to be made again, and never what counts as its author's own.
    """
    for name in sorted(files, key=lambda name: (not name.startswith(".made/"), name)):
        path = folder / name
        if not path.is_file() or path.read_bytes() != files[name]:
            write_whole(path, files[name])
