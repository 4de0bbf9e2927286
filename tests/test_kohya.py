import json

import numpy as np
import pytest

from lay import found, lay, said
from storybook.errors import TrainingError
from training.data.kohya import read_latents
from training.data.readers import read_folder


def lay_kohya(folder, size=(64, 128)):
    metadata = {}
    for number in (1, 2):
        path = lay(folder / f"{number}.jpg", number, "not this")
        key = str(path) if number == 1 else path.stem
        metadata[key] = {"caption": f"cat {number}", "tags": "orange, striped"}
        metadata[key]["train_resolution"] = list(size)
    (folder / "meta_lat.json").write_text(json.dumps(metadata, indent=2))
    return metadata


def test_kohyas_metadata_is_caption_then_tags(tmp_path):
    lay_kohya(tmp_path)
    lay(tmp_path / "3.jpg", 3)
    reading = read_folder(tmp_path)
    assert reading.layout == "metadata"
    assert said(reading) == {f"{n}.jpg": (f"cat {n}, orange, striped",) for n in (1, 2)}
    assert {example.bucket for example in reading.examples} == {None}, "there are no latents"
    assert found(reading.findings) == {"3.jpg": ("not listed in meta_lat.json", "left out")}


def test_kohyas_lines_of_json_and_metadata_elsewhere(tmp_path):
    lay(tmp_path / "pictures" / "1.jpg", 1)
    lines = [{"image_path": "/gone/1.jpg", "tags": "cat, orange", "image_size": [96, 80]}]
    (tmp_path / "meta.jsonl").write_text("\n".join(map(json.dumps, lines)) + "\n")
    reading = read_folder(tmp_path / "meta.jsonl", pictures=tmp_path / "pictures")
    assert reading.layout == "metadata" and said(reading) == {"1.jpg": ("cat, orange",)}


def test_kohyas_entries_need_words_and_one_file_is_named(tmp_path):
    metadata = lay_kohya(tmp_path)
    (tmp_path / "meta_cap.json").write_text(json.dumps(metadata))
    with pytest.raises(TrainingError, match=r"meta_cap.json, meta_lat.json"):
        read_folder(tmp_path)
    assert read_folder(tmp_path / "meta_cap.json").examples
    metadata["2"] = {"train_resolution": [64, 64]}
    (tmp_path / "meta_cap.json").write_text(json.dumps(metadata))
    with pytest.raises(TrainingError, match="'2' has neither caption nor tags"):
        read_folder(tmp_path / "meta_cap.json")
    metadata["2"] = {"tags": "cat", "train_resolution": 64}
    (tmp_path / "meta_cap.json").write_text(json.dumps(metadata))
    with pytest.raises(TrainingError, match="width, height"):
        read_folder(tmp_path / "meta_cap.json")


def test_kohyas_latents_are_read_in_all_three_layouts(tmp_path):
    lay_kohya(tmp_path, size=(64, 128))
    values = np.random.default_rng(0).normal(size=(4, 16, 8)).astype(np.float32)
    for stem in "12":
        np.savez(tmp_path / stem, values)
        np.savez(tmp_path / f"{stem}_flip", values[:, :, ::-1])
    seed_time = read_folder(tmp_path).examples
    assert [example.latents.name for example in seed_time] == ["1.npz", "2.npz"]
    assert [example.bucket for example in seed_time] == [(64, 128)] * 2
    latents = read_latents(seed_time[0].latents)
    assert np.array_equal(latents.values, values) and latents.original_size is None
    assert np.array_equal(latents.flipped, values[:, :, ::-1])

    named = {"latents": values, "original_size": [96, 80], "crop_ltrb": [0, 0, 64, 128]}
    for name in ("1.npz", "1_0064x0128_sd.npz"):
        np.savez(tmp_path / name, **named, latents_flipped=-values)
    (tmp_path / "1_flip.npz").unlink()
    today = read_folder(tmp_path).examples[0].latents
    assert today.name == "1_0064x0128_sd.npz"
    for file in (today, tmp_path / "1.npz"):
        latents = read_latents(file)
        assert np.array_equal(latents.values, values) and np.array_equal(latents.flipped, -values)
        assert latents.original_size == (96, 80) and latents.crop_ltrb == (0, 0, 64, 128)


def test_kohyas_latents_are_used_for_all_pictures_or_none(tmp_path):
    lay_kohya(tmp_path)
    values = np.zeros((4, 16, 8), np.float32)
    np.savez(tmp_path / "1", values)
    reading = read_folder(tmp_path)
    assert {example.latents for example in reading.examples} == {None}
    note = found(reading.findings)["meta_lat.json"]
    assert note == ("latents of 1 of 2 pictures only", "made anew for all pictures")
    np.savez(tmp_path / "2", values)
    assert not read_folder(tmp_path).findings
    np.savez(tmp_path / "2_flip", values)
    assert found(read_folder(tmp_path).findings)["meta_lat.json"][0].startswith("flipped latents")


@pytest.mark.parametrize("held", [{"other": np.zeros(3)}, {"latents": np.zeros((16, 8, 8))}])
def test_latents_of_another_kind_are_refused(tmp_path, held):
    np.savez(tmp_path / "1.npz", **held)
    with pytest.raises(TrainingError, match=r"1.npz"):
        read_latents(tmp_path / "1.npz")
    (tmp_path / "1.npz").write_bytes(b"PK broken")
    with pytest.raises(TrainingError, match="holds no arrays"):
        read_latents(tmp_path / "1.npz")


def test_find_latents_goes_by_the_size_of_the_picture(tmp_path):
    """`lay` makes pictures of 96 x 80; latents of today are named by that, whatever its bucket."""
    lay_kohya(tmp_path, size=(64, 128))
    values = np.zeros((4, 16, 8), np.float32)
    for stem in "12":
        named = {"latents": values, "original_size": [96, 80], "crop_ltrb": [0, 0, 64, 128]}
        np.savez(tmp_path / f"{stem}_0096x0080_sd.npz", **named)
    reading = read_folder(tmp_path)
    assert [each.latents.name for each in reading.examples] == [
        f"{n}_0096x0080_sd.npz" for n in (1, 2)
    ]
    assert {example.bucket for example in reading.examples} == {(64, 128)}
    assert reading.findings == ()


def test_latents_say_themselves_at_which_size_they_were_made(tmp_path):
    metadata = lay_kohya(tmp_path)
    for entry in metadata.values():
        del entry["train_resolution"]
    (tmp_path / "meta_lat.json").write_text(json.dumps(metadata))
    for stem in "12":
        np.savez(tmp_path / f"{stem}_0096x0080_sd.npz", latents=np.zeros((4, 8, 16), np.float32))
    assert {example.bucket for example in read_folder(tmp_path).examples} == {(128, 64)}


def test_latents_of_another_picture_are_made_anew_and_it_is_said(tmp_path):
    lay_kohya(tmp_path)
    for stem in "12":
        np.savez(tmp_path / f"{stem}.npz", latents=np.zeros((4, 16, 8)), original_size=[300, 200])
    reading = read_folder(tmp_path)
    assert {example.latents for example in reading.examples} == {None}
    note = found(reading.findings)["meta_lat.json"]
    assert note == ("latents of 2 pictures that had another size", "made anew for all pictures")


def test_latents_that_no_metadata_speaks_of_are_made_anew_and_it_is_said(tmp_path):
    lay(tmp_path / "1.jpg", 1, "a cat")
    np.savez(tmp_path / "1_0096x0080_sd.npz", latents=np.zeros((4, 16, 8)))
    note = found(read_folder(tmp_path).findings)[tmp_path.name]
    assert note[0].startswith("latents of 1 pictures") and note[1].startswith("made anew")


@pytest.mark.parametrize(
    "line", ['{"image_path": "2.jpg", "capt', '["2.jpg"]', '{"caption": "a cat"}', "7"]
)
def test_read_metadata_names_the_line_that_is_none(tmp_path, line):
    lay(tmp_path / "1.jpg", 1)
    first = json.dumps({"image_path": "1.jpg", "caption": "a cat"})
    (tmp_path / "meta.jsonl").write_text(f"{first}\n{line}\n")
    with pytest.raises(TrainingError, match=r"meta\.jsonl, line 2") as caught:
        read_folder(tmp_path)
    assert "\n" not in str(caught.value)


def test_read_metadata_beside_its_folder(tmp_path):
    folder = tmp_path / "train_data"
    lay_kohya(folder)
    (folder / "meta_lat.json").rename(tmp_path / "meta_lat.json")
    reading = read_folder(tmp_path / "meta_lat.json", pictures=folder)
    assert set(said(reading)) == {"1.jpg", "2.jpg"}
    other = json.dumps({"1": {"caption": "cat"}, "2": {"caption": "cat"}})
    (tmp_path / "meta_lat.json").write_text(other)
    with pytest.raises(TrainingError, match="set photos to their folder and metadata to the file"):
        read_folder(tmp_path / "meta_lat.json")
