"""What is measured on a told story. Each measure is a pure function of text and cast."""

import re
from collections.abc import Iterator, Sequence, Set

from storybook.readability import words
from storybook.records import Hero, Record
from storybook.story.coverage import stem
from storybook.story.scene_from_text import without_names
from storybook.world import World

NAMED_PAGES = 0.8
OPENINGS, OPENING_WORDS = 50, 5
"""So many stories are to begin in different ways, by so many of their first words."""
COPIED_WORDS = 8
"""Who says so many words one after another as a story does has them from there."""


class ExpectedTerms(Record):
    """What a summary says that its story should keep."""

    names: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    """Keys of the world; the story may say any of a key's words."""
    things: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    """Other things and places, in any form of the summary's words."""


def hero_on_pages(paragraphs: Sequence[str], hero: str) -> float:
    """The share of pages that name the hero."""
    named = [re.search(rf"\b{re.escape(hero)}\b", page) is not None for page in paragraphs]
    return sum(named) / len(named)


def is_valid(paragraphs: Sequence[str], pages: int, hero: str) -> bool:
    """Whether the story has the pages that were asked for, and its hero on enough of them."""
    return len(paragraphs) == pages and hero_on_pages(paragraphs, hero) >= NAMED_PAGES


def kept(
    wanted: ExpectedTerms, text: str, cast: Sequence[Hero], world: World
) -> Iterator[tuple[str, bool]]:
    """Every name, place and thing of the summary with whether the story says it."""
    nameless = without_names(text, cast)
    for section in ("places", "things"):
        mentioned = world.find(section, nameless)
        yield from ((key, key in mentioned) for key in getattr(wanted, section))
    for word in wanted.names:
        yield word, re.search(rf"\b{re.escape(word)}\b", text) is not None
    told = [stem(word) for word in words(text.lower())]
    for word in wanted.words:
        roots = [stem(each) for each in words(word.lower())]
        runs = (told[at : at + len(roots)] for at in range(len(told)))
        yield word, any(run == roots for run in runs)


def opening(paragraphs: Sequence[str], cast: Sequence[Hero]) -> str:
    """The first words of a story, without whoever plays: two that are equal begin alike."""
    said = words(without_names(paragraphs[0], cast).lower())
    return " ".join(said[:OPENING_WORDS])


def openings_different(openings: Sequence[str]) -> float | None:
    """Of so many stories as are judged together, the share that begin as no other one does."""
    judged = openings[:OPENINGS]
    return sum(judged.count(each) == 1 for each in judged) / len(judged) if judged else None


def copied(paragraphs: Sequence[str], known: Set[int]) -> float:
    """The share of a story's runs of eight words that stand in stories that were learnt from."""
    runs = word_runs(paragraphs)
    return sum(run in known for run in runs) / len(runs) if runs else 0.0


def word_runs(paragraphs: Sequence[str]) -> list[int]:
    """Each run of COPIED_WORDS words of a story, as a number."""
    said = tuple(words(" ".join(paragraphs).lower().replace("\u2019", "'")))
    return [hash(said[at : at + COPIED_WORDS]) for at in range(len(said) - COPIED_WORDS + 1)]
