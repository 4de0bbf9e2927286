"""All sizes of the starter's picture models: what ships, and a toy for a quick look."""

from dataclasses import dataclass

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
    unet_batch: int
    enlarger_batch: int
    control_batch: int
    measured_pictures: int
    """How many pictures are drawn for each setting when sampler settings are chosen."""


# The VAE's cost lies in its largest maps, so these have few channels. The U-Net's lies in its
# finest: 64 channels there see twice the pictures an hour that 96 do; width below costs little.
FULL = Plan(
    drawings=16_000,
    vae_drawings=6_000,
    held_out=512,
    large_drawings=96,
    control_drawings=2_400,
    picture_px=256,
    critic_px=128,
    large_px=1024,
    crop_px=64,
    vocabulary=2000,
    caption_tokens=48,
    text_width=192,
    text_layers=2,
    vision_layers=4,
    vae_channels=(16, 32, 64, 128),
    latent_channels=24,
    unet_channels=(64, 64, 128, 192),
    enlarger_features=32,
    enlarger_layers=8,
    vae_batch=8,
    clip_batch=48,
    unet_batch=20,
    enlarger_batch=8,
    control_batch=4,
    measured_pictures=48,
)

TOY = Plan(
    drawings=48,
    vae_drawings=48,
    held_out=8,
    large_drawings=2,
    control_drawings=32,
    picture_px=64,
    critic_px=32,
    large_px=256,
    crop_px=32,
    vocabulary=700,
    caption_tokens=48,
    text_width=32,
    text_layers=1,
    vision_layers=1,
    vae_channels=(8, 8, 16, 16),
    latent_channels=4,
    unet_channels=(16, 16, 16, 32),
    enlarger_features=8,
    enlarger_layers=2,
    vae_batch=2,
    clip_batch=4,
    unet_batch=4,
    enlarger_batch=2,
    control_batch=2,
    measured_pictures=2,
)
