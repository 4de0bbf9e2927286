"""Where models run: the device, its number format, its limits, and the quiet of libraries."""

import logging
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

import torch

from storybook.errors import ConfigError, OutOfMemory

T, R = TypeVar("T"), TypeVar("R")


def device_of(name: str) -> torch.device:
    """The device called `name`; `auto` is the first GPU if there is one, else the CPU."""
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        device = torch.device(name)
    except RuntimeError:
        raise ConfigError(f"There is no device {name!r}. Try auto, cpu, cuda or cuda:1.") from None
    if device.type == "cuda" and (device.index or 0) >= torch.cuda.device_count():
        raise ConfigError(
            f"This machine has no {name}: torch sees {torch.cuda.device_count()} "
            "GPUs. Set device to cpu or auto."
        )
    return device


def dtype_of(device: torch.device) -> torch.dtype:
    """Half precision on a GPU; single on a CPU, where half is slower."""
    return torch.float16 if device.type == "cuda" else torch.float32


@contextmanager
def explain_oom(device: torch.device, work: str, remedy: str) -> Iterator[None]:
    """Turn the device's refusal of memory into OutOfMemory, which says what to turn down."""
    try:
        yield
    except torch.OutOfMemoryError as fault:
        raise OutOfMemory(f"{work} needs more memory than {device} has. {remedy}") from fault
    except RuntimeError as fault:
        if "can't allocate memory" not in str(fault):
            raise
        raise OutOfMemory(f"{work} needs more memory than this machine has. {remedy}") from fault


def halve_on_oom(work: Callable[[Sequence[T]], list[R]], items: Sequence[T]) -> list[R]:
    """What `work` makes of `items`; where all at once are too many for the device, of each half.

    Raises OutOfMemory if even one is.
    """
    try:
        return work(items)
    except OutOfMemory:
        if len(items) == 1:
            raise
    half = len(items) // 2  # outside of the handler, which would hold on to the memory
    return [*halve_on_oom(work, items[:half]), *halve_on_oom(work, items[half:])]


@contextmanager
def quiet() -> Iterator[None]:
    """Libraries keep their warnings and progress bars to themselves inside the `with`."""
    from transformers.utils import logging as transformers_log

    logs = [transformers_log]
    if "diffusers" in sys.modules:  # who has not loaded it need not wait for it here
        from diffusers.utils import logging as diffusers_log

        logs.append(diffusers_log)
    bars = [log.is_progress_bar_enabled() for log in logs]
    loggers = map(logging.getLogger, ("transformers", "diffusers", "peft"))
    # A level of a handler costs nothing; one of a logger has every logger there is look anew.
    speakers = [speaker for logger in loggers for speaker in logger.handlers or (logger,)]
    levels = [speaker.level for speaker in speakers]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for log in logs:
            log.disable_progress_bar()
        for speaker in speakers:
            speaker.setLevel(logging.ERROR)
        try:
            yield
        finally:
            for speaker, level in zip(speakers, levels, strict=True):
                speaker.setLevel(level)
            for log, bar in zip(logs, bars, strict=True):
                if bar:
                    log.enable_progress_bar()
