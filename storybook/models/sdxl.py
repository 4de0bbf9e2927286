"""Stable Diffusion XL: two CLIP text encoders, and a U-Net conditioned on sizes.

Prompt embeddings are the last layer but one of both encoders, concatenated, whatever `clip_skip`
says, as A1111 does; beside them one pooled embedding of the text, that of its first chunk.
"""

from collections.abc import Sequence
from pathlib import Path

import torch
from diffusers import (
    AutoencoderKL,
    DPMSolverMultistepScheduler,
    StableDiffusionXLPipeline,
    UNet2DConditionModel,
)
from torch import Tensor
from transformers import CLIPTextModel, CLIPTextModelWithProjection

from storybook.errors import ModelError
from storybook.models.checkpoint import CONFIGS, Checkpoint
from storybook.models.clip_text import apply_emphasis, input_ids_of, prompt_chunks
from storybook.models.components import open_parts, open_sampler, open_tokenizer
from storybook.models.families import INDEX
from storybook.models.memory import execution_device
from storybook.models.sampling import ControlNetFn, Img2ImgInit, TextEmbeds, denoise
from storybook.models.weights import ComponentOverrides
from storybook.records import Candidate

KINDS = {
    "unet": UNet2DConditionModel,
    "vae": AutoencoderKL,
    "text_encoder": CLIPTextModel,
    "text_encoder_2": CLIPTextModelWithProjection,
}
PENULTIMATE = -2
TOKENIZER_FAMILIES = ("stable-diffusion-1", "stable-diffusion-2")
"""Whose vocabularies the two encoders of a single file have."""


class StableDiffusionXL:
    """What is the family's own; `painting.Family` says what each is for."""

    upcasts_vae = True
    takes_controlnet = False
    training_loss = None

    def check(self, overrides: ComponentOverrides) -> None:
        """Raise ModelError for what it has no place for."""
        for what, there in (
            ("draw.hypernetworks", overrides.hypernetworks),
            ("draw.embeddings", overrides.embeddings),
        ):
            if there:
                raise ModelError(f"{what}: Stable Diffusion XL takes none here. Leave it out.")
        if overrides.clip_skip > 2:
            raise ModelError(
                f"draw.clip_skip is {overrides.clip_skip}: Stable Diffusion XL hears the last "
                "layer but one of its text encoders, and no other. Leave it out."
            )

    def open_pipe(self, checkpoint: Checkpoint, vae: Path | None) -> StableDiffusionXLPipeline:
        """The parts, in single precision on the CPU, with DPM++ 2M as the scheduler."""
        parts = open_parts(checkpoint, KINDS, vae)
        if checkpoint.path.is_file():
            zeros = True
            tokenizers = [CONFIGS / name / "tokenizer" for name in TOKENIZER_FAMILIES]
        else:
            zeros = checkpoint.settings(INDEX).get("force_zeros_for_empty_prompt", True)
            tokenizers = [checkpoint.path / name for name in ("tokenizer", "tokenizer_2")]
        return StableDiffusionXLPipeline(
            **parts,
            tokenizer=open_tokenizer(tokenizers[0]),
            tokenizer_2=open_tokenizer(tokenizers[1]),
            scheduler=open_sampler(checkpoint),
            force_zeros_for_empty_prompt=bool(zeros),
            add_watermarker=False,
        )

    def encode(
        self,
        pipe: StableDiffusionXLPipeline,
        text: str,
        *,
        negative: bool = False,
        clip_skip: int = 1,
    ) -> TextEmbeds:
        """A prompt's embeddings; those of an empty `negative` one are zeros, as A1111 has it.

        Emphasis scales a token's hidden states and restores its chunk's mean, in each encoder by
        itself.
        """
        per_encoder, pooled = [], None
        pairs = ((pipe.tokenizer, pipe.text_encoder), (pipe.tokenizer_2, pipe.text_encoder_2))
        for tokenizer, encoder in pairs:
            chunks, weights = prompt_chunks(tokenizer, encoder, text)
            output = encoder(input_ids_of(tokenizer, encoder, chunks), output_hidden_states=True)
            weighted = zip(output.hidden_states[PENULTIMATE], weights, strict=True)
            per_encoder.append(torch.cat([apply_emphasis(*each) for each in weighted]))
            pooled = output[0][0]  # of the second encoder, which projects; of the first chunk
        prompt_embeds = torch.cat(per_encoder, dim=-1)
        if negative and not text.strip() and pipe.config.force_zeros_for_empty_prompt:
            return TextEmbeds(torch.zeros_like(prompt_embeds), torch.zeros_like(pooled))
        return TextEmbeds(prompt_embeds, pooled)

    def denoise(
        self,
        pipe: StableDiffusionXLPipeline,
        sampler: DPMSolverMultistepScheduler,
        requests: Sequence[Candidate],
        embeds: Sequence[TextEmbeds],
        *,
        init: Img2ImgInit | None = None,
        controlnet: ControlNetFn | None = None,
    ) -> Tensor:
        """Latents [b, c, h, w], float32, by classifier-free guidance."""
        added_cond_kwargs = {
            "text_embeds": torch.stack([each.pooled for each in embeds]),
            "time_ids": _time_ids(pipe, requests[0]).expand(len(embeds), -1),
        }
        prompt_embeds = torch.stack([each.prompt_embeds for each in embeds])
        return denoise(
            pipe,
            sampler,
            requests,
            prompt_embeds,
            init=init,
            controlnet=controlnet,
            added_cond_kwargs=added_cond_kwargs,
        )


def _time_ids(pipe: StableDiffusionXLPipeline, request: Candidate) -> Tensor:
    """[1, 6]: the size of what is drawn, as original and as target, with nothing cut off."""
    size = (request.height_px, request.width_px)
    numbers = torch.tensor([[*size, 0, 0, *size]], dtype=pipe.unet.dtype)
    return numbers.to(execution_device(pipe))


FAMILY = StableDiffusionXL()
