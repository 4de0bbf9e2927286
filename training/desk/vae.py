"""A painter's autoencoder alone, from its folder or its single file."""

from pathlib import Path

import torch
from diffusers import AutoencoderKL

from storybook.models.components import open_part
from storybook.models.devices import memory_of, quiet
from storybook.models.painting import open_painter


def open_vae_of(painter: Path, device: torch.device) -> AutoencoderKL:
    """In float32; raises ModelError if the painter is missing or broken."""
    if not (painter / "vae").is_dir():
        return open_painter(painter, device=str(device)).pipe.vae.float()
    with quiet(), memory_of(device, f"Opening {painter / 'vae'}", "Try --device cpu."):
        return open_part(AutoencoderKL, painter / "vae").float().to(device).eval()
