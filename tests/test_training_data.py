import json
import os
import unicodedata
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


@pytest.mark.parametrize("text", ["often", "0", "-1", "0.0", "nan", "inf", "1,5", "", "1e3"])
def test_multiply_must_be_a_number_above_0(tmp_path, text):
    lay(tmp_path / "any" / "a cat.jpg", 1)
    (tmp_path / "any" / "multiply.txt").write_text(text)
    with pytest.raises(TrainingError, match=rf"multiply.txt says '{text}': write a number above 0"):
        read_folder(tmp_path)


@pytest.mark.parametrize(
    ("text", "repeats"),
    [("0.5", 0.5), ("2.0", 2), ("2.", 2), (".25", 0.25), ("3", 3), ("\ufeff1.5\r\n", 1.5)],
)
@pytest.mark.parametrize("name", ["multiply.txt", "Multiply.TXT"])
def test_multiply_takes_any_number_above_0(tmp_path, text, repeats, name):
    lay(tmp_path / "any" / "a cat.jpg", 1)
    (tmp_path / "any" / name).write_text(text, encoding="utf-8")
    (example,) = read_folder(tmp_path).examples
    assert example.repeats == repeats and type(example.repeats) is type(repeats)


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


NFC, NFD = (unicodedata.normalize(form, "Zoë") for form in ("NFC", "NFD"))


@pytest.mark.parametrize(("picture", "words"), [(NFD, NFC), (NFC, NFD)])
def test_read_folder_takes_accents_as_they_are_written(tmp_path, picture, words):
    """Of sidecars and of all three kinds of metadata; words come out as one way of writing."""
    caption = unicodedata.normalize("NFD", "a dog at the café")
    lay(tmp_path / "sidecars" / f"{picture}.jpg", 1)
    (tmp_path / "sidecars" / f"{words}.txt").write_text(caption, encoding="utf-8")
    for kind in ("captions", "metadata", "dataset"):
        lay(tmp_path / kind / picture / f"{picture}.jpg", 1)
    name = f"{words}/{words}.jpg"
    listed = json.dumps({name: caption}, ensure_ascii=False)
    (tmp_path / "captions" / "image_captions.json").write_text(listed, encoding="utf-8")
    entry = json.dumps({f"{words}/{words}": {"caption": caption}}, ensure_ascii=False)
    (tmp_path / "metadata" / "meta.json").write_text(entry, encoding="utf-8")
    row = json.dumps({"file_name": name, "text": caption}, ensure_ascii=False)
    (tmp_path / "dataset" / "metadata.jsonl").write_text(row, encoding="utf-8")
    for kind in ("sidecars", "captions", "metadata", "dataset"):
        assert said(read_folder(tmp_path / kind)) == {f"{picture}.jpg": ("a dog at the café",)}


@pytest.mark.parametrize("words", ["1.TXT", "1.jpg.txt", "1.JPG.TXT", "1.Caption", "1.jpg.caption"])
def test_read_sidecars_finds_words_however_they_are_called(tmp_path, words):
    lay(tmp_path / "1.jpg", 1)
    lay(tmp_path / "2.jpg", 2)
    (tmp_path / words).write_text("a dog asleep")
    reading = read_folder(tmp_path)
    assert said(reading) == {"1.jpg": ("a dog asleep",), "2.jpg": ()}
    assert found(reading.findings) == {"2.jpg": ("no caption", "taken without words")}


@pytest.mark.parametrize(
    "name", ["sub\\1.jpg", ".\\sub\\1.jpg", "sub/1.jpg", "Sub\\1.JPG", "C:\\pets\\sub\\1.jpg"]
)
@pytest.mark.parametrize("kind", ["csv", "jsonl", "json", "kohya"])
def test_read_folder_takes_paths_of_windows(tmp_path, name, kind):
    lay(tmp_path / "sub" / "1.jpg", 1)
    row = {"file_name": name, "text": "a dog"}
    files = {
        "csv": ("metadata.csv", f"file_name,text\n{name},a dog\n"),
        "jsonl": ("metadata.jsonl", json.dumps(row)),
        "json": ("image_captions.json", json.dumps({name: "a dog"})),
        "kohya": ("meta.json", json.dumps({name: {"caption": "a dog"}})),
    }
    file, text = files[kind]
    (tmp_path / file).write_text(text)
    assert said(read_folder(tmp_path)) == {"1.jpg": ("a dog",)}


@pytest.mark.parametrize("sign", ["\u2028", "\u2029", "\x85", "\x0b", "\x0c", "\x1e"])
def test_read_folder_ends_no_line_within_a_caption(tmp_path, sign):
    rows = [("1.jpg", f"a dog{sign}on grass"), ("2.jpg", "a cat")]
    for number in (1, 2):
        lay(tmp_path / "set" / f"{number}.jpg", number)
        lay(tmp_path / "meta" / f"{number}.jpg", number)
    lay(tmp_path / "words" / "1.jpg", 1, f"a dog{sign}on grass")
    dataset = [json.dumps({"file_name": n, "text": t}, ensure_ascii=False) for n, t in rows]
    kohya = [json.dumps({"image_path": n, "caption": t}, ensure_ascii=False) for n, t in rows]
    if sign >= "\x85":  # JSON has other control characters escaped
        (tmp_path / "set" / "metadata.jsonl").write_bytes("\r\n".join(dataset).encode())
        (tmp_path / "meta" / "meta.jsonl").write_bytes("\n".join(kohya).encode())
        for kind in ("set", "meta"):
            assert said(read_folder(tmp_path / kind))["1.jpg"] == ("a dog on grass",)
    assert said(read_folder(tmp_path / "words")) == {"1.jpg": ("a dog on grass",)}


def test_read_folder_looks_into_linked_folders_and_ends_where_links_lead_back(tmp_path):
    lay(tmp_path / "real" / "1.jpg", 1, "a dog")
    lay(tmp_path / "real" / "deep" / "2.jpg", 2, "a cat")
    folder = tmp_path / "set"
    folder.mkdir()
    (folder / "photos").symlink_to(tmp_path / "real", target_is_directory=True)
    (tmp_path / "real" / "up").symlink_to(folder, target_is_directory=True)
    (tmp_path / "real" / "again").symlink_to(tmp_path / "real" / "deep", target_is_directory=True)
    (tmp_path / "real" / "self").symlink_to("self")
    (folder / "gone.jpg").symlink_to(tmp_path / "gone.jpg")
    reading = read_folder(folder)
    assert said(reading) == {"1.jpg": ("a dog",), "2.jpg": ("a cat",)}
    notes = found(reading.findings)
    assert notes["up"] == ("a link to a folder that is read already", "not followed")
    assert notes["again"][1] == "not followed" and notes["gone.jpg"][0] == "a link to nothing"
    linked = tmp_path / "linked"
    linked.symlink_to(folder, target_is_directory=True)
    assert said(read_folder(linked)) == said(reading)


def test_read_folder_passes_over_what_systems_leave(tmp_path):
    lay(tmp_path / "1.jpg", 1, "a dog")
    for name in ("._1.jpg", "._1.txt", ".DS_Store", "Thumbs.db", "desktop.ini", "__MACOSX/2.jpg"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"\0\5\x16\7")
    reading = read_folder(tmp_path)
    assert said(reading) == {"1.jpg": ("a dog",)} and reading.findings == ()


def test_read_sidecars_reads_western_words_and_says_so(tmp_path):
    lay(tmp_path / "1.jpg", 1)
    (tmp_path / "1.txt").write_bytes("a dog at the café".encode("cp1252"))
    lay(tmp_path / "2.jpg", 2)
    (tmp_path / "2.txt").write_bytes("a dog, Zoë".encode("utf-16"))
    reading = read_folder(tmp_path)
    assert said(reading) == {"1.jpg": ("a dog at the café",), "2.jpg": ("a dog, Zoë",)}
    note = found(reading.findings)["1.txt"]
    assert note == ("words that are no UTF-8", "read as Windows-1252; save it as UTF-8")
    (tmp_path / "1.txt").write_bytes("собака".encode("cp1251"))
    with pytest.raises(TrainingError, match=r"1\.txt, line 1: byte 0xf1 is not UTF-8"):
        read_folder(tmp_path)


@pytest.mark.parametrize("half", ["\ud83d", "\udc36"])
def test_read_folder_leaves_half_a_character_out_of_captions(tmp_path, half):
    lay(tmp_path / "1.jpg", 1)
    for text in (
        json.dumps({"1.jpg": f"a dog {half}"}),
        json.dumps({f"1{half}.jpg": "x", "1.jpg": "a dog"}),
    ):
        (tmp_path / "image_captions.json").write_text(text)
        reading = read_folder(tmp_path)
        assert said(reading) == {"1.jpg": ("a dog",)} and len(reading.findings) == 1


def test_read_folder_takes_names_that_are_no_utf8(tmp_path):
    lay(tmp_path / "set" / os.fsdecode(b"a dog at the caf\xe9_1.jpg"), 1)
    (example,) = read_folder(tmp_path / "set", layout="sidecars").examples
    example.model_dump_json(exclude={"path"}).encode()
    lay(tmp_path / "named" / "any" / os.fsdecode(b"a dog at the caf\xe9_1.jpg"), 1)
    (example,) = read_folder(tmp_path / "named", layout="names").examples
    assert example.captions == ("a dog at the caf",)


def everydream(folder):
    for number in range(1, 4):
        lay(folder / "dogs" / f"a photo of rex on a bed_({number}).jpg", number)
    lay(folder / "2023_summer" / "a cat asleep_1.jpg", 4)
    return folder


def test_recognise_goes_by_what_most_pictures_have(tmp_path):
    everydream(tmp_path)
    stray = tmp_path / "dogs" / "a photo of rex on a bed_(2).txt"
    stray.write_text("rex, sleeping")
    reading = read_folder(tmp_path)
    assert reading.layout == "names"
    assert said(reading) == {
        "a photo of rex on a bed_(1).jpg": ("a photo of rex on a bed",),
        "a photo of rex on a bed_(2).jpg": ("rex, sleeping",),
        "a photo of rex on a bed_(3).jpg": ("a photo of rex on a bed",),
        "a cat asleep_1.jpg": ("a cat asleep",),
    }
    assert {example.repeats for example in reading.examples} == {1}, "2023 is a year"
    assert found(reading.findings) == {
        stray.name: ("words beside the picture", "taken, and not the name of the picture")
    }
    for number in (1, 3):
        (tmp_path / "dogs" / f"a photo of rex on a bed_({number}).txt").write_text("rex")
    assert recognise(tmp_path) == "sidecars"


def test_recognise_takes_names_of_cameras_for_no_captions(tmp_path):
    for number in range(1, 4):
        lay(tmp_path / "summer" / f"IMG_{number}.jpg", number)
    lay(tmp_path / "winter" / "DSC_4.jpg", 4, "a dog in snow")
    reading = read_folder(tmp_path)
    assert reading.layout == "sidecars"
    assert said(reading)["DSC_4.jpg"] == ("a dog in snow",) and said(reading)["IMG_1.jpg"] == ()


def test_read_names_refuses_pictures_in_the_root_whatever_else_lies_there(tmp_path):
    everydream(tmp_path)
    root = lay(tmp_path / "a stray dog_1.jpg", 9, "a stray dog")
    for layout in (None, "names"):
        with pytest.raises(TrainingError, match=r"a stray dog_1.jpg lies in .* itself") as caught:
            read_folder(tmp_path, layout=layout)
        assert "\n" not in str(caught.value)
    root.unlink()
    flat = tmp_path / "dogs"
    assert read_folder(flat).layout == "sidecars"
    with pytest.raises(TrainingError, match="one layer below"):
        read_folder(flat, plain="names")
    (flat / "image_captions.json").write_text(json.dumps({"a photo of rex on a bed_(1)": "rex"}))
    assert read_folder(flat, plain="names").layout == "image_captions", "metadata goes before"


def test_read_names_takes_no_caption_without_a_letter(tmp_path):
    lay(tmp_path / "any" / "1.jpg", 1)
    lay(tmp_path / "any" / "a cat_2.jpg", 2)
    reading = read_folder(tmp_path)
    assert said(reading) == {"1.jpg": (), "a cat_2.jpg": ("a cat",)}
    assert found(reading.findings)["1.jpg"][1] == "taken without words"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "main_prompt: a photo of rex\ntags: [{tag: on a bed, weight: 0.5}, {tag: asleep}]\n",
            "a photo of rex, on a bed, asleep",
        ),
        ("main_prompt: a photo of rex\n", "a photo of rex"),
        ("tags: [rex, 'on a bed', 7]\n", "rex, on a bed, 7"),
        ("a photo of rex\n", "a photo of rex"),
        ("main_prompt:\ntags:\n  - tag: rex\n  -\n", "rex"),
    ],
)
@pytest.mark.parametrize("name", ["1.yaml", "1.yml", "1.YAML", "1.jpg.yaml"])
def test_read_folder_reads_captions_in_yaml(tmp_path, text, words, name):
    lay(tmp_path / "any" / "1.jpg", 1)
    (tmp_path / "any" / name).write_text(text)
    assert set(said(read_folder(tmp_path)).values()) == {(words,)}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("rating: 1.1\n", "must hold main_prompt and tags"),
        ("[1, 2]", "must hold main_prompt"),
        ("main_prompt: [", "is no YAML"),
        ("!!python/object:os.system {}", "is no YAML"),
    ],
)
def test_read_folder_refuses_yaml_of_another_shape(tmp_path, text, says):
    lay(tmp_path / "any" / "1.jpg", 1)
    (tmp_path / "any" / "1.yaml").write_text(text)
    with pytest.raises(TrainingError, match=says) as caught:
        read_folder(tmp_path)
    assert "\n" not in str(caught.value) and "1.yaml" in str(caught.value)


def test_read_dataset_takes_names_of_columns(tmp_path):
    lay(tmp_path / "1.jpg", 1)
    (tmp_path / "metadata.csv").write_text("file_name;caption\n1.jpg;a dog, asleep\n")
    assert said(read_folder(tmp_path, columns=("image", "caption"))) == {
        "1.jpg": ("a dog, asleep",)
    }
    with pytest.raises(TrainingError, match=r"no column 'text'.*caption"):
        read_folder(tmp_path)
