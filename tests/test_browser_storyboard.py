"""Pages dragged, taken out and undone; a star and a page's text dragged: in a real browser."""

import re
import shutil
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from browser import (
    browser_page,
    drag,
    is_still,
    mouse_dragged,
    press,
    skip_without_a_browser,
    strike,
    studio_at,
    unfold,
)

skip_without_a_browser()
pytestmark = pytest.mark.browser

from playwright.sync_api import Locator, Page, expect  # noqa: E402
from test_history import held  # noqa: E402

from books import made, new_book  # noqa: E402
from storybook.authoring import edits, history  # noqa: E402
from storybook.book.folder import Book  # noqa: E402
from studio_pages import in_folder_of_doubles  # noqa: E402
from waiting import wait_for  # noqa: E402


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("studio")


@pytest.fixture(scope="module")
def studio(home: Path) -> Iterator[str]:
    in_folder_of_doubles(home)
    with studio_at(home) as address:
        yield address


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with browser_page() as opened:
        yield opened


def book_at(home: Path, name: str, **changes: object) -> Book:
    shutil.rmtree(home / "books" / name, ignore_errors=True)  # a test may be tried again
    book = new_book(home / "books" / name, **({"title": "The Kite", "pages": 6} | changes))
    made(book)
    return book


def opened(page: Page, address: str) -> None:
    page.goto(address)
    expect(page.locator("h1").first).to_be_visible()
    is_still(page)


def stands(book: Book, order: tuple[int, ...]) -> bool:
    return edits.order(book) == order


def middle(of: Locator) -> tuple[float, float]:
    box = of.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_a_page_is_dragged_to_another_place_and_undone(page: Page, studio: str, home: Path) -> None:
    book = book_at(home, "dragged")
    before = held(book)
    opened(page, f"{studio}/storyboard?book=dragged")
    unfold(page, "Put pages in another order")
    rows = page.locator("[class*='st-key-row-page-']")
    expect(rows).to_have_count(6)  # the cover stays where it is
    grips = page.locator(".stdnd-handle")
    expect(grips).to_have_count(6)
    rows.first.scroll_into_view_if_needed()

    def to_the_third() -> tuple[tuple[float, float], tuple[float, float]]:
        third = rows.nth(2).bounding_box()
        low = third["y"] + third["height"] * 0.9
        return middle(grips.first), (middle(rows.nth(2))[0], low)

    drag(page, to_the_third)
    expect(page.get_by_text("Last: Moved, page")).to_be_visible()
    order = edits.order(book)  # which row is there depends on how far the others have moved up
    assert order.index(1) in (3, 4) and [each for each in order if each != 1] == [0, 2, 3, 4, 5, 6]
    moved = rows.nth(order.index(1) - 1)
    expect(moved).to_have_class(re.compile("st-key-row-page-1"))
    press(page.locator(".st-key-undo button").first)
    expect(page.get_by_text("Last: Moved")).to_have_count(0)
    assert held(book) == before


def test_a_page_is_moved_by_the_keyboard_and_keeps_the_focus(
    page: Page, studio: str, home: Path
) -> None:
    book = book_at(home, "keys")
    opened(page, f"{studio}/storyboard?book=keys")
    back = page.locator(".st-key-move-back-5 button").first
    strike(back, "Enter")  # to the very end, from where it goes no further back
    wait_for(partial(stands, book, (0, 1, 2, 3, 4, 6, 5)))
    forward = page.locator(".st-key-move-forward-5 button").first
    expect(back).to_be_disabled()
    expect(forward).to_be_focused()
    for order in ((0, 1, 2, 3, 4, 5, 6), (0, 1, 2, 3, 5, 4, 6)):
        page.keyboard.press("Enter")
        wait_for(partial(stands, book, order))
        is_still(page)
        expect(forward).to_be_focused()
    expect(page.locator(".st-key-card-page-5")).to_be_in_viewport()


def test_a_page_is_taken_out_and_undone_where_it_stood(page: Page, studio: str, home: Path) -> None:
    book = book_at(home, "out")
    opened(page, f"{studio}/storyboard?book=out")
    out = page.locator(".st-key-out-5 button").first
    out.scroll_into_view_if_needed()
    press(out)
    expect(page.get_by_text("Page 5 was taken out.")).to_be_in_viewport()
    assert edits.order(book) == (0, 1, 2, 3, 4, 6)
    press(page.locator(".st-key-undo-taken button").first)
    expect(page.get_by_text("was taken out.")).to_have_count(0)
    assert edits.order(book) == (0, 1, 2, 3, 4, 5, 6)


def test_the_star_is_dragged_to_another_place_and_undone(
    page: Page, studio: str, home: Path
) -> None:
    book = book_at(home, "star")
    before = held(book)
    opened(page, f"{studio}/storyboard?book=star&page=2")
    unfold(page, "Touch it up")
    press_way(page, "Move or enlarge")
    stage = page.locator(".stage")
    stage.scroll_into_view_if_needed()
    is_still(page)
    expect(page.get_by_text("First drag a box around the star.")).to_be_visible()
    put = page.get_by_role("button", name="Put it there")
    expect(put).to_be_disabled()
    box = stage.bounding_box()

    def at(x: float, y: float) -> tuple[float, float]:
        return box["x"] + x * box["width"], box["y"] + y * box["height"]

    mouse_dragged(page, at(0.2, 0.3), at(0.6, 0.8))
    expect(page.get_by_text("Now drag the box, or its corner.")).to_be_visible()
    mouse_dragged(page, at(0.4, 0.55), at(0.6, 0.55))
    expect(page.get_by_text("It comes to stand here.")).to_be_visible()
    page.locator(".board .box").press("ArrowUp")
    page.locator(".board .box").press("+")
    expect(put).to_be_enabled()
    press(put)
    expect(page.get_by_text("Last: Moved the star, page 2")).to_be_visible()
    step = history.steps(book)[-1]
    assert any(book.picked(2) in change.path for change in step.changes)
    press(page.locator(".st-key-undo button").first)
    expect(page.get_by_text("Last: Moved the star")).to_have_count(0)
    assert held(book) == before


def test_the_text_of_a_page_is_dragged_to_its_other_place(
    page: Page, studio: str, home: Path
) -> None:
    book = book_at(home, "text", placement="over")
    edits.set_text_side(book, 2, "low")
    opened(page, f"{studio}/storyboard?book=text&page=2")
    press_way(page, "As it is printed")
    text = page.get_by_role("slider", name="Where the text stands")
    text.scroll_into_view_if_needed()

    def upwards() -> tuple[tuple[float, float], tuple[float, float]]:
        x, y = middle(text)
        stage = page.locator(".stage").filter(has=text).bounding_box()
        return (x, y), (x, stage["y"] + stage["height"] * 0.3)

    drag(page, upwards)
    wait_for(lambda: book.scenes[2].text_side == "high")
    is_still(page)
    expect(page.get_by_text("Last: Text moved, page 2")).to_be_visible()
    text.press("ArrowDown")
    wait_for(lambda: book.scenes[2].text_side == "low")
    is_still(page)
    press(page.locator(".st-key-undo button").first)
    wait_for(lambda: book.scenes[2].text_side == "high")


def press_way(page: Page, name: str) -> None:
    """Choose one of several ways, where they are side by side."""
    is_still(page)
    page.get_by_role("radio", name=name).first.click()
    is_still(page)
