"""Between a hero's folder and the training of its adapter: the recipe, and what comes of it."""

import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import tomli_w

from storybook.config import Settings
from storybook.errors import HeroError
from storybook.files import write_whole
from storybook.hero import HERO, hero_names, load_hero
from storybook.records import Hero
from storybook.studio import Studio

TOKENS = ("ohwx", "bhna", "zwx", "qfv", "vtk", "rzk", "hjq")
"""Rare words, the field's usual one first."""

CLASS_IMAGES = 24
EPOCHS = 60
"""Of the preset `auto`: each shows all photos, and as many pictures of others of the class."""
PICTURES_A_SECOND, BEFORE_S = 25.0, 45.0
"""Of the starter's painter on two cores, and what goes before: pictures of the class, samples."""
RECIPE = "recipe.toml"
ADAPTER = "pytorch_lora_weights.safetensors"


def token_for(hero: Hero) -> str:
    """The hero's token, or a rare word that no other hero has; raises HeroError if none is left."""
    if hero.token:
        return hero.token
    taken = {load_hero(name).token for name in hero_names()}
    for token in TOKENS:
        if token not in taken:
            return token
    raise HeroError(f"All of {', '.join(TOKENS)} are taken: set token in the hero's {HERO}.")


def lay_recipe(hero: Hero, folder: Path, token: str, settings: Settings, *, preset: str) -> Path:
    """Write `recipe.toml` into a hero's folder, for the painter and the critic of a studio."""
    table: dict[str, Any] = {
        "preset": preset,
        "model": settings.draw.painter,
        "critic": settings.choose.critic,
        "title": folder.name,
        "concept": [
            {
                "photos": str(folder / "photos"),
                "token": token,
                "class_word": hero.species,
                "class_images": CLASS_IMAGES,
            }
        ],
    }
    path = folder / RECIPE
    write_whole(path, tomli_w.dumps(table).encode())
    return path


def adopt(hero: Hero, folder: Path, result: Path) -> Path:
    """Copy a run's adapter into the hero's folder and name it in `hero.toml`; returns its path.

    Raises HeroError if the run made none.
    """
    made = result / ADAPTER
    if not made.is_file():
        raise HeroError(
            f"{result} holds no adapter ({ADAPTER}), but: {_names(result.glob('*'))}. A whole "
            f"painter is used by naming it in a studio's [draw] painter."
        )
    kept = folder / "adapter" / ADAPTER
    kept.parent.mkdir(parents=True, exist_ok=True)
    draft = kept.with_suffix(".draft")
    shutil.copyfile(made, draft)
    draft.replace(kept)
    taught = hero.but(adapter=kept.relative_to(folder).as_posix())
    said = taught.model_dump(exclude_defaults=True)
    write_whole(folder / HERO, tomli_w.dumps(said).encode())
    return kept


def are_drawings(photos: Sequence[Path]) -> bool:
    """Whether all pictures come with captions, as the project's own drawn pets do."""
    return all(path.with_suffix(".txt").is_file() for path in photos)


def how_long(count: int, settings: Settings) -> str:
    """A sentence on how long it takes to teach so many photos in the manner `auto`.

    docs/performance.md has what was measured for the starter; the figure for large painters is what
    others report of such cards.
    """
    if Studio(settings).draws_the_world:
        minutes = -(-(BEFORE_S + EPOCHS * 2 * count / PICTURES_A_SECOND) // 60)
        said = "a minute" if minutes < 2 else f"{minutes:.0f} minutes"
        return f"It takes about {said} on two processor cores that have nothing else to do."
    return (
        "It takes about a quarter of an hour on a graphics card with 24 GB, and needs one: without "
        "it this takes days."
    )


def _names(paths: Iterable[Path]) -> str:
    return ", ".join(sorted(path.name for path in paths)) or "nothing"
