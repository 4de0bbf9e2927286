import json
from pathlib import Path

import pytest

from lay import found, lay, said
from storybook.errors import TrainingError
from training.data.readers import read_folder, recognise


def test_sidecars_are_read_with_their_odd_ones(tmp_path):
    lay(tmp_path / "1.jpg", 1, "a bhna cat on a sofa\n")
    lay(tmp_path / "2.png", 2, "\ufeffa bhna cat asleep", ".caption")
    both = lay(tmp_path / "3.jpg", 3, "a bhna cat", ".caption")
    both.with_suffix(".txt").write_text("orange, striped")
    lay(tmp_path / "4.JPG", 4, "one\n\ntwo\n")
    lay(tmp_path / "5.jpg", 5)
    (tmp_path / "6.txt").write_text("nobody's")
    (tmp_path / "7.CR2").write_bytes(b"")
    (tmp_path / ".DS_Store").write_bytes(b"")
    reading = read_folder(tmp_path, concept="cat")
    assert reading.layout == "sidecars"
    assert said(reading) == {
        "1.jpg": ("a bhna cat on a sofa",),
        "2.png": ("a bhna cat asleep",),
        "3.jpg": ("a bhna cat, orange, striped",),
        "4.JPG": ("one",),
        "5.jpg": (),
    }
    notes = found(reading.findings)
    assert notes["4.txt"] == ("2 lines of words", "the first one is the caption")
    assert notes["5.jpg"] == ("no caption", "taken without words")
    assert notes["6.txt"][1] == notes["7.CR2"][1] == "passed over"
    assert "raw file; save it as JPEG" in notes["7.CR2"][0] and len(notes) == 4
    assert {(example.concept, example.is_class) for example in reading.examples} == {("cat", False)}


def test_kohyas_folders_give_repeats_and_words(tmp_path):
    lay(tmp_path / "10_bhna cat" / "1.jpg", 1)
    lay(tmp_path / "10_bhna cat" / "2.jpg", 2, "a bhna cat asleep")
    lay(tmp_path / "3_more" / "3.jpg", 3, "a bhna cat in the sun")
    lay(tmp_path / "others" / "4.jpg", 4)
    (tmp_path / "3_more" / "multiply.txt").write_text("2")
    reading = read_folder(tmp_path, is_class=True)
    assert reading.layout == "sidecars" and all(example.is_class for example in reading.examples)
    assert said(reading)["1.jpg"] == ("bhna cat",)
    assert said(reading)["2.jpg"] == ("a bhna cat asleep",)
    assert {example.path.name: example.repeats for example in reading.examples} == {
        "1.jpg": 10,
        "2.jpg": 10,
        "3.jpg": 6,
        "4.jpg": 1,
    }
    assert found(reading.findings) == {"4.jpg": ("no caption", "taken without words")}


def test_the_folder_itself_gives_no_repeats(tmp_path):
    lay(tmp_path / "2023_summer" / "IMG_1.jpg", 1)
    reading = read_folder(tmp_path / "2023_summer")
    assert [(example.repeats, example.captions) for example in reading.examples] == [(1, ())]
    assert found(reading.findings) == {"2023_summer": ("no captions", "taken without words")}


def test_names_are_captions_in_one_layer_of_folders(tmp_path):
    lay(tmp_path / "any" / "a photo of rex on a bed_(1).png", 1)
    lay(tmp_path / "any" / "a photo of rex on a bed_(2).webp", 2)
    lay(tmp_path / "ground truth" / "a close up of a person_0001.jfif", 3)
    lay(tmp_path / "ground truth" / "_1.bmp", 4)
    (tmp_path / "any" / "multiply.txt").write_text("20\n")
    (tmp_path / "notes.txt").write_text("mine")
    reading = read_folder(tmp_path)
    assert reading.layout == "names"
    assert set(said(reading).values()) == {
        ("a photo of rex on a bed",),
        ("a close up of a person",),
        (),
    }
    assert sorted(example.repeats for example in reading.examples) == [1, 1, 20, 20]
    assert found(reading.findings).keys() == {"_1.bmp", "notes.txt"}


@pytest.mark.parametrize(
    ("place", "where"), [("a cat.jpg", "itself"), ("two/layers/a cat.jpg", "2 folders deep")]
)
def test_where_names_are_captions_pictures_lie_one_layer_below(tmp_path, place, where):
    lay(tmp_path / "fine" / "a dog.jpg", 1)
    lay(tmp_path / place, 2)
    with pytest.raises(TrainingError, match=f"{where}.*one layer below"):
        read_folder(tmp_path)


def test_photos_without_words_are_no_captions_in_names(tmp_path):
    lay(tmp_path / "IMG_1.jpg", 1)
    assert recognise(tmp_path) == "sidecars"
    with pytest.raises(TrainingError, match="itself"):
        read_folder(tmp_path, layout="names")


def test_multiply_must_be_a_number(tmp_path):
    lay(tmp_path / "any" / "a cat.jpg", 1)
    (tmp_path / "any" / "multiply.txt").write_text("often")
    with pytest.raises(TrainingError, match=r"multiply.txt says 'often'"):
        read_folder(tmp_path)


def test_image_captions_are_found_after_a_move(tmp_path):
    here = lay(tmp_path / "images" / "1.jpg", 1)
    lay(tmp_path / "images" / "2.jpg", 2)
    lay(tmp_path / "images" / "3.jpg", 3)
    lay(tmp_path / "images" / "4.jpg", 4)
    captions = {
        str(here): "a cat",
        "/gone/project/images/2.jpg": "two cats ",
        "C:\\pets\\images\\3.jpg": "three cats",
        "/gone/project/images/5.jpg": "nobody",
    }
    file = tmp_path / "image_captions.json"
    file.write_text(json.dumps(captions, indent=4))
    reading = read_folder(tmp_path)
    assert reading.layout == "image_captions"
    assert said(reading) == {"1.jpg": ("a cat",), "2.jpg": ("two cats",), "3.jpg": ("three cats",)}
    notes = found(reading.findings)
    assert notes["2.jpg"] == ("listed as /gone/project/images/2.jpg", "taken from here")
    assert notes["5.jpg"] == ("listed in image_captions.json, but not there", "left out")
    assert notes["4.jpg"] == ("not listed in image_captions.json", "left out")
    assert read_folder(file).examples == reading.examples
    apart = tmp_path / "elsewhere.json"
    apart.write_text(json.dumps({"1.jpg": "a cat"}))
    assert said(read_folder(apart, pictures=tmp_path / "images")) == {"1.jpg": ("a cat",)}


@pytest.mark.parametrize("text", ["[1, 2]", '{"a.jpg": 3}', "no json"])
def test_image_captions_of_another_shape_are_refused(tmp_path, text):
    (tmp_path / "image_captions.json").write_text(text)
    with pytest.raises(TrainingError, match=r"image_captions.json"):
        read_folder(tmp_path)


@pytest.mark.parametrize("kind", ["jsonl", "csv"])
def test_an_imagefolder_is_read_by_its_metadata(tmp_path, kind):
    lay(tmp_path / "train" / "1.jpg", 1)
    lay(tmp_path / "train" / "deep" / "2.jpg", 2)
    lay(tmp_path / "train" / "3.jpg", 3)
    lay(tmp_path / "test" / "4.jpg", 4)
    rows = [("1.jpg", 'a "cat", asleep'), ("deep/2.jpg", "a dog"), ("gone.jpg", "nobody")]
    if kind == "jsonl":
        lines = [json.dumps({"file_name": name, "text": text}) for name, text in rows]
    else:
        lines = ["file_name,text", '1.jpg,"a ""cat"", asleep"', *map(",".join, rows[1:])]
    for split in ("train", "test"):
        (tmp_path / split / f"metadata.{kind}").write_text("\n".join(lines) + "\n")
    reading = read_folder(tmp_path)
    assert reading.layout == "dataset"
    assert said(reading) == {"1.jpg": ('a "cat", asleep',), "2.jpg": ("a dog",)}
    notes = found(reading.findings)
    assert notes["gone.jpg"][1] == notes["3.jpg"][1] == "left out"
    assert notes[f"metadata.{kind}"] == ("not the training split", "left out")
    assert "4.jpg" not in notes


def test_an_imagefolder_may_have_several_captions_but_must_have_the_column(tmp_path):
    lay(tmp_path / "1.jpg", 1)
    file = tmp_path / "metadata.jsonl"
    file.write_text(json.dumps({"file_name": "1.jpg", "text": ["a cat", "an orange cat"]}))
    assert said(read_folder(tmp_path)) == {"1.jpg": ("a cat", "an orange cat")}
    file.write_text(json.dumps({"file_name": "1.jpg", "caption": "a cat"}))
    with pytest.raises(TrainingError, match=r"no column 'text'.*caption, file_name"):
        read_folder(tmp_path)
    file.write_text('{"file_name": "1.jpg", ')
    with pytest.raises(TrainingError, match="line 1: no whole JSON object"):
        read_folder(tmp_path)


def test_a_saved_dataset_is_unpacked(tmp_path):
    datasets = pytest.importorskip("datasets")
    paths = [str(lay(tmp_path / "in" / f"{number}.png", number)) for number in (1, 2)]
    held = datasets.Dataset.from_dict({"image": paths, "text": ["a cat", "a dog"]})
    held = held.cast_column("image", datasets.Image())
    datasets.DatasetDict(train=held, test=held).save_to_disk(tmp_path / "splits")
    held.save_to_disk(tmp_path / "plain")
    for name in ("splits", "plain"):
        for _ in range(2):
            reading = read_folder(tmp_path / name)
            assert reading.layout == "dataset" and reading.findings
            assert [example.captions for example in reading.examples] == [("a cat",), ("a dog",)]
            for example, path in zip(reading.examples, paths, strict=True):
                assert example.path.parent == tmp_path / name / "unpacked"
                assert example.path.read_bytes() == Path(path).read_bytes()


def test_a_saved_dataset_without_the_library_is_one_clear_line(tmp_path):
    try:
        import datasets  # noqa: F401
    except ImportError:
        (tmp_path / "dataset_info.json").write_text("{}")
        with pytest.raises(TrainingError, match="pip install datasets"):
            read_folder(tmp_path)
    else:
        pytest.skip("the library is installed")


def test_what_cannot_be_read_is_said(tmp_path):
    with pytest.raises(TrainingError, match="is no folder"):
        read_folder(tmp_path / "nowhere")
    with pytest.raises(TrainingError, match="no picture in"):
        read_folder(tmp_path)
    lay(tmp_path / "1.jpg", 1).with_suffix(".txt").write_bytes(b"\xff\xfe\xfa")
    with pytest.raises(TrainingError, match=r"1.txt, line 1: byte 0xfa is not UTF-8"):
        read_folder(tmp_path)
    with pytest.raises(TrainingError, match="The choices are"):
        read_folder(tmp_path, layout="sidecar")
    with pytest.raises(TrainingError, match="Name the metadata file"):
        read_folder(tmp_path, pictures=tmp_path)


def test_a_dataset_of_gone_pictures_is_an_error(tmp_path):
    (tmp_path / "image_captions.json").write_text('{"gone.jpg": "a cat"}')
    with pytest.raises(TrainingError, match=r"Nothing in .*gone.jpg: listed"):
        read_folder(tmp_path)
