"""From a recipe's folders to captioned pictures in buckets."""

import shutil
from pathlib import Path

import pytest
from PIL import Image

from storybook.config import shipped
from storybook.errors import TrainingError
from training.data.latents import _fingerprint
from training.data.lessons import gather
from training.recipe import recipe_of

PETS = shipped("assets", "pets")
REAL = Path(__file__).parents[2] / "shared" / "data" / "pets"


def recipe(photos, **settings):
    concept = {"photos": str(photos), "token": "bhna", "class_word": "cat"}
    concept |= settings.pop("concept", {})
    return recipe_of({"preset": "none", "model": "m", "concept": [concept]} | settings)[0]


def test_pet_and_class_are_captioned_and_balanced():
    chosen = recipe(PETS / "bhna-cat", concept={"class_photos": str(PETS / "cat")}, repeats=2)
    lessons = gather(chosen, (128, 128), [None]).lessons
    own = [each for each in lessons.examples if not each.is_class]
    others = [each for each in lessons.examples if each.is_class]
    assert all("bhna cat" in each.captions[0] for each in own)
    assert all("bhna" not in each.captions[0] and " cat" in each.captions[0] for each in others)
    assert sum(each.repeats for each in own) == sum(each.repeats for each in others) == 48
    assert set(lessons.buckets) == {(128, 128)}


def test_photos_without_words_are_called_by_name(tmp_path):
    for number in (1, 2):
        shutil.copy(PETS / "bhna-cat" / f"{number:02d}.jpg", tmp_path / f"IMG_{number}.jpg")
    lessons = gather(recipe(tmp_path), (128, 128), [None]).lessons
    assert {each.captions for each in lessons.examples} == {("bhna cat",)}


def test_held_out_pictures_are_not_learnt_from():
    chosen = recipe(PETS / "bhna-cat", held_out=3)
    gathered = gather(chosen, (128, 128), [None])
    taught = {each.path for each in gathered.lessons.examples}
    kept = {each.path for each in gathered.held_out.examples}
    assert len(kept) == 3 and not taught & kept and len(taught | kept) == 24
    assert gather(chosen, (128, 128), [None]).held_out == gathered.held_out
    most = gather(recipe(PETS / "bhna-cat", held_out=99), (128, 128), [None])
    assert len(most.held_out.examples) == 8  # a third


def test_captions_alone_without_token_or_class(tmp_path):
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        shutil.copy(PETS / "cat" / "01.jpg", tmp_path / name / f"a cat on a {name}_(1).jpg")
    Image.new("RGB", (80, 80), "red").save(tmp_path / "two" / "a red wall_x.png")
    chosen = recipe(tmp_path, concept={"token": "", "class_word": ""})
    said = {each.captions for each in gather(chosen, (64, 64), [None]).lessons.examples}
    assert said == {("a cat on a one",), ("a red wall",)}  # the second cat is the same picture


def test_nothing_to_learn_from_is_said(tmp_path):
    Image.new("RGB", (4, 4)).save(tmp_path / "tiny.png")
    with pytest.raises(TrainingError, match="can be learnt from"):
        gather(recipe(tmp_path), (512, 512), [None])


def test_latents_are_known_by_content(tmp_path):
    shutil.copy(PETS / "cat" / "01.jpg", tmp_path / "01.jpg")
    before = _fingerprint(gather(recipe(tmp_path), (128, 128), [None]).lessons, "vae", False)
    assert _fingerprint(gather(recipe(tmp_path), (64, 64), [None]).lessons, "vae", False) != before
    assert (
        _fingerprint(gather(recipe(tmp_path), (128, 128), [None]).lessons, "other", False) != before
    )
    shutil.copy(PETS / "cat" / "02.jpg", tmp_path / "01.jpg")
    assert (
        _fingerprint(gather(recipe(tmp_path), (128, 128), [None]).lessons, "vae", False) != before
    )


@pytest.mark.skipif(not REAL.is_dir(), reason="the real photos are not beside the project")
def test_real_photos_find_their_buckets():
    folder = next(path for path in sorted(REAL.iterdir()) if path.is_dir())
    gathered = gather(recipe(folder), (512, 512), [None])
    assert len(gathered.lessons.examples) >= 3
    for size, bucket in zip(gathered.lessons.sizes, gathered.lessons.buckets, strict=True):
        assert bucket[0] * bucket[1] <= 512 * 512
        assert abs(size[0] / size[1] - bucket[0] / bucket[1]) < 0.35
