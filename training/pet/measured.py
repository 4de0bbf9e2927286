"""What a recipe leaves to be measured: in which precision, and how many pictures at once."""

from collections.abc import Callable, Generator
from dataclasses import replace
from itertools import count

from accelerate.utils import broadcast_object_list
from torch import Tensor

from storybook.errors import OutOfMemory
from storybook.models.auto_precision import chosen_precision, num_params, param_shapes
from storybook.models.devices import explain_oom
from storybook.models.precision import FP32, Precision, to_memory_format
from storybook.records import Event
from training.data.buckets import BucketBatch, epoch_batches
from training.parallel_gradients import ParallelGradients
from training.pet.setup import TrainingSetup
from training.trial_steps import find_batch_size

LARGEST = 16
PICTURES_A_STEP = 4
"""Of pet and class together; smaller batches are accumulated up to it. As A27's batch."""

TrainStep = Callable[..., Tensor]
"""That of `train.py`."""


def with_batch_size(
    setup: TrainingSetup, train_step: TrainStep
) -> Generator[Event, None, TrainingSetup]:
    """`setup` with the batch and the accumulation that train fastest here; no weight changes."""
    recipe, device = setup.recipe, setup.device
    gradients = ParallelGradients(setup.model.weights, device)

    def trial(size: int) -> tuple[Callable[[], Tensor], int]:
        tried = replace(setup, recipe=recipe.but(batch=size))
        batch = largest_batch(tried)

        def step() -> Tensor:
            return train_step(tried, gradients, batch, train_text_encoder=recipe.text_encoder)

        return step, len(batch.examples)

    shown = sum(each.repeats for each in setup.data.train.examples)
    most = max(1, min(LARGEST, int(shown)))
    best = yield from find_batch_size(trial, most, device, rows="pictures", learnt="pictures")
    _forget_gradients(setup)
    accumulation = max(1, PICTURES_A_STEP // best)
    # Where several processes measured, the first one's word counts.
    best, accumulation = broadcast_object_list([best, accumulation])
    note = f"batch {best}, accumulation {accumulation}"
    yield Event(stage="measure", done=most, total=most, note=note)
    return replace(setup, recipe=recipe.but(batch=best, accumulation=accumulation, measure=False))


def with_precision(setup: TrainingSetup, train_step: TrainStep) -> TrainingSetup:
    """`setup` with the precision in which `train_step` is fastest, if its recipe leaves that open.

    The U-Net's weights lie in memory as the recipe says; none of them changes.
    """
    if setup.recipe.precision == "auto":
        setup = _in(setup, _quickest(setup, train_step))
    to_memory_format(setup.model.pipe.unet, Precision(channels_last=setup.recipe.channels_last))
    return setup


def largest_batch(setup: TrainingSetup) -> BucketBatch:
    """One of the first epoch that has any."""
    epochs = (epoch_batches(setup.order, epoch) for epoch in count())
    return max(next(filter(None, epochs)), key=lambda each: len(each.examples))


def _quickest(setup: TrainingSetup, train_step: TrainStep) -> Precision:
    """Where the batch is not chosen yet, it is that of a step by which it will be."""
    recipe, unet = setup.recipe, setup.model.pipe.unet
    tried = replace(setup, recipe=recipe.but(batch=PICTURES_A_STEP)) if recipe.measure else setup
    batch = largest_batch(tried)
    area = setup.size_px[0] * setup.size_px[1] / setup.model.pipe.vae_scale_factor**2
    gradients = ParallelGradients(setup.model.weights, setup.device)

    def step(precision: Precision) -> None:
        to_memory_format(unet, precision)
        train_step(_in(tried, precision), gradients, batch, train_text_encoder=recipe.text_encoder)
        _forget_gradients(setup)

    learns = [recipe.kind, recipe.rank, recipe.text_encoder, recipe.checkpointing]
    work = f"Trying {len(batch.examples)} pictures at once"
    try:
        with explain_oom(setup.device, work, "Try --set precision=fp32."):
            shape = [*learns, setup.size_px, len(batch.examples), param_shapes(unet)]
            macs = num_params(unet) * area * len(batch.examples)
            steps = setup.steps * recipe.accumulation
            precision = chosen_precision(
                "auto", setup.device, shape, step=step, macs=macs, steps=steps
            )
    except OutOfMemory:  # a step of the run itself will say so, or try with fewer pictures
        precision = None
    # Where several processes measured, the first one's word counts.
    return Precision.model_validate(broadcast_object_list([(precision or FP32).model_dump()])[0])


def _in(setup: TrainingSetup, precision: Precision) -> TrainingSetup:
    recipe = setup.recipe.but(precision=precision.dtype, channels_last=precision.channels_last)
    return replace(setup, recipe=recipe)


def _forget_gradients(setup: TrainingSetup) -> None:
    for weight in setup.model.weights:
        weight.grad = None
