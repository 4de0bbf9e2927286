"""What its author did to a book, step by step, to be undone and done again.

.made/history/steps/000001.json   a Step: what the files that it changed held before and after
.made/history/objects/<sha256>    what they held
.made/history/doing.json          there while a step is being undone or done again
.made/history/lock                held by whoever changes the book as its author

What is made from an edit, such as pictures, is no step. Undone are only an author's own files, the
last step first, and only while they are as the step left them: what nobody asked for is not undone.
"""

import functools
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import ParamSpec, TypeVar

from storybook.authoring.file_states import FileState, States, keep_state, restore
from storybook.book.folder import Book
from storybook.errors import BookError
from storybook.files import write_whole
from storybook.locks import wait_for_lock
from storybook.records import Record, Scene

FOLDER = ".made/history"
MOST_STEPS = 200
LIGHT = ("scenes.json", "pick.json")
"""Files that an author may change while pictures are drawn."""

P, T = ParamSpec("P"), TypeVar("T")
_ACTING: ContextVar[tuple[Path, ...]] = ContextVar("acting", default=())
"""The books in whose steps this thread is: a step within a step is a part of it."""


class FileChange(Record):
    """What became of one file."""

    path: str
    """From the book's folder, with `/`."""
    before: FileState | None
    """None: it was not there."""
    after: FileState | None


class Step(Record):
    """Something that an author did to a book."""

    number: int
    says: str
    """In a few words, such as `Other words`."""
    page: int | None
    """The number of the page that it was done to; None: to the whole book."""
    when: float
    """Seconds since 1970."""
    changes: tuple[FileChange, ...]
    undone: bool = False


@contextmanager
def step(
    book: Book, says: str, page: int | None = None, files: Sequence[str] | None = None
) -> Iterator[None]:
    """Let what is done within become one step; nothing if it changes nothing, or fails.

    `files` are the only ones that it may change, such as `scenes.json`; None: any may be.
    """
    folder = book.folder.resolve()
    if folder in _ACTING.get():
        yield
        return
    token = _ACTING.set((*_ACTING.get(), folder))
    try:
        with _held(book), States(book.folder, files, _root(book)) as before:
            yield
            changes = before.changed()
            if changes:
                _keep(book, says, page, [FileChange(path=path, **both) for path, both in changes])
    finally:
        _ACTING.reset(token)


def undoable(says: str, *files: str) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Make an edit, a function of a book and perhaps a page or its scene, a step of its history.

    In `files`, `{page}` stands for the folder of the page.
    """

    def decorate(deed: Callable[P, T]) -> Callable[P, T]:
        @functools.wraps(deed)
        def done(*given: P.args, **named: P.kwargs) -> T:
            book = given[0]
            pages = (
                each.page if isinstance(each, Scene) else each
                for each in (*given[1:], *named.values())
            )
            page = next((each for each in pages if isinstance(each, int)), None)
            folder = "" if page is None else book.page(page).name
            with step(book, says, page, [file.format(page=folder) for file in files] or None):
                return deed(*given, **named)

        return done

    return decorate


def steps(book: Book) -> list[Step]:
    """All steps, the first one first; those at the end may be undone."""
    folder = _root(book) / "steps"
    return [book.read(path, Step) for path in sorted(folder.glob("*.json"))]


def next_undone(book: Book) -> Step | None:
    """What `undo` would undo."""
    return next((each for each in reversed(steps(book)) if not each.undone), None)


def next_redone(book: Book) -> Step | None:
    """What `redo` would do again."""
    return next((each for each in steps(book) if each.undone), None)


def undo(book: Book) -> Step:
    """Undo the last step that is not; returns it. Raises BookError if there is none, or cannot."""
    return _go(book, next_undone, "undo", back=True)


def redo(book: Book) -> Step:
    """Do again the step that was undone last; returns it. Raises BookError as `undo` does."""
    return _go(book, next_redone, "do again", back=False)


def _go(book: Book, find: Callable[[Book], Step | None], verb: str, *, back: bool) -> Step:
    with _held(book):
        found = find(book)
        if found is None:
            raise BookError(f"There is nothing to {verb} in {book.folder}.")
        light = all(Path(each.path).name in LIGHT for each in _own(found))
        with book.lock_for_edit() if light else book.lock():
            _check(book, found, back=back)
            now = found.but(undone=back, changes=_as_they_are(book, found, back=back))
            write_whole(_root(book) / "doing.json", now.as_file())
            _finish(book)
            return now


def _finish(book: Book) -> None:
    """Bring the files to where a step is to leave them, and note it; again after a kill."""
    doing = _root(book) / "doing.json"
    if not doing.is_file():
        return
    now = book.read(doing, Step)
    for each in now.changes:
        wanted = each.before if now.undone else each.after
        restore(book.folder / each.path, wanted, _root(book), stop=book.folder)
    write_whole(_file_of(book, now), now.as_file())
    doing.unlink()


def _check(book: Book, found: Step, *, back: bool) -> None:
    """Raise BookError if a file is not as the step left it, but was changed by somebody since.

    What the book's making put where the step had left nothing may go: it can be made again.
    """
    for each in _own(found):
        there = each.after if back else each.before
        path = book.folder / each.path
        state = FileState.of(path)
        if (state and state.sha256) == (there and there.sha256):
            continue
        if there is None and book.is_as_made(path):
            continue
        raise BookError(
            f"{path} was changed since by something else than this step ({found.says}), which "
            "cannot be taken back any more. Nothing was changed."
        )


def _own(found: Step) -> list[FileChange]:
    """The changes but for those of stamps, which follow their files."""
    return [each for each in found.changes if not each.path.startswith(".made/")]


def _as_they_are(book: Book, found: Step, *, back: bool) -> tuple[FileChange, ...]:
    """A step's changes, with what its files hold now, so that the other way leads back to it."""
    side = "after" if back else "before"
    return tuple(
        each.but(**{side: keep_state(book.folder / each.path, _root(book))})
        for each in found.changes
    )


def _keep(book: Book, says: str, page: int | None, changes: Sequence[FileChange]) -> None:
    """Add a step behind those that are done; those that were undone are gone for good."""
    known = steps(book)
    for old in [each for each in known if each.undone] + known[: -MOST_STEPS + 1]:
        _file_of(book, old).unlink(missing_ok=True)
    number = 1 + max((each.number for each in known), default=0)
    new = Step(number=number, says=says, page=page, when=time.time(), changes=tuple(changes))
    write_whole(_file_of(book, new), new.as_file())
    _forget_unused(book)


def _forget_unused(book: Book) -> None:
    """Delete what no step that is left needs."""
    needed = {
        state.sha256
        for each in steps(book)
        for change in each.changes
        for state in (change.before, change.after)
        if state
    }
    for path in (_root(book) / "objects").glob("*"):
        if path.name not in needed:
            path.unlink()


@contextmanager
def _held(book: Book) -> Iterator[None]:
    """One author's deed at a time; what a kill interrupted is finished first."""
    root = _root(book)
    root.mkdir(parents=True, exist_ok=True)
    with (root / "lock").open("ab") as file:
        wait_for_lock(file)
        _finish(book)
        for left in root.glob("before-*"):
            shutil.rmtree(left, ignore_errors=True)
        yield


def _file_of(book: Book, found: Step) -> Path:
    return _root(book) / "steps" / f"{found.number:06d}.json"


def _root(book: Book) -> Path:
    return book.folder / FOLDER
