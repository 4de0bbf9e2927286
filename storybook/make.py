"""The whole pipeline: seven verbs that bring a book up to date."""

from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from typing import Protocol

import tomli_w

from storybook.book.folder import Book
from storybook.book.lock import open_to_edits
from storybook.events import event_log
from storybook.files import write_whole
from storybook.page_by_page import PER_PAGE as PER_PAGE
from storybook.page_by_page import finish_pages
from storybook.records import Event
from storybook.stages import bind, choose, describe, draw, enlarge, split, write
from storybook.studio.studio import Studio


class Stage(Protocol):
    """What the module of a verb offers."""

    def due(self, book: Book, studio: Studio) -> Sequence[object]:
        """What is to be made now, one item for each artifact; empty if the verb is up to date."""
        ...

    def run(self, book: Book, studio: Studio) -> Iterator[Event]:
        """Make it, an event for each artifact."""
        ...


STAGES: dict[str, Stage] = {
    "write": write,
    "split": split,
    "describe": describe,
    "draw": draw,
    "choose": choose,
    "enlarge": enlarge,
    "bind": bind,
}


def make(book: Book, studio: Studio, until: str = "bind") -> Iterator[Event]:
    """Bring a book up to date; a fresh artifact is left alone.

    A page is drawn, chosen and enlarged before the next one is chosen. Shard 1 of several tells and
    describes the story, and binds it if all plates are there.
    """
    verbs = list(STAGES)[: list(STAGES).index(until) + 1]
    first = studio.shard.index == 1
    for verb in ("write", "split", "describe"):
        if first and verb in verbs:
            yield from STAGES[verb].run(book, studio)
    per_page = [verb for verb in PER_PAGE if verb in verbs]
    with open_to_edits(book.folder) if studio.shard.whole and per_page else nullcontext():
        yield from finish_pages(book, studio, per_page)
        if studio.shard.whole:  # what its author took while pages were drawn
            yield from finish_pages(book, studio, per_page)
        if first and "bind" in verbs:
            yield from bind.run(book, studio)


def follow(events: Iterator[Event], book: Book, studio: Studio) -> Iterator[Event]:
    """Hold the book's lock, pass the events on, and keep them in `log/<shard>.jsonl`."""
    with book.lock(shared=not studio.shard.whole):
        settings = studio.settings.model_dump(exclude_none=True)
        write_whole(book.log / "studio.toml", tomli_w.dumps(settings).encode())
        with event_log(book.log / f"{studio.shard.index}.jsonl") as write:
            for event in events:
                write(event)
                yield event
