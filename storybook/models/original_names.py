"""What the original Stable Diffusion code calls the blocks that diffusers calls otherwise.

A table lists what a name opens with; the rest of the name is kept, but for the inner names of a
block.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from diffusers import UNet2DConditionModel

IN_RESNET = {
    "norm1": "in_layers.0",
    "conv1": "in_layers.2",
    "norm2": "out_layers.0",
    "conv2": "out_layers.3",
    "time_emb_proj": "emb_layers.1",
    "conv_shortcut": "skip_connection",
}


@dataclass(frozen=True, slots=True)
class OriginalPlace:
    """Where a block of diffusers stands in the original, and what is called otherwise in it."""

    original: str
    inner: Mapping[str, str] = field(default_factory=dict)


def unet_places(unet: UNet2DConditionModel) -> dict[str, OriginalPlace]:
    """Where each block of a U-Net stands in the original, by its name in diffusers."""
    layers = unet.config.layers_per_block
    attentive = ["CrossAttn" in kind for kind in unet.config.up_block_types]
    places = {
        "time_embedding.linear_1": OriginalPlace("time_embed.0"),
        "time_embedding.linear_2": OriginalPlace("time_embed.2"),
        "add_embedding.linear_1": OriginalPlace("label_emb.0.0"),
        "add_embedding.linear_2": OriginalPlace("label_emb.0.2"),
        "conv_in": OriginalPlace("input_blocks.0.0"),
        "conv_norm_out": OriginalPlace("out.0"),
        "conv_out": OriginalPlace("out.2"),
        "mid_block.resnets.0": OriginalPlace("middle_block.0", IN_RESNET),
        "mid_block.attentions.0": OriginalPlace("middle_block.1"),
        "mid_block.resnets.1": OriginalPlace("middle_block.2", IN_RESNET),
    }
    stride = layers + 1
    for block, attends in enumerate(attentive):
        down, up = f"down_blocks.{block}", f"up_blocks.{block}"
        for layer in range(layers):
            number = stride * block + layer + 1
            places[f"{down}.resnets.{layer}"] = OriginalPlace(f"input_blocks.{number}.0", IN_RESNET)
            places[f"{down}.attentions.{layer}"] = OriginalPlace(f"input_blocks.{number}.1")
        places[f"{down}.downsamplers.0.conv"] = OriginalPlace(
            f"input_blocks.{stride * (block + 1)}.0.op"
        )
        for layer in range(stride):
            number = stride * block + layer
            places[f"{up}.resnets.{layer}"] = OriginalPlace(f"output_blocks.{number}.0", IN_RESNET)
            places[f"{up}.attentions.{layer}"] = OriginalPlace(f"output_blocks.{number}.1")
        last = stride * block + layers
        places[f"{up}.upsamplers.0"] = OriginalPlace(f"output_blocks.{last}.{2 if attends else 1}")
    return places


def renamed(name: str, places: Mapping[str, OriginalPlace]) -> str:
    """The original name; what stands in no table is called the same."""
    for start, place in places.items():
        if name.startswith(f"{start}."):
            rest = name[len(start) + 1 :]
            for inner, original in place.inner.items():
                if rest.startswith(f"{inner}."):
                    rest = original + rest[len(inner) :]
                    break
            return f"{place.original}.{rest}"
    return name
