"""A book's pages while it is made: the story to be read and mended, pictures as they come."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from app_states import laid_job
from making import Making, being_made

from books import doubles, new_book
from storybook.authoring import edits
from storybook.book.folder import Book
from studio_pages import button, drawn, in_folder_of_doubles, said


@pytest.fixture
def making(tmp_path: Path) -> Iterator[Making]:
    """A book that is made as far as a test lets it."""
    in_folder_of_doubles(tmp_path)
    with being_made(tmp_path, new_book("books/kite", title="The Kite")) as making:
        yield making


def text(test):
    return next(one for one in test.text_area if one.label == "Text")


def test_the_story_is_there_to_be_read_before_any_picture(making: Making) -> None:
    making.until("describe", 4)
    test = drawn("storyboard", book="kite")
    assert all(scene.text in said(test).replace("\\", "") for scene in making.book.scenes)
    assert "Still to come" in said(test)


def test_words_are_held_until_the_story_is_told(making: Making) -> None:
    making.until("describe", 4)
    test = drawn("storyboard", book="kite", page="2")
    assert text(test).disabled and button(test, "Keep the text").disabled


def test_words_are_mended_and_pictures_taken_while_others_are_drawn(making: Making) -> None:
    making.until("enlarge", 1)
    test = drawn("storyboard", book="kite", page="3")
    text(test).set_value("Pip slept.")
    button(test, "Keep the text").click().run()
    assert making.book.scenes[3].text == "Pip slept."
    test = drawn("storyboard", book="kite", page="1")
    assert button(test, "Draw four more").disabled and button(test, "Tell it again").disabled
    button(test, "Take this one").click().run()
    assert making.book.pick(1).by == "author"
    making.to_the_end()
    assert making.book.pdf.is_file() and making.book.scenes[3].text == "Pip slept."
    assert "Something has changed" not in said(drawn("storyboard", book="kite"))


def test_pages_say_how_far_they_are(making: Making) -> None:
    making.until("draw", 2)
    shown = said(drawn("storyboard", book="kite"))
    assert shown.count(":blue-badge[:material/draw: Draft]") == 1
    assert shown.count("Still to come]") == 2
    bars = [one.text for one in drawn("storyboard", book="kite").get("progress")]
    assert any("2 of 5 pages are finished" in text for text in bars), bars


def test_a_book_that_another_version_makes_takes_no_edits(tmp_path: Path) -> None:
    in_folder_of_doubles(tmp_path)
    book = new_book("books/kite", title="The Kite")
    from books import made

    made(book, doubles())
    _, lock = laid_job(tmp_path, "running", "books/kite")
    with lock, book.lock():
        test = drawn("storyboard", book="kite", page="2")
        assert text(test).disabled and button(test, "Take this one").disabled
    assert edits.order(Book("books/kite")) == (0, 1, 2, 3, 4)
