"""The starter's ControlNet: soft edges of a picture hold the painter to it at twice the size.

It is taught what the enlarger will ask of it: from pictures as the painter paints them, enlarged
and with noise, to the artist's drawing of the same at that size. The painter itself stays as it is.
"""

from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

import numpy as np
import torch
from diffusers import ControlNetModel, UNet2DConditionModel
from PIL import Image
from safetensors.torch import load_file
from torch import Tensor

from storybook.files import save_weights
from storybook.images.fidelity import edge_strength
from storybook.models import Enlarger
from storybook.models.control import FACTOR, ControlledEnlarger, RefineSettings, controlnet_cond
from storybook.models.painting import DiffusionPainter
from storybook.models.sampling import Img2ImgInit, decode, denoise
from storybook.models.sampling_defaults import SamplingDefaults
from storybook.models.soft_edges import steep_edges
from storybook.records import Candidate, Event, Prompt
from storybook.world import World
from training.starter import artist
from training.starter.dataset import Drawings, to_tensor, words_for
from training.starter.loop import Lesson, Schooling, learn
from training.starter.plan import DATA_SEED
from training.starter.sheets import sheet
from training.starter.unet import FORETELLABLE_SNR, UNTOLD, as_seen, new_schedule
from training.starter.vae import Components

CONDITION_CHANNELS = (8, 16, 32, 64)
"""Of the layers that see the edges; they work on the whole picture, so they have few."""

FREEDOMS = (0.1, 0.3, 0.5)
"""Of the shares of its steps in which the painter paints the drawings over: what comes out stands
where the drawing stands, with the painter's own faces and blurs."""

SITTING = 32
"""So many pictures are painted over at a time."""

TWINS = 2
"""Threads with work of their own, as in `loop.py`."""

SETTLED = 0.35
"""From this share of the schedule on a picture's forms are settled: what is earlier is not taught,
since the enlarger begins later."""

LEAST_NOISE = 0.4
"""What it begins with at least, beside a picture of unit deviation."""

LR = 2e-3

REFINE_SETTINGS = RefineSettings(strength=0.3, weight=1.0, steps=10, guidance=1.0)
"""How samples are made; few steps, and no guidance, which would only double their cost."""


@dataclass(frozen=True, slots=True)
class Pairs:
    """What the ControlNet learns from; latents are scaled as the U-Net takes them."""

    clean: Tensor
    """Half precision [n, c, h, w]: drawings at twice the painter's size."""
    soft: Tensor
    """Half precision [n, c, h, w]: the same as the painter paints them, enlarged."""
    edges: Tensor
    """uint8 [n, h, w] at the painter's size, 255 on an edge of what the painter painted."""
    heard: Tensor
    """Half precision [n, t, d]: what each shows, as the painter hears it."""
    unheard: Tensor
    """Half precision [t, d]: nothing said."""


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


@torch.inference_mode()
def repaint(
    painter: DiffusionPainter,
    components: Components,
    images: Tensor,
    heard: Tensor,
    sampling: SamplingDefaults,
    freedom: float,
) -> list[Image.Image]:
    """Drawings [b, 3, h, w] in [-1, 1] as the painter paints them when it begins from them.

    Without guidance, which would double the cost; `heard` [b, t, d] is what it is told.
    """
    pipe = painter.pipe
    request = Candidate(
        prompt=Prompt(page=1, positive=""),
        painter=painter.name,
        seed=0,
        width_px=sampling.width_px,
        height_px=sampling.height_px,
        steps=sampling.steps,
        guidance=1,
    )
    requests = [request.but(seed=seed) for seed in range(len(images))]
    init = components.fold(images) * pipe.vae.config.scaling_factor
    latents = denoise(
        pipe,
        deepcopy(painter.sampler),  # it has a state, and each thread needs its own
        requests,
        heard.to(pipe.device),
        init=Img2ImgInit(init.to(pipe.device), freedom),
    )
    return decode(pipe, latents)


def pairs_in(
    path: Path,
    painter: DiffusionPainter,
    components: Components,
    small: Drawings,
    large: Drawings,
    world: World,
    sampling: SamplingDefaults,
) -> Generator[Event, None, Pairs]:
    """The pairs kept in a safetensors file; made first if it is missing.

    `small` and `large` are the same pictures at the painter's size and at twice that.
    """
    if not path.exists():
        parts = torch.arange(len(small.pictures)).split(SITTING)
        scale = painter.pipe.vae.config.scaling_factor

        rng = Random(DATA_SEED)
        heard = _states(painter, [words_for(picture, world, rng) for picture in small.pictures])

        def make(number: int) -> dict[str, Tensor]:
            part, freedom = parts[number], FREEDOMS[number % len(FREEDOMS)]
            seen = repaint(painter, components, small.images(part), heard[part], sampling, freedom)
            wide = to_tensor(np.stack([np.array(_enlarged(each)) for each in seen]))
            edges = np.stack([steep_edges(each) for each in seen])
            return {
                "clean": (components.fold(large.images(part)) * scale).half(),
                "soft": (components.fold(wide) * scale).half(),
                "edges": torch.from_numpy((edges * 255).round().astype(np.uint8)),
            }

        made: dict[str, list[Tensor]] = {}
        with ThreadPoolExecutor(TWINS) as pool:
            for done, some in enumerate(pool.map(make, range(len(parts))), start=1):
                for name, tensor in some.items():
                    made.setdefault(name, []).append(tensor)
                note = f"pictures of {sampling.width_px} px by the painter"
                yield Event(stage="repaint", done=done, total=len(parts), note=note)
        path.parent.mkdir(parents=True, exist_ok=True)
        whole = {name: torch.cat(tensors) for name, tensors in made.items()}
        whole |= {"heard": heard.half(), "unheard": _states(painter, [""])[0].half()}
        save_weights(whole, path)
    return Pairs(**load_file(path))


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
    heard, freedom = _states(painter, words), max(FREEDOMS)
    seen = repaint(painter, components, held_out.images(chosen), heard, sampling, freedom)
    size_px = FACTOR * sampling.width_px
    return [
        Exercise(picture, Prompt(page=1, positive=text), artist.draw(what, world, size_px))
        for picture, text, what in zip(seen, words, shown, strict=True)
    ]


def teach_control(
    enlarger: ControlledEnlarger, pairs: Pairs, seen: Sequence[Exercise], schooling: Schooling
) -> Iterator[Event]:
    """Teach the ControlNet to lead its painter from soft pictures to the artist's drawings."""
    plan, device = schooling.plan, schooling.device
    unet = enlarger.painter.pipe.unet.requires_grad_(False)
    schedule = new_schedule()
    kept = schedule.alphas_cumprod
    spread = ((1 - kept) / kept).sqrt()
    weights = (FORETELLABLE_SNR * spread.square()).clamp(max=1)
    weighed = as_seen(pairs.clean.float())
    height, width = (FACTOR * side for side in pairs.edges.shape[1:])

    def loss(module: ControlNetModel, chance: torch.Generator) -> Tensor:
        count = plan.control_batch
        chosen = torch.randint(len(pairs.clean), (count,), generator=chance)
        clean, soft = pairs.clean[chosen].float(), pairs.soft[chosen].float()
        noise = torch.randn(clean.shape, generator=chance)
        # One draw for each equal share of the times; none is so early that forms are not settled.
        places = (torch.arange(count) + torch.rand(count, generator=chance)) / count
        times = (places * SETTLED * len(kept)).long()
        # Painting over begins with a soft picture and ends with a clean one: on its way softness
        # goes as the noise does, from where it began.
        most = (spread[times] / LEAST_NOISE).clamp(max=1)
        left = (most * torch.rand(count, generator=chance))[:, None, None, None]
        begun = clean.lerp(soft, left)
        noisy = schedule.add_noise(begun, noise, times)
        signal, hidden = (each[times, None, None, None].sqrt() for each in (kept, 1 - kept))
        wanted = (signal * noisy - clean) / hidden  # the velocity, if nothing is soft
        untold = torch.rand(count, 1, 1, generator=chance) < UNTOLD
        heard = torch.where(untold, pairs.unheard, pairs.heard[chosen]).float().to(device)
        edges = controlnet_cond(pairs.edges[chosen].to(device).float() / 255, (width, height))
        noisy, when = noisy.to(device), times.to(device)
        down, middle = module(noisy, when, heard, controlnet_cond=edges, return_dict=False)
        found = unet(
            noisy,
            when,
            encoder_hidden_states=heard,
            down_block_additional_residuals=down,
            mid_block_additional_residual=middle,
        ).sample
        errors = (weighed * (found.cpu() - wanted).square()).mean((1, 2, 3))
        return (weights[times] * errors).mean()

    def show(module: ControlNetModel) -> Image.Image:
        taught = replace(enlarger, controlnet=module)
        images = [
            image
            for each in seen[:8]
            for image in (_enlarged(each.picture), _painted_over(taught, each), each.drawing)
        ]
        return sheet(to_tensor(np.stack([np.array(image) for image in images])), columns=6)

    learner = enlarger.controlnet
    lesson = Lesson("control", learner, loss, show, lr=LR, ema_decay=0.99, twins=TWINS, mixed=True)
    yield from learn(lesson, schooling)


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


def _enlarged(image: Image.Image) -> Image.Image:
    size = (FACTOR * image.width, FACTOR * image.height)
    return image.resize(size, Image.Resampling.LANCZOS)


def _states(painter: DiffusionPainter, words: Sequence[str]) -> Tensor:
    """[n, t, d]: texts as the U-Net hears them, cut where a caption would be."""
    longest = painter.pipe.text_encoder.config.max_position_embeddings
    return torch.stack([painter.encode(text).prompt_embeds[:longest] for text in words])


def _psnr(one: Image.Image, other: Image.Image) -> float:
    error = np.square(np.asarray(one, float) - np.asarray(other, float)).mean()
    return float(10 * np.log10(255**2 / max(error, 1e-6)))
