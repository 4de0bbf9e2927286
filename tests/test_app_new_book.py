"""New book: what is chosen is kept, and what is missing is said."""

from pathlib import Path

import pytest

from books import new_book
from in_process import jobs_done_here as jobs_done_here
from storybook.authoring.new_book import Draft, load_draft, save_draft
from storybook.book.index import search_shelf
from storybook.book.printing import lacks_letters
from storybook.jobs import manager as jobs
from storybook.jobs.folder import job_state
from studio_pages import button, drawn, in_folder_of_doubles, said

BOOKS = Path("books")


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    in_folder_of_doubles(tmp_path)
    return tmp_path


def test_without_a_story_it_asks_for_one() -> None:
    test = drawn("new_book")
    button(test, "Make my book").click().run()
    assert "tap an idea" in said(test)
    assert not search_shelf(BOOKS).books


def test_add_your_own_pet_opens_an_empty_page_for_its_photos() -> None:
    test = drawn("new_book")
    button(test, "Add your own pet").click().run()
    assert not test.exception and "Add your pet" in [one.value for one in test.title]
    assert not test.warning, "no photos are gone"
    gone = drawn("heroes", new="1")
    assert "These photos are gone" in gone.warning[0].value and gone.title[0].value


def test_an_idea_a_hero_and_a_style_are_kept_for_the_next_visit() -> None:
    test = drawn("new_book")
    button(test, "Miso").click().run()
    idea = next(one for one in test.button if one.label.startswith("Miso the cat "))
    idea.click().run()
    button(test, "Crayon").click().run()
    again = drawn("new_book")
    assert again.text_area[0].value == idea.label
    draft = load_draft(BOOKS)
    assert (draft.summary, draft.heroes, draft.style) == (idea.label, ("miso",), "crayon")


def test_sizes_of_pages_are_said_in_words() -> None:
    sizes = next(one for one in drawn("new_book").selectbox if one.label == "Size of the pages")
    assert sizes.value == "square-8.5" and "Square, 8.5 × 8.5 in" in sizes.options


def languages_offered(write: str) -> tuple[list[str], str]:
    """Those of a studio of doubles with another table for its writer, and what the page says."""
    doubles = Path("studio.toml").read_text()
    Path("studio.toml").write_text(doubles.replace('writer = "echo"', write))
    test = drawn("new_book")
    Path("studio.toml").write_text(doubles)
    return next(one for one in test.selectbox if one.label == "Language").options, said(test)


def test_only_languages_that_the_writer_tells_in_are_offered() -> None:
    options, says = languages_offered('writer = "models/some-folder"')
    assert options == ["English"] and "tells in English only" in says
    options, says = languages_offered('writer = "models/some"\nlanguages = ["de", "en", "cy"]')
    assert options == ["Deutsch", "English", "cy"]
    assert "tells in Deutsch, English and cy only" in says
    options, says = languages_offered('writer = "server"')
    assert {"English", "Deutsch", "Tiếng Việt", "Русский"} <= set(options) and "only" not in says
    assert ("中文" in options) == (not lacks_letters("zh")), "only what the press has letters for"


def test_a_draft_in_a_language_that_is_not_told_here_gets_one_that_is() -> None:
    save_draft(BOOKS, Draft(summary="Ein Hund.", language="de"))
    languages_offered('writer = "models/some-folder"')
    assert load_draft(BOOKS).language == "en"


def test_other_ideas_are_others() -> None:
    test = drawn("new_book")
    before = [one.label for one in test.button if one.label.startswith("Bruno the dog ")]
    button(test, "Other ideas").click().run()
    after = [one.label for one in test.button if one.label.startswith("Bruno the dog ")]
    assert len(before) == len(after) == 3 and before != after


@pytest.mark.parametrize(
    ("summary", "says"), [("A cat and a gun.", "not for small children"), ("12", "no words")]
)
def test_what_can_be_no_book_is_said_and_not_begun(summary: str, says: str) -> None:
    save_draft(BOOKS, Draft(summary=summary))
    test = drawn("new_book")
    button(test, "Make my book").click().run()
    assert says in said(test)
    assert not search_shelf(BOOKS).books and load_draft(BOOKS).summary == summary


def test_a_book_is_begun_and_being_made(jobs_done_here: None) -> None:
    save_draft(BOOKS, Draft(summary="Bruno the dog finds a key in the garden.", pages=4))
    test = drawn("new_book")
    button(test, "Make my book").click().run()
    (book,) = search_shelf(BOOKS).books
    (job,) = jobs.jobs_in(Path("jobs"))
    assert job.works_on == (BOOKS / book.name).resolve()
    assert load_draft(BOOKS) == Draft(), "the draft has become a book"
    assert test.query_params["book"] == book.name
    assert job_state(job).state == "done"
    assert "4 pages, finished" in said(drawn("library"))


def test_the_first_book_is_guided_and_later_ones_are_not() -> None:
    assert "counter_1" in said(drawn("new_book"))
    new_book("books/a")
    assert "counter_1" not in said(drawn("new_book"))


def test_a_place_that_is_tapped_stands_in_the_summary_until_it_is_tapped_again() -> None:
    save_draft(BOOKS, Draft(summary="Bruno has lost his ball."))
    test = drawn("new_book")
    button(test, "Snow").click().run()
    button(test, "Beach").click().run()
    assert test.text_area[0].value == "Bruno has lost his ball. It happens at the beach."
    button(test, "Beach").click().run()
    assert load_draft(BOOKS).summary == "Bruno has lost his ball."


def test_several_heroes_star_in_one_book_the_first_one_most() -> None:
    test = drawn("new_book")
    for name in ("Miso", "Pepper", "Biscuit"):
        button(test, name).click().run()
    assert load_draft(BOOKS).heroes == ("miso", "pepper", "biscuit")
    assert "Miso is the star; Pepper and Biscuit play along" in said(test)
    assert [one.label for one in test.button if one.proto.type == "primary"] == ["Make my book"]
