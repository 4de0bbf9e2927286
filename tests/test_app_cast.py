"""The page of a book's cast: to be drawn, being drawn, changed, and ready for the book."""

from pathlib import Path

import pytest
from app_states import nothing_begins

from books import doubles, made, new_book
from storybook.authoring import edits, history
from storybook.authoring.change_cast import cast_now
from storybook.authoring.character_sheets import draw_sheets, sheets_of_book
from storybook.authoring.new_book import Draft, load_draft, save_draft
from storybook.authoring.tellings import take_telling, tell_several
from storybook.book.index import search_shelf
from storybook.errors import EditedByHand
from storybook.jobs.manager import jobs_in
from storybook.stages.write import digests_of
from studio_pages import button, drawn, in_folder_of_doubles, said

SUMMARY = "Pepper the dog flies a kite with a fox."


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    in_folder_of_doubles(tmp_path)
    return tmp_path


def kite(*, with_sheets: bool = False):
    book = new_book("books/kite", summary=SUMMARY, heroes=("pepper",))
    if with_sheets:
        list(draw_sheets(sheets_of_book(book, doubles()), doubles()))
    return book


def primary(test) -> list[str]:
    return [each.label for each in test.button if each.proto.type == "primary"]


def select(test, label):
    return next(each for each in test.selectbox if each.label == label)


def test_a_cast_that_is_not_drawn_is_offered_to_be(here):
    kite()
    test = drawn("cast", book="kite")
    assert not test.exception and "Pepper" in said(test) and "The star" in said(test)
    faces = [each for each in test.get("image") if "not drawn yet" in str(each.proto)]
    assert len(faces) == 2, "a face in its coat for each of them"
    assert primary(test) == ["Draw the cast"]
    with nothing_begins(here):
        button(test, "Draw the cast").click().run()
        (job,) = jobs_in(Path("jobs"))
        assert job.arguments[0] == "cast" and job.arguments[-1] == "--draw"
        busy = drawn("cast", book="kite")
        assert not primary(busy) and select(busy, "What Pepper is called").disabled


def test_a_cast_that_is_drawn_leads_on_to_the_book(here):
    kite(with_sheets=True)
    test = drawn("cast", book="kite")
    assert primary(test) == ["Make the book"]
    with nothing_begins(here):
        button(test, "Make the book").click().run()
        assert [job.arguments[0] for job in jobs_in(Path("jobs"))] == ["make"]


def test_another_coat_is_kept_and_drawn_at_once(here):
    book = kite(with_sheets=True)
    name = cast_now(book, doubles())[1].name
    test = drawn("cast", book="kite")
    with nothing_begins(here):
        select(test, f"Coat of {name}").set_value("grey striped").run()
        assert cast_now(book, doubles())[1].look == "grey striped"
        assert [job.arguments[0] for job in jobs_in(Path("jobs"))] == ["cast"]


def test_another_pronoun_is_kept_and_nothing_is_drawn(here):
    book = kite(with_sheets=True)
    test = drawn("cast", book="kite")
    select(test, "What Pepper is called").set_value("she").run()
    assert cast_now(book, doubles())[0].pronoun == "she" and not jobs_in(Path("jobs"))
    assert primary(test) == ["Make the book"]


def test_a_book_that_cannot_be_cast_says_why():
    new_book("books/lost", heroes=("nobody",))
    test = drawn("cast", book="lost")
    assert not test.exception and "no hero 'nobody'" in said(test)
    assert "No book is open" in said(drawn("cast"))


def test_the_cast_is_met_from_a_new_book(here):
    save_draft(Path("books"), Draft(summary=SUMMARY, pages=4))
    test = drawn("new_book")
    with nothing_begins(here):
        button(test, "Meet the cast first").click().run()
        (book,) = search_shelf(Path("books")).books
        assert test.query_params["book"] == book.name and load_draft(Path("books")) == Draft()
        (job,) = jobs_in(Path("jobs"))
        assert job.arguments[0] == "cast" and len(job.what) <= 60


def test_the_style_and_the_place_are_changed_before_a_page_is_drawn(here):
    book = kite(with_sheets=True)
    test = drawn("cast", book="kite")
    with nothing_begins(here):
        button(test, "Crayon").click().run()
        assert book.brief.style == "crayon"
        (job,) = jobs_in(Path("jobs"))
        assert job.arguments[0] == "cast", "the cast is drawn anew in it"
        busy = drawn("cast", book="kite")
        assert "Crayon" not in [each.label for each in busy.button]
    test = drawn("cast", book="kite")
    assert "another place has it told anew" not in said(test)
    button(test, "Beach").click().run()
    assert book.brief.summary == f"{SUMMARY} It happens at the beach."


def test_another_place_for_a_story_that_is_told_says_what_it_costs(here):
    book = kite(with_sheets=True)
    list(tell_several(book, doubles()))
    take_telling(book, doubles(), 2)
    test = drawn("cast", book="kite")
    assert "another place has it told anew" in said(test)
    button(test, "Beach").click().run()
    assert book.due(book.STORY, *digests_of(book, doubles()))
    history.undo(book)
    assert not book.due(book.STORY, *digests_of(book, doubles()))


def test_a_book_that_is_drawn_is_not_restyled_by_its_cast(here):
    made(new_book("books/kite", summary=SUMMARY, heroes=("pepper",)))
    test = drawn("cast", book="kite")
    assert not {"Crayon", "Beach"} & {each.label for each in test.button}


def test_another_pronoun_of_a_told_story_is_asked_about_first_and_undone_there(here):
    book = new_book("books/kite", summary=SUMMARY, heroes=("pepper",))
    made(book)
    before = book.brief
    test = drawn("cast", book="kite")
    select(test, "What Pepper is called").set_value("he").run()
    assert book.brief == before and "it is told anew" in said(test)
    button(test, "Leave it").click().run()
    assert book.brief == before and "it is told anew" not in said(test)
    assert select(test, "What Pepper is called").value != "he"
    select(test, "What Pepper is called").set_value("he").run()
    button(test, "Tell it anew, with “he”").click().run()
    assert cast_now(book, doubles())[0].pronoun == "he"
    assert "Last: Pepper changed" in said(test)
    button(test, "Undo").click().run()
    assert book.brief == before


def test_who_wrote_pages_is_told_that_they_may_be_kept(here):
    book = new_book("books/kite", summary=SUMMARY, heroes=("pepper",))
    made(book)
    edits.set_text(book, 2, "My own words.", edits.version(book.scenes[2].text))
    test = drawn("cast", book="kite")
    select(test, "What Pepper is called").set_value("he").run()
    assert "page 2 is in your own words: those you may keep" in said(test)
    button(test, "Tell it anew, with “he”").click().run()
    with pytest.raises(EditedByHand):
        made(book, doubles())
    test = drawn("storyboard", book="kite")
    assert "told anew, and page 2 is in your own words" in said(test)
    button(test, "Keep my words, take the other pages").click().run()
    after = [scene.text for scene in book.scenes]
    assert after[2] == "My own words."
    made(book, doubles())
    assert [scene.text for scene in book.scenes] == after
