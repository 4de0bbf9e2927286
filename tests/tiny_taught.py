"""What the tests of file formats share: a tiny painter opened, taught and drawn with."""

from pathlib import Path

import numpy as np
import torch
from diffusers import StableDiffusionPipeline
from peft import LoraConfig

from storybook.models.weights import header_text
from tiny_sd import alike
from training.formats.header import OURS, Origin
from training.formats.lora import CONVOLUTIONS, TEXT, TRANSFORMER

ORIGIN = Origin(
    title="rex",
    token="ohwx",
    class_word="dog",
    family="sd1",
    base="tiny",
    base_digest="0123456789ab",
    recipe="dreambooth-1",
    run="runs/rex",
    resolution_px=32,
    epoch=3,
    step=40,
)


def origin_in(file: Path) -> Origin | None:
    """What the header of a safetensors file says of its origin; None for other tools' files."""
    own = {
        name.removeprefix(OURS): value
        for name, value in header_text(file).items()
        if name.startswith(OURS)
    }
    return Origin.model_validate_strings(own) if own else None


def opened(folder: Path) -> StableDiffusionPipeline:
    pipe = StableDiffusionPipeline.from_pretrained(folder, local_files_only=True)
    pipe.set_progress_bar_config(disable=True)
    return pipe


GUIDED = 2 * 7.5 - 1
"""So many times guidance, 7.5 as diffusers has it, enlarges what two predictions are off."""


def same_picture(one: np.ndarray, other: np.ndarray) -> bool:
    """Whether pictures, [h, w, 3] in [0, 1], are of the same weights: 1/16 of a level at most off.

    A picture by other weights is off by levels, which `another_picture` says.
    """
    return alike(torch.from_numpy(one), torch.from_numpy(other), GUIDED)


def another_picture(one: np.ndarray, other: np.ndarray) -> bool:
    """Whether pictures, [h, w, 3] in [0, 1], are of other weights: somewhere a level off."""
    return float(np.abs(one - other).max()) > 1 / 255


def drawn(pipe: StableDiffusionPipeline) -> np.ndarray:
    chance = torch.Generator().manual_seed(5)
    size = {"width": 32, "height": 32, "num_inference_steps": 2}
    return pipe("a dog", generator=chance, output_type="np", **size).images[0]


def teach(pipe: StableDiffusionPipeline, **more: object) -> None:
    """Put an adapter on whose every layer changes something."""
    torch.manual_seed(3)
    targets = [*TRANSFORMER, *CONVOLUTIONS]
    pipe.unet.add_adapter(LoraConfig(r=3, lora_alpha=7, target_modules=targets, **more))
    dora = bool(more.get("use_dora"))
    config = LoraConfig(r=2, lora_alpha=3, target_modules=list(TEXT), use_dora=dora)
    pipe.text_encoder.add_adapter(config)
    for model in (pipe.unet, pipe.text_encoder):
        for name, weight in model.named_parameters():
            if ".lora_B." in name:
                torch.nn.init.normal_(weight, std=0.3)
            if ".lora_magnitude_vector." in name:
                torch.nn.init.uniform_(weight, 0.5, 1.5)
