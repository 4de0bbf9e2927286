"""The realesrgan package's class makes what ours does of the same weights."""

import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import save_file

from storybook.config import load_settings
from storybook.errors import ConfigError, ModelError
from storybook.models.enlargers import open_enlarger
from storybook.models.real_esrgan import imports_mended, open_package_enlarger
from storybook.records import Prompt
from storybook.studio.studio import Studio
from tiny_sd import tiny_compact

THERE = find_spec("realesrgan") is not None
installed = pytest.mark.skipif(
    not THERE, reason="realesrgan is not installed: pip install 'storybook[realesrgan]'"
)
PROMPT = Prompt(page=1, positive="a cat")


def picture(width: int, height: int) -> Image.Image:
    levels = np.random.default_rng(0).integers(0, 256, (height, width, 3), np.uint8)
    return Image.fromarray(levels)


def tiny_net(file: Path, scale: int) -> Path:
    """A network of the package's own, as its authors publish them."""
    with imports_mended():
        from basicsr.archs.rrdbnet_arch import RRDBNet
    torch.manual_seed(0)
    net = RRDBNet(3, 3, scale=scale, num_feat=8, num_block=2)  # and growth 32, as all have
    for weight in net.parameters():  # as it begins, its picture is next to nothing
        torch.nn.init.normal_(weight, std=0.07)
    torch.save({"params_ema": net.state_dict()}, file)
    return file


@installed
@pytest.mark.parametrize("kind", ["RRDBNet x4", "RRDBNet x2", "SRVGGNetCompact x4"])
def test_both_make_the_same_pixels_of_the_same_weights(kind: str, tmp_path: Path) -> None:
    if "RRDB" in kind:
        file = tiny_net(tmp_path / "net.pth", int(kind[-1]))
    else:
        file = tiny_compact(tmp_path / "net.safetensors", convolutions=8)
    theirs = open_package_enlarger(file, device="cpu", tile_px=64)
    ours = open_enlarger(file, device="cpu", tile_px=64)
    levels = np.asarray(picture(48, 36))
    one, other = theirs.once(levels).astype(int), ours.once(levels).astype(int)
    assert one.shape == other.shape and one.std() > 1
    assert np.abs(one - other).max() <= 1
    assert (one == other).mean() > 0.99
    wide = theirs.enlarge(picture(48, 36), PROMPT, width_px=300, seed=0)
    same = ours.enlarge(picture(48, 36), PROMPT, width_px=300, seed=0)
    assert wide.size == same.size == (300, 225)


@installed
def test_its_import_trap_is_handled_and_nothing_is_left_of_it(tmp_path: Path, capsys) -> None:
    one = open_package_enlarger(
        tiny_compact(tmp_path / "net.safetensors"), device="cpu", tile_px=32, overlap_px=16
    )
    assert one.once(np.asarray(picture(70, 50))).shape == (200, 280, 3)
    assert "torchvision.transforms.functional_tensor" not in sys.modules
    assert capsys.readouterr().out == "", "it prints each of its tiles"


@installed
def test_what_it_does_not_know_or_cannot_do(tmp_path: Path) -> None:
    save_file({"model.0.weight": torch.zeros(8, 3, 3, 3)}, tmp_path / "old.safetensors")
    with pytest.raises(ModelError, match=r"no network that realesrgan knows.*engine=own"):
        open_package_enlarger(tmp_path / "old.safetensors", device="cpu")
    half = torch.load(tiny_net(tmp_path / "net.pth", 4))["params_ema"]
    del half["conv_hr.weight"]
    save_file(half, tmp_path / "half.safetensors")
    with pytest.raises(ModelError, match="no network that realesrgan knows"):
        open_package_enlarger(tmp_path / "half.safetensors", device="cpu")
    thin = open_package_enlarger(tiny_net(tmp_path / "x2.pth", 2), device="cpu")
    with pytest.raises(ModelError, match=r"Enlarging 1 x 9 px with realesrgan failed"):
        thin.enlarge(picture(1, 9), PROMPT, width_px=4, seed=0)


@pytest.mark.skipif(THERE, reason="realesrgan is installed")
def test_a_package_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"pip install 'storybook\[realesrgan\]'"):
        open_package_enlarger(tiny_compact(tmp_path / "net.safetensors"), device="cpu")


def test_who_runs_the_network_is_part_of_the_name(tmp_path: Path) -> None:
    file = tiny_compact(tmp_path / "net.safetensors", convolutions=8)
    names = [
        Studio(load_settings("doubles", [f"enlarge.enlarger={file}", *more])).enlarger_name()
        for more in ([], ["enlarge.engine=realesrgan"])
    ]
    assert names[1] == f"realesrgan-{names[0]}"
    with pytest.raises(ConfigError, match=r"enlarge\.engine.*'own' or 'realesrgan'"):
        load_settings("doubles", ["enlarge.engine=waifu"])
