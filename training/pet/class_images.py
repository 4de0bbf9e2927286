"""Others of a pet's class, drawn by the painter before it is taught: so that it keeps them."""

from collections.abc import Generator, Iterator, Sequence
from pathlib import Path

from storybook.files import write_whole
from storybook.models.infotext import infotext, png_bytes
from storybook.models.painting import DiffusionPainter
from storybook.records import Candidate, Event, Prompt, digest
from storybook.shard import Shard
from training.data.folders import pictures_in
from training.data.records import Size
from training.pet.recipe import Recipe

FOLDER = ".class-images"
SEED = 1_000_000
"""Far from the seeds of samples and books."""


def class_images(
    recipe: Recipe,
    painter: DiffusionPainter,
    size_px: Size,
    cache: Path,
    shard: Shard | None = None,
) -> Generator[Event, None, list[Path | None]]:
    """Folders of drawn class pictures, one for each concept, None where none are wanted.

    What `class_photos` holds counts towards the wanted number. A folder in `cache` is named by a
    digest of all that its pictures depend on: later runs take them from there, and one that was
    stopped goes on. Of a `shard` its share alone is drawn.
    """
    folders: list[Path | None] = []
    for concept in recipe.concept:
        have = 0 if concept.class_photos is None else len(pictures_in(concept.class_photos))
        missing = concept.class_images - have
        if missing <= 0:
            folders.append(None)
            continue
        prompts = concept.class_prompts or (f"a {concept.class_word}",)
        side = size_px[0] if size_px[0] == size_px[1] else size_px
        folder = cache / FOLDER / digest(painter.name, prompts, side, missing)
        requests = _requests(painter, prompts, size_px, missing)
        yield from _draw(folder, requests, painter, shard or Shard())
        folders.append(folder)
    return folders


def _requests(
    painter: DiffusionPainter, prompts: Sequence[str], size_px: Size, count: int
) -> list[Candidate]:
    """So many pictures, the prompts taking turns, as the painter likes to draw."""
    defaults = painter.checkpoint.sampling
    return [
        Candidate(
            prompt=Prompt(page=0, positive=prompts[number % len(prompts)]),
            painter=painter.name,
            seed=SEED + number,
            width_px=size_px[0],
            height_px=size_px[1],
            steps=defaults.steps,
            guidance=defaults.guidance,
        )
        for number in range(count)
    ]


def _draw(
    folder: Path, requests: list[Candidate], painter: DiffusionPainter, shard: Shard
) -> Iterator[Event]:
    """Draw what is missing; each picture says what it was made from, with its words beside it."""
    name, _, weights = painter.name.rpartition("-")
    karras = bool(painter.sampler.config.use_karras_sigmas)
    mine = shard.part_of(range(len(requests)))
    due = [number for number in mine if not (folder / f"{number:04d}.png").is_file()]
    for start in range(0, len(due), painter.batch):
        part = due[start : start + painter.batch]
        pictures = painter.paint([requests[number] for number in part])
        for number, picture in zip(part, pictures, strict=True):
            file, request = folder / f"{number:04d}.png", requests[number]
            write_whole(file.with_suffix(".txt"), f"{request.prompt.positive}\n".encode())
            how = painter.precision
            text = infotext(request, name, weights, karras=karras, precision=how)
            write_whole(file, png_bytes(picture, text))
        done = len(mine) - len(due) + start + len(part)
        yield Event(stage="class images", done=done, total=len(mine))
