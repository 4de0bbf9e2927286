"""Latents of all pictures, made once: then the autoencoder can leave the device."""

import hashlib
from collections.abc import Generator, Iterator
from contextlib import suppress
from pathlib import Path
from random import Random

import numpy as np
import torch
from diffusers import AutoencoderKL
from PIL import Image
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from storybook.files import save_weights
from storybook.models.training_loss import posterior_moments
from storybook.records import Event, Record, digest
from training.data.buckets import covering_size, fit
from training.data.kohya import read_latents
from training.data.pictures import open_picture
from training.data.records import Size
from training.pet.dataset import Dataset
from training.pet.recipe import Recipe

LatentCache = dict[str, Tensor]
"""By place in the dataset, `3` or of its mirror image `3.flip`: mean and std [2, c, h, w]. Of
several cuts: `3.0`, `3.1`, `3.0.flip` ..."""

KOHYA_CHANNELS = 4
"""Of the latents that kohya's scripts leave: those of Stable Diffusion 1 and 2."""


class CropAugmentation(Record):
    """How pictures are cut where chance has a part in it."""

    cuts: int
    """Of each picture."""
    anywhere: bool
    """Along the side that is too long for the bucket; else about the middle."""
    jitter_px: int
    seed: int

    def crops(self, image: Image.Image, bucket: Size, place: int) -> Iterator[Image.Image]:
        """The cuts of the picture at a place in the dataset, always the same ones."""
        spare = 2 * self.jitter_px
        whole = covering_size(image.size, bucket, spare)
        for cut in range(self.cuts):
            rng = Random(f"{self.seed}/{place}/{cut}")
            yield fit(image, bucket, self._at(rng, whole, bucket), spare)

    def _at(self, rng: Random, whole: Size, bucket: Size) -> tuple[float, float]:
        if self.anywhere:
            return rng.random(), rng.random()
        over = [max(1, side - cut) for side, cut in zip(whole, bucket, strict=True)]
        across, down = (0.5 + rng.uniform(-self.jitter_px, self.jitter_px) / each for each in over)
        return across, down


def crop_augmentation(recipe: Recipe) -> CropAugmentation | None:
    """None if all pictures are cut in their middle."""
    if not recipe.cuts:
        return None
    return CropAugmentation(
        cuts=recipe.cuts,
        anywhere=recipe.random_crop,
        jitter_px=recipe.crop_jitter_px,
        seed=recipe.seed,
    )


def cached_latents(
    dataset: Dataset,
    vae: AutoencoderKL,
    vae_name: str,
    folder: Path,
    *,
    flip: bool,
    augment: CropAugmentation | None = None,
) -> Generator[Event, None, LatentCache]:
    """The latents of `dataset`, from a file in `folder` if it was made from these very pictures.

    The file's name is a digest of the pictures' content, their buckets and cuts and the
    autoencoder, so a stale one is never taken for today's. Latents that kohya's scripts left are
    taken where they are of this autoencoder's kind and nothing else is to be cut.
    """
    file = folder / f"{_fingerprint(dataset, vae_name, flip, augment)}.safetensors"
    with suppress(OSError, SafetensorError):
        return load_file(file)
    cache = yield from _make_latents(dataset, vae, flip, augment)
    save_weights(cache, file)
    return cache


def _make_latents(
    dataset: Dataset, vae: AutoencoderKL, flip: bool, augment: CropAugmentation | None
) -> Generator[Event, None, LatentCache]:
    """The latents of all pictures, kohya's where they fit."""
    cache: LatentCache = {}
    usable = augment is None and vae.config.latent_channels == KOHYA_CHANNELS
    left = not usable and any(example.latents is not None for example in dataset.examples)
    note = "the latents that lie beside the pictures do not fit: made anew" if left else ""
    for place, example in enumerate(dataset.examples):
        if example.latents is not None and usable:
            cache |= _from_kohya(example.latents, place, vae.config.scaling_factor, flip=flip)
        else:
            cache |= _encode(dataset, place, vae, flip=flip, augment=augment)
        yield Event(stage="latents", done=place + 1, total=len(dataset.examples), note=note)
    return cache


def sample_latents(moments: Tensor, generator: torch.Generator) -> Tensor:
    """Latents [b, c, h, w] sampled from posteriors of mean and std `moments` [b, 2, c, h, w].

    `generator` is on the CPU, so that every device gets the same ones.
    """
    mean, std = moments.unbind(1)
    return mean + std * torch.randn(mean.shape, generator=generator).to(mean.device)


def _encode(
    dataset: Dataset,
    place: int,
    vae: AutoencoderKL,
    *,
    flip: bool,
    augment: CropAugmentation | None,
) -> LatentCache:
    example, bucket = dataset.examples[place], dataset.buckets[place]
    image, _ = open_picture(example.path, max(bucket), crop=example.crop)
    if augment is None:
        parts = {str(place): fit(image, bucket)}
    else:
        cuts = enumerate(augment.crops(image, bucket, place))
        parts = {f"{place}.{cut}": part for cut, part in cuts}
    cache: LatentCache = {}
    for name, part in parts.items():
        pixels = torch.from_numpy(np.asarray(part).copy())
        pixels = pixels.permute(2, 0, 1)[None].float() / 127.5 - 1  # [1, 3, h, w] in [-1, 1]
        made = {name: pixels} | ({f"{name}.flip": pixels.flip(3)} if flip else {})
        for key, each in made.items():
            cache[key] = torch.stack(posterior_moments(vae, each), 1)[0].cpu()
    return cache


def _from_kohya(file: Path, place: int, scale: float, *, flip: bool) -> LatentCache:
    """A sample that was kept: its deviation is nothing."""
    kept = read_latents(file)
    values = {str(place): kept.values}
    if flip and kept.flipped is not None:
        values[f"{place}.flip"] = kept.flipped
    return {
        name: torch.stack([torch.from_numpy(each) * scale, torch.zeros(each.shape)])
        for name, each in values.items()
    }


def _fingerprint(
    dataset: Dataset, vae_name: str, flip: bool, augment: CropAugmentation | None = None
) -> str:
    contents = [
        hashlib.sha256((each.latents or each.path).read_bytes()).hexdigest()
        + ("" if each.crop is None else str(each.crop))
        for each in dataset.examples
    ]
    more = [] if augment is None else [augment]  # so that older files keep their names
    return digest(contents, dataset.buckets, vae_name, flip, *more)
