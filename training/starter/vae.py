"""The painter's eyes: a KL autoencoder that folds a picture of 128 px into 16 x 16 x 12 latents."""

from collections.abc import Iterator

import torch
from diffusers import AutoencoderKL
from PIL.Image import Image
from torch import Tensor

from storybook.records import Event
from training.starter.dataset import Drawings
from training.starter.loop import Lesson, Schooling, descend
from training.starter.plan import Plan
from training.starter.sheets import sheet

# Small enough to leave the picture sharp, large enough to keep latents near a Gaussian, which a
# small U-Net learns faster; weighed per latent number against an error per picture number.
KL_WEIGHT = 1e-3
EDGE_WEIGHT = 1.0


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
    drawings: Drawings,
    held_out: Drawings,
    schooling: Schooling,
) -> Iterator[Event]:
    """Teach `vae` on crops of the drawings."""
    lesson = _lesson("vae", vae, drawings, held_out, schooling)
    yield from descend(lesson, schooling.folder, schooling.budget)


def teach_decoder(
    vae: AutoencoderKL,
    drawings: Drawings,
    held_out: Drawings,
    schooling: Schooling,
) -> Iterator[Event]:
    """Teach the way back only: latents stay as they are, and so does a painter of them."""
    vae.encoder.requires_grad_(False)
    vae.quant_conv.requires_grad_(False)
    lesson = _lesson("decoder", vae, drawings, held_out, schooling)
    yield from descend(lesson, schooling.folder, schooling.budget)


def _lesson(
    name: str, vae: AutoencoderKL, drawings: Drawings, held_out: Drawings, schooling: Schooling
) -> Lesson:
    plan, device = schooling.plan, schooling.device

    def loss(module: AutoencoderKL, chance: torch.Generator) -> Tensor:
        crops = random_crops(drawings, plan.vae_batch, plan.crop_px, chance).to(device)
        posterior = module.encode(crops).latent_dist
        noise = torch.randn(posterior.mean.shape, generator=chance).to(device)
        decoded = module.decode(posterior.mean + posterior.std * noise).sample
        closeness = posterior.kl().mean() / posterior.mean[0].numel()
        return (
            (decoded - crops).abs().mean()
            + EDGE_WEIGHT * edge_distance(decoded, crops)
            + KL_WEIGHT * closeness
        )

    def show(module: AutoencoderKL) -> Image:
        seen = held_out.images(torch.arange(min(16, len(held_out.pictures)))).to(device)
        return sheet(torch.stack([seen, restore(module, seen)], dim=1).flatten(0, 1), columns=8)

    return Lesson(name, vae.to(device), loss, show=show, lr=2e-3, weight_decay=0.0, twins=2)


def random_crops(drawings: Drawings, count: int, crop_px: int, chance: torch.Generator) -> Tensor:
    """`count` crops, [b, 3, crop_px, crop_px] in [-1, 1], half of them mirrored.

    Offsets are a mean of two draws, so that the middle, where the star stands, is seen most often.
    """
    size_px = drawings.pixels.shape[1]
    chosen = torch.randint(len(drawings.pictures), (count,), generator=chance)
    offsets = torch.rand(count, 2, 2, generator=chance).mean(2) * (size_px - crop_px)
    crops = torch.stack(
        [
            drawings.images(one[None])[0, :, top : top + crop_px, left : left + crop_px]
            for one, (top, left) in zip(chosen, offsets.round().int().tolist(), strict=True)
        ]
    )
    mirrored = torch.rand(count, 1, 1, 1, generator=chance) < 0.5
    return torch.where(mirrored, crops.flip(3), crops)


def edge_distance(one: Tensor, other: Tensor) -> Tensor:
    """Mean distance between the neighbour-to-neighbour differences of two batches of pictures."""
    difference = one - other
    return difference.diff(dim=2).abs().mean() + difference.diff(dim=3).abs().mean()


@torch.inference_mode()
def restore(vae: AutoencoderKL, images: Tensor) -> Tensor:
    """Pictures after folding and unfolding, both [b, 3, h, w] in [-1, 1]."""
    return vae.decode(vae.encode(images).latent_dist.mean).sample.clamp(-1, 1)


@torch.inference_mode()
def encode_all(vae: AutoencoderKL, drawings: Drawings, device: str, batch: int = 32) -> Tensor:
    """Means of the latents of all drawings, float32 [n, c, h/8, w/8], unscaled."""
    # With channels last a CPU encodes 1.6 times as many pictures a second.
    vae = vae.to(memory_format=torch.channels_last)
    means = []
    for part in torch.arange(len(drawings.pictures)).split(batch):
        images = drawings.images(part).to(device, memory_format=torch.channels_last)
        means.append(vae.encode(images).latent_dist.mean.cpu().contiguous())
    return torch.cat(means)


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
