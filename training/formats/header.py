"""What a taught model says of itself in its file's header, in the words that tools look for."""

import hashlib
import json
from io import BytesIO
from typing import Any, BinaryIO, Literal

import torch
from safetensors.torch import save
from torch import Tensor

from storybook.records import Record

Kind = Literal["checkpoint", "lora"]
DTYPES = {"fp32": torch.float32, "fp16": torch.float16, "bf16": torch.bfloat16}
OURS = "storybook."


class Origin(Record):
    """Who a model was taught to draw, on what and by which recipe. Kept as `storybook.<field>`."""

    title: str
    token: str
    """The rare word, such as `ohwx`."""
    class_word: str
    """What the hero is one of, such as `dog`."""
    family: Literal["sd1", "sd2"]
    prediction: Literal["epsilon", "v_prediction"] = "epsilon"
    base: str
    """What the model it was taught on is called."""
    base_digest: str
    rank: int | None = None
    """Of an adapter; a whole checkpoint has none."""
    recipe: str
    run: str
    """Name of the folder of the run."""
    resolution_px: int = 512
    height_px: int | None = None
    """None: as many as `resolution_px`, which is the width then."""
    epoch: int = 0
    step: int = 0
    date: str = ""
    """ISO 8601, such as `2026-11-22T10:00:00`."""


class Training(Record):
    """How an adapter was taught, in kohya's words: written as `ss_<field>` where it is known."""

    vae_name: str | None = None
    learning_rate: float | None = None
    unet_lr: float | None = None
    text_encoder_lr: float | None = None
    num_train_images: int | None = None
    """Counted with repeats, as kohya does."""
    num_reg_images: int | None = None
    num_batches_per_epoch: int | None = None
    num_epochs: int | None = None
    max_train_steps: int | None = None
    batch_size_per_device: int | None = None
    total_batch_size: int | None = None
    gradient_accumulation_steps: int | None = None
    gradient_checkpointing: bool | None = None
    lr_scheduler: str | None = None
    lr_warmup_steps: int | None = None
    optimizer: str | None = None
    mixed_precision: Literal["no", "fp16", "bf16"] | None = None
    full_fp16: bool | None = None
    clip_skip: int | None = None
    max_token_length: int | None = None
    cache_latents: bool | None = None
    seed: int | None = None
    resolution: tuple[int, int] | None = None
    enable_bucket: bool | None = None
    min_bucket_reso: int | None = None
    max_bucket_reso: int | None = None
    bucket_info: dict[str, Any] | None = None
    tag_frequency: dict[str, dict[str, int]] | None = None
    """How often each tag is said in each folder; A1111 shows it."""
    min_snr_gamma: float | None = None
    noise_offset: float | None = None
    prior_loss_weight: float | None = None
    keep_tokens: int | None = None
    shuffle_caption: bool | None = None
    flip_aug: bool | None = None
    color_aug: bool | None = None
    random_crop: bool | None = None


def header_of(origin: Origin, kind: Kind) -> dict[str, str]:
    """`storybook.*` and `modelspec.*` (1.0.1) entries; safetensors knows text only."""
    ours = {f"{OURS}{name}": _said(value) for name, value in origin if value is not None}
    side = f"{origin.resolution_px}x{origin.height_px or origin.resolution_px}"
    spec = {
        "sai_model_spec": "1.0.1",
        "architecture": _architecture(origin) + ("/lora" if kind == "lora" else ""),
        "implementation": "diffusers",
        "title": origin.title,
        "resolution": side,
        "prediction_type": "v" if origin.prediction == "v_prediction" else "epsilon",
        "trigger_phrase": f"{origin.token} {origin.class_word}",
        "date": origin.date,
    }
    return ours | {f"modelspec.{name}": value for name, value in spec.items() if value}


def kohya_header(origin: Origin, training: Training, rank: int, alpha: float) -> dict[str, str]:
    """The `ss_*` entries of an adapter, as kohya's trainer writes them: A1111 reads these."""
    known = {
        "network_module": "networks.lora",
        "network_dim": rank,
        "network_alpha": alpha,
        "base_model_version": "sd_v2" if origin.family == "sd2" else "sd_v1",
        "v2": origin.family == "sd2",
        "sd_model_name": origin.base,
        "output_name": origin.title,
        "epoch": origin.epoch,
        "steps": origin.step,
    }
    facts = known | {name: value for name, value in training if value is not None}
    return {f"ss_{name}": _said(value) for name, value in facts.items()}


def with_hashes(tensors: dict[str, Tensor], header: dict[str, str]) -> dict[str, str]:
    """`header` with `sshs_model_hash` and `sshs_legacy_hash`, by which adapters are told apart.

    Both are of a file that holds the `ss_*` entries only, so that editing the rest of the header
    changes neither (kohya-ss/sd-scripts, `precalculate_safetensors_hashes`).
    """
    lasting = {name: value for name, value in header.items() if name.startswith("ss_")}
    data = save(tensors, lasting)
    start = 8 + int.from_bytes(data[:8], "little")
    hashes = {
        "sshs_model_hash": hashlib.sha256(memoryview(data)[start:]).hexdigest(),
        "sshs_legacy_hash": _legacy_hash(BytesIO(data)),
    }
    return header | hashes


def _legacy_hash(stream: BinaryIO) -> str:
    """Eight hex digits over 64 KiB at 1 MiB, A1111's first model hash; it often collides."""
    stream.seek(0x100000)
    return hashlib.sha256(stream.read(0x10000)).hexdigest()[:8]


def _architecture(origin: Origin) -> str:
    if origin.family == "sd1":
        return "stable-diffusion-v1"
    wide = origin.prediction == "v_prediction"
    return "stable-diffusion-v2-768-v" if wide else "stable-diffusion-v2-512"


def _said(value: object) -> str:
    """As kohya writes a value: tables as JSON, the rest as Python prints it."""
    return json.dumps(value) if isinstance(value, dict | list) else str(value)
