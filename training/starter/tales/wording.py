"""How a tale's words are put: pronouns, capitals, titles, places and things."""

import re
from random import Random

from training.starter.tales.cast import TaleAnimal
from training.starter.tales.words import Lexicon, Plot

SMALL = {"a", "an", "and", "the", "of", "to", "in", "for", "on", "at", "is", "out"}


def pronouns(person: TaleAnimal, prefix: str) -> dict[str, str]:
    """The pronoun slots of a person, each name behind `prefix`; roles have roles for them."""
    if person.name in ("HERO", "FRIEND"):
        roles = {"he": "HE", "him": "HIM", "his": "HIS", "self": "HIMSELF"}
        return {prefix + key: prefix.upper() + role for key, role in roles.items()}
    he, him, his = ("she", "her", "her") if person.female else ("he", "him", "his")
    words = {"he": he, "him": him, "his": his, "self": f"{him}self"}
    return {prefix + key: word for key, word in words.items()}


def capitals(text: str) -> str:
    """`text` with sentences begun by a capital letter."""
    text = re.sub(r'(^|[.!?] |(?:^| )")([a-z])', lambda m: m.group(1) + m.group(2).upper(), text)
    return re.sub(r'([.!?]" )(the|a|an)\b', lambda m: m.group(1) + m.group(2).capitalize(), text)


def title(text: str) -> str:
    """`text` as titles are written."""
    words = text.split(" ")
    return " ".join(
        word if place and word.lower() in SMALL else word[:1].upper() + word[1:]
        for place, word in enumerate(words)
    )


INDOORS = ("kitchen", "room", "library")


def place_of(rng: Random, lexicon: Lexicon, plot: Plot) -> str:
    """Where a tale plays, as one says that one is there."""
    places = lexicon.words.places
    if plot.place:
        return f"in the {rng.choice(plot.place)}"
    outdoors = [place for place in places.usual if not place.endswith(INDOORS)]
    return rng.choice(outdoors if rng.random() < 0.6 else places.also)


def any_thing(rng: Random, lexicon: Lexicon) -> str:
    """Something, often with a quality."""
    things = lexicon.words.things
    noun = rng.choice(things.nouns.split())
    return f"{rng.choice(things.qualities.split())} {noun}" if rng.random() < 0.6 else noun
