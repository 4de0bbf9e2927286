"""A book in the browser, from nothing to a PDF, and its pages changed. On the starter's models."""

import os
import re
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from browser import (
    END_MS,
    browser_page,
    downloaded,
    fill,
    is_still,
    press,
    skip_without_a_browser,
    studio_at,
)

skip_without_a_browser()
pytestmark = pytest.mark.browser

from playwright.sync_api import Page, expect  # noqa: E402

from storybook.book.folder import Book  # noqa: E402
from studio_pages import in_folder_of_doubles  # noqa: E402
from waiting import wait_for  # noqa: E402

LONG = 600_000
"""Milliseconds that a machine may take for a book."""

MANY = 64
"""So many candidates that doubles, too, leave time to kill who draws them."""


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[str]:
    with studio_at(tmp_path) as address:
        yield address


@pytest.fixture
def page() -> Iterator[Page]:
    with browser_page() as opened:
        yield opened


def make_a_book(page: Page, studio: str) -> None:
    """The clicks of somebody who was told nothing."""
    page.goto(studio)
    press(page.get_by_role("button", name="Make your first book"))
    press(page.get_by_role("button", name=re.compile("Bruno the dog")).first)
    choose_pages(page, "8")
    press(page.get_by_role("button", name="Make my book"))
    expect(page.get_by_text("You may close this window").first).to_be_visible()


def finished(page: Page) -> None:
    """Wait until nothing is under way and nothing is left to do."""
    is_still(page)
    expect(page.get_by_text("You may close this window")).to_have_count(0, timeout=LONG)
    expect(page.get_by_role("button", name="Download PDF")).to_be_visible(timeout=LONG)
    expect(page.get_by_role("button", name="Bring it up to date")).to_have_count(0)


def pictures_in(folder: Path) -> dict[str, int]:
    return {
        str(path.relative_to(folder)): path.stat().st_mtime_ns
        for path in folder.glob("books/*/pages/*/*.png")
    }


def test_five_clicks_from_nothing_to_a_pdf_and_one_page_changed(
    page: Page, studio: str, tmp_path: Path
) -> None:
    make_a_book(page, studio)
    page.reload()  # in the middle: the work is found again
    expect(page.get_by_text("You may close this window").first).to_be_visible()
    finished(page)
    given = downloaded(page.get_by_role("button", name="Download PDF"))
    assert Path(given.path()).read_bytes().startswith(b"%PDF")

    before = pictures_in(tmp_path)
    press(page.get_by_role("button", name="Change", exact=True).nth(3))
    fill(page.get_by_label("Text", exact=True), "Bruno sat down and looked at the sea.")
    press(page.get_by_role("button", name="Keep the text"))
    press(page.get_by_role("button", name="All pages"))
    press(page.get_by_role("button", name="Bring it up to date"))
    finished(page)
    expect(page.get_by_text("Bruno sat down and looked at the sea.", exact=True)).to_be_visible()
    assert pictures_in(tmp_path) == before, "a text changes no picture"

    press(page.get_by_role("button", name="Change", exact=True).nth(2))
    press(page.get_by_role("button", name="Draw four more"))
    expect(page.get_by_text("You may close this window").first).to_be_visible()
    press(page.get_by_role("button", name="All pages"))
    wait_for(lambda: pictures_in(tmp_path) != before)
    finished(page)
    changed = {name for name, when in pictures_in(tmp_path).items() if before.get(name) != when}
    assert {name.split("/")[3] for name in changed} == {"02"}


def test_a_killed_worker_is_seen_and_goes_on(page: Page, studio: str, tmp_path: Path) -> None:
    in_folder_of_doubles(tmp_path)
    toml = tmp_path / "studio.toml"
    toml.write_text(toml.read_text().replace("candidates = 2", f"candidates = {MANY}"))
    make_a_book(page, studio)
    wait_for(lambda: pictures_in(tmp_path))
    (job,) = tmp_path.glob("jobs/[0-9]*")
    state = re.search(r'"pid": ?(\d+)', (job / "state.json").read_text())
    os.killpg(int(state[1]), signal.SIGKILL)
    expect(page.get_by_text("did not succeed")).to_be_visible()
    drawn = pictures_in(tmp_path)
    press(page.get_by_role("button", name="Go on"))
    finished(page)
    after = pictures_in(tmp_path)
    assert {name: after[name] for name in drawn} == drawn, "what was drawn is not drawn again"


def test_two_windows_on_one_page(page: Page, studio: str, tmp_path: Path) -> None:
    in_folder_of_doubles(tmp_path)
    make_a_book(page, studio)
    finished(page)
    press(page.get_by_role("button", name="Change", exact=True).nth(1))
    expect(page.get_by_label("Text", exact=True)).to_be_visible()
    second = page.context.new_page()
    second.goto(page.url)
    fill(second.get_by_label("Text", exact=True), "From the second window.")
    press(second.get_by_role("button", name="Keep the text"))
    expect(second.get_by_label("Text", exact=True)).to_have_value("From the second window.")
    is_still(page)
    page.get_by_label("Text", exact=True).fill("From the first window.")  # and on to the button
    press(page.get_by_role("button", name="Keep the text"))
    expect(page.get_by_text("changed meanwhile")).to_be_visible()
    expect(page.get_by_text("From the first window.")).to_be_visible()
    expect(page.get_by_label("Text", exact=True)).to_have_value("From the second window.")


def choose_pages(page: Page, count: str) -> None:
    """Tap a count until the browser itself has heard it: the page may move under the pointer."""
    option = page.get_by_role("radio", name=count, exact=True)
    for _ in range(20):
        option.click()
        try:
            return expect(option).to_be_checked(timeout=END_MS / 20)
        except AssertionError:
            continue
    raise AssertionError(f"{count} pages could not be chosen")


def test_clicks_that_are_faster_than_pages_are_drawn_are_all_heard(
    page: Page, studio: str, tmp_path: Path
) -> None:
    """What the browser told the server is done, however far the page is."""
    in_folder_of_doubles(tmp_path)
    for count in range(1, 7):
        page.goto(f"{studio}/new-book")
        press(page.get_by_role("button", name=re.compile("Bruno the dog")).first, at_once=True)
        choose_pages(page, "8")
        press(page.get_by_role("button", name="Make my book"), at_once=True)
        expect(page).to_have_url(re.compile("/storyboard"))
        briefs = [Book(brief.parent).brief for brief in tmp_path.glob("books/*/brief.toml")]
        assert [brief.pages for brief in briefs] == [8] * count
