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


class Painter(nn.Module):
    """What is taught together: the U-Net and the text encoder that it listens to."""

    def __init__(self, unet: UNet2DConditionModel, text_encoder: CLIPTextModel) -> None:
        super().__init__()
        self.unet = unet
        self.text_encoder = text_encoder


def new_painter(plan: Plan, clip: CLIPModel) -> Painter:
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
    return Painter(unet, text_encoder)


def new_schedule() -> DDPMScheduler:
    """Stable Diffusion's noise schedule, with v as the target (Salimans and Ho 2022)."""
    return DDPMScheduler(
        beta_start=0.00085,
        beta_end=0.012,
        beta_schedule="scaled_linear",
        prediction_type="v_prediction",
        clip_sample=False,
        timestep_spacing="trailing",
        steps_offset=1,
    )


def teach_unet(
    painter: Painter,
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
    fixed = [caption(picture, world) for picture in pictures[:8]]

    def loss(module: Painter, generator: torch.Generator) -> Tensor:
        chosen = torch.randint(len(pictures), (plan.unet_batch,), generator=generator)
        rng = Random(int(torch.randint(2**62, (1,), generator=generator)))
        captions = [
            "" if rng.random() < CFG_DROPOUT else words_for(pictures[index], world, rng)
            for index in chosen
        ]
        x0 = latents[chosen].mul(scale).to(device)
        noise = torch.randn(x0.shape, generator=generator).to(device)
        places = stratified(plan.unet_batch, generator)
        timesteps = (places * len(schedule.betas)).long().to(device)
        noisy_latents = schedule.add_noise(x0, noise, timesteps)
        input_ids = tokens_of(tokenizer, captions).to(device)
        prompt_embeds = module.text_encoder(input_ids).last_hidden_state
        model_pred = module.unet(noisy_latents, timesteps, prompt_embeds).sample
        target = schedule.get_velocity(x0, noise, timesteps)
        errors = (channel_weights * (model_pred - target).square()).mean((1, 2, 3))
        return (weights.to(device)[timesteps] * errors).mean()

    def show(module: Painter) -> Image:
        pipeline = pipeline_of(module, vae, tokenizer, scale)
        size_px = plan.picture_px
        sampling = SamplingDefaults(
            width_px=size_px, height_px=size_px, steps=10, guidance=3, karras=True
        )
        return sheet(to_tensor(paint(pipeline, fixed, sampling, seed=1)), columns=4)

    spec = TrainSpec(
        "unet",
        painter.to(device),
        loss,
        show=show,
        lr=2e-3,
        ema_decay=0.995,
        batches_per_step=2,
        mixed=True,
    )
    yield from learn(spec, context)


def stratified(count: int, generator: torch.Generator) -> Tensor:
    """[count] in [0, 1): one draw for each equal share, so that a batch's loss varies less."""
    return (torch.arange(count) + torch.rand(count, generator=generator)) / count


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
    painter: Painter, vae: AutoencoderKL, tokenizer: CLIPTokenizer, scale: float
) -> StableDiffusionPipeline:
    """An ordinary pipeline around the painter; the VAE takes `scale` as its scaling factor."""
    vae.register_to_config(scaling_factor=scale)
    pipeline = StableDiffusionPipeline(
        vae=vae,
        text_encoder=painter.text_encoder,
        tokenizer=tokenizer,
        unet=painter.unet,
        scheduler=solver(karras=True),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )
    pipeline.set_progress_bar_config(disable=True)
    return pipeline


def solver(*, karras: bool) -> DPMSolverMultistepScheduler:
    """DPM++ 2M for the painter's schedule, with Karras' spacing if asked."""
    return DPMSolverMultistepScheduler.from_config(new_schedule().config, use_karras_sigmas=karras)


def paint(
    pipeline: StableDiffusionPipeline, prompts: Sequence[str], sampling: SamplingDefaults, seed: int
) -> np.ndarray:
    """One picture for each prompt, uint8 [n, h, w, 3]; picture `i` is sampled from seed + i."""
    pipeline.scheduler = solver(karras=sampling.karras)
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
