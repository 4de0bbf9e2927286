"""What a Stable Diffusion is taught on: its targets, their weights, and latents of pictures."""

import torch
from diffusers import AutoencoderKL, DDPMScheduler
from diffusers.training_utils import compute_snr
from torch import Tensor

from storybook.errors import ModelError


def prediction_target(
    noise_scheduler: DDPMScheduler, latents: Tensor, noise: Tensor, timesteps: Tensor
) -> Tensor:
    """What the U-Net is to predict, [b, c, h, w]: the noise (epsilon) or v (Salimans and Ho 2022).

    The scheduler's `prediction_type` decides; ModelError for any other type.
    """
    kind = noise_scheduler.config.prediction_type
    if kind == "epsilon":
        return noise
    if kind == "v_prediction":
        return noise_scheduler.get_velocity(latents, noise, timesteps)
    raise ModelError(f"A painter that predicts {kind!r} cannot be taught: epsilon or v_prediction.")


def snr_weights(noise_scheduler: DDPMScheduler, timesteps: Tensor, gamma: float) -> Tensor:
    """Weights [b] of the loss after Hang et al. (2023), whose `gamma` is usually 5.

    They are min(SNR, gamma) / SNR, for v_prediction over SNR + 1; also at an SNR of 0, with which
    a schedule of zero terminal SNR ends.
    """
    snr = compute_snr(noise_scheduler, timesteps)
    if noise_scheduler.config.prediction_type == "v_prediction":
        return torch.clamp(snr, max=gamma) / (snr + 1)
    return torch.clamp(gamma / snr, max=1)


@torch.no_grad()
def posterior_moments(vae: AutoencoderKL, pixels: Tensor) -> tuple[Tensor, Tensor]:
    """Mean and standard deviation of the latents of `pixels` [b, 3, h, w] in [-1, 1].

    Each is [b, c, h / 8, w / 8], float32, times the scaling factor: mean + deviation * noise is a
    sample of the autoencoder's posterior, as the U-Net is given it.
    """
    posterior = vae.encode(pixels.to(vae.device, vae.dtype)).latent_dist
    scale = vae.config.scaling_factor
    return posterior.mean.float() * scale, posterior.std.float() * scale
