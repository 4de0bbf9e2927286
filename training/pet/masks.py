"""Masked training: where the pet is on each picture, so that its room is learnt less than it is.

A mask that its owner drew goes before what the network sees. The mask is cut and mirrored as its
picture is. What lies outside counts as the recipe says (`unmasked_weight`), and a picture as a
whole what it counted before, beside those of the class.
"""

from collections.abc import Generator, Sequence

import numpy as np
import torch
from PIL import Image, ImageFilter
from torch import Tensor

from storybook.errors import TrainingError
from storybook.hero.seer import NAME, open_pet_seer
from storybook.models.pet_seer import PetSeer
from storybook.records import Event
from training.data.buckets import fit
from training.data.crops import read_mask
from training.data.pictures import open_picture
from training.data.records import LATENT_PX, Example
from training.pet.dataset import Dataset
from training.pet.latent_cache import CropAugmentation

MaskCache = dict[str, Tensor]
"""How much of each latent is pet, [h, w] in [0, 1], by the names of the latents' cache. Pictures on
which none was seen, and those of the class, are not in it."""

AROUND = 5
"""A mask of 64 x 64 is grown by two pixels: a whisker that is missed is worse than some carpet."""


def pet_masks(
    dataset: Dataset, *, flip: bool, augment: CropAugmentation | None, sees: bool = True
) -> Generator[Event, None, MaskCache]:
    """The masks of all pictures of pets, those that were drawn and, if the network `sees`, others.

    The last event's note says how many have none. Raises TrainingError if nobody who sees pets is
    there, or a mask that was drawn cannot be read.
    """
    seer = required_seer() if sees else None
    places = [place for place, each in enumerate(dataset.examples) if not each.is_class]
    cache: MaskCache = {}
    blank = 0
    for done, place in enumerate(places, start=1):
        bucket = dataset.buckets[place]
        whole = _mask_of(dataset.examples[place], max(bucket), seer)
        blank += whole is None
        if whole is not None:
            parts = {str(place): fit(whole, bucket)}
            if augment is not None:
                cuts = enumerate(augment.crops(whole, bucket, place))
                parts = {f"{place}.{cut}": part for cut, part in cuts}
            for name, part in parts.items():
                cache |= _in_latents(name, part, flip=flip)
        none = "no pet is seen on" if sees else "no mask was drawn for"
        note = f"{none} {blank} of {len(places)}: all of them counts alike" * bool(blank)
        yield Event(stage="masks", done=done, total=len(places), note=note)
    return cache


def required_seer() -> PetSeer:
    """Who sees the pet; raises TrainingError if nobody was fetched."""
    seer = open_pet_seer()
    if seer is None:
        raise TrainingError(
            f"mask=auto needs {NAME}, which sees the pet. Fetch it: storybook models get {NAME}; "
            "or set mask=off."
        )
    return seer


def mask_weights(
    masks: MaskCache, versions: Sequence[str], latents: Tensor, unmasked_weight: float
) -> Tensor:
    """How much each latent's error counts in a batch [b, c, h, w], as [b, 1, h, w] of mean 1."""
    whole = torch.ones(latents.shape[2:], device=latents.device)
    rows = []
    for version in versions:
        mask = masks.get(version)
        if mask is None or not mask.any():  # none was seen, or it lies outside of this cut
            rows.append(whole)
            continue
        weights = unmasked_weight + (1 - unmasked_weight) * mask.to(whole)
        rows.append(weights / weights.mean())
    return torch.stack(rows)[:, None]


def _mask_of(example: Example, least_px: int, seer: PetSeer | None) -> Image.Image | None:
    """A mask as large as the picture that is learnt; None if nothing of it is one."""
    image, _ = open_picture(example.path, least_px, crop=example.crop)
    if example.mask is not None:
        drawn = read_mask(example.mask, image.size, example.crop)
        return drawn if drawn.getbbox() else None
    seen = seer.look(image).mask if seer else np.zeros((1, 1), bool)
    return _grown(seen).resize(image.size, Image.Resampling.BILINEAR) if seen.any() else None


def _grown(mask: np.ndarray) -> Image.Image:
    drawn = Image.fromarray((mask * 255).astype(np.uint8))
    return drawn.filter(ImageFilter.MaxFilter(AROUND)).filter(ImageFilter.GaussianBlur(1))


def _in_latents(name: str, part: Image.Image, *, flip: bool) -> MaskCache:
    size = (part.width // LATENT_PX, part.height // LATENT_PX)
    small = np.asarray(part.resize(size, Image.Resampling.BOX), np.float32) / 255
    mask = torch.from_numpy(small)
    return {name: mask} | ({f"{name}.flip": mask.flip(1)} if flip else {})
