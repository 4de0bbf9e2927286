"""Component overrides of a Stable Diffusion: autoencoder, hypernetworks, textual inversion."""

from pathlib import Path

from diffusers import AutoencoderKL, StableDiffusionPipeline
from diffusers.loaders.single_file_utils import convert_ldm_vae_checkpoint
from safetensors import SafetensorError

from storybook.errors import ModelError, first_line, last_line
from storybook.models.families import VAE
from storybook.models.hypernetwork import attach, read_hypernetwork
from storybook.models.memory import execution_device
from storybook.models.weights import Adapter, ComponentOverrides, check_weights, read_tensors


def apply_overrides(pipe: StableDiffusionPipeline, overrides: ComponentOverrides) -> None:
    """Replace the autoencoder and load textual inversions, before the pipeline is on its device.

    Raises ModelError if a file is broken or belongs to another architecture.
    """
    if overrides.vae:
        pipe.vae = _vae_like(pipe.vae, overrides.vae)
    for file in overrides.embeddings:
        _load_textual_inversion(pipe, file)


def attach_hypernetwork(pipe: StableDiffusionPipeline, hypernetwork: Adapter) -> bool:
    """Attach a hypernetwork to the U-Net; True if it makes a picture depend on its batch.

    Raises ModelError if the U-Net has no attention of a width that it is for.
    """
    opened = read_hypernetwork(hypernetwork.path)
    opened.networks.to(execution_device(pipe), pipe.unet.dtype)
    attach(opened, pipe.unet, hypernetwork.weight)
    return opened.config.mixes


def _vae_like(own: AutoencoderKL, path: Path) -> AutoencoderKL:
    """An autoencoder of the shape of the painter's own, with the weights in `path`."""
    check_weights(path)
    files = [path] if path.is_file() else sorted(path.glob("*.safetensors"))
    if not files:
        raise ModelError(f"{path} holds no autoencoder: no .safetensors file lies in it.")
    tensors = read_tensors(files[0])
    whole = [name for name in tensors if name.startswith(VAE)]
    if whole or any(name.startswith("decoder.up.") for name in tensors):  # the original layout
        if not whole:
            tensors = {VAE + name: tensor for name, tensor in tensors.items()}
        tensors = convert_ldm_vae_checkpoint(
            {name: each for name, each in tensors.items() if name.startswith(VAE)}, own.config
        )
    vae = AutoencoderKL.from_config(own.config)
    try:
        vae.load_state_dict(tensors)
    except RuntimeError as fault:
        raise ModelError(
            f"{path} is no autoencoder for this painter: {last_line(fault)}"
        ) from fault
    return vae.eval()


def _load_textual_inversion(pipe: StableDiffusionPipeline, file: Path) -> None:
    """Add a textual inversion's embedding to the text encoder, its token being the file's stem."""
    check_weights(file)
    before = len(pipe.tokenizer)
    try:
        pipe.load_textual_inversion(str(file), token=file.stem, local_files_only=True)
    except (
        ValueError,
        OSError,
        KeyError,
        RuntimeError,
        AttributeError,
        TypeError,
        SafetensorError,
    ) as fault:
        raise ModelError(f"{file} is no embedding for this painter: {first_line(fault)}") from fault
    if len(pipe.tokenizer) == before:
        raise ModelError(f"{file} teaches nothing: the painter knows the word {file.stem} already.")
