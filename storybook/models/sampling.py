"""From noise to pictures: a Stable Diffusion's steps, taken freely or held by a ControlNet."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from diffusers import DPMSolverMultistepScheduler, StableDiffusionPipeline
from PIL import Image
from torch import Tensor

from storybook.errors import ModelError
from storybook.models.devices import quiet
from storybook.models.memory import place_of
from storybook.records import Candidate

Residuals = tuple[Sequence[Tensor], Tensor]
"""What is added to the U-Net's way down, a tensor for each block, and to its middle."""
Hold = Callable[[Tensor, Tensor, Tensor], Residuals]
"""A ControlNet on its picture: asked with what the U-Net is, (latents, time, states)."""


@dataclass(frozen=True, slots=True)
class Begin:
    """A picture to begin with in place of noise."""

    latents: Tensor
    """[b, c, h, w] as the autoencoder gives them, scaled for the U-Net."""
    strength: float
    """In (0, 1]: the share of the steps that are taken; 1 keeps next to nothing of the picture."""


def denoise(
    pipe: StableDiffusionPipeline,
    sampler: DPMSolverMultistepScheduler,
    requests: Sequence[Candidate],
    states: Tensor,
    *,
    begin: Begin | None = None,
    hold: Hold | None = None,
    added: Mapping[str, Tensor] | None = None,
) -> Tensor:
    """Finished latents [b, c, h, w], by classifier-free guidance (Ho and Salimans 2022).

    `states` [b, positions, d] are what is asked; with a guidance above 1 the b of what is not asked
    come before them. `begin` is painted over, as Meng et al. 2021 (SDEdit) do. `added` is what else
    the U-Net is told, in the order of `states`.
    """
    first, place = requests[0], place_of(pipe)
    guided = first.guidance > 1
    with quiet():
        sampler.set_timesteps(first.steps, device=place)
    latents = _noise(pipe, requests).to(place)
    times = sampler.timesteps
    if begin is None:
        latents = latents * sampler.init_noise_sigma
    else:
        start = len(times) - max(1, round(begin.strength * len(times)))
        times = times[start:]
        sampler.set_begin_index(start)
        latents = sampler.add_noise(begin.latents.float(), latents, times[:1])
    dtype = pipe.unet.dtype  # diffusers looks through all layers for it
    for time in times:
        scaled = sampler.scale_model_input(latents, time).to(dtype)
        if guided:
            scaled = torch.cat([scaled, scaled])
        down, middle = hold(scaled, time, states) if hold else (None, None)
        guess = pipe.unet(
            scaled,
            time,
            encoder_hidden_states=states,
            down_block_additional_residuals=down,
            mid_block_additional_residual=middle,
            added_cond_kwargs=added,
        ).sample.float()
        if guided:
            unasked, asked = guess.chunk(2)
            guess = unasked + first.guidance * (asked - unasked)
        latents = sampler.step(guess, time, latents).prev_sample
    return latents


def _noise(pipe: StableDiffusionPipeline, requests: Sequence[Candidate]) -> Tensor:
    """[b, c, h, w] of unit noise, each picture's from its own seed, on the CPU for every device."""
    channels, factor = pipe.unet.config.in_channels, pipe.vae_scale_factor
    return torch.stack(
        [
            torch.randn(
                (channels, each.height_px // factor, each.width_px // factor),
                generator=torch.Generator().manual_seed(each.seed),
            )
            for each in requests
        ]
    )


def check_numbers(latents: Tensor, painter: str, dtype: torch.dtype) -> None:
    """Raise ModelError naming the painter if there is anything in `latents` that is no number."""
    if not torch.isfinite(latents).all():
        raise ModelError(
            f"{painter} draws no numbers (NaN) at {dtype}. Its weights are broken, a LoRA's weight "
            "is too large, or it needs --set device=cpu."
        )


def encode(pipe: StableDiffusionPipeline, image: Image.Image) -> Tensor:
    """The likeliest latents [1, c, h, w] of an RGB picture, scaled for the U-Net."""
    levels = torch.from_numpy(np.array(image, np.float32)).permute(2, 0, 1)[None]
    pixels = (levels / 127.5 - 1).to(place_of(pipe), pipe.vae.dtype)
    return pipe.vae.encode(pixels).latent_dist.mode() * pipe.vae.config.scaling_factor


def decode(pipe: StableDiffusionPipeline, latents: Tensor) -> list[Image.Image]:
    """The pictures of finished latents [b, c, h, w]."""
    scaled = latents.to(pipe.vae.dtype) / pipe.vae.config.scaling_factor
    pictures = pipe.vae.decode(scaled).sample.float()  # [b, 3, h, w] in [-1, 1]
    levels = ((pictures / 2 + 0.5).clamp(0, 1) * 255).round().byte()
    return [Image.fromarray(each) for each in levels.permute(0, 2, 3, 1).cpu().numpy()]
