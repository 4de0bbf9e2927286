"""The gradient of a batch, taken on as many cores as there are.

On a CPU, threads that meet once a step lose far less than threads that meet in every operation: so
each core takes the gradient of its own part of the batch with one thread, and the parts are added
in their order. A GPU gets the whole batch.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import torch
from torch import Tensor, nn

from training.data.buckets import Batch
from training.pet.setup import Material, Prepared


class Gradients:
    """Takes gradients of a student; holds the threads that do."""

    def __init__(self, ready: Prepared) -> None:
        self._ready = ready
        self._threads = torch.get_num_threads()
        self._cores = self._threads if ready.device.type == "cpu" else 1
        self._pool = ThreadPoolExecutor(self._cores)

    def add(self, batch: Batch, scale: Tensor | float, *, learning_text: bool) -> Tensor:
        """Add the gradient of `scale` times the summed loss to the weights' `grad`; that loss.

        The result depends on how many threads torch has, as it does in torch itself.
        """
        ready = self._ready
        weights = ready.student.weights
        parts = ready.material(batch).parts(self._cores)
        if not learning_text:  # what is heard is kept, so it is heard before threads share it
            ready.words.heard([caption for part in parts for caption in part.captions])

        def take(part: Material) -> tuple[Sequence[Tensor | None], Tensor]:
            loss = ready.losses(part, learning_text=learning_text).sum() * scale
            return torch.autograd.grad(loss, weights, allow_unused=True), loss.detach()

        if len(parts) == 1:
            taken = [take(parts[0])]
        else:
            torch.set_num_threads(max(1, self._threads // len(parts)))
            try:
                taken = list(self._pool.map(take, parts))
            finally:
                torch.set_num_threads(self._threads)
        for gradient, _ in taken:
            _add(weights, gradient)
        return torch.stack([loss for _, loss in taken]).sum()


def _add(weights: Sequence[nn.Parameter], gradient: Sequence[Tensor | None]) -> None:
    for weight, new in zip(weights, gradient, strict=True):
        if new is not None:
            weight.grad = new if weight.grad is None else weight.grad.add_(new)
