"""The gradient of a batch, taken on as many cores as there are.

On a CPU, threads that meet once a step lose far less than threads that meet in every operation: so
each core takes the gradient of its own part of the batch with one thread, and the parts are added
in their order. A GPU gets the whole batch.
"""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor

import torch
from torch import Tensor, nn


class ParallelGradients:
    """Takes gradients of weights; holds the threads that do. `cores` None: as many as torch has."""

    def __init__(
        self, weights: Iterable[nn.Parameter], device: torch.device, cores: int | None = None
    ) -> None:
        self._weights = [weight for weight in weights if weight.requires_grad]
        self._threads = torch.get_num_threads()
        self._cores = cores or (self._threads if device.type == "cpu" else 1)
        self._pool = ThreadPoolExecutor(self._cores)

    def accumulate(self, loss_of: Callable[[slice], Tensor], size: int) -> Tensor:
        """Add the gradient of the loss of all `size` rows to the weights' `grad`; that loss, [].

        `loss_of(rows)` is the summed loss of some of a batch's rows. The result depends on how
        many cores there are, as it does in torch itself.
        """
        step = -(-size // self._cores)
        parts = [slice(start, start + step) for start in range(0, size, step)]

        def gradient_of(rows: slice) -> tuple[Sequence[Tensor | None], Tensor]:
            loss = loss_of(rows)
            return torch.autograd.grad(loss, self._weights, allow_unused=True), loss.detach()

        if len(parts) == 1:
            taken = [gradient_of(parts[0])]
        else:
            torch.set_num_threads(max(1, self._threads // len(parts)))
            try:
                taken = list(self._pool.map(gradient_of, parts))
            finally:
                torch.set_num_threads(self._threads)
        for gradient, _ in taken:
            _add(self._weights, gradient)
        return torch.stack([loss for _, loss in taken]).sum()


def _add(weights: Sequence[nn.Parameter], gradient: Sequence[Tensor | None]) -> None:
    for weight, new in zip(weights, gradient, strict=True):
        if new is not None:
            weight.grad = new if weight.grad is None else weight.grad.add_(new)
