"""The reader: a summary's characters in their order, by all the layers below."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from storybook.records import Hero
from storybook.summary.characters import gather
from storybook.summary.lexicon import (
    ANIMAL,
    COMPANY,
    CRAWLER,
    FAMILY,
    SIBLINGS,
    kinds_of,
    load_words,
)
from storybook.summary.names import find_names
from storybook.summary.nouns import Nouns
from storybook.summary.people import Character
from storybook.summary.pronouns import read_pronouns
from storybook.summary.slips import mended
from storybook.summary.tokens import plain, tokens
from storybook.world import World


@dataclass(frozen=True, slots=True)
class Reading:
    """A summary that was read: its text with names in capitals, and its characters in order."""

    text: str
    characters: tuple[Character, ...]
    loose: str = ""
    """`he` or `she` if the summary calls somebody so of whom it has not spoken."""


def read_summary(summary: str, world: World, heroes: Sequence[Hero] = ()) -> Reading:
    """Read who is in a summary; names of `heroes` are known to be names."""
    text = plain(summary)
    kinds, words = kinds_of(world), load_words()
    nouns = Nouns(mended(tokens(text), kinds, words), kinds, words)
    walk = gather(nouns, find_names(nouns, [hero.name for hero in heroes]))
    known = {hero.name.lower(): hero for hero in heroes}
    for one in walk.all:
        hero = known.get(one.name.lower())
        if hero:
            one.name, one.sex = hero.name, hero.pronoun or one.sex
    loose = read_pronouns(nouns, walk)
    animals = [one for one in walk.all if one.kind and one.kind.sort == ANIMAL]
    for one in walk.all:
        siblings = one.kind is not None and one.kind.sort == SIBLINGS
        one.human |= one.is_child and any(each.owned or siblings for each in animals)
        is_animal = one.kind is not None and one.kind.sort == ANIMAL
        one.human &= one.name.lower() not in known and not is_animal
    for one in walk.all:
        for start, end in one.names:
            text = f"{text[:start]}{_as_printed(text[start:end], one.name)}{text[end:]}"
    return Reading(text, tuple(_cast(walk.all, known)), loose)


def names_in(summary: str, world: World) -> list[str]:
    """The names in a summary, of places too, each once, as they are to be printed."""
    kinds, words = kinds_of(world), load_words()
    found = find_names(Nouns(mended(tokens(plain(summary)), kinds, words), kinds, words)).values()
    return list(dict.fromkeys(name.text for name in found))


def _cast(people: Sequence[Character], known: Collection[str]) -> list[Character]:
    """Those of a text who are somebody: not every name acts, and bees mostly are scenery."""
    named = [one for one in people if one.name and (one.acts or not one.open or len(people) == 1)]
    found = []
    animals = [one for one in people if one.name and one.kind and one.is_animal]
    for one in sorted(people, key=lambda one: one.start):
        if not one.count:
            continue  # each of them was named
        sort = one.kind.sort if one.kind else ""
        if one.name:
            keep = one.acts or one.human or not one.open or len(people) == 1 or not named
            keep = keep or sort in (COMPANY, FAMILY) or one.name.lower() in known
        elif sort == CRAWLER:
            keep = len(people) == 1
        elif sort in (COMPANY, FAMILY):
            keep = False
        elif one.open:
            keep = one.count > 1 and not named
        elif one.count > 1:
            generic = not one.indefinite and any(each.species == one.species for each in animals)
            his = one.owner is not None and people[one.owner].is_animal
            keep = sort != "person" and not his and not generic
        else:
            keep = True
        if keep:
            found.append(one)
    return found


def _as_printed(printed: str, name: str) -> str:
    """A name as it is to be printed, if the text has it in other letters of the same length."""
    return name if len(printed) == len(name) else printed
