"""Enlarging tile by tile is enlarging at once, for any size and any mode."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from safetensors.torch import save_file
from spandrel.architectures.Compact import Compact

from storybook.errors import ConfigError, ModelError, OutOfMemory
from storybook.images.rgb import plain_rgb
from storybook.models.enlargers import TiledEnlarger, brought_to, cuts, open_enlarger
from storybook.records import Prompt
from tiny_sd import tiny_compact, tiny_rrdb

PROMPT = Prompt(page=1, positive="a cat")
REACH_PX = 4  # of the tiny compact network
OVERLAP_PX = 12  # three eighths of it are thrown away, which must be the reach at least


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_compact(tmp_path_factory.mktemp("models") / "x4.safetensors")


@pytest.fixture(scope="module")
def tiled(file: Path) -> TiledEnlarger:
    return open_enlarger(file, device="cpu", tile_px=32, overlap_px=OVERLAP_PX)


@pytest.fixture(scope="module")
def whole(file: Path) -> TiledEnlarger:
    return open_enlarger(file, device="cpu", tile_px=4096)


def noise(width: int, height: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 255, (height, width, 3), np.uint8)


@settings(max_examples=40, deadline=None)
@given(width=st.integers(1, 90), height=st.integers(1, 90))
def test_tiles_leave_no_trace(
    tiled: TiledEnlarger, whole: TiledEnlarger, width: int, height: int
) -> None:
    levels = noise(width, height)
    one, other = tiled.once(levels).astype(int), whole.once(levels).astype(int)
    assert one.shape == (4 * height, 4 * width, 3)
    assert np.abs(one - other).max() <= 1


@given(length=st.integers(1, 5000), tile=st.integers(32, 600), overlap=st.integers(0, 300))
def test_cuts_cover_a_side_with_enough_overlap(length: int, tile: int, overlap: int) -> None:
    overlap = min(overlap, tile // 2)
    found = cuts(length, tile, overlap)
    assert found[0][0] == 0 and found[-1][1] == length
    assert all(0 < stop - start <= tile for start, stop in found)
    for (_, stop), (start, _) in pairwise(found):
        assert stop - start >= overlap


def test_a_picture_gets_exactly_the_width_asked(tiled: TiledEnlarger) -> None:
    picture = Image.fromarray(noise(24, 16))
    for width_px, height_px in ((96, 64), (100, 67), (24, 16), (12, 8), (28, 19), (400, 267)):
        enlarged = tiled.enlarge(picture, PROMPT, width_px=width_px, seed=0)
        assert (enlarged.size, enlarged.mode) == ((width_px, height_px), "RGB")


@pytest.mark.parametrize(("width", "height"), [(8000, 60), (60, 8000), (1, 300), (300, 1)])
def test_long_and_thin_pictures(tiled: TiledEnlarger, width: int, height: int) -> None:
    picture = Image.fromarray(noise(width, height))
    for width_px in (min(width, 128), width, round(width * 1.1)):
        enlarged = tiled.enlarge(picture, PROMPT, width_px=width_px, seed=0)
        assert enlarged.size == (width_px, max(1, round(height * width_px / width)))


def test_a_large_picture_is_no_larger_on_its_way(tiled: TiledEnlarger) -> None:
    seen = []

    def once(levels: np.ndarray) -> np.ndarray:
        seen.append(levels.shape)
        return tiled.once(levels)

    square = Image.new("RGB", (2000, 2000), "teal")
    assert brought_to(2048, square, once).size == (2048, 2048) and not seen
    assert brought_to(700, square.resize((500, 500)), once).size == (700, 700) and len(seen) == 1


@pytest.mark.parametrize(
    ("scale", "side", "width_px", "passes"),
    [
        (4, 128, 2048, 2),
        (4, 256, 2048, 1),
        (4, 250, 2048, 2),
        (4, 512, 2048, 1),
        (2, 128, 1024, 3),
        (2, 512, 2048, 2),
    ],
)
def test_no_pass_is_made_of_which_half_is_thrown_away_again(scale, side, width_px, passes) -> None:
    seen = []

    def once(levels: np.ndarray) -> np.ndarray:
        seen.append(len(levels))
        return levels.repeat(scale, 0).repeat(scale, 1)

    picture = Image.new("RGB", (side, side), "teal")
    assert brought_to(width_px, picture, once).size == (width_px, width_px)
    assert len(seen) == passes


def test_brought_to_halves_what_the_network_made_before_its_next_pass() -> None:
    """And ends, whatever a network's scale is: what a pass gains is more than what that takes."""
    passes = {4: [128, 256], 3: [128, 192, 288, 432, 648], 2: [128, 256, 512, 1024]}
    for scale, widths in passes.items():
        seen = []

        def once(levels: np.ndarray, scale: int = scale, seen: list = seen) -> np.ndarray:
            seen.append(levels.shape[1])
            return levels.repeat(scale, 0).repeat(scale, 1)

        plate = brought_to(2048, Image.fromarray(noise(128, 96)), once)
        assert plate.size == (2048, 1536) and seen == widths


def test_brought_to_keeps_the_colours_of_broad_areas() -> None:
    def once(levels: np.ndarray) -> np.ndarray:
        return (levels.repeat(4, 0).repeat(4, 1).astype(int) + 6).clip(0, 255).astype(np.uint8)

    picture = Image.new("RGB", (128, 128), (120, 130, 140))
    plate = np.asarray(brought_to(2048, picture, once), int)
    assert np.abs(plate - (120, 130, 140)).max() <= 1


def test_an_enlarged_picture_is_the_same_picture(tmp_path: Path) -> None:
    file = tmp_path / "plain.safetensors"
    net = Compact(num_in_ch=3, num_out_ch=3, num_feat=8, num_conv=1, upscale=4)
    for weight in net.parameters():  # all that is left is the network's own nearest neighbour
        torch.nn.init.zeros_(weight)
    save_file(net.state_dict(), file)
    picture = Image.fromarray(noise(20, 30))
    enlarged = open_enlarger(file, device="cpu").enlarge(picture, PROMPT, width_px=80, seed=0)
    assert np.array_equal(np.asarray(enlarged), np.asarray(picture.resize((80, 120), 0)))


def test_a_published_pickle_opens(tmp_path: Path) -> None:
    enlarger = open_enlarger(tiny_rrdb(tmp_path / "RealESRGAN.pth"), device="cpu")
    assert enlarger.name.startswith("RealESRGAN-")
    assert enlarger.enlarge(Image.new("RGB", (1, 9)), PROMPT, width_px=4, seed=0).size == (4, 36)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "CMYK", "YCbCr", "I", "F", "I;16"])
def test_any_mode_becomes_rgb(mode: str) -> None:
    if mode == "I;16":
        picture = Image.fromarray(np.full((4, 4), 65535, np.uint16))
    else:
        picture = Image.new(mode, (4, 4))
    assert plain_rgb(picture).mode == "RGB"


def test_depth_and_transparency_are_kept_plainly() -> None:
    deep = Image.fromarray(np.array([[0, 257 * 100, 65535]], np.uint16))
    assert np.asarray(plain_rgb(deep))[0, :, 0].tolist() == [0, 100, 255]
    assert plain_rgb(Image.new("RGBA", (1, 1), (9, 9, 9, 0))).getpixel((0, 0)) == (255, 255, 255)


def test_what_is_no_enlarger(tmp_path: Path) -> None:
    file = tmp_path / "x.safetensors"
    save_file({"conv.weight": torch.zeros(3, 3)}, file)
    with pytest.raises(ModelError, match=r"x\.safetensors is no enlarger that is known"):
        open_enlarger(file, device="cpu")
    grey = Compact(num_in_ch=1, num_out_ch=1, num_feat=8, num_conv=1, upscale=4)
    save_file(grey.state_dict(), file)
    with pytest.raises(ModelError, match="1-channel"):
        open_enlarger(file, device="cpu")
    same = Compact(num_in_ch=3, num_out_ch=3, num_feat=8, num_conv=1, upscale=1)
    save_file(same.state_dict(), file)
    with pytest.raises(ModelError, match="x1, no enlarger"):
        open_enlarger(file, device="cpu")
    file.write_bytes(file.read_bytes()[:-9])
    with pytest.raises(ModelError, match="cut off"):
        open_enlarger(file, device="cpu")


def test_tiles_smaller_than_their_overlap(file: Path) -> None:
    with pytest.raises(ConfigError, match=r"tile_px is 32 and enlarge\.overlap_px 20"):
        open_enlarger(file, device="cpu", tile_px=32, overlap_px=20)
    with pytest.raises(ConfigError, match="no device"):
        open_enlarger(file, device="gpu")


def test_tiles_that_do_not_fit_are_halved(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    enlarger = open_enlarger(file, device="cpu", tile_px=256, overlap_px=OVERLAP_PX)
    image = Image.fromarray(noise(200, 150))
    calm = enlarger.enlarge(image, PROMPT, width_px=800, seed=1)
    real, seen, room = TiledEnlarger._network_on, [], 70

    def cramped(self, levels):
        seen.append(max(levels.shape[:2]))
        if seen[-1] > room:
            raise OutOfMemory("no room")
        return real(self, levels)

    monkeypatch.setattr(TiledEnlarger, "_network_on", cramped)
    found = enlarger.enlarge(image, PROMPT, width_px=800, seed=1)
    assert seen[0] == 200 and max(seen[2:]) <= 64
    assert np.abs(np.asarray(found, int) - np.asarray(calm, int)).max() <= 1
    room = 10
    with pytest.raises(OutOfMemory, match="no room"):
        enlarger.enlarge(image, PROMPT, width_px=800, seed=1)
