"""Sampling with a generator of its own for each row of a batch of texts."""

from collections.abc import Sequence

import torch
from torch import Tensor
from transformers import (
    LogitsProcessor,
    LogitsProcessorList,
    TemperatureLogitsWarper,
    TopKLogitsWarper,
    TopPLogitsWarper,
)

from storybook.models.generation import SamplingParams


class PerRowGumbelSampling(LogitsProcessor):
    """Turns greedy search into sampling by the Gumbel-max trick, a generator for each row.

    The argmax of logits to which Gumbel noise is added is a sample of their softmax (Gumbel 1954;
    Maddison et al. 2014). Row i, of scores [rows, vocabulary], draws from seed i alone, so that it
    does not depend on its neighbours.
    """

    def __init__(self, seeds: Sequence[int]) -> None:
        self._generators = [torch.Generator().manual_seed(seed) for seed in seeds]

    def __call__(self, input_ids: Tensor, scores: Tensor) -> Tensor:  # [rows, words]
        noise = torch.stack(
            [
                torch.empty(scores.shape[1]).exponential_(generator=generator).log().neg()
                for generator in self._generators
            ]
        )
        return scores.float() + noise.to(scores.device)


def sampling_processors(sampling: SamplingParams, seeds: Sequence[int]) -> LogitsProcessorList:
    """The logits processors with which greedy search samples a row for each of `seeds`.

    Temperature, top-k and top-p as in transformers; `sampling.temperature` must be above 0.
    """
    return LogitsProcessorList(
        [
            TemperatureLogitsWarper(sampling.temperature),
            *([TopKLogitsWarper(sampling.top_k)] if sampling.top_k else []),
            *([TopPLogitsWarper(sampling.top_p)] if sampling.top_p < 1 else []),
            PerRowGumbelSampling(seeds),
        ]
    )
