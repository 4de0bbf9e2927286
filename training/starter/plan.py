"""All sizes of the starter's picture models: what ships, and a toy for a quick look."""

from dataclasses import dataclass
from pathlib import Path

from training.starter.tables import read_table

DATA_SEED = 7
"""Drawings of the training set come from this seed, held-out ones from the next."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Sizes of data and models; every picture is square."""

    drawings: int
    """How many pictures of `picture_px` the painter and the critic learn from."""
    vae_drawings: int
    """How many of them the VAE learns from; crops make many of few."""
    held_out: int
    large_drawings: int
    """How many pictures of `large_px` the enlarger learns from."""
    control_drawings: int
    """How many of `drawings` are drawn again at twice their size for the ControlNet."""
    picture_px: int
    """Side of the pictures that the painter paints."""
    critic_px: int
    """Side at which the critic looks at pictures."""
    large_px: int
    crop_px: int
    """Side of a crop that the VAE is taught on; a multiple of 8."""
    vocabulary: int
    caption_tokens: int
    text_width: int
    text_layers: int
    vision_layers: int
    vae_channels: tuple[int, int, int, int]
    latent_channels: int
    unet_channels: tuple[int, int, int, int]
    """Of the finest map first; the two finest ones have no attention."""
    enlarger_features: int
    enlarger_layers: int
    vae_batch: int
    clip_batch: int
    classifier_batch: int
    unet_batch: int
    enlarger_batch: int
    control_batch: int
    measured_pictures: int
    """How many pictures are drawn for each setting when sampler settings are chosen."""


_PLANS = read_table(Path(__file__).with_name("plan.toml"), Plan)
FULL, TOY = _PLANS["full"], _PLANS["toy"]
