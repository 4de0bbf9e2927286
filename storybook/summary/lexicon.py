"""The lexicon: what words can be in a summary, by the drawn world and `summary_words.toml`."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType
from weakref import finalize

from storybook.config import shipped
from storybook.readability import common_words
from storybook.world import World

CRAWLER, FAMILY, COMPANY, BAND, SIBLINGS = "crawler", "family", "company", "band", "siblings"
ANIMAL, PERSON = "animal", "person"


@dataclass(frozen=True, slots=True)
class Kind:
    """What a noun says of somebody: `species` is a key of the world, empty where it is open."""

    word: str
    """In the singular: `kitten`."""
    sort: str
    species: str = ""
    many: bool = False
    drawn: bool = True
    """Whether the world has it; a neighbour is drawn as `species`."""


@dataclass(frozen=True, slots=True)
class WordLists:
    """The lists of `summary_words.toml`."""

    lists: Mapping[str, frozenset[str]] = field(default_factory=dict)
    irregular: Mapping[str, str] = field(default_factory=dict)
    """Plurals, to the one."""
    pasts: Mapping[str, str] = field(default_factory=dict)
    """Verbs whose past is their own, by their base, and the auxiliaries by each form."""

    def has(self, name: str, word: str) -> bool:
        """Whether the list `name` (`titles.she`) holds a lower-case word."""
        return word in self.lists[name]

    def sex(self, word: str) -> str:
        """`he` or `she` if a noun says it."""
        return next((sex for sex in ("she", "he") if self.has(f"sex.{sex}", word)), "")

    def usual_sex(self, name: str) -> str:
        """`he` or `she` if a name is usually one's, as far as its first word is known."""
        first = name.lower().replace("\u2019", "'").split(" ")[0]
        return next((sex for sex in ("she", "he") if self.has(f"first_names.{sex}", first)), "")

    def is_never(self, word: str) -> bool:
        """Whether a word's capital makes it no name: `Monday`, `Mondays`, `English`."""
        return self.has("never.words", word) or self.has("never.words", word.removesuffix("s"))

    def is_title(self, word: str) -> bool:
        return any(self.has(f"titles.{sex}", word.rstrip(".")) for sex in ("she", "he", "any"))

    def is_first_name(self, word: str) -> bool:
        return any(self.has(f"first_names.{sex}", word) for sex in ("she", "he"))

    def is_verb(self, word: str) -> bool:
        """Whether a word is a form of a verb that the lexicon knows."""
        lists = ("verbs.words", "verbs.past", "verbs.aux")
        return any(self.has(each, word) for each in lists) or any(
            self.has("verbs.words", stem) for stem in _stems(word)
        )

    def is_finite(self, word: str) -> bool:
        """Whether a word can be what somebody does: `wants`, `found`, `is`; also by its ending."""
        if self.has("closed.words", word) and not self.has("verbs.aux", word):
            return False
        if self.has("verbs.past", word) or self.has("verbs.aux", word) or word == "'s":
            return True
        ends = word.endswith("ed") or (word.endswith("s") and not word.endswith(("ss", "us", "is")))
        return len(word) > 3 and ends

    def is_common(self, word: str) -> bool:
        """Whether a lower-case word is one that every child knows, or a form of it."""
        common = common_words()
        return word in common or any(stem in common for stem in _stems(word))


@cache
def load_words() -> WordLists:
    """The lists that ship."""
    path = shipped("assets", "summary_words.toml")
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    lists = {
        f"{section}.{name}": frozenset(each.replace("_", " ") for each in listed.split())
        for section, entries in table.items()
        for name, listed in entries.items()
    }
    irregular = dict(pair.split(":") for pair in table["many"]["words"].split())
    pairs = (pair.replace("_", " ").split(":") for pair in table["verbs"]["pasts"].split())
    return WordLists(lists, irregular, dict(pairs))


def kinds_of(world: World) -> Mapping[str, Kind]:
    """Every lower-case noun that can be somebody, singular and plural, by the world's own table."""
    if id(world) not in _KINDS:
        _KINDS[id(world)] = MappingProxyType(_kinds_in(world))
        finalize(world, _KINDS.pop, id(world))
    return _KINDS[id(world)]


_KINDS: dict[int, Mapping[str, Kind]] = {}
"""What was read of the worlds that are in use: a book asks for it some twenty times."""


def _kinds_in(world: World) -> dict[str, Kind]:
    words = load_words()
    found: dict[str, Kind] = {}

    def enter(nouns: Iterable[str], sort: str, species: str = "", *, drawn: bool = True) -> None:
        for noun in nouns:
            found.setdefault(noun, Kind(noun, sort, species, drawn=drawn))
            found.setdefault(
                plural(noun, words.irregular), Kind(noun, sort, species, many=True, drawn=drawn)
            )

    crawlers = words.lists["crawlers.words"]
    for key, species in world.species.items():
        enter([key], ANIMAL, key)
        enter((word for word in species.words if word != "teddy"), ANIMAL, key)
        enter(words.lists.get(f"kinds.{key}", ()), ANIMAL, key)
        enter(species.near, ANIMAL, key, drawn=False)
        near = words.lists.get(f"stand_ins.{key}", frozenset())
        enter(near - crawlers, ANIMAL, key, drawn=False)
    for key, person in world.people.items():
        enter((key, *person.words, *words.lists.get(f"people.{key}", ())), PERSON, key)
    smallest = "mouse" if "mouse" in world.species else ""
    enter(crawlers, CRAWLER, smallest, drawn=False)
    for sex in ("she", "he", "any"):
        enter(words.lists[f"family.{sex}"], FAMILY)
    enter(words.lists["company.one"], COMPANY)
    for noun in words.lists["company.many"]:
        found[noun] = Kind(noun.removesuffix("s"), BAND, many=True)
    for noun in words.lists["company.siblings"]:
        found[noun] = Kind(noun.removesuffix("s"), SIBLINGS, many=True)
    return found


def plural(noun: str, irregular: Mapping[str, str]) -> str:
    """More than one of a noun.

    >>> [plural(noun, {"mice": "mouse"}) for noun in ("mouse", "fox", "puppy", "guinea pig")]
    ['mice', 'foxes', 'puppies', 'guinea pigs']
    """
    many = next((many for many, one in irregular.items() if one == noun), "")
    if many:
        return many
    if noun.endswith("y") and noun[-2:-1] not in "aeiou":
        return f"{noun[:-1]}ies"
    return f"{noun}{'es' if noun.endswith(('x', 's', 'ch', 'sh')) else 's'}"


def _stems(word: str) -> set[str]:
    """What a form of a verb or noun may come from: `hopped` of `hop`, `carries` of `carry`."""
    stems = set()
    for ending in ("s", "es", "ed", "d", "ing"):
        if word.endswith(ending) and len(word) > len(ending) + 1:
            stem = word.removesuffix(ending)
            stems |= {stem, f"{stem}e"}
            if stem.endswith("i"):
                stems.add(f"{stem[:-1]}y")
            if len(stem) > 2 and stem[-1] == stem[-2]:
                stems.add(stem[:-1])
    return stems
