"""How much of the disk a run takes, said and looked at before anything is done."""

import shutil
from collections.abc import Sequence

from diffusers import StableDiffusionPipeline
from torch import nn

from storybook.errors import TrainingError
from storybook.files import in_bytes
from training.formats.header import DTYPES
from training.pet.recipe import Recipe
from training.runs.run import Run

OPTIMIZER_BYTES = {"adamw": 8, "adamw8bit": 2, "prodigy": 16}
"""Bytes that an optimizer keeps for each number that learns."""


def checkpoint_bytes(size: int, recipe: Recipe) -> int:
    """What a checkpoint takes in which `size` numbers learn: weights, averages, optimizer."""
    weights = 2 if recipe.precision.startswith("full_") else 4
    averages = 4 if recipe.ema is not None else 0
    return size * (weights + averages + OPTIMIZER_BYTES[recipe.optimizer])


def kept_at_once(recipe: Recipe) -> int:
    """How many checkpoints lie on the disk at most: the last, the best, and one being written."""
    return recipe.keep_last + 2


def check_disk_space(recipe: Recipe, pipe: StableDiffusionPipeline, run: Run) -> str:
    """A sentence on what a run takes in which all weights learn; nothing on others: they are small.

    Raises TrainingError if the disk has no room for it, beside what the run has there already.
    """
    if recipe.kind != "full":
        return ""
    learns = [pipe.unet, *([pipe.text_encoder] if recipe.text_encoder else [])]
    checkpoint = checkpoint_bytes(_num_params(learns), recipe)
    halves = _num_params([pipe.unet, pipe.text_encoder]) * DTYPES[recipe.save_precision].itemsize
    result = (halves + 4 * _num_params([pipe.vae])) * len(recipe.forms)
    kept = checkpoint * kept_at_once(recipe)
    place = next(path for path in (run.folder, *run.folder.absolute().parents) if path.is_dir())
    there = sum(file.stat().st_size for file in run.folder.rglob("*") if file.is_file())
    free = shutil.disk_usage(place).free
    summary = (
        f"all weights learn: the result is a painter of {in_bytes(result)}, and checkpoints "
        f"take up to {in_bytes(kept)}"
    )
    if result + kept - there > free:
        raise TrainingError(
            f"{summary[0].upper()}{summary[1:]}, and {place} has {in_bytes(free)} free. Make room, "
            "--set keep_last=1, or teach a LoRA: --set kind=lora."
        )
    return f"{summary}; {in_bytes(free)} are free"


def _num_params(parts: Sequence[nn.Module]) -> int:
    return sum(weight.numel() for part in parts for weight in part.parameters())
