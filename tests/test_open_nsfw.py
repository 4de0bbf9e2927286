"""A safety net for painters without a checker, and for photos: with a network written by hand."""

import io
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from books import doubles
from storybook.cli import main
from storybook.config import load_settings
from storybook.errors import ModelError
from storybook.hero import draft as hero_drafts
from storybook.hero.uploads import checked
from storybook.models.open_nsfw import MEAN_BGR, as_seen, open_nsfw
from storybook.studio.safety_checkers import photo_safety_checker
from storybook.studio.studio import Studio
from tiny_onnx import tiny_nsfw

pytest.importorskip("onnxruntime")
LIGHT, DARK = Image.new("RGB", (300, 200), "white"), Image.new("RGB", (300, 200), "black")


@pytest.fixture
def fetched() -> Path:
    """`opennsfw` lies where `models get` puts it, and refuses what is light."""
    Path("models").mkdir()
    return tiny_nsfw(Path("models/opennsfw.onnx"))


def as_jpeg(image: Image.Image) -> bytes:
    data = io.BytesIO()
    image.save(data, "JPEG")
    return data.getvalue()


def test_as_seen_is_the_middle_of_the_picture_in_bgr_less_the_mean():
    image = Image.new("RGB", (512, 256), (10, 20, 30))
    image.paste((255, 0, 0), (0, 0, 512, 10))  # of 256 rows 10 are red, and 16 are cut away
    seen = as_seen(image)
    assert seen.shape == (224, 224, 3) and seen.dtype == np.float32
    assert np.allclose(seen, np.array([30, 20, 10]) - MEAN_BGR)


@pytest.mark.parametrize("kind", ["RGB", "L", "RGBA"])
def test_open_nsfw_refuses_by_what_the_network_sees(tmp_path, kind):
    checker = open_nsfw(tiny_nsfw(tmp_path / "a.onnx"))
    assert checker.flags(LIGHT.convert(kind)) and not checker.flags(DARK.convert(kind))
    other = open_nsfw(tiny_nsfw(tmp_path / "b.onnx", unfit_when_light=-1.0))
    assert not other.flags(LIGHT.convert(kind)) and other.flags(DARK.convert(kind))
    assert 0 <= checker.unfit(DARK) < 0.01 and 0.99 < checker.unfit(LIGHT) <= 1


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda file: file.write_bytes(file.read_bytes()[:-1]), "is broken"),
        (lambda file: file.write_bytes(b""), "is broken|another network"),
        (lambda file: file.write_bytes(b"no network at all"), "is broken"),
        (lambda file: tiny_nsfw(file, side=128), "is another network than open_nsfw"),
        (lambda file: file.unlink(), "does not exist.*models get opennsfw"),
    ],
    ids=["cut by a byte", "empty", "text", "another network", "none"],
)
def test_open_nsfw_refuses_files_in_a_line(tmp_path, change, says):
    file = tiny_nsfw(tmp_path / "a.onnx")
    change(file)
    with pytest.raises(ModelError, match=says) as fault:
        open_nsfw(file)
    assert "\n" not in str(fault.value)


def test_open_nsfw_says_what_it_needs(tmp_path, monkeypatch):
    file = tiny_nsfw(tmp_path / "a.onnx")
    monkeypatch.setitem(__import__("sys").modules, "onnxruntime", None)
    with pytest.raises(ModelError, match=r"pip install 'storybook\[safety\]'"):
        open_nsfw(file)


def painter(tmp_path: Path, *changes: str) -> Studio:
    """A studio whose painter draws anything and brings no checker."""
    (tmp_path / "painter").mkdir(exist_ok=True)
    return doubles(f"draw.painter={tmp_path / 'painter'}", *changes)


def test_a_painter_without_a_checker_has_the_fetched_one(tmp_path, fetched):
    assert painter(tmp_path).safety_checker_path == fetched
    with painter(tmp_path).safety_checker() as checker:
        assert checker.flags(LIGHT) and not checker.flags(DARK)
    (tmp_path / "painter" / "safety_checker").mkdir()
    assert painter(tmp_path).safety_checker_path == tmp_path / "painter" / "safety_checker"
    assert painter(tmp_path, "draw.safety=opennsfw").safety_checker_path == fetched
    assert painter(tmp_path, "draw.safety=elsewhere").safety_checker_path == Path("elsewhere")
    off = painter(tmp_path, "draw.safety=opennsfw", "write.for_children=false")
    assert off.safety_checker_path is None


def test_a_painter_of_the_drawn_world_needs_none(fetched):
    assert Studio(load_settings("starter")).safety_checker_path is None


def test_nobody_looks_where_nothing_was_fetched(tmp_path):
    assert painter(tmp_path).safety_checker_path is None
    assert photo_safety_checker(load_settings("starter")) is None
    with pytest.raises(ModelError, match="models get opennsfw"):
        _ = painter(tmp_path, "draw.safety=opennsfw").safety_checker_path


def test_checked_leaves_out_a_photo_that_the_safety_checker_flags(tmp_path, fetched):
    checker = photo_safety_checker(load_settings("starter"))
    refused = checked("rex.jpg", as_jpeg(LIGHT), checker=checker)
    assert refused.says.startswith("rex.jpg looks as if it were not for children")
    assert not checked("rex.jpg", as_jpeg(DARK), checker=checker).fault
    draft = tmp_path / "draft"
    draft.mkdir()
    assert hero_drafts.take_in(draft, "rex.jpg", as_jpeg(LIGHT), checker).fault
    assert not hero_drafts.photos_of(draft)
    off = photo_safety_checker(load_settings("starter", ["write.for_children=false"]))
    assert off is None and not checked("rex.jpg", as_jpeg(LIGHT), checker=off).fault


def test_hero_add_passes_over_a_photo_that_the_safety_checker_flags(fetched, capsys):
    Path("photos").mkdir()
    rng = np.random.default_rng(1)
    for name, base in (("light", 245), ("dark", 20)):
        levels = np.clip(rng.normal(base, 9, (200, 300, 3)), 0, 255).astype(np.uint8)
        Image.fromarray(levels).save(f"photos/{name}.png")
    assert main(["hero", "add", "rex", "--class", "dog", "--photos", "photos"]) == 0
    assert "passed over: light.png looks as if it were not for children" in capsys.readouterr().out
    assert len(list(Path("heroes/rex/photos").iterdir())) == 1
    shutil.rmtree("heroes")
    Path("models/opennsfw.onnx").write_bytes(b"broken")
    assert main(["hero", "add", "rex", "--class", "dog", "--photos", "photos"]) == 2
    assert "opennsfw.onnx is broken" in capsys.readouterr().err
