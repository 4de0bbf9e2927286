"""What a medium does to a painted picture, and which plates are finished."""

import itertools

import numpy as np
import pytest
from PIL import Image, ImageDraw

from books import doubles, made, new_book
from storybook.authoring import history, pictures
from storybook.images.finishing import _FINISHES, finished
from storybook.prompts import styles
from storybook.stages import enlarge
from storybook.studio.styles import FINISHES

SIDE = 192


def picture() -> Image.Image:
    """A dark figure between a pale sky and a green ground."""
    image = Image.new("RGB", (SIDE, SIDE), "#cfe6f5")
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 120, SIDE, SIDE), fill="#86b868")
    draw.ellipse((60, 50, 130, 150), fill="#7a4a2c")
    return image


def levels(image: Image.Image) -> np.ndarray:
    return np.asarray(image, float)


def test_finishes_are_styles_with_an_edition() -> None:
    assert set(_FINISHES) == set(FINISHES) <= set(styles())


@pytest.mark.parametrize("finish", FINISHES)
def test_finished_is_the_same_for_the_same_sheet_and_keeps_who_is_there(finish: str) -> None:
    one = finished(picture(), finish, sheet=1)
    assert one.size == (SIDE, SIDE) and one.mode == "RGB"
    assert one.tobytes() == finished(picture(), finish, sheet=1).tobytes()
    assert one.tobytes() != finished(picture(), finish, sheet=2).tobytes()
    small = levels(one.resize((8, 8), Image.Resampling.BOX)).mean(axis=-1)
    before = levels(picture().resize((8, 8), Image.Resampling.BOX)).mean(axis=-1)
    assert np.corrcoef(small.ravel(), before.ravel())[0, 1] > 0.9, "dark stays dark, pale pale"


def test_finished_pictures_of_all_styles_differ_more_than_sheets_of_one() -> None:
    """The small painter's own styles differ by less than 7 of CIELAB, a third of it at an edge."""
    every = {finish: levels(finished(picture(), finish, sheet=1)) for finish in FINISHES}
    for one, other in itertools.combinations(FINISHES, 2):
        sheet = levels(finished(picture(), one, sheet=2))
        assert _blurred_distance(every[one], every[other]) > _blurred_distance(every[one], sheet)


def _blurred_distance(one: np.ndarray, other: np.ndarray) -> float:
    """Of areas, as they are seen from afar: grain is another on each sheet."""
    small = [
        levels(Image.fromarray(each.astype(np.uint8)).resize((24, 24), Image.Resampling.BOX))
        for each in (one, other)
    ]
    return float(np.abs(small[0] - small[1]).mean())


@pytest.mark.parametrize("size", [(1, 1), (3, 400), (400, 3), (37, 29)])
def test_finished_takes_pictures_of_any_shape(size: tuple[int, int]) -> None:
    for finish in FINISHES:
        assert finished(Image.new("RGB", size, "teal"), finish, sheet=0).size == size


def test_a_plate_is_finished_after_it_was_measured_and_its_pictures_are_not() -> None:
    plain, book = new_book("plain"), new_book("finished", finish=True)
    made(plain)
    made(book)
    assert enlarge.due(book, doubles()) == []
    one, other = (Image.open(each.plate_of(1)) for each in (plain, book))
    assert other.info["Finish"] == "watercolour" and "Finish" not in one.info
    assert levels(one.convert("RGB")).shape == levels(other.convert("RGB")).shape
    assert one.tobytes() != other.tobytes()
    assert book.fidelity(1) == plain.fidelity(1)
    assert book.picked(1) == plain.picked(1) and book.pictures(1) == plain.pictures(1)
    book.fidelity_of(1).unlink()
    enlarge.measure_missing(book, [1])
    assert book.fidelity(1) is None, "a finished plate tells nothing of its enlarger"


def test_finish_makes_plates_due_and_is_undone() -> None:
    from storybook.authoring import edits

    book = new_book()
    made(book)
    before = book.plate_of(2).read_bytes()
    edits.set_brief(book, book.brief.but(finish=True), edits.version(book.brief))
    assert enlarge.due(book, doubles()) == list(range(5))
    made(book)
    assert book.plate_of(2).read_bytes() != before
    history.undo(book)
    made(book)
    assert book.plate_of(2).read_bytes() == before


def test_what_an_author_brought_is_not_finished_and_a_part_of_what_was_painted_is() -> None:
    import io

    book = new_book(finish=True)
    made(book)
    pictures.crop(book, 1, book.picked(1), (0.0, 0.0, 0.8, 0.8))
    file = io.BytesIO()
    picture().save(file, "PNG")
    own = pictures.bring(book, 2, "mine.png", file.getvalue())
    made(book)
    assert Image.open(book.plate_of(1)).info["Finish"] == "watercolour"
    assert "Finish" not in Image.open(book.plate_of(2)).info
    pictures.crop(book, 2, own, (0.0, 0.0, 0.9, 0.9))
    assert enlarge.finish_of(book, doubles(), 2) == ""
