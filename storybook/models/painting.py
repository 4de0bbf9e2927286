"""A painter in memory, of whatever family: opened from a checkpoint, and asked for pictures."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from importlib import import_module
from itertools import groupby
from pathlib import Path
from typing import NamedTuple, Protocol

import torch
from diffusers import DiffusionPipeline, SchedulerMixin
from PIL import Image
from torch import Tensor

from storybook.config import Memory, PrecisionWish
from storybook.errors import ModelError
from storybook.models.adapters import loras_in_prompt
from storybook.models.auto_precision import AutoPrecision, num_params, param_shapes
from storybook.models.checkpoint import Checkpoint
from storybook.models.devices import device_of, dtype_of, explain_oom, halve_on_oom, quiet
from storybook.models.fuse_lora import fuse_lora, fused
from storybook.models.memory import MemoryBudget, apply_offload, denoiser_of, execution_device
from storybook.models.overrides import apply_overrides, attach_hypernetwork
from storybook.models.sampling import (
    ControlNetFn,
    Img2ImgInit,
    TextEmbeds,
    check_finite,
    decode_latents,
)
from storybook.models.weights import Adapter, ComponentOverrides
from storybook.records import Candidate, Prompt

NO_OVERRIDES = ComponentOverrides()
HALVES = {torch.float16: "fp16", torch.bfloat16: "bf16"}
TRIED = 4
"""So many pictures are begun to find out in which precision this machine is quick: with fewer at a
time, it is slower in all of them, and by less in some."""


class Text(NamedTuple):
    """A prompt or a negative prompt."""

    text: str
    negative: bool


class Family(Protocol):
    """What a family of painters does in its own way; all else is done here."""

    upcasts_vae: bool
    """Whether an autoencoder with `force_upcast` stays in single precision."""
    takes_controlnet: bool
    training_loss: Callable[..., Tensor] | None
    """(pipe, noise_scheduler, latents, noise, timesteps, prompt_embeds, min_snr=None,
    pixel_weights=None) -> the loss of each picture, [b], float32. `latents` (x0) and `noise` are
    [b, c, h, w], `timesteps` [b] in [0, num_train_timesteps), `prompt_embeds` [b, positions, d],
    `pixel_weights` [b, 1, h, w]. None: the family is not taught here."""

    def check(self, overrides: ComponentOverrides) -> None:
        """Raise ModelError for what this family has no place for."""
        ...

    def open_pipe(self, checkpoint: Checkpoint, vae: Path | None) -> DiffusionPipeline:
        """The parts, in single precision on the CPU, and the sampler as its `scheduler`.

        If there is another `vae`, the own one is not read, and has no weights yet. Raises
        ModelError if a part is missing, broken or loaded only in part.
        """
        ...

    def encode(
        self, pipe: DiffusionPipeline, text: str, *, negative: bool = False, clip_skip: int = 1
    ) -> TextEmbeds:
        """The conditioning that a prompt is, or a `negative` one."""
        ...

    def denoise(
        self,
        pipe: DiffusionPipeline,
        sampler: SchedulerMixin,
        requests: Sequence[Candidate],
        embeds: Sequence[TextEmbeds],
        *,
        init: Img2ImgInit | None = None,
        controlnet: ControlNetFn | None = None,
    ) -> Tensor:
        """Latents [b, c, h, w], float32, of `requests` of one size, steps and guidance.

        `embeds` are theirs, all of one length; with a guidance above 1 after their negative
        prompts'.
        """
        ...


@dataclass(frozen=True, slots=True)
class DiffusionPainter:
    """A painter in memory; `batch` pictures are drawn at a time."""

    name: str
    family: Family
    checkpoint: Checkpoint
    pipe: DiffusionPipeline
    sampler: SchedulerMixin
    batch: int
    clip_skip: int = 1
    """The text encoder's layer from the end, as A1111 counts: 1 is the last, 2 the one before."""
    loras: Mapping[str, Path] = field(default_factory=dict)
    """Adapter files by the names that prompts ask for them with, as `<lora:name:0.8>`."""
    amp: AutoPrecision = field(default_factory=AutoPrecision)

    @property
    def precision(self) -> str:
        """What pictures are computed in, such as `bf16`."""
        return HALVES.get(denoiser_of(self.pipe).dtype) or str(self.amp.precision)

    def paint(self, requests: Sequence[Candidate]) -> Iterator[Image.Image]:
        """One RGB picture for each request, in their order, each from its own request only.

        Neighbours in `requests` of the same size, steps, guidance and LoRAs share a batch; one that
        is too large for the device is halved. Raises ModelError for a size that the autoencoder
        cannot have or a LoRA that does not fit, OutOfMemory if not even one picture fits.
        """
        for request in requests:
            _check_size(self.pipe, request)
        if requests:
            self._choose_precision(requests)
        for loras, group in groupby(requests, key=lambda each: self.loras_of(each.prompt)):
            with fused(self.pipe, loras):
                yield from self._paint_alike(list(group))

    def loras_of(self, prompt: Prompt) -> tuple[Adapter, ...]:
        """The adapters that a prompt names, which are fused for its picture."""
        return loras_in_prompt(prompt.positive, self.loras)

    @torch.inference_mode()
    def encode(self, text: str, *, negative: bool = False) -> TextEmbeds:
        """The conditioning that a prompt is, or a `negative` one."""
        return self.family.encode(self.pipe, text, negative=negative, clip_skip=self.clip_skip)

    def encode_texts(self, requests: Sequence[Candidate]) -> dict[Text, TextEmbeds]:
        """The conditioning of each text of `requests`, encoded once."""
        texts = {text for each in requests for text in _texts(each)}
        return {each: self.encode(each.text, negative=each.negative) for each in texts}

    @torch.inference_mode()
    def denoise(
        self,
        requests: Sequence[Candidate],
        embeds: Mapping[Text, TextEmbeds],
        *,
        init: Img2ImgInit | None = None,
        controlnet: ControlNetFn | None = None,
    ) -> Tensor:
        """Latents [b, c, h, w], float32, of `requests` of one size, steps and guidance.

        Raises ModelError if they are no numbers (NaN).
        """
        texts = [_texts(each)[0] for each in requests]
        if requests[0].guidance > 1:
            texts = [_texts(each)[1] for each in requests] + texts
        rows = self.pad_to_longest(*(embeds[text] for text in texts))
        latents = self.family.denoise(
            self.pipe, self.sampler, requests, rows, init=init, controlnet=controlnet
        )
        check_finite(latents, self.name, denoiser_of(self.pipe).dtype)
        return latents

    def pad_to_longest(self, *texts: TextEmbeds) -> list[TextEmbeds]:
        """Conditionings, shorter ones as long as the longest."""
        longest = max(len(text.prompt_embeds) for text in texts)
        return [self._padded(text, longest) for text in texts]

    def _padded(self, embeds: TextEmbeds, positions: int) -> TextEmbeds:
        short = positions - len(embeds.prompt_embeds)
        if not short:
            return embeds
        zeros = not embeds.prompt_embeds.any()  # stay zeros; words go on with an empty text's
        empty = self.encode("", negative=zeros).prompt_embeds
        repeated = [empty] * (short // len(empty))
        return TextEmbeds(torch.cat([embeds.prompt_embeds, *repeated]), embeds.pooled)

    def _paint_alike(self, requests: Sequence[Candidate]) -> Iterator[Image.Image]:
        """As `paint`, with the weights as they are."""
        embeds = self.encode_texts(requests)
        for _, alike in groupby(requests, key=lambda each: _batch_key(each, embeds)):
            group = list(alike)
            for start in range(0, len(group), self.batch):
                some = group[start : start + self.batch]
                yield from halve_on_oom(partial(self._paint_batch, embeds=embeds), some)

    @torch.inference_mode()
    def _paint_batch(
        self, requests: Sequence[Candidate], embeds: Mapping[Text, TextEmbeds]
    ) -> list[Image.Image]:
        first = requests[0]
        work = f"Drawing {len(requests)} pictures of {first.width_px} x {first.height_px} px"
        remedy = "Try --set draw.memory=parts, or smaller draw.width_px and draw.height_px."
        with explain_oom(execution_device(self.pipe), work, remedy), self.amp.autocast():
            return decode_latents(self.pipe, self.denoise(requests, embeds))

    def _choose_precision(self, requests: Sequence[Candidate]) -> None:
        """Choose the precision before `requests` are drawn, by one step of pictures of a prompt."""
        first = requests[0].but(steps=1)
        tried = [first] * min(TRIED, self.batch, len(requests))
        rows = len(tried) * (2 if first.guidance > 1 else 1)
        area = first.width_px * first.height_px / self.pipe.vae_scale_factor**2
        self.amp.choose(
            lambda: self.denoise(tried, self.encode_texts(tried[:1])),
            macs=num_params(denoiser_of(self.pipe)) * rows * area,
            steps=sum(request.steps for request in requests) / len(tried),
        )


def family_of(checkpoint: Checkpoint) -> Family:
    """What the family of a checkpoint does in its own way; ModelError if it is of none."""
    return import_module(f"{__package__}.{checkpoint.family.module}").FAMILY


def open_painter(
    checkpoint: Checkpoint | Path,
    adapters: Sequence[Adapter] = (),
    *,
    device: str = "auto",
    batch: int = 8,
    overrides: ComponentOverrides | None = None,
    loras: Mapping[str, Path] | None = None,
    memory: Memory = "auto",
    pixels: int = 512 * 512,
    precision: PrecisionWish = "fp32",
    inpaints: bool = False,
) -> DiffusionPainter:
    """The painter in a diffusers folder or a single file, its adapters fused into the weights.

    Prompts may name `loras`; `memory` and the `pixels` of a picture say how it shares a small
    device. float16 on a GPU; on a CPU float32, unless `precision` says otherwise. Only who
    `inpaints` may have an inpainting checkpoint, which draws nothing without a mask. Raises
    ModelError if the checkpoint is of no known family, if a part is missing, broken or loaded only
    in part, or if an adapter or an override does not fit.
    """
    checkpoint = Checkpoint(checkpoint) if isinstance(checkpoint, Path) else checkpoint
    overrides = overrides or NO_OVERRIDES
    family = family_of(checkpoint)
    family.check(overrides)
    place = device_of(device)
    with quiet(), explain_oom(place, f"Opening {checkpoint.path}", "Try --set device=cpu."):
        pipe = family.open_pipe(checkpoint, overrides.vae)
        if is_inpainting(pipe) and not inpaints:
            raise ModelError(
                f"{checkpoint.path} is an inpainting checkpoint: it paints over a part of a "
                "picture. Name it as draw.inpainting, and one that draws whole pictures as "
                "draw.painter."
            )
        for adapter in adapters:
            fuse_lora(pipe, adapter)
        apply_overrides(pipe, overrides)
        pipe.to(dtype_of(place))
        if family.upcasts_vae and pipe.vae.config.force_upcast:
            pipe.vae.to(torch.float32)  # it has numbers that half precision has not
        apply_offload(pipe, MemoryBudget(memory, pixels).plan(pipe, place), place)
        mixing = [attach_hypernetwork(pipe, each) for each in overrides.hypernetworks]
    denoiser = denoiser_of(pipe)
    return DiffusionPainter(
        checkpoint.name(adapters, overrides),
        family,
        checkpoint,
        pipe,
        pipe.scheduler,
        batch=1 if any(mixing) else batch,  # a picture depends on its own request only
        clip_skip=overrides.clip_skip,
        loras=loras or {},
        amp=AutoPrecision(precision, (denoiser, pipe.vae), param_shapes(denoiser), device=place),
    )


def is_inpainting(pipe: DiffusionPipeline) -> bool:
    """Whether a denoiser sees, beside the latents, a mask and the latents of what stays."""
    return denoiser_of(pipe).config.in_channels == 2 * pipe.vae.config.latent_channels + 1


def _texts(request: Candidate) -> tuple[Text, Text]:
    """The prompt and the negative prompt."""
    return Text(request.prompt.positive, False), Text(request.prompt.negative, True)


def _batch_key(request: Candidate, embeds: Mapping[Text, TextEmbeds]) -> tuple[float, ...]:
    """Requests with equal keys may share a batch: their tensors have equal shapes."""
    positions = max(len(embeds[text].prompt_embeds) for text in _texts(request))
    return request.width_px, request.height_px, request.steps, request.guidance, positions


def _check_size(pipe: DiffusionPipeline, request: Candidate) -> None:
    """Raise ModelError for a size that the autoencoder cannot have."""
    factor = pipe.vae_scale_factor
    for side_px in (request.width_px, request.height_px):
        if side_px % factor or side_px <= 0:
            below = max(side_px // factor * factor, factor)
            raise ModelError(
                f"A picture of {request.width_px} x {request.height_px} px cannot be drawn: "
                f"sides are multiples of {factor} px. The nearest are {below} and {below + factor}."
            )
