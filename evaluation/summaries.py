"""Summaries that no writer has seen: some written by hand, some composed by the tales.

`summaries.toml` has sixty as parents type them, `summaries_styles.toml` a hundred in five styles.
`summaries_unseen.txt` is for reading aloud beside others' tellings, and for nothing else: nobody is
to look at what is told of them before the default is chosen by it.
"""

import re
import tomllib
from collections.abc import Sequence
from functools import cache
from itertools import zip_longest
from pathlib import Path
from random import Random
from typing import Literal

from evaluation.measures import ExpectedTerms
from storybook.config import validated
from storybook.errors import TrainingError
from storybook.records import Ages, Brief, Hero, Record
from storybook.story.scene_from_text import without_names
from storybook.text_files import split_lines
from storybook.world import World
from training.starter.tales import compose, load_lexicon
from training.starter.tales.compose import role_words

SUMMARIES = Path(__file__).with_name("summaries.toml")
IN_STYLES = SUMMARIES.with_name("summaries_styles.toml")
UNSEEN = SUMMARIES.with_name("summaries_unseen.txt")
SEED = 43
PAGES = (12, 8, 12, 16)
AGES: tuple[Ages, ...] = ("3-5", "5-7", "3-5", "7-9", "3-5")
"""What composed summaries ask for, in turn; written ones ask for 12 pages."""


class FreeSummary(Record):
    """A summary as a parent would type it, with what its story should keep."""

    text: str
    names: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    things: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    book: bool = False
    """Whether it becomes one of the whole books."""
    cast: tuple[str, ...] = ()
    """Who plays, the star first: name, kind and pronoun, as far as the summary says them."""
    ages: Ages = "3-5"
    style: Literal["", "a name", "no name", "details", "a request", "a list"] = ""
    """Of those in which people type; empty where nobody has said it."""
    manner: Literal["plain", "bedtime", "rhyme"] = "plain"
    """In which it is to be told."""


class FreeSummaries(Record):
    """The table of `summaries.toml`."""

    summary: tuple[FreeSummary, ...]


class Case(Record):
    """A brief, with what its story should keep."""

    brief: Brief
    wanted: ExpectedTerms


def load_summaries(path: Path = SUMMARIES) -> tuple[FreeSummary, ...]:
    """The summaries written by hand."""
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    return validated(FreeSummaries, table, str(path)).summary


def written_cases(count: int) -> list[Case]:
    """The first `count` summaries written by hand."""
    return _cases(load_summaries()[:count])


def styled_cases(count: int) -> list[Case]:
    """`count` of the hundred in five styles, as many of each as can be."""
    found = load_summaries(IN_STYLES)
    styles = dict.fromkeys(one.style for one in found)
    by_style = [[one for one in found if one.style == style] for style in styles]
    turns = (one for of_all in zip_longest(*by_style) for one in of_all if one is not None)
    return _cases([*turns][:count])


def _cases(summaries: Sequence[FreeSummary]) -> list[Case]:
    return [
        Case(
            brief=Brief(summary=one.text, ages=one.ages),
            wanted=ExpectedTerms(
                names=one.names, places=one.places, things=one.things, words=one.words
            ),
        )
        for one in summaries
    ]


def cases_in(path: Path) -> list[Case]:
    """The summaries of a file: a TOML table as `summaries.toml`, or a text with one a line."""
    try:
        if path.suffix == ".toml":
            found = load_summaries(path)
        else:
            lines = split_lines(path.read_text(encoding="utf-8-sig"))
            found = tuple(FreeSummary(text=line.strip()) for line in lines if line.strip())
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as fault:
        raise TrainingError(f"{path} cannot be read as summaries: {fault}.") from fault
    if not found:
        raise TrainingError(f"{path} holds no summary.")
    return _cases(found)


def composed_cases(count: int, world: World) -> list[Case]:
    """`count` different summaries of tales, from a seed that no training draws from."""
    lexicon, found, number = load_lexicon(), {}, 0
    while len(found) < count:
        pages, ages = PAGES[number % len(PAGES)], AGES[number % len(AGES)]
        tale = compose(Random(f"evaluation/{SEED}/{number}"), lexicon, pages, ages)
        number += 1
        names = [who.name for who in (tale.star, tale.pal) if who.name and who.name in tale.summary]
        brief = Brief(summary=tale.summary, pages=pages, ages=ages)
        found.setdefault(
            tale.summary, Case(brief=brief, wanted=_wanted(tale.summary, names, world))
        )
    return list(found.values())


def _wanted(summary: str, names: Sequence[str], world: World) -> ExpectedTerms:
    """What a composed summary names: keys of the world, and things that tales turn on."""
    nameless = without_names(summary, [Hero(name=name, species="") for name in names])
    things = tuple(world.find("things", nameless))
    words = [
        thing
        for thing in _things_of_tales()
        if re.search(rf"\b{re.escape(thing)}\b", nameless) and not world.find("things", thing)
    ]
    longest = [
        word for word in words if not any(word != other and word in other for other in words)
    ]
    return ExpectedTerms(
        names=tuple(names),
        places=tuple(world.find("places", nameless)),
        things=things,
        words=tuple(longest),
    )


@cache
def _things_of_tales() -> tuple[str, ...]:
    return role_words(load_lexicon()).things
