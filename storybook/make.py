"""The whole pipeline: seven verbs that bring a book up to date."""

from collections.abc import Iterator, Sequence
from typing import Protocol

import tomli_w

from storybook.book.folder import Book
from storybook.events import event_log
from storybook.files import write_whole
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

PER_PAGE = ("draw", "choose", "enlarge")
"""The verbs that shards of a book can do side by side."""


def make(book: Book, studio: Studio, until: str = "bind") -> Iterator[Event]:
    """Bring a book up to date, verb by verb; a fresh artifact is left alone.

    Shard 1 of several tells and describes the story, and binds it if all plates are there.
    """
    for verb, stage in STAGES.items():
        if studio.shard.index == 1 or verb in PER_PAGE:
            yield from stage.run(book, studio)
        if verb == until:
            return


def follow(events: Iterator[Event], book: Book, studio: Studio) -> Iterator[Event]:
    """Hold the book's lock, pass the events on, and keep them in `log/<shard>.jsonl`."""
    with book.lock(shared=not studio.shard.whole):
        settings = studio.settings.model_dump(exclude_none=True)
        write_whole(book.log / "studio.toml", tomli_w.dumps(settings).encode())
        with event_log(book.log / f"{studio.shard.index}.jsonl") as write:
            for event in events:
                write(event)
                yield event
