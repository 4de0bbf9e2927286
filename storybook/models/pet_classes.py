"""Which of ImageNet's classes are pets, of what kind, and what their owners call them."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from storybook.config import shipped, validated
from storybook.errors import ConfigError
from storybook.records import Record

TABLE = "pet_classes.toml"
COUNT = 1000


class PetKind(Record):
    """A kind of animal, by the numbers of classes."""

    name: str
    classes: tuple[tuple[int, int], ...]
    """Ranges, both ends included."""
    words: Mapping[str, tuple[int, ...]] = {}
    """What some of them are called more closely."""

    @property
    def numbers(self) -> list[int]:
        """All its classes."""
        return [number for first, last in self.classes for number in range(first, last + 1)]


@cache
def kinds() -> tuple[PetKind, ...]:
    """All kinds that are known."""
    return read_kinds(shipped("assets", TABLE))


def read_kinds(path: Path) -> tuple[PetKind, ...]:
    """The kinds that a table lists; raises ConfigError for a class of none or of two of them."""
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    listed = tuple(
        validated(PetKind, {"name": name} | values, f"{path}: {name}")
        for name, values in table.items()
    )
    seen: dict[int, str] = {}
    for kind in listed:
        for number in kind.numbers:
            if not 0 <= number < COUNT or number in seen:
                raise ConfigError(f"{path}: class {number} of {kind.name} is {seen.get(number)}'s.")
            seen[number] = kind.name
        if lost := [
            each for words in kind.words.values() for each in words if seen.get(each) != kind.name
        ]:
            raise ConfigError(f"{path}: class {lost[0]} has a word, and is no {kind.name}'s.")
    return listed
