"""ncnn's files are read to the last byte, under the names of Real-ESRGAN's own files."""

import struct

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

import tiny_ncnn
from storybook.errors import ModelError
from storybook.models.enlargers import open_enlarger
from storybook.models.ncnn import read_ncnn, read_param

NETWORKS = {
    "compact": tiny_ncnn.compact,
    "compact x2": lambda: tiny_ncnn.compact(resize=0.5),
    "compact single": lambda: tiny_ncnn.compact(tiny_ncnn.SINGLE),
    "compact raw": lambda: tiny_ncnn.compact(tiny_ncnn.RAW),
    "rrdb": tiny_ncnn.rrdb,
}


@pytest.mark.parametrize("kind", NETWORKS)
def test_read_ncnn_gives_every_number_under_its_published_name(kind):
    param, numbers, tensors = NETWORKS[kind]()
    found = read_ncnn(param, numbers, kind)
    assert list(found) == list(tensors)
    for name, tensor in tensors.items():
        same = found[name].numpy() if kind.endswith(("single", "raw")) else found[name]
        assert np.array_equal(np.asarray(same), tensor), name
    weights = [each for name, each in found.items() if each.ndim == 4]
    single = kind.endswith(("single", "raw"))
    assert {each.dtype for each in weights} == {torch.float32 if single else torch.float16}


@pytest.mark.parametrize("kind", ["compact", "rrdb"])
def test_read_ncnn_s_tensors_are_an_enlarger(kind, tmp_path):
    param, numbers, _ = NETWORKS[kind]()
    save_file(read_ncnn(param, numbers, kind), tmp_path / "x4.safetensors")
    enlarged = open_enlarger(tmp_path / "x4.safetensors", device="cpu").once(
        np.random.default_rng(0).integers(0, 255, (9, 7, 3), np.uint8)
    )
    assert enlarged.shape == (36, 28, 3) and enlarged.std() > 1


def test_read_ncnn_reads_a_convolution_s_bytes_as_they_are_laid_out():
    """27 half numbers are filled up to 28; the bias follows in single precision."""
    param, numbers, _ = tiny_ncnn.compact()
    weight = struct.unpack("<81e", numbers[4:166])
    bias = struct.unpack("<3f", numbers[168:180])
    found = read_ncnn(param, numbers, "by hand")
    assert found["body.0.weight"].flatten().tolist() == list(weight)
    assert found["body.0.bias"].tolist() == list(bias)


@pytest.mark.parametrize("kind", ["compact", "compact single", "rrdb"])
@pytest.mark.parametrize("change", ["a byte less", "half", "nothing", "a byte more"])
def test_read_ncnn_refuses_a_bin_that_is_cut_off_or_too_long(kind, change):
    param, numbers, _ = NETWORKS[kind]()
    other = {
        "a byte less": numbers[:-1],
        "half": numbers[: len(numbers) // 2],
        "nothing": b"",
        "a byte more": numbers + b"\0",
    }[change]
    with pytest.raises(ModelError, match=r"x4\.bin (is cut off|has 1 bytes more)") as fault:
        read_ncnn(param, other, "x4")
    assert "\n" not in str(fault.value)


def test_read_ncnn_refuses_quantised_weights():
    param, numbers, _ = tiny_ncnn.compact()
    other = struct.pack("<I", tiny_ncnn.INT8) + numbers[4:]
    with pytest.raises(ModelError, match=r"Conv_0 has weights of the kind 0x000d4b38.*quantised"):
        read_ncnn(param, other, "x4")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"1=3 4=1", b"1=5 4=1"),  # another kernel
        (b"4=1 5=1", b"3=2 4=1 5=1"),  # a stride
        (LEAKY := tiny_ncnn.LEAKY.encode(), b" 9=2 -23310=1,1.000000e-01"),  # another slope
        (LEAKY, b" 9=1"),  # ReLU
        (b"-23301=2,2.000000e-01", b"-23301=2,1.000000e+00"),  # another share
        (b"0=1 1=2.000000e+00", b"0=2 1=2.000000e+00"),  # bilinear
        (b"BinaryOp Add", b"Sigmoid Add"),
        (b"Concat", b"Crop"),
    ],
)
def test_read_ncnn_refuses_another_network(old, new):
    param, numbers, _ = tiny_ncnn.rrdb()
    assert old in param
    with pytest.raises(ModelError, match="neither RRDBNet"):
        read_ncnn(param.replace(old, new, 1), numbers, "x4")


def test_read_ncnn_refuses_one_s_weights_for_the_other_s_layers():
    with pytest.raises(ModelError, match=r"x4\.bin"):
        read_ncnn(tiny_ncnn.rrdb()[0], tiny_ncnn.compact()[1], "x4")


@pytest.mark.parametrize(
    "change",
    [
        lambda text: b"",
        lambda text: b"7767518" + text[7:],
        lambda text: text[:-40],
        lambda text: text.replace(b"6=81", b"6=x"),
        lambda text: b"\xff\xfe" + text,
        lambda text: text.replace(b"1 1 a b", b"1 9 a b", 1),
    ],
)
def test_read_param_refuses_what_is_broken(change):
    with pytest.raises(ModelError, match=r"x4\.param is broken") as fault:
        read_param(change(tiny_ncnn.compact()[0]), "x4")
    assert "\n" not in str(fault.value)


@pytest.mark.parametrize("count", [b"6=82", b"6=0", b"6=-81"])
def test_read_ncnn_refuses_counts_that_cannot_be(count):
    param, numbers, _ = tiny_ncnn.compact()
    with pytest.raises(ModelError, match=r"does not fit its \.param"):
        read_ncnn(param.replace(b"6=81", count, 1), numbers, "x4")
