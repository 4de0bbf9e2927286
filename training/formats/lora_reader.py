"""Reading LoRA adapters to go on teaching them, and saying which one cannot be gone on with."""

from pathlib import Path

import torch
from diffusers import UNet2DConditionModel
from torch import Tensor, nn
from transformers import CLIPTextModel

from storybook.errors import ModelError
from storybook.models.adapter_files import TargetLayer, read_adapter
from storybook.models.adapter_kinds import LORA, LayerChange
from training.formats.lora import Layer, Lora


def read_lora(
    path: Path, unet: UNet2DConditionModel, text_encoder: CLIPTextModel | None = None
) -> Lora:
    """The adapter in a file or a folder, in any form that `storybook.models.adapter_files` reads.

    Layers of the text encoder are left out if no encoder is given. Where no alpha is said, it is
    the rank. Raises ModelError if the file is broken, if it holds no adapter, if a layer of it is
    none of these models', or if it is of a kind that peft's LoRA is not, such as LoHa.
    """
    parts: dict[str, nn.Module] = {"unet": unet}
    if text_encoder is not None:
        parts["text_encoder"] = text_encoder
    lora = Lora({}, {})
    for place, change in read_adapter(path, parts).values():
        layers = lora.unet if place.part == "unet" else lora.text_encoder
        layers[place.path] = _layer(path, place, change)
    return lora


def _layer(path: Path, place: TargetLayer, change: LayerChange) -> Layer:
    """The change in the shapes of the layer: [rank, in, ...] and [out, rank, ...]."""
    roles, weight = change.roles, place.module.weight
    if change.kind is not LORA:
        raise ModelError(
            f"{path} changes {place.name} by {change.kind.name}: it can be drawn with, and only a "
            "LoRA can be taught further. Begin a new one."
        )
    down, up = roles["down"], roles["up"]
    if "mid" in roles:  # a core of k x k between two matrices is a convolution behind one
        down = torch.einsum("rs...,si->ri...", roles["mid"], down.flatten(1))
    fits = (len(up), down[0].numel()) == (len(weight), weight[0].numel())
    if weight.ndim < 2 or not fits or len(down) != up.shape[1]:
        raise ModelError(
            f"{path} was taught on another model: its {place.name} goes from {down.shape[1]} to "
            f"{len(up)} channels, this model's from {weight.shape[1]} to {len(weight)}."
        )
    ones = [1] * (weight.ndim - 2)
    return Layer(
        down.reshape(len(down), *weight.shape[1:]),
        up.reshape(len(up), -1, *ones),
        round(change.scale * len(down), 6),
        _magnitude(path, place, change),
    )


def _magnitude(path: Path, place: TargetLayer, change: LayerChange) -> Tensor | None:
    """DoRA's length of each output; peft learns none of inputs."""
    lengths = change.roles.get("magnitude", change.roles.get("dora_scale"))
    if lengths is None:
        return None
    outputs = len(place.module.weight)
    if "magnitude" not in change.roles and lengths.shape[0] != outputs:
        raise ModelError(
            f"{path} has a length for each input of {place.name}: it can be drawn with, and only a "
            "DoRA of outputs can be taught further. Begin a new one."
        )
    return lengths.flatten()
