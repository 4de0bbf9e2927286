from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from books import doubles, made, new_book
from storybook.errors import BookError
from storybook.models.doubles import NearestEnlarger
from storybook.records import Prompt
from storybook.stages import enlarge


def test_a_plate_has_the_asked_width_and_the_pictures_aspect():
    plate = enlarge.enlarge(
        Image.new("RGB", (60, 40), "teal"),
        Prompt(page=1, positive="a cat"),
        width_px=240,
        enlarger=NearestEnlarger(),
    )
    assert plate.size == (240, 160) and plate.getpixel((100, 100)) == (0, 128, 128)


def test_another_width_makes_every_plate_due():
    book = new_book()
    made(book)
    assert enlarge.due(book, doubles()) == []
    assert enlarge.due(book, doubles("enlarge.width_px=256")) == list(range(5))


def test_a_changed_picture_makes_its_plate_due():
    book = new_book()
    made(book)
    Image.new("RGB", (128, 128), "hotpink").save(book.picture(3, book.picked(3)))
    assert enlarge.due(book, doubles()) == [3]


def test_a_plate_is_no_larger_than_its_format_can_print():
    asked = doubles("enlarge.width_px=4096").settings.enlarge
    square, wide = new_book("a"), new_book("b", format="landscape-11x8.5")
    assert enlarge.width_of(square, asked) == 3060  # 8.5 in at 360 ppi
    assert enlarge.width_of(wide, asked) == 3960
    assert enlarge.width_of(square, asked.but(max_ppi=600)) == 4096
    assert enlarge.width_of(square, asked.but(width_px=2048)) == 2048
    made(square, doubles("enlarge.width_px=700", "enlarge.max_ppi=72"))
    assert Image.open(square.plate_of(1)).width == 612


LARGE_PX = 3000


def kinds(large_px: int = 1) -> dict[str, Image.Image]:
    """An author's own picture of each kind, teal wherever the kind has colours."""
    deep = np.full((96, 96), 257 * 100, np.uint16)
    clear = Image.new("RGBA", (96, 96), (0, 128, 128, 255))
    clear.paste((255, 0, 0, 0), (0, 0, 96, 48))  # what is clear is paper, whatever lies under it
    return {
        "grey.png": Image.new("L", (96, 96), 100),
        "two.png": Image.new("1", (96, 96), 1),
        "deep.png": Image.fromarray(deep),
        "clear.png": clear,
        "table.png": Image.new("RGB", (96, 96), (0, 128, 128)).quantize(4),
        "print.jpg": Image.new("CMYK", (96, 96), (255, 0, 0, 127)),
        "thin.png": Image.new("RGB", (1, 96), (0, 128, 128)),
        "low.png": Image.new("RGB", (96, 1), (0, 128, 128)),
        "wide.png": Image.new("RGB", (8000, 40), (0, 128, 128)),
        "large.png": Image.new("RGB", (large_px, large_px), (0, 128, 128)),
    }


@pytest.mark.parametrize("kind", kinds())
def test_any_picture_that_an_author_puts_there_becomes_a_plate(kind: str):
    picture, book = kinds(LARGE_PX if kind == "large.png" else 1)[kind], new_book()
    made(book, until="choose")
    one = doubles("enlarge.width_px=192", shard="3/5")  # page 2 alone
    book.save(book.page(2) / "pick.json", book.pick(2).but(by="author"), None)
    target = book.picture(2, book.picked(2))
    picture.save(target, "JPEG" if kind.endswith("jpg") else "PNG")
    made(book, one, "enlarge")
    plate = Image.open(book.plate_of(2))
    assert plate.mode == "RGB" and plate.width == 192
    assert plate.height == max(1, round(picture.height * 192 / picture.width))
    if kind in ("grey.png", "deep.png"):
        assert plate.getpixel((99, 99)) == (100, 100, 100)
    if kind == "clear.png":
        assert plate.getpixel((99, 20)) == (255, 255, 255)
        assert plate.getpixel((99, 160)) == (0, 128, 128)
    assert not book.fidelity(2).faults


def test_what_is_no_picture_is_named(tmp_path: Path):
    book = new_book()
    made(book, until="choose")
    target = book.picture(2, book.picked(2))
    whole = target.read_bytes()
    for broken in (b"", b"no picture", whole[: len(whole) // 2], whole[:40] + b"x" * 60):
        target.write_bytes(broken)
        with pytest.raises(BookError, match=rf"{target.name} cannot be read as a picture"):
            book.image(2, book.picked(2))
