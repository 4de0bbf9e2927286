"""The painter: a small conditional U-Net and its text encoder, taught together on latents."""

from collections.abc import Iterator, Sequence
from random import Random

import numpy as np
import torch
from diffusers import (
    AutoencoderKL,
    DDPMScheduler,
    DPMSolverMultistepScheduler,
    StableDiffusionPipeline,
    UNet2DConditionModel,
)
from PIL.Image import Image
from torch import Tensor, nn
from transformers import CLIPModel, CLIPTextModel, CLIPTokenizer

from storybook.models.sampling_defaults import SamplingDefaults
from storybook.records import Event
from storybook.world import World
from training.starter.artist import parts_in
from training.starter.dataset import to_tensor, words_for
from training.starter.loop import TrainContext, TrainSpec, learn
from training.starter.pictures import Picture, caption
from training.starter.plan import Plan
from training.starter.sheets import sheet
from training.starter.vae import scaling_factor

CFG_DROPOUT = 0.1
"""How often the painter is told nothing, so that guidance has something to lead away from."""

FORETELLABLE_SNR = 4.0
"""Above this share of signal to noise, what is hidden is grain: min-SNR weighting for v."""


TIMESTEP_SHARES = ((0.12, 400), (0.18, 700), (0.25, 850), (0.45, 1000))
"""The share of all pictures that is taught below each timestep, counted from the one before.

Latents of drawings are alike over wide areas, so that where everyone stands shows through all but
the strongest noise: what the words decide is decided in the first steps of sampling. Taught
evenly, a painter spends a seventh of its pictures there, and its figures fall to pieces.
"""

FIGURE_SHARE, LEAST_FIGURE, MOST_FIGURE, GROUND = 0.35, 0.6, 3.0, 0.6
"""What an error costs on a figure and on the ground: all figures of a picture together about as
much as `FIGURE_SHARE` of it, however small they are, within limits for one place."""


class PainterModel(nn.Module):
    """What is taught together: the U-Net and the text encoder that it listens to."""

    def __init__(self, unet: UNet2DConditionModel, text_encoder: CLIPTextModel) -> None:
        super().__init__()
        self.unet = unet
        self.text_encoder = text_encoder


def new_painter(plan: Plan, clip: CLIPModel) -> PainterModel:
    """An untaught U-Net beside the text tower of a taught CLIP."""
    text_encoder = CLIPTextModel(clip.config.text_config)
    text_encoder.text_model.load_state_dict(clip.text_model.state_dict())
    # Attention over all places of the finest maps would cost most of everything: it begins where a
    # map has a quarter of the picture's sides in latents.
    unet = UNet2DConditionModel(
        sample_size=plan.picture_px // 8,
        in_channels=plan.latent_channels,
        out_channels=plan.latent_channels,
        down_block_types=("DownBlock2D",) * 2 + ("CrossAttnDownBlock2D",) * 2,
        up_block_types=("CrossAttnUpBlock2D",) * 2 + ("UpBlock2D",) * 2,
        block_out_channels=plan.unet_channels,
        layers_per_block=1,
        attention_head_dim=4,
        cross_attention_dim=plan.text_width,
        norm_num_groups=16,
    )
    return PainterModel(unet, text_encoder)


def new_schedule() -> DDPMScheduler:
    """Stable Diffusion's noise schedule, with v as the target (Salimans and Ho 2022).

    Its last step is all noise (Lin et al. 2024): what shows through the usual last step is no noise
    in a drawing's wide areas, and a painter that has learnt to trust it is led astray by noise.
    """
    return DDPMScheduler(
        beta_start=0.00085,
        beta_end=0.012,
        beta_schedule="scaled_linear",
        prediction_type="v_prediction",
        clip_sample=False,
        timestep_spacing="trailing",
        steps_offset=1,
        rescale_betas_zero_snr=True,
    )


def teach_unet(
    painter: PainterModel,
    vae: AutoencoderKL,
    tokenizer: CLIPTokenizer,
    latents: Tensor,
    pictures: Sequence[Picture],
    world: World,
    context: TrainContext,
) -> Iterator[Event]:
    """Teach `painter` to find its way from noise to the latents of what it is told."""
    plan, device = context.plan, context.device
    schedule = new_schedule()
    # What little noise hides is grain that nobody can foretell: its errors count less, in the way
    # of min-SNR weighting (Hang et al. 2023).
    signal = schedule.alphas_cumprod / (1 - schedule.alphas_cumprod)
    weights = (FORETELLABLE_SNR / signal).clamp(max=1)
    scale = scaling_factor(latents)
    channel_weights = as_seen(latents).to(device)
    place_weights = weights_of_places(pictures, world, latents.shape[-1])
    fixed = [caption(picture, world) for picture in pictures[:8]]

    def loss(module: PainterModel, generator: torch.Generator) -> Tensor:
        chosen = torch.randint(len(pictures), (plan.unet_batch,), generator=generator)
        rng = Random(int(torch.randint(2**62, (1,), generator=generator)))
        captions = [
            "" if rng.random() < CFG_DROPOUT else words_for(pictures[index], world, rng)
            for index in chosen
        ]
        x0 = latents[chosen].mul(scale).to(device)
        noise = torch.randn(x0.shape, generator=generator).to(device)
        timesteps = timesteps_at(stratified(plan.unet_batch, generator)).to(device)
        noisy_latents = schedule.add_noise(x0, noise, timesteps)
        input_ids = tokens_of(tokenizer, captions).to(device)
        prompt_embeds = module.text_encoder(input_ids).last_hidden_state
        model_pred = module.unet(noisy_latents, timesteps, prompt_embeds).sample
        target = schedule.get_velocity(x0, noise, timesteps)
        errors = channel_weights * (model_pred - target).square()
        errors = (place_weights[chosen, None].float().to(device) * errors).mean((1, 2, 3))
        return (weights.to(device)[timesteps] * errors).mean()

    def show(module: PainterModel) -> Image:
        pipeline = pipeline_of(module, vae, tokenizer, scale)
        size_px = plan.picture_px
        sampling = SamplingDefaults(
            width_px=size_px, height_px=size_px, steps=10, guidance=2, karras=False
        )
        return sheet(to_tensor(paint(pipeline, fixed, sampling, seed=1)), columns=4)

    spec = TrainSpec(
        "unet",
        painter.to(device),
        loss,
        show=show,
        lr=1e-3,
        decay_share=0.3,
        ema_decay=0.995,
        batches_per_step=2,
        mixed=True,
    )
    yield from learn(spec, context)


def stratified(count: int, generator: torch.Generator) -> Tensor:
    """[count] in [0, 1): one draw for each equal share, so that a batch's loss varies less."""
    return (torch.arange(count) + torch.rand(count, generator=generator)) / count


def timesteps_at(places: Tensor) -> Tensor:
    """The timesteps, int64, at places [n] in [0, 1) of the distribution of `TIMESTEP_SHARES`."""
    shares, ends = zip(*TIMESTEP_SHARES, strict=True)
    return torch.from_numpy(np.interp(places, np.cumsum([0, *shares]), [0, *ends])).long()


def weights_of_places(pictures: Sequence[Picture], world: World, side: int) -> Tensor:
    """How much an error counts in each place of a latent, fp16 [n, side, side] with mean 1.

    A face is a hundredth of a picture and most of what is looked at.
    """
    figures = torch.from_numpy(np.stack([parts_in(one, world, side) for one in pictures])) > 0
    share = figures.float().mean((1, 2), keepdim=True).clamp(min=1e-3)
    weights = GROUND + figures * (FIGURE_SHARE / share).clamp(LEAST_FIGURE, MOST_FIGURE)
    return (weights / weights.mean((1, 2), keepdim=True)).half()


def as_seen(latents: Tensor) -> Tensor:
    """How much an error in each channel counts in the picture, [c, 1, 1] with mean 1.

    A latent is a principal component divided by the square root of its deviation (`vae.py`), so a
    channel's variance is that deviation, and what an error costs in pixels is its square times it.
    Without this, fine grain holds most of the loss at much noise, and shapes are learnt late.
    """
    variances = latents.var((0, 2, 3))
    return (variances / variances.mean())[:, None, None]


def tokens_of(tokenizer: CLIPTokenizer, texts: Sequence[str]) -> Tensor:
    """Token ids [b, t], padded and cut as StableDiffusionPipeline does."""
    return tokenizer(
        list(texts),
        padding="max_length",
        max_length=tokenizer.model_max_length,
        truncation=True,
        return_tensors="pt",
    ).input_ids


def pipeline_of(
    painter: PainterModel, vae: AutoencoderKL, tokenizer: CLIPTokenizer, scale: float
) -> StableDiffusionPipeline:
    """An ordinary pipeline around the painter; the VAE takes `scale` as its scaling factor."""
    vae.register_to_config(scaling_factor=scale)
    pipeline = StableDiffusionPipeline(
        vae=vae,
        text_encoder=painter.text_encoder,
        tokenizer=tokenizer,
        unet=painter.unet,
        scheduler=solver(),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )
    pipeline.set_progress_bar_config(disable=True)
    return pipeline


def solver() -> DPMSolverMultistepScheduler:
    """DPM++ 2M for the painter's schedule.

    Not with Karras' spacing, which has no end to begin at where the last step is all noise.
    """
    return DPMSolverMultistepScheduler.from_config(new_schedule().config)


def paint(
    pipeline: StableDiffusionPipeline, prompts: Sequence[str], sampling: SamplingDefaults, seed: int
) -> np.ndarray:
    """One picture for each prompt, uint8 [n, h, w, 3]; picture `i` is sampled from seed + i."""
    pipeline.scheduler = solver()
    painted = []
    for start in range(0, len(prompts), 16):
        part = list(prompts[start : start + 16])
        generator = [torch.Generator().manual_seed(seed + start + n) for n in range(len(part))]
        images = pipeline(
            part,
            width=sampling.width_px,
            height=sampling.height_px,
            output_type="np",
            num_inference_steps=sampling.steps,
            guidance_scale=sampling.guidance,
            generator=generator,
        ).images
        painted.append((images * 255).round().astype(np.uint8))
    return np.concatenate(painted)
