"""Earlier pictures are found, whatever else lies beside them."""

import os
from pathlib import Path

import pytest
from PIL import Image, PngImagePlugin

from storybook.book.search import pictures_in
from storybook.errors import BookError


def lay(file: Path, parameters: str | None, age_s: int) -> None:
    facts = PngImagePlugin.PngInfo()
    if parameters is not None:
        facts.add_text("parameters", parameters)
    Image.new("RGB", (8, 8)).save(file, pnginfo=facts)
    os.utime(file, (1_000_000 - age_s,) * 2)


def test_pictures_in_passes_over_what_it_cannot_read(tmp_path: Path) -> None:
    """One bad file hides no other: not one of another program, nor one that is no picture."""
    facts = "Steps: 3, Sampler: Euler, CFG scale: {}, Seed: {}, Size: 8x8, Model: old"
    lay(tmp_path / "ours.png", "a cat\n" + facts.format(7, 1), 30)
    lay(tmp_path / "random.png", "a dog\n" + facts.format("None", "random"), 10)
    lay(tmp_path / "lines.png", "a fox\r\n" + facts.format(7, 2) + "\n", 20)
    lay(tmp_path / "silent.png", None, 0)
    (tmp_path / "text.png").write_text("no picture")
    (tmp_path / "gone.png").symlink_to(tmp_path / "nowhere.png")
    (tmp_path / "folder.png").mkdir()
    found = list(pictures_in(tmp_path))
    assert [each.path.stem for each in found] == ["random", "lines", "ours"], "the newest first"
    assert [each.infotext.positive for each in found] == ["a dog", "a fox", "a cat"]
    assert [each.path.stem for each in pictures_in(tmp_path, words="OLD seed 2")] == ["lines"]


def test_pictures_in_says_that_there_is_no_folder(tmp_path: Path) -> None:
    with pytest.raises(BookError, match="There is no folder"):
        list(pictures_in(tmp_path / "none"))
