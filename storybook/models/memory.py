"""How much of a painter is on its device at a time, by what is free there and what it needs.

On a GPU that holds it all, nothing is moved. On a smaller one each part is there while it works,
and the autoencoder works in tiles. On a CPU there is nowhere else to be. Attention is not sliced:
torch's own never holds the whole of what slices would cut.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

import torch
from diffusers import DiffusionPipeline
from torch import nn

from storybook.config import Memory
from storybook.models.devices import dtype_of
from storybook.records import Record

Offload = Literal["whole", "parts"]

GIB = 1024**3
DENOISERS = ("unet", "transformer")
"""What diffusers calls the network that takes the steps."""
TILE_PX = 512
"""The autoencoder's tiles are so wide."""
UNET_BYTES = 1.2e3
VAE_BYTES = 2.0e3
"""For each pixel of one guided picture, in half precision, beside the weights: half of what was
measured at the shapes of Stable Diffusion 1.5 in single precision on a CPU (2.2e3 and 3.9e3)."""
MARGIN = 1.25
"""For what a GPU's libraries take, and for gaps: nothing of this was measured on one."""


class OffloadPlan(Record):
    """Which weights are on the device at a time, and whether the autoencoder is tiled."""

    offload: Offload
    tiled: bool
    """Whether the autoencoder decodes one picture at a time (slicing), and in tiles."""

    @property
    def says(self) -> str:
        """In words for people."""
        kept = {
            "whole": "the whole painter on the GPU",
            "parts": "each part on the GPU while it works",
        }[self.offload]
        return f"{kept}{', the autoencoder in tiles' if self.tiled else ''}"


PLANS = (
    OffloadPlan(offload="whole", tiled=False),
    OffloadPlan(offload="whole", tiled=True),
    OffloadPlan(offload="parts", tiled=False),
    OffloadPlan(offload="parts", tiled=True),
)
"""The quickest first."""


def peak_gib(plan: OffloadPlan, weights: Mapping[str, int], pixels: int) -> float:
    """The peak GiB of drawing one picture of `pixels`; `weights` are the bytes of each part."""
    drawing = pixels * UNET_BYTES
    decoding = (min(pixels, TILE_PX**2) if plan.tiled else pixels) * VAE_BYTES
    if plan.offload == "whole":
        held = sum(weights.values()) + max(drawing, decoding)
    else:
        others = [size + decoding for part, size in weights.items() if part not in DENOISERS]
        held = max(sum(weights.get(part, 0) for part in DENOISERS) + drawing, *others)
    return held * MARGIN / GIB


def choose_plan(
    wish: Memory, weights: Mapping[str, int], pixels: int, free_gib: float
) -> OffloadPlan:
    """The quickest plan that fits into what is free, or else the one that takes least.

    A `wish` other than `auto` decides what is moved; tiles are then used where they are needed.
    """
    plans = [plan for plan in PLANS if wish in ("auto", plan.offload)]
    fitting = (plan for plan in plans if peak_gib(plan, weights, pixels) <= free_gib)
    return next(fitting, plans[-1])


@dataclass(frozen=True, slots=True)
class MemoryBudget:
    """What decides, before a painter is opened, how its weights are offloaded."""

    wish: Memory = "auto"
    pixels: int = TILE_PX**2
    """Of the pictures that it will draw."""

    def plan(self, pipe: DiffusionPipeline, device: torch.device) -> OffloadPlan:
        """The plan for `pipe` on `device`; on a CPU nothing is offloaded unless that is wished."""
        free = free_gib(device) if device.type == "cuda" else float("inf")
        return choose_plan(self.wish, component_bytes(pipe, dtype_of(device)), self.pixels, free)


def component_bytes(pipe: DiffusionPipeline, dtype: torch.dtype) -> dict[str, int]:
    """The bytes of each part of a pipeline in the number format `dtype`."""
    parts = {name: part for name, part in pipe.components.items() if isinstance(part, nn.Module)}
    return {
        name: sum(weight.numel() for weight in part.parameters()) * dtype.itemsize
        for name, part in parts.items()
    }


def free_gib(device: torch.device) -> float:
    """What is free on a GPU."""
    return torch.cuda.mem_get_info(device)[0] / GIB


def apply_offload(pipe: DiffusionPipeline, plan: OffloadPlan, device: torch.device) -> None:
    """Move a pipeline to its device as `plan` says; it may be on it, or offloaded, already."""
    pipe.remove_all_hooks()
    if plan.offload != "whole":
        pipe.enable_model_cpu_offload(device=device)
    elif device.type != "cpu":  # where it was opened: going through all its modules takes its time
        pipe.to(device)
    if plan.tiled:
        pipe.vae.enable_slicing()
        pipe.vae.enable_tiling()
        factor = pipe.vae_scale_factor  # XL's own tiles are twice as wide
        pipe.vae.tile_sample_min_size = min(pipe.vae.tile_sample_min_size, TILE_PX)
        pipe.vae.tile_latent_min_size = pipe.vae.tile_sample_min_size // factor


def denoiser_of(pipe: DiffusionPipeline) -> nn.Module:
    """The network that takes the steps."""
    return next(getattr(pipe, name) for name in DENOISERS if hasattr(pipe, name))


def execution_device(pipe: DiffusionPipeline) -> torch.device:
    """The device that a pipeline computes on, wherever its weights are at the moment."""
    return pipe._execution_device


@contextmanager
def onloaded(pipe: DiffusionPipeline) -> Iterator[None]:
    """Inside the `with` the offloading hooks are off, so that every weight can be changed."""
    offloaded, device = hasattr(denoiser_of(pipe), "_hf_hook"), execution_device(pipe)
    if offloaded:
        pipe.remove_all_hooks()
    try:
        yield
    finally:
        if offloaded:
            pipe.enable_model_cpu_offload(device=device)
