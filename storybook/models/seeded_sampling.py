"""Chance of its own for each of several texts that are written side by side."""

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

from storybook.models.generation import Sampling


class OwnChance(LogitsProcessor):
    """Makes the likeliest word a drawn one, each row's by a generator of its own.

    The largest of log-probabilities to which Gumbel noise is added is a draw from the distribution
    (Gumbel 1954; Maddison et al. 2014), so that what a row draws does not depend on its neighbours.
    """

    def __init__(self, seeds: Sequence[int]) -> None:
        self._chances = [torch.Generator().manual_seed(seed) for seed in seeds]

    def __call__(self, input_ids: Tensor, scores: Tensor) -> Tensor:  # [rows, words]
        noise = torch.stack(
            [
                torch.empty(scores.shape[1]).exponential_(generator=chance).log().neg()
                for chance in self._chances
            ]
        )
        return scores.float() + noise.to(scores.device)


def drawn(sampling: Sampling, seeds: Sequence[int]) -> LogitsProcessorList:
    """What transformers' greedy search has to hear to sample a row for each of `seeds`."""
    return LogitsProcessorList(
        [
            TemperatureLogitsWarper(sampling.temperature),
            *([TopKLogitsWarper(sampling.top_k)] if sampling.top_k else []),
            *([TopPLogitsWarper(sampling.top_p)] if sampling.top_p < 1 else []),
            OwnChance(seeds),
        ]
    )
