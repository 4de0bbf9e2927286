"""The cast of a book in the browser: met, changed, and on to the book. On doubles."""

from pathlib import Path

import pytest

from browser import browser_page, choose_from, press, skip_without_a_browser, studio_at

skip_without_a_browser()
pytestmark = pytest.mark.browser

from playwright.sync_api import expect  # noqa: E402

from storybook.authoring.new_book import Draft, save_draft  # noqa: E402
from storybook.book.folder import Book  # noqa: E402
from studio_pages import in_folder_of_doubles  # noqa: E402
from waiting import wait_for  # noqa: E402


def test_a_cast_is_met_changed_and_made_into_a_book(tmp_path: Path) -> None:
    in_folder_of_doubles(tmp_path)
    (tmp_path / "books").mkdir()
    draft = Draft(summary="Pepper the dog flies a kite.", heroes=("pepper",), pages=4)
    save_draft(tmp_path / "books", draft)
    with studio_at(tmp_path) as studio, browser_page() as page:
        page.goto(f"{studio}/new-book")
        press(page.get_by_role("button", name="Meet the cast first"))
        expect(page.get_by_role("heading", level=1, name="Who is in it")).to_be_visible()
        make = page.get_by_role("button", name="Make the book")
        expect(make).to_be_visible()
        expect(page.get_by_role("img", name="Pepper", exact=False)).to_have_count(4)
        choose_from(page.get_by_label("Coat of Pepper"), "grey striped")
        (brief,) = tmp_path.glob("books/*/brief.toml")
        wait_for(lambda: [part.look for part in Book(brief.parent).brief.parts])
        expect(make).to_be_visible()
        press(make)
        wait_for(lambda: list(brief.parent.glob("pages/01/plate.png")))
        assert "grey striped" in Book(brief.parent).prompt(1).positive
