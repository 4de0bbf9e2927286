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
    for target, change in read_adapter(path, parts).values():
        layers = lora.unet if target.part == "unet" else lora.text_encoder
        layers[target.path] = _layer(path, target, change)
    return lora


def _layer(path: Path, target: TargetLayer, change: LayerChange) -> Layer:
    """The change in the shapes of the layer: [rank, in, ...] and [out, rank, ...]."""
    tensors, weight = change.tensors, target.module.weight
    if change.kind is not LORA:
        raise ModelError(
            f"{path} changes {target.name} by {change.kind.name}: it can be drawn with, and only a "
            "LoRA can be taught further. Begin a new one."
        )
    down, up = tensors["down"], tensors["up"]
    if "mid" in tensors:  # a core of k x k between two matrices is a convolution behind one
        down = torch.einsum("rs...,si->ri...", tensors["mid"], down.flatten(1))
    fits = (len(up), down[0].numel()) == (len(weight), weight[0].numel())
    if weight.ndim < 2 or not fits or len(down) != up.shape[1]:
        raise ModelError(
            f"{path} was taught on another model: its {target.name} goes from {down.shape[1]} to "
            f"{len(up)} channels, this model's from {weight.shape[1]} to {len(weight)}."
        )
    ones = [1] * (weight.ndim - 2)
    return Layer(
        down.reshape(len(down), *weight.shape[1:]),
        up.reshape(len(up), -1, *ones),
        round(change.scale * len(down), 6),
        _magnitude(path, target, change),
    )


def _magnitude(path: Path, target: TargetLayer, change: LayerChange) -> Tensor | None:
    """DoRA's length of each output; peft learns none of inputs."""
    magnitude = change.tensors.get("magnitude", change.tensors.get("dora_scale"))
    if magnitude is None:
        return None
    outputs = len(target.module.weight)
    if "magnitude" not in change.tensors and magnitude.shape[0] != outputs:
        raise ModelError(
            f"{path} has a length for each input of {target.name}: it can be drawn with, and only "
            "a DoRA of outputs can be taught further. Begin a new one."
        )
    return magnitude.flatten()
