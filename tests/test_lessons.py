"""From a recipe's folders to captioned pictures in buckets."""

import json
import shutil
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
import torch
from diffusers import AutoencoderKL
from PIL import Image

from lay import lay
from storybook.config import shipped
from storybook.errors import TrainingError
from training.data.buckets import batches_from, covering_size, first_position
from training.pet.dataset import gather
from training.pet.latent_cache import (
    CropAugmentation,
    _fingerprint,
    cached_latents,
    crop_augmentation,
)
from training.pet.recipe import recipe_of

PETS = shipped("assets", "pets")
REAL = Path(__file__).parents[2] / "shared" / "data" / "pets"


def recipe(photos, **settings):
    concept = {"photos": str(photos), "token": "bhna", "class_word": "cat"}
    concept |= settings.pop("concept", {})
    return recipe_of({"preset": "none", "model": "m", "concept": [concept]} | settings)[0]


def test_pet_and_class_are_captioned_and_balanced():
    chosen = recipe(PETS / "bhna-cat", concept={"class_photos": str(PETS / "cat")}, repeats=2)
    dataset = gather(chosen, (128, 128), [None]).train
    own = [each for each in dataset.examples if not each.is_class]
    others = [each for each in dataset.examples if each.is_class]
    assert all("bhna cat" in each.captions[0] for each in own)
    assert all("bhna" not in each.captions[0] and " cat" in each.captions[0] for each in others)
    assert sum(each.repeats for each in own) == sum(each.repeats for each in others) == 48
    assert set(dataset.buckets) == {(128, 128)}


def test_photos_without_words_are_called_by_name(tmp_path):
    for number in (1, 2):
        shutil.copy(PETS / "bhna-cat" / f"{number:02d}.jpg", tmp_path / f"IMG_{number}.jpg")
    dataset = gather(recipe(tmp_path), (128, 128), [None]).train
    assert {each.captions for each in dataset.examples} == {("bhna cat",)}


def test_held_out_pictures_are_not_learnt_from():
    chosen = recipe(PETS / "bhna-cat", held_out=3)
    data = gather(chosen, (128, 128), [None])
    taught = {each.path for each in data.train.examples}
    kept = {each.path for each in data.held_out.examples}
    assert len(kept) == 3 and not taught & kept and len(taught | kept) == 24
    assert gather(chosen, (128, 128), [None]).held_out == data.held_out
    most = gather(recipe(PETS / "bhna-cat", held_out=99), (128, 128), [None])
    assert len(most.held_out.examples) == 8  # a third
    (said,) = most.findings
    assert (said.found, said.done) == (
        "held_out is 99 of 24 pictures",
        "8 are kept back, a third at most",
    )
    assert not data.findings


def test_captions_alone_without_token_or_class(tmp_path):
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        shutil.copy(PETS / "cat" / "01.jpg", tmp_path / name / f"a cat on a {name}_(1).jpg")
    Image.new("RGB", (80, 80), "red").save(tmp_path / "two" / "a red wall_x.png")
    chosen = recipe(tmp_path, concept={"token": "", "class_word": ""})
    said = {each.captions for each in gather(chosen, (64, 64), [None]).train.examples}
    assert said == {("a cat on a one",), ("a red wall",)}  # the second cat is the same picture


def test_nothing_to_learn_from_is_said(tmp_path):
    Image.new("RGB", (4, 4)).save(tmp_path / "tiny.png")
    with pytest.raises(TrainingError, match="can be learnt from"):
        gather(recipe(tmp_path), (512, 512), [None])


def test_latents_are_known_by_content(tmp_path):
    shutil.copy(PETS / "cat" / "01.jpg", tmp_path / "01.jpg")
    before = _fingerprint(gather(recipe(tmp_path), (128, 128), [None]).train, "vae", False)
    assert _fingerprint(gather(recipe(tmp_path), (64, 64), [None]).train, "vae", False) != before
    assert (
        _fingerprint(gather(recipe(tmp_path), (128, 128), [None]).train, "other", False) != before
    )
    shutil.copy(PETS / "cat" / "02.jpg", tmp_path / "01.jpg")
    assert _fingerprint(gather(recipe(tmp_path), (128, 128), [None]).train, "vae", False) != before


@pytest.mark.skipif(not REAL.is_dir(), reason="the real photos are not beside the project")
def test_real_photos_find_their_buckets():
    folder = next(path for path in sorted(REAL.iterdir()) if path.is_dir())
    data = gather(recipe(folder), (512, 512), [None])
    assert len(data.train.examples) >= 3
    for size, bucket in zip(data.train.sizes, data.train.buckets, strict=True):
        assert bucket[0] * bucket[1] <= 512 * 512
        assert abs(size[0] / size[1] - bucket[0] / bucket[1]) < 0.35


def test_gather_takes_two_folders_without_a_token(tmp_path):
    for name, words in (("cats", "a cat asleep"), ("dogs", "a dog on grass")):
        lay(tmp_path / name / "1.png", len(words), words)
    concepts = [{"photos": str(tmp_path / name)} for name in ("cats", "dogs")]
    chosen = recipe_of({"preset": "none", "model": "m", "concept": concepts})[0]
    assert chosen.called == "cats+dogs"
    dataset = gather(chosen, (64, 64), [None, None]).train
    assert {each.captions for each in dataset.examples} == {("a cat asleep",), ("a dog on grass",)}
    same = [each | {"class_word": "cat"} for each in concepts]
    assert recipe_of({"preset": "none", "model": "m", "concept": same})[0].called == "cat+cat"


@pytest.mark.parametrize("buckets", [True, False])
def test_gather_goes_by_a_resolution_that_is_no_square(tmp_path, buckets):
    lay(tmp_path / "1.png", 1, size=(300, 420))
    chosen = recipe(tmp_path, resolution_px=[128, 192], least_px=64, most_px=256, buckets=buckets)
    dataset = gather(chosen, chosen.size_px(512), [None]).train
    assert dataset.buckets == ((128, 192),)


def test_gather_reads_metadata_that_lies_beside_the_folder(tmp_path):
    """SEEDS E27: --in_json meta_lat.json --train_data_dir train_data."""
    lay(tmp_path / "train_data" / "1.png", 1)
    entry = {"1": {"caption": "a cat", "tags": "orange", "train_resolution": [64, 64]}}
    (tmp_path / "meta_lat.json").write_text(json.dumps(entry))
    names = {"token": "", "class_word": "", "metadata": str(tmp_path / "meta_lat.json")}
    chosen = recipe(tmp_path / "train_data", concept=names, preset="kohya")
    (example,) = gather(chosen, (64, 64), [None]).train.examples
    assert example.captions == ("a cat, orange",)


def test_gather_takes_names_of_columns_and_the_recipe_s_layout(tmp_path):
    lay(tmp_path / "set" / "1.png", 1)
    (tmp_path / "set" / "metadata.jsonl").write_text('{"file_name": "1.png", "said": "a cat"}')
    chosen = recipe(tmp_path / "set", concept={"caption_column": "said"}, layout="names")
    (example,) = gather(chosen, (64, 64), [None]).train.examples
    assert example.captions == ("bhna cat",)
    lay(tmp_path / "flat" / "a cat asleep_1.png", 1)
    with pytest.raises(TrainingError, match="one layer below"):
        gather(recipe(tmp_path / "flat", preset="everydream"), (64, 64), [None])


def test_gather_takes_at_most_max_samples_of_each_concept():
    folders = [{"photos": str(PETS / name)} for name in ("bhna-cat", "ohwx-dog")]
    table = {"preset": "none", "model": "m", "concept": folders, "held_out": 2}
    every = gather(recipe_of(table)[0], (128, 128), [None, None])
    few = gather(recipe_of(table | {"max_samples": 5})[0], (128, 128), [None, None])
    assert len(few.train.examples) == 10 < len(every.train.examples)
    assert few.held_out == every.held_out
    order = [every.train.examples.index(each) for each in few.train.examples]
    assert order == sorted(order)
    other = gather(recipe_of(table | {"max_samples": 5, "seed": 2})[0], (128, 128), [None, None])
    assert other.train.examples != few.train.examples


def test_gather_shows_half_of_the_pictures_of_half_a_repeat(tmp_path):
    for number in range(4):
        lay(tmp_path / "any" / f"a cat {number}.png", number)
    (tmp_path / "any" / "multiply.txt").write_text("0.5")
    dataset = gather(recipe(tmp_path, batch=2, repeats=3), (64, 64), [None]).train
    order = dataset.order(recipe(tmp_path, batch=2, repeats=3))
    assert order.repeats == (1.5,) * 4
    batches = list(islice(batches_from(order, first_position(order)), 6))
    shown = [sum(len(batch.examples) for batch, _ in batches if batch.epoch == e) for e in (0, 1)]
    assert shown == [6, 6]


RAMP = Image.fromarray(np.tile(np.arange(200, dtype=np.uint8), (100, 1))).convert("RGB")


@pytest.mark.parametrize(("anywhere", "jitter"), [(True, 0), (False, 8), (True, 8), (False, 0)])
def test_cutting_moves_cuts_no_further_than_asked(anywhere, jitter):
    """Of a ramp of 200 x 100, each pixel as bright as it lies far to the right."""
    augment = CropAugmentation(cuts=16, anywhere=anywhere, jitter_px=jitter, seed=1)
    cuts = [np.asarray(cut, int)[..., 0] for cut in augment.crops(RAMP, (100, 100), 0)]
    assert {cut.shape for cut in cuts} == {(100, 100)}
    whole = covering_size(RAMP.size, (100, 100), 2 * jitter)
    lefts = [cut[50, 0] * whole[0] / 200 for cut in cuts]
    middle, room = (whole[0] - 100) / 2, whole[0] - 100
    reach = room / 2 if anywhere else jitter
    assert all(abs(left - middle) <= reach + 2 for left in lefts)
    assert (max(lefts) - min(lefts) > reach) == bool(reach), "chance makes use of it"
    again = [np.asarray(cut, int)[..., 0] for cut in augment.crops(RAMP, (100, 100), 0)]
    assert all(np.array_equal(one, other) for one, other in zip(cuts, again, strict=True))


def tiny_vae(channels=4):
    torch.manual_seed(1)
    return AutoencoderKL(block_out_channels=(8,), norm_num_groups=4, latent_channels=channels)


def test_cached_latents_holds_each_cut_and_its_mirror_image(tmp_path):
    lay(tmp_path / "set" / "1.png", 1, size=(160, 80))
    chosen = recipe(
        tmp_path / "set", random_crop=True, crops=3, flip=True, buckets=False, resolution_px=64
    )
    dataset = gather(chosen, (64, 64), [None]).train
    augment = crop_augmentation(chosen)
    events = cached_latents(dataset, tiny_vae(), "v", tmp_path, flip=True, augment=augment)
    try:
        while True:
            next(events)
    except StopIteration as end:
        cache = end.value
    assert sorted(cache) == sorted(f"0.{cut}{flip}" for cut in range(3) for flip in ("", ".flip"))
    assert not torch.equal(cache["0.0"], cache["0.1"])
    plain = _fingerprint(dataset, "v", True)
    assert _fingerprint(dataset, "v", True, augment) != plain
    assert crop_augmentation(recipe(tmp_path / "set")) is None


@pytest.mark.parametrize("channels", [4, 8])
def test_cached_latents_takes_those_beside_the_pictures_where_they_fit(tmp_path, channels):
    lay(tmp_path / "1.png", 1)
    entry = {"1": {"caption": "a cat", "train_resolution": [64, 64]}}
    (tmp_path / "meta.json").write_text(json.dumps(entry))
    np.savez(tmp_path / "1_0096x0080_sd.npz", latents=np.ones((4, 8, 8), np.float32))
    dataset = gather(recipe(tmp_path), (64, 64), [None]).train
    vae = tiny_vae(channels)
    notes, events = [], cached_latents(dataset, vae, "v", tmp_path / "kept", flip=False)
    try:
        while True:
            notes.append(next(events).note)
    except StopIteration as end:
        cache = end.value
    if channels == 4:
        assert torch.equal(cache["0"][0], torch.full((4, 8, 8), vae.config.scaling_factor))
        assert notes == [""]
    else:
        assert cache["0"].shape[1] == 8 and "made anew" in notes[0]
