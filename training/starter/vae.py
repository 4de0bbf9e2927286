"""The painter's eyes: an autoencoder that folds a picture of 128 px into 16 x 16 x 24 latents.

Its latents are no code of its own making: they are the leading principal components of blocks of
8 x 8 pixels, which the encoder learns to give and the decoder learns to undo. A small U-Net learns
them far sooner, since near pictures have near latents and an error of the painter is a soft spot
and no shard; and however the autoencoder is taught further, the painter stays right.
"""

from collections.abc import Iterator
from pathlib import Path

import torch
from diffusers import AutoencoderKL
from PIL.Image import Image
from safetensors.torch import load_file
from torch import Tensor
from torch.nn import functional

from storybook.files import save_weights
from storybook.records import Event
from training.starter.dataset import Drawings
from training.starter.loop import TrainContext, TrainSpec, learn
from training.starter.plan import Plan
from training.starter.sheets import sheet

BLOCK_PX = 8
EDGE_WEIGHT = 1.0
SURENESS_WEIGHT = 0.02
ROUGHEST = 0.6
"""A painter's latents are never quite those of a drawing, so the decoder learns from latents with
noise, from none to this share of their spread: what is not sure is to be drawn softly."""


class Components:
    """Principal components of blocks of 8 x 8 pixels."""

    def __init__(self, mean: Tensor, basis: Tensor) -> None:
        self.mean = mean
        """[192], in [-1, 1]."""
        self.basis = basis
        """[192, c]; divided by the square root of each component's deviation, so that large ones
        still count more, and scaled to latents of unit deviation over all."""

    def fold(self, images: Tensor) -> Tensor:
        """Latents [b, c, h/8, w/8] of pictures [b, 3, h, w] in [-1, 1]."""
        blocks = functional.pixel_unshuffle(images, BLOCK_PX).movedim(1, -1)
        return ((blocks - self.mean) @ self.basis).movedim(-1, 1).contiguous()


def components_of(drawings: Drawings, count: int) -> Components:
    """The `count` components that keep most of the drawings' variance."""
    covariance, mean, number = torch.zeros(192, 192), torch.zeros(192), 0
    for part in torch.arange(0, len(drawings.pictures), 4).split(64):
        images = drawings.images(part)
        blocks = functional.pixel_unshuffle(images, BLOCK_PX).movedim(1, -1).flatten(0, 2)
        covariance += blocks.T @ blocks
        mean += blocks.sum(0)
        number += len(blocks)
    mean /= number
    variance, vectors = torch.linalg.eigh(covariance / number - mean.outer(mean))
    variance, vectors = variance.flip(0)[:count], vectors.flip(1)[:, :count]
    # Eigenvectors have no sign; theirs is fixed, or another machine might turn a painter's colours.
    vectors *= vectors.gather(0, vectors.abs().argmax(0, keepdim=True)).sign()
    deviation = variance.clamp(min=1e-8).sqrt()
    return Components(mean, vectors / deviation.sqrt() / deviation.mean().sqrt())


def components_in(path: Path, drawings: Drawings, count: int) -> Components:
    """The components kept in a safetensors file, found in the drawings first if it is missing."""
    if not path.exists():
        made = components_of(drawings, count)
        save_weights({"mean": made.mean, "basis": made.basis.contiguous()}, path)
    kept = load_file(path)
    return Components(kept["mean"], kept["basis"])


def latents_of(drawings: Drawings, components: Components) -> Tensor:
    """Latents of all drawings, [n, c, h/8, w/8]."""
    parts = torch.arange(len(drawings.pictures)).split(64)
    return torch.cat([components.fold(drawings.images(part)) for part in parts])


def new_vae(plan: Plan) -> AutoencoderKL:
    """An untaught autoencoder with three halvings."""
    levels = len(plan.vae_channels)
    return AutoencoderKL(
        in_channels=3,
        out_channels=3,
        down_block_types=("DownEncoderBlock2D",) * levels,
        up_block_types=("UpDecoderBlock2D",) * levels,
        block_out_channels=plan.vae_channels,
        layers_per_block=1,
        latent_channels=plan.latent_channels,
        norm_num_groups=8,
        sample_size=plan.picture_px,
        mid_block_add_attention=False,
    )


def teach_vae(
    vae: AutoencoderKL,
    components: Components,
    drawings: Drawings,
    held_out: Drawings,
    context: TrainContext,
) -> Iterator[Event]:
    """Teach `vae` on crops of the drawings: to give their components, and to undo them."""
    plan, device = context.plan, context.device

    def loss(module: AutoencoderKL, generator: torch.Generator) -> Tensor:
        crops = random_crops(drawings, plan.vae_batch, plan.crop_px, generator)
        folded = components.fold(crops).to(device)
        crops = crops.to(device)
        level = ROUGHEST * torch.rand(len(crops), 1, 1, 1, generator=generator)
        noise = level * torch.randn(folded.shape, generator=generator)
        decoded = module.decode(folded + noise.to(device)).sample
        posterior = module.encode(crops).latent_dist
        # The posterior's spread comes to say how sure the encoder is.
        unsure = functional.gaussian_nll_loss(posterior.mean, folded, posterior.var, eps=1e-4)
        return (
            difference(decoded, crops)
            + (posterior.mean - folded).square().mean()
            + SURENESS_WEIGHT * unsure
        )

    def show(module: AutoencoderKL) -> Image:
        seen = held_out.images(torch.arange(min(16, len(held_out.pictures)))).to(device)
        return sheet(torch.stack([seen, restore(module, seen)], dim=1).flatten(0, 1), columns=8)

    spec = TrainSpec(
        "vae",
        vae.to(device),
        loss,
        show=show,
        lr=2e-3,
        weight_decay=0.0,
        batches_per_step=2,
        mixed=True,
    )
    yield from learn(spec, context)


def random_crops(
    drawings: Drawings, count: int, crop_px: int, generator: torch.Generator
) -> Tensor:
    """`count` crops, [b, 3, crop_px, crop_px] in [-1, 1], half of them mirrored.

    Offsets are a mean of two draws, so that the middle, where the star stands, is seen most often.
    """
    size_px = drawings.pixels.shape[1]
    chosen = torch.randint(len(drawings.pictures), (count,), generator=generator)
    offsets = torch.rand(count, 2, 2, generator=generator).mean(2) * (size_px - crop_px)
    crops = torch.stack(
        [
            drawings.images(one[None])[0, :, top : top + crop_px, left : left + crop_px]
            for one, (top, left) in zip(chosen, offsets.round().int().tolist(), strict=True)
        ]
    )
    mirrored = torch.rand(count, 1, 1, 1, generator=generator) < 0.5
    return torch.where(mirrored, crops.flip(3), crops)


def difference(one: Tensor, other: Tensor) -> Tensor:
    """Mean distance of two batches of pictures, and of their neighbour-to-neighbour differences."""
    apart = one - other
    edges = apart.diff(dim=2).abs().mean() + apart.diff(dim=3).abs().mean()
    return apart.abs().mean() + EDGE_WEIGHT * edges


@torch.inference_mode()
def restore(vae: AutoencoderKL, images: Tensor) -> Tensor:
    """Pictures after folding and unfolding, both [b, 3, h, w] in [-1, 1]."""
    return vae.decode(vae.encode(images).latent_dist.mean).sample.clamp(-1, 1)


def scaling_factor(latents: Tensor) -> float:
    """What brings latents to unit standard deviation (Rombach et al. 2022, appendix G)."""
    return float(1 / latents.std())


def psnr(vae: AutoencoderKL, drawings: Drawings, device: str) -> float:
    """Mean peak signal-to-noise ratio of restored drawings in dB."""
    parts = torch.arange(len(drawings.pictures)).split(32)
    errors = [
        (restore(vae, images) - images).square().mean((1, 2, 3)).cpu()
        for images in (drawings.images(part).to(device) for part in parts)
    ]
    return float((10 * torch.log10(4 / torch.cat(errors))).mean())
