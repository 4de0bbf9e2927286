"""Stable Diffusion 1.x and 2.x: a CLIP text encoder, a U-Net on latents, a KL autoencoder.

What depends on the family's arrangement stands in this module and nowhere else, so that what paints
and what teaches cannot disagree about it.
"""

from collections.abc import Sequence
from pathlib import Path

import torch
from diffusers import (
    AutoencoderKL,
    DDPMScheduler,
    DPMSolverMultistepScheduler,
    StableDiffusionPipeline,
    UNet2DConditionModel,
)
from torch import Tensor
from torch.nn import functional
from transformers import CLIPTextModel

from storybook.models.checkpoint import Checkpoint
from storybook.models.clip_text import encode_prompt
from storybook.models.components import open_parts, open_sampler, open_tokenizer
from storybook.models.sampling import ControlNetFn, Img2ImgInit, TextEmbeds, denoise
from storybook.models.training_loss import prediction_target, snr_weights
from storybook.models.weights import ComponentOverrides
from storybook.records import Candidate

KINDS = {"unet": UNet2DConditionModel, "vae": AutoencoderKL, "text_encoder": CLIPTextModel}


class StableDiffusion:
    """What is the family's own; `painting.Family` says what each is for."""

    upcasts_vae = False
    takes_controlnet = True

    def check(self, overrides: ComponentOverrides) -> None:
        """It takes them all."""

    def open_pipe(self, checkpoint: Checkpoint, vae: Path | None) -> StableDiffusionPipeline:
        """The parts, in single precision on the CPU, with DPM++ 2M as the scheduler."""
        return StableDiffusionPipeline(
            **open_parts(checkpoint, KINDS, vae),
            tokenizer=open_tokenizer(checkpoint.configs / "tokenizer"),
            scheduler=open_sampler(checkpoint),
            safety_checker=None,
            feature_extractor=None,
            requires_safety_checker=False,
        )

    def encode(
        self,
        pipe: StableDiffusionPipeline,
        text: str,
        *,
        negative: bool = False,
        clip_skip: int = 1,
    ) -> TextEmbeds:
        """Prompt embeddings [positions, d], of a `negative` prompt as of any."""
        # A word of textual inversion may be several tokens.
        words = pipe.maybe_convert_prompt(text, pipe.tokenizer)
        return TextEmbeds(encode_prompt(pipe.tokenizer, pipe.text_encoder, words, clip_skip))

    def denoise(
        self,
        pipe: StableDiffusionPipeline,
        sampler: DPMSolverMultistepScheduler,
        requests: Sequence[Candidate],
        embeds: Sequence[TextEmbeds],
        *,
        init: Img2ImgInit | None = None,
        controlnet: ControlNetFn | None = None,
    ) -> Tensor:
        """Latents [b, c, h, w], float32, by classifier-free guidance."""
        prompt_embeds = torch.stack([each.prompt_embeds for each in embeds])
        return denoise(pipe, sampler, requests, prompt_embeds, init=init, controlnet=controlnet)

    def training_loss(
        self,
        pipe: StableDiffusionPipeline,
        noise_scheduler: DDPMScheduler,
        latents: Tensor,
        noise: Tensor,
        timesteps: Tensor,
        prompt_embeds: Tensor,
        *,
        min_snr: float | None = None,
        pixel_weights: Tensor | None = None,
    ) -> Tensor:
        """The mean squared error of the noise, or v, that the U-Net predicts: [b], float32.

        `pixel_weights`, [b, 1, h, w], say how much each latent's error counts; None: all the same.
        """
        dtype = pipe.unet.dtype  # diffusers looks through all layers for it
        latents, noise = latents.to(dtype), noise.to(dtype)
        noisy_latents = noise_scheduler.add_noise(latents, noise, timesteps)
        model_pred = pipe.unet(noisy_latents, timesteps, prompt_embeds.to(dtype)).sample
        target = prediction_target(noise_scheduler, latents, noise, timesteps)
        errors = functional.mse_loss(model_pred.float(), target.float(), reduction="none")
        if pixel_weights is not None:
            errors = errors * pixel_weights
        loss = errors.mean((1, 2, 3))
        return loss if min_snr is None else loss * snr_weights(noise_scheduler, timesteps, min_snr)


FAMILY = StableDiffusion()
