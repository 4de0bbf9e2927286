"""A Stable Diffusion in a single file, as the original code wrote it and A1111 and ComfyUI keep it.

Such a file holds tensors and nothing that says how they are to be put together: `checkpoint` says
where that is said.
"""

from collections.abc import Mapping
from pathlib import Path

import torch
from diffusers import AutoencoderKL, UNet2DConditionModel
from diffusers.loaders.single_file_utils import (
    convert_ldm_clip_checkpoint,
    convert_ldm_unet_checkpoint,
    convert_ldm_vae_checkpoint,
    convert_open_clip_checkpoint,
)
from torch import Tensor, nn
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTextModelWithProjection

from storybook.errors import ModelError
from storybook.models.families import CLIP, UNET, VAE, XL_OPEN_CLIP, is_open_clip
from storybook.models.weights import read_json, read_tensors

TEXT_MODEL = "text_model."
INPAINTING = 9
"""Channels: four of noisy latents, a mask, four of what stays."""
CLIP_PARTS = ("embeddings.", "encoder.", "final_layer_norm.")


def read_parts(
    file: Path, configs: Path, kinds: Mapping[str, type[nn.Module]], *, vae_in: bool = True
) -> dict[str, nn.Module]:
    """The parts of `kinds`, by diffusers' names, in single precision on the CPU.

    `configs` is a diffusers folder of the same family; its weights, if it has any, are not read.
    Averaged weights (`model_ema.*`) and other extra tensors are passed over. If not `vae_in`, the
    file's autoencoder is passed over, too, and what is given in its place has no weights yet.
    Raises ModelError if the file is broken, wants to run a program, or is of another shape.
    """
    state, parts = _prefixed(read_tensors(file)), {}
    for name, kind in kinds.items():
        if kind is AutoencoderKL and not vae_in:
            parts[name] = vae_without_weights(configs / name)
            continue
        if issubclass(kind, CLIPTextModel | CLIPTextModelWithProjection):
            part = kind(CLIPTextConfig.from_pretrained(configs / name))
        else:
            part = kind.from_config(
                read_json(configs / name / "config.json") | _inputs(kind, state)
            )
        _fill(part, _state_of(part, state, file), file, configs)
        parts[name] = part
    return parts


def _inputs(kind: type[nn.Module], state: Mapping[str, Tensor]) -> dict[str, int]:
    """The channels that a U-Net for inpainting sees, as a setting; nothing for any other part."""
    first = state.get(f"{UNET}input_blocks.0.0.weight")
    inpaints = kind is UNet2DConditionModel and first is not None and first.shape[1] == INPAINTING
    return {"in_channels": INPAINTING} if inpaints else {}


def vae_without_weights(folder: Path) -> AutoencoderKL:
    """An autoencoder of the shape that `folder` says, to be replaced: it takes no memory."""
    with torch.device("meta"):
        return AutoencoderKL.from_config(read_json(folder / "config.json"))


def _prefixed(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Some old files, and those of newer transformers, lack `text_model.` in CLIP's names."""
    bare = tuple(CLIP + part for part in CLIP_PARTS)
    return {
        CLIP + TEXT_MODEL + name.removeprefix(CLIP) if name.startswith(bare) else name: tensor
        for name, tensor in state.items()
    }


def _opening(state: Mapping[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {name: tensor for name, tensor in state.items() if name.startswith(prefix)}


def _state_of(part: nn.Module, state: dict[str, Tensor], file: Path) -> dict[str, Tensor]:
    """Of all tensors of a file those of one part, as diffusers names them."""
    match part:
        case UNet2DConditionModel():
            return convert_ldm_unet_checkpoint(_opening(state, UNET), part.config)
        case AutoencoderKL():
            own = _opening(state, VAE)
            if not own:
                raise ModelError(
                    f"{file} has no autoencoder ({VAE}*). Name one beside it: "
                    "--set draw.vae=models/vae.safetensors."
                )
            return convert_ldm_vae_checkpoint(own, part.config)
        case CLIPTextModelWithProjection():
            return convert_open_clip_checkpoint(part, state, prefix=XL_OPEN_CLIP)
        case _ if is_open_clip(part.config.hidden_act):
            return convert_open_clip_checkpoint(part, state)
    named = convert_ldm_clip_checkpoint(state)
    named.pop(f"{TEXT_MODEL}embeddings.position_ids", None)
    return named


def _fill(part: nn.Module, state: Mapping[str, Tensor], file: Path, configs: Path) -> None:
    """Give `part` its weights, all of them and no others."""
    expected = {name: tensor.shape for name, tensor in part.state_dict().items()}
    given = {name: tensor.shape for name, tensor in state.items()}
    strange = [name for name in expected | given if expected.get(name) != given.get(name)]
    if strange:
        first = strange[0]
        raise ModelError(
            f"{file} holds no {type(part).__name__} like that of {configs.name}: {len(strange)} of "
            f"{len(expected)} tensors differ, such as {first}, which is "
            f"{_shape(given.get(first))} in the file and {_shape(expected.get(first))} there. "
            "Convert it into a diffusers folder, whose configs say how it is built."
        )
    part.load_state_dict(state)
    part.eval()


def _shape(shape: torch.Size | None) -> str:
    return "missing" if shape is None else " x ".join(map(str, shape))
