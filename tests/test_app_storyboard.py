"""The storyboard and the editor of a page, in every state of a book."""

from pathlib import Path

import pytest
from streamlit_dnd import DropEvent

from books import doubles, made, new_book
from in_process import jobs_done_here as jobs_done_here
from page_tester import AppTest
from storybook.authoring import edits, history
from storybook.authoring.status import status
from storybook.book.folder import Book
from storybook.jobs import manager as jobs
from storybook.jobs.folder import job_state
from storybook.records import Departure
from studio_pages import button, drawn, in_folder_of_doubles, said


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    in_folder_of_doubles(tmp_path)
    return tmp_path


@pytest.fixture
def book() -> Book:
    book = new_book("books/kite", title="The Kite")
    made(book)
    return book


def due(book: Book) -> dict[str, int]:
    return {verb.verb: verb.to_make for verb in status(book, doubles()).verbs if verb.to_make}


def test_no_book_is_open() -> None:
    assert "No book is open" in said(drawn("storyboard"))
    assert "There is no book 'gone'" in said(drawn("storyboard", book="gone"))
    assert "no book" in said(drawn("storyboard", book="../../etc"))


def test_a_book_that_is_not_begun_offers_to_make_it() -> None:
    new_book("books/new", title="New")
    test = drawn("storyboard", book="new")
    assert "has not been told yet" in said(test)
    button(test, "Make it")


def test_a_finished_book_shows_its_pages_and_nothing_to_do(book: Book) -> None:
    test = drawn("storyboard", book="kite")
    words = said(test)
    assert all(f"**{called}**" in words for called in ("Cover", "Page 1", "Page 4"))
    assert "Something has changed" not in words


def test_another_story_is_the_next_of_the_nearest_and_can_be_undone(here, jobs_done_here) -> None:
    studio = (here / "studio.toml").read_text()
    (here / "studio.toml").write_text(studio.replace("[write]", '[write]\nnearest = "first"'))
    book = new_book("books/kite", title="The Kite")
    made(book, doubles("write.nearest=first"))
    first = book.story.ready_made
    button(drawn("storyboard", book="kite"), "Another story").click().run()
    assert book.brief.seed == 2 and first and book.story.ready_made not in ("", first)
    button(drawn("storyboard", book="kite"), "Undo").click().run()
    assert book.brief.seed == 1


def test_what_is_out_of_date_is_marked(book: Book) -> None:
    edits.set_style(book, "crayon")
    test = drawn("storyboard", book="kite")
    assert "Something has changed" in said(test)
    button(test, "Bring it up to date")


def test_a_failed_job_says_why_and_goes_on(book: Book, jobs_done_here: None) -> None:
    job = jobs.start(
        "storybook",
        ("make", "books/kite", "--set", "draw.steps=0"),
        "Make The Kite",
        subject="books/kite",
    )
    assert job_state(job).state == "failed"
    test = drawn("storyboard", book="kite")
    assert "did not succeed" in said(test) and "draw.steps" in said(test)
    button(test, "Put this away").click().run()
    assert "did not succeed" not in said(test)


def test_the_text_of_a_page_is_kept_and_touches_nothing_else(book: Book) -> None:
    test = drawn("storyboard", book="kite", page="2")
    area = next(one for one in test.text_area if one.label == "Text")
    area.set_value("Pip slept.")
    button(test, "Keep the text").click().run()
    assert book.scenes[2].text == "Pip slept."
    assert set(due(book)) <= {"describe", "bind"}


def test_a_page_that_changed_meanwhile_is_not_overwritten(book: Book) -> None:
    test = drawn("storyboard", book="kite", page="2")
    next(one for one in test.text_area if one.label == "Text").set_value("Mine.")
    edits.set_text(book, 2, "Theirs.", edits.version(book.scenes[2].text))
    button(test, "Keep the text").click().run()
    assert book.scenes[2].text == "Theirs."
    assert "Mine." in said(test) and "changed meanwhile" in said(test)


def test_words_that_were_not_kept_outlive_a_reload(book: Book) -> None:
    def text(test):
        return next(one for one in test.text_area if one.label == "Text")

    before = book.scenes[2].text
    test = drawn("storyboard", book="kite", page="2")
    assert "Not kept yet" not in said(test)
    text(test).set_value("Pip slept.").run()
    assert "Not kept yet" in said(test) and book.scenes[2].text == before
    again = drawn("storyboard", book="kite", page="2")
    assert text(again).value == "Pip slept." and "Not kept yet" in said(again)
    assert text(drawn("storyboard", book="kite", page="3")).value == book.scenes[3].text
    button(again, "Keep the text").click().run()
    assert book.scenes[2].text == "Pip slept." and "Not kept yet" not in said(again)
    assert text(drawn("storyboard", book="kite", page="2")).value == "Pip slept."
    assert not list(book.folder.rglob("unkept/*.json"))


def test_words_that_came_too_late_are_there_to_be_copied(book: Book) -> None:
    test = drawn("storyboard", book="kite", page="2")
    next(one for one in test.text_area if one.label == "Text").set_value("Mine.").run()
    edits.set_text(book, 2, "Theirs.", edits.version(book.scenes[2].text))
    for _ in range(2):
        test = drawn("storyboard", book="kite", page="2")
        assert "changed meanwhile" in said(test) and "Mine." in said(test)
    button(test, "Put it away").click().run()
    assert "Mine." not in said(test)
    assert "Mine." not in said(drawn("storyboard", book="kite", page="2"))


def test_a_prompt_that_was_not_kept_outlives_a_reload(book: Book) -> None:
    def prompt(test):
        return next(one for one in test.text_area if one.label == "Prompt")

    test = drawn("storyboard", book="kite", page="2")
    prompt(test).set_value("a cat in the snow").run()
    again = drawn("storyboard", book="kite", page="2")
    assert prompt(again).value == "a cat in the snow"
    button(again, "Keep the prompt").click().run()
    assert book.prompt(2).positive == "a cat in the snow"
    assert not list(book.folder.rglob("unkept/*.json"))


def test_words_that_are_not_for_children_are_refused_with_the_text_to_copy(book: Book) -> None:
    test = drawn("storyboard", book="kite", page="1")
    next(one for one in test.text_area if one.label == "Text").set_value("Pip has a gun.")
    before = book.scenes[1].text
    button(test, "Keep the text").click().run()
    assert "not for small children" in said(test) and "Pip has a gun." in said(test)
    assert book.scenes[1].text == before


def test_a_picture_is_taken_and_left_to_the_critic_again(book: Book) -> None:
    test = drawn("storyboard", book="kite", page="1")
    button(test, "Take this one").click().run()
    assert book.pick(1).by == "author"
    button(test, "Let the critic choose").click().run()
    assert book.pick(1) is None


def test_pictures_that_were_kept_back_are_counted(book: Book) -> None:
    assert "kept back" not in said(drawn("storyboard", book="kite", page="1"))
    book.refusal_of(1, "0123456789ab").write_text("{}")
    assert "safety checker kept back 1 more" in said(drawn("storyboard", book="kite", page="1"))


def test_pages_are_moved_put_in_taken_out_and_put_back(book: Book) -> None:
    new_book("books/long", title="Long", pages=6)
    long = Book("books/long")
    made(long)
    test = drawn("storyboard", book="long", page="2")
    button(test, "Move it forward").click().run()
    assert edits.order(long) == (0, 2, 1, 3, 4, 5, 6)
    test.text_area(key="insert-2").set_value("Pip met a snail.")
    button(test, "Put it in").click().run()
    assert edits.order(long) == (0, 2, 7, 1, 3, 4, 5, 6)
    assert test.query_params["page"] == "7"
    assert button(test, "Draw it") and "None has been drawn yet" in said(test)
    assert button(test, "Tell it again").disabled, "its author wrote it"
    button(test, "Take it out").click().run()
    assert 7 not in edits.order(long) and "page" not in test.query_params
    assert "**Page 2** was taken out." in said(test)
    button(test, "Undo").click().run()
    assert edits.order(long) == (0, 2, 7, 1, 3, 4, 5, 6) and "taken out" not in said(test)
    edits.remove_page(long, 7)
    whole = drawn("storyboard", book="long")
    button(whole, "Put it back").click().run()
    assert edits.order(long) == (0, 2, 7, 1, 3, 4, 5, 6)


def test_what_the_book_could_not_keep_is_said_until_it_is_fine(book: Book) -> None:
    left_out = Departure(kind="thing", text="Left out: a bathtub.", words=("bathtub",))
    book.annotate(book.STORY, book.story.but(departures=(left_out,)))
    test = drawn("storyboard", book="kite")
    assert "bathtub" in said(test) and not due(book)
    button(test, "Write it in").click().run()
    assert "Write it into the text of this page" in said(test)
    text(test).set_value("Biscuit sat in a bathtub.")
    button(test, "Keep the text").click().run()
    assert left_out.text not in said(drawn("storyboard", book="kite"))
    edits.set_text(book, 1, "Biscuit sat.", edits.version(book.scenes[1].text))
    test = drawn("storyboard", book="kite")
    button(test, "That is fine").click().run()
    assert [each.fine for each in book.story.departures] == [True]
    button(test, "Not fine after all").click().run()
    assert [each.fine for each in book.story.departures] == [False]


def text(test):
    return next(one for one in test.text_area if one.label == "Text")


def test_a_wish_that_cannot_be_met_is_changed_on_the_book_s_page(book: Book) -> None:
    wishes = book.brief.but(heroes=("nobody",))
    edits.set_brief(book, wishes, edits.version(book.brief))
    test = drawn("storyboard", book="kite")
    assert "nobody" in said(test)
    stars = next(one for one in test.multiselect if one.label.startswith("Who stars"))
    stars.set_value(["biscuit"])
    button(test, "Keep these wishes").click().run()
    assert book.brief == wishes.but(heroes=("biscuit",))
    assert "nobody" not in said(test)


def test_wishes_that_make_no_book_are_refused(book: Book) -> None:
    test = drawn("storyboard", book="kite")
    summary = next(one for one in test.text_area if one.label.startswith("The story"))
    summary.set_value("12")
    button(test, "Keep these wishes").click().run()
    assert "no words" in said(test) and book.brief.summary != "12"


def test_the_scene_is_changed_in_the_painter_s_words(book: Book) -> None:
    test = drawn("storyboard", book="kite", page="1")
    where = next(one for one in test.selectbox if one.label == "Where")
    where.set_value("beach")
    button(test, "Keep this").click().run()
    assert book.scenes[1].place == "beach"
    assert {"describe"} <= set(due(book))


def test_title_and_style_of_the_whole_book(book: Book) -> None:
    test = drawn("storyboard", book="kite")
    test.text_input(key="book-title").set_value("The Red Kite")
    button(test, "Keep these").click().run()
    assert book.brief.title == "The Red Kite"


def test_a_text_that_cannot_be_printed_is_said_where_it_is_written(book: Book) -> None:
    edits.set_text(book, 2, "Biscuit ran. " * 200, edits.version(book.scenes[2].text))
    edits.set_text(book, 3, "A crab 🦀.", edits.version(book.scenes[3].text))
    words = said(drawn("storyboard", book="kite", page="2"))
    assert "This page is too full: 400 words are more than fit on it." in words
    assert "This page is printed without 🦀" in said(drawn("storyboard", book="kite", page="3"))
    assert "This page is" not in said(drawn("storyboard", book="kite", page="1"))


def test_pages_are_moved_and_put_in_from_their_cards(book: Book) -> None:
    test = drawn("storyboard", book="kite")
    assert test.button(key="move-forward-1").disabled and test.button(key="move-back-4").disabled
    test.button(key="move-back-1").click().run()
    assert edits.order(book) == (0, 2, 1, 3, 4)
    test.button(key="move-forward-4").click().run()
    assert edits.order(book) == (0, 2, 1, 4, 3)
    test.text_area(key="behind-1").set_value("Pip met a snail.")
    next(one for one in test.button if one.label == "Put it in").click().run()
    assert not test.exception
    button(test, "Undo").click().run()
    assert edits.order(book) == (0, 2, 1, 3, 4)


def drop(monkeypatch: pytest.MonkeyPatch, *drops: DropEvent) -> list[dict]:
    """Let pages be dropped so, one each time that the page is drawn; what the component is told."""
    told, left = [], list(drops)

    def dropped(*containers: str, **options: object) -> DropEvent | None:
        told.append({"containers": containers, **options})
        return left.pop(0) if left else None

    monkeypatch.setattr("app.views.page_order.dnd", dropped)
    return told


@pytest.mark.parametrize(
    ("page", "before", "after", "order"),
    [
        # To the very end, to the very beginning and nowhere; the others are ways between these.
        pytest.param(1, 0, 3, (0, 2, 3, 1, 4), marks=pytest.mark.slow),
        (1, 0, 4, (0, 2, 3, 4, 1)),
        (4, 3, 0, (0, 4, 1, 2, 3)),
        pytest.param(3, 2, 1, (0, 1, 3, 2, 4), marks=pytest.mark.slow),
        (2, 1, 1, (0, 1, 2, 3, 4)),
        (2, 1, 2, (0, 1, 2, 3, 4)),
    ],
)
def test_a_page_that_is_dropped_stands_there(
    book: Book, monkeypatch: pytest.MonkeyPatch, page, before, after, order
) -> None:
    told = drop(monkeypatch, DropEvent("order", "order", f"row-page-{page}", before, after))
    test = drawn("storyboard", book="kite")
    assert not test.exception and edits.order(book) == order
    assert told[0]["containers"] == ("order",)
    assert len(told) == 2, "drawn anew in its new order"
    moved = order != (0, 1, 2, 3, 4)
    assert [each.says for each in history.steps(book)] == ["Moved"] * moved
    if moved:
        button(test, "Undo").click().run()
        assert edits.order(book) == (0, 1, 2, 3, 4)


def test_no_page_is_dragged_while_the_book_is_made(
    book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = drop(monkeypatch, DropEvent("order", "order", "row-page-1", 0, 3))
    monkeypatch.setattr("app.views.storyboard.job_panel.newest", lambda folder: object())
    monkeypatch.setattr("app.views.storyboard.job_panel.panel", lambda job, seen=None: True)
    monkeypatch.setattr(
        "app.views.storyboard.job_state", lambda job: type("State", (), {"active": True})
    )
    monkeypatch.setattr("app.views.storyboard.asked", lambda *given, **named: None)
    test = drawn("storyboard", book="kite")
    assert not test.exception and edits.order(book) == (0, 1, 2, 3, 4)
    assert not told and "Once the pictures are drawn" in said(test)


def test_a_page_is_taken_out_from_its_card_and_undone_where_it_stood(book: Book) -> None:
    new_book("books/long", title="Long", pages=6)
    long = Book("books/long")
    made(long)
    test = drawn("storyboard", book="long")
    test.button(key="out-3").click().run()
    assert edits.order(long) == (0, 1, 2, 4, 5, 6)
    assert "**Page 3** was taken out." in said(test)
    test.button(key="undo-taken").click().run()
    assert edits.order(long) == (0, 1, 2, 3, 4, 5, 6) and "taken out" not in said(test)
    test.button(key="out-6").click().run()
    assert "**Page 6** was taken out." in said(test), "the last one, too"


def glance(test: object) -> list[str]:
    return [each.label for each in test.expander if each.label.startswith("Worth a look")]


def test_what_is_wrong_with_pages_is_said_at_a_glance(book: Book) -> None:
    assert not glance(drawn("storyboard", book="kite"))
    edits.set_text(book, 2, "Biscuit ran. " * 200, edits.version(book.scenes[2].text))
    edits.set_text(book, 3, "A crab 🦀.", edits.version(book.scenes[3].text))
    test = drawn("storyboard", book="kite")
    words = said(test)
    assert glance(test) == ["Worth a look: Page 2, Page 3"]
    assert "**Page 2**: It is too full" in words and "**Page 3**: It is printed without" in words
    assert "Too full" in words and "Odd letters" in words
    button(test, "Change page 3").click().run()
    assert test.query_params["page"] == ["3"] or test.query_params["page"] == "3"


def alts(test: AppTest) -> list[str]:
    return [one.alt for each in test.get("image") for one in each.proto.imgs]


def labels(test: AppTest) -> list[str]:
    return [one.label for one in test.segmented_control]


def test_a_page_is_shown_as_it_is_printed_and_its_text_moved(book: Book) -> None:
    test = drawn("storyboard", book="kite", page="2")
    alone = alts(test)
    assert book.scenes[2].text in alone and "Where its text stands" not in labels(test)
    test.session_state["shown-2"] = "As it is printed"
    test.run()
    assert not test.exception and "Where its text stands" in labels(test)
    assert book.scenes[2].text not in alts(test), "it stands on the page now"
    side = next(one for one in test.segmented_control if one.label == "Where its text stands")
    side.set_value("high").run()
    assert book.scenes[2].text_side == "high" and "Last: Text moved, page 2" in said(test)
    button(test, "Page 3").click().run()
    assert any(one.label == "Where its text stands" for one in test.segmented_control), "it holds"
