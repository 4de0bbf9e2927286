"""How many pictures at once: by measuring, not by guessing (the preset `auto`)."""

import time
from collections.abc import Callable, Generator
from dataclasses import replace
from itertools import count

import torch
from accelerate.utils import broadcast_object_list
from torch import Tensor

from storybook.errors import OutOfMemory
from storybook.models.devices import memory_of
from storybook.records import Event
from training.data.buckets import Batch, epoch_batches
from training.pet.parallel_gradients import ParallelGradients
from training.pet.setup import TrainingSetup

LARGEST = 16
WORTH_IT = 1.1
"""A batch twice as large must show so many times the pictures a second: a smaller one takes more
steps in the same time, and is kinder to memory."""

PICTURES_A_STEP = 4
"""Of pet and class together; smaller batches are accumulated up to it. As A27's batch."""

TRIALS = 2


def measured(
    setup: TrainingSetup, train_step: Callable[..., Tensor]
) -> Generator[Event, None, TrainingSetup]:
    """`setup` with the batch and the accumulation that train fastest here; no weight changes.

    Tries `train_step` (that of `train.py`) on 1, 2, 4 ... pictures at once until more do not pay,
    or do not fit.
    """
    pictures = sum(each.repeats for each in setup.data.train.examples)
    best, most = 1, 0.0
    batch = 1
    while batch <= min(LARGEST, pictures):
        tried = replace(setup, recipe=setup.recipe.but(batch=batch))
        try:
            speed = _pictures_a_second(tried, train_step)
        except OutOfMemory:
            break
        yield Event(
            stage="measure", done=batch, total=LARGEST, note=f"{batch}: {speed:.1f} pictures/s"
        )
        if speed < most * WORTH_IT:
            break
        best, most = batch, speed
        batch *= 2
    accumulation = max(1, PICTURES_A_STEP // best)
    # Where several processes measured, the first one's word counts.
    best, accumulation = broadcast_object_list([best, accumulation])
    note = f"batch {best}, accumulation {accumulation}"
    yield Event(stage="measure", done=LARGEST, total=LARGEST, note=note)
    return replace(
        setup, recipe=setup.recipe.but(batch=best, accumulation=accumulation, measure=False)
    )


def largest_batch(setup: TrainingSetup) -> Batch:
    """One of the first epoch that has any."""
    epochs = (epoch_batches(setup.order, epoch) for epoch in count())
    return max(next(filter(None, epochs)), key=lambda each: len(each.examples))


def _pictures_a_second(setup: TrainingSetup, train_step: Callable[..., Tensor]) -> float:
    """Forward and backward passes of the largest batch; the first one warms up and is not timed."""
    batch = largest_batch(setup)
    gradients, train_text_encoder = ParallelGradients(setup), setup.recipe.text_encoder
    with memory_of(setup.device, f"Trying {len(batch.examples)} pictures at once", "Fewer fit."):
        for trial in range(TRIALS + 1):
            train_step(setup, gradients, batch, train_text_encoder=train_text_encoder)
            if trial == 0:
                _wait(setup.device)
                started = time.perf_counter()
        _wait(setup.device)
    for weight in setup.model.weights:
        weight.grad = None
    return TRIALS * len(batch.examples) / (time.perf_counter() - started)


def _wait(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)
