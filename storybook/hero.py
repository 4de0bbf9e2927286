"""A hero is a folder: `hero.toml`, photos, and once it is taught an adapter."""

import re
import shutil
import tomllib
from collections.abc import Sequence
from pathlib import Path

import tomli_w

from storybook.config import shipped, validated
from storybook.errors import HeroError, nearest
from storybook.files import write_whole
from storybook.records import Hero

HERO, PORTRAIT = "hero.toml", "portrait.webp"
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
    _check_name(name)
    for folder in hero_folders():
        if (folder / name.lower() / HERO).is_file():
            return folder / name.lower()
    raise HeroError(f"There is no hero {name!r}. {nearest(name.lower(), hero_names())}")


def hero_photos(name: str) -> list[Path]:
    """The photos of a hero, in `photos/` of its folder; none for one that has no folder."""
    if name.lower() not in hero_names():
        return []
    return photos_in(hero_folder(name) / "photos")


def hero_portrait(name: str) -> Path | None:
    """What a hero is shown by: `portrait.webp` in its folder, else its first photo, if any."""
    portrait = hero_folder(name) / PORTRAIT
    return portrait if portrait.is_file() else next(iter(hero_photos(name)), None)


def photos_in(folder: Path) -> list[Path]:
    """The photos that lie in a folder, by name."""
    return [path for path in sorted(folder.glob("*")) if path.suffix.lower() in PHOTOS]


def new_hero_folder(name: str) -> Path:
    """Where a new hero of the author will live; raises HeroError if one lives there already."""
    _check_name(name)
    folder = hero_folders()[0] / name.lower()
    if folder.exists():
        raise HeroError(f"{folder} is there already: choose another name, or move it away first.")
    return folder


def add_hero(hero: Hero, photos: Sequence[Path]) -> Path:
    """Make a hero's folder with its `hero.toml` and upright copies of its photos; returns it.

    A caption in a `.txt` beside a photo comes along. The folder is there whole or not at all.
    Raises HeroError if there is one already, or if a photo cannot be read.
    """
    from storybook.photos import copy_photo

    folder = new_hero_folder(hero.name)
    draft = folder.with_name(f".{folder.name}.draft")
    shutil.rmtree(draft, ignore_errors=True)
    try:
        for number, photo in enumerate(photos, start=1):
            kept = copy_photo(photo, draft / "photos", f"{number:02d}")
            if (words := photo.with_suffix(".txt")).is_file():
                write_whole(kept.with_suffix(".txt"), words.read_bytes())
        said = hero.model_dump(exclude_defaults=True)
        write_whole(draft / HERO, tomli_w.dumps(said).encode())
        draft.rename(folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return folder


def load_hero(name: str) -> Hero:
    """A hero by name; raises HeroError or ConfigError that says what is wrong and where."""
    path = hero_folder(name) / HERO
    try:
        return validated(Hero, tomllib.loads(path.read_text(encoding="utf-8")), str(path))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise HeroError(f"{path} is not TOML: {fault}.") from fault


def _check_name(name: str) -> None:
    if not NAME.fullmatch(name):
        raise HeroError(f"{name!r} is no hero's name: use letters, digits, - and _ only.")
