"""Crops and masks that owners draw: kept beside pictures, and read wherever those are learnt."""

import json
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from PIL import Image

from storybook.errors import TrainingError
from storybook.images.photo_files import NameIndex, photos_in
from training.data.buckets import bucket_sizes
from training.data.crops import CROPS, cropped, mask_of, read_crops, read_mask, save_crop
from training.data.pictures import look_through, open_picture
from training.data.readers import read_folder
from training.desk.build import build
from training.desk.latents import Encoder, LatentsMade, make_latents
from training.desk.metadata import pictures_at, write_entries
from training.pet import masks
from training.pet.dataset import Dataset
from training.pet.latent_cache import cached_latents

RIGHT = (0.5, 0.0, 1.0, 1.0)


@pytest.fixture
def folder(tmp_path):
    """Two pictures of 200 x 100 px, red on their left half and blue on their right."""
    place = tmp_path / "photos"
    place.mkdir()
    for number in range(2):
        image = Image.new("RGB", (200, 100), (200, 10 * number, 0))
        image.paste((0, 10 * number, 200), (100, 0, 200, 100))
        image.save(place / f"{number:02}.png")
    return place


@pytest.fixture
def vae():
    """Latents that are their pixels' means."""

    def encode(pixels):
        mean = torch.nn.functional.avg_pool2d(pixels, 8)
        mean = torch.cat([mean, mean[:, :1]], 1)
        posterior = SimpleNamespace(mean=mean, std=torch.zeros_like(mean))
        return SimpleNamespace(latent_dist=posterior)

    config = SimpleNamespace(latent_channels=4, scaling_factor=1.0, shift_factor=None)
    return SimpleNamespace(
        encode=encode,
        config=config,
        device=torch.device("cpu"),
        dtype=torch.float32,
        encoder=torch.nn.Conv2d(3, 3, 1),
    )


def draw_mask(folder, name="00", size=(100, 50)):
    """White on the right quarter."""
    mask = Image.new("L", size)
    mask.paste(255, (size[0] * 3 // 4, 0, *size))
    mask.save(folder / f"{name}-masklabel.png")


def test_save_crop_keeps_a_share_of_the_sides_until_it_is_taken_away(folder):
    save_crop(folder / "00.png", RIGHT)
    save_crop(folder / "01.png", (0, 0, 0.5, 0.5))
    assert read_crops(folder) == {"00.png": RIGHT, "01.png": (0, 0, 0.5, 0.5)}
    save_crop(folder / "01.png", None)
    assert read_crops(folder) == {"00.png": RIGHT}
    save_crop(folder / "00.png", None)
    assert not (folder / CROPS).exists()
    with pytest.raises(ValueError, match="leaves less than 5%"):
        save_crop(folder / "00.png", (0.5, 0, 0.51, 1))


@pytest.mark.parametrize(
    "text",
    ["{", "[1]", '{"00.png": 3}', '{"00.png": [0, 0, 2, 1]}', '{"00.png": [1, 0, 0, 1]}'],
)
def test_read_crops_says_in_a_line_what_is_broken(folder, text):
    (folder / CROPS).write_text(text)
    with pytest.raises(TrainingError, match=r"crops\.json must look like") as fault:
        read_folder(folder)
    assert "\n" not in str(fault.value)


def test_a_crop_is_what_is_looked_at_and_what_is_learnt(folder, tmp_path, vae):
    whole = look_through(read_folder(folder).examples, 64)
    save_crop(folder / "00.png", RIGHT)
    examples = read_folder(folder).examples
    looked = look_through(examples, 64)
    assert whole.sizes == ((200, 100), (200, 100)) and looked.sizes == ((100, 100), (200, 100))
    dataset = Dataset(looked.examples, looked.sizes, ((64, 64), (128, 64)))
    caches = []
    for each in (dataset, Dataset(whole.examples, looked.sizes, dataset.buckets)):
        events = cached_latents(each, vae, "v", tmp_path / "latents", flip=False)
        while True:
            try:
                next(events)
            except StopIteration as end:
                caches.append(end.value)
                break
    assert len(list((tmp_path / "latents").iterdir())) == 2, "another crop, another file"
    red, blue = caches[0]["0"][0, 0], caches[0]["0"][0, 2]
    assert red.max() < -0.9 and blue.min() > 0.5, "only the right half, which is blue"
    assert caches[1]["0"][0, 0].max() > 0.5, "without it the red is there"


def test_open_picture_names_a_crop_that_leaves_too_little(folder):
    image, findings = open_picture(folder / "00.png", 256, crop=(0, 0, 0.2, 0.3))
    assert image is None and "only 40 x 30 px inside its crop" in findings[0].found


def test_crops_of_one_picture_are_no_copies(folder):
    (folder / "02.png").write_bytes((folder / "00.png").read_bytes())
    save_crop(folder / "02.png", RIGHT)
    assert len(look_through(read_folder(folder).examples, 64).examples) == 3


def test_masks_are_no_pictures_and_are_found_by_their_name(folder):
    draw_mask(folder)
    assert [path.name for path in photos_in(folder)] == ["00.png", "01.png"]
    reading = read_folder(folder)
    assert [example.mask for example in reading.examples] == [folder / "00-masklabel.png", None]
    assert not any("masklabel" in str(finding.path) for finding in reading.findings)
    assert mask_of(folder / "01.png", NameIndex()) is None


def test_read_mask_is_cut_as_its_picture_is_and_refused_for_another_shape(folder):
    draw_mask(folder)
    file = folder / "00-masklabel.png"
    right = np.asarray(read_mask(file, (100, 100), RIGHT)) / 255
    assert right[:, :40].max() == 0 and right[:, 60:].min() == 1
    whole = np.asarray(read_mask(file, (200, 100))) / 255
    assert whole[:, :140].max() == 0 and whole[:, 160:].min() == 1
    with pytest.raises(TrainingError, match=r"another picture's mask"):
        read_mask(file, (100, 100))
    file.write_bytes(b"no picture")
    with pytest.raises(TrainingError, match=r"00-masklabel\.png is no mask"):
        read_mask(file, (200, 100))


def test_pet_masks_take_what_was_drawn_and_ask_nobody(folder, monkeypatch):
    draw_mask(folder)
    Image.new("L", (100, 50)).save(folder / "01-masklabel.png")  # nothing is white
    monkeypatch.setattr(masks, "open_pet_seer", lambda: None)
    examples = read_folder(folder).examples
    dataset = Dataset(examples, ((200, 100),) * 2, ((128, 64),) * 2)
    events = masks.pet_masks(dataset, flip=True, augment=None, sees=False)
    notes = []
    while True:
        try:
            notes.append(next(events).note)
        except StopIteration as end:
            cache = end.value
            break
    assert cache.keys() == {"0", "0.flip"}
    assert cache["0"].shape == (8, 16) and cache["0"][:, :11].max() == 0
    assert cache["0"][:, 13:].min() == 1
    assert "no mask was drawn for 1 of 2" in notes[-1]


def test_latents_are_of_the_crop_and_made_anew_when_it_changes(folder, vae):
    def make():
        made = LatentsMade({"00": {"caption": "a"}, "01": {"caption": "b"}})
        pictures = pictures_at([folder], full_path=False)
        list(make_latents(pictures, Encoder(vae, "tiny", bucket_sizes(64, 64, 64, 128)), made))
        write_entries(made.entries, folder / "meta.json")
        return made

    assert make().kept == 0 and make().kept == 2
    save_crop(folder / "00.png", RIGHT)
    assert [example.latents is None for example in read_folder(folder).examples] == [True, False]
    assert make().kept == 1
    reading = read_folder(folder)
    assert all(example.latents for example in reading.examples)
    with np.load(folder / "00.npz") as parts:
        assert parts["latents"][0].max() < -0.9
        left, top, right, bottom = parts["crop_ltrb"].tolist()
        assert (right - left, bottom - top) == (64, 64) and left == 64
    save_crop(folder / "00.png", None)
    assert make().kept == 1


def test_build_takes_the_part_that_is_learnt(folder, tmp_path):
    save_crop(folder / "00.png", RIGHT)
    list(build(read_folder(folder).examples, tmp_path / "set"))
    sizes = sorted(Image.open(each.path).size for each in read_folder(tmp_path / "set").examples)
    assert sizes == [(100, 100), (200, 100)]
    assert json.loads((folder / CROPS).read_text()) == {"00.png": list(RIGHT)}


def test_cropped_leaves_a_pixel_at_least():
    assert cropped(Image.new("RGB", (3, 3)), (0.5, 0.5, 0.55, 0.55)).size == (1, 1)
