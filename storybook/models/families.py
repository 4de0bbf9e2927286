"""Which family a painter's checkpoint belongs to. Adding one is a module and a line here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import ModuleType

from storybook.config import Memory, PrecisionWish
from storybook.errors import ModelError
from storybook.models import Painter
from storybook.models.strangers import no_painter
from storybook.models.weights import (
    WEIGHTS,
    Adapter,
    ComponentOverrides,
    check_weights,
    model_name,
    read_json,
    tensor_names,
)

INDEX = "model_index.json"


@dataclass(frozen=True, slots=True)
class Family:
    """How a family is recognised: a folder by its parts, a single file by some tensors' names."""

    name: str
    module: str
    pipeline: str
    text_encoder: str
    tensors: tuple[str, ...]
    """What the names of some tensors open with; one of these is enough."""


FAMILIES = (
    Family("Stable Diffusion 1.x and 2.x", "storybook.models.sd1", "StableDiffusionPipeline",
           "CLIPTextModel", ("cond_stage_model.transformer.", "cond_stage_model.model.")),
    Family("Stable Diffusion XL", "storybook.models.sdxl", "StableDiffusionXLPipeline",
           "CLIPTextModel", ("conditioner.embedders.1.model.",)),
)  # fmt: skip


def painter_name(
    checkpoint: Path, adapters: Sequence[Adapter] = (), overrides: ComponentOverrides | None = None
) -> str:
    """What the painter in `checkpoint` with all of these is called; nothing is loaded."""
    return model_name(checkpoint, adapters, overrides)


def open_painter(
    checkpoint: Path,
    adapters: Sequence[Adapter] = (),
    *,
    device: str = "auto",
    batch: int = 8,
    overrides: ComponentOverrides | None = None,
    loras: Mapping[str, Path] | None = None,
    memory: Memory = "auto",
    pixels: int = 512 * 512,
    precision: PrecisionWish = "fp32",
) -> Painter:
    """The painter in `checkpoint`, of whatever family; `batch` pictures are drawn at a time.

    Prompts may ask for `loras` by name. `memory` and the `pixels` of a picture say how it shares a
    small device, `precision` in which number format a CPU multiplies.
    Raises ModelError if it is of none that is known, broken, or if something does not fit it.
    """
    from storybook.models.memory import MemoryBudget

    family = family_of(checkpoint)
    return family.open_painter(
        checkpoint,
        adapters,
        device=device,
        batch=batch,
        overrides=overrides or ComponentOverrides(),
        loras=loras,
        budget=MemoryBudget(memory, pixels),
        precision=precision,
    )


def family_of(checkpoint: Path) -> ModuleType:
    """The module that opens, paints with and teaches this checkpoint, a folder or a single file.

    Raises ModelError saying what the checkpoint looks like and which families are known.
    """
    check_weights(checkpoint)
    find = _family_of_folder if checkpoint.is_dir() else _family_of_file
    return import_module(find(checkpoint).module)


def _family_of_folder(folder: Path) -> Family:
    index = read_json(folder / INDEX)
    pipeline = index.get("_class_name", "nothing")
    text_encoder = (index.get("text_encoder") or [None, "no text encoder"])[1]
    for family in FAMILIES:
        if (pipeline, text_encoder) == (family.pipeline, family.text_encoder):
            return family
    raise ModelError(
        f"{folder} is no painter that is known: {INDEX} says {pipeline} with {text_encoder}. "
        f"Known are: {_known()}."
    )


def _family_of_file(file: Path) -> Family:
    if file.suffix not in WEIGHTS:
        raise ModelError(f"{file} is no checkpoint. Name a file of weights, or a diffusers folder.")
    names = tensor_names(file)
    for family in FAMILIES:
        if any(name.startswith(family.tensors) for name in names):
            return family
    looks = no_painter(names)
    looks = looks and f", and looks like {looks}"
    raise ModelError(
        f"{file} is no painter that is known: it has {len(names)} tensors such as "
        f"{next(iter(names), 'none')}{looks}. Known are: {_known()}."
    )


def _known() -> str:
    return ", ".join(family.name for family in FAMILIES)
