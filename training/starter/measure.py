"""Choosing how a painter is sampled: by drawing with each setting and looking at what came out."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass

import torch
from diffusers import StableDiffusionPipeline
from torch import Tensor
from torch.nn import functional
from transformers import CLIPModel

from storybook.models.classifier import Classifier
from storybook.models.sampling_defaults import SamplingDefaults
from storybook.records import Event
from storybook.world import World
from training.starter.classifier import recognised
from training.starter.clip import image_features
from training.starter.dataset import Drawings, scaled_to, to_tensor
from training.starter.pictures import Picture, caption
from training.starter.plan import Plan
from training.starter.unet import paint

# Guidance is settled first, at enough steps to be fair to all; then as few steps as will do.
GUIDANCES = (1.5, 2.0, 3.0, 4.5)
STEPS = (10, 15)
MANY_STEPS = 20

ENOUGH = 0.01
"""A setting this much worse than the best one is still as good: so few pictures tell no more."""


@dataclass(frozen=True, slots=True)
class SamplingScore:
    """What a critic sees in pictures drawn with a setting."""

    sampling: SamplingDefaults
    recognised: float
    """The share of the asked attributes that it recognises."""
    distance: float
    """How far its features of these pictures lie from those of drawings; 0 is not at all."""
    tint: float
    """How far colours lie from those of the drawings of the same captions, by `tint_between`."""

    def figures(self) -> dict[str, float]:
        return {
            "asked_attributes_recognised": self.recognised,
            "distance_from_drawings": self.distance,
            "tint_from_drawings": self.tint,
        }

    @property
    def quality(self) -> float:
        """Right things count, and so does looking like a drawing, in colour too.

        A critic likes strong colours: by its eye alone, far too much guidance is chosen.
        """
        return self.recognised - self.distance - self.tint


@dataclass(frozen=True, slots=True)
class Eyes:
    """Who looks at what was painted."""

    clip: CLIPModel
    classifier: Classifier


def best_sampling(
    pipeline: StableDiffusionPipeline, eyes: Eyes, held_out: Drawings, world: World, plan: Plan
) -> Generator[Event, None, tuple[SamplingDefaults, dict[str, float]]]:
    """The cheapest setting as good as the best, with its figures; says each as it is seen."""
    size_px = plan.picture_px
    candidates = [
        SamplingDefaults(
            width_px=size_px, height_px=size_px, steps=MANY_STEPS, guidance=guidance, karras=False
        )
        for guidance in GUIDANCES
    ]
    total = len(candidates) + len(STEPS)
    seen: list[SamplingScore] = []
    for sampling in candidates:
        seen.append(_look(pipeline, eyes, held_out, world, plan.measured_pictures, sampling))
        yield _event(seen, total)
    best = max(seen, key=lambda one: one.quality)
    for steps in STEPS:
        sampling = best.sampling.but(steps=steps)
        seen.append(_look(pipeline, eyes, held_out, world, plan.measured_pictures, sampling))
        yield _event(seen, total)
    good = [one for one in seen if one.quality >= best.quality - ENOUGH]
    chosen = min(good, key=lambda one: (one.sampling.steps, -one.quality))
    of_drawings = _share(eyes, _all(held_out), held_out.pictures)
    return chosen.sampling, chosen.figures() | {"drawings_attributes_recognised": of_drawings}


def _look(
    pipeline: StableDiffusionPipeline,
    eyes: Eyes,
    held_out: Drawings,
    world: World,
    count: int,
    sampling: SamplingDefaults,
) -> SamplingScore:
    shown = held_out.pictures[:count]
    captions = [caption(picture, world) for picture in shown]
    painted = to_tensor(paint(pipeline, captions, sampling, seed=1))
    drawn = held_out.images(torch.arange(count))
    seen_px = eyes.clip.config.vision_config.image_size
    with torch.inference_mode():
        ours = image_features(eyes.clip, scaled_to(painted, seen_px).to(eyes.clip.device))
        theirs = image_features(eyes.clip, scaled_to(drawn, seen_px).to(eyes.clip.device))
    return SamplingScore(
        sampling,
        _share(eyes, painted, shown),
        float((ours.mean(0) - theirs.mean(0)).square().sum()),
        tint_between(painted, drawn),
    )


def tint_between(ours: Tensor, theirs: Tensor) -> float:
    """Mean difference of colour in sixteen regions of pictures [n, 3, h, w] in [-1, 1].

    Regions are so large that it does not matter where exactly a figure stands.
    """
    return float(
        (functional.adaptive_avg_pool2d(ours, 4) - functional.adaptive_avg_pool2d(theirs, 4))
        .abs()
        .mean()
    )


def _share(eyes: Eyes, images: Tensor, pictures: Sequence[Picture]) -> float:
    """The share of all attributes of `pictures` that the classifier sees."""
    shares = recognised(eyes.classifier, images, pictures).values()
    return sum(shares) / len(shares)


def _all(drawings: Drawings) -> Tensor:
    return drawings.images(torch.arange(len(drawings.pictures)))


def _event(seen: list[SamplingScore], total: int) -> Event:
    last = seen[-1]
    note = (
        f"{last.sampling.steps} steps, guidance {last.sampling.guidance}: "
        f"recognised {last.recognised:.3f}, distance {last.distance:.3f}, "
        f"tint {last.tint:.3f}"
    )
    return Event(stage="measure", done=len(seen), total=total, note=note)
