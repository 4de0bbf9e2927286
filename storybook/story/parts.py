"""Parts: how somebody of a summary becomes a hero: what it is called, and what it looks like."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from storybook.records import Hero, Pronoun
from storybook.summary import Character
from storybook.summary.lexicon import BAND, COMPANY, PERSON, load_words
from storybook.world import World

NAMES = ("Biscuit", "Pip", "Mimi", "Olive", "Button", "Hazel", "Milo", "Tansy", "Rusty", "Clover")
NATURAL = {"fox": "orange", "bear": "brown", "mouse": "grey"}
"""Coats unless the summary says otherwise; other animals come in any."""
COAT = re.compile(r",? with (?:an? )?([\w -]{3,30}?) (fur|coat|stripes|spots)\b")
MARKS = {"stripes": " striped", "spots": " spotted"}
CHILDREN = {"she": "girl", "he": "boy"}


@dataclass(frozen=True, slots=True)
class Means:
    """What a cast is made with: the drawn world, random numbers, and the summary that was read.

    `limited` is whether nothing but the world's species can be drawn.
    """

    world: World
    rng: Random
    text: str
    limited: bool


def pronoun_of(name: str, known: str) -> Pronoun:
    """What the summary says somebody is called by, or what is usual for a name."""
    return known or load_words().usual_sex(name)  # type: ignore[return-value]


def printed_name(one: Character, means: Means) -> str:
    """What a companion is called: by name, or as `the fox` is, `Fox`."""
    if one.name or not one.kind:
        return one.name
    word = one.kind.word if one.kind.drawn or not means.limited else one.species
    return word.title()


def companion(one: Character, leads: Sequence[Hero], means: Means) -> Hero:
    name, species = printed_name(one, means), species_of(one, leads, means)
    pronoun = pronoun_of(one.name, one.sex)
    if one.human or (one.kind and one.kind.sort == PERSON):
        return Hero(name=name, species=species, pronoun=pronoun)
    look = coat_of(one, means) or look_of(species, leads, means.world, means.rng)
    return Hero(name=name, species=species, look=look, pronoun=pronoun)


def species_of(one: Character, leads: Sequence[Hero], means: Means) -> str:
    """What somebody is drawn as; where the summary leaves it open, random numbers decide."""
    kinds = sorted(means.world.species)
    if one.human and leads:
        child = CHILDREN.get(pronoun_of(one.name, one.sex), means.rng.choice(("boy", "girl")))
        return child if child in means.world.people else means.rng.choice(kinds)
    if one.kind and one.kind.sort == PERSON and not leads and means.limited:
        return means.rng.choice(kinds)
    if one.species:
        return one.species if one.kind.drawn or means.limited else one.kind.word  # type: ignore[union-attr]
    if one.kind and leads and one.kind.sort not in (BAND, COMPANY):
        return leads[0].species  # her brother
    free = [kind for kind in kinds if all(hero.species != kind for hero in leads)]
    return means.rng.choice(free or kinds)


def new_name(taken: Sequence[str], rng: Random, sex: str = "") -> str:
    """A name that nobody has, and that suits one who is called `he` or `she`."""
    suits = (sex, "") if sex in ("he", "she") else ("he", "she", "")
    return rng.choice(
        [name for name in NAMES if name not in taken and pronoun_of(name, "") in suits]
    )


def coat_of(one: Character, means: Means) -> str:
    """The coat that the summary gives somebody; empty if it gives none."""
    qualities = [means.text[start:end] for start, end in one.qualities]
    for _, end in one.nouns:
        fur = COAT.match(means.text[end:])
        qualities += [f"{fur[1]}{MARKS.get(fur[2], '')}"] if fur else []
    coats = means.world.find("coats", ", ".join(reversed(qualities)))
    return coats[0] if coats else ""


def look_of(
    species: str, leads: Sequence[Hero], world: World, rng: Random, *, natural: bool = True
) -> str:
    """A coat of another colour than anybody's: a child tells friends apart by it."""
    hues = {hero.look.partition(" ")[0] for hero in leads}
    coats = sorted(world.coats)
    free = [coat for coat in coats if coat.partition(" ")[0] not in hues] or coats
    own = NATURAL.get(species, "") if natural else ""
    return own if own in free else rng.choice(free)
