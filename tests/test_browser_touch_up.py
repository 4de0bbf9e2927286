"""A spot brushed over and painted anew, in a real browser, by the starter's painter."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from browser import (
    browser_page,
    fill,
    is_still,
    press,
    skip_without_a_browser,
    studio_at,
    unfold,
)

skip_without_a_browser()
pytestmark = pytest.mark.browser

from playwright.sync_api import Locator, Page, expect  # noqa: E402

from books import made, new_book  # noqa: E402
from storybook.book.folder import Book  # noqa: E402


@pytest.fixture
def book(tmp_path: Path) -> Book:
    """Drawn by the doubles; the studio that touches it up is the starter."""
    book = new_book(tmp_path / "books" / "kite", title="The Kite")
    made(book)
    return book


@pytest.fixture
def studio(tmp_path: Path, book: Book) -> Iterator[str]:
    with studio_at(tmp_path) as address:
        yield address


def brushed(page: Page, canvas: Locator) -> None:
    """A stroke through the upper left quarter, by hand."""
    box = canvas.bounding_box()
    x, y = box["x"] + box["width"] * 0.15, box["y"] + box["height"] * 0.2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + box["width"] * 0.15, y, steps=4)
    page.mouse.up()


def test_a_spot_is_brushed_over_painted_anew_and_put_back(studio: str, book: Book) -> None:
    before = book.picked(2)
    with browser_page() as opened:
        page: Page = opened
        page.goto(f"{studio}/storyboard?book=kite&page=2")
        unfold(page, "Touch it up")
        canvas = page.get_by_role("application", name="Brush over the picture")
        side = book.image(2, before).width
        expect(page.locator(".board canvas")).to_have_js_property("height", side)
        expect(page.locator(".board img")).to_have_js_property("complete", True)
        canvas.scroll_into_view_if_needed()
        is_still(page)
        paint = page.get_by_role("button", name="Rub it out")
        expect(paint).to_be_disabled()
        brushed(page, canvas)
        expect(page.get_by_text("1 stroke", exact=True)).to_be_visible()
        expect(paint).to_be_enabled()
        canvas.press("ArrowUp")
        canvas.press("Space")
        expect(page.get_by_text("2 strokes", exact=True)).to_be_visible()
        canvas.press("Backspace")
        expect(page.get_by_text("1 stroke", exact=True)).to_be_visible()
        fill(page.get_by_label("What should be there?", exact=True), "a red ball")
        press(page.get_by_role("button", name="Paint it in"))

        expect(page.get_by_text("Painted in, page 2")).to_be_visible()
        after = book.picked(2)
        levels = [np.asarray(book.image(2, each)).astype(int) for each in (before, after)]
        changed = np.abs(levels[0] - levels[1]).max(axis=2) > 0
        down, across = np.nonzero(changed)
        assert changed.any() and down.max() < side / 2 and across.max() < side / 2

        press(page.get_by_role("button", name="Undo"))
        expect(page.get_by_text("Undone.")).to_be_visible()
        assert book.picked(2) == before and after not in book.pictures(2)
