"""The families of painters, and how a checkpoint's is told. A new one is a file and a line here."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from storybook.errors import ModelError
from storybook.models.strangers import no_painter
from storybook.models.weights import WEIGHTS

INDEX = "model_index.json"
UNET, VAE = "model.diffusion_model.", "first_stage_model."
CLIP, OPEN_CLIP = "cond_stage_model.transformer.", "cond_stage_model.model."
XL_OPEN_CLIP = "conditioner.embedders.1.model."
"""What the names of a part's tensors open with in a single file of the original code."""


@dataclass(frozen=True, slots=True)
class FamilySpec:
    """How a family is told: a folder by its parts, a single file by its text encoder's tensors."""

    name: str
    """As headers of what is taught on it say it."""
    title: str
    module: str
    """Of this folder; its `FAMILY` is as `painting.Family` describes one."""
    configs: str
    """A folder of `assets/configs/`: how the parts of its single files are built."""
    pipeline: str
    text_encoder: str
    tensors: str
    open_clip: bool | None = None
    """Whether its text encoder is OpenCLIP's, where the pipeline does not say it."""


FAMILIES = (
    FamilySpec(
        "sd1",
        "Stable Diffusion 1.x",
        "sd1",
        "stable-diffusion-1",
        "StableDiffusionPipeline",
        "CLIPTextModel",
        CLIP,
        open_clip=False,
    ),
    FamilySpec(
        "sd2",
        "Stable Diffusion 2.x",
        "sd1",
        "stable-diffusion-2",
        "StableDiffusionPipeline",
        "CLIPTextModel",
        OPEN_CLIP,
        open_clip=True,
    ),
    FamilySpec(
        "sdxl",
        "Stable Diffusion XL",
        "sdxl",
        "stable-diffusion-xl",
        "StableDiffusionXLPipeline",
        "CLIPTextModel",
        XL_OPEN_CLIP,
    ),
)


def is_open_clip(hidden_act: str | None) -> bool:
    """Whether a text encoder is OpenCLIP's, with the exact GELU; CLIP-L has a quick one."""
    return hidden_act == "gelu"


def family_of_folder(folder: Path, index: Mapping[str, Any], hidden_act: str | None) -> FamilySpec:
    """The family of a diffusers folder, by its `index` and its text encoder's activation.

    Raises ModelError saying what it is instead, and which families are known.
    """
    pipeline = index.get("_class_name", "nothing")
    text_encoder = (index.get("text_encoder") or [None, "no text encoder"])[1]
    for family in FAMILIES:
        plain = pipeline.replace("InpaintPipeline", "Pipeline")  # the same parts, one of 9 channels
        if (plain, text_encoder) == (family.pipeline, family.text_encoder) and (
            family.open_clip in (None, is_open_clip(hidden_act))
        ):
            return family
    raise ModelError(
        f"{folder} is no painter that is known: {INDEX} says {pipeline} with {text_encoder}. "
        f"Known are: {_known()}."
    )


def family_of_file(file: Path, names: Iterable[str]) -> FamilySpec:
    """The family of a single file, by the names of its tensors; raises as `family_of_folder`."""
    names = list(names)
    for family in FAMILIES:
        if any(name.startswith(family.tensors) for name in names):
            return family
    looks = no_painter(names)
    looks = looks and f", and looks like {looks}"
    raise ModelError(
        f"{file} is no painter that is known: it has {len(names)} tensors such as "
        f"{next(iter(names), 'none')}{looks}. Known are: {_known()}."
    )


def check_ending(file: Path) -> None:
    """Raise ModelError for a file whose name says that it holds no weights."""
    if file.suffix not in WEIGHTS:
        raise ModelError(f"{file} is no checkpoint. Name a file of weights, or a diffusers folder.")


def _known() -> str:
    return ", ".join(family.title for family in FAMILIES)
