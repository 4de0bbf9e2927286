"""The parts of a pipeline, each with every one of its weights, or not at all."""

from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

from diffusers import AutoencoderKL, DPMSolverMultistepScheduler
from safetensors import SafetensorError
from torch import nn
from transformers import CLIPTokenizer

from storybook.errors import ModelError, first_line
from storybook.models.checkpoint import Checkpoint
from storybook.models.single_file import read_parts, vae_without_weights

P = TypeVar("P", bound=nn.Module)


def open_parts(
    checkpoint: Checkpoint, kinds: Mapping[str, type[nn.Module]], other_vae: Path | None
) -> dict[str, nn.Module]:
    """The parts of a checkpoint, by diffusers' names, in single precision on the CPU.

    If there is an `other_vae`, the own one is not read: one like it without weights is given.
    Raises ModelError if a part is missing, broken, or has not all of its weights.
    """
    if checkpoint.path.is_file():
        vae_in = other_vae is None
        return read_parts(checkpoint.path, checkpoint.configs, kinds, vae_in=vae_in)
    return {
        name: _replaced_vae(checkpoint.path / name, other_vae)
        if kind is AutoencoderKL and other_vae
        else open_part(kind, checkpoint.path / name)
        for name, kind in kinds.items()
    }


def open_part(kind: type[P], folder: Path) -> P:
    """A part with every one of its weights; diffusers and transformers alone would make some up."""
    if not (config := folder / "config.json").is_file():
        raise ModelError(f"{config} is missing: the model is not whole. Fetch it again.")
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


def open_tokenizer(folder: Path) -> CLIPTokenizer:
    """The tokenizer in a part's folder; ModelError if there is none."""
    try:
        return CLIPTokenizer.from_pretrained(folder, local_files_only=True)
    except (OSError, ValueError, TypeError) as fault:
        raise ModelError(f"{folder} holds no CLIP tokenizer: {first_line(fault)}") from fault


def open_sampler(checkpoint: Checkpoint) -> DPMSolverMultistepScheduler:
    """DPM++ 2M over the noise schedule and parameterisation that the checkpoint was taught with."""
    return DPMSolverMultistepScheduler.from_config(
        checkpoint.scheduler_config,
        algorithm_type="dpmsolver++",
        solver_order=2,
        use_karras_sigmas=checkpoint.sampling.karras,
    )


def _replaced_vae(folder: Path, other: Path) -> AutoencoderKL:
    """One of the shape that the part's folder says, or that of the `other`; without weights."""
    own = (folder / "config.json").is_file() or other.is_file()
    return vae_without_weights(folder if own else other)
