"""Merging and cleaning metadata at the dataset desk."""

import json
from pathlib import Path

import pytest
from PIL import Image

from storybook.errors import ConfigError, TrainingError
from training.data.kohya import read_metadata
from training.desk.clean import Rules, cleaned, load_rules
from training.desk.metadata import merge, read_entries, write_entries

VECTORS = [
    json.loads(line)
    for line in (Path(__file__).parent / "data/kohya_cleaned.jsonl").read_text().splitlines()
]


def picture(path: Path, *, size=(64, 64), colour="red") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", size, colour).save(path)
    return path


def test_merge_takes_captions_and_tags_beside_pictures_and_keeps_the_rest(tmp_path):
    for name in ("01", "02", "03"):
        picture(tmp_path / f"{name}.png")
    (tmp_path / "01.caption").write_text("a cat on a sofa\n")
    (tmp_path / "01.txt").write_text("cat, sofa")
    (tmp_path / "02.TXT").write_text("dog\nsecond line")
    before = {"01": {"caption": "old", "train_resolution": [64, 64]}, "09": {"tags": "gone"}}
    merged = merge([tmp_path], before)
    assert merged.entries == {
        "01": {"caption": "a cat on a sofa", "tags": "cat, sofa", "train_resolution": [64, 64]},
        "02": {"tags": "dog"},
        "09": {"tags": "gone"},
    }
    assert merged.words == {"caption": 1, "tags": 2}
    told = {(each.path.name, each.found) for each in merged.findings}
    assert told == {
        ("02.TXT", "2 lines of words"),
        ("03.png", "neither .caption nor .txt beside it"),
        ("09", "in the metadata, but no such picture is there"),
    }
    assert before["01"]["caption"] == "old"


def test_merge_of_several_folders_needs_full_paths_where_names_are_the_same(tmp_path):
    one, two = picture(tmp_path / "a/01.png"), picture(tmp_path / "b/01.png")
    for path in (one, two):
        path.with_suffix(".caption").write_text(f"in {path.parent.name}")
    with pytest.raises(TrainingError, match=r"both be called '01'.*--full-path"):
        merge([one.parent, two.parent], {})
    merged = merge([one.parent, two.parent], {}, full_path=True)
    assert merged.entries == {str(one): {"caption": "in a"}, str(two): {"caption": "in b"}}
    more = merge([one.parent], merged.entries, full_path=True)
    assert not more.findings, "what another folder holds is not missing"


def test_merged_metadata_is_read_by_training_and_written_as_kohyas_scripts_do(tmp_path):
    picture(tmp_path / "01.png")
    (tmp_path / "01.caption").write_text("a café")
    file = tmp_path / "meta.json"
    write_entries(merge([tmp_path], {}).entries, file)
    assert file.read_text(encoding="utf-8").startswith('{\n  "01": {\n    "caption"')
    assert read_entries(file) == json.loads(file.read_text(encoding="utf-8"))
    assert [each.captions for each in read_metadata(file).examples] == [("a café",)]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"01": {"caption": "a"}, "01": {"caption": "b"}}', "speaks of '01' twice"),
        ('{"01": {"tags": "a", "tags": "b"}}', "speaks of 'tags' twice"),
        ('{"01": "a cat"}', "is no metadata"),
        ("[1, 2]", "is no metadata"),
        ('{"01": ', "no JSON"),
    ],
)
def test_read_entries_refuses_what_is_no_metadata_in_a_line(tmp_path, text, said):
    file = tmp_path / "meta.json"
    file.write_text(text)
    with pytest.raises(TrainingError, match=said) as fault:
        read_entries(file)
    assert "\n" not in str(fault.value)
    assert str(file) in str(fault.value)


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector.get("tags", "")[:40])
def test_kohyas_rules_clean_as_kohyas_script_does(vector):
    rules = load_rules("kohya")
    if "tags" in vector:
        assert rules.tag_list(vector["tags"]) == vector["cleaned"]
    else:
        assert rules.caption(vector["caption"]) == vector["cleaned"]


def test_kohyas_vectors_are_many_and_most_of_them_change():
    changed = [each for each in VECTORS if each.get("tags", each.get("caption")) != each["cleaned"]]
    assert len(VECTORS) == 100
    assert len(changed) > 70


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("arafed dog sitting on a couch", "dog sitting on a couch"),
        ("There is a dog that is laying on the grass", "a dog laying on the grass"),
        ("a close up of a cat with a collar", "a cat with a collar"),
        ("a photo of an arafedian", "an arafedian"),
    ],
)
def test_pets_rules_clean_captions_of_what_is_said_of_the_photo(before, after):
    assert load_rules("pets").caption(before) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("no_humans, dog, brown_dog, rating:safe", "brown dog"),
        ("dog,grass , tall_grass,, dog, >_<", "dog, tall grass, >_<"),
        ("2_cats, black_cat, white_cat, sofa", "2 cats, sofa"),
        ("kitty, black_cat, white_cat", "kitten, black cat, white cat"),
    ],
)
def test_pets_rules_clean_tags(before, after):
    assert load_rules("pets").tag_list(before) == after


def test_cleaned_says_each_change_and_leaves_other_fields(tmp_path):
    entries = {"01": {"caption": "arafed cat", "tags": "cat", "train_resolution": [64, 64]}}
    made, changes = cleaned(entries, load_rules("pets"))
    assert made == {"01": {"caption": "cat", "tags": "cat", "train_resolution": [64, 64]}}
    assert [tuple(each) for each in changes] == [("01", "caption", "arafed cat", "cat")]
    assert entries["01"]["caption"] == "arafed cat"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[captions]\nreplace = [["a", "aa"]]', "can never be replaced"),
        ('[tags]\ndrop = ["("]', "no regular expression"),
        ("[tags]\nspace = true", "unknown key tags.space"),
        ("[tags", "is no TOML"),
    ],
)
def test_load_rules_refuses_what_cannot_be_in_a_line(tmp_path, text, said):
    file = tmp_path / "rules.toml"
    file.write_text(text)
    with pytest.raises(ConfigError, match=said):
        load_rules(str(file)).tag_list("a")


def test_load_rules_lists_those_that_come_along():
    with pytest.raises(ConfigError, match=r"no rules 'pet'.*Did you mean pets\?.*kohya, pets"):
        load_rules("pet")


def test_rules_that_go_round_in_circles_end():
    rules = Rules.model_validate({"captions": {"replace": [["ab", "ba"], ["x", "y"]]}})
    assert rules.caption("aab") == "baa"
