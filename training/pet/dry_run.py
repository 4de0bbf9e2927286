"""What a run would do, said before anything is spent: pictures, buckets, steps, time, space."""

from collections.abc import Callable, Generator, Iterator, Sequence

import torch
from transformers import CLIPTokenizer

from storybook.models.clip_text import caption_ids, encode_captions
from storybook.models.devices import explain_oom
from storybook.models.painting import DiffusionPainter
from training.data.balance import balance
from training.data.buckets import bucket_table, everydream_steps, steps_of_epochs
from training.data.records import Example, Size
from training.pet.coach import coach
from training.pet.dataset import Dataset, gather
from training.pet.disk_space import (
    OPTIMIZER_BYTES,
    check_disk_space,
    checkpoint_bytes,
    kept_at_once,
)
from training.pet.optimizers import autocast, check_precision
from training.pet.recipe import Recipe
from training.pet.sample_prompts import check_sample_files, sample_prompts
from training.pet.setup import ddpm_scheduler, open_trainable
from training.pet.trainable import TrainableModel, initial_lora, prepare_for_training
from training.runs.run import Run
from training.trial_steps import memory_bytes, seconds_per_step

FINDINGS_SHOWN = 12


def preflight(recipe: Recipe, run: Run, device: torch.device) -> Iterator[str]:
    """Lines for the owner to read; raises what the run itself would raise at once.

    Time and memory are measured on one step of the real painter, with noise in place of pictures.
    """
    check_precision(recipe, device)
    check_sample_files(recipe)
    painter = open_trainable(recipe, device)
    pipe = painter.pipe
    size_px = recipe.size_px(pipe.unet.config.sample_size * pipe.vae_scale_factor)
    width, height = size_px
    size = f"{width} px" if width == height else f"{width} x {height} px"
    yield f"{recipe.kind} on {painter.name} at {size}, on {device}; result in {run.result}"
    if initial := initial_lora(recipe, pipe):
        yield (
            f"goes on from {recipe.network_weights}: rank {initial.rank}, alpha {initial.alpha:g}, "
            f"layers of {' and '.join(initial.parts)}"
        )
    if note := check_disk_space(recipe, pipe, run):
        yield note
    data = gather(recipe, size_px, [None] * len(recipe.concept))
    dataset = data.train

    yield from _shares(recipe, dataset.examples)
    steps = yield from _steps(recipe, dataset)
    yield from _captions_cut(recipe, dataset.examples, pipe.tokenizer)
    yield from _masks_passed_over(recipe, dataset.examples)
    drawn = dict.fromkeys(each.positive for each in sample_prompts(recipe, dataset.examples))
    yield f"samples: {'; '.join(drawn)}"
    examples = (*dataset.examples, *data.held_out.examples)
    yield from _coached(recipe, examples, pipe.tokenizer)
    for finding in data.findings[:FINDINGS_SHOWN]:
        yield f"  {finding.path}: {finding.found}; {finding.done}"
    if len(data.findings) > FINDINGS_SHOWN:
        yield f"  and {len(data.findings) - FINDINGS_SHOWN} more"
    model = prepare_for_training(pipe, recipe, device, initial)
    yield from _cost(painter, model, size_px, steps, device)


def _steps(recipe: Recipe, dataset: Dataset) -> Generator[str, None, int]:
    """How many steps there are, and of which buckets."""
    order = dataset.order(recipe)
    for row in bucket_table(dataset.sizes, order):
        yield (
            f"  bucket {row.bucket[0]} x {row.bucket[1]}: {row.pictures} pictures, "
            f"{row.batches} batches, off by {row.aspect_error:.3f} of aspect"
        )
    an_epoch = steps_of_epochs(order, recipe.accumulation, 1)
    steps = recipe.max_steps or steps_of_epochs(order, recipe.accumulation, recipe.epochs)
    why = "max_steps" if recipe.max_steps else f"{recipe.epochs} epochs"
    yield f"{an_epoch} steps an epoch, {steps} in all ({why})"
    if recipe.repeats > 1:
        counted = everydream_steps(len(dataset.examples), recipe.repeats, recipe.batch)
        yield f"  by EveryDream's formula, which counts its validation in, {counted:.1f} an epoch"
    return steps


def _captions_cut(
    recipe: Recipe, examples: Sequence[Example], tokenizer: CLIPTokenizer
) -> Iterator[str]:
    """Captions of which the painter does not read the end."""
    captions = sorted({words for each in examples for words in each.captions})
    token_ids = zip(captions, caption_ids(tokenizer, captions), strict=True)
    cut = [words for words, ids in token_ids if len(ids) > recipe.max_tokens]
    if cut:
        yield (
            f"{len(cut)} captions have more than {recipe.max_tokens} tokens, and what is above is "
            f"not heard, such as: {cut[0]:.60}. Shorten them, or --set max_tokens=150."
        )


def _shares(recipe: Recipe, examples: Sequence[Example]) -> Iterator[str]:
    """What each folder weighs in an epoch, and what keeps others of a pet's class."""
    for each in balance(examples):
        what = " of the class" if each.is_class else " of the pet" if _has_pet(recipe) else ""
        yield (
            f"  {each.folder}: {each.pictures} pictures{what}, shown {each.shown:g} times "
            f"an epoch, {each.share:.0%}"
        )
    for concept in recipe.concept:
        if concept.class_images:
            yield f"  {concept.name}: others are drawn until there are {concept.class_images}"
        if concept.token and not (concept.class_photos or concept.class_images):
            yield (
                f"  {concept.name}: nothing keeps the other {concept.class_word}s from becoming "
                "it. Name class_photos, or class_images = 100 to have them drawn."
            )


def _masks_passed_over(recipe: Recipe, examples: Sequence[Example]) -> Iterator[str]:
    masks = sum(each.mask is not None for each in examples)
    if masks and recipe.mask == "off":
        yield (
            f"{masks} pictures have a mask that was drawn, which mask=off passes over: --set "
            "mask=drawn weighs the loss by them."
        )


def _has_pet(recipe: Recipe) -> bool:
    """Whether somebody is taught by a word; else a painter learns from captions alone."""
    return any(concept.token for concept in recipe.concept)


def _coached(
    recipe: Recipe, examples: Sequence[Example], tokenizer: CLIPTokenizer
) -> Iterator[str]:
    """What the coach says of each pet's photos and token; of what has no token it knows nothing."""
    for concept in filter(lambda concept: concept.token, recipe.concept):
        photos = [
            each.path for each in examples if each.concept == concept.name and not each.is_class
        ]
        report = coach(photos, concept.token, tokenizer)
        for line in (*report.token, *report.photos.findings):
            yield f"coach, {concept.name}: {line}"
        for verdict in report.photos.photos:
            if verdict.fitness != "good":
                yield f"coach, {verdict.file}: {verdict.fitness}; {'; '.join(verdict.reasons)}"


def _cost(
    painter: DiffusionPainter,
    model: TrainableModel,
    size_px: Size,
    steps: int,
    device: torch.device,
) -> Iterator[str]:
    """Time, memory and disk, from one step on noise."""
    recipe, step = model.recipe, _step_on_noise(painter, model, size_px, device)
    with explain_oom(device, f"One step of {recipe.batch} pictures", "Try --set batch=1."):
        minutes = seconds_per_step(step, device) * recipe.accumulation * steps / 60
    used = memory_bytes(device) + model.num_params * OPTIMIZER_BYTES[recipe.optimizer]
    kept = checkpoint_bytes(model.num_params, recipe) * kept_at_once(recipe)
    yield (
        f"{model.num_params:,} numbers learn; about {minutes:.0f} minutes here, "
        f"{used / 1e9:.1f} GB of memory, {kept / 1e6:.0f} MB for checkpoints"
    )


def _step_on_noise(
    painter: DiffusionPainter, model: TrainableModel, size_px: Size, device: torch.device
) -> Callable[[], None]:
    """A step forward and backward of a batch, with noise in place of pictures and no words."""
    recipe, pipe = model.recipe, model.pipe
    noise_scheduler = ddpm_scheduler(painter.checkpoint, device)
    width, height = (side // pipe.vae_scale_factor for side in size_px)
    noise = torch.randn(recipe.batch, pipe.unet.config.in_channels, height, width, device=device)
    timesteps = torch.full((recipe.batch,), 500, device=device)

    def step() -> None:
        with autocast(recipe, device):
            prompt_embeds = encode_captions(pipe.tokenizer, pipe.text_encoder, [""] * recipe.batch)
            loss = painter.family.training_loss(
                pipe, noise_scheduler, noise, noise, timesteps, prompt_embeds
            )
        loss.mean().backward()

    return step
