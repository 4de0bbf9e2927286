"""The judge: a small classifier that says what a picture shows, taught on drawings only.

It has no part in making the models that it judges, and learns from drawings of its own seed.
"""

from collections import Counter
from collections.abc import Generator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from storybook.records import Event, Record
from storybook.world import World
from training.evaluation.records import Bench
from training.starter.clip import ATTRIBUTES
from training.starter.dataset import Drawings, draw_all, load_drawings, source_digest, to_tensor
from training.starter.loop import CHECKPOINT, Budget, Lesson, descend, load_learnt, progress_of
from training.starter.pets import PETS, world_with
from training.starter.pictures import Picture

JUDGE_SEED = 1_007
"""Far from the seeds of what the models learn from; held-out drawings come from the next."""
JUDGE_PX = 128
BATCH, TWINS = 24, 2
WIDTHS = (32, 48, 96, 192)
NO_LIMIT_MINUTES = 1e6
MOST_CHARACTERS = 3


class Shown(Record):
    """What a picture shows, or should: only the fields that were set are asked for."""

    species: str = ""
    coat: str = ""
    action: str = ""
    place: str = ""
    thing: str | None = None
    """None, if set, is a picture without a thing."""
    relation: str = ""
    characters: int = 1
    light: str = ""
    style: str = ""
    shot: str = ""


def shown_by(picture: Picture) -> Shown:
    """All that a drawn picture shows."""
    fields = {field: getattr(picture, field) for field, _ in ATTRIBUTES}
    return Shown(**fields, characters=1 + len(picture.companions))


class Judge(nn.Module):
    """A small residual network with one gaze and one classifier for each attribute.

    A gaze is a softmax over the 8 x 8 map: what tells coats apart is elsewhere than what tells
    places apart, and a small thing would drown in the mean of the map.
    """

    def __init__(self, world: World, widths: Sequence[int] = WIDTHS) -> None:
        super().__init__()
        self.choices: dict[str, list[str | int | None]] = {
            field: [*getattr(world, section), *([None] if field == "thing" else [])]
            for field, section in ATTRIBUTES
        } | {"characters": list(range(1, MOST_CHARACTERS + 1))}
        first, *others = widths
        layers: list[nn.Module] = [nn.Conv2d(3, first, 5, 2, 2, bias=False), nn.BatchNorm2d(first)]
        layers.append(nn.ReLU())
        for before, width in zip(widths, others, strict=False):
            layers += [_Residual(before, width, stride=2), _Residual(width, width, stride=1)]
        self.body = nn.Sequential(*layers)
        self.gaze = nn.Conv2d(widths[-1], len(self.choices), 1)
        self.heads = nn.ModuleDict(
            {name: nn.Linear(2 * widths[-1], len(keys)) for name, keys in self.choices.items()}
        )

    def forward(self, images: Tensor) -> tuple[dict[str, Tensor], Tensor]:
        """Logits [b, choices] of each attribute, and gazes [b, attributes, h, w] that sum to 1."""
        seen = self.body(images.contiguous(memory_format=torch.channels_last))
        gaze = self.gaze(seen).flatten(2).softmax(-1)  # [b, a, h * w]
        found = gaze @ seen.flatten(2).transpose(1, 2)  # [b, a, c]
        overall = seen.mean((2, 3))
        logits = {
            name: head(torch.cat([found[:, index], overall], dim=1))
            for index, (name, head) in enumerate(self.heads.items())
        }
        return logits, gaze.unflatten(2, seen.shape[2:])


class _Residual(nn.Module):
    def __init__(self, before: int, width: int, stride: int) -> None:
        super().__init__()
        self.way = nn.Sequential(
            nn.Conv2d(before, width, 3, stride, 1, bias=False),
            nn.BatchNorm2d(width),
            nn.ReLU(),
            nn.Conv2d(width, width, 3, 1, 1, bias=False),
            nn.BatchNorm2d(width),
        )
        plain = before == width and stride == 1
        self.shortcut = nn.Identity() if plain else nn.Conv2d(before, width, 1, stride, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        return functional.relu(self.way(x) + self.shortcut(x))


@dataclass(frozen=True, slots=True)
class Accuracy:
    """How often each attribute is named right, and what it is most often mistaken for."""

    right: dict[str, float]
    mistaken: dict[str, str]


def taught_judge(bench: Bench) -> Generator[Event, None, tuple[Judge, Drawings]]:
    """The judge, taught first as far as it is not yet, and the held-out drawings.

    It learns the looks of the pets that ship as two more coats, worn by every kind of animal: so it
    tells a pet from others of its kind by nothing else.
    """
    world = with_pets(bench.world)
    extent, source = bench.extent, source_digest(world)
    drawings, folder = (
        bench.work / f"drawings-{source}",
        bench.work / f"judge-{source}-{extent.judge_steps}",
    )
    for name, count, seed in (
        ("judge", extent.judge_drawings, JUDGE_SEED),
        ("judge-held-out", extent.judge_held_out, JUDGE_SEED + 1),
    ):
        yield from draw_all(drawings / name, world, count, JUDGE_PX, seed, bench.workers)
    held_out = load_drawings(
        drawings / "judge-held-out", world, extent.judge_held_out, JUDGE_SEED + 1
    )
    judge = new_judge(world)
    if (folder / CHECKPOINT).exists() and progress_of(folder).step >= extent.judge_steps:
        return load_learnt(judge, folder).to(bench.device), held_out
    taught = load_drawings(drawings / "judge", world, extent.judge_drawings, JUDGE_SEED)
    lesson = judge_lesson(judge.to(bench.device), taught, bench.device)
    yield from descend(lesson, folder, Budget(NO_LIMIT_MINUTES, extent.judge_steps))
    return judge, held_out


def with_pets(world: World) -> World:
    """The world with the looks of the pets that ship as further coats, named by their tokens."""
    for pet in PETS:
        world = world_with(pet, world)
    return world


def new_judge(world: World, widths: Sequence[int] = WIDTHS) -> Judge:
    """An untaught judge, the same each time."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(JUDGE_SEED)
        return Judge(world, widths).to(memory_format=torch.channels_last)


def judge_lesson(judge: Judge, drawings: Drawings, device: str, batch: int = BATCH) -> Lesson:
    """How `judge` is taught to name all attributes of weathered drawings."""
    answers = _answers(judge, drawings.pictures)

    def loss(module: Judge, chance: torch.Generator) -> Tensor:
        chosen = torch.randint(len(drawings.pictures), (batch,), generator=chance)
        images = weathered(drawings.images(chosen), chance).to(device)
        logits, _ = module(images)
        losses = [
            functional.cross_entropy(said, answers[name][chosen].to(device))
            for name, said in logits.items()
        ]
        return torch.stack(losses).mean()

    return Lesson("judge", judge, loss, lr=2e-3, weight_decay=0.02, twins=TWINS)


def weathered(images: Tensor, chance: torch.Generator) -> Tensor:
    """Pictures [b, 3, h, w] in about [-1, 1] as a VAE and few steps of sampling leave them.

    Somewhat soft, grainy, lighter or darker, off in colour, and a few pixels off their place; so
    the judge reads painted pictures as fairly as drawn ones. Never mirrored: who stands on the
    left is the star.
    """
    count = len(images)

    def by_picture(channels: int) -> Tensor:
        return torch.rand(count, channels, 1, 1, generator=chance)

    kernel = torch.tensor([1.0, 4.0, 6.0, 4.0, 1.0])
    kernel = (kernel[:, None] * kernel / kernel.sum() ** 2).expand(3, 1, 5, 5)
    soft = functional.conv2d(
        functional.pad(images, (2, 2, 2, 2), mode="replicate"), kernel, groups=3
    )
    images = images.lerp(soft, by_picture(1) * (by_picture(1) < 0.6))
    images = images * (0.88 + 0.24 * by_picture(1)) + 0.16 * (by_picture(3) - 0.5)
    images = images + 0.12 * by_picture(1) * torch.randn(images.shape, generator=chance)
    left, top = torch.randint(7, (2,), generator=chance).tolist()
    height, width = images.shape[2:]
    images = functional.pad(images, (3, 3, 3, 3), mode="replicate")
    return images[:, :, top : top + height, left : left + width].clamp(-1, 1)


@torch.inference_mode()
def judged(judge: Judge, pixels: np.ndarray) -> tuple[list[Shown], Tensor]:
    """What the judge sees in pictures, uint8 [n, h, w, 3], and its gazes [n, attributes, 8, 8]."""
    seen, gazes = [], []
    device = judge.gaze.weight.device
    for start in range(0, len(pixels), 64):
        images = as_seen(to_tensor(pixels[start : start + 64])).to(device)
        logits, gaze = judge(images)
        found = {name: said.argmax(1).tolist() for name, said in logits.items()}
        for index in range(len(images)):
            seen.append(
                Shown(**{name: judge.choices[name][at[index]] for name, at in found.items()})
            )
        gazes.append(gaze.cpu())
    return seen, torch.cat(gazes)


def as_seen(images: Tensor) -> Tensor:
    """Pictures [b, 3, h, w] of any size at the size that the judge was taught on."""
    if images.shape[-1] == JUDGE_PX:
        return images
    return functional.interpolate(
        images, (JUDGE_PX, JUDGE_PX), mode="bilinear", antialias=True, align_corners=False
    )


def accuracy(asked: Sequence[Shown], seen: Sequence[Shown]) -> Accuracy:
    """The share of `seen` that is as asked, for each attribute that is asked for at all."""
    hits: dict[str, list[bool]] = {}
    wrong: dict[str, Counter[str]] = {}
    for wanted, found in zip(asked, seen, strict=True):
        for name in wanted.model_fields_set:
            right, got = getattr(wanted, name), getattr(found, name)
            hits.setdefault(name, []).append(right == got)
            if right != got:
                mistake = f"{right or 'nothing'} taken for {got or 'nothing'}"
                wrong.setdefault(name, Counter())[mistake] += 1
    return Accuracy(
        {name: sum(each) / len(each) for name, each in hits.items()},
        {name: pairs.most_common(1)[0][0] for name, pairs in wrong.items()},
    )


def _answers(judge: Judge, pictures: Sequence[Picture]) -> dict[str, Tensor]:
    """Each attribute's right choice of every picture, [n]."""
    shown = [shown_by(picture) for picture in pictures]
    return {
        name: torch.tensor([keys.index(getattr(one, name)) for one in shown])
        for name, keys in judge.choices.items()
    }
