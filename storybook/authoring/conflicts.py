"""Where an author's edit and a change of what it was made from meet: the author decides.

`status` and `make` raise EditedByHand then; a front end asks `clash` which file it is about, shows
it, and calls one of the two others.
"""

import time
from pathlib import Path

from storybook.authoring.history import steps, undoable
from storybook.book.folder import Book
from storybook.errors import BookError, EditedByHand
from storybook.files import move, write_whole
from storybook.make import STAGES
from storybook.records import Scene, Scenes
from storybook.stages import split
from storybook.studio.studio import Studio

WORDS, PUT_IN = "Other words", "A page put in behind"
"""The steps of a history by which an author writes a page's words."""


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


def written(book: Book) -> tuple[int, ...]:
    """The pages whose words their author wrote, as far as the book's history tells of it.

    By their numbers, in the order in which they stand.
    """
    done = [each for each in steps(book) if not each.undone]
    mine = {each.page for each in done if each.says == WORDS}
    if any(each.says == PUT_IN for each in done):
        mine |= {scene.page for scene in book.scenes if scene.page > book.brief.pages}
    return tuple(scene.page for scene in book.scenes if scene.page in mine)


@undoable("Kept what you wrote")
def keep_written(book: Book, studio: Studio) -> None:
    """Take the pages of a story that was told anew, but for those whose words are the author's.

    Those stay as they are, with what they show if everybody there still plays, and where they
    stood. Raises BookError if the author wrote none.
    """
    with book.lock():
        mine = written(book)
        if not mine:
            raise BookError(f"Nothing says which pages of {book.folder} you wrote: choose for all.")
        before, names = book.scenes, {hero.name for hero in book.cast}
        told = split.split(book.story, book.cast, book.brief.pages, studio.world)
        book.save(book.SCENES, Scenes(scenes=told), split.digest_of(book, studio))
        merged = {scene.page: scene for scene in told}
        for place, old in enumerate(before):
            if old.page not in mine:
                continue
            new = merged.get(old.page)
            kept = old if names.issuperset(old.cast) or new is None else new.but(text=old.text)
            merged = _put(merged, kept, before[place - 1].page)
        write_whole(book.path(book.SCENES), Scenes(scenes=tuple(merged.values())).as_file())
        for scene in before:
            if scene.page not in merged:
                book.take_out(scene.page)


def _put(scenes: dict[int, Scene], scene: Scene, behind: int) -> dict[int, Scene]:
    """Scenes by page with one in its own place, or, if it has none, behind another or last."""
    if scene.page in scenes:
        return scenes | {scene.page: scene}
    every = list(scenes.values())
    place = list(scenes).index(behind) + 1 if behind in scenes else len(every)
    return {each.page: each for each in (*every[:place], scene, *every[place:])}
