"""Everything that a run needs before its first step: pictures as latents, captions, the painter."""

from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Self

import torch
from accelerate import PartialState
from diffusers import DDPMScheduler
from torch import Tensor

from storybook.errors import TrainingError
from storybook.models.sd1 import open_painter, schedule_of
from storybook.models.training_loss import training_loss
from storybook.models.weights import ComponentOverrides, weights_digest
from storybook.records import Event
from training.data.buckets import (
    Batch,
    Order,
    shown_per_bucket,
    steps_of_epochs,
    steps_per_epoch,
)
from training.data.captions import Shaping, shaped
from training.data.records import Size
from training.formats.keys import is_open_clip
from training.pet.class_images import class_images
from training.pet.dataset import Gathered, Lessons, gather
from training.pet.disk_space import check_room
from training.pet.latent_cache import Cache, cached_latents, cutting_of, sample_latents
from training.pet.optimizers import autocast
from training.pet.recipe import Recipe
from training.pet.text_cache import Words
from training.pet.trainable import Student, adapter_before, enrol
from training.runs.run import Run

VALIDATION_TIMES = 8
"""Each held-out picture is judged at so many evenly spaced times, with fixed noise."""

LATENTS = ".latents"


@dataclass(frozen=True, slots=True)
class Material:
    """What one batch is learnt from, [b, ...] each."""

    clean: Tensor
    noise: Tensor
    times: Tensor
    captions: tuple[str, ...]
    weights: Tensor
    """How much each picture counts."""

    def parts(self, count: int) -> list[Self]:
        """At most `count` parts of about the same size, in order."""
        size = -(-len(self.clean) // count)
        cuts = [slice(start, start + size) for start in range(0, len(self.clean), size)]
        return [
            Material(
                self.clean[cut],
                self.noise[cut],
                self.times[cut],
                self.captions[cut],
                self.weights[cut],
            )
            for cut in cuts
        ]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A student with all that it learns from."""

    recipe: Recipe
    student: Student
    schedule: DDPMScheduler
    words: Words
    gathered: Gathered
    latents: Cache
    held_out: Cache
    device: torch.device
    size_px: Size
    """Of a picture, or with as many pixels as one."""
    processes: int = 1
    """How many share the batches of a step."""

    @property
    def order(self) -> Order:
        """The order of batches."""
        return self.gathered.lessons.order(self.recipe)

    @property
    def steps_per_epoch(self) -> int:
        """Optimizer steps of the first epoch, repeats included; at least 1."""
        shown = shown_per_bucket(self.order).values()
        together = self.recipe.accumulation * self.processes
        return max(1, steps_per_epoch(shown, self.recipe.batch, together))

    @property
    def steps(self) -> int:
        """Of the whole run; `max_steps` decides if it is given, else the epochs."""
        recipe = self.recipe
        together = recipe.accumulation * self.processes
        return recipe.max_steps or steps_of_epochs(self.order, together, recipe.epochs)

    @property
    def epochs(self) -> int:
        """Of the whole run, the last one begun at least."""
        recipe = self.recipe
        return -(-self.steps // self.steps_per_epoch) if recipe.max_steps else recipe.epochs

    def photos(self) -> dict[str, list[Path]]:
        """The pictures that each concept is learnt from, by its name, none of the class."""
        found: dict[str, list[Path]] = {}
        for example in self.gathered.lessons.examples:
            if not example.is_class:
                found.setdefault(example.concept, []).append(example.path)
        return found

    def material(self, batch: Batch) -> Material:
        """What a batch is made of; all chance comes from the batch's place in the run."""
        recipe, lessons = self.recipe, self.gathered.lessons
        place = f"{recipe.seed}/{batch.epoch}/{batch.number}"
        generator = torch.Generator().manual_seed(Random(place).getrandbits(62))
        rngs = [Random(f"{place}/{slot}") for slot in range(len(batch.examples))]
        examples = [lessons.examples[index] for index in batch.examples]
        shaping = Shaping(
            shuffle=recipe.shuffle, keep_tokens=recipe.keep_tokens, dropout=recipe.dropout
        )
        captions = [
            shaped(example.captions, shaping, rng)
            for example, rng in zip(examples, rngs, strict=True)
        ]
        moments = torch.stack(
            [
                self.latents[self._version(index, rng)]
                for index, rng in zip(batch.examples, rngs, strict=True)
            ]
        )
        clean = sample_latents(moments, generator)
        noise = torch.randn(clean.shape, generator=generator).to(self.device)
        if recipe.noise_offset:
            shift = torch.randn((*clean.shape[:2], 1, 1), generator=generator)
            noise = noise + recipe.noise_offset * shift.to(self.device)
        count = self.schedule.config.num_train_timesteps
        times = torch.randint(count, (len(clean),), generator=generator).to(self.device)
        weights = [recipe.prior_weight if each.is_class else 1.0 for each in examples]
        return Material(
            clean, noise, times, tuple(captions), torch.tensor(weights, device=self.device)
        )

    def losses(self, material: Material, *, learning_text: bool = False) -> Tensor:
        """The weighted loss of each picture, [b]; whether it is a number, the caller sees."""
        unet = self.student.pipe.unet
        dtype = unet.dtype  # diffusers looks through all layers for it
        with autocast(self.recipe, self.device):
            states = self.words.heard(material.captions, learning=learning_text)
            losses = training_loss(
                unet,
                self.schedule,
                material.clean.to(dtype),
                material.noise.to(dtype),
                material.times,
                states.to(dtype),
                min_snr=self.recipe.min_snr,
            )
        return losses * material.weights

    @torch.no_grad()
    def validation(self) -> float | None:
        """Mean loss of the held-out pictures at fixed times with fixed noise; None without any."""
        lessons = self.gathered.held_out
        if not lessons.examples:
            return None
        count = self.schedule.config.num_train_timesteps
        spread = (torch.arange(VALIDATION_TIMES) + 0.5) / VALIDATION_TIMES
        times = (spread * count).long().to(self.device)
        total = 0.0
        for place, example in enumerate(lessons.examples):
            generator = torch.Generator().manual_seed(self.recipe.seed + place)
            mean = self.held_out[str(place)][0]
            clean = mean.expand(VALIDATION_TIMES, *mean.shape)
            noise = torch.randn(clean.shape, generator=generator).to(self.device)
            captions = (next(iter(example.captions), ""),) * VALIDATION_TIMES
            weights = torch.ones(VALIDATION_TIMES, device=self.device)
            total += self.losses(Material(clean, noise, times, captions, weights)).mean().item()
        return total / len(lessons.examples)

    def _version(self, index: int, rng: Random) -> str:
        """Which cut of a picture is shown, and whether mirrored."""
        cuts = self.recipe.cuts
        name = f"{index}.{rng.randrange(cuts)}" if cuts else str(index)
        mirrored = f"{name}.flip"
        turn = self.recipe.flip and mirrored in self.latents and rng.random() < 0.5
        return mirrored if turn else name


def prepare(recipe: Recipe, run: Run, device: torch.device) -> Generator[Event, None, Prepared]:
    """Open the painter, read the folders, make class pictures and latents.

    Raises ModelError or TrainingError where something cannot be.
    """
    painter = open_painter(
        recipe.painter,
        device=str(device),
        overrides=ComponentOverrides(recipe.vae),
        precision="auto" if recipe.precision == "auto" else "fp32",
    )
    pipe = painter.pipe
    for part in (pipe.unet, pipe.text_encoder, pipe.vae):
        part.float()
    if recipe.clip_skip > 1 and is_open_clip(pipe.text_encoder):
        raise TrainingError(
            "clip_skip is for Stable Diffusion 1.x: the text encoder of 2.x already stops at the "
            "layer before the last. Leave it out."
        )
    if note := check_room(recipe, pipe, run):
        yield Event(stage="open", done=1, total=1, note=note)
    before = adapter_before(recipe, pipe)
    size_px = recipe.size_px(pipe.unet.config.sample_size * pipe.vae_scale_factor)
    cache = run.folder.parent
    folders = yield from class_images(recipe, painter, size_px, cache)
    gathered = gather(recipe, size_px, folders)
    own_vae = recipe.painter if recipe.painter.is_file() else recipe.painter / "vae"
    vae_name = weights_digest(recipe.vae or own_vae)
    caches = []
    for lessons, cutting in ((gathered.lessons, cutting_of(recipe)), (gathered.held_out, None)):
        made = yield from cached_latents(
            lessons, pipe.vae, vae_name, cache / LATENTS, flip=recipe.flip, cutting=cutting
        )
        caches.append({name: each.to(device) for name, each in made.items()})
    student = enrol(pipe, recipe, device, before)
    pipe.vae.to("cpu")
    words = Words(pipe, recipe, device)
    if not (recipe.text_encoder or recipe.shuffle):
        words.prepare(_all_captions(gathered.lessons) + _all_captions(gathered.held_out))
    schedule = DDPMScheduler.from_config(schedule_of(recipe.painter))
    schedule.alphas_cumprod = schedule.alphas_cumprod.to(device)
    processes = PartialState().num_processes
    return Prepared(recipe, student, schedule, words, gathered, *caches, device, size_px, processes)


def _all_captions(lessons: Lessons) -> list[str]:
    return [caption for example in lessons.examples for caption in example.captions]
