from PIL import Image

from books import doubles, made, new_book
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
    assert enlarge.jobs(book, doubles()) == []
    assert enlarge.jobs(book, doubles("enlarge.width_px=256")) == list(range(5))


def test_a_changed_picture_makes_its_plate_due():
    book = new_book()
    made(book)
    Image.new("RGB", (128, 128), "hotpink").save(book.picture(3, book.picked(3)))
    assert enlarge.jobs(book, doubles()) == [3]


def test_a_plate_is_no_larger_than_its_format_can_print():
    asked = doubles("enlarge.width_px=4096").settings.enlarge
    square, wide = new_book("a"), new_book("b", format="landscape-11x8.5")
    assert enlarge.width_of(square, asked) == 3060  # 8.5 in at 360 ppi
    assert enlarge.width_of(wide, asked) == 3960
    assert enlarge.width_of(square, asked.but(max_ppi=600)) == 4096
    assert enlarge.width_of(square, asked.but(width_px=2048)) == 2048
    made(square, doubles("enlarge.width_px=700", "enlarge.max_ppi=72"))
    assert Image.open(square.plate_of(1)).width == 612
