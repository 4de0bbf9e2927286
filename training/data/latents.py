"""Latents of all pictures, made once: then the autoencoder can leave the device."""

import hashlib
from collections.abc import Generator
from pathlib import Path

import numpy as np
import torch
from diffusers import AutoencoderKL
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from storybook.files import save_weights
from storybook.models.denoising import encode_pictures
from storybook.records import Event, digest
from training.data.buckets import fit
from training.data.kohya import read_latents
from training.data.lessons import Lessons
from training.data.pictures import open_picture

Cache = dict[str, Tensor]
"""By place in the lessons, `3` or of its mirror image `3.flip`: mean and deviation [2, c, h, w]."""


def cached_latents(
    lessons: Lessons, vae: AutoencoderKL, vae_name: str, folder: Path, *, flip: bool
) -> Generator[Event, None, Cache]:
    """The latents of `lessons`, from a file in `folder` if it was made from these very pictures.

    The file's name is a digest of the pictures' content, their buckets and the autoencoder, so a
    stale one is never taken for today's.
    """
    file = folder / f"{_fingerprint(lessons, vae_name, flip)}.safetensors"
    try:
        return load_file(file)
    except (OSError, SafetensorError):
        pass
    cache: Cache = {}
    total = len(lessons.examples)
    for place in range(total):
        cache |= _latents(lessons, place, vae, flip=flip)
        yield Event(stage="latents", done=place + 1, total=total)
    save_weights(cache, file)
    return cache


def drawn(moments: Tensor, chance: torch.Generator) -> Tensor:
    """A sample [b, c, h, w] of latents of these means and deviations [b, 2, c, h, w]."""
    mean, deviation = moments.unbind(1)
    return mean + deviation * torch.randn(mean.shape, generator=chance).to(mean.device)


def _latents(lessons: Lessons, place: int, vae: AutoencoderKL, *, flip: bool) -> Cache:
    example, bucket = lessons.examples[place], lessons.buckets[place]
    if example.latents is not None:
        return _of_kohya(example.latents, place, vae.config.scaling_factor, flip=flip)
    image, _ = open_picture(example.path, max(bucket))
    pixels = torch.from_numpy(np.asarray(fit(image, bucket)).copy())
    pixels = pixels.permute(2, 0, 1)[None].float() / 127.5 - 1  # [1, 3, h, w] in [-1, 1]
    made = {str(place): pixels} | ({f"{place}.flip": pixels.flip(3)} if flip else {})
    return {
        name: torch.stack(encode_pictures(vae, each), 1)[0].cpu() for name, each in made.items()
    }


def _of_kohya(file: Path, place: int, scale: float, *, flip: bool) -> Cache:
    """A sample that was kept: its deviation is nothing."""
    found = read_latents(file)
    values = {str(place): found.values}
    if flip and found.flipped is not None:
        values[f"{place}.flip"] = found.flipped
    return {
        name: torch.stack([torch.from_numpy(each) * scale, torch.zeros(each.shape)])
        for name, each in values.items()
    }


def _fingerprint(lessons: Lessons, vae_name: str, flip: bool) -> str:
    contents = [
        hashlib.sha256((each.latents or each.path).read_bytes()).hexdigest()
        for each in lessons.examples
    ]
    return digest(contents, lessons.buckets, vae_name, flip)
