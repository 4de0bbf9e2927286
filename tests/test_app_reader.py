"""The reader, in every state of a book."""

from pathlib import Path

import numpy as np
import pytest

from books import made, new_book
from storybook.authoring import edits
from storybook.authoring.narrate import narrate
from storybook.models.speech import Sound
from studio_pages import drawn, in_folder_of_doubles, said


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    in_folder_of_doubles(tmp_path)
    return tmp_path


def frames(test):
    return [one.proto.srcdoc for one in test.get("iframe")]


def downloads(test):
    return [one.proto.label for one in test.get("download_button")]


def test_no_book_is_open() -> None:
    assert "No book is open" in said(drawn("reader"))
    assert "There is no book 'gone'" in said(drawn("reader", book="gone"))


def test_a_book_that_is_not_told_has_nothing_to_read() -> None:
    new_book("books/new")
    test = drawn("reader", book="new")
    assert "There is nothing to read yet" in said(test) and not frames(test)


def test_a_book_without_pictures_has_nothing_to_read() -> None:
    made(new_book("books/told"), until="describe")
    assert "There is nothing to read yet" in said(drawn("reader", book="told"))


def test_a_finished_book_is_shown_and_can_be_taken_home() -> None:
    book = new_book("books/kite", title="The Kite")
    made(book)
    test = drawn("reader", book="kite")
    (frame,) = frames(test)
    assert frame.startswith("<!doctype html>") and "The Kite" in frame
    assert book.scenes[3].text.split()[0] in frame
    assert downloads(test) == ["Download PDF", "Download HTML", "Download pictures"]
    assert not test.exception


def test_a_half_drawn_book_is_shown_with_what_is_missing() -> None:
    book = new_book("books/half", title="Half")
    made(book, until="choose")
    book.pick_of(2).unlink()
    test = drawn("reader", book="half")
    (frame,) = frames(test)
    assert "This picture is not drawn yet." in frame
    assert "1 picture is not drawn yet" in said(test)
    assert "Download PDF" not in downloads(test)


def test_a_text_that_does_not_fit_is_a_line_and_a_way_to_the_press() -> None:
    book = new_book("books/long", title="Long")
    made(book)
    seen = edits.version(book.scenes[2].text)
    edits.set_text(book, 2, "She looked under the bed. " * 80, seen)
    test = drawn("reader", book="long")
    assert "page 2" in test.error[0].value and not test.exception


class Hummer:
    """Reads each sentence as a second of silence."""

    name, runs_by = "hummer", "a test"

    def speak(self, sentences):
        return (Sound(np.zeros(8000, np.int16), 8000) for _ in sentences)


def test_a_switch_has_the_book_read_aloud() -> None:
    book = new_book("books/kite", title="The Kite")
    made(book)
    test = drawn("reader", book="kite")
    assert "<audio" not in frames(test)[0]
    test.toggle(key="aloud-kite").set_value(True).run()
    assert f"{len(book.scenes)} pages are not read yet" in said(test)
    assert any(button.label == "Have it read" for button in test.button)
    list(narrate(book, Hummer()))
    test.run()
    assert frames(test)[0].count("<audio") == len(book.scenes) and "not read yet" not in said(test)
    edits.set_text(book, 2, "She slept.", edits.version(book.scenes[2].text))
    test.run()
    assert "1 page is not read yet" in said(test)
    test.toggle(key="aloud-kite").set_value(False).run()
    assert "<audio" not in frames(test)[0]
