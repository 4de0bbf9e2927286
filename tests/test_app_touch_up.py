"""Touching up a page's picture in the studio, and what was done there taken back."""

import base64
import io
from itertools import pairwise
from pathlib import Path

import pytest
from PIL import Image

from app.widgets.picture_board import PNG, _box_of, mask_of
from books import made, new_book
from in_process import jobs_done_here as jobs_done_here
from storybook.authoring import edits, history, pictures
from storybook.book.folder import Book
from storybook.jobs import manager as jobs
from storybook.jobs.folder import job_state
from studio_pages import button, drawn, in_folder_of_doubles, said

pytestmark = pytest.mark.usefixtures("jobs_done_here")


@pytest.fixture(autouse=True)
def here(tmp_path: Path) -> Path:
    in_folder_of_doubles(tmp_path)
    return tmp_path


@pytest.fixture
def book() -> Book:
    book = new_book("books/kite", title="The Kite")
    made(book)
    return book


def told(size: tuple[int, int] = (40, 40), level: int = 255, form: str = "PNG") -> str:
    """A mask as a browser tells it."""
    mask = Image.new("RGB", size)
    mask.paste((level,) * 3, (0, 0, size[0] // 2, size[1] // 2))
    file = io.BytesIO()
    mask.save(file, form)
    return PNG + base64.b64encode(file.getvalue()).decode()


def test_mask_of_takes_a_small_png_and_nothing_else() -> None:
    mask = mask_of(told())
    assert mask.mode == "L" and mask.getbbox() == (0, 0, 20, 20)
    for other in (None, "", 7, "x", PNG, PNG + "!", PNG + "eA==", told(level=0), told((700, 9))):
        assert mask_of(other) is None, other
    assert mask_of(told(form="JPEG")) is None
    assert mask_of(told() + "A" * 5_000_000) is None


def test_a_spot_waits_for_the_brush(book: Book) -> None:
    test = drawn("storyboard", book="kite", page="2")
    assert not test.exception
    assert button(test, "Rub it out").disabled and "Brush over the picture first" in said(test)
    test.text_input(key="spot-words-2").set_value("a ball").run()
    assert button(test, "Paint it in").disabled


def test_a_part_of_a_picture_is_taken_and_put_back(book: Book) -> None:
    test = drawn("storyboard", book="kite", page="2")
    before = book.picked(2)
    size = book.image(2, before).size
    test.session_state["way-of-2"] = "Cut or turn"
    test.run()
    assert button(test, "Take this part").disabled
    test.slider(key=f"x-{before}").set_value((50, 100)).run()
    button(test, "Take this part").click().run()
    assert book.image(2, book.picked(2)).size == (size[0] // 2, size[1])
    assert "**Cropped**" in said(test) and "Last: Cropped, page 2" in said(test)
    button(test, "Undo").click().run()
    assert book.picked(2) == before and "Undone." in said(test)
    button(test, "Redo").click().run()
    assert book.picked(2) != before


def test_a_wish_in_plain_words_waits_for_words_and_says_when_it_needs_a_box(book: Book) -> None:
    test = drawn("storyboard", book="kite", page="2")
    test.session_state["way-of-2"] = "In plain words"
    test.run()
    assert not test.exception and "Drag a box around the star to move it" in said(test)
    assert button(test, "Do it").disabled
    test.text_input(key="wish-2").set_value("make her bigger").run()
    button(test, "Do it").click().run()
    assert "cannot tell where the star is" in said(test), "the doubles find no star"
    assert not jobs.jobs_in(Path("jobs"))


def asked(book: Book, monkeypatch: pytest.MonkeyPatch, words: str) -> object:
    """The page after a wish, with a box that was dragged around the star."""
    monkeypatch.setattr("app.views.star_shown.box_around", lambda *given: (0.2, 0.2, 0.7, 0.9))
    test = drawn("storyboard", book="kite", page="2")
    test.session_state["way-of-2"] = "In plain words"
    test.run()
    test.text_input(key="wish-2").set_value(words).run()
    return button(test, "Do it").click().run()


def test_a_wish_in_plain_words_becomes_a_job(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    before = book.picked(2)
    asked(book, monkeypatch, "give her a balloon")
    assert job_state(jobs.jobs_in(Path("jobs"))[0]).state == "done"
    assert book.picked(2) != before
    test = drawn("storyboard", book="kite", page="2")
    assert "Last: Asked for a balloon, page 2" in said(test)


def test_a_wish_that_cannot_be_met_is_refused_on_the_spot(
    book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    for words, answer in (
        ("give her a helicopter", "no picture of helicopter"),
        ("remove the ball", "brush over it"),
        ("make it a castle", "cannot be read as a wish"),
        ("make it snow", "no picture of snow"),
    ):
        test = asked(book, monkeypatch, words)
        assert answer in said(test) and words in said(test), "the words are there to be copied"
    assert not jobs.jobs_in(Path("jobs"))


def test_the_star_is_moved_by_a_job(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    test = drawn("storyboard", book="kite", page="2")
    test.session_state["way-of-2"] = "Move or enlarge"
    test.run()
    assert not test.exception and button(test, "Put it there").disabled
    boxes = ((0.2, 0.2, 0.6, 0.8), (0.4, 0.2, 0.9, 0.95))
    monkeypatch.setattr("app.views.star_shown.box_moved", lambda *given: boxes)
    button(test.run(), "Put it there").click().run()
    job = jobs.jobs_in(Path("jobs"))[0]
    assert job_state(job).state == "done"
    assert {"--to", "0.6500,0.5750", "--size", "1.250"} <= set(job.arguments)
    assert "Last: Moved the star, page 2" in said(drawn("storyboard", book="kite", page="2"))


def test_boxes_that_a_browser_tells_are_boxes_or_nothing() -> None:
    told = {"box": [0.1, 0.2, 0.5, 1]}
    assert _box_of(told, "box") == (0.1, 0.2, 0.5, 1.0)
    for other in (None, 7, "x", {}, {"box": [1, 2]}, {"box": [0.5, 0, 0.1, 1]}, {"box": "abcd"}):
        assert _box_of(other, "box") is None, other
    assert _box_of({"box": [0, 0, float("inf"), 1]}, "box") is None
    assert _box_of({"box": [0, 0, "1", 1]}, "box") is None


def test_one_s_own_picture_is_offered_a_place(book: Book) -> None:
    test = drawn("storyboard", book="kite", page="2")
    test.session_state["way-of-2"] = "Your own picture"
    test.run()
    assert not test.exception and button(test, "Put it on the page").disabled


def test_more_like_a_picture_are_drawn(book: Book) -> None:
    before = book.pictures(2)
    button(drawn("storyboard", book="kite", page="2"), "More like it").click().run()
    job = jobs.jobs_in(Path("jobs"))[0]
    assert job_state(job).state == "done"
    assert len(book.pictures(2)) == len(before) + 4
    assert "**More like one**" in said(drawn("storyboard", book="kite", page="2"))


def test_undo_and_redo_stand_where_something_was_done(book: Book) -> None:
    test = drawn("storyboard", book="kite")
    assert "Undo" not in [one.label for one in test.button]
    edits.set_text(book, 3, "Pip slept.", edits.version(book.scenes[3].text))
    edits.set_style(book, "crayon")
    test = drawn("storyboard", book="kite")
    assert "Last: Another style" in said(test) and button(test, "Redo").disabled
    button(test, "Undo").click().run()
    assert "Last: Other words, page 3" in said(test) and book.brief.style == "watercolour"
    button(test, "Undo").click().run()
    assert button(test, "Undo").disabled and "Last:" not in said(test)
    button(test, "Redo").click().run()
    assert book.scenes[3].text == "Pip slept."


def test_what_cannot_be_undone_says_why(book: Book) -> None:
    edits.set_text(book, 3, "Pip slept.", edits.version(book.scenes[3].text))
    scenes = book.path(book.SCENES)
    scenes.write_text(scenes.read_text().replace("Pip slept.", "By hand."))
    test = drawn("storyboard", book="kite")
    button(test, "Undo").click().run()
    assert "was changed since" in said(test) and book.scenes[3].text == "By hand."


def test_a_strip_leads_back_to_before_a_step(book: Book) -> None:
    texts = [book.scenes[2].text, "One.", "Two.", "Three."]
    for before, text in pairwise(texts):
        edits.set_text(book, 2, text, edits.version(before))
    test = drawn("storyboard", book="kite", page="2")
    back = [one for one in test.button if one.label == "Back to before"]
    assert len(back) == 3 and "2 steps" in back[1].help
    back[1].click().run()
    assert book.scenes[2].text == "One."
    assert [each.undone for each in history.steps(book)] == [False, True, True]


def test_a_strip_shows_a_picture_that_a_step_brought(book: Book) -> None:
    pictures.crop(book, 2, book.picked(2), turns=2)
    test = drawn("storyboard", book="kite", page="2")
    assert "**Turned**" in said(test)
    assert "**Turned**" not in said(drawn("storyboard", book="kite", page="1"))
