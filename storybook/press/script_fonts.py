"""Open fonts for scripts that the shipped ones do not hold, found where packages put them."""

import os
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from storybook.config import shipped

PLACES = (
    Path("/usr/share/fonts"),
    Path("/usr/local/share/fonts"),
    Path("/Library/Fonts"),
    Path.home() / ".local/share/fonts",
    Path.home() / ".fonts",
)
"""Where systems keep fonts."""


@dataclass(frozen=True, slots=True)
class FontFamily:
    """A family that is installed: its plain and its bold cut."""

    paths: tuple[Path, Path]
    credit: str


def letter_of(language: str) -> str:
    """A letter of a language that some font may lack, else nothing."""
    return script_letters().get(_first(language), "")


def script_letters() -> dict[str, str]:
    """A letter of each language that some font may lack."""
    return _table()["letters"]


def script_family(language: str) -> Iterator[FontFamily]:
    """The installed families that may hold a language's letters, the best first."""
    for known in _known(language):
        found = tuple(_installed(PLACES).get(file) for file in known["files"])
        if all(found):
            yield FontFamily(found, f"{known['name']}, an open font.")


def packages_for(language: str) -> tuple[str, ...]:
    """Names of packages, as Debian has them, with fonts for a language; none are known for some."""
    return tuple(dict.fromkeys(known["package"] for known in _known(language)))


def _known(language: str) -> list[dict]:
    return [each for each in _table()["families"] if _first(language) in each["languages"]]


def _table() -> dict:
    return tomllib.loads(shipped("assets", "script_fonts.toml").read_text(encoding="utf-8"))


def _first(language: str) -> str:
    return language.partition("-")[0].lower()


@lru_cache(maxsize=4)
def _installed(places: tuple[Path, ...]) -> dict[str, Path]:
    """Every font file by its name."""
    return {
        name: Path(folder, name)
        for place in places
        for folder, _, names in os.walk(place)
        for name in names
        if name.endswith((".ttf", ".TTF"))
    }
