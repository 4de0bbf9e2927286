"""Contact sheets are looked at: every picture is on them, in order, with its words."""

import numpy as np
import pytest
from PIL import Image, ImageFont

from storybook.config import shipped
from storybook.images.contact_sheet import LARGEST_PX, ROW_PX, SMALLEST_PX, contact_sheet, shortened

FONT = ImageFont.truetype(shipped("assets", "fonts", "Andika-Regular.ttf"), 15)
COLOURS = ("red", "lime", "blue", "yellow", "fuchsia", "aqua", "black")


def flat(count, size=(64, 64)):
    return [(f"seed {n}", Image.new("RGB", size, COLOURS[n % 7])) for n in range(count)]


def areas(sheet):
    """How many pixels of a sheet have each of the colours."""
    pixels = np.asarray(sheet).reshape(-1, 3)
    named = {name: Image.new("RGB", (1, 1), name).getpixel((0, 0)) for name in COLOURS}
    return {name: int((pixels == colour).all(1).sum()) for name, colour in named.items()}


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 7])
def test_contact_sheet_shows_every_picture_at_the_same_size(count):
    found = areas(contact_sheet(flat(count)))
    for number, colour in enumerate(COLOURS[:6]):
        whole = SMALLEST_PX**2 if number < count else 0
        assert found[colour] == whole, colour


def test_contact_sheet_keeps_the_aspect_ratio_and_reads_from_left_to_right():
    sheet = contact_sheet(flat(2, (100, 200)), "two")
    assert areas(sheet)["red"] == SMALLEST_PX * 2 * SMALLEST_PX
    pixels = np.asarray(sheet)
    first, second = (
        np.argwhere((pixels == colour).all(2)).min(0) for colour in ((255, 0, 0), (0, 255, 0))
    )
    assert first[0] == second[0] and first[1] < second[1]


@pytest.mark.parametrize(("count", "side"), [(4, 2048), (400, 256)])
def test_contact_sheet_is_no_wider_than_a_screen_can_show(count, side):
    one = Image.new("RGB", (side, side), "red")
    assert contact_sheet([("", one)] * count).width <= max(ROW_PX, 2 * LARGEST_PX) + 400


def test_contact_sheet_refuses_to_show_nothing():
    with pytest.raises(ValueError, match="at least one"):
        contact_sheet([])


@pytest.mark.parametrize("most_px", [40, 100, 400])
def test_shortened_keeps_as_much_as_fits(most_px):
    words = "artistic digital painting of ((bhna cat)) (playing with ball of yarn), living room"
    said = shortened(words, FONT, most_px)
    assert FONT.getlength(said) <= most_px and said.endswith("…")
    assert words.startswith(said[:-1])
    longer = words[: len(said) + 1] + "…"
    assert FONT.getlength(longer) > most_px
    assert shortened("a cat", FONT, 400) == "a cat"
