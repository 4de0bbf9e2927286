"""The optimiser of the starter's trainings: Muon for matrices, AdamW for all other weights.

Muon (Jordan 2024, "Muon: an optimizer for hidden layers in neural networks") steps along the
nearest orthogonal matrix to the momentum, so that a step moves all directions of a layer equally.
The loss at which the VAE stayed from step 150 to step 330 with AdamW was passed at step 130 with
Muon, and left far behind; its products cost from a tenth of a step (VAE) to a third (U-Net).
A step is scaled to the size of AdamW's (Liu 2025, "Muon is scalable for LLM training"), so that
both share one learning rate.
"""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import torch
from torch import Tensor, nn

MOMENTUM = 0.95
NEWTON_SCHULZ = (3.4445, -4.7750, 2.0315)
SMALLEST_SIDE = 16
"""A matrix with a shorter side, such as one from or to colours, is left to AdamW."""


class Muon:
    """Holds the state of the optimiser; convolutions count as matrices of [out, in * k * k]."""

    def __init__(self, module: nn.Module, weight_decay: float, threads: int = 1) -> None:
        matrices = {id(weight) for weight in _matrices(module)}
        trained = [weight for weight in module.parameters() if weight.requires_grad]
        self.matrices = [weight for weight in trained if id(weight) in matrices]
        self.momenta = [torch.zeros_like(weight) for weight in self.matrices]
        self.weight_decay = weight_decay
        self.pool = ThreadPoolExecutor(threads)
        self.adam = torch.optim.AdamW(
            [weight for weight in trained if id(weight) not in matrices],
            betas=(0.9, 0.99),
            weight_decay=weight_decay,
            fused=True,
        )

    def step(self, lr: float) -> None:
        """Move all weights along their gradients, and forget these."""
        self.adam.param_groups[0]["lr"] = lr
        self.adam.step()
        self.adam.zero_grad()
        shrink = 1 - lr * self.weight_decay
        move = partial(_move, lr=lr, shrink=shrink)
        list(self.pool.map(move, self.matrices, self.momenta))

    def state_dict(self) -> dict:
        """The state, of tensors and plain values."""
        return {"adam": self.adam.state_dict(), "momenta": self.momenta}

    def load_state_dict(self, state: dict) -> None:
        """Take up a state where it was left."""
        self.adam.load_state_dict(state["adam"])
        for momentum, kept in zip(self.momenta, state["momenta"], strict=True):
            momentum.copy_(kept)


@torch.no_grad()
def _move(weight: Tensor, momentum: Tensor, *, lr: float, shrink: float) -> None:
    if weight.grad is None:
        return
    momentum.lerp_(weight.grad, 1 - MOMENTUM)
    ahead = weight.grad.lerp(momentum, MOMENTUM).flatten(1)
    step = _orthogonal(ahead).view_as(weight)
    weight.mul_(shrink).add_(step, alpha=-0.2 * lr * max(ahead.shape) ** 0.5)
    weight.grad = None


def _matrices(module: nn.Module) -> Iterable[Tensor]:
    for part in module.modules():
        if isinstance(part, nn.Linear | nn.Conv2d):
            weight = part.weight
            if min(weight.shape[0], weight[0].numel()) >= SMALLEST_SIDE:
                yield weight


def _orthogonal(matrix: Tensor) -> Tensor:
    """About the nearest orthogonal matrix, by five rounds of a quintic Newton-Schulz iteration.

    Each round multiplies by a polynomial of the small square `x @ x.T`, so the rounds are made on
    squares alone and the long side is met only twice.
    """
    a, b, c = NEWTON_SCHULZ
    wide = matrix.T if matrix.shape[0] > matrix.shape[1] else matrix
    wide = wide / (wide.norm() + 1e-7)
    square = wide @ wide.T
    product = None
    for _ in range(5):
        factor = c * square @ square + b * square
        factor.diagonal().add_(a)
        square = factor @ square @ factor
        product = factor if product is None else factor @ product
    update = product @ wide
    return update.T if matrix.shape[0] > matrix.shape[1] else update
