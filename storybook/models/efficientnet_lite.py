"""EfficientNet-Lite0 (Tan and Le 2019): which of a thousand things a photo shows.

And where. The weights are those of TensorFlow's own, by the names of the PyTorch network that they
were converted for (`_conv_stem`, `_blocks.0._depthwise_conv` ...); so padding is TensorFlow's.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn
from torch.nn import functional

from storybook.errors import ModelError
from storybook.models.devices import explain_oom
from storybook.models.pickles import unpickle
from storybook.models.weights import read_tensors

STEM, HEAD, CLASSES = 32, 1280, 1000
STAGES = (
    (1, 3, 1, 16),
    (6, 3, 2, 24),
    (6, 3, 2, 24),
    (6, 5, 2, 40),
    (6, 5, 2, 40),
    (6, 3, 2, 80),
    (6, 3, 2, 80),
    (6, 3, 2, 80),
    (6, 5, 1, 112),
    (6, 5, 1, 112),
    (6, 5, 1, 112),
    (6, 5, 2, 192),
    (6, 5, 2, 192),
    (6, 5, 2, 192),
    (6, 5, 2, 192),
    (6, 3, 1, 320),
)
"""Of each block: how much it widens, the side of its kernel, its stride, and channels that go out.
The second and further blocks of a stage have no stride."""
EPSILON = 1e-3
CENTRE, SPAN = 127.0, 128.0
"""Levels 0 to 255 are given less the first, divided by the second."""
NAME = "efficientnet-lite0"


@dataclass(frozen=True, slots=True)
class Prediction:
    """What the network says of a picture."""

    probabilities: np.ndarray
    """How sure it is of each of the thousand things, [1000], in all 1."""
    class_activations: np.ndarray
    """The same for each place by itself, [1000, h, w]."""


class _Block(nn.Module):
    """An inverted residual of MobileNetV2: widen, look around, narrow."""

    def __init__(
        self, in_channels: int, expand_ratio: int, kernel: int, stride: int, out_channels: int
    ) -> None:
        super().__init__()
        inner = in_channels * expand_ratio
        self.stride = stride
        if expand_ratio > 1:
            self._expand_conv = nn.Conv2d(in_channels, inner, 1, bias=False)
            self._bn0 = nn.BatchNorm2d(inner, EPSILON)
        self._depthwise_conv = nn.Conv2d(inner, inner, kernel, stride, groups=inner, bias=False)
        self._bn1 = nn.BatchNorm2d(inner, EPSILON)
        self._project_conv = nn.Conv2d(inner, out_channels, 1, bias=False)
        self._bn2 = nn.BatchNorm2d(out_channels, EPSILON)

    def forward(self, maps: Tensor) -> Tensor:
        seen = maps
        if hasattr(self, "_expand_conv"):
            seen = functional.relu6(self._bn0(self._expand_conv(seen)))
        seen = functional.relu6(self._bn1(_same(self._depthwise_conv, seen)))
        seen = self._bn2(self._project_conv(seen))
        return maps + seen if seen.shape == maps.shape and self.stride == 1 else seen


class EfficientNetLite(nn.Module):
    """The network; a picture of any size from 32 px on, [b, 3, h, w], to maps [b, 1280, h, w]."""

    def __init__(self) -> None:
        super().__init__()
        self._conv_stem = nn.Conv2d(3, STEM, 3, 2, bias=False)
        self._bn0 = nn.BatchNorm2d(STEM, EPSILON)
        self._blocks = nn.ModuleList(_blocks())
        self._conv_head = nn.Conv2d(STAGES[-1][3], HEAD, 1, bias=False)
        self._bn1 = nn.BatchNorm2d(HEAD, EPSILON)
        self._fc = nn.Linear(HEAD, CLASSES)

    def forward(self, pixels: Tensor) -> Tensor:
        maps = functional.relu6(self._bn0(_same(self._conv_stem, pixels)))
        for block in self._blocks:
            maps = block(maps)
        return functional.relu6(self._bn1(self._conv_head(maps)))

    @torch.inference_mode()
    def predict(self, picture: Image.Image, side_px: int) -> Prediction:
        """What an RGB picture shows when it is looked at as a square of `side_px`.

        A place is a cell of 32 px; what is sure there is its class activation (Zhou et al. 2016),
        as a share of all classes' at that place.
        """
        square = picture.resize((side_px, side_px), Image.Resampling.BICUBIC)
        with explain_oom(torch.device("cpu"), f"Looking at {side_px} x {side_px} px", ""):
            levels = torch.from_numpy(np.asarray(square, np.float32))
            maps = self(((levels - CENTRE) / SPAN).permute(2, 0, 1)[None])  # [1, 1280, h, w]
            whole = self._fc(maps.mean((2, 3)))[0].softmax(0)
            places = self._fc(maps[0].permute(1, 2, 0)).softmax(2).permute(2, 0, 1)
        return Prediction(whole.numpy(), places.numpy())


def read_efficientnet(data: bytes, name: str) -> dict[str, Tensor]:
    """The tensors in a published `.pth`, without its counters, all in single precision.

    Raises ModelError, calling the file `name`, if it is broken or of another network.
    """
    state = unpickle(data, name)
    tensors = {
        key: each.float().contiguous()
        for key, each in state.items()
        if isinstance(each, Tensor) and not key.endswith("num_batches_tracked")
    }
    check_shapes(tensors, name)
    return tensors


def open_efficientnet(file: Path) -> EfficientNetLite:
    """The network in a `.safetensors`, on the processor; raises ModelError if it is another one."""
    tensors = read_tensors(file)
    check_shapes(tensors, str(file))
    network = EfficientNetLite()
    network.load_state_dict(tensors, strict=False)  # all but the counters, as was checked
    return network.eval().to(memory_format=torch.channels_last)


def check_shapes(tensors: Mapping[str, Tensor], name: str) -> None:
    """Raise ModelError with the first tensor that is missing, strange or of another shape."""
    with torch.device("meta"):
        state = EfficientNetLite().state_dict()
    expected = {
        key: tuple(each.shape)
        for key, each in state.items()
        if each.dim() or not key.endswith("num_batches_tracked")
    }
    shapes = {key: tuple(each.shape) for key, each in tensors.items()}
    for key in sorted(expected.keys() | shapes.keys()):
        if expected.get(key) != shapes.get(key):
            raise ModelError(
                f"{name} is no {NAME}: {key} is {shapes.get(key, 'missing')}, not "
                f"{expected.get(key, 'there')}."
            )


def _blocks() -> Iterator[_Block]:
    in_channels, before = STEM, None
    for stage in STAGES:
        expand_ratio, kernel, stride, out_channels = stage
        yield _Block(
            in_channels, expand_ratio, kernel, 1 if stage == before else stride, out_channels
        )
        in_channels, before = out_channels, stage


def _same(conv: nn.Conv2d, maps: Tensor) -> Tensor:
    """The convolution with TensorFlow's padding, which puts the odd pixel behind."""
    over = [
        max((math.ceil(side / step) - 1) * step + kernel - side, 0)
        for side, step, kernel in zip(maps.shape[2:], conv.stride, conv.kernel_size, strict=True)
    ]
    down, across = over
    return conv(
        functional.pad(maps, (across // 2, across - across // 2, down // 2, down - down // 2))
    )
