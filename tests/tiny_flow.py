"""A family that is none of the project's: a flow-matching transformer, as one file beside others.

It is what `CONTRIBUTING.md` says that a new family needs, at toy size.
"""

import json
from collections.abc import Sequence
from pathlib import Path

import torch
from diffusers import (
    AutoencoderKL,
    FlowMatchEulerDiscreteScheduler,
    SD3Transformer2DModel,
    StableDiffusion3Pipeline,
)
from torch import Tensor
from transformers import CLIPTextConfig, CLIPTextModelWithProjection

from storybook.models.checkpoint import Checkpoint
from storybook.models.components import open_parts, open_tokenizer
from storybook.models.families import FamilySpec
from storybook.models.sampling import TextEmbeds
from storybook.models.weights import ComponentOverrides
from storybook.records import Candidate
from tiny_sd import WIDTH, text_config, tiny_tokenizer, tiny_vae

SPEC = FamilySpec(
    "flow",
    "a toy of flow matching",
    "flow",
    "none",
    "StableDiffusion3Pipeline",
    "CLIPTextModelWithProjection",
    "model.diffusion_model.joint_blocks.",
)
KINDS = {
    "transformer": SD3Transformer2DModel,
    "vae": AutoencoderKL,
    "text_encoder": CLIPTextModelWithProjection,
}


class Flow:
    upcasts_vae = takes_controlnet = False
    training_loss = None

    def check(self, overrides: ComponentOverrides) -> None:
        pass

    def open_pipe(self, checkpoint: Checkpoint, vae: Path | None) -> StableDiffusion3Pipeline:
        others = dict.fromkeys(
            ("text_encoder_2", "tokenizer_2", "text_encoder_3", "tokenizer_3"), None
        )
        return StableDiffusion3Pipeline(
            **open_parts(checkpoint, KINDS, vae),
            **others,
            tokenizer=open_tokenizer(checkpoint.configs / "tokenizer"),
            scheduler=FlowMatchEulerDiscreteScheduler.from_config(checkpoint.scheduler_config),
        )

    def encode(self, pipe, text: str, *, negative: bool = False, clip_skip: int = 1) -> TextEmbeds:
        tokens = pipe.tokenizer(
            text, padding="max_length", max_length=77, truncation=True, return_tensors="pt"
        )
        output = pipe.text_encoder(tokens.input_ids)
        return TextEmbeds(output.last_hidden_state[0], output.text_embeds[0])

    def denoise(
        self, pipe, sampler, requests: Sequence[Candidate], embeds, *, init=None, controlnet=None
    ) -> Tensor:
        first = requests[0]
        sampler.set_timesteps(first.steps)
        shape = (4, first.height_px // 8, first.width_px // 8)
        noise = [
            torch.randn(shape, generator=torch.Generator().manual_seed(each.seed))
            for each in requests
        ]
        latents = torch.stack(noise)
        prompt_embeds = torch.stack([each.prompt_embeds for each in embeds])
        pooled = torch.stack([each.pooled for each in embeds])
        rows = len(embeds) // len(requests)
        for timestep in sampler.timesteps:
            velocity = pipe.transformer(
                torch.cat([latents] * rows),
                encoder_hidden_states=prompt_embeds,
                pooled_projections=pooled,
                timestep=timestep.expand(len(embeds)),
            ).sample
            if rows == 2:
                uncond, cond = velocity.chunk(2)
                velocity = uncond + first.guidance * (cond - uncond)
            latents = sampler.step(velocity, timestep, latents).prev_sample
        return latents


FAMILY = Flow()


def tiny_flow(folder: Path) -> Path:
    """A whole folder of the family."""
    torch.manual_seed(0)
    tokenizer = tiny_tokenizer()
    transformer = SD3Transformer2DModel(
        sample_size=8,
        patch_size=2,
        in_channels=4,
        num_layers=1,
        attention_head_dim=8,
        num_attention_heads=2,
        joint_attention_dim=WIDTH,
        caption_projection_dim=16,
        pooled_projection_dim=8,
        out_channels=4,
        pos_embed_max_size=8,
    )
    encoder = CLIPTextModelWithProjection(CLIPTextConfig(**text_config(tokenizer).to_dict()))
    for part in (transformer, encoder):  # so that a prompt shows in a picture
        for weight in part.parameters():
            torch.nn.init.normal_(weight, std=0.3)
    parts = {
        "transformer": transformer,
        "vae": tiny_vae(),
        "text_encoder": encoder,
        "tokenizer": tokenizer,
        "scheduler": FlowMatchEulerDiscreteScheduler(),
    }
    for name, part in parts.items():
        part.save_pretrained(folder / name)
    index = {"_class_name": SPEC.pipeline, "text_encoder": ["transformers", SPEC.text_encoder]}
    (folder / "model_index.json").write_text(json.dumps(index))
    return folder
