"""What is pressed answers before the server was heard, in a real browser."""

from collections.abc import Iterator

import pytest

from browser import browser_page, is_still, skip_without_a_browser, studio_at

skip_without_a_browser()
pytestmark = pytest.mark.browser

from playwright.sync_api import Page, expect  # noqa: E402

from books import made, new_book  # noqa: E402
from studio_pages import in_folder_of_doubles  # noqa: E402

BUSY = "[aria-busy='true']"
PRESSED = """(pressed) => { pressed.click();
  return [pressed.ariaBusy, getComputedStyle(pressed).animationName]; }"""
"""What is so in the very moment of the press, while no word of the server can have come."""


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    home = tmp_path_factory.mktemp("studio")
    in_folder_of_doubles(home)
    for number, title in enumerate(("The Kite", "The Drum That Would Not Stop at All, at All")):
        made(new_book(home / "books" / f"kite-{number}", title=title))
    with studio_at(home) as address:
        yield address


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with browser_page() as opened:
        yield opened


def test_a_button_is_busy_from_its_press_until_the_page_is_drawn(page: Page, studio: str) -> None:
    page.goto(f"{studio}/storyboard?book=kite-0")
    is_still(page)
    change = page.get_by_role("button", name="Change", exact=True).nth(1)
    assert change.evaluate(PRESSED) == ["true", "asked"]
    expect(page.get_by_role("heading", name="Page 1")).to_be_visible()
    expect(page.locator(BUSY)).to_have_count(0)


def test_a_link_is_too_and_moves_nothing_where_nothing_is_to_move(page: Page, studio: str) -> None:
    page.emulate_media(reduced_motion="reduce")
    page.goto(f"{studio}/storyboard?book=kite-0")
    is_still(page)
    assert page.get_by_role("link", name="Read it").evaluate(PRESSED) == ["true", "none"]
    expect(page).to_have_url(f"{studio}/reader?book=kite-0")
    expect(page.locator(BUSY)).to_have_count(0)
    page.emulate_media(reduced_motion="no-preference")


def test_what_the_browser_does_alone_is_soon_done(page: Page, studio: str) -> None:
    page.goto(studio)
    is_still(page)
    page.get_by_role("button", name="More for this book").first.click()
    expect(page.get_by_role("button", name="Duplicate")).to_be_visible()
    expect(page.locator(BUSY)).to_have_count(0)


def test_cards_of_a_row_are_of_one_height_with_their_buttons_on_one_line(
    page: Page, studio: str
) -> None:
    page.goto(studio)
    is_still(page)
    cards = [each.bounding_box() for each in page.locator("[class*='st-key-card-book-']").all()]
    opens = [each.bounding_box() for each in page.get_by_role("button", name="Open").all()]
    assert len(cards) == len(opens) == 2
    assert cards[0]["y"] == cards[1]["y"] and cards[0]["height"] == cards[1]["height"]
    assert opens[0]["y"] == opens[1]["y"]
