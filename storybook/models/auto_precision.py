"""In which precision a model works here: as is wished, or as the machine is quickest in.

What was measured is kept in the user's cache folder, for each kind of processor, version of torch,
number of threads and shape of a model: a machine measures once, and two runs on it do the same.
"""

import json
import platform
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from copy import deepcopy
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import platformdirs
import torch
from torch import nn

from storybook.config import PrecisionWish
from storybook.files import write_whole
from storybook.models import packed_linear
from storybook.models.precision import (
    FP32,
    PRECISIONS,
    Precision,
    autocast_to,
    fastest,
    to_memory_format,
)
from storybook.records import digest

FILE = "precision.json"
LEAST_MACS = 3e8
"""Of a step. With fewer, calling the library takes the time, whatever the numbers' format: the
starter's critic and writer, of 1e8 and 4e7, take as long in bf16 as in fp32."""
MORE_WORK = 3.0
"""So many times what measuring takes has to be done, or it is not worth measuring for."""
TRIED_STEPS = 16
"""That measuring takes: four precisions, warmed up once and timed three times."""
TRIED_TOKENS = 8
"""That a language model takes in at once: a few tellings side by side."""
NUMBERS = ("model name", "flags", "Features")
"""Lines of `/proc/cpuinfo` that say what a processor is quick in."""

_known: dict[str, Precision] = {}
"""What this process has measured, or read, already."""


def chosen_precision(
    wish: PrecisionWish,
    device: torch.device,
    shape: object,
    *,
    precisions: tuple[Precision, ...] = PRECISIONS,
    step: Callable[[Precision], object] | None = None,
    macs: float = 0.0,
    steps: float = float("inf"),
) -> Precision | None:
    """Which of `precisions` to work in: as is wished, or as was measured for models of a `shape`.

    What was not is measured by `step`, if there is one: it does a little of the work, some `macs`
    (multiply-accumulates) of it. None if there is not, or where `macs` are too few, or too few
    `steps` like it to be done, to measure for. `auto` is for CPUs: elsewhere models keep the format
    they have. On one whose oneDNN multiplies no bf16, none is tried: a picture of the starter's
    takes 53 s of a core in place of 1.5.
    """
    if device.type != "cpu" or wish == "fp32":
        return precisions[0]
    if wish == "bf16":
        return precisions[0].but(dtype="bf16")
    key = digest(
        machine(), torch.get_num_threads(), shape, [str(precision) for precision in precisions]
    )
    if (precision := _remembered(key)) is not None:
        return precision
    if step is None or macs < LEAST_MACS or steps < MORE_WORK * TRIED_STEPS:
        return None
    if not packed_linear.is_supported():
        precisions = tuple(each for each in precisions if each.dtype != "bf16")
    several = len(precisions) > 1
    precision = fastest(step, precisions=precisions) if several else precisions[0]
    _remember(key, precision)
    return precision


@dataclass(slots=True)
class AutoPrecision:
    """The precision of one opened model, chosen when it is known what there is to do."""

    wish: PrecisionWish = "fp32"
    modules: Sequence[nn.Module] = ()
    """What is laid out in memory as the precision says."""
    shape: object = None
    """Says what takes the time, such as a network's `param_shapes`; models of one shape share."""
    precisions: tuple[Precision, ...] = PRECISIONS
    device: torch.device = field(default_factory=lambda: torch.device("cpu"))
    precision: Precision = field(init=False)
    _is_chosen: bool = field(init=False, default=False)

    def __post_init__(self) -> None:
        self.precision = self.precisions[0]

    def choose(
        self,
        step: Callable[[], object] | None = None,
        *,
        macs: float = 0.0,
        steps: float = float("inf"),
    ) -> None:
        """Choose for good, as `chosen_precision` does; where it cannot say, it stays plain."""
        if self._is_chosen:
            return

        def tried(precision: Precision) -> None:
            self._take(precision)
            with self.autocast():
                step()

        work = {"macs": macs, "steps": steps, "step": tried if step else None}
        precision = chosen_precision(
            self.wish, self.device, self.shape, precisions=self.precisions, **work
        )
        if precision is not None:
            self._take(precision)
            self._is_chosen = True

    @contextmanager
    def autocast(self) -> Iterator[None]:
        """Inside the `with`, work is done in the precision that was chosen."""
        if self.precision.dtype == "fp32":  # whatever the library would do by itself
            yield
            return
        with autocast_to(self.precision, self.device):
            yield

    def _take(self, precision: Precision) -> None:
        if precision == self.precision:
            return
        self.precision = precision
        for module in self.modules:
            to_memory_format(module, precision)


def fastest_dtype(model: nn.Module, wish: PrecisionWish) -> torch.dtype:
    """What a language model on a CPU is best held in: reading its weights takes most of a word.

    Measured on its largest layer, so that the whole need not be held twice.
    """
    layers = (each for each in model.modules() if isinstance(each, nn.Linear))
    layer = max(layers, key=lambda each: each.weight.numel(), default=None)
    if layer is None or wish == "fp32":
        return model.dtype
    bf16 = Precision(dtype="bf16")
    rows = torch.zeros(TRIED_TOKENS, layer.in_features, dtype=model.dtype)
    tried = {FP32: (layer, rows)}

    @torch.inference_mode()
    def step(precision: Precision) -> None:
        if precision not in tried:
            tried[precision] = deepcopy(layer).bfloat16(), rows.bfloat16()
        own, inputs = tried[precision]
        own(inputs)

    macs = num_params(model) * TRIED_TOKENS
    precisions = (FP32, bf16)
    precision = chosen_precision(
        wish, model.device, param_shapes(model), precisions=precisions, step=step, macs=macs
    )
    return torch.bfloat16 if precision == bf16 else model.dtype


def num_params(module: nn.Module) -> int:
    """How many numbers a module holds."""
    return sum(weight.numel() for weight in module.parameters())


def param_shapes(module: nn.Module) -> dict[str, list[int]]:
    """The shapes of a module's weights, by their names."""
    return {name: list(weight.shape) for name, weight in module.named_parameters()}


@cache
def machine() -> tuple[str, ...]:
    """The processor, as far as its speed in a number format goes, and torch's version."""
    features = [platform.machine(), platform.processor(), torch.backends.cpu.get_cpu_capability()]
    with suppress(OSError):
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").split("\n")
        facts = dict(line.split(":", 1) for line in reversed(lines) if ":" in line)
        features += [value.strip() for key, value in facts.items() if key.strip() in NUMBERS]
    return (*features, torch.__version__)


def _file() -> Path:
    return Path(platformdirs.user_cache_dir("storybook", appauthor=False)) / FILE


def _remembered(key: str) -> Precision | None:
    if key not in _known:
        with suppress(OSError, ValueError, KeyError, TypeError):  # a broken cache is measured anew
            kept = json.loads(_file().read_text(encoding="utf-8"))
            _known[key] = Precision.model_validate(kept[key])
    return _known.get(key)


def _remember(key: str, precision: Precision) -> None:
    _known[key] = precision
    file = _file()
    try:
        kept = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        kept = {}
    if not isinstance(kept, dict):
        kept = {}
    text = json.dumps(kept | {key: precision.model_dump()}, indent=2) + "\n"
    with suppress(OSError):  # without a folder to keep it in, each process measures
        write_whole(file, text.encode())
