"""Where an author's edit and a change of what it was made from meet: the author decides.

`status` and `make` raise EditedByHand then; a front end asks `clash` which file it is about, shows
it, and calls one of the two others.
"""

import time
from pathlib import Path

from storybook.authoring.history import undoable
from storybook.book.folder import Book
from storybook.errors import EditedByHand
from storybook.files import move
from storybook.make import STAGES
from storybook.studio.studio import Studio


def clash(book: Book, studio: Studio) -> Path | None:
    """The edited file that keeps the book from being made, if there is one."""
    try:
        for stage in STAGES.values():
            if stage.due(book, studio):
                return None
    except EditedByHand as fault:
        return fault.path
    return None


@undoable("Kept as edited")
def keep_edited(book: Book, artifact: Path) -> None:
    """Keep an edited file as it is, whatever becomes of what it was made from."""
    with book.lock():
        book.forget(artifact, stamp_only=True)


@undoable("To be made anew")
def make_anew(book: Book, artifact: Path) -> None:
    """Have an edited file made again; the edited one is kept in `.made/left-over`."""
    with book.lock():
        kept = book.left_over / f"{time.time_ns()}-{artifact.name}"
        kept.parent.mkdir(parents=True, exist_ok=True)
        if artifact.is_file():
            move(artifact, kept)
        book.forget(artifact)
