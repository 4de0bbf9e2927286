"""The drawn world: the words that a painter knows, and what a story may say instead.

`assets/world.toml` is the one table; a painter's folder carries the copy it was taught from.
"""

import re
import tomllib
from collections.abc import Sequence
from functools import cached_property, lru_cache
from pathlib import Path

from pydantic import Field, ValidationError

from storybook.errors import ConfigError
from storybook.records import Record

WORLD = "world.toml"

NEEDS_THING = ("holding", "chasing")
"""Actions that say by themselves how the thing is placed."""
MOST_COMPANIONS = 2
"""More would leave nobody large enough to be known."""


class Word(Record):
    """What a story may say for a key of the table."""

    words: tuple[str, ...] = ()


class Species(Record):
    """An animal; `near` are animals drawn as this one because the world has none closer."""

    words: tuple[str, ...] = ()
    near: tuple[str, ...] = ()


class Coat(Record):
    """A coat: sRGB colours `#rrggbb` and how the second one lies on the first."""

    words: tuple[str, ...] = ()
    base: str
    mark: str
    pattern: str
    scarf: str = ""
    """Colour of a neckerchief, for one animal that must not be taken for another."""


class Thing(Record):
    """A thing; `may` are the relations besides `with` that it can stand in to an animal."""

    words: tuple[str, ...] = ()
    may: tuple[str, ...] = ()


class Relation(Record):
    """How an animal is placed to a thing; `actions` are what it can do there, none for all."""

    words: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()


Entry = Word | Species | Coat | Thing | Relation


class World(Record):
    """The table, one field for each section; a key is the word of a caption."""

    species: dict[str, Species]
    coats: dict[str, Coat]
    people: dict[str, Word] = Field(default_factory=dict)
    """Who keeps an animal company without being one."""
    actions: dict[str, Word]
    relations: dict[str, Relation] = Field(default_factory=dict)
    """How an animal is placed to a thing."""
    places: dict[str, Word]
    things: dict[str, Thing]
    lights: dict[str, Word]
    moods: dict[str, Word]
    shots: dict[str, Word]
    styles: dict[str, Word]
    views: dict[str, Word] = Field(default_factory=dict, exclude_if=lambda given: not given)
    """From where a place may be seen. A painter without them was taught no composition."""
    poses: dict[str, Word] = Field(default_factory=dict, exclude_if=lambda given: not given)
    """In which ways something may be done."""
    sides: dict[str, Word] = Field(default_factory=dict, exclude_if=lambda given: not given)
    """Where the star may stand, and where it may look."""

    def find(self, section: str, text: str) -> list[str]:
        """Keys of a section that `text` mentions, in the order of first mention.

        A key is mentioned by itself or by one of its words, as whole words in any case, singular or
        plural; the longest phrase at a position wins (`picnic basket` before `picnic`).
        """
        found: dict[str, int] = {}
        for match in self._patterns[section].finditer(text.lower()):
            key = self._meaning[section][_singular_key(match.group(0), self._meaning[section])]
            found.setdefault(key, match.start())
        return sorted(found, key=found.__getitem__)

    def without_its_words(self, text: str) -> str:
        """A lower-case `text` without every phrase that the world has an entry for."""
        for pattern in self._patterns.values():
            text = pattern.sub(" ", text)
        return text

    def possible_relations(self, action: str, thing: str) -> list[str]:
        """How somebody who does `action` can be placed to `thing`, `with` it first."""
        if action in NEEDS_THING:
            return ["with"]
        may = self.things[thing].may
        others = [key for key, each in self.relations.items() if key in may]
        return ["with", *(key for key in others if action in self.relations[key].actions)]

    def relation_in(self, text: str, action: str, thing: str) -> str:
        """How the text places somebody who does `action` to `thing`; `with` if it does not say."""
        things = _any_of({word.lower(): thing for word in (thing, *self.things[thing].words)})
        for relation in self.possible_relations(action, thing)[1:]:
            words = "|".join(map(re.escape, (relation, *self.relations[relation].words)))
            if re.search(rf"\b(?:{words}) (?:[\w-]+ ){{0,3}}?{things.pattern}", text.lower()):
                return relation
        return "with"

    @cached_property
    def vocabulary(self) -> frozenset[str]:
        """Every single word, in lower case, that a key or what a story may say for it has."""
        phrases = (phrase for meaning in self._meaning.values() for phrase in meaning)
        return frozenset(word for phrase in phrases for word in phrase.split())

    @cached_property
    def _meaning(self) -> dict[str, dict[str, str]]:
        return {section: _meaning(getattr(self, section)) for section in type(self).model_fields}

    @cached_property
    def _patterns(self) -> dict[str, re.Pattern[str]]:
        return {section: _any_of(meaning) for section, meaning in self._meaning.items()}


class Composition(Record):
    """How a picture of a scene is composed; what is empty is left to the painter."""

    view: str = ""
    """From where the place is seen: a key of the world's `views`."""
    pose: str = ""
    """A key of the world's `poses`."""
    side: str = ""
    """Where the star stands: a key of the world's `sides`."""
    facing: str = ""
    """Where the star looks: a key of the world's `sides`."""

    @property
    def words(self) -> tuple[str, ...]:
        """What a caption says of it, but for the view, which is said with the place."""
        return (
            *((self.pose,) if self.pose else ()),
            *((f"on the {self.side}",) if self.side else ()),
            *((f"looking {self.facing}",) if self.facing else ()),
        )


PLAIN = Composition()


def picture_words(
    *,
    style: str,
    star: str,
    action: str,
    place: str,
    light: str,
    shot: str,
    thing: str = "",
    relation: str = "with",
    mood: str = "",
    companions: Sequence[str] = (),
    composition: Composition = PLAIN,
) -> str:
    """A picture of the drawn world in one line: captions teach it, `describe` asks with it.

    >>> picture_words(style="watercolour", star="grey cat", action="running", thing="kite",
    ...               place="garden", light="day", shot="wide", companions=["brown dog"])
    'watercolour of a grey cat running with a kite, beside a brown dog, in the garden, day, ...'
    """
    doing = f"{article(star)} {doing_words(action, relation, thing)}"
    beside = f"beside {' and '.join(map(article, companions))}" if companions else ""
    where = where_words(place, composition.view)
    shown = (f"{style} of {doing}", beside, where, light, mood, f"{shot} view")
    parts = (*shown, *composition.words)
    return ", ".join(part for part in parts if part)


def where_words(place: str, view: str = "") -> str:
    """A place as it is seen from a view: `in a corner of the garden`.

    Raises KeyError for a view that has no words.
    """
    return {
        "": f"in the {place}",
        "front": f"in the {place}",
        "corner": f"in a corner of the {place}",
        "edge": f"at the edge of the {place}",
    }[view]


def doing_words(action: str, relation: str, thing: str) -> str:
    """What the star does, with its thing: `holding a kite`, `sitting under an umbrella`."""
    if not thing:
        return action
    joint = "" if action in NEEDS_THING else f"{relation} "
    return f"{action} {joint}{article(thing)}"


def article(words: str) -> str:
    """`words` with `a` or `an` in front, as they are spoken."""
    return f"{'an' if words[:1].lower() in 'aeiou' else 'a'} {words}"


def load_world(folder: Path) -> World:
    """The world in `folder/world.toml`; raises ConfigError naming the file and the fault."""
    path = folder / WORLD
    try:
        return _world_in(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigError(f"{path} is missing: it lists what the painter can draw.") from None
    except (tomllib.TOMLDecodeError, ValidationError) as fault:
        raise ConfigError(f"{path} is no table of a drawn world: {fault}") from fault


@lru_cache(maxsize=8)
def _world_in(text: str) -> World:
    """The world that a TOML text lists; one for each text, and so are tables made from it."""
    return World.model_validate(tomllib.loads(text))


def _meaning(section: dict[str, Entry]) -> dict[str, str]:
    """Every lower-case phrase of a section with the key it means; keys win over words."""
    meant = {word.lower(): key for key, entry in section.items() for word in entry.words}
    return meant | {key.lower(): key for key in section}


def _any_of(phrases: dict[str, str]) -> re.Pattern[str]:
    if not phrases:
        return re.compile(r"(?!)")
    longest_first = sorted(phrases, key=len, reverse=True)
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, longest_first))})(?:e?s)?\b")


def _singular_key(match: str, phrases: dict[str, str]) -> str:
    for ending in ("", "s", "es"):
        if match.endswith(ending) and match[: len(match) - len(ending)] in phrases:
            return match[: len(match) - len(ending)]
    raise AssertionError(f"{match!r} matched no phrase")
