"""Between a hero's folder and its training: the token, the recipe, and what comes of it."""

import os
import shutil
import tomllib
from collections.abc import Iterable, Sequence
from contextlib import suppress
from itertools import chain
from pathlib import Path
from typing import Any

import tomli_w

from storybook.config import Settings
from storybook.errors import HeroError
from storybook.files import in_bytes, replacing, write_whole
from storybook.hero.folder import HERO, hero_folder, hero_names, load_hero
from storybook.hero.rare_tokens import rare_tokens, single_tokens
from storybook.images.photo_files import NameIndex
from storybook.models.weights import WEIGHTS, numbers_in, tensor_names
from storybook.records import Hero
from storybook.studio.studio import Studio

TOKENS = ("ohwx", "bhna", "zwx", "qfv", "vtk", "rzk", "hjq")
"""The field's usual word, and others for painters that spell every rare word."""

CLASS_IMAGES = 24
EPOCHS = 60
"""Of the preset `auto`: each shows all photos, and as many pictures of others of the class."""
PICTURES_A_SECOND, BEFORE_S = 25.0, 45.0
"""Of the starter's painter on two cores, and what goes before: pictures of the class, samples."""
RECIPE = "recipe.toml"
ADAPTER = "pytorch_lora_weights.safetensors"


def token_for(hero: Hero, painter: Path) -> str:
    """The hero's token, or a rare word that is one token to `painter` and that no other hero has.

    A painter that spells every rare word gets one of the field's usual ones. Raises ModelError for
    a painter without a tokenizer, HeroError if no word is left.
    """
    if hero.token:
        return hero.token
    name = hero_folder(hero.folder or hero.name).name
    others = [other for other in hero_names() if other != name]
    taken = {load_hero(other).token for other in others} | set(map(recipe_token, others))
    usual = single_tokens(painter, filter(None, (recipe_token(name), *TOKENS)))
    known = chain.from_iterable(map(rare_tokens, [painter]))  # ranked only where the usual are gone
    for token in chain(usual, known, TOKENS):
        if token not in taken:
            return token
    raise HeroError(f"All of {', '.join(TOKENS)} are taken: set token in the hero's {HERO}.")


def recipe_token(name: str) -> str | None:
    """The word that a hero is being taught by, before it has learnt it; None if there is none."""
    return token_in(hero_folder(name) / RECIPE)


def token_in(recipe: Path) -> str | None:
    """The token of the first concept of a recipe; None if it cannot be read."""
    try:
        return tomllib.loads(recipe.read_text(encoding="utf-8"))["concept"][0].get("token")
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return None


def write_recipe(hero: Hero, folder: Path, token: str, settings: Settings, *, preset: str) -> Path:
    """Write `recipe.toml` into a hero's folder, for the painter and the critic of a studio."""
    known = Studio(settings).draws_the_world
    table: dict[str, Any] = {
        "preset": preset,
        "model": settings.draw.painter,
        "critic": settings.choose.critic,
        "title": folder.name,
        "concept": [
            {
                "photos": str(folder / "photos"),
                "layout": "sidecars",  # as a hero's folder is, whatever the preset reads
                "token": token,
                "class_word": hero.species if known else hero.called,
                "class_images": CLASS_IMAGES,
            }
        ],
    }
    path = folder / RECIPE
    write_whole(path, tomli_w.dumps(table).encode())
    return path


def adopt(hero: Hero, folder: Path, result: Path) -> Path:
    """Keep what a run made in the hero's folder, and name it in `hero.toml`; returns where it lies.

    Of a run in which all weights learnt that is a painter of its own, which shares its weights
    with the run's where the disk can. Raises HeroError if the run made nothing to draw with.
    """
    made = _made_in(result)
    if made is None:
        raise HeroError(
            f"{result} holds nothing that a hero is drawn with, neither an adapter nor a painter, "
            f"but: {_names(result.glob('*'))}."
        )
    if made.is_dir() or not _is_lora(made):
        kept = folder / f"painter{made.suffix}"
        taught = {"painter": kept.relative_to(folder).as_posix(), "adapter": None}
    else:
        kept = folder / "adapter" / ADAPTER
        taught = {"adapter": kept.relative_to(folder).as_posix(), "painter": None}
    _lay(made, kept)
    fields = hero.but(**taught).model_dump(exclude_defaults=True)
    write_whole(folder / HERO, tomli_w.dumps(fields).encode())
    return kept


def painter_bytes(painter: Path) -> int:
    """How much a painter takes that learns in all its weights, as it is saved: in halves."""
    if painter.is_file():
        return 2 * numbers_in(painter) if painter.suffix == ".safetensors" else _bytes(painter)
    files = [file for file in painter.glob("*/*") if file.suffix in WEIGHTS]
    learns = {"unet", "text_encoder"}
    return sum(
        2 * numbers_in(file)
        if file.parent.name in learns and file.suffix == ".safetensors"
        else _bytes(file)
        for file in files
    )


def own_painter_note(hero: Hero, folder: Path) -> str:
    """A sentence on a hero's own painter and its size; nothing if it has none."""
    if hero.painter is None:
        return ""
    size = in_bytes(_bytes(folder / hero.painter))
    return f"{hero.name} has a painter of its own ({size}), which draws its books."


def are_drawings(photos: Sequence[Path]) -> bool:
    """Whether all pictures come with captions, as the project's own drawn pets do."""
    index = NameIndex()
    return all(index.caption(path) for path in photos)


def how_long(count: int, settings: Settings) -> str:
    """A sentence on how long it takes to teach so many photos in the manner `auto`.

    docs/performance.md has what was measured for the starter; the figure for large painters is what
    others report of such cards.
    """
    if Studio(settings).draws_the_world:
        minutes = -(-(BEFORE_S + EPOCHS * 2 * count / PICTURES_A_SECOND) // 60)
        duration = "a minute" if minutes < 2 else f"{minutes:.0f} minutes"
        return f"It takes about {duration} on two processor cores that have nothing else to do."
    return (
        "It takes about a quarter of an hour on a graphics card with 24 GB, and needs one: without "
        "it this takes days."
    )


def _made_in(result: Path) -> Path | None:
    """What a hero can be drawn with of a run's result: what diffusers reads before other forms."""
    for made in (result / ADAPTER, result / "painter"):
        if made.exists():
            return made
    files = [file for file in result.glob("[!.]*") if file.suffix in (".safetensors", ".ckpt")]
    return min(files, key=lambda file: (not _is_lora(file), file.suffix == ".ckpt"), default=None)


def _is_lora(file: Path) -> bool:
    return any("lora" in name for name in tensor_names(file))


def _lay(made: Path, kept: Path) -> None:
    """Copy a file or a folder whole; weights of a painter are shared where the disk can."""
    with replacing(kept) as draft:
        if made.is_file():
            _shared(made, draft)
        else:
            shutil.copytree(made, draft, copy_function=_shared)


def _shared(source: str | Path, target: str | Path) -> None:
    """One more name for a file of weights, which nobody changes in place; else a copy."""
    if Path(source).suffix in WEIGHTS:
        with suppress(OSError):
            os.link(source, target)
            return
    shutil.copyfile(source, target)


def _bytes(path: Path) -> int:
    files = [path] if path.is_file() else path.rglob("*")
    return sum(file.stat().st_size for file in files if file.is_file())


def _names(paths: Iterable[Path]) -> str:
    return ", ".join(sorted(path.name for path in paths)) or "nothing"
