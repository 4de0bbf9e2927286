"""The training objective: targets, weights and latents, against formulas by hand."""

from types import SimpleNamespace

import pytest
import torch
from diffusers import AutoencoderKL, DDPMScheduler

from storybook.errors import ModelError
from storybook.models.sd1 import FAMILY
from storybook.models.training_loss import posterior_moments, prediction_target, snr_weights


def schedule(kind: str = "epsilon") -> DDPMScheduler:
    return DDPMScheduler(
        beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", prediction_type=kind
    )


def test_prediction_target_is_the_noise_or_v():
    clean, noise = torch.randn(2, 3, 4, 4), torch.randn(2, 3, 4, 4)
    times = torch.tensor([10, 900])
    assert torch.equal(prediction_target(schedule(), clean, noise, times), noise)
    kept = schedule().alphas_cumprod[times].view(2, 1, 1, 1)
    v = kept.sqrt() * noise - (1 - kept).sqrt() * clean
    assert torch.allclose(
        prediction_target(schedule("v_prediction"), clean, noise, times), v, atol=1e-6
    )
    with pytest.raises(ModelError, match="epsilon or v_prediction"):
        prediction_target(schedule("sample"), clean, noise, times)


def test_training_loss_is_one_for_each_picture():
    clean, noise = torch.zeros(2, 1, 2, 2), torch.ones(2, 1, 2, 2)
    times = torch.tensor([10, 900])
    says = torch.stack([torch.zeros(1, 2, 2), torch.full((1, 2, 2), 3.0)])

    def unet(noisy_latents, timesteps, prompt_embeds):
        return SimpleNamespace(sample=says)

    unet.dtype = torch.float32
    pipe, embeds = SimpleNamespace(unet=unet), torch.zeros(2, 3, 4)
    losses = FAMILY.training_loss(pipe, schedule(), clean, noise, times, embeds)
    assert losses.tolist() == [1.0, 4.0]
    weighed = FAMILY.training_loss(pipe, schedule(), clean, noise, times, embeds, min_snr=5.0)
    assert torch.allclose(weighed, losses * snr_weights(schedule(), times, 5.0))


@pytest.mark.parametrize(("kind", "more"), [("epsilon", 0), ("v_prediction", 1)])
def test_snr_weights_count_what_little_noise_hides_for_less(kind, more):
    times = torch.tensor([1, 500, 998])
    kept = schedule().alphas_cumprod[times].double()
    snr = kept / (1 - kept)
    wanted = snr.clamp(max=5) / (snr + more)
    assert torch.allclose(snr_weights(schedule(kind), times, 5.0).double(), wanted, rtol=1e-4)
    assert wanted[0] < 0.01 and (more or wanted[2] == 1)


@pytest.mark.parametrize(("kind", "last"), [("epsilon", 1.0), ("v_prediction", 0.0)])
def test_snr_weights_are_finite_where_a_schedule_ends_in_noise_alone(kind, last):
    ends = DDPMScheduler.from_config(schedule(kind).config, rescale_betas_zero_snr=True)
    assert snr_weights(ends, torch.tensor([999]), 5.0).tolist() == [last]


def test_encode_pictures_gives_mean_and_deviation_at_the_unets_scale():
    torch.manual_seed(0)
    vae = AutoencoderKL(
        block_out_channels=(8, 8),
        norm_num_groups=8,
        scaling_factor=0.5,
        down_block_types=("DownEncoderBlock2D",) * 2,
        up_block_types=("UpDecoderBlock2D",) * 2,
    )
    pixels = torch.rand(2, 3, 16, 16) * 2 - 1
    mean, deviation = posterior_moments(vae, pixels)
    found = vae.encode(pixels).latent_dist
    assert mean.shape == (2, 4, 8, 8)
    assert torch.allclose(mean, found.mean * 0.5)
    sample = found.sample(torch.Generator().manual_seed(3)) * 0.5
    noise = torch.randn(mean.shape, generator=torch.Generator().manual_seed(3))
    assert torch.allclose(mean + deviation * noise, sample, atol=1e-6)
