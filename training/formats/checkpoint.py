"""A whole Stable Diffusion 1.x or 2.x: diffusers' folder and the single file that A1111 opens."""

from collections.abc import Mapping
from pathlib import Path

import torch
from diffusers import StableDiffusionPipeline
from safetensors.torch import load
from torch import Tensor

from storybook.errors import TrainingError, nearest
from storybook.files import follow_umask, replacing, save_weights
from storybook.models.devices import quiet
from storybook.models.weights import SavePrecision
from training.formats.header import DTYPES, Origin, header_of
from training.formats.keys import VAE, text_keys, unet_keys, vae_keys

FORMS = (".safetensors", ".ckpt")


def checkpoint_keys(pipe: StableDiffusionPipeline) -> dict[str, Tensor]:
    """All tensors of a pipeline by their original names: 1131 of SD 1.5."""
    return unet_keys(pipe.unet) | vae_keys(pipe.vae) | text_keys(pipe.text_encoder)


def save_checkpoint(
    pipe: StableDiffusionPipeline, file: Path, *, precision: SavePrecision, origin: Origin
) -> None:
    """Write `pipe` as one file, whole or not at all; the ending of `file` says in which form.

    The U-Net and the text encoder are written in `precision`. The autoencoder keeps its own, which
    halves badly. Raises TrainingError for an ending that is neither `.safetensors` nor `.ckpt`,
    and for a pipeline with an adapter on.
    """
    if file.suffix not in FORMS:
        raise TrainingError(f"{file} cannot be written. {nearest(file.suffix, FORMS)}")
    _refuse_adapters(pipe, file)
    state = {
        name: tensor.detach().to("cpu", _dtype(name, tensor, precision)).contiguous()
        for name, tensor in checkpoint_keys(pipe).items()
    }
    if file.suffix == ".safetensors":
        save_weights(state, file, header_of(origin, "checkpoint") | {"format": "pt"})
        return
    save_pickle({"state_dict": state, "epoch": origin.epoch, "global_step": origin.step}, file)


def save_folder(
    pipe: StableDiffusionPipeline,
    folder: Path,
    *,
    precision: SavePrecision,
    origin: Origin | None = None,
) -> None:
    """Write `pipe` as a diffusers folder that replaces one of that name; precision as above.

    Where `origin` is known, the headers of what learnt say it.
    """
    metadata = header_of(origin, "checkpoint") if origin else {}
    _refuse_adapters(pipe, folder)
    with replacing(folder) as draft, quiet():
        pipe.save_pretrained(draft)
        for part in ("unet", "text_encoder"):
            for file in (draft / part).glob("*.safetensors"):
                tensors = load(file.read_bytes())  # a copy: the file is about to be replaced
                cast = {name: tensor.to(DTYPES[precision]) for name, tensor in tensors.items()}
                save_weights(cast, file, metadata | {"format": "pt"})
        follow_umask(draft)


def save_pickle(values: Mapping[object, object], file: Path) -> None:
    """`torch.save`, whole or not at all, in the form before zip archives.

    Every release of A1111 accepts it. Its safety check refuses the archives of today's torch for
    the small files that these hold beside the tensors (`byteorder`, `.data/serialization_id`).
    """
    with replacing(file) as draft:
        torch.save(dict(values), draft, _use_new_zipfile_serialization=False)


def _refuse_adapters(pipe: StableDiffusionPipeline, target: Path) -> None:
    """Under an adapter the layers have other names, which no reader knows."""
    for part in (pipe.unet, pipe.text_encoder):
        if any(".base_layer." in name for name, _ in part.named_parameters()):
            raise TrainingError(
                f"{target} cannot be written with an adapter on. Melt it in first (fuse_lora, then "
                "unload_lora_weights), or save the adapter by itself."
            )


def _dtype(name: str, tensor: Tensor, precision: SavePrecision) -> torch.dtype:
    keeps = name.startswith(VAE) or not tensor.is_floating_point()
    return tensor.dtype if keeps else DTYPES[precision]
