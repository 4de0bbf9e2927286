"""Latents and datasets at the dataset desk."""

import io
import json
import os
import shutil
import struct
import subprocess
import sys
import time
import zlib
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from storybook.errors import TrainingError
from storybook.locks import POSIX
from storybook.models.auto_precision import AutoPrecision
from tiny_sd import tiny_painter
from training.data.buckets import bucket_sizes, covering_size, fit
from training.data.kohya import find_latents, read_latents, read_metadata
from training.data.pictures import open_picture
from training.data.readers import NameIndex, read_folder
from training.desk import bucketed, latents_files
from training.desk.build import build, push, what_is_pushed
from training.desk.latents import (
    Encoder,
    LatentsMade,
    make_latents,
    open_encoder,
)
from training.desk.latents_files import latents_file
from training.desk.metadata import pictures_at, read_entries, write_entries

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def vae(tmp_path_factory):
    painter = tiny_painter(tmp_path_factory.mktemp("painter"))
    return open_encoder(painter, (), device="cpu", precision="fp32").vae


@pytest.fixture
def folder(tmp_path):
    chance = np.random.default_rng(1)
    place = tmp_path / "photos"
    place.mkdir()
    for name, (width, height) in {"a": (80, 80), "b": (200, 90), "c": (90, 200)}.items():
        levels = chance.integers(0, 255, (height // 10, width // 10, 3)).astype(np.uint8)
        image = Image.fromarray(levels).resize((width, height), Image.Resampling.BICUBIC)
        image.save(place / f"{name}.png")
    return place


def made_of(folder, vae, **more):
    encoder = Encoder(vae, "tiny", bucket_sizes(128, 128, 64, 192), **more)
    made = LatentsMade({"a": {"caption": "a cat"}, "b": {"tags": "b"}, "c": {"tags": "c"}})
    events = list(make_latents(pictures_at([folder], full_path=False), encoder, made, batch=2))
    return made, events


@pytest.mark.parametrize("form", ["prepared", "cache", "oldest"])
def test_latents_are_read_back_by_training_in_every_form(folder, vae, form):
    made, events = made_of(folder, vae, form=form, flip=True)
    assert events[-1].done == events[-1].total == 3
    assert made.entries["a"] == {"caption": "a cat", "train_resolution": [128, 128]}
    assert made.entries["b"]["train_resolution"] == [192, 64]
    write_entries(made.entries, folder / "meta_lat.json")
    reading = read_metadata(folder / "meta_lat.json")
    assert not reading.findings
    assert [example.bucket for example in reading.examples] == [(128, 128), (192, 64), (64, 192)]
    for example in reading.examples:
        found = read_latents(example.latents)
        assert found.values.shape[1:] == (example.bucket[1] // 8, example.bucket[0] // 8)
        assert found.values.dtype == np.float32
        assert not np.allclose(found.values, found.flipped[:, :, ::-1])


def test_latents_in_bf16_are_within_a_share_of_the_posteriors_deviation(folder, vae):
    made_of(folder, vae)
    plain = read_latents(folder / "b.npz").values
    (folder / "b.npz").unlink()
    made_of(folder, vae, amp=AutoPrecision("bf16", (vae,)))
    quick = read_latents(folder / "b.npz").values
    assert not np.array_equal(plain, quick), "bf16 keeps 8 bits of a product's factors"
    assert np.abs(plain - quick).max() < 0.05 * np.abs(plain).max()


def test_prepared_latents_hold_what_kohyas_scripts_ask_for(folder, vae):
    made_of(folder, vae, flip=True)
    with np.load(folder / "b.npz", allow_pickle=False) as parts:
        assert set(parts) >= {"latents", "latents_flipped", "original_size", "crop_ltrb"}
        assert parts["original_size"].tolist() == [200, 90]
        left, top, right, bottom = parts["crop_ltrb"].tolist()
    assert (right - left, bottom - top) == (192, 64)
    assert top > 0
    assert left == 0


def kohyas_cache_holds(file, bucket, flip):
    """Whether a trainer of kohya's takes a cached file for a picture's latents, and encodes none.

    It asks for these three names, sides of an eighth of the bucket's, the mirrored ones where it
    mirrors, and no mask where it was not told of one.
    """
    if not file.is_file():
        return False
    with np.load(file, allow_pickle=False) as parts:
        names = {"latents", "original_size", "crop_ltrb"} | ({"latents_flipped"} if flip else set())
        sides = (bucket[1] // 8, bucket[0] // 8)
        there = names <= set(parts.files) and "alpha_mask" not in parts.files
        return there and all(parts[name].shape[1:3] == sides for name in names if "lat" in name)


@pytest.mark.parametrize("flip", [False, True])
def test_a_trainer_of_kohyas_takes_the_cache_for_its_own(folder, vae, flip):
    made, _ = made_of(folder, vae, form="cache", flip=flip)
    for name, (width, height) in {"a": (80, 80), "b": (200, 90), "c": (90, 200)}.items():
        file = folder / f"{name}_{width:04d}x{height:04d}_sd.npz"
        bucket = made.entries[name]["train_resolution"]
        assert kohyas_cache_holds(file, bucket, flip=flip)
        assert not kohyas_cache_holds(file, (512, 512), flip=flip), "of another bucket: made anew"
        with np.load(file) as parts:
            assert parts["original_size"].tolist() == [width, height]
            assert len(parts["crop_ltrb"].tolist()) == 4
            assert parts["latents"].dtype == np.float32 and parts["latents"].shape[0] == 4


@pytest.mark.parametrize("full_path", [False, True])
@pytest.mark.parametrize("form", ["prepared", "oldest"])
def test_training_of_kohyas_from_metadata_finds_latents_by_their_key(folder, vae, form, full_path):
    pictures = pictures_at([folder], full_path=full_path)
    made = LatentsMade({key: {"caption": "a", "tags": "b, c"} for key in pictures})
    encoder = Encoder(vae, "tiny", bucket_sizes(128, 128, 64, 192), form=form, flip=True)
    list(make_latents(pictures, encoder, made))
    write_entries(made.entries, folder / "meta_lat.json")
    for key, entry in json.loads((folder / "meta_lat.json").read_text(encoding="utf-8")).items():
        assert set(entry) == {"caption", "tags", "train_resolution"}
        # A key that is a path loses its ending, one that is a name is looked for in the folder.
        base = os.path.splitext(key)[0] if full_path else os.path.join(folder, key)
        with np.load(f"{base}.npz", allow_pickle=False) as parts:
            values = parts["arr_0" if form == "oldest" else "latents"]
        width, height = entry["train_resolution"]
        assert values.shape == (4, height // 8, width // 8)
        if form == "oldest":
            with np.load(f"{base}_flip.npz", allow_pickle=False) as parts:
                assert parts["arr_0"].shape == values.shape


def test_latents_go_on_from_folder_to_folder_by_full_paths(folder, vae, tmp_path):
    other = tmp_path / "other"
    shutil.copytree(folder, other)
    both = pictures_at([folder, other], full_path=True)
    entries = {key: {"caption": "a cat"} for key in both}
    for number, each in enumerate((folder, other)):
        made = LatentsMade(entries)
        encoder = Encoder(vae, "tiny", bucket_sizes(128, 128, 64, 192))
        list(make_latents(pictures_at([each], full_path=True), encoder, made))
        assert len(made.buckets) == 3
        file = tmp_path / f"meta{number}.json"
        write_entries(made.entries, file)
        entries = read_entries(file)
    assert len(entries) == 6 and all("train_resolution" in entry for entry in entries.values())
    reading = read_metadata(tmp_path / "meta1.json")
    assert all(example.latents.parent == example.path.parent for example in reading.examples)


def test_latents_are_a_sample_of_the_posterior_that_is_not_scaled(folder, vae):
    made_of(folder, vae)
    image, _ = open_picture(folder / "b.png", 192)
    levels = torch.from_numpy(np.asarray(fit(image, (192, 64)), np.float32))
    with torch.no_grad():
        posterior = vae.encode(levels.permute(2, 0, 1)[None] / 127.5 - 1).latent_dist
    values = torch.from_numpy(read_latents(folder / "b.npz").values)
    away = (values - posterior.mean[0]) / posterior.std[0]
    assert 0.5 < away.std() < 1.5, "of a normal deviate of some hundred numbers"
    assert away.abs().max() < 6


def test_latents_that_fit_are_not_made_again(folder, vae):
    made_of(folder, vae)
    before = {file.name: file.stat().st_mtime_ns for file in folder.glob("*.npz")}
    made, events = made_of(folder, vae)
    assert made.kept == 3
    assert before == {file.name: file.stat().st_mtime_ns for file in folder.glob("*.npz")}
    assert "3 were there already" in events[-1].note
    with_flips, _ = made_of(folder, vae, flip=True)
    assert with_flips.kept == 0
    other = Encoder(vae, "another", bucket_sizes(128, 128, 64, 192))
    again = LatentsMade({"a": {"tags": "a"}})
    list(make_latents(pictures_at([folder], full_path=False), other, again))
    assert again.kept == 0, "of another autoencoder"


def test_latents_that_are_there_are_found_without_opening_their_pictures(folder, vae, monkeypatch):
    made_of(folder, vae)
    Image.new("RGB", (80, 80), "teal").save(folder / "a.png")
    os.utime(folder / "a.png", (time.time() + 5,) * 2)
    opened = []

    def noting(path, *given, **how):
        opened.append(path.name)
        return open_picture(path, *given, **how)

    monkeypatch.setattr(bucketed, "open_picture", noting)
    made, _ = made_of(folder, vae)
    assert opened == ["a.png"] and made.kept == 2
    assert made.sizes == [(80, 80), (200, 90), (90, 200)]


@pytest.mark.parametrize("form", ["JPEG", "PNG"])
@pytest.mark.parametrize("turn", [1, 6])
def test_cut_opens_a_large_photo_no_larger_than_is_of_use(tmp_path, monkeypatch, form, turn):
    chance = np.random.default_rng(3)
    levels = chance.integers(0, 255, (6, 8, 3)).astype(np.uint8)
    whole = Image.fromarray(levels).resize((1600, 1200), Image.Resampling.BICUBIC)
    exif = Image.Exif()
    exif[0x0112] = turn
    path = tmp_path / "photo"
    whole.save(path, form, exif=exif, quality=95)
    sizes = []

    def noting(*given, **how):
        image, findings = open_picture(*given, **how)
        sizes.append(image.size)
        return image, findings

    monkeypatch.setattr(bucketed, "open_picture", noting)
    buckets = bucket_sizes(128, 128, 64, 192)
    one, findings = bucketed.cut(path, bucketed.place(path, buckets, None), buckets)
    assert not any("reduced" in each.done for each in findings), "all pictures are scaled"
    assert one.placed.size == ((1600, 1200) if turn == 1 else (1200, 1600))
    covering = covering_size(one.placed.size, one.placed.bucket)
    assert all(2 * side <= real <= 6 * side for side, real in zip(covering, sizes[0], strict=True))
    plain = np.asarray(fit(open_picture(path, 64)[0], one.placed.bucket), int)
    assert np.abs(one.levels - plain).max() <= 4, "of 255 levels, of a picture without fine grain"


def test_cut_sees_a_picture_that_says_behind_its_pixels_that_it_lies_on_its_side(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    whole = io.BytesIO()
    Image.new("RGB", (200, 90), "teal").save(whole, "PNG")
    chunk = b"eXIf" + exif.tobytes().removeprefix(b"Exif\0\0")
    late = struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk))
    body, end = whole.getvalue()[:-12], whole.getvalue()[-12:]
    (tmp_path / "late.png").write_bytes(body + late + end)
    buckets = bucket_sizes(128, 128, 64, 192)
    placed = bucketed.place(tmp_path / "late.png", buckets, None)
    one, _ = bucketed.cut(tmp_path / "late.png", placed, buckets)
    assert one.placed.size == (90, 200) and one.placed.bucket == (64, 192)
    assert one.levels.shape == (192, 64, 3)


@pytest.mark.parametrize("at", ["the first", "the last"])
def test_make_latents_says_that_the_disk_is_full(folder, vae, monkeypatch, at):
    written, write = [], latents_files._write_arrays

    def full(file, *arrays, **named):
        written.append(file)
        if len(written) == (1 if at == "the first" else 3):
            raise OSError(28, "No space left on device", str(file))
        write(file, *arrays, **named)

    monkeypatch.setattr(latents_files, "_write_arrays", full)
    with pytest.raises(OSError, match="No space left"):
        made_of(folder, vae)


def test_latents_of_pictures_that_cannot_be_read_are_told(folder, vae):
    (folder / "a.png").write_bytes(b"no picture")
    made, _ = made_of(folder, vae)
    assert [each.path.name for each in made.findings] == ["a.png"]
    assert "train_resolution" not in made.entries["a"]
    for name in "bc":
        (folder / f"{name}.png").write_bytes(b"")
    with pytest.raises(TrainingError, match=r"No picture could be read.*a\.png"):
        made_of(folder, vae)


def test_latents_table_says_how_far_aspects_are_off(folder, vae):
    made, _ = made_of(folder, vae)
    rows = {row.bucket: row for row in made.table()}
    assert rows[128, 128].aspect_error == 0
    assert rows[192, 64].aspect_error == pytest.approx(abs(200 / 90 - 3))


def test_latents_file_is_where_find_latents_looks(folder):
    for form in ("prepared", "cache"):
        file = latents_file(folder / "b.png", (200, 90), form)
        file.write_bytes(b"")
        assert find_latents(folder / "b.png", None, NameIndex()) == file
        file.unlink()


def test_build_saves_a_dataset_that_training_reads(folder, tmp_path):
    (folder / "a.caption").write_text("a cat")
    to = tmp_path / "datasets" / "rolo"
    events = list(build(read_folder(folder).examples, to))
    assert events[-1].done == 3
    reading = read_folder(to)
    assert sorted(each.captions for each in reading.examples) == [(), (), ("a cat",)]
    first = next(each for each in reading.examples if each.captions)
    assert first.path.read_bytes() == (folder / "a.png").read_bytes(), "nothing is encoded anew"
    card = (to / "README.md").read_text()
    assert "3 pictures" in card
    assert "1 of them with words" in card
    assert sorted(path.name for path in to.parent.iterdir()) == ["rolo"], "no cache is left"
    list(build(read_folder(folder).examples, to, columns=("img", "label")))
    again = read_folder(to, columns=("img", "label"))
    assert len(again.examples) == 3


def test_build_refuses_a_folder_of_something_else(folder, tmp_path):
    with pytest.raises(TrainingError, match="is there already, and no dataset"):
        list(build(read_folder(folder).examples, folder))


def test_push_says_what_and_how_much_and_is_one_line_where_the_hub_is_away(folder, tmp_path):
    to = tmp_path / "set"
    list(build(read_folder(folder).examples, to))
    assert what_is_pushed(to, "me/rolo").startswith("3 pictures with their words, 0 MB, would be")
    with pytest.raises(TrainingError, match=r"me/rolo could not be sent.*is whole in") as fault:
        list(push(to, "me/rolo"))
    assert "\n" not in str(fault.value)
    with pytest.raises(TrainingError, match="holds no saved dataset"):
        what_is_pushed(folder, "me/rolo")


def test_the_command_line_goes_from_a_folder_to_latents(folder, tmp_path, monkeypatch, capsys):
    import training.__main__ as command

    painter = tiny_painter(tmp_path / "painter")
    (folder / "a.caption").write_text("arafed cat")
    (folder / "b.txt").write_text("dog")
    steps = [
        ["merge", folder, "--out", tmp_path / "meta.json"],
        ["clean", tmp_path / "meta.json", "--dry-run"],
        ["clean", tmp_path / "meta.json", "--out", tmp_path / "clean.json"],
        [
            "latents",
            folder,
            tmp_path / "clean.json",
            "--out",
            tmp_path / "lat.json",
            "--model",
            painter,
            "--resolution",
            "128,128",
            "--buckets",
            "64..192",
            "--device",
            "cpu",
        ],
        [
            "look",
            tmp_path / "lat.json",
            "--photos",
            folder,
            "--resolution",
            "128",
            "--sheet",
            tmp_path / "sheet.png",
        ],
    ]
    for step in steps:
        monkeypatch.setattr("sys.argv", ["training", "dataset", *map(str, step)])
        assert command.main() == 0, capsys.readouterr().err
    said = capsys.readouterr().out
    assert "  - arafed cat\n  + cat\n" in said
    assert "1 changes in 2 entries by the rules pets" in said
    assert f"{folder / 'c.png'}: not in the metadata; left out" in said
    entries = json.loads((tmp_path / "lat.json").read_text())
    assert entries["a"] == {"caption": "cat", "train_resolution": [128, 128]}
    assert Image.open(tmp_path / "sheet.png").format == "PNG"


@pytest.mark.skipif(not POSIX, reason="pipes end otherwise elsewhere")
def test_the_command_line_ends_in_peace_where_nobody_reads_on(folder):
    reads, writes = os.pipe()
    os.close(reads)
    with os.fdopen(writes, "wb") as closed:
        command = [sys.executable, "-u", "-m", "training", "dataset", "look", str(folder)]
        ended = subprocess.run(command, stdout=closed, stderr=subprocess.PIPE, cwd=ROOT)
    assert (ended.returncode, ended.stderr) == (0, b"look 3/3: c.png\n")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["clean", "meta.json"], "--out says where"),
        (["merge", "nowhere", "--out", "meta.json"], "no folder"),
        (["tag", "nowhere", "--model", "nobody/tagger"], "no model of that name was fetched"),
        (["caption", ".", "--model", "server"], "--server-model"),
        (
            ["caption", ".", "--model", "starter", "--to", "json", "--shard", "1/2"],
            "cannot write one file",
        ),
        (
            ["latents", ".", "meta.json", "--out", "o.json", "--model", "p", "--form", "new"],
            "There is no form 'new'",
        ),
    ],
)
def test_the_command_line_refuses_in_one_line(arguments, said, monkeypatch, capsys, tmp_path):
    import training.__main__ as command

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.argv", ["training", "dataset", *arguments])
    assert command.main() == 2
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == 1
