"""What the starter's ControlNet learns from: pictures as the painter paints them, and drawings."""

from collections.abc import Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from random import Random

import numpy as np
import torch
from PIL import Image
from safetensors.torch import load_file
from torch import Tensor

from storybook.files import save_weights
from storybook.models.control import FACTOR
from storybook.models.painting import DiffusionPainter
from storybook.models.sampling import Img2ImgInit, decode_latents, denoise
from storybook.models.sampling_defaults import SamplingDefaults
from storybook.models.soft_edges import steep_edges
from storybook.records import Event, Prompt
from storybook.world import World
from training.starter.dataset import Drawings, to_tensor, words_for
from training.starter.plan import DATA_SEED
from training.starter.vae import Components

FREEDOMS = (0.1, 0.3, 0.5)
"""Of the shares of its steps in which the painter paints the drawings over: what comes out stands
where the drawing stands, with the painter's own faces and blurs."""

SITTING = 32
"""So many pictures are painted over at a time."""

THREADS = 2
"""That paint over at a time."""


@dataclass(frozen=True, slots=True)
class Pairs:
    """What the ControlNet learns from; latents are scaled as the U-Net takes them."""

    x0: Tensor
    """Half precision [n, c, h, w]: drawings at twice the painter's size."""
    soft: Tensor
    """Half precision [n, c, h, w]: the same as the painter paints them, enlarged."""
    edges: Tensor
    """uint8 [n, h, w] at the painter's size, 255 on an edge of what the painter painted."""
    prompt_embeds: Tensor
    """Half precision [n, t, d]: what each shows, as prompt embeddings."""
    uncond_embeds: Tensor
    """Half precision [t, d]: nothing said."""


@torch.inference_mode()
def repaint(
    painter: DiffusionPainter,
    components: Components,
    images: Tensor,
    prompt_embeds: Tensor,
    sampling: SamplingDefaults,
    freedom: float,
) -> list[Image.Image]:
    """Drawings [b, 3, h, w] in [-1, 1] as the painter paints them when it begins from them.

    Without guidance, which would double the cost; `prompt_embeds` [b, t, d] are what it is told.
    """
    pipe = painter.pipe
    request = sampling.but(guidance=1).request(Prompt(page=1, positive=""), painter.name, seed=0)
    requests = [request.but(seed=seed) for seed in range(len(images))]
    init = components.fold(images) * pipe.vae.config.scaling_factor
    latents = denoise(
        pipe,
        deepcopy(painter.sampler),  # it has a state, and each thread needs its own
        requests,
        prompt_embeds.to(pipe.device),
        init=Img2ImgInit(init.to(pipe.device), freedom),
    )
    return decode_latents(pipe, latents)


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
        prompt_embeds = prompt_embeds_of(
            painter, [words_for(picture, world, rng) for picture in small.pictures]
        )

        def make(number: int) -> dict[str, Tensor]:
            part, freedom = parts[number], FREEDOMS[number % len(FREEDOMS)]
            seen = repaint(
                painter, components, small.images(part), prompt_embeds[part], sampling, freedom
            )
            wide = to_tensor(np.stack([np.array(enlarged(each)) for each in seen]))
            edges = np.stack([steep_edges(each) for each in seen])
            return {
                "clean": (components.fold(large.images(part)) * scale).half(),
                "soft": (components.fold(wide) * scale).half(),
                "edges": torch.from_numpy((edges * 255).round().astype(np.uint8)),
            }

        made: dict[str, list[Tensor]] = {}
        with ThreadPoolExecutor(THREADS) as pool:
            for done, some in enumerate(pool.map(make, range(len(parts))), start=1):
                for name, tensor in some.items():
                    made.setdefault(name, []).append(tensor)
                note = f"pictures of {sampling.width_px} px by the painter"
                yield Event(stage="repaint", done=done, total=len(parts), note=note)
        path.parent.mkdir(parents=True, exist_ok=True)
        whole = {name: torch.cat(tensors) for name, tensors in made.items()}
        whole |= {
            "heard": prompt_embeds.half(),
            "unheard": prompt_embeds_of(painter, [""])[0].half(),
        }
        save_weights(whole, path)
    return load_pairs(path)


def load_pairs(path: Path) -> Pairs:
    """The pairs that are kept in a file, by the names that they have there."""
    kept = load_file(path)
    return Pairs(*(kept[name] for name in ("clean", "soft", "edges", "heard", "unheard")))


def enlarged(image: Image.Image) -> Image.Image:
    size = (FACTOR * image.width, FACTOR * image.height)
    return image.resize(size, Image.Resampling.LANCZOS)


def prompt_embeds_of(painter: DiffusionPainter, words: Sequence[str]) -> Tensor:
    """[n, t, d]: texts as the U-Net is conditioned on them, cut where a caption would be."""
    longest = painter.pipe.text_encoder.config.max_position_embeddings
    return torch.stack([painter.encode(text).prompt_embeds[:longest] for text in words])
