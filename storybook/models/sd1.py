"""The family of Stable Diffusion 1.x: a CLIP text encoder, a U-Net on latents, a KL autoencoder.

What depends on the family's arrangement stands in this module and nowhere else, so that what paints
and what teaches cannot disagree about it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import Any, TypeVar

import torch
from diffusers import (
    AutoencoderKL,
    DPMSolverMultistepScheduler,
    StableDiffusionPipeline,
    UNet2DConditionModel,
)
from PIL import Image
from safetensors import SafetensorError
from torch import Tensor
from transformers import CLIPTextModel, CLIPTokenizer

from storybook.config import PrecisionWish
from storybook.errors import ModelError, first_line
from storybook.models.adapters import asked_for
from storybook.models.clip_text import encode_prompt
from storybook.models.devices import device_of, dtype_of, in_halves, memory_of, quiet
from storybook.models.fuse_lora import fuse_lora, fused
from storybook.models.memory import MemoryBudget, apply_offload, execution_device
from storybook.models.overrides import apply_overrides, attach_hypernetwork
from storybook.models.pace import Pace
from storybook.models.sampling import (
    check_numbers,
    decode,
    denoise,
    pace_of,
    precision_of,
    settle_pace,
)
from storybook.models.sampling_defaults import sampling_defaults
from storybook.models.single_file import (
    Parts,
    configs_of,
    prediction_of,
    read_parts,
    vae_without_weights,
)
from storybook.models.weights import (
    Adapter,
    ComponentOverrides,
    check_weights,
    model_name,
    read_json,
)
from storybook.records import Candidate, Prompt

NO_OVERRIDES = ComponentOverrides()
DEFAULT_BUDGET = MemoryBudget()

P = TypeVar("P", bound=torch.nn.Module)


@dataclass(frozen=True, slots=True)
class Sd1Painter:
    """A Stable Diffusion 1.x in memory; `batch` pictures are drawn at a time."""

    name: str
    pipe: StableDiffusionPipeline
    sampler: DPMSolverMultistepScheduler
    batch: int
    clip_skip: int = 1
    """The text encoder's layer from the end, as A1111 counts: 1 is the last, 2 the one before."""
    loras: Mapping[str, Path] = field(default_factory=dict)
    """Adapter files by the names that prompts ask for them with, as `<lora:name:0.8>`."""
    pace: Pace = field(default_factory=Pace)

    @property
    def precision(self) -> str:
        """What pictures are computed in, such as `bf16`."""
        return precision_of(self.pipe, self.pace)

    def paint(self, requests: Sequence[Candidate]) -> Iterator[Image.Image]:
        """One RGB picture for each request, in their order, each from its own request only.

        Neighbours in `requests` of the same size, steps, guidance and LoRAs share a batch; one that
        is too large for the device is halved. Raises ModelError for a size that the autoencoder
        cannot have or a LoRA that does not fit, OutOfMemory if not even one picture fits.
        """
        for request in requests:
            check_size(self.pipe, request)
        settle_pace(self.pace, self.pipe, requests, self.batch, self._step)
        for loras, group in groupby(requests, key=lambda each: self.asked_for(each.prompt)):
            with fused(self.pipe, loras):
                yield from self._paint_alike(list(group))

    def asked_for(self, prompt: Prompt) -> tuple[Adapter, ...]:
        """The adapters that a prompt names, which are fused for its picture."""
        return asked_for(prompt.positive, self.loras)

    def _paint_alike(self, requests: Sequence[Candidate]) -> Iterator[Image.Image]:
        """As `paint`, with the weights as they are."""
        texts = {text for each in requests for text in (each.prompt.positive, each.prompt.negative)}
        embeds = {text: encode_text(self.pipe, text, self.clip_skip) for text in texts}
        for _, alike in groupby(requests, key=lambda each: _batch_key(each, embeds)):
            group = list(alike)
            for start in range(0, len(group), self.batch):
                some = group[start : start + self.batch]
                yield from in_halves(partial(self._paint_batch, embeds=embeds), some)

    @torch.inference_mode()
    def _step(self, requests: Sequence[Candidate]) -> None:
        """One step of pictures of one prompt: what `paint` does most of."""
        texts = (requests[0].prompt.positive, requests[0].prompt.negative)
        embeds = {text: encode_text(self.pipe, text, self.clip_skip) for text in texts}
        denoise(self.pipe, self.sampler, requests, self.prompt_embeds(requests, embeds))

    @torch.inference_mode()
    def _paint_batch(
        self, requests: Sequence[Candidate], embeds: Mapping[str, Tensor]
    ) -> list[Image.Image]:
        first = requests[0]
        work = f"Drawing {len(requests)} pictures of {first.width_px} x {first.height_px} px"
        remedy = "Try --set draw.memory=parts, or smaller draw.width_px and draw.height_px."
        with memory_of(execution_device(self.pipe), work, remedy), self.pace.kept():
            prompt_embeds = self.prompt_embeds(requests, embeds)
            latents = denoise(self.pipe, self.sampler, requests, prompt_embeds)
            check_numbers(latents, self.name, self.pipe.unet.dtype)
            return decode(self.pipe, latents)

    def prompt_embeds(self, requests: Sequence[Candidate], embeds: Mapping[str, Tensor]) -> Tensor:
        """[b, positions, d]; if guided [2b, positions, d], the negative prompts' first."""
        guided = requests[0].guidance > 1
        return _prompt_embeds(self.pipe, requests, embeds, guided=guided, clip_skip=self.clip_skip)


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
) -> Sd1Painter:
    """The painter in a diffusers folder or a single file, its adapters fused into the weights.

    Prompts may name `loras`; `budget` decides what is offloaded on a small device. float16 on a
    GPU; on a CPU float32, unless `precision` says otherwise. Raises ModelError if a part is
    missing, broken or loaded only in part, or if an adapter or an override does not fit.
    """
    check_weights(checkpoint)
    place = device_of(device)
    with quiet(), memory_of(place, f"Opening {checkpoint}", "Try --set device=cpu."):
        unet, vae, text_encoder = _open_parts(checkpoint, overrides.vae)
        if unet.config.addition_embed_type:
            raise ModelError(f"{checkpoint} is a Stable Diffusion XL, which draws but cannot be "
                             "taught here. Name one of 1.x or 2.x.")  # fmt: skip
        sampler = open_sampler(checkpoint)
        pipe = StableDiffusionPipeline(
            vae=vae,
            text_encoder=text_encoder,
            tokenizer=open_tokenizer(_configs_of(checkpoint) / "tokenizer"),
            unet=unet,
            scheduler=sampler,
            safety_checker=None,
            feature_extractor=None,
            requires_safety_checker=False,
        )
        for adapter in adapters:
            fuse_lora(pipe, adapter)
        apply_overrides(pipe, overrides)
        pipe.to(dtype_of(place))
        apply_offload(pipe, budget.plan(pipe, place), place)
        mixing = [attach_hypernetwork(pipe, each) for each in overrides.hypernetworks]
    batch = 1 if any(mixing) else batch  # a picture depends on its own request only
    name = model_name(checkpoint, adapters, overrides)
    pace = pace_of(pipe, precision, place)
    return Sd1Painter(name, pipe, sampler, batch, overrides.clip_skip, loras or {}, pace)


@torch.inference_mode()
def encode_text(pipe: StableDiffusionPipeline, prompt: str, clip_skip: int = 1) -> Tensor:
    """Prompt embeddings [positions, d], positions a multiple of the encoder's."""
    # A word of textual inversion may be several tokens.
    words = pipe.maybe_convert_prompt(prompt, pipe.tokenizer)
    return encode_prompt(pipe.tokenizer, pipe.text_encoder, words, clip_skip)


def _batch_key(request: Candidate, embeds: Mapping[str, Tensor]) -> tuple[float, ...]:
    """Requests with equal keys may share a batch: their tensors have equal shapes."""
    positions = max(len(embeds[request.prompt.positive]), len(embeds[request.prompt.negative]))
    return request.width_px, request.height_px, request.steps, request.guidance, positions


def check_size(pipe: StableDiffusionPipeline, request: Candidate) -> None:
    """Raise ModelError for a size that the autoencoder cannot have."""
    factor = pipe.vae_scale_factor
    for side_px in (request.width_px, request.height_px):
        if side_px % factor or side_px <= 0:
            below = max(side_px // factor * factor, factor)
            raise ModelError(
                f"A picture of {request.width_px} x {request.height_px} px cannot be drawn: "
                f"sides are multiples of {factor} px. The nearest are {below} and {below + factor}."
            )


def _prompt_embeds(
    pipe: StableDiffusionPipeline,
    requests: Sequence[Candidate],
    embeds: Mapping[str, Tensor],
    *,
    guided: bool,
    clip_skip: int = 1,
) -> Tensor:
    """[b, positions, d], padded to one length; if `guided` [2b, ...], the negative ones first."""
    texts = [request.prompt.positive for request in requests]
    if guided:
        texts = [request.prompt.negative for request in requests] + texts
    prompt_embeds = [embeds[text] for text in texts]
    longest = max(len(each) for each in prompt_embeds)
    if any(len(each) < longest for each in prompt_embeds):
        empty = encode_text(pipe, "", clip_skip)
        prompt_embeds = [
            torch.cat([each] + [empty] * ((longest - len(each)) // len(empty)))
            for each in prompt_embeds
        ]
    return torch.stack(prompt_embeds)


def _configs_of(checkpoint: Path) -> Path:
    """Where a checkpoint says how it is put together; for a single file, where we say it."""
    return checkpoint if checkpoint.is_dir() else configs_of(checkpoint)


def _open_parts(checkpoint: Path, other_vae: Path | None) -> Parts:
    if checkpoint.is_file():
        return read_parts(checkpoint, configs_of(checkpoint), vae_in=other_vae is None)
    return (
        open_part(UNet2DConditionModel, checkpoint / "unet"),
        open_vae(checkpoint / "vae", other_vae),
        open_part(CLIPTextModel, checkpoint / "text_encoder"),
    )


def open_part(kind: type[P], folder: Path) -> P:
    """A part with every one of its weights; diffusers and transformers alone would make some up."""
    read_json(folder / "config.json")
    whole = any(path.stem.partition(".")[2] == "" for path in folder.glob("*.safetensors"))
    variant = "fp16" if not whole and any(folder.glob("*.fp16.*")) else None
    try:
        part, loaded = kind.from_pretrained(
            folder, variant=variant, local_files_only=True, output_loading_info=True
        )
    except (OSError, RuntimeError, ValueError, SafetensorError) as fault:
        raise ModelError(f"{folder} cannot be opened: {first_line(fault)}") from fault
    missing = sorted(loaded["missing_keys"])
    if missing:
        raise ModelError(
            f"{folder} lacks {len(missing)} weights of a {kind.__name__}, such as {missing[0]}. "
            "Fetch the model again."
        )
    return part


def open_vae(folder: Path, other: Path | None) -> AutoencoderKL:
    """The autoencoder in a part's folder; if there is an `other`, one like it without weights.

    How it is built is then said by the part's folder, or by that of the other.
    """
    if other is None:
        return open_part(AutoencoderKL, folder)
    configs = folder if (folder / "config.json").is_file() or other.is_file() else other
    return vae_without_weights(configs)


def open_tokenizer(folder: Path) -> CLIPTokenizer:
    """The tokenizer in a part's folder; ModelError if there is none."""
    try:
        return CLIPTokenizer.from_pretrained(folder, local_files_only=True)
    except (OSError, ValueError, TypeError) as fault:
        raise ModelError(f"{folder} holds no CLIP tokenizer: {first_line(fault)}") from fault


def open_sampler(checkpoint: Path) -> DPMSolverMultistepScheduler:
    """DPM++ 2M over the noise schedule and parameterisation that the checkpoint was taught with."""
    config = schedule_of(checkpoint)
    karras = sampling_defaults(checkpoint).karras
    return DPMSolverMultistepScheduler.from_config(
        config, algorithm_type="dpmsolver++", solver_order=2, use_karras_sigmas=karras
    )


def schedule_of(checkpoint: Path) -> dict[str, Any]:
    """The settings of the noise schedule and parameterisation, as schedulers of diffusers take."""
    config = read_json(_configs_of(checkpoint) / "scheduler" / "scheduler_config.json")
    if checkpoint.is_file():
        config["prediction_type"] = prediction_of(checkpoint)
    return config
