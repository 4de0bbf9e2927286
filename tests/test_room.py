"""The room of a picture before it is there, and the names by which tests ask for elements."""

import io
import re
from pathlib import Path

import pytest
from PIL import Image

from app.hero.face import face
from app.widgets import room
from page_tester import AppTest
from storybook.records import Hero

APP = Path(__file__).parent.parent / "app"


def png(wide: int, high: int) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (wide, high)).save(file, "PNG")
    return file.getvalue()


def test_size_of_reads_files_bytes_and_pictures(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(png(30, 20))
    assert room.size_of(path) == room.size_of(str(path)) == room.size_of(png(30, 20)) == (30, 20)
    assert room.size_of(Image.new("L", (4, 5))) == (4, 5)


def test_a_webp_is_brought_into_the_form_in_which_it_is_sent_once(tmp_path: Path) -> None:
    path = tmp_path / "a.webp"
    Image.new("RGB", (30, 20), "red").save(path)
    sent = room._as_sent(path)
    assert sent.startswith(b"\xff\xd8") and room.size_of(sent) == (30, 20)
    assert room._as_sent(path) is sent
    Image.new("RGBA", (31, 20)).save(path)  # which a JPEG would fill with black
    assert room.size_of(again := room._as_sent(path)) == (31, 20) and again[1:4] == b"PNG"
    (tmp_path / "b.png").write_bytes(png(30, 20))
    assert room._as_sent(tmp_path / "b.png") == tmp_path / "b.png"


def test_size_of_a_photo_that_lies_on_its_side_is_as_it_is_shown(tmp_path: Path) -> None:
    path, exif = tmp_path / "a.jpg", Image.Exif()
    exif[room.ORIENTATION] = 6
    Image.new("RGB", (40, 30)).save(path, exif=exif)
    assert room.size_of(path) == (30, 40)


def test_size_of_what_is_no_picture_is_square(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"no picture")
    assert room.size_of(tmp_path / "a.png") == room.size_of(b"") == room.SQUARE
    assert room.size_of(face(Hero(name="Rex", species="dog", look="brown"))) == room.SQUARE


def _shows(alt: str, wide: int) -> None:
    from PIL import Image

    from app.widgets import room

    room.image(Image.new("RGB", (wide, 20)), alt)


def shown(alt: str, wide: int) -> AppTest:
    test = AppTest.from_function(_shows, args=(alt, wide)).run()
    assert not test.exception and test.get("image")[0].proto.imgs[0].alt == alt
    return test


def test_image_says_the_shape_of_what_is_not_square() -> None:
    assert not shown("A kite", 20).get("html")
    (style,) = shown("A kite", 30).get("html")
    assert style.proto.body == (
        "<style>img[alt='A\\20 kite'] { aspect-ratio: auto 30 / 20; }</style>"
    )


@pytest.mark.parametrize("alt", ["it's", "</style><b>", 'a"]{}', "a\\", "two\nlines", "é ü 猫"])
def test_image_lets_no_words_out_of_the_style_sheet(alt: str) -> None:
    (style,) = shown(alt, 30).get("html")
    said = re.fullmatch(
        r"<style>img\[alt='(.*)'\] \{ aspect-ratio: auto 30 / 20; \}</style>", style.proto.body
    )[1]
    assert re.fullmatch(r"(?:\w|\\[0-9a-f]+ )*", said)


def test_every_picture_of_the_studio_has_its_room() -> None:
    shows = [path.name for path in APP.rglob("*.py") if "st.image(" in path.read_text("utf-8")]
    assert shows == ["room.py"]


def test_a_name_that_no_element_has_is_a_fault_of_the_test() -> None:
    with pytest.raises(AssertionError, match="called imgs"):
        shown("A kite", 20).get("imgs")
