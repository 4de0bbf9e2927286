"""The lost one: the little animal that somebody of a tale finds and takes home.

A summary names it by its kind alone ("finds a lost kitten"). It is no friend of the star's, who
helps from the first page on, but what the tale turns on: told where a writer of roles has its
thing. And a writer that tells of somebody lost where its summary names nobody has a little one
of the drawn world for it, and no drum that cries.
"""

import re
from collections.abc import Sequence
from random import Random

from storybook.records import Hero
from storybook.story.parts import look_of
from storybook.summary.lexicon import load_words
from storybook.world import World

QUALITY = (
    "lost|missing|stray|orphaned|homeless|abandoned|baby|newborn|tiny|little|small|lonely|hungry|"
    "frightened|scared|shivering|cold|wet|sad|crying|hurt|injured|fallen|sleepy"
)
LOST = rf"(?:lost|missing|stray|orphaned|homeless|abandoned)(?:,? (?:{QUALITY}))*"
FINDS = r"(?:finds?|found|rescues?d?|saves?d?|discovers?(?:ed)?|adopts?(?:ed)?)"
IS_LOST = re.compile(
    r"\bTHING (?:was home|began to cry|was lost|sobbed|cried)\b"
    r"|\b(?:said|asked|whispered|cried|sobbed) the (?:[a-z]+ )?THING\b"
    r"|\bTHING[^.!?]*[.!?] It was lost\b|[“\"]I am lost,[”\"] it said"
)
"""A tale, in roles, whose thing is somebody who is lost."""
ANYBODY = ("mouse", "rabbit", "cat")
"""Who is small enough to be found, the smallest first."""


def is_found(hero: Hero, summary: str) -> bool:
    """Whether a summary has one of its cast, whom it gives no name, found or lost.

    >>> is_found(Hero(name="Kitten", species="cat"), "Rex the dog finds a very small kitten.")
    True
    >>> is_found(Hero(name="Fox", species="fox"), "Rex the dog finds the fox at home.")
    False
    """
    kind = re.escape(hero.name.lower())
    one = rf"an? (?:very )?(?:(?:{QUALITY}),? )*(?:baby )?{kind}\b"
    return any(
        re.search(each, summary, re.IGNORECASE)
        for each in (rf"\b{FINDS} {one}", rf"\b{LOST} {kind}\b")
    )


def lost_one(cast: Sequence[Hero], summary: str) -> Hero | None:
    """Who of a cast is found or lost in its summary, or None."""
    return next((hero for hero in cast[1:] if is_found(hero, summary)), None)


def is_one_of_two(hero: Hero, cast: Sequence[Hero], summary: str) -> bool:
    """Whether somebody found is of another's kind, so that saying the kind says nothing of it."""
    others = [other for other in cast if other is not hero]
    return is_found(hero, summary) and any(other.species == hero.species for other in others)


def somebody_lost(cast: Sequence[Hero], world: World) -> Hero:
    """A little one that a tale may have lost whose summary names nobody: of a kind of its own."""
    taken = {hero.species for hero in cast}
    free = [kind for kind in ANYBODY if kind in world.species and kind not in taken]
    species = next(iter(free or sorted(set(world.species) - taken) or world.species))
    rng = Random(f"{cast[0].name} lost")
    return Hero(name=species.title(), species=species, look=look_of(species, cast, world, rng))


def is_animal(thing: str) -> bool:
    """Whether a thing that a summary names is an animal: a duckling can be lost as it is."""
    word = thing.rpartition(" ")[2]
    lists = load_words().lists
    return any(word in lists[name] for name in lists if name.startswith(("kinds.", "stand_ins.")))
