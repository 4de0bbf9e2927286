"""What an author changes in a book, in a real browser: pages, wishes, what it could not keep."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from browser import (
    browser_page,
    choose_from,
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
from storybook.authoring import edits  # noqa: E402
from storybook.book.folder import Book  # noqa: E402
from storybook.jobs.folder import job_state  # noqa: E402
from storybook.jobs.manager import jobs_in  # noqa: E402
from studio_pages import in_folder_of_doubles  # noqa: E402

SCROLLED = "document.querySelector('[data-testid=stMain]').scrollTop"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("studio")


@pytest.fixture(scope="module")
def studio(home: Path) -> Iterator[str]:
    in_folder_of_doubles(home)
    studio = (home / "studio.toml").read_text()
    (home / "studio.toml").write_text(
        studio.replace('writer = "echo"', 'writer = "echo"\nlanguages = ["en"]')
    )
    with studio_at(home) as address:
        yield address


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with browser_page(height=700) as opened:
        yield opened


def book_at(home: Path, name: str, **changes: object) -> Book:
    book = new_book(home / "books" / name, **({"title": "The Kite", "pages": 6} | changes))
    made(book)
    return book


def opened(page: Page, address: str) -> None:
    page.goto(address)
    settled(page)


def settled(page: Page) -> None:
    expect(page.locator("h1").first).to_be_visible()
    is_still(page)


def at_the_bottom(page: Page) -> None:
    settled(page)
    page.evaluate(f"{SCROLLED} = 1e6")
    assert page.evaluate(SCROLLED) > 50, "there is something to scroll"


def heading(page: Page, words: str) -> Locator:
    return page.get_by_role("heading", name=words, exact=True, level=1)


def stands_at_its_top(page: Page, words: str) -> None:
    """The page of that heading is there, from its beginning on."""
    expect(heading(page, words)).to_be_visible()
    page.wait_for_function(f"{SCROLLED} === 0")
    expect(heading(page, words)).to_be_in_viewport()


def test_every_page_that_is_opened_from_below_begins_at_its_top(
    page: Page, studio: str, home: Path
) -> None:
    book = book_at(home, "kite")
    opened(page, f"{studio}/storyboard?book=kite")
    at_the_bottom(page)
    press(page.get_by_role("button", name="Change", exact=True).last)
    stands_at_its_top(page, "Page 6")

    unfold(page, "Move, add or take out")
    fill(page.get_by_label("The text of a new page behind this one"), "Biscuit met a snail.")
    at_the_bottom(page)
    press(page.get_by_role("button", name="Put it in"))
    stands_at_its_top(page, "Page 7")
    assert edits.order(book)[-1] == 7

    at_the_bottom(page)
    page.get_by_role("button", name="All pages").evaluate("button => button.click()")
    stands_at_its_top(page, "The Kite")


def test_what_opens_no_other_page_leaves_the_reader_where_they_are(
    page: Page, studio: str, home: Path
) -> None:
    book_at(home, "stays")
    opened(page, f"{studio}/storyboard?book=stays&page=3")
    at_the_bottom(page)
    before = page.evaluate(SCROLLED)
    press(page.get_by_role("button", name="Take this one").first)
    expect(page.get_by_text("You chose this picture")).to_be_attached()
    settled(page)
    assert page.evaluate(SCROLLED) > before / 2


def test_a_page_that_was_taken_out_is_offered_back_where_one_looks(
    page: Page, studio: str, home: Path
) -> None:
    book = book_at(home, "out")
    opened(page, f"{studio}/storyboard?book=out&page=2")
    unfold(page, "Move, add or take out")
    press(page.get_by_role("button", name="Take it out"))
    stands_at_its_top(page, "The Kite")
    expect(page.get_by_text("Page 2 was taken out.")).to_be_in_viewport()
    assert edits.order(book) == (0, 1, 3, 4, 5, 6)
    press(page.get_by_role("button", name="Undo", exact=True))
    expect(page.get_by_text("was taken out.")).to_have_count(0)
    assert edits.order(book) == (0, 1, 2, 3, 4, 5, 6)


def test_a_new_page_is_drawn_from_where_its_picture_is_missing(
    page: Page, studio: str, home: Path
) -> None:
    book = book_at(home, "drawn")
    opened(page, f"{studio}/storyboard?book=drawn&page=2")
    unfold(page, "Move, add or take out")
    fill(page.get_by_label("The text of a new page behind this one"), "Biscuit met a snail.")
    press(page.get_by_role("button", name="Put it in"))
    stands_at_its_top(page, "Page 3")
    expect(page.get_by_text("None has been drawn yet.")).to_be_visible()
    expect(page.get_by_role("button", name="Draw four more")).to_have_count(0)
    press(page.get_by_role("button", name="Draw it"))
    expect(page.get_by_role("button", name="Draw four more")).to_be_enabled()
    assert len(book.pictures(7)) == 2


def test_a_language_that_cannot_be_told_is_changed_where_it_failed(
    page: Page, studio: str, home: Path
) -> None:
    new_book(home / "books" / "german", title="Der Drachen", language="de")
    book = Book(home / "books" / "german")
    opened(page, f"{studio}/storyboard?book=german")
    press(page.get_by_role("button", name="Make it", exact=True))
    expect(page.get_by_text("tells in English, not 'de'").first).to_be_visible()
    chosen = page.get_by_role("combobox", name="Language")
    expect(chosen).to_have_value("Deutsch, which this writer does not tell in")
    assert choose_from(chosen, "English") == 2, "the book's own, and what the writer tells"
    press(page.get_by_role("button", name="Keep these wishes"))
    expect(page.get_by_text("tells in English, not 'de'")).to_have_count(0)
    assert book.brief.language == "en"
    press(page.get_by_role("button", name="Make it", exact=True))
    expect(page.get_by_role("button", name="Download PDF")).to_be_visible()


def test_only_languages_that_the_writer_tells_in_are_offered(
    page: Page, studio: str, home: Path
) -> None:
    opened(page, f"{studio}/new-book")
    unfold(page, "More choices")
    expect(page.get_by_text("The writer of this studio tells in English only.")).to_be_visible()
    expect(page.get_by_role("combobox", name="Language")).to_be_disabled()


def test_what_is_not_in_a_book_is_mended_or_said_to_be_fine(
    page: Page, studio: str, home: Path
) -> None:
    book = book_at(home, "lion", summary="Leo the lion finds a key.", heroes=())
    scene = book.scenes[2]
    edits.set_scene(book, scene.but(place="submarine"), edits.version(scene))
    made(book)
    opened(page, f"{studio}/storyboard?book=lion")
    expect(page.get_by_text("Not in this book (2)")).to_be_visible()
    lion = page.get_by_text("No lion can be drawn: a cat stands for it.")
    expect(lion).to_be_visible()
    press(page.get_by_role("button", name="That is fine").first)
    expect(page.get_by_text("Not in this book (1)")).to_be_visible()
    assert [each.fine for each in book.story.departures] == [True, False]
    page.reload()
    settled(page)
    expect(page.get_by_text("Not in this book (1)")).to_be_visible()
    press(page.get_by_role("button", name="Change page 2"))
    stands_at_its_top(page, "Page 2")
    gone = "The painter has no picture of “submarine”."
    expect(page.get_by_text(gone, exact=True)).to_be_visible()
    press(page.get_by_role("button", name="That is fine"))
    expect(page.get_by_text("The painter has no picture of")).to_have_count(0)
    press(page.get_by_role("button", name="All pages"))
    expect(page.get_by_text("Not in this book, and fine")).to_be_visible()
    assert not any(job_state(job).active for job in jobs_in(home / "jobs"))
