import json
import stat
import zipfile
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from books import doubles, made, new_book
from storybook.authoring.status import status
from storybook.book.archive import export_zip, import_zip
from storybook.errors import BookError

ROOT = Path("books")
BRIEF = b'summary = "Biscuit the cat finds a mitten."\n'


def zipped(files, name="parcel.zip", kind=zipfile.ZIP_DEFLATED):
    """A zip of contents by name; a name may be a ZipInfo."""
    with zipfile.ZipFile(name, "w", kind) as packed:
        for each, data in files.items():
            packed.writestr(each, data, compress_type=kind)
    return Path(name)


def png(size=(8, 8), kind="PNG"):
    buffer = BytesIO()
    Image.new("RGB", size).save(buffer, kind)
    return buffer.getvalue()


def test_a_book_comes_back_as_it_was():
    book = new_book("books/b")
    made(book)
    (book.folder / ".made" / "left-over" / "09").mkdir(parents=True)
    (book.folder / ".made" / "left-over" / "09" / "x.json").touch()
    file = export_zip(book, Path("out") / "b.zip")
    names = zipfile.ZipFile(file).namelist()
    assert not any("log/" in name or "left-over" in name or "lock" in name for name in names)
    copy = import_zip(file, ROOT)
    assert copy.folder == ROOT / "b-2"
    assert status(copy, doubles()).finished and made(copy) == []
    assert copy.pdf.read_bytes() == book.pdf.read_bytes()
    assert import_zip(file, Path("elsewhere")).folder == Path("elsewhere") / "b"


def test_a_zip_made_by_hand_may_lack_the_folder_and_hold_a_systems_junk():
    files = {"brief.toml": BRIEF, "__MACOSX/._brief.toml": b"x", ".DS_Store": b"x"}
    book = import_zip(zipped(files, "My Book!.zip"), ROOT)
    assert book.folder == ROOT / "my-book"
    assert sorted(path.name for path in book.folder.iterdir()) == ["brief.toml"]


def link():
    info = zipfile.ZipInfo("b/pages/00/a.png")
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    return info


def pick(candidate):
    return json.dumps({"page": 0, "candidate": candidate, "by": "author"})


SCENES = json.dumps(
    {"scenes": [{"page": 0, "text": "a", "moment": "sitting", "place": "garden", "cast": ["B"]}]}
)
STORY = {"title": "t", "paragraphs": ["a"]}


def test_import_zip_reads_names_as_other_systems_write_them():
    names = ("brief.toml", "._brief.toml", "Thumbs.db")
    file = zipped({f"ZoeXXs Buch/{name}": BRIEF for name in names})
    file.write_bytes(file.read_bytes().replace(b"ZoeXXs", "Zoe\u0308s".encode()))  # no flag says so
    assert import_zip(file, ROOT).folder.name == "zoës-buch"
    windows = zipped({"Kite\\brief.toml": BRIEF, "Kite\\pages\\": b""}, "windows.zip")
    assert import_zip(windows, ROOT).folder.name == "kite"
    with pytest.raises(BookError, match="no place inside of a book"):
        import_zip(zipped({"..\\..\\brief.toml": BRIEF}, "evil.zip"), ROOT)


@pytest.mark.parametrize(
    ("files", "says"),
    [
        ({}, "holds no book"),
        ({"b/story.json": "{}"}, "holds no book"),
        ({"a/brief.toml": BRIEF, "b/brief.toml": BRIEF}, "must be one brief.toml"),
        ({"a/b/brief.toml": BRIEF}, "at its top"),
        ({"b/brief.toml": BRIEF, "c/x.json": "{}"}, "outside of the book's folder"),
        ({"b/brief.toml": BRIEF, "../x.json": "{}"}, "no place inside"),
        ({"b/brief.toml": BRIEF, "b/../../x.json": "{}"}, "no place inside"),
        ({"b/brief.toml": BRIEF, "/etc/x.json": "{}"}, "no place inside"),
        ({"b/brief.toml": BRIEF, "b/..\\..\\x.json": "{}"}, "no place inside"),
        ({"b/brief.toml": BRIEF, "b/C:x.json": "{}"}, "no place inside"),
        ({"b/brief.toml": BRIEF, f"b/{'x' * 300}.json": "{}"}, "no place inside"),
        ({"b/brief.toml": BRIEF, "b/a.json": "{}", "b/a.json/b.json": "{}"}, "twice"),
        ({"b/brief.toml": BRIEF, "b/run.sh": "rm"}, "no part of a book"),
        ({"b/brief.toml": BRIEF, "b/page.html": "<script>"}, "no part of a book"),
        ({"b/brief.toml": BRIEF, "b/pages/00/lock": ""}, "no part of a book"),
        ({"b/brief.toml": b"summary = 3"}, "brief.toml: summary"),
        ({"b/brief.toml": b"\xff\xfe"}, "is not TOML"),
        ({"b/brief.toml": BRIEF, "b/story.json": '{"title": 1}'}, "story.json: title"),
        ({"b/brief.toml": BRIEF, "b/scenes.json": "[" * 100_000}, "scenes.json"),
        ({"b/brief.toml": BRIEF, "b/.made/story.json.json": "{}"}, "story.json.json"),
        ({"b/brief.toml": BRIEF, "b/a.png": b"no"}, "a.png is no picture"),
        ({"b/brief.toml": BRIEF, "b/a.png": png(kind="GIF")}, "is no PNG, but a GIF"),
        ({"b/brief.toml": BRIEF, "b/a.pdf": b"MZ"}, "is no PDF"),
        (
            {"b/brief.toml": BRIEF, "b/scenes.json": SCENES, "b/pages/00/pick.json": pick("../x")},
            "is no picture's name",
        ),
        (
            {
                "b/brief.toml": BRIEF,
                "b/story.json": json.dumps(
                    STORY | {"cast": [{"name": "b", "species": "cat", "adapter": "../../x"}]}
                ),
            },
            "outside of a hero's folder",
        ),
        ({"b/brief.toml": BRIEF, "b/a.json": b" " * (5 << 20)}, "too large for what it is"),
        ({"b/brief.toml": BRIEF, "b/a.png": b"\0" * (8 << 20)}, "too large for what it is"),
        ({"b/brief.toml": BRIEF} | {f"b/{n}.json": "" for n in range(6001)}, "6002 files"),
    ],
)
def test_what_is_no_book_is_refused_in_one_line(files, says):
    file = zipped(files)
    with pytest.raises(BookError, match=says) as caught:
        import_zip(file, ROOT)
    assert "\n" not in str(caught.value) and "parcel.zip" in str(caught.value)
    assert list(ROOT.iterdir()) == [], "nothing is left of it"
    assert sorted(path.name for path in Path().iterdir()) == ["books", "parcel.zip"]


def test_a_link_is_refused():
    with pytest.raises(BookError, match="is a link"):
        import_zip(zipped({"b/brief.toml": BRIEF, link(): "/etc/passwd"}), ROOT)
    assert list(ROOT.iterdir()) == []


def test_what_is_no_zip_is_refused_in_one_line():
    whole = zipped({"b/brief.toml": BRIEF, "b/a.png": png((256, 256))}, kind=zipfile.ZIP_STORED)
    data = whole.read_bytes()
    spoilt = bytearray(data)
    spoilt[120:140] = b"spoilt spoilt spoilt"
    for number, bad in enumerate((b"", b"no zip", data[: len(data) // 2], bytes(spoilt))):
        file = Path(f"{number}.zip")
        file.write_bytes(bad)
        with pytest.raises(BookError, match="no zip that can be read"):
            import_zip(file, ROOT)
    assert list(ROOT.iterdir()) == []
