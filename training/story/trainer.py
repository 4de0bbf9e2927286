"""TRL's trainer, on a CPU taught not to work for nothing.

Padding is work for nothing, so pairs of like length share a batch; so are a mask over what no word
looks at, and scores of the words of the question, on which no loss is taken.
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

from training.story.rows import UNTAUGHT

Batch = dict[str, Tensor]

POOL = 16
"""Batches among which pairs of like length are put together."""


class ByLength(Sampler[int]):
    """Rows in an order by chance, a new one each epoch, in which a batch is of like length.

    Likes are sought among `POOL` batches that chance has put together, so that what is learnt at
    once is not always the same.
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
    """Teaches rows of tokens with their labels."""

    def _get_train_sampler(self, train_dataset: Any = None) -> Sampler | None:
        if self.args.packing:
            return super()._get_train_sampler(train_dataset)
        rows = self.train_dataset if train_dataset is None else train_dataset
        lengths = [len(tokens) for tokens in rows["input_ids"]]
        batch = self.args.train_batch_size * self.args.gradient_accumulation_steps
        return ByLength(lengths, batch, self.args.data_seed)

    def compute_loss(
        self,
        model: nn.Module,
        inputs: Batch,
        return_outputs: bool = False,
        num_items_in_batch: Tensor | int | None = None,
    ) -> Any:
        """The mean loss of the labelled tokens, over `num_items_in_batch` of them if given.

        TRL's own where its kernel runs; elsewhere that would score every token twice.
        """
        wanted = inputs["labels"][:, 1:]
        if return_outputs or wanted.is_cuda or not self._scores_some:
            return super().compute_loss(model, inputs, return_outputs, num_items_in_batch)
        told = (wanted != UNTAUGHT).any(0).nonzero().flatten()  # places of which some row learns
        heard = {name: value for name, value in inputs.items() if name != "labels"}
        scores = model(**heard, use_cache=False, logits_to_keep=told).logits.float()
        total = functional.cross_entropy(
            scores.flatten(0, 1), wanted[:, told].flatten(), ignore_index=UNTAUGHT, reduction="sum"
        )
        count = (wanted != UNTAUGHT).sum() if num_items_in_batch is None else num_items_in_batch
        return total / torch.as_tensor(count).clamp(min=1)

    @property
    def _scores_some(self) -> bool:
        """Whether the model can be asked to score some of the tokens only."""
        base = self.accelerator.unwrap_model(self.model).get_base_model()
        return "logits_to_keep" in inspect.signature(type(base).forward).parameters


def padded(rows: Sequence[dict[str, list[int]]], pad: int) -> Batch:
    """Rows as tensors [b, longest], padded at the end.

    Without a mask: no token looks ahead, so what stands before the padding never sees it.
    """
    tokens = [torch.tensor(row["input_ids"]) for row in rows]
    labels = [torch.tensor(row["labels"]) for row in rows]
    width = max(map(len, tokens))
    return {
        "input_ids": pad_sequence(tokens, batch_first=True, padding_value=pad),
        "labels": pad_sequence(labels, batch_first=True, padding_value=UNTAUGHT),
        "position_ids": torch.arange(width).expand(len(rows), width),
    }


def _cut(rows: list[int], length: int) -> list[list[int]]:
    return [rows[start : start + length] for start in range(0, len(rows), length)]
