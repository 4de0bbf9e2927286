"""Hypernetworks go out as A1111 reads them, and come back drawing the same."""

import warnings
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.modules import activation

from storybook.errors import ModelError
from storybook.models.hypernetwork import (
    ACTIVATIONS,
    UNUSABLE,
    HypernetworkConfig,
    HypernetworkModule,
    attach,
    read_hypernetwork,
)
from storybook.models.painting import open_painter
from storybook.models.weights import Adapter, ComponentOverrides
from tiny_sd import WIDTH, alike, tiny_painter
from tiny_taught import ORIGIN, another_picture, drawn, opened, same_picture
from training.formats.hypernetwork import new_hypernetwork, save_hypernetwork


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_painter(tmp_path_factory.mktemp("models") / "tiny")


DESIGNS = {
    "plain": HypernetworkConfig(),
    "relu": HypernetworkConfig(activation_func="relu", activate_output=False, is_layer_norm=True),
    "deep": HypernetworkConfig(
        layer_structure=(1, 2, 2, 1),
        activation_func="swish",
        use_dropout=True,
        last_layer_dropout=True,
        weight_initialization="KaimingNormal",
    ),
    "shares": HypernetworkConfig(
        activation_func="leakyrelu",
        dropout_structure=(0, 0.1, 0),
        weight_initialization="XavierUniform",
    ),
}


@pytest.mark.parametrize("design", DESIGNS.values(), ids=DESIGNS)
def test_a_hypernetwork_draws_the_same(
    folder: Path, tmp_path: Path, design: HypernetworkConfig
) -> None:
    pipe, file = opened(folder), tmp_path / "rex.pt"
    before = drawn(pipe)
    hypernetwork = new_hypernetwork(pipe.unet, design, torch.Generator().manual_seed(1))
    with torch.no_grad():
        for weight in hypernetwork.networks.parameters():
            weight.add_(0.1)
    hypernetwork.networks.eval()
    handles = attach(hypernetwork, pipe.unet)
    picture = drawn(pipe)
    assert another_picture(picture, before)
    save_hypernetwork(hypernetwork, file, origin=ORIGIN)
    for handle in handles:
        handle.remove()
    assert np.array_equal(drawn(pipe), before)
    back = read_hypernetwork(file)
    assert back.config == design
    handles = attach(back, pipe.unet)
    assert same_picture(drawn(pipe), picture)
    for handle in handles:
        handle.remove()
    attach(back, pipe.unet, strength=0)
    assert same_picture(drawn(pipe), before)


def test_a_hypernetwork_s_file_is_a1111_s(folder: Path, tmp_path: Path) -> None:
    """Formats 3.7, read with torch alone; the first network bends the keys."""
    pipe = opened(folder)
    hypernetwork = new_hypernetwork(pipe.unet, DESIGNS["relu"], torch.Generator().manual_seed(1))
    save_hypernetwork(hypernetwork, tmp_path / "rex.pt", origin=ORIGIN)
    values = torch.load(tmp_path / "rex.pt", weights_only=True)
    assert [key for key in values if isinstance(key, int)] == [WIDTH, 2 * WIDTH]
    assert {
        key: values[key]
        for key in (
            "step",
            "name",
            "layer_structure",
            "activation_func",
            "is_layer_norm",
            "activate_output",
            "use_dropout",
            "sd_checkpoint_name",
        )
    } == {
        "step": 40,
        "name": "rex",
        "layer_structure": [1, 2, 1],
        "activation_func": "relu",
        "is_layer_norm": True,
        "activate_output": False,
        "use_dropout": False,
        "sd_checkpoint_name": "tiny",
    }
    for_keys, _ = values[WIDTH]
    assert {name: tuple(each.shape) for name, each in for_keys.items() if "weight" in name} == {
        "linear.0.weight": (32, 16),
        "linear.2.weight": (32,),
        "linear.3.weight": (16, 32),
        "linear.4.weight": (16,),
    }
    x = torch.randn(1, 3, WIDTH)
    hidden = nn.functional.relu(x @ for_keys["linear.0.weight"].T + for_keys["linear.0.bias"])
    hidden = nn.functional.layer_norm(
        hidden, (32,), for_keys["linear.2.weight"], for_keys["linear.2.bias"]
    )
    out = hidden @ for_keys["linear.3.weight"].T + for_keys["linear.3.bias"]
    out = nn.functional.layer_norm(
        out, (16,), for_keys["linear.4.weight"], for_keys["linear.4.bias"]
    )
    bend = hypernetwork.networks[str(WIDTH)][0]
    assert alike(bend(x, 0.5), x + 0.5 * out)


def test_dropout_goes_where_a1111_has_it() -> None:
    def kinds(**said: object) -> list[str]:
        return [
            type(layer).__name__
            for layer in HypernetworkModule(8, HypernetworkConfig(**said)).linear
        ]

    four = (1, 2, 2, 1)
    assert kinds(use_dropout=True) == ["Linear", "Linear"]
    assert kinds(use_dropout=True, last_layer_dropout=True) == ["Linear", "Dropout", "Linear"]
    two = (1, 1)
    assert kinds(use_dropout=True, layer_structure=two) == ["Linear"]
    assert kinds(last_layer_dropout=True, use_dropout=True, layer_structure=two)[1:] == ["Dropout"]
    assert kinds(dropout_structure=(0, 0.2, 0), layer_structure=two) == ["Linear", "Dropout"]
    assert kinds(dropout_structure=(0, 0, 0, 0), layer_structure=two) == ["Linear"]
    assert kinds(use_dropout=True, layer_structure=four) == ["Linear", "Dropout"] + ["Linear"] * 2
    assert kinds(activation_func="tanh") == ["Linear", "Tanh", "Linear", "Tanh"]
    assert kinds(activation_func="linear") == ["Linear", "Linear"]


def test_hypernetworks_of_old_and_of_no_use(folder: Path, tmp_path: Path) -> None:
    file, unet = tmp_path / "old.pt", opened(folder).unet
    old = {
        "linear1.weight": torch.zeros(24, 12),
        "linear1.bias": torch.zeros(24),
        "linear2.weight": torch.zeros(12, 24),
        "linear2.bias": torch.zeros(12),
    }
    torch.save({12: (old, old)}, file)
    with pytest.raises(ModelError, match=r"for widths 12, and this model's attention has 16, 32"):
        attach(read_hypernetwork(file), unet)
    for values, message in (
        ({"string_to_param": {}}, "is no hypernetwork: it holds string_to_param"),
        ({12: (old, old), "layer_structure": [1, 3, 1]}, "is not built as it says"),
        ({12: (old, old), "layer_structure": [2, 1]}, "begins and ends with 1"),
        ({12: (old, old), "activation_func": "relo"}, "Did you mean relu"),
        ({12: (old, old), "dropout_structure": [0]}, "one share for each"),
        ({12: (old, old), "dropout_structure": [0, 1.5, 0]}, "is not built as it says"),
        ({12: (old, old), "activation_func": "glu"}, "glu builds no network. Did you mean gelu"),
    ):
        torch.save(values, file)
        with pytest.raises(ModelError, match=message):
            read_hypernetwork(file)
    file.write_bytes(b"")
    with pytest.raises(ModelError, match=r"old\.pt"):
        read_hypernetwork(file)


@pytest.mark.parametrize("name", sorted(ACTIVATIONS))
def test_read_hypernetwork_knows_each_activation_of_torch(tmp_path: Path, name: str) -> None:
    """A1111 looks them up among torch's classes by their names in small letters."""
    file, width = tmp_path / "rex.pt", 4
    torch.manual_seed(0)
    network = {
        "linear.0.weight": torch.randn(8, width),
        "linear.0.bias": torch.randn(8),
        "linear.2.weight": torch.randn(width, 8),
        "linear.2.bias": torch.randn(width),
    }
    if name == "prelu":  # it has a weight of its own
        network["linear.1.weight"] = torch.tensor([0.4])
    values = {width: (network, network), "activation_func": name, "activate_output": False}
    if name in ("linear", *UNUSABLE):
        network |= {
            f"linear.1.{kind}": network.pop(f"linear.2.{kind}") for kind in ("weight", "bias")
        }
    torch.save(values, file)
    if name in UNUSABLE:
        with pytest.raises(ModelError, match=f"{name} builds no network"):
            read_hypernetwork(file)
        one = {f"linear.0.{kind}": network[f"linear.1.{kind}"] for kind in ("weight", "bias")}
        one["linear.0.weight"] = torch.randn(width, width)
        torch.save(values | {width: (one, one), "layer_structure": [1, 1]}, file)
        assert not read_hypernetwork(file).config.activates, "it is named, and comes nowhere"
        return
    found = read_hypernetwork(file)
    x = torch.randn(2, 3, width)
    hidden = x @ network["linear.0.weight"].T + network["linear.0.bias"]
    if name != "linear":
        kind = {each.lower(): each for each in activation.__all__} | {"swish": "Hardswish"}
        own = getattr(nn, kind[name])()
        if name == "prelu":
            own.weight.data = network["linear.1.weight"]
        with warnings.catch_warnings(action="ignore"):  # of a dimension that nobody named
            hidden = own.eval()(hidden)
    out_at = "linear.1" if name == "linear" else "linear.2"
    wanted = x + hidden @ network[f"{out_at}.weight"].T + network[f"{out_at}.bias"]
    bend = found.networks[str(width)][0]
    assert torch.allclose(bend(x), wanted, atol=1e-5)
    alone = torch.allclose(bend(x[:1]), wanted[:1], atol=1e-5)
    assert found.config.mixes != alone, "only what mixes depends on its batch"


def test_a_painter_with_one_that_mixes_draws_alone(folder: Path, tmp_path: Path) -> None:
    for name, batch in (("softmax", 1), ("mish", 8)):
        chance = torch.Generator().manual_seed(1)
        design = HypernetworkConfig(activation_func=name, weight_initialization="XavierNormal")
        network = new_hypernetwork(opened(folder).unet, design, chance)
        save_hypernetwork(network, tmp_path / f"{name}.pt", origin=ORIGIN)
        overrides = ComponentOverrides(hypernetworks=(Adapter(tmp_path / f"{name}.pt"),))
        assert open_painter(folder, device="cpu", overrides=overrides).batch == batch
