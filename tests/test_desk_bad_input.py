"""What people bring to the dataset desk by mistake: one line each, and nothing is lost."""

import json

import numpy as np
import pytest
from PIL import Image

import training.__main__ as command
from fake_openai_server import fails, says
from storybook.errors import ModelError
from tiny_onnx import tiny_tagger
from training.desk.annotate import annotate
from training.desk.captioners import Generation, open_captioner
from training.desk.metadata import merge, read_entries
from training.desk.taggers import open_tagger
from training.desk.words import words_at


@pytest.fixture
def photos(tmp_path):
    folder = tmp_path / "photos"
    folder.mkdir()
    chance = np.random.default_rng(3)
    for number in range(3):
        levels = chance.integers(0, 255, (8, 8, 3)).astype(np.uint8)
        Image.fromarray(levels).resize((80, 80)).save(folder / f"{number:02}.png")
    return folder


def refused(arguments, monkeypatch, capsys):
    """What a command says on stderr, in its one line."""
    monkeypatch.setattr("sys.argv", ["training", "dataset", *map(str, arguments)])
    assert command.main() == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    return error


@pytest.mark.parametrize(
    ("encoding", "found"),
    [("utf-8-sig", 0), ("utf-16", 0), ("utf-32", 0), ("cp1252", 1)],
)
def test_merge_reads_captions_in_other_encodings_and_says_which_it_guessed(photos, encoding, found):
    (photos / "00.caption").write_bytes("a café cat\r\n".encode(encoding))
    merged = merge([photos], {})
    assert merged.entries["00"] == {"caption": "a café cat"}
    guessed = [each for each in merged.findings if "UTF-8" in each.found]
    assert len(guessed) == found


def test_merge_names_the_file_whose_words_are_no_text(photos, monkeypatch, capsys, tmp_path):
    (photos / "01.caption").write_bytes("コーギー".encode("shift_jis"))
    error = refused(["merge", photos, "--out", tmp_path / "m.json"], monkeypatch, capsys)
    assert "01.caption" in error
    assert not (tmp_path / "m.json").exists()


def test_merge_keeps_entries_whose_pictures_moved_and_names_them(photos, tmp_path):
    entries = {"99": {"caption": "gone"}, str(tmp_path / "x" / "7.jpg"): {"tags": "far"}}
    (photos / "00.caption").write_text("a cat")
    merged = merge([photos], entries)
    assert {"99", "00"} < merged.entries.keys() and merged.entries["99"] == {"caption": "gone"}
    gone = [each.path.name for each in merged.findings if "no such picture" in each.found]
    assert sorted(gone) == ["7.jpg", "99"]


def test_latents_say_where_metadata_speaks_of_other_pictures(
    photos, tmp_path, monkeypatch, capsys, tiny_vae
):
    meta = tmp_path / "meta.json"
    meta.write_text(json.dumps({"/elsewhere/00.png": {"caption": "a cat"}}))
    arguments = ["latents", photos, meta, "--out", tmp_path / "o.json", "--model", tiny_vae]
    sizes = ["--resolution", "64", "--buckets", "64..128", "--device", "cpu"]
    error = refused([*arguments, *sizes], monkeypatch, capsys)
    assert "speaks of none of the 3 pictures" in error
    assert "'/elsewhere/00.png'" in error and "--full-path" in error
    assert not (tmp_path / "o.json").exists()


@pytest.fixture(scope="module")
def tiny_vae(tmp_path_factory):
    from tiny_sd import tiny_painter

    return tiny_painter(tmp_path_factory.mktemp("painter"))


@pytest.mark.parametrize("source", ["00.png", "nowhere", "empty"])
def test_look_at_what_is_no_dataset_is_one_line(photos, source, monkeypatch, capsys):
    (photos / "empty").mkdir()
    assert source in refused(["look", photos / source], monkeypatch, capsys)


def test_tags_with_commas_stay_one_tag_each(tmp_path):
    tiny_tagger(tmp_path / "model.onnx", [[9, 9, -9]] * 3)
    listed = 'tag_id,name,category,count\r\n1,"one,_alone",0,1\r\n2,sky,0,1\r\n3,sea,0,1\r\n'
    (tmp_path / "selected_tags.csv").write_bytes(listed.encode("utf-8-sig"))
    said = open_tagger(str(tmp_path)).say([Image.new("RGB", (32, 32), "white")], [0])
    assert said == ["one_alone, sky"]


def test_annotate_keeps_what_was_said_before_a_server_fell_silent(photos, server):
    server.will(says("a cat on a sofa."), fails(401, "no such key"))
    captioner = open_captioner("server", Generation(), base_url=server.url, server_model="m")
    pictures = sorted(photos.glob("*.png"))
    words = words_at("json", [photos], "caption")
    with pytest.raises(ModelError, match="no such key") as fault:
        list(annotate(pictures, captioner, words, []))
    assert "\n" not in str(fault.value)
    said = json.loads((photos / "image_captions.json").read_text())
    assert said == {"00.png": "a cat on a sofa."}


@pytest.mark.parametrize(
    "text", ["\ufeff" + '{"01": {"caption": "a"}}', '{"01": {"caption": "a\u2028b"}}']
)
def test_read_entries_takes_what_editors_leave(tmp_path, text):
    file = tmp_path / "meta.json"
    file.write_text(text, encoding="utf-8")
    assert read_entries(file).keys() == {"01"}
