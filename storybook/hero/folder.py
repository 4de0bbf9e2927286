"""A hero is a folder: `hero.toml`, photos, and once it is taught an adapter."""

import re
import tomllib
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import tomli_w

from storybook.config import shipped, validated
from storybook.errors import HeroError, nearest
from storybook.files import DEVICES, replacing, write_whole
from storybook.images.photo_files import NameIndex, photos_in
from storybook.naming import proper_name
from storybook.records import Hero
from storybook.text_files import read_text

HERO, PORTRAIT = "hero.toml", "portrait.webp"
NAME = re.compile(r"[\w-][\w'\u2019. -]{0,39}")


def hero_folders() -> list[Path]:
    """Where heroes live: the author's own first, then those that come with the project."""
    return [Path("heroes"), shipped("assets", "heroes")]


def hero_names() -> list[str]:
    """Names of all known heroes."""
    found = (path for folder in hero_folders() for path in folder.glob(f"*/{HERO}"))
    return sorted({path.parent.name for path in found})


def hero_folder(name: str) -> Path:
    """The folder of a hero; raises HeroError that lists the known ones."""
    _check_name(name)
    index, own = NameIndex(), _folder_name(name)
    for folder in hero_folders():
        if found := index.find(folder / own / HERO):
            return found.parent
    raise HeroError(f"There is no hero {name!r}. {nearest(own, hero_names())}")


def hero_photos(name: str) -> list[Path]:
    """The photos of a hero, in `photos/` of its folder; none for one that has no folder."""
    known = {_folder_name(each) for each in hero_names()}
    return photos_in(hero_folder(name) / "photos") if _folder_name(name) in known else []


def hero_portrait(name: str) -> Path | None:
    """What a hero is shown by: `portrait.webp` in its folder, else its first photo, if any."""
    portrait = hero_folder(name) / PORTRAIT
    return portrait if portrait.is_file() else next(iter(hero_photos(name)), None)


def new_hero_folder(name: str) -> Path:
    """Where a new hero of the author will live; raises HeroError if one lives there already."""
    _check_name(name)
    if _folder_name(name) in DEVICES:
        raise HeroError(f"{name!r} is a name that Windows keeps for itself: choose another one.")
    folder = hero_folders()[0] / _folder_name(name)
    if folder.exists() or NameIndex().find(folder / HERO):
        raise HeroError(f"{folder} is there already: choose another name, or move it away first.")
    return folder


def add_hero(hero: Hero, photos: Sequence[Path]) -> Path:
    """Make a hero's folder with its `hero.toml` and upright copies of its photos; returns it.

    A caption beside a photo comes along, as UTF-8. The folder is there whole or not at all. Raises
    HeroError if there is one already, or if a photo or its caption cannot be read.
    """
    from storybook.images.photos import copy_photo

    folder = new_hero_folder(hero.name)
    index = NameIndex()
    with replacing(folder, new=True) as draft:
        for number, photo in enumerate(photos, start=1):
            kept = copy_photo(photo, draft / "photos", f"{number:02d}")
            if words := index.caption(photo):
                text = read_text(words, HeroError).text
                write_whole(kept.with_suffix(".txt"), text.encode())
        fields = hero.model_dump(exclude_defaults=True)
        write_whole(draft / HERO, tomli_w.dumps(fields).encode())
    return folder


@lru_cache(maxsize=64)
def _parsed(text: str, where: str) -> Hero:
    return validated(Hero, tomllib.loads(text), where)


def load_hero(name: str) -> Hero:
    """A hero by name; raises HeroError or ConfigError that says what is wrong and where."""
    return hero_in(hero_folder(name))


def hero_in(folder: Path) -> Hero:
    """The hero of a folder; raises as `load_hero` does."""
    path = folder / HERO
    try:
        hero = _parsed(path.read_text(encoding="utf-8-sig"), str(path))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise HeroError(f"{path} is not TOML: {fault}.") from fault
    lies = unicodedata.normalize("NFC", folder.name)
    return hero.but(folder="" if _folder_name(hero.name) == lies else lies)


def load_heroes(names: Sequence[str]) -> tuple[Hero, ...]:
    """Heroes by their folders' names; who is called as one before it is the second of that name.

    Raises as `load_hero` does.
    """
    found: list[Hero] = []
    for folder in dict.fromkeys(map(hero_folder, names)):
        hero, taken = hero_in(folder), {other.name.lower() for other in found}
        called = (f"{hero.name} {number}" for number in ("", "II", "III", "IV", "V"))
        own = next(each for each in (one.strip() for one in called) if each.lower() not in taken)
        lies = hero.folder or folder.name
        found.append(hero if own == hero.name else hero.but(name=own, folder=lies))
    return tuple(found)


def display_name(name: str) -> str:
    """What a hero is called in print: as its owner types it, with capitals where all are small.

    >>> [display_name(name) for name in ("rex", "mr_whiskers", "DJ", "jean-luc")]
    ['Rex', 'Mr Whiskers', 'DJ', 'Jean-Luc']
    """
    return proper_name(" ".join(unicodedata.normalize("NFC", name).replace("_", " ").split()))


def _folder_name(name: str) -> str:
    """The folder of a hero of that name: in small letters, without signs, `_` between words."""
    plain = re.sub(r"['\u2019.]", "", unicodedata.normalize("NFC", name))
    return re.sub(r"\s+", "_", plain.strip()).lower()


def _check_name(name: str) -> None:
    if not NAME.fullmatch(unicodedata.normalize("NFC", name)):
        raise HeroError(f"{name!r} is no hero's name: use letters, digits, spaces, - and _ only.")
