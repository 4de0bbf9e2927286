"""New book: ready-made stories beside the field for a summary."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from app_states import nothing_begins

from books import doubles, made
from storybook.authoring.new_book import Draft, load_draft, save_draft
from storybook.book.folder import Book
from storybook.book.index import search_shelf
from storybook.jobs.folder import jobs_in
from studio_pages import button, drawn, in_folder_of_doubles, said

BOOKS = Path("books")


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.chdir(tmp_path)
    in_folder_of_doubles(tmp_path)
    with nothing_begins(tmp_path):
        yield tmp_path


def opened():
    """A new book's page with the stories on it."""
    return drawn("new_book").toggle(key="ready-made-open").set_value(True).run()


def offered(test) -> list[str]:
    """Ids of the stories that can be taken."""
    keys = [one.key for one in test.button if one.label == "Take this story"]
    return [key.removeprefix("ready-made-take-") for key in keys]


def told() -> Book:
    """The only book, told as by its job, which waits and would draw it, too."""
    (job,) = jobs_in(Path("jobs"))
    book = Book(BOOKS / search_shelf(BOOKS).books[0].name)
    assert job.works_on == book.folder.resolve()
    made(book, doubles(), until="write")
    return book


def test_the_shelf_finds_by_words_age_manner_and_animal():
    assert not offered(drawn("new_book")), "not before they are asked for"
    test = opened()
    assert len(offered(test)) == 6 and "stories, of which these are the first 6" in said(test)
    test.text_input(key="ready-made-words").input("thunder").run()
    assert "A-062" in offered(test) and "the best" in said(test)
    test.button_group(key="ready-made-ages").set_value("6-8").run()
    assert "A-062" not in offered(test)
    test.button_group(key="ready-made-ages").set_value(None).run()
    test.button_group(key="ready-made-animal").set_value("cat").run()
    test.text_input(key="ready-made-words").input("xylophonist").run()
    assert not offered(test) and "No story is so" in said(test)


def test_a_story_that_is_taken_is_the_book_s_with_the_hero_in_it():
    test = opened()
    test.text_input(key="ready-made-words").input("stairs afraid dog").run()
    next(one for one in test.button if one.key == "ready-made-take-A-022").click().run()
    assert load_draft(BOOKS) == Draft(story="A-022", pages=8)
    assert "Bruno plays Mango." in said(test) and not test.text_area, "it has its own summary"
    button(test, "Make my book").click().run()
    book = told()
    assert (book.brief.story, book.brief.heroes, book.brief.pages) == ("A-022", ("bruno",), 8)
    assert book.story.title == "Bruno and the Thirteen Stairs"


def test_the_writer_tells_its_own_again():
    save_draft(BOOKS, Draft(story="A-022", pages=8, summary="A dog and a kite."))
    test = drawn("new_book")
    button(test, "Have the writer tell a story of its own instead").click().run()
    assert load_draft(BOOKS).story == "" and test.text_area[0].value == "A dog and a kite."


def test_a_story_whose_part_no_hero_can_take_is_about_its_own_star():
    save_draft(BOOKS, Draft(story="A-021", heroes=("bruno",)))
    test = drawn("new_book")
    assert "It is about its own star, Ottoline" in said(test)
    button(test, "Make my book").click().run()
    book = told()
    assert book.brief.heroes == () and book.story.cast[0].name == "Ottoline"
