"""Pictures that are not for children are not kept: the checker's real class at small size."""

import json
from pathlib import Path

import pytest
import torch
from diffusers.pipelines.stable_diffusion.safety_checker import StableDiffusionSafetyChecker
from PIL import Image
from transformers import CLIPConfig

from books import doubles, made, new_book
from storybook.book.folder import Book
from storybook.errors import ModelError, NotForChildren
from storybook.models.safety import open_safety_checker
from storybook.stages import choose, draw
from storybook.studio.studio import Studio

ANYTHING, NOTHING = -2.0, 2.0
"""Thresholds of a cosine that every picture is above, and that none is."""
OLD_EYES = {
    "crop_size": 32,
    "do_center_crop": True,
    "do_normalize": True,
    "do_resize": True,
    "feature_extractor_type": "CLIPFeatureExtractor",
    "image_mean": [0.48, 0.46, 0.41],
    "image_std": [0.27, 0.26, 0.28],
    "resample": 3,
    "size": 32,
}
"""In the words that the checker's folder was published in."""


def tiny_checker(painter: Path, threshold: float) -> Path:
    """A safety checker in a painter's folder, as Stable Diffusion's lies there."""
    torch.manual_seed(0)
    part = {
        "hidden_size": 16,
        "intermediate_size": 16,
        "num_hidden_layers": 1,
        "num_attention_heads": 2,
        "projection_dim": 8,
    }
    vision = part | {"image_size": 32, "patch_size": 8}
    model = StableDiffusionSafetyChecker(
        CLIPConfig(text_config=part, vision_config=vision, projection_dim=8)
    )
    torch.nn.init.constant_(model.concept_embeds_weights, threshold)
    torch.nn.init.constant_(model.special_care_embeds_weights, NOTHING)
    model.save_pretrained(painter / "safety_checker")
    eyes = painter / "feature_extractor"
    eyes.mkdir(exist_ok=True)
    (eyes / "preprocessor_config.json").write_text(json.dumps(OLD_EYES))
    return painter / "safety_checker"


@pytest.mark.parametrize(("threshold", "refused"), [(ANYTHING, True), (NOTHING, False)])
@pytest.mark.parametrize("kind", ["RGB", "L", "RGBA"])
def test_the_checker_s_thresholds_decide(tmp_path, threshold, refused, kind):
    checker = open_safety_checker(tiny_checker(tmp_path, threshold), device="cpu")
    assert checker.flags(Image.effect_noise((64, 40), 90).convert(kind)) is refused


def test_it_sees_the_picture(tmp_path):
    """Between two pictures' own cosines lies a threshold that tells them apart."""
    folder = tiny_checker(tmp_path, NOTHING)
    checker = open_safety_checker(folder, device="cpu")
    red, noise = Image.new("RGB", (64, 64), "red"), Image.effect_noise((64, 64), 90)

    def tells_apart(threshold):
        checker.model.concept_embeds_weights.fill_(threshold)
        return checker.flags(red) != checker.flags(noise)

    with torch.no_grad():
        assert any(map(tells_apart, torch.linspace(-1, 1, 400).tolist()))


def test_bad_folders_are_said(tmp_path):
    with pytest.raises(ModelError, match="nowhere"):
        open_safety_checker(tmp_path / "nowhere")
    folder = tiny_checker(tmp_path, NOTHING)
    (tmp_path / "feature_extractor" / "preprocessor_config.json").rename(tmp_path / "away.json")
    with pytest.raises(ModelError, match=r"no preprocessor_config\.json"):
        open_safety_checker(folder)
    (folder / "config.json").write_text('{"architectures": ["CLIPModel"]}')
    with pytest.raises(ModelError, match=r"is no picture safety checker.*CLIPModel"):
        open_safety_checker(folder)


@pytest.fixture
def book() -> Book:
    return new_book()


def guarded(folder: Path, *changes: str) -> Studio:
    return doubles(f"draw.safety={folder}", *changes)


def test_refused_pictures_are_not_kept_and_not_drawn_again(book, tmp_path):
    studio = guarded(tiny_checker(tmp_path, ANYTHING))
    events = made(book, studio, until="draw")
    assert [book.pictures(page) for page in range(5)] == [[]] * 5
    assert sum("not for children" in event.note for event in events) == 5 * 2
    assert draw.due(book, studio) == []
    with pytest.raises(NotForChildren, match=r"page 0, 1, 2, 3, 4\. .*storybook reroll book 0"):
        made(book, studio)


def test_what_the_checker_lets_through_is_a_book(book, tmp_path):
    made(book, guarded(tiny_checker(tmp_path, NOTHING)))
    assert book.pdf.is_file()


def test_the_rest_is_chosen_among_and_each_page_is_gone_through(book, tmp_path):
    """One picture of page 1 and all of page 2 are kept back."""
    studio = guarded(tiny_checker(tmp_path, NOTHING))
    made(book, studio, until="draw")
    first, others = book.pictures(1), book.pictures(2)
    for page, candidate in [(1, first[0]), *((2, other) for other in others)]:
        book.picture(page, candidate).unlink()
        book.refusal_of(page, candidate).write_text("{}")
    with pytest.raises(NotForChildren, match=r"page 2\. "):
        made(book, studio)
    assert book.picked(1) == first[1] and book.pick(0) is not None
    assert choose.due(book, studio) == [2]


def test_who_puts_the_safety_checker_aside_gets_every_picture(book, tmp_path):
    folder = tiny_checker(tmp_path, ANYTHING)
    made(book, guarded(folder), until="draw")
    made(book, guarded(folder, "write.for_children=false"))
    assert all(len(book.pictures(page)) == 2 for page in range(5))
    assert not list(book.folder.rglob("*.refused.json"))


def test_a_painter_s_own_checker_is_found(tmp_path):
    painter = tmp_path / "painter"
    folder = tiny_checker(painter, NOTHING)
    assert doubles(f"draw.painter={painter}").safety_checker_path == folder
    assert doubles().safety_checker_path is None
    for change in ("draw.safety=elsewhere", "write.for_children=false"):
        other = doubles(f"draw.painter={painter}", change).safety_checker_path
        assert other != folder
