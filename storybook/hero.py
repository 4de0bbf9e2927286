"""A hero is a folder: `hero.toml`, photos, and once it is taught an adapter."""

import re
import tomllib
from pathlib import Path

from storybook.config import shipped, validated
from storybook.errors import HeroError, nearest
from storybook.records import Hero

HERO = "hero.toml"
PHOTOS = (".jpg", ".jpeg", ".png", ".webp")
NAME = re.compile(r"[\w-]{1,40}")


def hero_folders() -> list[Path]:
    """Where heroes live: the author's own first, then those that come with the project."""
    return [Path("heroes"), shipped("assets", "heroes")]


def hero_names() -> list[str]:
    """Names of all known heroes."""
    found = (path for folder in hero_folders() for path in folder.glob(f"*/{HERO}"))
    return sorted({path.parent.name for path in found})


def hero_folder(name: str) -> Path:
    """The folder of a hero; raises HeroError that lists the known ones."""
    if not NAME.fullmatch(name):
        raise HeroError(f"{name!r} is no hero's name: use letters, digits, - and _ only.")
    for folder in hero_folders():
        if (folder / name.lower() / HERO).is_file():
            return folder / name.lower()
    raise HeroError(f"There is no hero {name!r}. {nearest(name.lower(), hero_names())}")


def hero_photos(name: str) -> list[Path]:
    """The photos of a hero, in `photos/` of its folder; none for one that has no folder."""
    if name.lower() not in hero_names():
        return []
    files = sorted((hero_folder(name) / "photos").glob("*"))
    return [path for path in files if path.suffix.lower() in PHOTOS]


def load_hero(name: str) -> Hero:
    """A hero by name; raises HeroError or ConfigError that says what is wrong and where."""
    path = hero_folder(name) / HERO
    try:
        return validated(Hero, tomllib.loads(path.read_text(encoding="utf-8")), str(path))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise HeroError(f"{path} is not TOML: {fault}.") from fault
