"""Nothing on a page of the studio moves when its pictures come: measured in a real browser."""

from collections.abc import Iterator

import pytest

from browser import browser_page, is_still, skip_without_a_browser, studio_at

skip_without_a_browser()
pytestmark = pytest.mark.browser

from playwright.sync_api import Page, Route, expect  # noqa: E402

from books import made, new_book  # noqa: E402
from studio_pages import in_folder_of_doubles  # noqa: E402

PAGES = {
    "library": "/",
    "storyboard": "/storyboard?book=kite",
    "page": "/storyboard?book=kite&page=2",
    "press of oblong pages": "/press?book=wide",
    "new book": "/new-book",
}
SIZES = {"desk": (1440, 900), "telephone": (390, 844)}
MOVED = """() => {
  window.moved = 0;
  new PerformanceObserver((list) => {
    for (const each of list.getEntries()) window.moved += each.value;
  }).observe({ type: "layout-shift" });
}"""
"""Sums up from now on what moves: the share of the window, times how far, in windows."""
ROOMS = """() => [...document.images].filter((each) => !each.naturalWidth && each.checkVisibility())
  .map((each) => each.getBoundingClientRect().height)"""
"""How high each picture stands that is still to come."""
LEAST_PX, NEAR_ZERO = 40, 0.005


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    home = tmp_path_factory.mktemp("studio")
    in_folder_of_doubles(home)
    made(new_book(home / "books" / "kite", title="The Kite"))
    made(new_book(home / "books" / "wide", title="The Sea", format="landscape-11x8.5"))
    with studio_at(home) as address:
        yield address


@pytest.fixture(scope="module", params=SIZES)
def page(request: pytest.FixtureRequest) -> Iterator[Page]:
    with browser_page(*SIZES[request.param]) as opened:
        yield opened


def is_a_picture(address: str) -> bool:
    """Whether it is one that the studio serves; what Streamlit itself needs lies in /static/."""
    return "/media/" in address and "/static/" not in address


@pytest.mark.parametrize("name", PAGES)
def test_nothing_moves_when_pictures_come(name: str, page: Page, studio: str) -> None:
    held: list[Route] = []
    page.route(is_a_picture, lambda route: held.append(route))
    page.goto(studio + PAGES[name], wait_until="commit")
    expect(page.locator("h1").first).to_be_visible()
    expect(page.locator("img").first).to_be_attached()
    is_still(page)
    rooms = page.evaluate(ROOMS)
    assert rooms and min(rooms) > LEAST_PX
    page.evaluate(MOVED)
    page.unroute(is_a_picture)  # which lets go those that are held
    page.wait_for_function(f"({ROOMS})().length === 0")
    is_still(page)
    assert page.evaluate("window.moved") < NEAR_ZERO


SHAPES = """() => [...document.querySelectorAll(
  "[class*='st-key-card-'] > :first-child > [data-testid='stSkeleton'], .st-key-of-page *"
)].filter((each) => each.dataset.testid === "stSkeleton").map((each) => {
  const box = each.getBoundingClientRect();
  return box.height / box.width;
})"""
"""The shapes of what stands for pictures while the browser has not fetched what shows them."""


@pytest.mark.parametrize("name", ["library", "storyboard", "page"])
def test_the_room_is_kept_before_pictures_can_be_shown(name: str, page: Page, studio: str) -> None:
    held: list[Route] = []
    fresh = page.context.browser.new_page(viewport=page.viewport_size)  # it has fetched nothing
    fresh.route("**/ImageList*.js", lambda route: held.append(route))
    fresh.goto(studio + PAGES[name], wait_until="commit")
    # The style sheet comes a moment after the first of what is drawn.
    fresh.wait_for_function(
        f"({SHAPES})().length && ({SHAPES})().every((each) => Math.abs(each - 1) < 0.01)"
    )
    fresh.context.close()
