"""A book that is being made, in a real browser: read, mended and seen page by page."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from browser import browser_page, fill, press, skip_without_a_browser, studio_at

skip_without_a_browser()
pytestmark = pytest.mark.browser

from making import being_made  # noqa: E402
from playwright.sync_api import Page, expect  # noqa: E402

from books import new_book  # noqa: E402
from studio_pages import in_folder_of_doubles  # noqa: E402


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[str]:
    in_folder_of_doubles(tmp_path)
    with studio_at(tmp_path) as address:
        yield address


def test_a_story_is_read_and_mended_and_a_page_finished_while_others_wait(
    studio: str, tmp_path: Path
) -> None:
    book = new_book(tmp_path / "books" / "kite", title="The Kite")
    with being_made(tmp_path, book) as making, browser_page() as opened:
        page: Page = opened
        making.until("describe", 4)
        page.goto(f"{studio}/storyboard?book=kite")
        expect(page.get_by_text(book.scenes[4].text, exact=True)).to_be_visible()
        expect(page.get_by_text("Still to come")).to_have_count(5)

        making.until("enlarge", 1)
        first, third = (page.locator(f".st-key-card-page-{each}") for each in (1, 3))
        expect(first.locator("img")).to_be_visible()
        expect(page.get_by_text("2 of 5 pages are finished")).to_be_visible()
        expect(third.get_by_text("Still to come")).to_be_visible()

        press(third.get_by_role("button", name="Change", exact=True))
        expect(page.get_by_role("heading", name="Page 3")).to_be_visible()
        fill(page.get_by_label("Text", exact=True), "Biscuit slept.")
        making.until("draw", 3)
        press(page.get_by_role("button", name="Keep the text"))
        expect(page.get_by_role("img", name="Biscuit slept.")).to_be_visible()
        assert book.scenes[3].text == "Biscuit slept."

        making.to_the_end()
        expect(page.get_by_text("You may close this window")).to_have_count(0)
        press(page.get_by_role("button", name="All pages"))
        expect(page.get_by_role("button", name="Download PDF")).to_be_visible()
        expect(page.get_by_text("Something has changed")).to_have_count(0)
