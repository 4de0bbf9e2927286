"""What is measured on a told story. Each measure is a pure function of text and cast."""

import re
from collections.abc import Iterator, Sequence

from storybook.records import Hero, Record
from storybook.story.scene_from_text import without_names
from storybook.world import World

NAMED_PAGES = 0.8


class Wanted(Record):
    """What a summary says that its story should keep."""

    names: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    """Keys of the world; the story may say any of a key's words."""
    things: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    """Other things and places, said as the summary says them."""


def hero_on_pages(paragraphs: Sequence[str], hero: str) -> float:
    """The share of pages that name the hero."""
    named = [re.search(rf"\b{re.escape(hero)}\b", page) is not None for page in paragraphs]
    return sum(named) / len(named)


def is_valid(paragraphs: Sequence[str], pages: int, hero: str) -> bool:
    """Whether the story has the pages that were asked for, and its hero on enough of them."""
    return len(paragraphs) == pages and hero_on_pages(paragraphs, hero) >= NAMED_PAGES


def kept(
    wanted: Wanted, text: str, cast: Sequence[Hero], world: World
) -> Iterator[tuple[str, bool]]:
    """Every name, place and thing of the summary with whether the story says it."""
    nameless = without_names(text, cast)
    for section in ("places", "things"):
        mentioned = world.find(section, nameless)
        yield from ((key, key in mentioned) for key in getattr(wanted, section))
    for word in wanted.names:
        yield word, re.search(rf"\b{re.escape(word)}\b", text) is not None
    for word in wanted.words:
        yield word, re.search(rf"\b{re.escape(word)}(?:e?s)?\b", text, re.IGNORECASE) is not None
