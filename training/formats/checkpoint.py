"""A whole Stable Diffusion 1.x or 2.x: diffusers' folder and the single file that A1111 opens."""

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import torch
from diffusers import AutoencoderKL, StableDiffusionPipeline, UNet2DConditionModel
from diffusers.loaders.single_file_utils import (
    convert_ldm_clip_checkpoint,
    convert_ldm_unet_checkpoint,
    convert_ldm_vae_checkpoint,
    convert_open_clip_checkpoint,
)
from safetensors.torch import load, save_file
from torch import Tensor, nn
from transformers import CLIPTextConfig, CLIPTextModel

from storybook.errors import ModelError, TrainingError, nearest
from storybook.models.devices import quiet
from storybook.models.weights import read_json, read_tensors
from training.formats.header import DTYPES, Origin, Precision, header_of
from training.formats.keys import (
    CLIP,
    TEXT_MODEL,
    UNET,
    VAE,
    is_open_clip,
    text_keys,
    unet_keys,
    vae_keys,
)

FORMS = (".safetensors", ".ckpt")
CLIP_PARTS = ("embeddings.", "encoder.", "final_layer_norm.")


def checkpoint_keys(pipe: StableDiffusionPipeline) -> dict[str, Tensor]:
    """All tensors of a pipeline by their original names: 1131 of SD 1.5."""
    return unet_keys(pipe.unet) | vae_keys(pipe.vae) | text_keys(pipe.text_encoder)


def save_checkpoint(
    pipe: StableDiffusionPipeline, file: Path, *, precision: Precision, origin: Origin
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
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_name(f".{file.name}.draft")
    if file.suffix == ".safetensors":
        save_file(state, draft, header_of(origin, "checkpoint") | {"format": "pt"})
    else:
        save_pickle({"state_dict": state, "epoch": origin.epoch, "global_step": origin.step}, draft)
    draft.replace(file)


def open_checkpoint(file: Path, like: Path) -> StableDiffusionPipeline:
    """The pipeline in a single file, in single precision on the CPU; no hub is asked.

    `like` is a diffusers folder of the same family: from it come the configs, the tokenizer and the
    scheduler, but no weights. Averaged weights (`model_ema.*`) and other extra tensors are passed
    over. Raises ModelError if the file is broken, wants to run a program, or is of another shape.
    """
    state = _prefixed(read_tensors(file))
    unet = UNet2DConditionModel.from_config(read_json(like / "unet" / "config.json"))
    vae = AutoencoderKL.from_config(read_json(like / "vae" / "config.json"))
    encoder = CLIPTextModel(CLIPTextConfig.from_pretrained(like / "text_encoder"))
    with quiet():
        in_unet = convert_ldm_unet_checkpoint(_part_of(state, UNET), unet.config)
        in_vae = convert_ldm_vae_checkpoint(_part_of(state, VAE), vae.config)
        for part, tensors in (
            (unet, in_unet),
            (vae, in_vae),
            (encoder, _text_state(encoder, state)),
        ):
            _fill(part, tensors, file, like)
        return StableDiffusionPipeline.from_pretrained(
            like,
            unet=unet,
            vae=vae,
            text_encoder=encoder,
            safety_checker=None,
            feature_extractor=None,
            requires_safety_checker=False,
            local_files_only=True,
        )


def save_folder(pipe: StableDiffusionPipeline, folder: Path, *, precision: Precision) -> None:
    """Write `pipe` as a diffusers folder that replaces one of that name; precision as above."""
    _refuse_adapters(pipe, folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}.") as scratch, quiet():
        draft = Path(scratch) / "draft"
        pipe.save_pretrained(draft)
        for part in ("unet", "text_encoder"):
            for file in (draft / part).glob("*.safetensors"):
                tensors = load(file.read_bytes())  # a copy: the file is about to be replaced
                cast = {name: tensor.to(DTYPES[precision]) for name, tensor in tensors.items()}
                save_file(cast, file, {"format": "pt"})
        if folder.exists():
            folder.replace(Path(scratch) / "old")
        draft.replace(folder)


def save_pickle(values: Mapping[object, object], file: Path) -> None:
    """`torch.save` in the form before zip archives, which every release of A1111 accepts.

    Its safety check refuses the archives of today's torch for the small files that these hold
    beside the tensors (`byteorder`, `.data/serialization_id`).
    """
    torch.save(dict(values), file, _use_new_zipfile_serialization=False)


def _refuse_adapters(pipe: StableDiffusionPipeline, target: Path) -> None:
    """Under an adapter the layers have other names, which no reader knows."""
    for part in (pipe.unet, pipe.text_encoder):
        if any(".base_layer." in name for name, _ in part.named_parameters()):
            raise TrainingError(
                f"{target} cannot be written with an adapter on. Melt it in first (fuse_lora, then "
                "unload_lora_weights), or save the adapter by itself."
            )


def _dtype(name: str, tensor: Tensor, precision: Precision) -> torch.dtype:
    keeps = name.startswith(VAE) or not tensor.is_floating_point()
    return tensor.dtype if keeps else DTYPES[precision]


def _prefixed(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Some old files, and those of newer transformers, lack `text_model.` in CLIP's names."""
    bare = tuple(CLIP + part for part in CLIP_PARTS)
    return {
        CLIP + TEXT_MODEL + name.removeprefix(CLIP) if name.startswith(bare) else name: tensor
        for name, tensor in state.items()
    }


def _part_of(state: Mapping[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {name: tensor for name, tensor in state.items() if name.startswith(prefix)}


def _text_state(encoder: CLIPTextModel, state: dict[str, Tensor]) -> dict[str, Tensor]:
    if is_open_clip(encoder):
        return convert_open_clip_checkpoint(encoder, state)
    named = convert_ldm_clip_checkpoint(state)
    named.pop(f"{TEXT_MODEL}embeddings.position_ids", None)
    return named


def _fill(part: nn.Module, state: Mapping[str, Tensor], file: Path, like: Path) -> None:
    """Give `part` its weights, all of them and no others."""
    wanted = {name: tensor.shape for name, tensor in part.state_dict().items()}
    given = {name: tensor.shape for name, tensor in state.items()}
    strange = [name for name in wanted | given if wanted.get(name) != given.get(name)]
    if strange:
        first = strange[0]
        raise ModelError(
            f"{file} holds no {type(part).__name__} like that of {like}: {len(strange)} of "
            f"{len(wanted)} tensors differ, such as {first}, which is "
            f"{_shape(given.get(first))} in the file and {_shape(wanted.get(first))} there. "
            "Name a diffusers folder of the same family."
        )
    part.load_state_dict(state)
    part.eval()


def _shape(shape: torch.Size | None) -> str:
    return "missing" if shape is None else " x ".join(map(str, shape))
