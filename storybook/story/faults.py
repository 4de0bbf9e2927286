"""Faults of a telling: what keeps it from being the book that was asked for."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from storybook.book.printing import unprintable
from storybook.content_filter import unkind_words
from storybook.naming import is_english, misses_name, says_name
from storybook.readability import TARGETS, measure, words
from storybook.records import Brief, Story
from storybook.story.casting import Cast
from storybook.story.lost_one import is_one_of_two
from storybook.summary.lexicon import load_words
from storybook.world import World

ASKED_AT_ONCE = 20
"""More pages than this are no small writer's habit; `split` cuts its story into more."""
NAMED_SHARE = 0.8
REPEATED_SHARE = 0.2
"""Above a refrain's share of repeated four-word runs."""
LEAST_WORDS, MOST_WORDS = 7, 60
"""On a page, on average: beyond them no layout looks like a picture book."""
SHOWN = 8
"""So many of the letters that cannot be printed, and of the words that are hard, are named."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What a telling lacks; one that is `hard` cannot become a book."""

    what: str
    hard: bool = False


def faults_of(
    story: Story, brief: Brief, who: Cast, world: World, *, for_children: bool = True
) -> Iterator[Fault]:
    """What keeps a story from being the one that was asked for."""
    star, text = who.heroes[0].name, " ".join(story.paragraphs)
    target = TARGETS[brief.ages]
    reading = measure(text)
    if reading.sentences < brief.pages:
        yield Fault(f"{reading.sentences} sentences for {brief.pages} pages", hard=True)
    a_page = reading.words / brief.pages
    least, most = target.page_words
    least *= min(brief.pages, ASKED_AT_ONCE) / brief.pages
    if not least <= a_page <= most:
        beyond = not LEAST_WORDS <= a_page <= MOST_WORDS
        yield Fault(f"{a_page:.0f} words a page, not {least:.0f} to {most}", hard=beyond)
    named = sum(says_name(part, star) for part in story.paragraphs) / len(story.paragraphs)
    if named < NAMED_SHARE and misses_name(text, star, brief.language):
        yield Fault(f"{star} is named in {named:.0%} of the paragraphs", hard=named == 0)
    if is_english(brief.language):
        if reading.fk_grade > target.fk_grade:
            yield Fault(f"reading grade {reading.fk_grade:.1f}, above {target.fk_grade}")
        hard = hard_words(text, who)
        if len(hard) > target.hard_words * brief.pages:
            says = f"{len(hard)} words that are hard at {brief.ages}, such as "
            yield Fault(says + ", ".join(hard[:SHOWN]))
    if reading.repeated_4grams > REPEATED_SHARE:
        yield Fault(f"{reading.repeated_4grams:.0%} of it is said twice")
    if for_children and (unkind := unkind_words(text)):
        yield Fault(f"it says {', '.join(unkind)}", hard=True)
    if letters := unprintable(f"{story.title} {text}", brief.font, brief.language):
        yield Fault(f"no font of the press holds {' '.join(letters[:SHOWN])}", hard=True)
    if missing := [*_missing(text, who, world, brief.language)]:
        yield Fault(f"no word of {', '.join(missing)}")


def hard_words(text: str, who: Cast) -> list[str]:
    """The words of a text that few children know, each once, as often as they are said the first.

    Names are none, and neither is what the summary says: that was asked for.
    """
    asked = {word.lower() for word in words(who.summary)}
    asked |= {part.lower() for hero in who.heroes for part in hero.name.split()}
    said = Counter(word for word in words(text) if word.islower() and word not in asked)
    return [word for word, _ in said.most_common() if not load_words().is_common(word)]


def _missing(text: str, who: Cast, world: World, language: str) -> Iterable[str]:
    """Names and things of the summary that a story leaves out.

    Kinds and things are known by their English words, so in other languages names alone count.
    """
    english = is_english(language)
    species = world.find("species", text) if english else [hero.species for hero in who.heroes]
    for hero in who.heroes:
        if says_name(text, hero.name) or not misses_name(text, hero.name, language):
            continue
        alike = is_one_of_two(hero, who.heroes, who.summary)
        if hero is who.heroes[0] or alike or hero.species not in species:
            yield hero.name
    if english:
        names = re.compile("|".join(rf"\b{re.escape(hero.name)}\b" for hero in who.heroes))
        named = world.find("things", names.sub("_", text))  # a cat named Biscuit is nothing to eat
        wanted = world.find("things", names.sub("_", who.summary))
        yield from (thing for thing in wanted if thing not in named)
