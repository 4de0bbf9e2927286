"""The words of lines for pictures, read as what the drawn world has that comes closest to them."""

import re
import tomllib
from collections.abc import Iterator, Sequence
from functools import cache

from storybook.config import shipped
from storybook.readability import words
from storybook.story.coverage import stem
from storybook.world import World, article


def pictured(section: str, line: str, world: World) -> list[str]:
    """Keys of a section of the world that a line shows, the first first; the world's own words go
    before those that only come close.

    >>> from storybook.world import load_world
    >>> world = load_world(shipped("assets"))
    >>> pictured("actions", "Pip wading past a bus", world)
    ['walking']
    """
    line = without_look_alikes(line)
    found = world.find(section, line)
    return [*found, *(key for _, key in sorted(close_to(section, line)) if key not in found)]


def close_to(section: str, line: str) -> Iterator[tuple[int, str]]:
    """Where a line has a word that only comes close to a key of the world, and which key."""
    for key, pattern in _patterns()[section].items():
        if match := pattern.search(line.lower()):
            yield match.start(), key


def stand_ins_in(line: str, place: str, things: Sequence[str], world: World) -> Iterator[str]:
    """What a line shows that is drawn as something of the world that only comes close to it.

    >>> from storybook.world import load_world
    >>> world = load_world(shipped("assets"))
    >>> list(stand_ins_in("Pip on the platform with a map", "town street", ["book"], world))
    ['map as a book', 'platform as a town street']
    """
    line = without_look_alikes(line).lower()
    for thing in (each for each in things[:1] if line and each in world.things):
        own = {stem(word) for word in words(thing)[-1:]}
        if own.isdisjoint(stem(word) for word in words(line)):
            said = _any_of(" ".join(word.replace(" ", "_") for word in world.things[thing].words))
            match = said.search(line) or _patterns()["things"].get(thing, said).search(line)
            if match:
                yield f"{match[0]} as {article(thing)}"
    pattern = _patterns()["places"].get(place)
    if pattern and not world.find("places", line) and (match := pattern.search(line)):
        yield f"{match[0]} as {article(place)}"


def without_look_alikes(line: str) -> str:
    """The line without what looks like a thing of the world and is none: `piano keys`."""
    return _patterns()["no_things"]["words"].sub(" ", line)


@cache
def _patterns() -> dict[str, dict[str, re.Pattern[str]]]:
    """By section and key of the world, what its words are found by."""
    table = tomllib.loads(shipped("assets", "picture_words.toml").read_text(encoding="utf-8"))
    return {
        section: {key: _any_of(listed) for key, listed in entries.items()}
        for section, entries in table.items()
    }


def _any_of(listed: str) -> re.Pattern[str]:
    phrases = sorted((word.replace("_", " ") for word in listed.split()), key=len, reverse=True)
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, phrases)) or '(?!)'})\b", re.IGNORECASE)
