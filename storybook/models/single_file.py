"""A Stable Diffusion in a single file, as the original code wrote it and A1111 and ComfyUI keep it.

Such a file holds tensors and nothing that says how they are to be put together, so the configs of
the families lie in `assets/configs/`, as diffusers folders without weights: no hub is asked.
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

from storybook.config import shipped
from storybook.errors import ModelError
from storybook.models.weights import header_text, read_json, read_tensors, tensor_names

UNET = "model.diffusion_model."
VAE = "first_stage_model."
CLIP = "cond_stage_model.transformer."
OPEN_CLIP = "cond_stage_model.model."
XL_OPEN_CLIP = "conditioner.embedders.1.model."
TEXT_MODEL = "text_model."
CLIP_PARTS = ("embeddings.", "encoder.", "final_layer_norm.")

CONFIGS = shipped("assets", "configs")
V_PREDICTION = "modelspec.prediction_type"
"""In a header: `v`, or `epsilon`. Beside older files lies a NAME.yaml for A1111 that says it."""

Parts = tuple[UNet2DConditionModel, AutoencoderKL, CLIPTextModel]


def configs_of(file: Path) -> Path:
    """The diffusers folder without weights whose parts are built like those of `file`.

    Raises ModelError if the file's text encoder is of no known family.
    """
    names = tensor_names(file)
    for start, name in ((CLIP, "stable-diffusion-1"), (OPEN_CLIP, "stable-diffusion-2"),
                        (XL_OPEN_CLIP, "stable-diffusion-xl")):  # fmt: skip
        if any(each.startswith(start) for each in names):
            return CONFIGS / name
    raise ModelError(
        f"{file} has no text encoder of Stable Diffusion 1, 2 or XL among its {len(names)} "
        f"tensors, such as {next(iter(names), 'none')}. Is it a part of a model, or an adapter?"
    )


def prediction_of(file: Path) -> str:
    """What the U-Net in `file` finds in noise: `epsilon`, or `v_prediction` where it is said."""
    beside = file.with_suffix(".yaml")
    parameterization = header_text(file).get(V_PREDICTION, "")
    if not parameterization and beside.is_file():
        text = beside.read_text(encoding="utf-8", errors="replace")
        parameterization = (
            "v" if 'parameterization: "v"' in text or "parameterization: v\n" in text else ""
        )
    return "v_prediction" if parameterization.startswith("v") else "epsilon"


def read_parts(file: Path, configs: Path, *, vae_in: bool = True) -> Parts:
    """U-Net, autoencoder and text encoder in single precision on the CPU.

    `configs` is a diffusers folder of the same family; its weights, if it has any, are not read.
    Averaged weights (`model_ema.*`) and other extra tensors are passed over. If not `vae_in`, the
    file's autoencoder is passed over, too, and what is given in its place has no weights yet.
    Raises ModelError if the file is broken, wants to run a program, or is of another shape.
    """
    state = _prefixed(read_tensors(file))
    unet = UNet2DConditionModel.from_config(read_json(configs / "unet" / "config.json"))
    vae = vae_without_weights(configs / "vae")
    encoder = CLIPTextModel(CLIPTextConfig.from_pretrained(configs / "text_encoder"))
    in_unet = convert_ldm_unet_checkpoint(_part_of(state, UNET), unet.config)
    _fill(unet, in_unet, file, configs)
    if vae_in:
        own = _part_of(state, VAE)
        if not own:
            raise ModelError(
                f"{file} has no autoencoder ({VAE}*). Name one beside it: "
                "--set draw.vae=models/vae.safetensors."
            )
        vae = AutoencoderKL.from_config(vae.config)
        _fill(vae, convert_ldm_vae_checkpoint(own, vae.config), file, configs)
    _fill(encoder, _text_state(encoder, state), file, configs)
    return unet, vae, encoder


def vae_without_weights(folder: Path) -> AutoencoderKL:
    """An autoencoder of the shape that `folder` says, to be replaced: it takes no memory."""
    with torch.device("meta"):
        return AutoencoderKL.from_config(read_json(folder / "config.json"))


def read_second_encoder(file: Path, configs: Path) -> CLIPTextModelWithProjection:
    """The text encoder that Stable Diffusion XL has besides; raises as `read_parts` does."""
    config = CLIPTextConfig.from_pretrained(configs / "text_encoder_2")
    encoder, state = CLIPTextModelWithProjection(config), read_tensors(file)
    named = convert_open_clip_checkpoint(encoder, state, prefix=XL_OPEN_CLIP)
    _fill(encoder, named, file, configs)
    return encoder


def is_open_clip(encoder: CLIPTextModel) -> bool:
    """SD 2.x hears through OpenCLIP, whose activation is the exact GELU; CLIP-L has a quick one."""
    return encoder.config.hidden_act == "gelu"


def _prefixed(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Some old files, and those of newer transformers, lack `text_model.` in CLIP's names."""
    bare = tuple(CLIP + part for part in CLIP_PARTS)
    return {
        CLIP + TEXT_MODEL + name.removeprefix(CLIP) if name.startswith(bare) else name: tensor
        for name, tensor in state.items()
    }


def _part_of(state: Mapping[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {name: tensor for name, tensor in state.items() if name.startswith(prefix)}


def _text_state(encoder: CLIPTextModel, state: dict[str, Tensor]) -> dict[str, Tensor]:
    if is_open_clip(encoder):
        return convert_open_clip_checkpoint(encoder, state)
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
