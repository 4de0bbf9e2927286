"""Networks in ncnn's form, written by hand: a `.param` of lines and a `.bin` of numbers."""

import struct

import numpy as np
from numpy.random import Generator

HALF, SINGLE, RAW, INT8 = 0x01306B47, 0, 0x0002C056, 0x000D4B38
Tensors = dict[str, np.ndarray]
LEAKY = " 9=2 -23310=1,2.000000e-01"
ADDED = "Eltwise Add_{} 2 1 a b c 0=1 -23301=2,2.000000e-01,1.000000e+00"


def conv_line(number: int, out: int, count: int, more: str = "") -> str:
    return f"Convolution Conv_{number} 1 1 a b 0={out} 1=3 4=1 5=1 6={count}{more}"


def conv_bytes(weight: np.ndarray, bias: np.ndarray, tag: int = HALF) -> bytes:
    """Tag, weights, zeros up to whole words, bias: as the converter of ncnn writes them."""
    numbers = weight.astype("<f2" if tag == HALF else "<f4").tobytes()
    filled = numbers + b"\0" * (-len(numbers) % 4)
    return struct.pack("<I", tag) + filled + bias.astype("<f4").tobytes()


def convolution(rng: Generator, out: int, into: int) -> tuple[np.ndarray, np.ndarray]:
    weight = rng.normal(0, 0.2, (out, into, 3, 3)).astype(np.float16)
    return weight, rng.normal(0, 0.1, out).astype(np.float32)


def param(lines: list[str]) -> bytes:
    return "\n".join(["7767517", f"{len(lines)} 99", *lines, ""]).encode()


def compact(tag: int = HALF, resize: float | None = None) -> tuple[bytes, bytes, Tensors]:
    """SRVGGNetCompact x4 of 3 features and one inner convolution; `resize` ends it as x2 and x3."""
    rng = np.random.default_rng(1)
    lines = ["Input input 0 1 data", "Split split 1 2 data a b"]
    numbers, tensors = b"", {}
    for at, (out, into) in enumerate([(3, 3), (3, 3), (48, 3)]):
        weight, bias = convolution(rng, out, into)
        lines.append(conv_line(2 * at, out, weight.size))
        numbers += conv_bytes(weight, bias, tag)
        tensors |= {f"body.{2 * at}.weight": weight, f"body.{2 * at}.bias": bias}
        if at < 2:
            slopes = rng.uniform(0, 0.3, 3).astype(np.float32)
            lines.append(f"PReLU PRelu_{2 * at + 1} 1 1 a b 0=3")
            numbers += slopes.tobytes()
            tensors[f"body.{2 * at + 1}.weight"] = slopes
    lines += [
        "PixelShuffle DepthToSpace 1 1 a b 0=4",
        "Interp Resize_1 1 1 a b 0=1 1=4.000000e+00 2=4.000000e+00",
        "BinaryOp Add 2 1 a b c",
    ]
    if resize:
        lines.append(f"Interp Resize_2 1 1 c d 0=3 1={resize:e} 2={resize:e}")
    return param(lines), numbers, tensors


def rrdb() -> tuple[bytes, bytes, Tensors]:
    """RRDBNet x4 with one block, of 4 features that grow by 32, as spandrel wants it."""
    rng = np.random.default_rng(2)
    lines = ["Input input 0 1 data"]
    numbers, tensors = b"", {}

    def add(name: str, out: int, into: int, more: str = "") -> None:
        nonlocal numbers
        weight, bias = convolution(rng, out, into)
        lines.append(conv_line(len(lines), out, weight.size, more))
        numbers += conv_bytes(weight, bias)
        tensors.update({f"{name}.weight": weight, f"{name}.bias": bias})

    add("conv_first", 4, 3)
    lines.append("Split split 1 8 a b c d e f g h i")
    for dense in (1, 2, 3):
        for conv in range(1, 6):
            inside = conv < 5
            add(
                f"body.0.rdb{dense}.conv{conv}",
                32 if inside else 4,
                4 + 32 * (conv - 1),
                LEAKY if inside else "",
            )
            if inside:
                lines.append(f"Concat Concat_{len(lines)} 2 1 a b c")
        lines.append(ADDED.format(len(lines)))
    lines.append(ADDED.format(len(lines)))
    add("conv_body", 4, 4)
    lines.append("BinaryOp Add 2 1 a b c")
    for name in ("conv_up1", "conv_up2"):
        lines.append(f"Interp Resize_{name} 1 1 a b 0=1 1=2.000000e+00 2=2.000000e+00")
        add(name, 4, 4, LEAKY)
    add("conv_hr", 4, 4, LEAKY)
    add("conv_last", 3, 4)
    return param(lines), numbers, tensors
