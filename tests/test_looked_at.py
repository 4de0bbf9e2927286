"""A model's files are looked at once where somebody asks only how things stand, else each time."""

from pathlib import Path

import pytest

from storybook.errors import ModelError
from storybook.models import weights
from storybook.models.looked_at import each_once


def model(folder: Path) -> Path:
    folder.mkdir()
    (folder / "model.safetensors").write_bytes(b"weights")
    return folder


def test_a_model_that_changes_has_another_name_and_within_each_once_the_first(tmp_path: Path):
    folder = model(tmp_path / "painter")
    before = weights.weights_digest(folder)
    with each_once():
        assert weights.weights_digest(folder) == before
        (folder / "model.safetensors").write_bytes(b"other weights")
        assert weights.weights_digest(folder) == before
        with each_once():
            assert weights.weights_digest(folder) != before
        assert weights.weights_digest(folder) == before
    assert weights.weights_digest(folder) != before


def test_within_each_once_the_files_are_listed_once(tmp_path: Path, monkeypatch):
    listed, plainly = [], weights._model_files
    monkeypatch.setattr(
        weights, "_model_files", lambda folder: listed.append(folder) or plainly(folder)
    )
    folder = model(tmp_path / "painter")
    with each_once():
        for _ in range(3):
            weights.weights_digest(folder)
        assert listed == [folder]
    weights.weights_digest(folder)
    assert len(listed) == 2


def test_a_model_that_is_missing_is_looked_for_again(tmp_path: Path):
    with each_once():
        with pytest.raises(ModelError, match="does not exist"):
            weights.weights_digest(tmp_path / "painter")
        model(tmp_path / "painter")
        assert len(weights.weights_digest(tmp_path / "painter")) == 12
