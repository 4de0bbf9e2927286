"""Everything that a run needs before its first step: latents, prompt embeddings, the model."""

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

import torch
from accelerate import PartialState
from diffusers import DDPMScheduler
from torch import Tensor

from storybook.errors import ModelError, TrainingError
from storybook.models.checkpoint import Checkpoint
from storybook.models.painting import DiffusionPainter, family_of, open_painter
from storybook.models.weights import ComponentOverrides, weights_digest
from storybook.records import Event
from storybook.shard import Shard
from training.data.buckets import (
    BatchOrder,
    BucketBatch,
    shown_per_bucket,
    steps_of_epochs,
    steps_per_epoch,
)
from training.data.captions import Shaping, shaped
from training.data.records import Size
from training.pet.class_images import class_images
from training.pet.dataset import Dataset, GatheredDataset, gather
from training.pet.disk_space import check_disk_space
from training.pet.latent_cache import LatentCache, cached_latents, crop_augmentation, sample_latents
from training.pet.masks import MaskCache, mask_weights, pet_masks, required_seer
from training.pet.recipe import Recipe
from training.pet.text_cache import PromptEmbedsCache
from training.pet.trainable import TrainableModel, initial_lora, prepare_for_training
from training.runs.run import Run

LATENTS = ".latents"


@dataclass(frozen=True, slots=True)
class TrainBatch:
    """What one step learns from."""

    latents: Tensor
    """x0, [b, c, h, w] at the U-Net's scale: samples of the autoencoder's posterior."""
    captions: tuple[str, ...]
    loss_weights: Tensor
    """[b], float32: 1, or the recipe's `prior_weight` for pictures of the class."""
    generator: torch.Generator
    """On the CPU, seeded by the batch's place: noise and timesteps are drawn from it next."""
    pixel_weights: Tensor | None = None
    """[b, 1, h, w], float32, of mean 1 for each picture: how much each latent's error counts."""


@dataclass(frozen=True, slots=True)
class TrainingSetup:
    """The model that is trained, with all that it is trained on."""

    recipe: Recipe
    painter: DiffusionPainter
    """Who draws the samples; its pipeline is the model's."""
    model: TrainableModel
    noise_scheduler: DDPMScheduler
    text_cache: PromptEmbedsCache
    data: GatheredDataset
    latent_cache: LatentCache
    held_out: LatentCache
    device: torch.device
    size_px: Size
    """Of a picture, or with as many pixels as one."""
    processes: int = 1
    """How many share the batches of a step."""
    masks: MaskCache | None = None
    """Where the pet is on its pictures, by the names of `latent_cache`; None: all counts alike."""

    @property
    def order(self) -> BatchOrder:
        """The order of batches."""
        return self.data.train.order(self.recipe)

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

    def photos_by_concept(self) -> dict[str, list[Path]]:
        """The pictures that each concept is learnt from, by its name, none of the class."""
        photos: dict[str, list[Path]] = {}
        for example in self.data.train.examples:
            if not example.is_class:
                photos.setdefault(example.concept, []).append(example.path)
        return photos

    def train_batch(self, batch: BucketBatch) -> TrainBatch:
        """The pictures of `batch`; all randomness comes from the batch's place in the run."""
        recipe, dataset = self.recipe, self.data.train
        place = f"{recipe.seed}/{batch.epoch}/{batch.number}"
        generator = torch.Generator().manual_seed(Random(place).getrandbits(62))
        rngs = [Random(f"{place}/{slot}") for slot in range(len(batch.examples))]
        examples = [dataset.examples[index] for index in batch.examples]
        shaping = Shaping(
            shuffle=recipe.shuffle, keep_tokens=recipe.keep_tokens, dropout=recipe.dropout
        )
        captions = tuple(
            shaped(example.captions, shaping, rng)
            for example, rng in zip(examples, rngs, strict=True)
        )
        versions = [
            self._version(index, rng) for index, rng in zip(batch.examples, rngs, strict=True)
        ]
        moments = torch.stack([self.latent_cache[version] for version in versions])
        latents = sample_latents(moments, generator)
        weights = [recipe.prior_weight if each.is_class else 1.0 for each in examples]
        loss_weights = torch.tensor(weights, device=self.device)
        pixel_weights = None
        if self.masks is not None:
            pixel_weights = mask_weights(self.masks, versions, latents, recipe.unmasked_weight)
        return TrainBatch(latents, captions, loss_weights, generator, pixel_weights)

    def _version(self, index: int, rng: Random) -> str:
        """Which cut of a picture is shown, and whether mirrored."""
        cuts = self.recipe.cuts
        name = f"{index}.{rng.randrange(cuts)}" if cuts else str(index)
        mirrored = f"{name}.flip"
        turn = self.recipe.flip and mirrored in self.latent_cache and rng.random() < 0.5
        return mirrored if turn else name


def prepare(
    recipe: Recipe, run: Run, device: torch.device
) -> Generator[Event, None, TrainingSetup]:
    """Open the painter, read the folders, make class pictures and latents.

    Raises ModelError or TrainingError where something cannot be.
    """
    if recipe.mask == "auto":
        required_seer()  # before anything is opened, or drawn
    painter, size_px = _open_painter(recipe, device)
    pipe = painter.pipe
    if recipe.clip_skip > 1 and painter.checkpoint.family.open_clip:
        raise TrainingError(
            "clip_skip is for Stable Diffusion 1.x: the text encoder of 2.x already stops at the "
            "layer before the last. Leave it out."
        )
    if note := check_disk_space(recipe, pipe, run):
        yield Event(stage="open", done=1, total=1, note=note)
    initial = initial_lora(recipe, pipe)
    cache = run.folder.parent
    folders = yield from class_images(recipe, painter, size_px, cache)
    data = gather(recipe, size_px, folders)
    own_vae = recipe.painter if recipe.painter.is_file() else recipe.painter / "vae"
    vae_name = weights_digest(recipe.vae or own_vae)
    caches = []
    for dataset, augment in ((data.train, crop_augmentation(recipe)), (data.held_out, None)):
        made = yield from cached_latents(
            dataset, pipe.vae, vae_name, cache / LATENTS, flip=recipe.flip, augment=augment
        )
        caches.append({name: each.to(device) for name, each in made.items()})
    masks = None
    if recipe.mask != "off":
        masks = yield from pet_masks(
            data.train,
            flip=recipe.flip,
            augment=crop_augmentation(recipe),
            sees=recipe.mask == "auto",
        )
    model = prepare_for_training(pipe, recipe, device, initial)
    pipe.vae.to("cpu")
    text_cache = PromptEmbedsCache(pipe, recipe, device)
    if not (recipe.text_encoder or recipe.shuffle):
        text_cache.prepare(_all_captions(data.train) + _all_captions(data.held_out))
    noise_scheduler = ddpm_scheduler(painter.checkpoint, device)
    processes = PartialState().num_processes
    return TrainingSetup(
        recipe,
        painter,
        model,
        noise_scheduler,
        text_cache,
        data,
        *caches,
        device,
        size_px,
        processes,
        masks,
    )


def draw_class_images(
    recipe: Recipe, run: Run, device: torch.device, shard: Shard
) -> Iterator[Event]:
    """Draw a share of the class images where `prepare` will look for them."""
    painter, size_px = _open_painter(recipe, device)
    yield from class_images(recipe, painter, size_px, run.folder.parent, shard)


def _open_painter(recipe: Recipe, device: torch.device) -> tuple[DiffusionPainter, Size]:
    """The painter in single precision, and the size of its pictures."""
    painter = open_trainable(recipe, device)
    pipe = painter.pipe
    for part in (pipe.unet, pipe.text_encoder, pipe.vae):
        part.float()
    return painter, recipe.size_px(pipe.unet.config.sample_size * pipe.vae_scale_factor)


def open_trainable(recipe: Recipe, device: torch.device) -> DiffusionPainter:
    """The painter that a recipe teaches; ModelError if it cannot be opened, or not be taught."""
    checkpoint = Checkpoint(recipe.painter)
    if family_of(checkpoint).training_loss is None:
        raise ModelError(
            f"{checkpoint.path} is a {checkpoint.family.title}, which draws but cannot be taught "
            "here. Name one of 1.x or 2.x."
        )
    return open_painter(
        checkpoint,
        device=str(device),
        overrides=ComponentOverrides(recipe.vae),
        precision="auto" if recipe.precision == "auto" else "fp32",
    )


def ddpm_scheduler(checkpoint: Checkpoint, device: torch.device) -> DDPMScheduler:
    """The noise schedule that a checkpoint is taught by, with its table on `device`."""
    scheduler = DDPMScheduler.from_config(checkpoint.scheduler_config)
    scheduler.alphas_cumprod = scheduler.alphas_cumprod.to(device)
    return scheduler


def _all_captions(dataset: Dataset) -> list[str]:
    return [caption for example in dataset.examples for caption in example.captions]
