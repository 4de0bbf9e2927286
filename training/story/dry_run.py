"""What a story run would do, said before anything is spent: pairs, rows, steps, time, space."""

from collections.abc import Iterator
from functools import partial
from tempfile import TemporaryDirectory

import torch

from storybook.models.devices import explain_oom
from storybook.models.precision import FP32
from training.data.pair_check import check
from training.runs.run import Run
from training.story.base import Base, open_base
from training.story.measured import forward_backward
from training.story.pairs_cli import report_lines
from training.story.recipe import StoryRecipe
from training.story.rows import IGNORE_INDEX, StoryDataset, TokenizedPair, tokenize_pairs
from training.story.train import frame_of, pairs_of, trainer_of
from training.trial_steps import memory_bytes, seconds_per_step

BYTES = {"adamw": 8, "adamw8bit": 2, "paged_adamw8bit": 2}
"""What an optimizer keeps for each number that learns."""


def preflight(recipe: StoryRecipe, run: Run, device: torch.device) -> Iterator[str]:
    """Lines for the owner to read; raises what the run itself would raise at once.

    Time and memory are measured on one batch of the longest pairs.
    """
    frame = frame_of(recipe)
    pairs = pairs_of(recipe)
    base = open_base(recipe, device)
    yield f"a LoRA of rank {recipe.rank} on {recipe.base}, on {device}; result in {run.result}"
    yield from (f"  {line}" for line in report_lines(check([*pairs[0], *pairs[1]])))
    dataset = tokenize_pairs(pairs, recipe, frame, base.tokenizer, base.context)
    if dataset.dropped:
        yield f"{dataset.dropped} pairs are too long and would be dropped"
    yield (
        f"{len(dataset.train_rows)} pairs to learn from, {len(dataset.test_rows)} to look at; "
        f"the longest has {dataset.longest} tokens, and the base holds {base.context}"
    )
    first = dataset.train_rows[0]
    if not recipe.raw:
        yield f"a question, which no loss is taken on: {_decoded(base, first, of_prompt=True)}"
    what = "the end of a text" if recipe.raw else "its story"
    yield f"{what}, which is learnt: {_decoded(base, first, of_prompt=False)}"
    with TemporaryDirectory() as folder:
        trainer = trainer_of(recipe, base, dataset, folder, device)
        batches = len(trainer.get_train_dataloader())
    an_epoch = -(-batches // recipe.accumulation)
    steps = recipe.max_steps or an_epoch * recipe.epochs
    why = "max_steps" if recipe.max_steps else f"{recipe.epochs} epochs"
    rows = "rows of packed pairs" if recipe.packing else "pairs"
    size = f"{recipe.batch} x {recipe.accumulation} {rows}"
    yield f"{an_epoch} steps an epoch of {size}, {steps} in all ({why})"
    yield from _cost(recipe, base, dataset, steps, device)


def _decoded(base: Base, row: TokenizedPair, *, of_prompt: bool) -> str:
    """The end of a row's question, or the end of its story, as the tokens read."""
    pairs = zip(row.tokens, row.labels, strict=True)
    tokens = [token for token, label in pairs if (label == IGNORE_INDEX) == of_prompt]
    return repr(base.tokenizer.decode(tokens[-24:]))


def _cost(
    recipe: StoryRecipe, base: Base, dataset: StoryDataset, steps: int, device: torch.device
) -> Iterator[str]:
    """Time, memory and disk, from one batch."""
    learns = sum(weight.numel() for weight in base.model.parameters() if weight.requires_grad)
    tokens = torch.zeros(
        (recipe.batch, dataset.width(recipe, base.context)), dtype=torch.long, device=device
    )
    base.model.train()
    step = partial(forward_backward, base, tokens, FP32)
    with explain_oom(device, f"One batch of {recipe.batch} rows", "Try --set batch=1."):
        minutes = seconds_per_step(step, device) * recipe.accumulation * steps / 60
    kept = learns * BYTES[recipe.optimizer]
    used = memory_bytes(device) + kept
    disk = (learns * 4 + kept) * (recipe.keep_last + 1)
    yield (
        f"{learns:,} numbers learn; at most {minutes:.0f} minutes here, {used / 1e9:.1f} GB of "
        f"memory, {disk / 1e6:.0f} MB for checkpoints"
    )
