"""The judge: a classifier that says what a picture shows, taught on drawings.

It sees some of them as the painter's VAE restores them, too: what is still to be seen there, as
soft as it is, is not to be held against a painter.

It has no part in making the models that it judges: the critic's classifier is built alike, but the
judge learns from drawings of its own seed, and its own errors are measured and reported.
"""

from collections import Counter
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from diffusers import AutoencoderKL
from torch import Tensor

from evaluation.records import Bench
from storybook.files import replacing
from storybook.models.classifier import WIDTHS, Classifier
from storybook.records import Event, Record, digest
from storybook.world import World
from training.starter.classifier import classifier_of, classifier_spec
from training.starter.clip import attributes_of
from training.starter.dataset import (
    BLOCK,
    Drawings,
    draw_all,
    load_drawings,
    source_digest,
    to_tensor,
)
from training.starter.loop import CHECKPOINT, Budget, load_learnt, progress_of, train_loop
from training.starter.pets import PETS, world_with
from training.starter.pictures import Picture
from training.starter.sheets import to_pixels
from training.starter.vae import restore

JUDGE_SEED = 1_007
"""Far from the seeds of what the models learn from; held-out drawings come from the next."""
JUDGE_PX = 256
"""As large as the starter paints."""
BATCH = 24
NO_LIMIT_MINUTES = 1e6


class SceneAttributes(Record):
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
    view: str = ""
    pose: str = ""
    side: str = ""
    facing: str = ""


def shown_by(picture: Picture, world: World) -> SceneAttributes:
    """All that a drawn picture shows of what a world has words for."""
    fields = {field: getattr(picture, field) for field, _ in attributes_of(world)}
    return SceneAttributes(**fields, characters=1 + len(picture.companions))


@dataclass(frozen=True, slots=True)
class Accuracy:
    """How often each attribute is named right, and what it is most often mistaken for."""

    right: dict[str, float]
    mistaken: dict[str, str]


def taught_judge(bench: Bench) -> Generator[Event, None, tuple[Classifier, Drawings]]:
    """The judge, taught first as far as it is not yet, and the held-out drawings.

    It learns the looks of the pets that ship as two more coats, worn by every kind of animal: so it
    tells a pet from others of its kind by nothing else.
    """
    world = with_pets(bench.world)
    extent, source = bench.extent, source_digest(world)
    drawings = _drawings_in(bench)
    taught_by = digest(source, _vae_digest(bench), extent.judge_restored)
    folder = bench.work / f"judge-{taught_by}-{extent.judge_steps}"
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
    some = taught.pixels[: extent.judge_restored]
    soft = yield from restored(bench, "judge", some)
    taught = Drawings(
        taught.pictures + taught.pictures[: len(soft)], np.concatenate([taught.pixels, soft])
    )
    spec = classifier_spec(judge.to(bench.device), taught, bench.device, BATCH)
    yield from train_loop(spec, folder, Budget(NO_LIMIT_MINUTES, extent.judge_steps))
    return judge, held_out


def with_pets(world: World) -> World:
    """The world with the looks of the pets that ship as further coats, named by their tokens."""
    for pet in PETS:
        world = world_with(pet, world)
    return world


def new_judge(world: World, widths: Sequence[int] = WIDTHS, side_px: int = JUDGE_PX) -> Classifier:
    """An untaught judge, the same each time."""
    return classifier_of(world, widths, JUDGE_SEED, side_px)


def restored(bench: Bench, name: str, pixels: np.ndarray) -> Generator[Event, None, np.ndarray]:
    """The first drawings of a name, uint8 [n, h, w, 3], after the painter's VAE; kept by blocks."""
    folder = _drawings_in(bench) / f"{name}-{_vae_digest(bench)}"
    folder.mkdir(parents=True, exist_ok=True)
    vae = AutoencoderKL.from_pretrained(_vae_of(bench), local_files_only=True)
    vae = vae.to(bench.device, memory_format=torch.channels_last).eval()
    after = []
    for start in range(0, len(pixels), BLOCK):
        part = pixels[start : start + BLOCK]
        file = folder / f"{start:06d}-{len(part)}.npy"
        if not file.exists():
            with torch.inference_mode(), replacing(file) as draft, draft.open("wb") as out:
                np.save(out, to_pixels(restore(vae, to_tensor(part).to(bench.device))))
        after.append(np.load(file))
        yield Event(stage="restore", done=start + len(part), total=len(pixels))
    return np.concatenate(after)


def _drawings_in(bench: Bench) -> Path:
    return bench.work / f"drawings-{source_digest(with_pets(bench.world))}-{JUDGE_PX}"


def _vae_of(bench: Bench) -> Path:
    return Path(bench.studio.settings.draw.painter) / "vae"


def _vae_digest(bench: Bench) -> str:
    return digest(*(file.read_bytes() for file in sorted(_vae_of(bench).iterdir())))


@torch.inference_mode()
def judged(judge: Classifier, pixels: np.ndarray) -> tuple[list[SceneAttributes], Tensor]:
    """What the judge sees in pictures, uint8 [n, h, w, 3], and its gazes [n, attributes, 8, 8]."""
    seen, gazes = [], []
    device = judge.gaze.weight.device
    for start in range(0, len(pixels), 64):
        images = to_tensor(pixels[start : start + 64]).to(device)
        logits, gaze = judge(images)
        found = {name: scores.argmax(1).tolist() for name, scores in logits.items()}
        for index in range(len(images)):
            seen.append(
                SceneAttributes(
                    **{name: judge.config.choices[name][at[index]] for name, at in found.items()}
                )
            )
        gazes.append(gaze.cpu())
    return seen, torch.cat(gazes)


@torch.inference_mode()
def features_of(judge: Classifier, pixels: np.ndarray) -> tuple[Tensor, Tensor]:
    """What the judge sees in whole pictures, uint8 [n, h, w, 3], and where it sees who stars.

    Both [n, c]; the second is of where it looks to name the kind of animal, which is its face.
    """
    faces, wholes = [], []
    species = list(judge.config.choices).index("species")
    for start in range(0, len(pixels), 64):
        images = to_tensor(pixels[start : start + 64]).to(judge.gaze.weight.device)
        attended, overall, _ = judge.features(images)
        faces.append(attended[:, species].cpu())
        wholes.append(overall.cpu())
    return torch.cat(wholes), torch.cat(faces)


def distance(found: Tensor, wanted: Tensor) -> float:
    """How far features [n, c] are from those that they should be, as a share of what is between
    any two of these: 0 is the same, 1 as far as another picture.

    Mean squared distance of the pairs over twice the variance of `wanted`.
    """
    apart = (found - wanted).square().sum(1).mean()
    return float(apart / (2 * wanted.var(0).sum()))


def accuracy(asked: Sequence[SceneAttributes], seen: Sequence[SceneAttributes]) -> Accuracy:
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
