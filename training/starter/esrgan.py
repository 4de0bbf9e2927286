"""The enlarger: an SRVGGNetCompact of the Real-ESRGAN family that draws four times larger."""

from collections.abc import Iterator

import torch
from diffusers import AutoencoderKL
from PIL.Image import Image
from spandrel.architectures.Compact import Compact
from torch import Tensor
from torch.nn import functional

from storybook.records import Event
from training.starter.dataset import Drawings
from training.starter.loop import TrainContext, TrainSpec, learn
from training.starter.plan import Plan
from training.starter.sheets import sheet
from training.starter.vae import difference, restore

SCALE = 4
CROP_PX = 128
"""Side of a large crop."""


def new_enlarger(plan: Plan) -> Compact:
    """An untaught network; it takes and gives pictures in [0, 1]."""
    return Compact(num_feat=plan.enlarger_features, num_conv=plan.enlarger_layers, upscale=SCALE)


def teach_enlarger(
    enlarger: Compact, vae: AutoencoderKL, large: Drawings, context: TrainContext
) -> Iterator[Event]:
    """Teach `enlarger` to undo shrinking, and shrinking followed by what the painter's VAE blurs.

    The second half of the pairs is what it meets first, the other half what it meets when it is
    applied to its own result.
    """
    plan, device = context.plan, context.device
    small = _shrunk(large, vae, device)  # [2, n, 3, h/4, w/4] in [0, 1]: clean and restored

    def loss(module: Compact, generator: torch.Generator) -> Tensor:
        before, after = _pairs(large, small, plan.enlarger_batch, generator)
        enlarged = module(before.to(device))
        after = after.to(device)
        return difference(enlarged, after)

    def show(module: Compact) -> Image:
        seen = small[1, :4].to(device)
        plain = functional.interpolate(seen, scale_factor=SCALE, mode="bicubic").clamp(0, 1)
        return sheet(torch.cat([plain, module(seen).clamp(0, 1)]) * 2 - 1, columns=4)

    spec = TrainSpec(
        "esrgan",
        enlarger.to(device),
        loss,
        show=show,
        lr=1e-3,
        weight_decay=0.0,
        ema_decay=0.99,
        mixed=True,
    )
    yield from learn(spec, context)


def _pairs(
    large: Drawings, small: Tensor, count: int, generator: torch.Generator
) -> tuple[Tensor, Tensor]:
    """Matching crops in [0, 1]: [b, 3, p/4, p/4] before and [b, 3, p, p] after enlarging."""
    side = min(CROP_PX, large.pixels.shape[1]) // SCALE
    before, after = [], []
    for _ in range(count):
        kind = int(torch.randint(2, (1,), generator=generator))
        one = torch.randint(len(large.pictures), (1,), generator=generator)
        top, left = torch.randint(small.shape[-1] - side + 1, (2,), generator=generator).tolist()
        whole = large.images(one)[0] / 2 + 0.5
        before.append(small[kind, one[0], :, top : top + side, left : left + side])
        top, left, span = top * SCALE, left * SCALE, side * SCALE
        after.append(whole[:, top : top + span, left : left + span])
    return torch.stack(before), torch.stack(after)


def _shrunk(large: Drawings, vae: AutoencoderKL, device: str) -> Tensor:
    """All drawings at a quarter, [2, n, 3, h, w] in [0, 1]: as they are, and through the VAE."""
    shrunk, restored = [], []
    for part in torch.arange(len(large.pictures)).split(8):
        little = functional.interpolate(large.images(part), scale_factor=1 / SCALE, mode="area")
        shrunk.append(little)
        restored.append(restore(vae, little.to(device)).cpu())
    return torch.stack([torch.cat(shrunk), torch.cat(restored)]) / 2 + 0.5
