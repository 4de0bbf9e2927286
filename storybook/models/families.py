"""Which family a painter's checkpoint belongs to. Adding one is a module and a line here."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import ModuleType

from storybook.errors import ModelError
from storybook.models import Painter
from storybook.models.weights import (
    WEIGHTS,
    check_weights,
    model_name,
    read_json,
    tensor_names,
)

INDEX = "model_index.json"


@dataclass(frozen=True, slots=True)
class Family:
    """How a family is recognised: in a folder by its parts, in a single file by a tensor."""

    name: str
    module: str
    pipeline: str
    text_encoder: str
    tensor: str
    """What the names of some tensors of a single file open with."""


FAMILIES = (
    Family("Stable Diffusion 1.x", "storybook.models.sd1", "StableDiffusionPipeline",
           "CLIPTextModel", "cond_stage_model.transformer."),
)  # fmt: skip


def painter_name(checkpoint: Path, adapters: Sequence[Path] = ()) -> str:
    """What the painter in `checkpoint` with these adapters is called; nothing is loaded."""
    return model_name(checkpoint, adapters)


def open_painter(
    checkpoint: Path, adapters: Sequence[Path] = (), *, device: str = "auto", batch: int = 8
) -> Painter:
    """The painter in `checkpoint`, of whatever family; `batch` pictures are drawn at a time.

    Raises ModelError if it is of none that is known, broken, or if an adapter does not fit it.
    """
    return family_of(checkpoint).open_painter(checkpoint, adapters, device=device, batch=batch)


def family_of(checkpoint: Path) -> ModuleType:
    """The module that opens, paints with and teaches this checkpoint.

    Raises ModelError saying what the checkpoint looks like and which families are known.
    """
    check_weights(checkpoint)
    if checkpoint.is_dir():
        return import_module(_family_of_folder(checkpoint).module)
    raise ModelError(
        f"{checkpoint} is {_look_of_file(checkpoint)} in a single file. "
        "Painters are opened from diffusers folders: convert it into one first."
    )


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


def _look_of_file(file: Path) -> str:
    if file.suffix not in WEIGHTS:
        raise ModelError(f"{file} is no checkpoint. Name a diffusers folder ({_known()}).")
    names = tensor_names(file)
    for family in FAMILIES:
        if any(name.startswith(family.tensor) for name in names):
            return family.name
    raise ModelError(
        f"{file} is no painter that is known: it has {len(names)} tensors such as "
        f"{next(iter(names), 'none')}. Known are: {_known()}."
    )


def _known() -> str:
    return ", ".join(family.name for family in FAMILIES)
