"""What a Stable Diffusion is asked to find in noise: the one fact that teaching rests on."""

import torch
from diffusers import AutoencoderKL, DDPMScheduler, UNet2DConditionModel
from diffusers.training_utils import compute_snr
from torch import Tensor
from torch.nn import functional

from storybook.errors import ModelError


def training_loss(
    unet: UNet2DConditionModel,
    schedule: DDPMScheduler,
    clean: Tensor,
    noise: Tensor,
    times: Tensor,
    states: Tensor,
    *,
    min_snr: float | None = None,
) -> Tensor:
    """How far the U-Net is from what it should find, for each picture: [b], in single precision.

    `clean` and `noise` are latents [b, c, h, w] at the U-Net's scale, `times` [b] steps of the
    schedule, `states` [b, positions, d] what the U-Net is told. With `min_snr`, steps with little
    noise count less (Hang et al. 2023); 5 is usual.
    """
    noisy = schedule.add_noise(clean, noise, times)
    found = unet(noisy, times, encoder_hidden_states=states).sample
    wanted = target(schedule, clean, noise, times)
    losses = functional.mse_loss(found.float(), wanted.float(), reduction="none").mean((1, 2, 3))
    return losses if min_snr is None else losses * snr_weights(schedule, times, min_snr)


def target(schedule: DDPMScheduler, clean: Tensor, noise: Tensor, times: Tensor) -> Tensor:
    """The noise itself, or v (Salimans and Ho 2022), as the checkpoint's schedule says."""
    kind = schedule.config.prediction_type
    if kind == "epsilon":
        return noise
    if kind == "v_prediction":
        return schedule.get_velocity(clean, noise, times)
    raise ModelError(f"A painter that predicts {kind!r} cannot be taught: epsilon or v_prediction.")


def snr_weights(schedule: DDPMScheduler, times: Tensor, gamma: float) -> Tensor:
    """min(SNR, gamma) / SNR, for v over SNR + 1: the weight of each step's loss."""
    snr = compute_snr(schedule, times)
    whole = snr + 1 if schedule.config.prediction_type == "v_prediction" else snr
    return torch.clamp(snr, max=gamma) / whole


@torch.no_grad()
def encode_pictures(vae: AutoencoderKL, pixels: Tensor) -> tuple[Tensor, Tensor]:
    """Mean and deviation of the latents [b, c, h / 8, w / 8] of pictures [b, 3, h, w] in [-1, 1].

    At the U-Net's scale: mean + deviation * noise is what an encoder's sample would give it.
    """
    found = vae.encode(pixels.to(vae.device, vae.dtype)).latent_dist
    scale = vae.config.scaling_factor
    return found.mean.float() * scale, found.std.float() * scale
