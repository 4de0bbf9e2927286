"""What a step costs here, by taking some: time, memory, and the batch that learns fastest."""

import time
from collections.abc import Callable, Generator

import psutil
import torch

from storybook.errors import OutOfMemory
from storybook.models.devices import explain_oom
from storybook.records import Event

WORTH_IT = 1.1
"""A batch twice as large must learn from so many times as much a second: a smaller one takes more
steps in the same time, and is kinder to memory."""
TRIALS = 2


def find_batch_size(
    trial: Callable[[int], tuple[Callable[[], object], int]],
    most: int,
    device: torch.device,
    *,
    rows: str,
    learnt: str,
) -> Generator[Event, None, int]:
    """The size of a batch, at most `most`, that learns fastest; an event for each that is tried.

    `trial(size)` gives a step forward and backward on so many `rows`, and how many `learnt` it is
    learnt from (both are named for people). 1, 2, 4 ... are tried until more do not pay, or do not
    fit. Gradients are left where they are.
    """
    best, fastest, size = 1, 0.0, 1
    while size <= most:
        try:
            with explain_oom(device, f"Trying {size} {rows} at once", "Fewer fit."):
                step, count = trial(size)
                speed = count / seconds_per_step(step, device, TRIALS)
        except OutOfMemory:
            break
        note = f"{size} {rows}: {speed:,.1f} {learnt}/s"
        yield Event(stage="measure", done=size, total=most, note=note)
        if speed < fastest * WORTH_IT:
            break
        best, fastest = size, speed
        size *= 2
    return best


def seconds_per_step(step: Callable[[], object], device: torch.device, trials: int = 1) -> float:
    """The seconds that a step takes, the mean of `trials`; one before them warms up."""
    step()
    _wait(device)
    started = time.perf_counter()
    for _ in range(trials):
        step()
    _wait(device)
    return (time.perf_counter() - started) / trials


def memory_bytes(device: torch.device) -> int:
    """What was taken of a GPU's memory at most so far; else what this process takes now."""
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated(device)
    return psutil.Process().memory_info().rss


def _wait(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)
