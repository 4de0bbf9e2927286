"""What an author changes in a book: each edit whole or not at all, and nothing overwritten unseen.

Every edit holds the book's lock, and so raises BookError while the book is being made; but a page's
text, and which picture it has, may be changed once the story is told. Edits of words take the
`version` of what the author saw, and raise ChangedMeanwhile if it is another now. Each is a step of
the book's history, to be undone.

A page keeps its number, which names its folder, for good: `scenes.json` says in which order pages
stand. So nothing is drawn again when one is moved, put in or taken out. An edited file keeps its
stamp: when what it was made from changes later, `due` asks its author (architecture.md).
"""

import time
from collections.abc import Sequence
from pathlib import Path

import tomli_w

from storybook.authoring.conflicts import PUT_IN, WORDS
from storybook.authoring.conflicts import clash as clash
from storybook.authoring.conflicts import keep_edited as keep_edited
from storybook.authoring.conflicts import make_anew as make_anew
from storybook.authoring.history import undoable
from storybook.authoring.status import check_page
from storybook.book.folder import Book
from storybook.errors import BookError, ChangedMeanwhile, ConfigError
from storybook.files import move, write_whole
from storybook.prompts import style as style_named
from storybook.records import (
    COVER,
    MAX_PAGES,
    MIN_PAGES,
    Brief,
    Pick,
    Record,
    Scene,
    Scenes,
    TextSide,
    Tries,
    digest,
)
from storybook.story.scene_from_text import read_page
from storybook.studio.candidates import tries
from storybook.studio.studio import Studio

REMOVED = "removed.json"
MOST_TRIES = 64


class Removed(Record):
    """A page that was taken out of a book, and where it stood."""

    scene: Scene
    place: int
    when: float
    """Seconds since 1970."""


# What an author saw


def version(seen: object) -> str:
    """Twelve digits for what an author sees: a text, a record, or the order of the pages."""
    return digest(seen)


def order(book: Book) -> tuple[int, ...]:
    """The numbers of the pages as they stand in the book, the cover first."""
    return tuple(scene.page for scene in book.scenes)


# Words


@undoable(WORDS, "scenes.json")
def set_text(book: Book, page: int, text: str, seen: str) -> None:
    """Change what is printed on a page; its picture stays. `seen`: version of the old text."""
    with book.lock_for_edit():
        scene = _scene(book, page)
        if page == COVER:
            raise BookError("The words on the cover are the title: change that instead.")
        _check_seen(seen, scene.text, text, scene.text)
        if not text.strip():
            raise BookError(f"Page {page} would have no words. Take the page out instead.")
        _replace(book, scene.but(text=text.strip()))


@undoable("Text moved", "scenes.json")
def set_text_side(book: Book, page: int, side: TextSide) -> None:
    """Let a page's card of text stand low or high on its picture, or where it covers less."""
    with book.lock_for_edit():
        _replace(book, _scene(book, page).but(text_side=side))


@undoable("Another scene", "scenes.json")
def set_scene(book: Book, scene: Scene, seen: str) -> None:
    """Change what a page shows, and its text. `seen`: version of the old scene."""
    with book.lock():
        before = _scene(book, scene.page)
        _check_seen(seen, before, scene.as_text(), before.as_text())
        known = [hero.name for hero in book.cast]
        strangers = [name for name in scene.cast if name not in known]
        if strangers or not scene.cast:
            who = f"there is no {strangers[0]}" if strangers else "somebody must be there"
            raise BookError(f"Page {scene.page}: {who}. The story knows {', '.join(known)}.")
        _replace(book, scene)


@undoable("Read from the text", "scenes.json")
def read_again(book: Book, studio: Studio, page: int) -> None:
    """Let a page show what its text says today, so that a new picture is drawn."""
    with book.lock():
        scenes = book.scenes
        place = order(book).index(_scene(book, page).page)
        if page == COVER:
            raise BookError("The cover has no text to be read; change what it shows instead.")
        before = scenes[place - 1] if place > 1 else None
        _replace(book, read_page(scenes[place].text, page, book.cast, studio.world, before))


@undoable("Another prompt")
def set_prompt(book: Book, page: int, positive: str, negative: str, seen: str) -> None:
    """Change what the painter is told of a page. `seen`: version of the old prompt."""
    with book.lock():
        check_page(book, page)
        before = book.prompt(page)
        prompt = before.but(positive=positive.strip(), negative=negative.strip())
        _check_seen(seen, before, prompt.as_text(), before.as_text())
        if not prompt.positive:
            raise BookError(f"Page {page}: the painter must be told something.")
        _write(book.prompt_of(page), prompt)


@undoable("Other wishes")
def set_brief(book: Book, brief: Brief, seen: str) -> None:
    """Change what was asked for. `seen`: version of the old brief."""
    with book.lock():
        _check_seen(seen, book.brief, brief.as_text(), book.brief.as_text())
        _write_brief(book, brief)


@undoable("Another title")
def set_title(book: Book, title: str) -> None:
    """Give the book another title, or its story's own again if there are no letters in this one.

    The PDF under the old title is deleted, unless its author changed it.
    """
    with book.lock():
        old = book.pdf
        _write_brief(book, book.brief.but(title=" ".join(title.split()) or None))
        if old != book.pdf and book.is_as_made(old):
            book.forget(old)


@undoable("Another style")
def set_style(book: Book, style: str) -> None:
    """Have the whole book drawn in another style; earlier pictures stay, and going back is free."""
    style_named(style)
    with book.lock():
        _write_brief(book, book.brief.but(style=style))


# Pictures


@undoable("Another picture", "pages/{page}/pick.json", ".made/pages,{page},pick.json.json")
def pick(book: Book, page: int, candidate: str) -> None:
    """Keep one of a page's pictures: no critic changes it, whatever becomes of the rest."""
    check_page(book, page)
    if Path(candidate).name != candidate or not book.picture(page, candidate).is_file():
        known = ", ".join(book.pictures(page)) or "none yet"
        raise BookError(f"Page {page} has no picture {candidate!r}. It has: {known}.")
    with book.lock_for_edit():
        before = book.pick(page)
        judged = before.judged if before else ()
        chosen = Pick(page=page, candidate=candidate, by="author", judged=judged)
        book.save(book.pick_of(page), chosen, None)


@undoable("Left to the critic", "pages/{page}/pick.json", ".made/pages,{page},pick.json.json")
def unpick(book: Book, page: int) -> None:
    """Let the critic choose a page's picture again."""
    check_page(book, page)
    with book.lock():
        book.forget(book.pick_of(page))


@undoable("New pictures asked for")
def reroll(book: Book, studio: Studio, page: int, count: int = 4) -> None:
    """Ask for so many new pictures of a page; the next `make` draws them, and picks among them."""
    check_page(book, page)
    if not 1 <= count <= MOST_TRIES:
        raise ConfigError(f"{count} new pictures: ask for 1 to {MOST_TRIES}.")
    with book.lock():
        now = tries(book, studio, page)
        more = Tries(first=now.first + now.count, count=count)
        book.save(book.tries_of(page), more, None)


# Pages


@undoable("Moved")
def move_page(book: Book, page: int, place: int, seen: str | None = None) -> None:
    """Let a page stand at another place, 1 being the first after the cover."""
    with book.lock():
        _check_order(book, seen)
        scene, rest = _scene(book, page), [each for each in book.scenes if each.page != page]
        if page == COVER or not 1 <= place <= len(rest):
            raise BookError(
                f"Page {page} cannot stand at {place}: the cover stays where it is, "
                f"and other places are 1 to {len(rest)}."
            )
        _write_scenes(book, [*rest[:place], scene, *rest[place:]])


@undoable(PUT_IN)
def insert_page(book: Book, studio: Studio, after: int, text: str, seen: str | None = None) -> int:
    """Put a new page with a text of its own behind page `after`; returns the new page's number."""
    with book.lock():
        _check_order(book, seen)
        scenes, place = list(book.scenes), order(book).index(_scene(book, after).page)
        if not text.strip():
            raise BookError("A new page needs words.")
        if len(scenes) > MAX_PAGES:
            raise BookError(f"A book has at most {MAX_PAGES} pages; take one out first.")
        number = _free_number(book)
        before = scenes[place] if after != COVER else None
        scene = read_page(text.strip(), number, book.cast, studio.world, before)
        _write_scenes(book, [*scenes[: place + 1], scene, *scenes[place + 1 :]])
        return number


@undoable("Taken out")
def remove_page(book: Book, page: int, seen: str | None = None) -> None:
    """Take a page out; its folder moves to `.made/left-over`, from where it can be put back."""
    with book.lock():
        _check_order(book, seen)
        scene, rest = _scene(book, page), [each for each in book.scenes if each.page != page]
        if page == COVER or len(rest) <= MIN_PAGES:
            raise BookError(
                f"Page {page} stays: a book has a cover and at least {MIN_PAGES} pages."
            )
        note = Removed(scene=scene, place=order(book).index(page), when=time.time())
        _write(book.page(page) / REMOVED, note)
        _write_scenes(book, rest)
        book.take_out(page)


def removed(book: Book) -> list[Removed]:
    """The pages that can be put back, the one taken out last first."""
    notes = [*book.folder.glob(f"pages/*/{REMOVED}"), *book.left_over.glob(f"*/{REMOVED}")]
    there = order(book)
    found = {one.scene.page: one for one in (book.read(note, Removed) for note in notes)}
    out = (one for page, one in found.items() if page not in there)
    return sorted(out, key=lambda one: -one.when)


@undoable("Put back")
def put_page_back(book: Book, page: int) -> None:
    """Put back a page that was taken out, with its pictures, where it stood."""
    with book.lock():
        one = next((one for one in removed(book) if one.scene.page == page), None)
        scenes = list(book.scenes)
        if one is None:
            raise BookError(f"No page {page} was taken out, or it is back already.")
        if len(scenes) > MAX_PAGES:
            raise BookError(f"A book has at most {MAX_PAGES} pages; take one out first.")
        folder = book.left_over / book.page(page).name
        if folder.is_dir() and not book.page(page).exists():
            move(folder, book.page(page))
        _write_scenes(book, [*scenes[: one.place], one.scene, *scenes[one.place :]])
        (book.page(page) / REMOVED).unlink(missing_ok=True)


def _scene(book: Book, page: int) -> Scene:
    check_page(book, page)
    return next(scene for scene in book.scenes if scene.page == page)


def _replace(book: Book, scene: Scene) -> None:
    scenes = [scene if each.page == scene.page else each for each in book.scenes]
    _write_scenes(book, scenes)


def _write_scenes(book: Book, scenes: Sequence[Scene]) -> None:
    _write(book.path(book.SCENES), Scenes(scenes=tuple(scenes)))


def _write(path: Path, record: Record) -> None:
    """As an author's editor would: without touching the stamp."""
    write_whole(path, record.as_file())


def _write_brief(book: Book, brief: Brief) -> None:
    text = tomli_w.dumps(brief.model_dump(exclude_none=True))
    write_whole(book.path(book.BRIEF), text.encode())


def _check_seen(seen: str, now: object, yours: str, theirs: str) -> None:
    if version(now) != seen:
        raise ChangedMeanwhile(
            "This was changed meanwhile, in another window or by hand. Nothing is overwritten: "
            "look at both, and keep yours again if it is to stand.",
            yours,
            theirs,
        )


def _check_order(book: Book, seen: str | None) -> None:
    if seen is not None:
        now = order(book)
        _check_seen(seen, now, "", ", ".join(map(str, now)))


def _free_number(book: Book) -> int:
    """A number that no page has or had, so that no old stamp or picture is taken for its own."""
    folders = [*book.folder.glob("pages/*"), *book.left_over.glob("*")]
    used = [int(folder.name) for folder in folders if folder.name.isdigit()]
    return 1 + max([*order(book), *used])
