"""The library: a shelf with books in every state."""

from pathlib import Path

import pytest
from app_states import nothing_begins

from app.widgets import look
from books import made, new_book
from storybook.jobs import manager as jobs
from studio_pages import button, drawn, in_folder_of_doubles, said
from waiting import wait_for


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    in_folder_of_doubles(tmp_path)
    return tmp_path


def test_an_empty_shelf_offers_the_first_book() -> None:
    test = drawn("library")
    assert "Your first book" in said(test)
    button(test, "Make your first book").click().run()
    assert "What is it about?" in said(test)


def test_books_are_shown_with_their_states() -> None:
    made(new_book("books/done", title="Done & *dusted*"))
    made(new_book("books/half", title="Half"), until="describe")
    new_book("books/begun", title="Begun")
    test = drawn("library")
    words = said(test)
    assert r"Done & \*dusted\*" in words, "a title is text and no Markdown"
    assert "4 pages, finished" in words
    assert words.count("Not begun yet") == 2


def test_a_book_that_cannot_be_read_says_why() -> None:
    book = new_book("books/broken")
    (book.folder / "brief.toml").write_text("summary = ")
    assert "is not TOML" in said(drawn("library"))


def test_search_finds_by_words() -> None:
    new_book("books/a", title="The Kite")
    new_book("books/b", title="The Mitten")
    test = drawn("library")
    test.text_input(key="words").set_value("kite").run()
    assert "The Kite" in said(test) and "The Mitten" not in said(test)
    test.text_input(key="words").set_value("zebra").run()
    assert "No book has these words" in said(test)


def test_what_was_deleted_can_be_put_back() -> None:
    new_book("books/a", title="The Kite")
    test = drawn("library")
    button(test, "Delete").click().run()
    assert "The Kite** was deleted" in said(test)
    assert not Path("books/a").exists()
    button(test, "Undo").click().run()
    assert Path("books/a/brief.toml").is_file()
    assert "was deleted" not in said(test)


def test_a_copy_stands_beside_it() -> None:
    new_book("books/a", title="The Kite")
    test = drawn("library")
    button(test, "Duplicate").click().run()
    assert sorted(path.name for path in Path("books").glob("[a-z]*")) == ["a", "a-2"]


def test_another_title_is_kept() -> None:
    book = new_book("books/a", title="The Kite")
    test = drawn("library")
    test.text_input(key="title-a").set_value("The Balloon").run()
    assert book.brief.title == "The Balloon"


def test_covers_are_the_finished_plates_and_the_page_does_not_wait_for_them(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a", "b", "c"):
        made(new_book(f"books/{name}", title=name))
    monkeypatch.setattr("app.widgets.look.SMALL_BYTES", 0)  # the doubles' plates are small
    monkeypatch.setattr("app.views.library.COVERS_S", 0.0)
    shown = []
    monkeypatch.setattr(
        "app.widgets.look.picture", lambda path, alt, width_px: shown.append(path.name)
    )
    assert not drawn("library").exception
    assert len(shown) == 3 and "plate.png" not in shown, "as they were painted, for now"

    def all_small() -> bool:
        return all(look.is_small(here / f"books/{name}/pages/00/plate.png", 210) for name in "abc")

    wait_for(all_small)
    shown.clear()
    assert not drawn("library").exception
    assert shown == ["plate.png"] * 3


def test_more_books_than_are_shown_at_once() -> None:
    for number in range(30):
        new_book(f"books/b{number}", title=f"Book {number}")
    test = drawn("library")
    assert len([one for one in test.button if one.label == "Open"]) == 24
    button(test, "Show more of 30 books").click().run()
    assert len([one for one in test.button if one.label == "Open"]) == 30


def test_a_book_that_is_being_made_says_so(tmp_path: Path) -> None:
    new_book("books/a", title="The Kite")
    with nothing_begins(tmp_path):
        jobs.start("storybook", ("make", "books/a"), "Make The Kite", subject="books/a")
        assert "Being made" in said(drawn("library"))
    assert "Being made" not in said(drawn("library"))
