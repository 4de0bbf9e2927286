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
from storybook.models.memory import execution_device
from storybook.records import Candidate

Residuals = tuple[Sequence[Tensor], Tensor]
"""Added to the outputs of the U-Net's down blocks, a tensor each, and of its mid block."""
ControlNetFn = Callable[[Tensor, Tensor, Tensor], Residuals]
"""A ControlNet with its image: (scaled latents, timestep, encoder_hidden_states) -> residuals."""


@dataclass(frozen=True, slots=True)
class TextEmbeds:
    """A text's conditioning of the denoiser."""

    prompt_embeds: Tensor
    """[positions, d], positions a multiple of a chunk's."""
    pooled: Tensor | None = None
    """[e], of the whole text, where the family has it."""


@dataclass(frozen=True, slots=True)
class Img2ImgInit:
    """The image that image-to-image starts from in place of noise."""

    latents: Tensor
    """x0, [b, c, h, w], times the autoencoder's scaling factor."""
    strength: float
    """In (0, 1]: the share of the steps that are taken; 1 keeps next to nothing of the image."""
    mask: Tensor | None = None
    """Inpainting, [b, 1, h, w] of 0 and 1: only where it is 1 the image becomes another; None:
    everywhere."""


def denoise(
    pipe: StableDiffusionPipeline,
    sampler: DPMSolverMultistepScheduler,
    requests: Sequence[Candidate],
    prompt_embeds: Tensor,
    *,
    init: Img2ImgInit | None = None,
    controlnet: ControlNetFn | None = None,
    added_cond_kwargs: Mapping[str, Tensor] | None = None,
) -> Tensor:
    """Denoised latents [b, c, h, w], float32, by classifier-free guidance (Ho and Salimans 2022).

    All `requests` share size, steps and guidance. `prompt_embeds` are [b, positions, d]; with a
    guidance above 1 [2b, positions, d], the negative prompts' first. `init` makes it image-to-image
    (SDEdit, Meng et al. 2021), with a mask inpainting (RePaint, Lugmayr et al. 2022, without its
    resampling), `controlnet` adds its residuals at each step. `added_cond_kwargs`
    holds the U-Net's further conditioning, its rows in the order of `prompt_embeds`.
    """
    first, device = requests[0], execution_device(pipe)
    guided = first.guidance > 1
    with quiet():
        sampler.set_timesteps(first.steps, device=device)
    noise = _initial_noise(pipe, requests).to(device)
    timesteps = sampler.timesteps
    if init is None:
        latents = noise * sampler.init_noise_sigma
    else:
        start = len(timesteps) - max(1, round(init.strength * len(timesteps)))
        timesteps = timesteps[start:]
        sampler.set_begin_index(start)
        latents = sampler.add_noise(init.latents.float(), noise, timesteps[:1])
        if init.mask is not None and init.strength >= 1:  # nothing of what is to go shines through
            latents = noise * sampler.init_noise_sigma
    dtype = pipe.unet.dtype  # diffusers looks through all layers for it
    for timestep in timesteps:
        scaled = sampler.scale_model_input(latents, timestep).to(dtype)
        if guided:
            scaled = torch.cat([scaled, scaled])
        down, mid = controlnet(scaled, timestep, prompt_embeds) if controlnet else (None, None)
        noise_pred = pipe.unet(
            scaled,
            timestep,
            encoder_hidden_states=prompt_embeds,
            down_block_additional_residuals=down,
            mid_block_additional_residual=mid,
            added_cond_kwargs=added_cond_kwargs,
        ).sample.float()
        if guided:
            uncond, cond = noise_pred.chunk(2)
            noise_pred = uncond + first.guidance * (cond - uncond)
        latents = sampler.step(noise_pred, timestep, latents).prev_sample
        if init is not None and init.mask is not None:
            # What stays is as noisy as the rest; after the last step it is the image itself.
            kept = sampler.add_noise(init.latents.float(), noise, timestep[None])
            latents = init.mask * latents + (1 - init.mask) * kept
    return latents


def _initial_noise(pipe: StableDiffusionPipeline, requests: Sequence[Candidate]) -> Tensor:
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


def check_finite(latents: Tensor, painter: str, dtype: torch.dtype) -> None:
    """Raise ModelError naming the painter if there is anything in `latents` that is no number."""
    if not torch.isfinite(latents).all():
        raise ModelError(
            f"{painter} draws no numbers (NaN) at {dtype}. Its weights are broken, a LoRA's weight "
            "is too large, or it needs --set device=cpu."
        )


def encode_image(pipe: StableDiffusionPipeline, image: Image.Image) -> Tensor:
    """The likeliest latents [1, c, h, w] of an RGB picture, scaled for the U-Net."""
    levels = torch.from_numpy(np.array(image, np.float32)).permute(2, 0, 1)[None]
    pixels = (levels / 127.5 - 1).to(execution_device(pipe), pipe.vae.dtype)
    return pipe.vae.encode(pixels).latent_dist.mode() * pipe.vae.config.scaling_factor


def decode_latents(pipe: StableDiffusionPipeline, latents: Tensor) -> list[Image.Image]:
    """The pictures of finished latents [b, c, h, w]."""
    scaled = latents.to(pipe.vae.dtype) / pipe.vae.config.scaling_factor
    pictures = pipe.vae.decode(scaled).sample.float()  # [b, 3, h, w] in [-1, 1]
    levels = ((pictures / 2 + 0.5).clamp(0, 1) * 255).round().byte()
    return [Image.fromarray(each) for each in levels.permute(0, 2, 3, 1).cpu().numpy()]
