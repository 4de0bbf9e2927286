"""The family of Stable Diffusion XL: two CLIP text encoders, and a U-Net conditioned on sizes.

Prompt embeddings are the last layer but one of both encoders, concatenated, whatever `clip_skip`
says, as A1111 does; beside them one pooled embedding of the text, that of its first chunk.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

import torch
from diffusers import (
    DPMSolverMultistepScheduler,
    StableDiffusionXLPipeline,
    UNet2DConditionModel,
)
from PIL import Image
from torch import Tensor
from transformers import CLIPTextModel, CLIPTextModelWithProjection

from storybook.config import PrecisionWish
from storybook.errors import ModelError
from storybook.models.adapters import asked_for
from storybook.models.clip_text import emphasised, input_ids_of, prompt_chunks
from storybook.models.devices import device_of, dtype_of, in_halves, memory_of, quiet
from storybook.models.fuse_lora import fuse_lora, fused
from storybook.models.memory import MemoryBudget, apply_offload, execution_device
from storybook.models.overrides import apply_overrides
from storybook.models.pace import Pace
from storybook.models.sampling import (
    check_numbers,
    decode,
    denoise,
    pace_of,
    precision_of,
    settle_pace,
)
from storybook.models.sd1 import check_size, open_part, open_sampler, open_tokenizer, open_vae
from storybook.models.single_file import configs_of, read_parts, read_second_encoder
from storybook.models.weights import (
    Adapter,
    ComponentOverrides,
    check_weights,
    model_name,
    read_json,
)
from storybook.records import Candidate

NO_OVERRIDES = ComponentOverrides()
DEFAULT_BUDGET = MemoryBudget(pixels=1024 * 1024)
PENULTIMATE = -2
TOKENIZER_FAMILIES = ("stable-diffusion-1", "stable-diffusion-2")


class Text(NamedTuple):
    """A prompt or a negative prompt."""

    prompt: str
    negative: bool


@dataclass(frozen=True, slots=True)
class TextEmbeds:
    """A text's conditioning of the U-Net."""

    prompt_embeds: Tensor
    """[positions, d], positions a multiple of a chunk's."""
    pooled: Tensor
    """[e], pooled over the text by the second encoder."""


@dataclass(frozen=True, slots=True)
class SdxlPainter:
    """A Stable Diffusion XL in memory; `batch` pictures are drawn at a time."""

    name: str
    pipe: StableDiffusionXLPipeline
    sampler: DPMSolverMultistepScheduler
    batch: int
    loras: Mapping[str, Path] = field(default_factory=dict)
    """Adapter files by the names that prompts ask for them with, as `<lora:name:0.8>`."""
    pace: Pace = field(default_factory=Pace)

    @property
    def precision(self) -> str:
        """What pictures are computed in, such as `bf16`."""
        return precision_of(self.pipe, self.pace)

    def paint(self, requests: Sequence[Candidate]) -> Iterator[Image.Image]:
        """One RGB picture for each request, in their order, each from its own request only.

        Neighbours of the same size, steps, guidance and LoRAs share a batch; one that is too large
        for the device is halved. Raises ModelError for a size that the autoencoder cannot have or a
        LoRA that does not fit, OutOfMemory if not even one picture fits.
        """
        for request in requests:
            check_size(self.pipe, request)
        settle_pace(self.pace, self.pipe, requests, self.batch, self._step)
        for loras, group in groupby(requests, key=self._loras_of):
            with fused(self.pipe, loras):
                yield from self._paint_alike(list(group))

    def _loras_of(self, request: Candidate) -> tuple[Adapter, ...]:
        return asked_for(request.prompt.positive, self.loras)

    def _paint_alike(self, requests: Sequence[Candidate]) -> Iterator[Image.Image]:
        """As `paint`, with the weights as they are."""
        texts = {text for each in requests for text in _texts(each)}
        embeds = {
            text: encode_text(self.pipe, text.prompt, negative=text.negative) for text in texts
        }
        for _, alike in groupby(requests, key=lambda each: _shape(each, embeds)):
            group = list(alike)
            for start in range(0, len(group), self.batch):
                some = group[start : start + self.batch]
                yield from in_halves(partial(self._paint_batch, embeds=embeds), some)

    @torch.inference_mode()
    def _paint_batch(
        self, requests: Sequence[Candidate], embeds: Mapping[Text, TextEmbeds]
    ) -> list[Image.Image]:
        first = requests[0]
        work = f"Drawing {len(requests)} pictures of {first.width_px} x {first.height_px} px"
        remedy = "Try --set draw.memory=parts, or smaller draw.width_px and draw.height_px."
        with memory_of(execution_device(self.pipe), work, remedy), self.pace.kept():
            latents = self._latents(requests, embeds)
            check_numbers(latents, self.name, self.pipe.unet.dtype)
            return decode(self.pipe, latents)

    @torch.inference_mode()
    def _step(self, requests: Sequence[Candidate]) -> None:
        """One step of pictures of one prompt: what `paint` does most of."""
        texts = _texts(requests[0])
        embeds = {
            text: encode_text(self.pipe, text.prompt, negative=text.negative) for text in texts
        }
        self._latents(requests, embeds)

    def _latents(self, requests: Sequence[Candidate], embeds: Mapping[Text, TextEmbeds]) -> Tensor:
        """Denoised latents [b, c, h, w]."""
        padded = self._texts_embeds(requests, embeds)
        added_cond_kwargs = {
            "text_embeds": torch.stack([each.pooled for each in padded]),
            "time_ids": _sizes(self.pipe, requests[0]).expand(len(padded), -1),
        }
        prompt_embeds = torch.stack([each.prompt_embeds for each in padded])
        return denoise(
            self.pipe, self.sampler, requests, prompt_embeds, added_cond_kwargs=added_cond_kwargs
        )

    def _texts_embeds(
        self, requests: Sequence[Candidate], embeds: Mapping[Text, TextEmbeds]
    ) -> list[TextEmbeds]:
        """The b prompts', if guided after the b negative prompts'; all padded to one length."""
        texts = [_texts(each)[0] for each in requests]
        if requests[0].guidance > 1:
            texts = [_texts(each)[1] for each in requests] + texts
        longest = max(len(embeds[text].prompt_embeds) for text in texts)
        return [self._padded(embeds[text], longest) for text in texts]

    def _padded(self, embeds: TextEmbeds, positions: int) -> TextEmbeds:
        short = positions - len(embeds.prompt_embeds)
        if not short:
            return embeds
        zeros = not embeds.prompt_embeds.any()  # stay zeros; words go on with an empty text's
        empty = encode_text(self.pipe, "", negative=zeros).prompt_embeds
        return TextEmbeds(
            torch.cat([embeds.prompt_embeds, *[empty] * (short // len(empty))]), embeds.pooled
        )


def open_painter(
    checkpoint: Path,
    adapters: Sequence[Adapter] = (),
    *,
    device: str = "auto",
    batch: int = 8,
    overrides: ComponentOverrides = NO_OVERRIDES,
    loras: Mapping[str, Path] | None = None,
    budget: MemoryBudget = DEFAULT_BUDGET,
    precision: PrecisionWish = "fp32",
) -> SdxlPainter:
    """The painter in a diffusers folder or a single file, its adapters fused into the weights.

    float16 on a GPU, but for an autoencoder with `force_upcast`; on a CPU float32, unless
    `precision` says otherwise. Raises ModelError if a part is missing, broken or loaded only in
    part, or if something does not fit.
    """
    check_weights(checkpoint)
    _refuse(overrides)
    place = device_of(device)
    with quiet(), memory_of(place, f"Opening {checkpoint}", "Try --set device=cpu."):
        sampler = open_sampler(checkpoint)
        pipe = _open_pipe(checkpoint, overrides.vae)
        pipe.register_modules(scheduler=sampler)
        for adapter in adapters:
            fuse_lora(pipe, adapter)
        apply_overrides(pipe, overrides)
        pipe.to(dtype_of(place))
        if pipe.vae.config.force_upcast:  # it has numbers that half precision has not
            pipe.vae.to(torch.float32)
        apply_offload(pipe, budget.plan(pipe, place), place)
    name, pace = model_name(checkpoint, adapters, overrides), pace_of(pipe, precision, place)
    return SdxlPainter(name, pipe, sampler, batch, loras or {}, pace)


def _open_pipe(checkpoint: Path, other_vae: Path | None) -> StableDiffusionXLPipeline:
    if checkpoint.is_file():
        configs = configs_of(checkpoint)
        unet, vae, first = read_parts(checkpoint, configs, vae_in=other_vae is None)
        second, zeros = read_second_encoder(checkpoint, configs), True
        # The vocabularies of the two encoders are those of Stable Diffusion 1 and 2.
        tokenizers = [configs.parent / name / "tokenizer" for name in TOKENIZER_FAMILIES]
    else:
        unet = open_part(UNet2DConditionModel, checkpoint / "unet")
        vae = open_vae(checkpoint / "vae", other_vae)
        first = open_part(CLIPTextModel, checkpoint / "text_encoder")
        second = open_part(CLIPTextModelWithProjection, checkpoint / "text_encoder_2")
        zeros = read_json(checkpoint / "model_index.json").get("force_zeros_for_empty_prompt", True)
        tokenizers = [checkpoint / "tokenizer", checkpoint / "tokenizer_2"]
    return StableDiffusionXLPipeline(
        vae=vae,
        text_encoder=first,
        text_encoder_2=second,
        tokenizer=open_tokenizer(tokenizers[0]),
        tokenizer_2=open_tokenizer(tokenizers[1]),
        unet=unet,
        scheduler=None,
        force_zeros_for_empty_prompt=bool(zeros),
        add_watermarker=False,
    )


@torch.inference_mode()
def encode_text(
    pipe: StableDiffusionXLPipeline, prompt: str, *, negative: bool = False
) -> TextEmbeds:
    """A prompt's embeddings; those of an empty `negative` one are zeros, as A1111 has it.

    Emphasis scales a token's hidden states and restores its chunk's mean, in each encoder by
    itself.
    """
    per_encoder, pooled = [], None
    pairs = ((pipe.tokenizer, pipe.text_encoder), (pipe.tokenizer_2, pipe.text_encoder_2))
    for tokenizer, encoder in pairs:
        chunks, weights = prompt_chunks(tokenizer, encoder, prompt)
        output = encoder(input_ids_of(tokenizer, encoder, chunks), output_hidden_states=True)
        weighted = zip(output.hidden_states[PENULTIMATE], weights, strict=True)
        per_encoder.append(torch.cat([emphasised(*each) for each in weighted]))
        pooled = output[0][0]  # of the second encoder, which projects; of the first chunk
    prompt_embeds = torch.cat(per_encoder, dim=-1)
    if negative and not prompt.strip() and pipe.config.force_zeros_for_empty_prompt:
        return TextEmbeds(torch.zeros_like(prompt_embeds), torch.zeros_like(pooled))
    return TextEmbeds(prompt_embeds, pooled)


def _texts(request: Candidate) -> tuple[Text, Text]:
    """The prompt and the negative prompt."""
    return Text(request.prompt.positive, False), Text(request.prompt.negative, True)


def _shape(request: Candidate, embeds: Mapping[Text, TextEmbeds]) -> tuple[float, ...]:
    """Requests of one shape may share a batch: their tensors have equal shapes."""
    positions = max(len(embeds[text].prompt_embeds) for text in _texts(request))
    return request.width_px, request.height_px, request.steps, request.guidance, positions


def _sizes(pipe: StableDiffusionXLPipeline, request: Candidate) -> Tensor:
    """[1, 6]: the size of what is drawn, as original and as target, with nothing cut off."""
    size = (request.height_px, request.width_px)
    numbers = torch.tensor([[*size, 0, 0, *size]], dtype=pipe.unet.dtype)
    return numbers.to(execution_device(pipe))


def _refuse(overrides: ComponentOverrides) -> None:
    """Raise ModelError for what this family has no place for."""
    for what, there in (("draw.hypernetworks", overrides.hypernetworks),
                        ("draw.embeddings", overrides.embeddings)):  # fmt: skip
        if there:
            raise ModelError(f"{what}: Stable Diffusion XL takes none here. Leave it out.")
    if overrides.clip_skip > 2:
        raise ModelError(
            f"draw.clip_skip is {overrides.clip_skip}: Stable Diffusion XL hears the last layer "
            "but one of its text encoders, and no other. Leave it out."
        )
