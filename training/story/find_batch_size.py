"""How many rows at once: by measuring, not by guessing (the preset `auto`)."""

import time
from collections.abc import Generator

import torch
from torch import Tensor

from storybook.errors import OutOfMemory
from storybook.models.devices import memory_of
from storybook.models.precision import Precision, computing
from storybook.records import Event
from training.story.base import Base
from training.story.recipe import StoryRecipe
from training.story.rows import StoryDataset

LARGEST = 32
WORTH_IT = 1.1
"""A batch twice as large must learn so many times the tokens a second: a smaller one takes more
steps in the same time, and is kinder to memory."""

PAIRS_A_STEP = 16
"""Smaller batches are accumulated up to it."""

TRIALS = 2


def measured(
    recipe: StoryRecipe, base: Base, dataset: StoryDataset
) -> Generator[Event, None, StoryRecipe]:
    """`recipe` with the batch and the accumulation that learn fastest here; no weight changes.

    Tries 1, 2, 4 ... rows of full width until more do not pay, or do not fit.
    """
    rows, width = dataset.train_rows, dataset.width(recipe, base.context)
    pairs_a_row = width * len(rows) / sum(len(row.tokens) for row in rows)
    a_step = max(1, round(PAIRS_A_STEP / (pairs_a_row if recipe.packing else 1)))
    precision = Precision(dtype="bf16" if recipe.precision == "bf16" else "fp32")
    best, most, batch = 1, 0.0, 1
    while batch <= min(LARGEST, a_step):
        try:
            speed = _tokens_a_second(base, batch, width, precision)
        except OutOfMemory:
            break
        note = f"{batch} rows: {speed:,.0f} tokens/s"
        yield Event(stage="measure", done=batch, total=LARGEST, note=note)
        if speed < most * WORTH_IT:
            break
        best, most = batch, speed
        batch *= 2
    accumulation = max(1, round(a_step / best))
    note = f"batch {best}, accumulation {accumulation}"
    yield Event(stage="measure", done=LARGEST, total=LARGEST, note=note)
    return recipe.but(batch=best, accumulation=accumulation, measure=False)


def tokens_of(base: Base, batch: int, width: int) -> Tensor:
    """Some tokens, [batch, width]."""
    tokens = torch.arange(width, device=base.model.device).repeat(batch, 1)
    return tokens % base.model.config.vocab_size


def forward_backward(base: Base, tokens: Tensor, precision: Precision) -> None:
    """One pass forward and one backward, which add to the gradients."""
    with computing(precision, tokens.device):
        loss = base.model(input_ids=tokens, labels=tokens, use_cache=False).loss
    loss.backward()


def _tokens_a_second(base: Base, batch: int, width: int, precision: Precision) -> float:
    """Forward and backward passes of full rows; the first one warms up and is not timed."""
    tokens = tokens_of(base, batch, width)
    device = tokens.device
    base.model.train()
    with memory_of(device, f"Trying {batch} rows at once", "Fewer fit."):
        for trial in range(TRIALS + 1):
            forward_backward(base, tokens, precision)
            if trial == 0:
                _wait(device)
                started = time.perf_counter()
        _wait(device)
    base.model.zero_grad(set_to_none=True)
    return TRIALS * tokens.numel() / (time.perf_counter() - started)


def _wait(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)
