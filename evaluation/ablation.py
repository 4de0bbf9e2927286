"""What each part of a pet's recipe is worth: teach with one of them changed, and judge.

All variants take as many steps as the recipe does, each from the painter that ships, and are asked
for the same scenes. Nothing chooses a best step: the last one is judged.

    python -m evaluation.ablation training/recipes/bhna-cat.toml [--only "rank 4,rank 64"]

Whether masks teach better, by itself: `--only "the recipe,masked"`.
"""

import argparse
import shutil
import sys
from collections.abc import Generator, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Unpack

import numpy as np
import torch
from PIL import Image

from evaluation.judge import taught_judge, with_pets
from evaluation.options import Options, add_options, bench_of, chosen_of
from evaluation.pets import Taught, is_pet, look
from evaluation.records import Bench
from storybook.cli.run import exit_code
from storybook.config import shipped
from storybook.errors import StorybookError
from storybook.files import write_whole
from storybook.images.photo_files import MASK, photos_in
from storybook.models.classifier import Classifier
from storybook.records import Event, Hero, Record, digest
from storybook.studio.studio import Studio
from storybook.terminal import show
from storybook.world import load_world
from training.pet.recipe import Concept, Recipe, load_recipe
from training.pet.train import train
from training.quiet import quiet
from training.runs.run import Run
from training.starter.dataset import source_digest
from training.starter.pets import PETS, Pet, pictures_of, world_with

VARIANTS: Mapping[str, Mapping[str, Any]] = {
    "the recipe": {},
    "no pictures of the class": {"class_photos": None},
    "5 pictures": {"count": 5},
    "10 pictures": {"count": 10},
    "20 pictures": {"count": 20},
    "rank 4": {"rank": 4},
    "rank 64": {"rank": 64},
    "transformers alone": {"targets": "transformer"},
    "text encoder as it was": {"text_encoder": False},
    # The network that sees pets knows no drawings: these masks are the artist's own.
    "masked": {"mask": "drawn"},
    # All weights at once bear a smaller rate than a few new ones.
    "all weights": {"kind": "full", "lr": 2e-4, "text_lr": 1e-4, "save_as": ("folder",)},
}


ANOTHER = 8.0
"""A picture that differs by more levels in the mean is another: JPEG alone makes two or three."""


class VariantScores(Record):
    """What one variant came to; shares in [0, 1] of the pictures judged."""

    by_name: float
    class_alone: float
    action_lost: float
    place_lost: float
    megabytes: float
    """Of what has to be kept for the pet."""


def main() -> int:
    """Teach and judge the chosen variants, and print all that are known; 2 for a mistake."""
    parser = argparse.ArgumentParser(prog="python -m evaluation.ablation", description=__doc__)
    parser.add_argument("recipe", type=Path)
    parser.add_argument("--steps", type=int, help="of every variant; by default the recipe's")
    parser.add_argument("--only", help="variants, with commas between; by default all")
    options = vars(add_options(parser).parse_args())
    quiet()
    return exit_code(lambda: _run(**options), "stopped; run it again to go on.")


def _run(recipe: Path, steps: int | None, only: str | None, **options: Unpack[Options]) -> None:
    chosen = chosen_of(only, VARIANTS, "variant")
    plain, _ = load_recipe(recipe)
    steps = steps or _steps(plain)
    bench = bench_of(**options)
    home = bench.work / "ablation" / _ground(plain, steps, bench)
    show(evaluate(bench, plain, steps, chosen, home))
    print("\n".join(table(home)))  # noqa: T201


def _ground(recipe: Recipe, steps: int, bench: Bench) -> str:
    """A digest of all that the findings rest on: recipe, painter, pictures and judge."""
    folders = [
        folder for each in recipe.concept for folder in (each.photos, each.class_photos) if folder
    ]
    files = [file.read_bytes() for folder in folders for file in sorted(folder.glob("*.*"))]
    judge = source_digest(with_pets(bench.world))
    return digest(recipe, steps, bench.studio.painter_name(), judge, files)


def variant_of(recipe: Recipe, name: str, steps: int, home: Path) -> Recipe:
    """The recipe with what `VARIANTS` says of `name`; few pictures are copied into `home`."""
    changes = dict(VARIANTS[name])
    concept = recipe.concept[0]
    if count := changes.pop("count", None):
        concept = concept.but(photos=_few(concept, count, home / "photos"))
    if "class_photos" in changes:
        concept = concept.but(class_photos=changes.pop("class_photos"))
    if changes.get("mask") == "drawn":
        concept = concept.but(photos=_with_masks(concept, home / "photos"))
    alike = {"title": "pet", "concept": (concept,), "max_steps": steps, "save_as": ("diffusers",)}
    last = {"critic": None, "held_out": 0, "sample_every_epochs": 0, "save_every_epochs": 10**6}
    return recipe.but(**(alike | last | changes))


def evaluate(
    bench: Bench, recipe: Recipe, steps: int, chosen: Iterable[str], home: Path
) -> Iterator[Event]:
    """Teach and judge the `chosen` variants, each once; what is found is kept in `home`."""
    judge, _ = yield from taught_judge(bench)
    pet = next(each for each in PETS if each.token == recipe.concept[0].token)
    for name in chosen:
        folder = home / name.replace(" ", "-")
        if (folder / "found.json").is_file():
            continue
        run = Run(folder / "run")
        taught = variant_of(recipe, name, steps, folder)
        resume = (run.folder / "run.json").is_file()
        teaching = train(taught, run, torch.device(bench.device), "none", resume=resume)
        for event in run.logged(teaching):
            yield event.model_copy(update={"stage": f"{name}: {event.stage}"})
        seen = yield from _asked(bench, judge, pet, run.result, whole=taught.kind == "full")
        found = _found(seen, pet, run.result)
        write_whole(folder / "found.json", found.model_dump_json(indent=1).encode())


def _asked(
    bench: Bench, judge: Classifier, pet: Pet, result: Path, *, whole: bool
) -> Generator[Event, None, Taught]:
    if whole:
        settings = bench.studio.settings
        painter = settings.draw.but(painter=str(result / "painter"))
        taught = replace(bench, studio=Studio(settings.but(draw=painter)))
        return (yield from look(bench, judge, pet, taught, ()))
    # The folder of any hero will do: an absolute path leads to the adapter all the same.
    adapter = str((result / "pytorch_lora_weights.safetensors").absolute())
    hero = Hero(name="Pepper", species=pet.species, token=pet.token, adapter=adapter)
    return (yield from look(bench, judge, pet, bench, (hero,)))


def _found(seen: Taught, pet: Pet, result: Path) -> VariantScores:
    files = [path for path in result.rglob("*.safetensors") if "vae" not in path.parts]
    return VariantScores(
        by_name=is_pet(seen.by_name, pet),
        class_alone=is_pet(seen.class_alone, pet),
        action_lost=seen.lost("action"),
        place_lost=seen.lost("place"),
        megabytes=sum(path.stat().st_size for path in files) / 2**20,
    )


def _few(concept: Concept, count: int, folder: Path) -> Path:
    """The first `count` pictures with their captions."""
    folder.mkdir(parents=True, exist_ok=True)
    for photo in photos_in(concept.photos)[:count]:
        for path in (photo, photo.with_suffix(".txt")):
            shutil.copy(path, folder)
    return folder


def _with_masks(concept: Concept, folder: Path) -> Path:
    """All pictures with their captions, and a mask of the pet beside each, as it was drawn.

    Raises StorybookError where the artist does not draw these pictures any more.
    """
    from training.starter.artist import draw, figures_in

    pet = next(each for each in PETS if each.token == concept.token)
    world = world_with(pet, load_world(shipped("assets", "starter", "painter")))
    photos = photos_in(concept.photos)
    _few(concept, len(photos), folder)
    for photo, picture in zip(photos, pictures_of(pet, world, len(photos)), strict=True):
        shown = Image.open(photo).convert("RGB")
        drawn = draw(picture, world, shown.width)
        if np.abs(np.asarray(shown, int) - np.asarray(drawn, int)).mean() > ANOTHER:
            raise StorybookError(
                f"{photo} is not what the artist draws now, so nobody knows where its pet is. Draw "
                "the pets anew: python -m training.starter.pets"
            )
        mask = Image.fromarray(figures_in(picture, world, shown.width))
        mask.save(folder / f"{photo.stem}{MASK}")
    return folder


def _steps(recipe: Recipe) -> int:
    """What the recipe takes with all its pictures."""
    concept = recipe.concept[0]
    pictures = 2 * len(photos_in(concept.photos))  # as many of the class
    return recipe.epochs * -(-pictures // (recipe.batch * recipe.accumulation))


def table(home: Path) -> Iterator[str]:
    """The lines of a table in Markdown, of all that is kept in `home`."""
    yield "| | by token and class | by class alone | action lost | place lost | MB |"
    yield "|---|---|---|---|---|---|"
    for name in VARIANTS:
        path = home / name.replace(" ", "-") / "found.json"
        if path.is_file():
            found = VariantScores.model_validate_json(path.read_bytes())
            shares = (found.by_name, found.class_alone, found.action_lost, found.place_lost)
            cells = " | ".join(f"{share:.3f}" for share in shares)
            yield f"| {name} | {cells} | {found.megabytes:.1f} |"


if __name__ == "__main__":
    sys.exit(main())
