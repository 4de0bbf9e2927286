"""Networks in ncnn's form (`.param` beside `.bin`) as tensors under the names of PyTorch's files.

Two networks are known, those of Real-ESRGAN: RRDBNet, which enlarges four times, and
SRVGGNetCompact. A file has to be one of them layer by layer, up to its last byte.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from storybook.errors import ModelError

if TYPE_CHECKING:
    from torch import Tensor

MAGIC = "7767517"
HALF, SINGLE = 0x01306B47, (0, 0x0002C056)
"""Tags of weights in half and in single precision; others are quantised."""
WIRES = ("Input", "Split", "Concat")
"""Layers that compute nothing."""
ADDED = "Eltwise 0=1 -23301=2,0.2,1"
"""0.2 of the first and all of the second."""
LEAKY = " 9=2 -23310=1,0.2"
"""LeakyReLU of slope 0.2 within a convolution."""
CONV = "Convolution 1=3 4=1 5=1"
DENSE_CONVS, DENSE_BLOCKS = 5, 3
"""Convolutions in a residual dense block, and such blocks in one of RRDBNet's."""

Settings = Mapping[int, str]


@dataclass(frozen=True, slots=True)
class NcnnLayer:
    """A line of a `.param`."""

    kind: str
    name: str
    settings: Settings
    """By their numbers, as ncnn has them; what a convolution's mean: 0 channels out, 1 kernel, 6
    how many weights."""

    @property
    def form(self) -> str:
        """Kind and settings without sizes: what a network of any width has in this place."""
        sizes = {"Convolution": (0, 6), "PReLU": (0,), "PixelShuffle": (0,)}.get(self.kind, ())
        kept = [f"{key}={self.settings[key]}" for key in self.settings if key not in sizes]
        return " ".join([self.kind, *kept])

    def size(self, key: int) -> int:
        """A setting that counts something; raises ValueError if it is none."""
        number = int(self.settings.get(key, "0"))
        if number < 1:
            raise ValueError(f"{self.name} has {number} for {key}")
        return number


def read_ncnn(param: bytes, weights: bytes, name: str) -> "dict[str, Tensor]":
    """The tensors of a network under the names that Real-ESRGAN's own files have.

    Weights stay in the precision that they have; biases and slopes are single. Raises ModelError,
    calling the files `name`, if they are broken, cut off or of another network.
    """
    layers = read_param(param, name)
    forms = [layer.form for layer in layers if layer.kind not in WIRES]
    names = _compact_names(forms) or _rrdb_names(forms)
    if names is None:
        raise ModelError(
            f"{name}.param is neither RRDBNet (x4) nor SRVGGNetCompact, the networks of Real-ESRGAN"
            " that are known here. Take one of those."
        )
    tensors = {}
    learnt = [layer for layer in layers if layer.kind in ("Convolution", "PReLU")]
    for each, read in zip(names, read_bin(learnt, weights, name), strict=True):
        tensors |= {f"{each}.{part}": tensor for part, tensor in read.items()}
    return tensors


def read_param(data: bytes, name: str) -> tuple[NcnnLayer, ...]:
    """The layers of a `.param`; raises ModelError if it is none or not whole."""
    try:
        lines = data.decode("ascii").splitlines()
        if not lines or lines[0].strip() != MAGIC:
            raise ValueError(f"it does not begin with {MAGIC}")
        count = int(lines[1].split()[0])
        layers = tuple(_layer(line) for line in lines[2:] if line.strip())
        if len(layers) != count:
            raise ValueError(f"it has {len(layers)} of {count} layers")
    except (ValueError, IndexError) as fault:
        raise ModelError(f"{name}.param is broken: {fault}. Fetch it again.") from None
    return layers


def read_bin(
    learnt: Sequence[NcnnLayer], data: bytes, name: str
) -> "Iterator[Mapping[str, Tensor]]":
    """What a `.bin` holds for each layer with weights, in their order: `weight`, and `bias`.

    Convolutions are [out, in, k, k], slopes of PReLU [channels]. Raises ModelError if the file ends
    early, goes on, or is quantised.
    """
    at = 0
    for layer in learnt:
        try:
            array, at = (_convolution if layer.kind == "Convolution" else _slopes)(layer, data, at)
        except ValueError as fault:
            raise ModelError(f"{name}.bin does not fit its .param: {fault}.") from None
        if at > len(data):
            raise ModelError(
                f"{name}.bin is cut off: {layer.name} would end at byte {at:,}, and the file has "
                f"{len(data):,}. Fetch it again."
            )
        yield array
    if at != len(data):
        raise ModelError(
            f"{name}.bin has {len(data) - at:,} bytes more than its .param has weights for. "
            "Fetch both again."
        )


def _layer(line: str) -> NcnnLayer:
    kind, name, into, out, *rest = line.split()
    blobs, settings = int(into) + int(out), {}
    if len(rest) < blobs:
        raise ValueError(f"{name} lacks what it is connected to")
    for each in rest[blobs:]:
        key, _, value = each.partition("=")
        settings[int(key)] = ",".join(f"{float(number):g}" for number in value.split(","))
    return NcnnLayer(kind, name, settings)


def _convolution(layer: NcnnLayer, data: bytes, at: int) -> "tuple[dict[str, Tensor], int]":
    """Weight and bias, and where the next layer begins; fewer bytes than that may be there."""
    out, kernel, count = layer.size(0), layer.size(1), layer.size(6)
    if count % (out * kernel**2):
        raise ValueError(f"{layer.name} cannot have {count} weights")
    tag = int.from_bytes(data[at : at + 4], "little")
    if tag != HALF and tag not in SINGLE:
        raise ValueError(
            f"{layer.name} has weights of the kind {tag:#010x}, perhaps quantised; "
            "half and single precision are known"
        )
    begin = at + 4
    kind, width = ("<f2", 2) if tag == HALF else ("<f4", 4)
    middle = begin + (width * count + 3) // 4 * 4  # half precision is filled up to whole words
    weight = _numbers(data[begin : begin + width * count], kind)
    bias = _numbers(data[middle : middle + 4 * out], "<f4")
    if middle + 4 * out <= len(data):
        weight = weight.reshape(out, -1, kernel, kernel)
    return {"weight": weight, "bias": bias}, middle + 4 * out


def _slopes(layer: NcnnLayer, data: bytes, at: int) -> "tuple[dict[str, Tensor], int]":
    end = at + 4 * layer.size(0)
    return {"weight": _numbers(data[at:end], "<f4")}, end


def _numbers(data: bytes, kind: str) -> "Tensor":
    import numpy as np
    import torch

    whole = data[: len(data) // int(kind[-1]) * int(kind[-1])]
    return torch.from_numpy(np.frombuffer(whole, kind).astype(kind[1:]))


def _compact_names(forms: Sequence[str]) -> list[str] | None:
    """Names of the layers with weights, if the network is SRVGGNetCompact; None if it is not.

    It may end in a resize, by which the same weights enlarge two or three times: that is left out.
    """
    body = next((at for at, form in enumerate(forms) if form == "PixelShuffle"), 0)
    tail = ["PixelShuffle", "Interp 0=1 1=4 2=4", "BinaryOp"]
    resized = [form for form in forms[body + len(tail) :] if form.startswith("Interp 0=3 ")]
    inner = [CONV if at % 2 == 0 else "PReLU" for at in range(body)]
    if body < 3 or body % 2 == 0 or list(forms) != [*inner, *tail, *resized[:1]]:
        return None
    return [f"body.{at}" for at in range(body)]


def _rrdb_names(forms: Sequence[str]) -> list[str] | None:
    """Names of the convolutions, if the network is RRDBNet of four times; None if it is not."""
    dense = [CONV + LEAKY] * (DENSE_CONVS - 1) + [CONV, ADDED]
    block = dense * DENSE_BLOCKS + [ADDED]
    doubled = ["Interp 0=1 1=2 2=2", CONV + LEAKY]
    tail = [CONV, "BinaryOp", *doubled, *doubled, CONV + LEAKY, CONV]
    blocks = (len(forms) - 1 - len(tail)) // len(block)
    if blocks < 1 or list(forms) != [CONV, *block * blocks, *tail]:
        return None
    inner = [
        f"body.{block}.rdb{dense}.conv{conv}"
        for block in range(blocks)
        for dense in range(1, DENSE_BLOCKS + 1)
        for conv in range(1, DENSE_CONVS + 1)
    ]
    return ["conv_first", *inner, "conv_body", "conv_up1", "conv_up2", "conv_hr", "conv_last"]
