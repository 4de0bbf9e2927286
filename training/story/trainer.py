"""TRL's trainer without work for nothing on a CPU.

Padding is work for nothing, so pairs of like length share a batch; so are an attention mask over
padding at the end, and logits of the prompt's tokens, on which no loss is taken.
"""

import inspect
from collections.abc import Iterator, Sequence
from random import Random
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.rnn import pad_sequence
from torch.utils.data import Sampler
from trl import SFTTrainer

from training.story.rows import IGNORE_INDEX

Batch = dict[str, Tensor]

POOL = 16
"""Batches among which pairs of like length are put together."""


class LengthGroupedSampler(Sampler[int]):
    """A random order of rows, a new one each epoch, in which a batch is of like length.

    Rows are sorted within pools of `POOL` random batches, so that the same ones do not always share
    a batch.
    """

    def __init__(self, lengths: Sequence[int], batch: int, seed: int) -> None:
        self._lengths, self._batch, self._seed = lengths, batch, seed
        self._epoch = 0

    def set_epoch(self, epoch: int) -> None:
        """Called by accelerate; the order of an epoch does not depend on how it was reached."""
        self._epoch = epoch

    def __iter__(self) -> Iterator[int]:
        rng = Random(f"{self._seed} {self._epoch}")
        rows = list(range(len(self._lengths)))
        rng.shuffle(rows)
        pools = _cut(rows, POOL * self._batch)
        batches = [
            batch
            for pool in pools
            for batch in _cut(sorted(pool, key=lambda row: self._lengths[row]), self._batch)
        ]
        short = [batches.pop()] if len(rows) % self._batch else []  # goes last, to fill its batch
        rng.shuffle(batches)
        return iter([row for batch in batches + short for row in batch])

    def __len__(self) -> int:
        return len(self._lengths)


class StoryTrainer(SFTTrainer):
    """Trains on rows of tokens with their labels."""

    def _get_train_sampler(self, train_dataset: Any = None) -> Sampler | None:
        if self.args.packing:
            return super()._get_train_sampler(train_dataset)
        rows = self.train_dataset if train_dataset is None else train_dataset
        lengths = [len(tokens) for tokens in rows["input_ids"]]
        batch = self.args.train_batch_size * self.args.gradient_accumulation_steps
        batch *= self.args.world_size  # so that several processes learn from the rows of one
        return LengthGroupedSampler(lengths, batch, self.args.data_seed)

    def compute_loss(
        self,
        model: nn.Module,
        inputs: Batch,
        return_outputs: bool = False,
        num_items_in_batch: Tensor | int | None = None,
    ) -> Any:
        """The mean cross-entropy of the labelled tokens, over `num_items_in_batch` if given.

        TRL's own where its kernel runs; elsewhere that would compute all logits twice.
        """
        labels = inputs["labels"][:, 1:]
        if return_outputs or labels.is_cuda or not self._can_score_some:
            return super().compute_loss(model, inputs, return_outputs, num_items_in_batch)
        positions = (labels != IGNORE_INDEX).any(0).nonzero().flatten()  # labelled in some row
        model_inputs = {name: value for name, value in inputs.items() if name != "labels"}
        logits = model(**model_inputs, use_cache=False, logits_to_keep=positions).logits.float()
        total = functional.cross_entropy(
            logits.flatten(0, 1),
            labels[:, positions].flatten(),
            ignore_index=IGNORE_INDEX,
            reduction="sum",
        )
        count = (labels != IGNORE_INDEX).sum() if num_items_in_batch is None else num_items_in_batch
        loss = total / torch.as_tensor(count).clamp(min=1)
        if num_items_in_batch is not None and self.args.average_tokens_across_devices:
            # Of all processes' tokens: their gradients are averaged, and ought to be summed.
            loss = loss * self.accelerator.num_processes
        return loss

    @property
    def _can_score_some(self) -> bool:
        """Whether the model can compute the logits of some positions only."""
        base = self.accelerator.unwrap_model(self.model).get_base_model()
        return "logits_to_keep" in inspect.signature(type(base).forward).parameters


def collate(rows: Sequence[dict[str, list[int]]], pad: int) -> Batch:
    """Rows as int64 tensors [b, longest], padded at the end; labels with IGNORE_INDEX.

    Without an attention mask: attention is causal, so no token before the padding sees it.
    """
    tokens = [torch.tensor(row["input_ids"]) for row in rows]
    labels = [torch.tensor(row["labels"]) for row in rows]
    width = max(map(len, tokens))
    return {
        "input_ids": pad_sequence(tokens, batch_first=True, padding_value=pad),
        "labels": pad_sequence(labels, batch_first=True, padding_value=IGNORE_INDEX),
        "position_ids": torch.arange(width).expand(len(rows), width),
    }


def _cut(rows: list[int], length: int) -> list[list[int]]:
    return [rows[start : start + length] for start in range(0, len(rows), length)]
