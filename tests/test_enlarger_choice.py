"""Weights by their names: in use once they are fetched, and no old plate or book due for it."""

import hashlib
import shutil
from pathlib import Path

import pytest

from books import doubles, made, new_book
from storybook.config import load_settings
from storybook.errors import ModelError
from storybook.models import packaged
from storybook.models.packaged import Package, Packaged
from storybook.stages import bind, enlarge
from storybook.studio.doctor import models_of
from storybook.studio.enlarger_choice import enlarger_file, enlarger_names, is_controlled
from storybook.studio.studio import Studio
from tiny_sd import tiny_compact


@pytest.fixture
def named(tmp_path, monkeypatch) -> Path:
    """`tiny-x4` is known and lies in `elsewhere/`; it is in use once it lies in `models/`."""
    (tmp_path / "elsewhere").mkdir()
    file = tiny_compact(tmp_path / "elsewhere" / "tiny-x4.safetensors", seed=1)
    wheel = Package(
        name="tiny", version="1", wheel="tiny.whl", sha256="0" * 64, bytes=1, licence_file="LICENSE"
    )
    weights = Packaged(
        name="tiny-x4",
        what="",
        package=wheel,
        files=(),
        form="as-it-is",
        result=file.name,
        sha256=hashlib.sha256(file.read_bytes()).hexdigest(),
        bytes=1,
        licence="MIT",
        setting="",
    )
    monkeypatch.setattr(packaged, "known", lambda: {"tiny-x4": weights})
    return file


def fetch(file: Path) -> None:
    Path("models").mkdir(exist_ok=True)
    shutil.copy(file, "models")


def forget() -> None:
    shutil.rmtree("models")


def studio(tmp_path: Path, *changes: str) -> Studio:
    """One with a tiny enlarger of its own, and a better one to be had."""
    own = tmp_path / "own.safetensors"
    if not own.exists():
        tiny_compact(own)
    return doubles("enlarge.enlarger=tiny-x4", f"enlarge.otherwise={own}", *changes)


def test_enlarger_file_is_the_other_one_until_the_named_one_is_fetched(named, tmp_path):
    options = studio(tmp_path).settings.enlarge
    assert enlarger_file(options) == tmp_path / "own.safetensors"
    fetch(named)
    assert enlarger_file(options) == Path("models/tiny-x4.safetensors")
    assert {model.door: model.path for model in models_of(studio(tmp_path).settings)}[
        "enlarger"
    ] == "models/tiny-x4.safetensors"


def test_enlarger_file_says_how_to_fetch_what_has_no_other(named):
    with pytest.raises(ModelError, match=r"tiny-x4 has not been fetched.*models get tiny-x4"):
        enlarger_file(doubles("enlarge.enlarger=tiny-x4").settings.enlarge)
    neither = doubles("enlarge.enlarger=tiny-x4", "enlarge.otherwise=models/gone.pth")
    with pytest.raises(ModelError, match=r"tiny-x4 has not been fetched"):
        enlarger_file(neither.settings.enlarge)


def test_enlarger_file_takes_a_path_that_goes_nowhere_for_no_name(named, tmp_path):
    """A slip of the pen is not replaced in silence."""
    asked = studio(tmp_path, "enlarge.enlarger=models/tiny-x5.safetensors")
    with pytest.raises(ModelError, match=r"models/tiny-x5\.safetensors does not exist"):
        asked.enlarger_name()


def test_enlarger_names_are_the_same_two_whichever_is_in_use(named, tmp_path):
    asked = studio(tmp_path).settings.enlarge
    before = enlarger_names(asked, lambda: "painter")
    fetch(named)
    after = enlarger_names(asked, lambda: "painter")
    assert len(set(before)) == 2 and before == after[::-1]
    assert len(enlarger_names(doubles().settings.enlarge, lambda: "painter")) == 1


def test_enlarger_names_are_held_by_a_control_net_where_that_is_for(named, tmp_path):
    """What is painted over before the other weights alone: the old names stay what they were."""
    control = tmp_path / "control.safetensors"
    tiny_compact(control, seed=5)  # any file: only its digest is asked for
    other = studio(tmp_path, f"enlarge.control={control}", "enlarge.control_for=otherwise")
    both = studio(tmp_path, f"enlarge.control={control}")
    old = studio(
        tmp_path, f"enlarge.control={control}", f"enlarge.enlarger={tmp_path / 'own.safetensors'}"
    )
    kept = enlarger_names(old.settings.enlarge, lambda: "painter")[0]
    assert is_controlled(other.settings.enlarge)
    before = enlarger_names(other.settings.enlarge, lambda: "painter")
    assert before[0] == kept and "held" in kept and "held" not in before[1]
    fetch(named)
    assert not is_controlled(other.settings.enlarge) and is_controlled(both.settings.enlarge)
    assert enlarger_names(other.settings.enlarge, lambda: "painter") == before[::-1]
    assert all("held" in each for each in enlarger_names(both.settings.enlarge, lambda: "painter"))
    third = tiny_compact(tmp_path / "third.safetensors", seed=3)
    mine = studio(
        tmp_path,
        f"enlarge.control={control}",
        "enlarge.control_for=otherwise",
        f"enlarge.enlarger={third}",
    )
    assert is_controlled(mine.settings.enlarge), "a file of one's own is not the named weights"
    off = studio(tmp_path, "enlarge.control_for=otherwise")
    assert not is_controlled(off.settings.enlarge)


def test_an_old_book_is_not_due_when_better_weights_are_fetched_or_lost(named, tmp_path):
    book = new_book()
    old = studio(tmp_path, "enlarge.enlarger=" + str(tmp_path / "own.safetensors"))
    made(book, old)
    plates = [book.plate_of(page).read_bytes() for page in range(5)]
    fetch(named)
    assert enlarge.due(book, studio(tmp_path)) == [] == bind.due(book, studio(tmp_path))
    book.plate_of(2).unlink()
    made(book, studio(tmp_path))
    assert book.plate_of(2).read_bytes() != plates[2], "a new plate is by the better one"
    assert book.plate_of(1).read_bytes() == plates[1]
    forget()
    assert enlarge.due(book, studio(tmp_path)) == [] == bind.due(book, studio(tmp_path))


def test_other_settings_make_a_plate_due_as_ever(named, tmp_path):
    book = new_book()
    made(book, studio(tmp_path))
    fetch(named)
    assert enlarge.due(book, studio(tmp_path, "enlarge.width_px=256")) == list(range(5))
    third = tiny_compact(tmp_path / "third.safetensors", seed=3)
    assert enlarge.due(book, studio(tmp_path, f"enlarge.enlarger={third}")) == list(range(5))


def test_enlarge_says_once_that_better_weights_could_be_had(named, tmp_path):
    said = [event.note for event in made(new_book(), studio(tmp_path))]
    assert sum("storybook models get tiny-x4" in note for note in said) == 1
    fetch(named)
    said = [event.note for event in made(new_book("other"), studio(tmp_path))]
    assert not any("models get" in note for note in said)


def test_load_settings_anchors_the_other_weights_where_the_studio_lies(tmp_path):
    own = tmp_path / "studios" / "own.safetensors"
    own.parent.mkdir()
    tiny_compact(own)
    file = tmp_path / "studios" / "mine.toml"
    file.write_text(
        '[write]\nwriter = "echo"\n[draw]\npainter = "flat"\n[choose]\ncritic = "length"\n'
        '[enlarge]\nenlarger = "realesrgan-x4plus"\notherwise = "own.safetensors"\n'
    )
    enlarge_ = load_settings(str(file)).enlarge
    assert enlarge_.otherwise == str(own) and enlarge_.enlarger == "realesrgan-x4plus"
