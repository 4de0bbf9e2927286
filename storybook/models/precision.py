"""The precision that a machine is quick in: measured on the work at hand, not assumed.

A CPU with AMX multiplies in bf16 six times as fast as in fp32, one with AVX-512 BF16 somewhat
faster, one with neither far slower; and whether `channels_last` helps convolutions depends on the
library's kernels for the processor. So a few steps are taken in each, and the quickest is kept.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Literal

import torch
from torch import nn

from storybook.records import Record

ROUNDS = 3
"""How often each is timed; the quickest round counts, since other work only ever slows one."""
WORTH_IT = 1.15
"""How many times as quick as the plain precision another must be: what is less may be chance."""
HOPELESS = 3.0
"""One that takes so many times the least, once warmed up for, is not timed: bf16 by a processor
without units for it may take ten times as long."""


class Precision(Record):
    """How a model computes: its number format, and how its maps lie in memory."""

    dtype: Literal["fp32", "bf16"] = "fp32"
    channels_last: bool = False

    def __str__(self) -> str:
        return f"{self.dtype}{', channels_last' if self.channels_last else ''}"


FP32 = Precision()
PRECISIONS = tuple(
    Precision(dtype=dtype, channels_last=channels_last)
    for dtype in ("fp32", "bf16")
    for channels_last in (False, True)
)


def fastest(
    step: Callable[[Precision], object],
    *,
    precisions: tuple[Precision, ...] = PRECISIONS,
    clock: Callable[[], float] | None = None,
) -> Precision:
    """The precision in which `step` takes the least time; the plain one if it is hardly less.

    `step` does some work in the precision that it is given, and waits until the device has done it.
    Each is warmed up once, then all take turns, so that a slow moment of the machine meets all.
    `clock` gives seconds; None: `clock_here`.
    """
    clock = clock or clock_here()

    def taken(precision: Precision) -> float:
        begun = clock()
        step(precision)
        return clock() - begun

    plain = precisions[0]
    warm = {precision: taken(precision) for precision in precisions}
    most = HOPELESS * min(warm.values())
    racing = [
        precision for precision in precisions if precision is plain or warm[precision] <= most
    ]
    seconds = dict.fromkeys(racing, float("inf"))
    for _ in range(ROUNDS):
        for precision in racing:
            seconds[precision] = min(seconds[precision], taken(precision))
    best = min(racing, key=seconds.__getitem__)
    return best if seconds[plain] >= WORTH_IT * seconds[best] else plain


def clock_here() -> Callable[[], float]:
    """A process of one thread counts the processor's time, which no other work lengthens.

    Of several, some may spin while they wait for others: there it is the time on the wall.
    """
    return time.process_time if torch.get_num_threads() == 1 else time.perf_counter


@contextmanager
def autocast_to(precision: Precision, device: str | torch.device) -> Iterator[None]:
    """Inside the `with`, products are taken in the precision's number format; weights are kept."""
    kind = torch.device(device).type
    with torch.autocast(kind, torch.bfloat16, enabled=precision.dtype == "bf16"):
        yield


def to_memory_format(module: nn.Module, precision: Precision) -> nn.Module:
    """`module` itself, its weights in the memory format of the precision."""
    form = torch.channels_last if precision.channels_last else torch.contiguous_format
    with torch.inference_mode(False):  # weights that are laid out there could not be taught
        for weight in module.parameters():
            if weight.dim() == 4:
                weight.data = weight.data.contiguous(memory_format=form)
    return module
