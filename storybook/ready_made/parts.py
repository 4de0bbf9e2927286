"""Whether a hero can take the part of a story's star, and what of a story says that it cannot."""

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache

from storybook.config import shipped
from storybook.readability import words
from storybook.ready_made.collection import Figure, ReadyMade
from storybook.records import Hero
from storybook.summary.lexicon import ANIMAL, Kind, load_words, plural
from storybook.world import article

SIZES = {"mouse": "small", "bear": "large"}
"""Species of the drawn world that are no cat's size: stories of them may turn on it."""
MOST_NAMED = 3
"""So many words that stand in the way are named."""


def obstacle(story: ReadyMade, hero: Hero) -> str:
    """Why `hero` cannot take the star's part, as the end of a sentence; empty if it can.

    An animal takes an animal's part: one of its own kind any, one of another kind if nothing that
    the story says binds it to the star's.
    """
    star, kind = story.star, story.star.known_kind
    if kind is None or kind.sort != ANIMAL or kind.many:
        return f"its star is {article(star.kind)}, and no {hero.called} can take that part"
    if other := next((one for one in story.cast[1:] if _same_name(one, hero)), None):
        return f"it has another {other.name} in it"
    if is_same_kind(story, hero):
        return ""
    same = [one for one in story.cast[1:] if (its := one.known_kind) and _are_alike(its, kind)]
    if same:
        return f"it has {article(kind.word)} besides its star: {same[0].name}"
    if on := _pages_that_say(story, hero.called):
        return f"it says “{hero.called}” of somebody else (page {on[0]})"
    if bound := bound_words(story, hero):
        return f"it says of {star.name}, {article(star.kind)}, {_listed(bound)}"
    return ""


def is_same_kind(story: ReadyMade, hero: Hero) -> bool:
    """Whether hero and star are of one kind: two dogs, or two tortoises by what they are called."""
    kind = story.star.known_kind
    if kind is None:
        return False
    alike = kind.drawn and not hero.kind and kind.species == hero.species
    return kind.word == hero.called or alike


def bound_words(story: ReadyMade, hero: Hero) -> dict[str, list[int]]:
    """The words of a story that bind its star to its kind or size, with their pages from 1."""
    kind = story.star.known_kind
    if kind is None:
        return {}
    table = bound_table()
    bound = set(table[f"kind.{kind.species}"] if kind.drawn else table["other.words"])
    own, new = SIZES.get(kind.species, ""), SIZES.get(hero.species, "")
    if own != new:
        for size in filter(None, (own, new and {"small": "large", "large": "small"}[new])):
            bound |= table[f"size.{size}"]
    if kind.drawn:
        bound -= table.get(f"kind.{hero.species}", frozenset())
    return dict(_said(story, bound))


def _said(story: ReadyMade, bound: set[str]) -> Iterator[tuple[str, list[int]]]:
    pages = _words_of(story)
    for word in sorted(bound & frozenset().union(*pages)):
        yield word, [number for number, page in enumerate(pages, 1) if word in page]


@lru_cache(maxsize=1024)
def _words_of(story: ReadyMade) -> tuple[frozenset[str], ...]:
    """The words of each page, in small letters; asked again for each hero."""
    return tuple(frozenset(word.lower() for word in words(page.text)) for page in story.pages)


def _pages_that_say(story: ReadyMade, noun: str) -> list[int]:
    """The pages that say `noun`, or several of it, from 1."""
    one = {*noun.lower().split()}
    many = {*plural(noun, load_words().irregular).lower().split()}
    pages = enumerate(_words_of(story), 1)
    return [number for number, found in pages if one <= found or many <= found]


@cache
def bound_table() -> Mapping[str, frozenset[str]]:
    """The words of `assets/stories/bound_words.toml`, by `section.name`."""
    path = shipped("assets", "stories", "bound_words.toml")
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    return {
        f"{section}.{name}": frozenset(listed.split())
        for section, entries in table.items()
        for name, listed in entries.items()
    }


def _are_alike(one: Kind, other: Kind) -> bool:
    """Whether words for one may mean the other: a puppy and a dog, two hens."""
    return one.word == other.word or (one.drawn and other.drawn and one.species == other.species)


def _same_name(one: Figure, hero: Hero) -> bool:
    return hero.name.lower() in (one.name.lower(), one.name.lower().removeprefix("the "))


def _listed(bound: Mapping[str, list[int]]) -> str:
    """`“purred” (page 2), “miaow” (page 3) and 4 words more`."""
    quoted = [f"“{word}” (page {on[0]})" for word, on in bound.items()]
    more = len(quoted) - MOST_NAMED
    return ", ".join(quoted[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
