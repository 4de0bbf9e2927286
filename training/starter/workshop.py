"""Where the starter is made, with what, and where it is put; what is learnt, taken up there."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from storybook.models.precision import FP32, Precision
from storybook.world import World
from training.starter.loop import Budget, TrainContext, load_learnt
from training.starter.plan import Plan

if TYPE_CHECKING:
    from diffusers import AutoencoderKL

    from storybook.models.classifier import Classifier

COMPONENTS = "components.safetensors"
"""What latents are: kept beside the painter, so that it can be taught further."""


@dataclass(frozen=True, slots=True)
class Workshop:
    """Where the starter is made, with what, and where it is put."""

    world: World
    world_file: Path
    source: str
    """Digest of the world and the artist: others draw into another folder."""
    plan: Plan
    work: Path
    out: Path
    device: str = "cpu"
    workers: int = 2
    precision: Precision | None = FP32
    """In what models are taught that may be taught in any; None measures it."""

    @property
    def drawings_folder(self) -> Path:
        """Where all pictures of this world and this artist are kept."""
        return self.work / f"drawings-{self.source}"

    def context(self, name: str, budget: Budget) -> TrainContext:
        """What the step `name` needs to teach its model."""
        return TrainContext(self.plan, self.work / name, budget, self.device, self.precision)


def learnt_classifier(shop: Workshop) -> Classifier:
    """The classifier as far as it was taught."""
    from training.starter.classifier import classifier_of

    return load_learnt(classifier_of(shop.world), shop.work / "classifier").to(shop.device)


def learnt_vae(shop: Workshop) -> AutoencoderKL:
    """The autoencoder as far as it was taught."""
    from training.starter.vae import new_vae

    return load_learnt(new_vae(shop.plan), shop.work / "vae")
