"""The starter's ControlNet: soft edges of a picture hold the painter to it at twice the size.

It is taught what the enlarger will ask of it: from pictures as the painter paints them, enlarged
and with noise, to the artist's drawing of the same at that size. The painter itself stays as it is.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from random import Random

import numpy as np
import torch
from diffusers import ControlNetModel, DDPMScheduler, UNet2DConditionModel
from PIL import Image
from torch import Tensor

from storybook.images.fidelity import edge_strength
from storybook.models import Enlarger
from storybook.models.control import FACTOR, ControlledEnlarger, RefineSettings, controlnet_cond
from storybook.models.painting import DiffusionPainter
from storybook.models.sampling_defaults import SamplingDefaults
from storybook.models.soft_edges import steep_edges
from storybook.records import Event, Prompt
from storybook.world import World
from training.starter import artist
from training.starter.control_pairs import FREEDOMS, Pairs, enlarged, prompt_embeds_of, repaint
from training.starter.dataset import Drawings, to_tensor, words_for
from training.starter.loop import TrainContext, TrainSpec, learn
from training.starter.plan import DATA_SEED
from training.starter.sheets import sheet
from training.starter.unet import CFG_DROPOUT, FORETELLABLE_SNR, as_seen, stratified
from training.starter.vae import Components

CONDITION_CHANNELS = (8, 16, 32, 64)
"""Of the layers that see the edges; they work on the whole picture, so they have few."""

SETTLED = 0.35
"""From this share of the schedule on a picture's forms are settled: what is earlier is not taught,
since the enlarger begins later."""

LEAST_NOISE = 0.4
"""What it begins with at least, beside a picture of unit deviation."""

LR = 2e-3

REFINE_SETTINGS = RefineSettings(strength=0.3, weight=1.0, steps=10, guidance=1.0)
"""How samples are made; few steps, and no guidance, which would only double their cost."""


@dataclass(frozen=True, slots=True)
class Exercise:
    """A picture by the painter, what it was told, and the artist's drawing of twice the size."""

    picture: Image.Image
    prompt: Prompt
    drawing: Image.Image


def new_control(unet: UNet2DConditionModel) -> ControlNetModel:
    """A ControlNet that begins as the U-Net's way down and changes nothing yet."""
    return ControlNetModel.from_unet(
        unet, conditioning_embedding_out_channels=CONDITION_CHANNELS, load_weights_from_unet=True
    )


def new_enlarger(painter: DiffusionPainter, then: Enlarger) -> ControlledEnlarger:
    """The enlarger of a book that has a ControlNet, with an untaught one."""
    control = new_control(painter.pipe.unet).to(painter.pipe.device)
    return ControlledEnlarger("control", painter, control, steep_edges, REFINE_SETTINGS, then)


def exercises(
    painter: DiffusionPainter,
    components: Components,
    held_out: Drawings,
    world: World,
    sampling: SamplingDefaults,
    count: int,
) -> list[Exercise]:
    """Held-out pictures to see and measure what has been learnt."""
    chosen = torch.arange(count)
    rng = Random(DATA_SEED)
    shown = held_out.pictures[:count]
    words = [words_for(picture, world, rng) for picture in shown]
    prompt_embeds, freedom = prompt_embeds_of(painter, words), max(FREEDOMS)
    seen = repaint(painter, components, held_out.images(chosen), prompt_embeds, sampling, freedom)
    size_px = FACTOR * sampling.width_px
    return [
        Exercise(picture, Prompt(page=1, positive=text), artist.draw(what, world, size_px))
        for picture, text, what in zip(seen, words, shown, strict=True)
    ]


def teach_control(
    enlarger: ControlledEnlarger, pairs: Pairs, seen: Sequence[Exercise], context: TrainContext
) -> Iterator[Event]:
    """Teach the ControlNet to lead its painter from soft pictures to the artist's drawings."""
    plan, device = context.plan, context.device
    unet = enlarger.painter.pipe.unet.requires_grad_(False)
    schedule = DDPMScheduler.from_config(enlarger.painter.pipe.scheduler.config)
    kept = schedule.alphas_cumprod
    weights = (FORETELLABLE_SNR * (1 - kept) / kept).clamp(max=1)
    channel_weights = as_seen(pairs.x0.float())
    height, width = (FACTOR * side for side in pairs.edges.shape[1:])

    def loss(module: ControlNetModel, generator: torch.Generator) -> Tensor:
        rows = torch.randint(len(pairs.x0), (plan.control_batch,), generator=generator)
        noisy_latents, timesteps, target = _noised(pairs, rows, schedule, generator)
        dropped = torch.rand(len(rows), 1, 1, generator=generator) < CFG_DROPOUT
        prompt_embeds = torch.where(dropped, pairs.uncond_embeds, pairs.prompt_embeds[rows])
        prompt_embeds = prompt_embeds.float().to(device)
        edges = controlnet_cond(pairs.edges[rows].to(device).float() / 255, (width, height))
        seen_by = (noisy_latents.to(device), timesteps.to(device), prompt_embeds)
        down, middle = module(*seen_by, controlnet_cond=edges, return_dict=False)
        model_pred = unet(
            *seen_by, down_block_additional_residuals=down, mid_block_additional_residual=middle
        ).sample
        errors = (channel_weights * (model_pred.cpu() - target).square()).mean((1, 2, 3))
        return (weights[timesteps] * errors).mean()

    def show(module: ControlNetModel) -> Image.Image:
        taught = replace(enlarger, controlnet=module)
        images = [
            image
            for each in seen[:8]
            for image in (enlarged(each.picture), _painted_over(taught, each), each.drawing)
        ]
        return sheet(to_tensor(np.stack([np.array(image) for image in images])), columns=6)

    learner = enlarger.controlnet
    spec = TrainSpec(
        "control", learner, loss, show, lr=LR, ema_decay=0.99, batches_per_step=2, mixed=True
    )
    yield from learn(spec, context)


def _noised(
    pairs: Pairs, rows: Tensor, schedule: DDPMScheduler, generator: torch.Generator
) -> tuple[Tensor, Tensor, Tensor]:
    """Noisy latents of some pairs, [b, c, h, w], their timesteps, [b], and the velocities, as them.

    Painting over begins with a soft picture and ends with a clean one: on its way softness goes as
    the noise does, from where it began.
    """
    kept, count = schedule.alphas_cumprod, len(rows)
    x0, soft = pairs.x0[rows].float(), pairs.soft[rows].float()
    noise = torch.randn(x0.shape, generator=generator)
    # None is so early that forms are not settled.
    timesteps = (stratified(count, generator) * SETTLED * len(kept)).long()
    signal, hidden = (each[timesteps, None, None, None].sqrt() for each in (kept, 1 - kept))
    most = (hidden / signal / LEAST_NOISE).clamp(max=1)
    left = most * torch.rand(count, generator=generator)[:, None, None, None]
    noisy_latents = schedule.add_noise(x0.lerp(soft, left), noise, timesteps)
    return noisy_latents, timesteps, (signal * noisy_latents - x0) / hidden  # if nothing is soft


def gain(enlarger: ControlledEnlarger, seen: Sequence[Exercise]) -> dict[str, float]:
    """How near to the artist's drawings pictures come, with the painter's detail and without it.

    In dB, and how steep their edges are, as a share of the drawings'.
    """
    over = [_painted_over(enlarger, each) for each in seen]
    plain = [_merely_enlarged(enlarger.then, each) for each in seen]
    steep = np.mean([edge_strength(each.drawing).mean() for each in seen])

    def nearness(images: list[Image.Image]) -> float:
        pairs = zip(images, seen, strict=True)
        return float(np.mean([_psnr(image, each.drawing) for image, each in pairs]))

    def steepness(images: list[Image.Image]) -> float:
        return float(np.mean([edge_strength(image).mean() for image in images]) / steep)

    return {
        "held_out_psnr_db": nearness(over),
        "held_out_psnr_db_without": nearness(plain),
        "held_out_steepness": steepness(over),
        "held_out_steepness_without": steepness(plain),
    }


def _painted_over(enlarger: ControlledEnlarger, each: Exercise) -> Image.Image:
    strength = enlarger.settings.strength
    return enlarger.detailed(each.picture, each.prompt, strength=strength, seed=1)


def _merely_enlarged(enlarger: Enlarger, each: Exercise) -> Image.Image:
    width_px = each.drawing.width
    return enlarger.enlarge(each.picture, each.prompt, width_px=width_px, seed=1)


def _psnr(one: Image.Image, other: Image.Image) -> float:
    error = np.square(np.asarray(one, float) - np.asarray(other, float)).mean()
    return float(10 * np.log10(255**2 / max(error, 1e-6)))
