"""What a recipe leaves to be measured: in which precision, and how many rows at once."""

from collections.abc import Callable, Generator
from functools import partial

import torch
from torch import Tensor

from storybook.models.auto_precision import chosen_precision, num_params, param_shapes
from storybook.models.precision import FP32, Precision, autocast_to
from storybook.records import Event
from training.story.base import Base
from training.story.recipe import StoryRecipe
from training.story.rows import StoryDataset
from training.trial_steps import find_batch_size

LARGEST = 32
PAIRS_A_STEP = 16
"""Smaller batches are accumulated up to it."""
PRECISIONS = (FP32, Precision(dtype="bf16"))
ROWS = 4
"""At once, where the batch is not chosen yet."""


def with_batch_size(
    recipe: StoryRecipe, base: Base, dataset: StoryDataset
) -> Generator[Event, None, StoryRecipe]:
    """`recipe` with the batch and the accumulation that learn fastest here; no weight changes.

    Rows of full width are tried.
    """
    rows, width = dataset.train_rows, dataset.width(recipe, base.context)
    pairs_a_row = width * len(rows) / sum(len(row.tokens) for row in rows)
    a_step = max(1, round(PAIRS_A_STEP / (pairs_a_row if recipe.packing else 1)))
    precision = Precision(dtype="bf16" if recipe.precision == "bf16" else "fp32")

    def trial(size: int) -> tuple[Callable[[], None], int]:
        tokens = tokens_of(base, size, width)
        return partial(forward_backward, base, tokens, precision), tokens.numel()

    base.model.train()
    most, device = min(LARGEST, a_step), base.model.device
    best = yield from find_batch_size(trial, most, device, rows="rows", learnt="tokens")
    base.model.zero_grad(set_to_none=True)
    accumulation = max(1, round(a_step / best))
    note = f"batch {best}, accumulation {accumulation}"
    yield Event(stage="measure", done=most, total=most, note=note)
    return recipe.but(batch=best, accumulation=accumulation, measure=False)


def with_precision(recipe: StoryRecipe, base: Base, dataset: StoryDataset) -> StoryRecipe:
    """`recipe` with the precision that learns fastest here, if it leaves that open."""
    if recipe.precision != "auto":
        return recipe
    if recipe.load != "fp32":  # what is held in other formats is computed in them
        return recipe.but(precision="fp32")
    rows = ROWS if recipe.measure else recipe.batch
    tokens = tokens_of(base, rows, dataset.width(recipe, base.context))

    def step(way: Precision) -> None:
        forward_backward(base, tokens, way)
        base.model.zero_grad(set_to_none=True)

    base.model.train()
    way = chosen_precision(
        "auto",
        base.model.device,
        [list(tokens.shape), recipe.checkpointing, param_shapes(base.model)],
        precisions=PRECISIONS,
        step=step,
        macs=num_params(base.model) * tokens.numel(),
        steps=recipe.max_steps or recipe.epochs * len(dataset.train_rows) / rows,
    )
    return recipe.but(precision=(way or FP32).dtype)


def tokens_of(base: Base, batch: int, width: int) -> Tensor:
    """Some tokens, [batch, width]."""
    tokens = torch.arange(width, device=base.model.device).repeat(batch, 1)
    return tokens % base.model.config.vocab_size


def forward_backward(base: Base, tokens: Tensor, precision: Precision) -> None:
    """One pass forward and one backward, which add to the gradients."""
    with autocast_to(precision, tokens.device):
        loss = base.model(input_ids=tokens, labels=tokens, use_cache=False).loss
    loss.backward()
