"""Which files are photos and words, by whatever way their names are written."""

import unicodedata
from os import fsdecode

import pytest

from storybook.images.photo_files import NameIndex, is_litter, no_photo, passed_over, photos_in

NFC, NFD = (unicodedata.normalize(form, "Zoë.jpg") for form in ("NFC", "NFD"))


def touch(folder, *names):
    folder.mkdir(exist_ok=True, parents=True)
    for name in names:
        (folder / name).write_bytes(b"x")
    return folder


@pytest.mark.parametrize(
    "name",
    [
        "._plain0.jpg",
        ".DS_Store",
        "Thumbs.db",
        "THUMBS.DB",
        "__MACOSX",
        "desktop.ini",
        "@eaDir",
        "Icon\r",
    ],
)
def test_is_litter_knows_what_systems_leave(tmp_path, name):
    touch(tmp_path, name, "1.jpg")
    assert is_litter(name)
    assert [path.name for path in photos_in(tmp_path)] == ["1.jpg"]
    assert list(passed_over(tmp_path)) == []


def test_photos_in_takes_every_kind_that_is_opened_and_passed_over_names_the_rest(tmp_path):
    kinds = ["a.JPG", "b.jpeg", "c.heic", "d.HEIF", "e.avif", "f.tif", "g.webp", "h.gif", "i.bmp"]
    others = ["j.cr2", "k.mov", "l.svg", "m.zip", "n.txt", "o", "p.docx"]
    touch(tmp_path, *kinds, *others)
    (tmp_path / "summer").mkdir()
    (tmp_path / "gone.jpg").symlink_to(tmp_path / "nowhere.jpg")
    assert [path.name for path in photos_in(tmp_path)] == kinds
    said = {path.name: reason for path, reason in passed_over(tmp_path, [tmp_path / "n.txt"])}
    assert said == {
        "gone.jpg": "a link to nothing",
        "j.cr2": "a camera's raw file; save it as JPEG",
        "k.mov": "a film",
        "l.svg": "a picture of another kind; save it as JPEG or PNG",
        "m.zip": "an archive; unpack it",
        "o": "a nameless file, which is no picture that can be read",
        "p.docx": "a .docx file, which is no picture that can be read",
        "summer": "a folder, which is not looked into",
    }
    assert no_photo(tmp_path / "n.txt") == "words without a picture of the same name"
    assert photos_in(tmp_path / "nowhere") == []


@pytest.mark.parametrize(("there", "asked"), [(NFC, NFD), (NFD, NFC)])
def test_find_takes_accents_as_they_come(tmp_path, there, asked):
    touch(tmp_path / unicodedata.normalize("NFD", "Fotoräume"), there)
    path = tmp_path / unicodedata.normalize("NFC", "Fotoräume") / asked
    assert NameIndex().find(path).name == there
    assert NameIndex().find(path.with_name("Zoe.jpg")) is None


def test_find_takes_another_case_where_only_one_can_be_meant(tmp_path):
    touch(tmp_path / "Sub", "IMG_1.JPG", "a.png", "A.png")
    index = NameIndex()
    assert index.find(tmp_path / "sub" / "img_1.jpg") == tmp_path / "Sub" / "IMG_1.JPG"
    assert index.find(tmp_path / "Sub" / "a.png").name == "a.png"
    assert index.find(tmp_path / "Sub" / "a.PNG") is None


@pytest.mark.parametrize("name", ["x" * 4000 + ".jpg", "a\0b.jpg", "half \ud83d.jpg", "a/b/c.jpg"])
def test_find_finds_nothing_by_names_that_cannot_be(tmp_path, name):
    assert NameIndex().find(tmp_path / name) is None


@pytest.mark.parametrize(
    "words", ["1.txt", "1.TXT", "1.jpg.txt", "1.JPG.TXT", "1.caption", "1.Txt"]
)
def test_caption_is_found_however_it_is_called(tmp_path, words):
    touch(tmp_path, "1.jpg", "2.jpg", words)
    assert NameIndex().caption(tmp_path / "1.jpg").name == words
    assert NameIndex().caption(tmp_path / "2.jpg") is None


def test_caption_of_a_photo_is_not_taken_for_another_ones(tmp_path):
    touch(tmp_path, "a.jpg", "A.jpg", "a.txt", "B.jpg", "b.txt")
    index = NameIndex()
    assert index.caption(tmp_path / "A.jpg") is None
    assert index.caption(tmp_path / "a.jpg").name == "a.txt"
    assert index.caption(tmp_path / "B.jpg").name == "b.txt"


def test_names_that_are_no_utf8_are_read_like_others(tmp_path):
    touch(tmp_path, fsdecode(b"caf\xe9.jpg"), fsdecode(b"caf\xe9.txt"))
    (photo,) = photos_in(tmp_path)
    assert NameIndex().caption(photo).suffix == ".txt"
