"""What the critic names attributes with: a classifier taught on drawings that were weathered."""

from collections.abc import Iterator, Sequence

import torch
from torch import Tensor
from torch.nn import functional

from storybook.models.classifier import SIDE_PX, WIDTHS, Classifier, new_classifier
from storybook.models.precision import FP32, autocast_to
from storybook.records import Event
from storybook.world import World
from training.starter.clip import attributes_of
from training.starter.dataset import Drawings
from training.starter.loop import TrainContext, TrainSpec, learn
from training.starter.pictures import Picture

MOST_CHARACTERS = 3
CHARACTERS = "characters"
BATCHES_PER_STEP = 2


def classifier_of(
    world: World, widths: Sequence[int] = WIDTHS, seed: int = 0, side_px: int = SIDE_PX
) -> Classifier:
    """An untaught classifier of all that pictures of the world differ in."""
    choices: dict[str, Sequence[str | int | None]] = {
        field: (*getattr(world, section), *([None] if field == "thing" else []))
        for field, section in attributes_of(world)
    }
    return new_classifier(
        choices | {CHARACTERS: range(1, MOST_CHARACTERS + 1)}, widths, seed, side_px
    )


def shown(picture: Picture, name: str) -> str | int | None:
    """What a picture shows of an attribute of `classifier_of`."""
    return 1 + len(picture.companions) if name == CHARACTERS else getattr(picture, name)


def teach_classifier(
    classifier: Classifier, drawings: Drawings, context: TrainContext
) -> Iterator[Event]:
    """Teach `classifier` to name all attributes of drawings that were weathered."""
    batch = context.plan.classifier_batch
    spec = classifier_spec(classifier.to(context.device), drawings, context.device, batch)
    yield from learn(spec, context)


def classifier_spec(
    classifier: Classifier, drawings: Drawings, device: str, batch: int
) -> TrainSpec:
    """How `classifier` is taught to name all attributes of `batch` weathered drawings at a time."""
    answers = answers_of(classifier, drawings.pictures)

    def loss(module: Classifier, generator: torch.Generator) -> Tensor:
        chosen = torch.randint(len(drawings.pictures), (batch,), generator=generator)
        images = drawings.images(chosen, classifier.config.side_px)
        images = weathered(images, generator).to(device)
        logits, _ = module(images)
        losses = [
            functional.cross_entropy(logit, answers[name][chosen].to(device))
            for name, logit in logits.items()
        ]
        return torch.stack(losses).mean()

    return TrainSpec(
        "classifier",
        classifier,
        loss,
        lr=2e-3,
        weight_decay=0.02,
        batches_per_step=BATCHES_PER_STEP,
        mixed=True,
    )


def answers_of(classifier: Classifier, pictures: Sequence[Picture]) -> dict[str, Tensor]:
    """Each attribute's right choice of every picture, [n]."""
    return {
        name: torch.tensor([keys.index(shown(one, name)) for one in pictures])
        for name, keys in classifier.config.choices.items()
    }


@torch.inference_mode()
def recognised(
    classifier: Classifier, images: Tensor, pictures: Sequence[Picture]
) -> dict[str, float]:
    """For each attribute, the share of `pictures` that is seen right in [n, 3, h, w] in [-1, 1]."""
    answers, hits = answers_of(classifier, pictures), {}
    device = classifier.gaze.weight.device
    for part, places in zip(images.split(64), torch.arange(len(images)).split(64), strict=True):
        logits, _ = classifier(part.to(device))
        for name, logit in logits.items():
            hits.setdefault(name, []).append(logit.argmax(1).cpu() == answers[name][places])
    return {name: float(torch.cat(each).float().mean()) for name, each in hits.items()}


def weathered(images: Tensor, generator: torch.Generator) -> Tensor:
    """Pictures [b, 3, h, w] in about [-1, 1] as a VAE and few steps of sampling leave them.

    Somewhat soft, grainy, lighter or darker, off in colour, and a few pixels off their place; so
    that painted pictures are read as fairly as drawn ones. Never mirrored: who stands on the left
    is the star.
    """
    count = len(images)

    def by_picture(channels: int) -> Tensor:
        return torch.rand(count, channels, 1, 1, generator=generator)

    kernel = torch.tensor([1.0, 4.0, 6.0, 4.0, 1.0])
    kernel = (kernel[:, None] * kernel / kernel.sum() ** 2).expand(3, 1, 5, 5)
    padded = functional.pad(images, (2, 2, 2, 2), mode="replicate")
    with autocast_to(FP32, images.device):  # what is learnt from is as exact as ever
        soft = functional.conv2d(padded, kernel, groups=3)
    images = images.lerp(soft, by_picture(1) * (by_picture(1) < 0.6))
    images = images * (0.88 + 0.24 * by_picture(1)) + 0.16 * (by_picture(3) - 0.5)
    images = images + 0.12 * by_picture(1) * torch.randn(images.shape, generator=generator)
    left, top = torch.randint(7, (2,), generator=generator).tolist()
    height, width = images.shape[2:]
    images = functional.pad(images, (3, 3, 3, 3), mode="replicate")
    return images[:, :, top : top + height, left : left + width].clamp(-1, 1)
