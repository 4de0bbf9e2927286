"""A network in ONNX's form, written by hand: how light a picture is decides what it says."""

import struct
from collections.abc import Sequence
from pathlib import Path

FLOAT, INTS, INT = 1, 7, 2
"""Kinds of numbers and attributes, as ONNX counts them."""


def _number(value: int) -> bytes:
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes([*out, value])


def _field(number: int, value: int | str | bytes) -> bytes:
    if isinstance(value, int):
        return _number(number << 3) + _number(value)
    data = value.encode() if isinstance(value, str) else value
    return _number(number << 3 | 2) + _number(len(data)) + data


def _tensor(name: str, sides: Sequence[int], numbers: Sequence[float]) -> bytes:
    data = struct.pack(f"<{len(numbers)}f", *numbers)
    return (
        b"".join(_field(1, side) for side in sides)
        + _field(2, FLOAT)
        + _field(8, name)
        + _field(9, data)
    )


def _value(name: str, sides: Sequence[int | str]) -> bytes:
    dims = b"".join(
        _field(1, _field(1, side) if isinstance(side, int) else _field(2, side)) for side in sides
    )
    return _field(1, name) + _field(2, _field(1, _field(1, FLOAT) + _field(2, dims)))


def _node(kind: str, into: Sequence[str], out: str, attributes: bytes = b"") -> bytes:
    return (
        b"".join(_field(1, name) for name in into) + _field(2, out) + _field(4, kind) + attributes
    )


def tiny_nsfw(file: Path, *, side: int = 224, unfit_when_light: float = 1.0) -> Path:
    """open_nsfw's shapes: light pictures are unfit, the dark ones are not; or the other way."""
    axes = _field(1, "axes") + b"".join(_field(8, axis) for axis in (1, 2)) + _field(20, INTS)
    keep = _field(1, "keepdims") + _field(3, 0) + _field(20, INT)
    share = unfit_when_light / 3
    graph = b"".join(
        [
            _field(1, _node("ReduceMean", ["input"], "mean", _field(5, axes) + _field(5, keep))),
            _field(1, _node("MatMul", ["mean", "w"], "logits")),
            _field(1, _node("Softmax", ["logits"], "output")),
            _field(2, "tiny"),
            _field(5, _tensor("w", (3, 2), [-share, share] * 3)),
            _field(11, _value("input", ["n", side, side, 3])),
            _field(12, _value("output", ["n", 2])),
        ]
    )
    file.write_bytes(_field(1, 7) + _field(7, graph) + _field(8, _field(2, 11)))
    return file


def tiny_tagger(
    file: Path, weights: Sequence[Sequence[float]], *, side: int = 32, batch: int | str = "n"
) -> Path:
    """A tagger's shapes: how likely a tag is follows from the mean of each of three channels.

    `weights` [3][tags] are multiplied with the means; a sigmoid makes them shares.
    """
    axes = _field(1, "axes") + b"".join(_field(8, axis) for axis in (1, 2)) + _field(20, INTS)
    keep = _field(1, "keepdims") + _field(3, 0) + _field(20, INT)
    tags = len(weights[0])
    numbers = [number for row in weights for number in row]
    nodes = [
        _node("ReduceMean", ["input"], "mean", _field(5, axes) + _field(5, keep)),
        _node("MatMul", ["mean", "w"], "logits"),
        _node("Sigmoid", ["logits"], "output"),
    ]
    graph = b"".join(
        [
            *(_field(1, node) for node in nodes),
            _field(2, "tiny"),
            _field(5, _tensor("w", (3, tags), numbers)),
            _field(11, _value("input", [batch, side, side, 3])),
            _field(12, _value("output", [batch, tags])),
        ]
    )
    file.write_bytes(_field(1, 7) + _field(7, graph) + _field(8, _field(2, 11)))
    return file
