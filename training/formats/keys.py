"""What the original Stable Diffusion code calls the tensors that diffusers calls otherwise.

diffusers reads the original names but does not write them, so this is the way back. Each table
lists what a name opens with; the rest of the name is kept, but for the inner names of a block.
"""

import re
from collections.abc import Mapping
from typing import TypeVar

import torch
from diffusers import AutoencoderKL, UNet2DConditionModel
from torch import Tensor
from transformers import CLIPTextModel

from storybook.models.families import CLIP, OPEN_CLIP, UNET, VAE, is_open_clip
from storybook.models.original_names import OriginalPlace, renamed, unet_places
from storybook.models.single_file import TEXT_MODEL

T = TypeVar("T")

IN_VAE_RESNET = {"conv_shortcut": "nin_shortcut"}
IN_VAE_ATTENTION = {
    "group_norm": "norm",
    "to_q": "q",
    "to_k": "k",
    "to_v": "v",
    "to_out.0": "proj_out",
}
IN_CLIP_LAYER = {
    "layer_norm1": "ln_1",
    "layer_norm2": "ln_2",
    "mlp.fc1": "mlp.c_fc",
    "mlp.fc2": "mlp.c_proj",
    "self_attn.out_proj": "attn.out_proj",
}


def unet_keys(unet: UNet2DConditionModel) -> dict[str, Tensor]:
    """The U-Net's tensors by their original names (formats of CompVis/stable-diffusion)."""
    places = unet_places(unet)
    return {UNET + renamed(name, places): tensor for name, tensor in unet.state_dict().items()}


def vae_keys(vae: AutoencoderKL) -> dict[str, Tensor]:
    """The autoencoder's tensors by their original names; its attention is made of convolutions."""
    places = _vae_places(vae.config.layers_per_block, len(vae.config.block_out_channels))
    state = {VAE + renamed(name, places): tensor for name, tensor in vae.state_dict().items()}
    return {
        name: tensor[:, :, None, None] if ".attn_1." in name and tensor.ndim == 2 else tensor
        for name, tensor in state.items()
    }


def text_keys(encoder: CLIPTextModel) -> dict[str, Tensor]:
    """The text encoder's tensors by their original names.

    CLIP-L (SD 1.x) keeps the names of transformers and has `position_ids`. OpenCLIP (SD 2.x) has
    names of its own; its last layer, which SD 2.x does not use, is left out as diffusers does.
    """
    state = with_text_model(encoder.state_dict())
    if is_open_clip(encoder.config.hidden_act):
        return _open_clip_keys(state)
    positions = torch.arange(encoder.config.max_position_embeddings)[None]
    state[f"{TEXT_MODEL}embeddings.position_ids"] = positions
    return {CLIP + name: tensor for name, tensor in state.items()}


def with_text_model(state: Mapping[str, T]) -> dict[str, T]:
    """Tensors or layers of a CLIPTextModel by names with the `text_model.` that tools expect.

    transformers 5.6 and later have none; older ones fill such a file with chance in silence.
    """
    return {TEXT_MODEL + name.removeprefix(TEXT_MODEL): each for name, each in state.items()}


def _vae_places(layers: int, blocks: int) -> dict[str, OriginalPlace]:
    places = {}
    for half in ("encoder", "decoder"):
        places[f"{half}.conv_norm_out"] = OriginalPlace(f"{half}.norm_out")
        places[f"{half}.mid_block.attentions.0"] = OriginalPlace(
            f"{half}.mid.attn_1", IN_VAE_ATTENTION
        )
        for number in (0, 1):
            place = OriginalPlace(f"{half}.mid.block_{number + 1}", IN_VAE_RESNET)
            places[f"{half}.mid_block.resnets.{number}"] = place
    for block in range(blocks):
        down, up = f"encoder.down.{block}", f"decoder.up.{blocks - 1 - block}"
        places[f"encoder.down_blocks.{block}.downsamplers.0"] = OriginalPlace(f"{down}.downsample")
        places[f"decoder.up_blocks.{block}.upsamplers.0"] = OriginalPlace(f"{up}.upsample")
        for layer in range(layers + 1):
            here = f"encoder.down_blocks.{block}.resnets.{layer}"
            places[here] = OriginalPlace(f"{down}.block.{layer}", IN_VAE_RESNET)
            here = f"decoder.up_blocks.{block}.resnets.{layer}"
            places[here] = OriginalPlace(f"{up}.block.{layer}", IN_VAE_RESNET)
    return places


def _open_clip_keys(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    places = {
        "text_model.embeddings.token_embedding": OriginalPlace("token_embedding"),
        "text_model.final_layer_norm": OriginalPlace("ln_final"),
    }
    layers = {re.match(r"text_model\.encoder\.layers\.(\d+)\.", name) for name in state}
    for match in filter(None, layers):
        number = match[1]
        here = f"text_model.encoder.layers.{number}"
        places[here] = OriginalPlace(f"transformer.resblocks.{number}", IN_CLIP_LAYER)
    named = {}
    for name, tensor in state.items():
        if name == "text_model.embeddings.position_embedding.weight":
            named["positional_embedding"] = tensor
        elif ".self_attn.q_proj." in name:
            stacked = [
                state[name.replace("q_proj", part)] for part in ("q_proj", "k_proj", "v_proj")
            ]
            block, _, kind = renamed(name, places).partition(".self_attn.q_proj.")
            named[f"{block}.attn.in_proj_{kind}"] = torch.cat(stacked)
        elif ".self_attn.k_proj." not in name and ".self_attn.v_proj." not in name:
            named[renamed(name, places)] = tensor
    return {OPEN_CLIP + name: tensor for name, tensor in named.items()}
