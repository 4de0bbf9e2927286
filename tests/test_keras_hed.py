"""HED's weights as Keras keeps them, at toy size: the same edges as by its own arithmetic."""

import io
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import save_file
from torch.nn import functional

from storybook.errors import ModelError
from storybook.models import keras_hed, soft_edges
from storybook.models.keras_hed import read_hed
from storybook.models.soft_edges import open_hed

h5py = pytest.importorskip("h5py")
BLOCKS = ((3, 4, 2), (4, 5, 2), (5, 6, 3), (6, 7, 3), (7, 7, 3))
MEAN_BGR = (104.00699, 116.66877, 122.67892)
Arrays = dict[str, np.ndarray]


@pytest.fixture(autouse=True)
def _toy_size(monkeypatch):
    for module in (keras_hed, soft_edges):
        monkeypatch.setattr(module, "BLOCKS", BLOCKS)


def tiny_hed() -> Arrays:
    """Kernels [k, k, in, out] and biases, by the names that Keras 3 gives them."""
    rng, arrays = np.random.default_rng(3), {}

    def add(path: str, side: int, into: int, out: int, scale: float) -> None:
        kernel = rng.normal(0, scale, (side, side, into, out))
        arrays[f"{path}/vars/0"] = kernel.astype(np.float32)
        arrays[f"{path}/vars/1"] = rng.normal(0, 0.1, out).astype(np.float32)

    for number, (before, after, count) in enumerate(BLOCKS, start=1):
        for conv, (into, out) in enumerate(pairwise([before] + [after] * count)):
            path = f"block{number}/layers/conv2d" + (f"_{conv}" if conv else "")
            add(path, 3, into, out, 0.15)
        add(f"dsn{number}", 1, after, 1, 0.02)
    add("fuse", 1, 5, 1, 0.5)
    return arrays


def as_h5(arrays: Arrays) -> bytes:
    data = io.BytesIO()
    with h5py.File(data, "w") as file:
        for name, each in arrays.items():
            file[name] = each
    return data.getvalue()


def edges_by_hand(arrays: Arrays, image: Image.Image) -> np.ndarray:
    """What HED makes of a picture: BGR less the mean, five side outputs, the fusing layer."""

    def conv(state: torch.Tensor, path: str, padding: int) -> torch.Tensor:
        kernel = torch.from_numpy(arrays[f"{path}/vars/0"]).permute(3, 2, 0, 1)
        return functional.conv2d(
            state, kernel, torch.from_numpy(arrays[f"{path}/vars/1"]), padding=padding
        )

    levels = np.asarray(image, np.float32)[..., ::-1] - np.array(MEAN_BGR, np.float32)
    state, sides = torch.from_numpy(levels).permute(2, 0, 1)[None], []
    for number, (_, _, count) in enumerate(BLOCKS, start=1):
        if number > 1:
            state = functional.max_pool2d(state, 2, 2)
        for at in range(count):
            path = f"block{number}/layers/conv2d" + (f"_{at}" if at else "")
            state = conv(state, path, 1).relu()
        side = conv(state, f"dsn{number}", 0)
        sides.append(functional.interpolate(side, image.size[::-1], mode="bilinear"))
    return torch.sigmoid(conv(torch.cat(sides, 1), "fuse", 0))[0, 0].numpy()


def test_read_hed_s_tensors_find_the_edges_that_the_network_itself_finds(tmp_path: Path):
    """The projections' products are rounded elsewhere: so much of an edge's logit, which is small.

    Twelve convolutions of at most 63 products each, rounded to 24 bits; a sigmoid's slope is 1/4.
    """
    arrays = tiny_hed()
    save_file(read_hed(as_h5(arrays), "hed.h5"), tmp_path / "hed.safetensors")
    image = Image.fromarray(np.random.default_rng(0).integers(0, 255, (48, 32, 3), np.uint8))
    found, wanted = (
        open_hed(tmp_path / "hed.safetensors", "cpu")(image),
        edges_by_hand(arrays, image),
    )
    assert found.std() > 0.01, "it sees something"
    assert np.abs(found - wanted).max() < 12 * 63 * 2**-24


def test_read_hed_gives_the_tensors_of_control_nets_detector():
    found = read_hed(as_h5(tiny_hed()), "hed.h5")
    wanted = soft_edges.Hed().state_dict()
    assert {name: tuple(each.shape) for name, each in found.items()} == {
        name: tuple(each.shape) for name, each in wanted.items()
    }
    assert found["norm"].flatten().tolist() == pytest.approx(MEAN_BGR[::-1])


def without(*names: str) -> Arrays:
    return {name: each for name, each in tiny_hed().items() if name not in names}


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (lambda: as_h5(without("block4/layers/conv2d_1/vars/0")), "is no HED"),
        (lambda: as_h5(without("fuse/vars/1")), "is no HED"),
        (
            lambda: as_h5(tiny_hed() | {"dsn2/vars/0": np.zeros((1, 1, 9, 1))}),
            r"is no HED: dsn2 is \(1, 1, 9, 1\), not \(1, 1, 5, 1\)",
        ),
        (lambda: as_h5({"dense/vars/0": np.zeros((2, 2))}), "is no HED"),
        (lambda: as_h5(tiny_hed())[:-1], "is broken"),
        (lambda: as_h5(tiny_hed())[:300], "is broken"),
        (lambda: b"", "is broken"),
        (lambda: b"PK\x03\x04" * 100, "is broken"),
    ],
    ids=[
        "no layer",
        "no bias",
        "other width",
        "other network",
        "cut by a byte",
        "cut",
        "empty",
        "no h5",
    ],
)
def test_read_hed_refuses_in_a_line(data, says):
    with pytest.raises(ModelError, match=rf"hed\.h5 {says}") as fault:
        read_hed(data(), "hed.h5")
    assert "\n" not in str(fault.value)


def test_read_hed_says_what_it_needs(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "h5py", None)
    with pytest.raises(ModelError, match=r"pip install 'storybook\[hed\]'"):
        read_hed(b"", "hed.h5")
