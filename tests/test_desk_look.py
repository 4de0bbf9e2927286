"""Looks at a folder of training pictures: what is told of it, and what is kept of it."""

import os
import sqlite3

import numpy as np
import pytest
from PIL import Image

import training.__main__ as command
from training.data import looks as kept_looks
from training.data.looks import LOOKED, looks_in
from training.data.pictures import NEAR, Likenesses, look_at, look_through
from training.data.readers import explained, read_folder
from training.desk.look import look, sheet_of


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


@pytest.fixture
def opened(monkeypatch):
    """The names of pictures that were opened."""
    names = []

    def noting(example, px):
        names.append(example.path.name)
        return look_at(example, px)

    monkeypatch.setattr(kept_looks, "look_at", noting)
    return names


def ended(events):
    """What long work comes to."""
    while True:
        try:
            next(events)
        except StopIteration as end:
            return end.value


def looked(source, resolution=(128, 128), **how):
    return ended(look(source, resolution=resolution, **how))


def test_look_opens_what_is_new_or_has_changed_alone(folder, opened):
    (folder / "broken.png").write_bytes(b"no picture")
    Image.new("RGB", (40, 40), "teal").save(folder / "small.png")
    first = list(looked(folder).lines())
    assert sorted(opened) == ["a.png", "b.png", "broken.png", "c.png", "small.png"]
    opened.clear()
    again = looked(folder)
    assert opened == [] and again.known == 5
    told = list(again.lines())
    told.remove("  5 pictures were looked at before and have not changed since")
    assert told == first, "of what was known, too"
    Image.new("RGB", (200, 90), "plum").save(folder / "b.png")
    Image.new("RGB", (90, 90), "teal").save(folder / "d.png")
    changed = looked(folder)
    assert sorted(opened) == ["b.png", "d.png"] and changed.known == 4


def test_look_finds_the_same_twins_among_known_pictures(folder, opened):
    (folder / "copy.png").write_bytes((folder / "b.png").read_bytes())
    first, opened[:] = looked(folder), []
    again = looked(folder)
    assert opened == [] and again.checked == first.checked
    assert any("the same picture as" in each.found for each in again.findings)


@pytest.mark.parametrize("of", ["another size", "another crop"])
def test_look_opens_a_picture_again_for(folder, opened, of):
    looked(folder)
    opened.clear()
    if of == "another size":
        looked(folder, resolution=(64, 64))
        assert len(opened) == 3
    else:
        (folder / "crops.json").write_text('{"b.png": [0, 0, 0.5, 1]}')
        assert (100, 90) in looked(folder).checked.sizes
        assert opened == ["b.png"]


def test_look_goes_on_where_it_was_stopped(folder, opened, monkeypatch):
    monkeypatch.setattr(kept_looks, "KEPT_EVERY_S", 0.0)
    examples = read_folder(folder).examples
    with looks_in(folder) as looks:
        looks.look(examples[0], 128)
        looks.keep = lambda: None  # it is killed
    opened.clear()
    assert looked(folder).known == 1
    assert sorted(opened) == ["b.png", "c.png"]


def test_look_keeps_what_it_saw_when_it_is_interrupted(folder, opened):
    for number in range(70):
        Image.new("RGB", (64, 64), (number, 0, 0)).save(folder / f"z{number:02}.png")
    events = look(folder, resolution=(64, 64))
    assert (next(events).done, len(opened)) >= (64, 64)
    events.close()
    before = set(opened)
    opened.clear()
    looked(folder, resolution=(64, 64))
    assert not before & set(opened) and len(before | set(opened)) == 73


def test_looks_outlive_a_move_of_the_folder(folder, opened, tmp_path):
    looked(folder)
    opened.clear()
    folder.rename(tmp_path / "elsewhere")
    assert looked(tmp_path / "elsewhere").known == 3 and opened == []


@pytest.mark.parametrize("kept", [b"no database" * 100, b""])
def test_looks_are_made_again_where_the_file_is_broken(folder, opened, kept):
    looked(folder)
    (folder / LOOKED).write_bytes(kept)
    opened.clear()
    assert looked(folder).known == 0 and len(opened) == 3
    assert looked(folder).known == 3


def test_looks_are_kept_in_the_users_cache_where_the_folder_may_only_be_read(
    folder, opened, tmp_path, monkeypatch
):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(kept_looks.platformdirs, "user_cache_dir", lambda *_, **__: tmp_path / "c")
    (folder / LOOKED).mkdir()  # nothing can be written there, whoever asks
    looked(folder)
    opened.clear()
    assert looked(folder).known == 3 and opened == []


def test_looks_do_without_what_is_kept_while_another_process_holds_it(folder, opened, monkeypatch):
    monkeypatch.setattr(kept_looks, "WAITS_S", 0.01)
    monkeypatch.setattr(kept_looks.platformdirs, "user_cache_dir", lambda *_, **__: folder / ".c")
    looked(folder)
    with sqlite3.connect(folder / LOOKED, isolation_level=None) as other:
        other.execute("begin exclusive")
        assert len(looked(folder).checked.examples) == 3
        other.execute("rollback")
    assert looked(folder).known == 3


def test_a_picture_that_vanishes_while_it_is_looked_at_is_told(folder):
    examples = read_folder(folder).examples
    os.unlink(folder / "b.png")
    with looks_in(folder) as looks:
        checked = look_through(examples, 64, look=looks.look)
    assert [each.path.name for each in checked.findings] == ["b.png"]
    assert len(checked.examples) == 2


def test_look_of_metadata_keeps_its_looks_by_the_pictures(
    folder, opened, tmp_path, monkeypatch, capsys
):
    meta = tmp_path / "meta.json"
    meta.write_text('{"a": {"caption": "a cat"}, "b": {"caption": "a dog"}}')
    asked = ["training", "dataset", "look", str(meta), "--photos", str(folder)]
    monkeypatch.setattr("sys.argv", [*asked, "--resolution", "128"])
    assert command.main() == 0
    assert (folder / LOOKED).is_file() and not (tmp_path / LOOKED).exists()
    opened.clear()
    assert command.main() == 0 and opened == []
    assert "2 pictures were looked at before" in capsys.readouterr().out


def test_look_says_how_a_folder_is_read_and_why_not_otherwise(folder):
    (folder / "a.caption").write_text("a cat, sofa")
    (folder / "b.caption").write_text("a dog, sofa")
    found = looked(folder)
    lines = list(found.lines())
    assert lines[0] == "read as sidecars: 2 of 3 pictures have a file of words"
    assert "  not as names: all pictures lie in the folder itself, not in folders in it" in lines
    assert "3 pictures, 2 of them with words" in lines
    assert "said most often: sofa (2)" in lines
    assert any(line.startswith("  128 x 128: 1 pictures") for line in lines)
    assert any(line.startswith("  192 x 64: 1 pictures") for line in lines)
    assert any("c.png: no caption; taken without words" in line for line in lines)


@pytest.mark.parametrize("layout", ["dataset", "image_captions", "metadata", "names", "sidecars"])
def test_explained_has_a_reason_for_the_layout_and_against_those_before_it(folder, layout):
    if layout == "dataset":
        (folder / "metadata.jsonl").write_text('{"file_name": "a.png", "text": "a cat"}\n')
    if layout == "image_captions":
        (folder / "image_captions.json").write_text('{"a.png": "a cat"}')
    if layout == "metadata":
        (folder / "meta.json").write_text('{"a": {"caption": "a cat"}}')
    if layout == "names":
        (folder / "in").mkdir()
        for path in folder.glob("*.png"):
            path.rename(folder / "in" / f"a cat {path.name}")
    chosen, why = explained(folder)
    assert chosen == layout
    assert all(why.values())
    order = ["dataset", "image_captions", "metadata"]
    before = order[: order.index(layout)] if layout in order else order
    assert set(before) < set(why) or not before


def test_look_tells_many_findings_of_one_kind_in_one_line(folder):
    for number in range(5):
        Image.new("RGB", (64, 64), (number, 0, 0)).save(folder / f"z{number}.png")
    lines = list(looked(folder).lines())
    assert sum("only 64 x 64 px" in line for line in lines) == 1
    assert any("z0.png and 4 more: only 64 x 64 px" in line for line in lines)


def test_sheet_of_shows_every_picture_with_its_words(folder):
    (folder / "b.png").write_bytes(b"no picture")
    sheet = sheet_of(read_folder(folder).examples, "photos")
    assert sheet.width > 2 * 224
    assert sheet.getextrema() != ((255, 255),) * 3


def test_likenesses_find_what_comparing_with_each_finds():
    chance = np.random.default_rng(4)
    hashes = chance.integers(0, 256, (600, 32)).astype(np.uint8)
    for place in range(0, 300, 2):  # twins that differ in 0 to 29 bits: on both sides of the limit
        bits = np.unpackbits(hashes[place])
        bits[chance.choice(256, place // 10, replace=False)] ^= 1
        hashes[place + 1] = np.packbits(bits)
    known, found = Likenesses(), []
    for own in hashes:
        found.append(known.nearest(own))
        known.add(own)
    for place, own in enumerate(hashes):
        differing = np.bitwise_count(hashes[:place] ^ own).sum(axis=1)
        wanted = int(differing.argmin()) if place and differing.min() <= NEAR else None
        assert found[place] == wanted
    assert 100 < sum(each is not None for each in found) < 150
