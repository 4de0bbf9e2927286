"""New hypernetworks, and A1111's `.pt` on the disk; what one is stands in `storybook.models`."""

from pathlib import Path

import torch
from diffusers import UNet2DConditionModel
from torch import Tensor, nn

from storybook.models.hypernetwork import (
    Hypernetwork,
    HypernetworkConfig,
    attention_layers,
    new_networks,
)
from training.formats.checkpoint import save_pickle
from training.formats.header import Origin


def new_hypernetwork(
    unet: UNet2DConditionModel, config: HypernetworkConfig, generator: torch.Generator
) -> Hypernetwork:
    """Untaught networks for every width that the U-Net's attention looks at.

    With `Normal` they change next to nothing at first.
    """
    widths = sorted({module.cross_attention_dim for module in attention_layers(unet)})
    networks = new_networks(widths, config)
    for module in networks.modules():
        if isinstance(module, nn.LayerNorm):  # as A1111 does: the norm, too, starts near nothing
            nn.init.normal_(module.weight, std=0.01, generator=generator)
        if isinstance(module, nn.Linear):
            _initialise(module.weight, config, generator)
            nn.init.zeros_(module.bias)
    return Hypernetwork(config, networks)


def save_hypernetwork(hypernetwork: Hypernetwork, file: Path, *, origin: Origin) -> None:
    """Write A1111's `.pt`, whole or not at all, in single precision as A1111 does."""
    values: dict[object, object] = {
        int(width): tuple(
            {name: tensor.detach().float().cpu() for name, tensor in network.state_dict().items()}
            for network in both
        )
        for width, both in hypernetwork.networks.items()
    }
    values |= {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in hypernetwork.config
    }
    values |= {
        "step": origin.step,
        "name": origin.title,
        "sd_checkpoint": origin.base_digest,
        "sd_checkpoint_name": origin.base,
        "optional_info": f"{origin.token} {origin.class_word}, recipe {origin.recipe}, "
        f"run {origin.run}",
    }
    save_pickle(values, file)


def _initialise(weight: Tensor, config: HypernetworkConfig, generator: torch.Generator) -> None:
    gain = "leaky_relu" if config.activation_func == "leakyrelu" else "relu"
    match config.weight_initialization:
        case "Normal":
            nn.init.normal_(weight, std=0.01, generator=generator)
        case "XavierUniform":
            nn.init.xavier_uniform_(weight, generator=generator)
        case "XavierNormal":
            nn.init.xavier_normal_(weight, generator=generator)
        case "KaimingUniform":
            nn.init.kaiming_uniform_(weight, nonlinearity=gain, generator=generator)
        case "KaimingNormal":
            nn.init.kaiming_normal_(weight, nonlinearity=gain, generator=generator)
