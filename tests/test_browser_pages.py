"""Every page of the studio in a real browser: it stands, and nothing on it shuts anybody out."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from test_app_looks import named

from browser import browser_page, is_still, press, skip_without_a_browser, studio_at

skip_without_a_browser()
pytestmark = pytest.mark.browser

from app_states import laid_run, photo, rex  # noqa: E402
from axe_playwright_python.sync_playwright import Axe  # noqa: E402
from playwright.sync_api import Page, expect  # noqa: E402

from books import doubles, made, new_book  # noqa: E402
from storybook.authoring import edits, tellings  # noqa: E402
from storybook.book.folder import Book  # noqa: E402
from storybook.config import load_settings  # noqa: E402
from storybook.studio import departures  # noqa: E402
from studio_pages import in_folder_of_doubles  # noqa: E402

PAGES = {
    "library": "/",
    "new-book": "/new-book",
    "cast": "/cast?book=kite",
    "storyboard": "/storyboard?book=kite",
    "departures": "/storyboard?book=lion",
    "asked": "/storyboard?book=lost",
    "undone": "/storyboard?book=undone",
    "tellings": "/storyboard?book=told",
    "page": "/storyboard?book=kite&page=2",
    "reader": "/reader?book=kite",
    "press": "/press?book=kite",
    "heroes": "/heroes",
    "hero": "/heroes?hero=bruno",
    "taught": "/heroes?hero=rex",
    "training": "/training",
    "run": "/training?run=rex",
    "dataset": "/dataset?folder=datasets/rex",
    "jobs": "/jobs",
    "settings": "/settings",
}
UNFOLDS = {"library": "More for this book", "storyboard": "Put a page in behind the cover"}
"""What unfolds over a page."""
SERIOUS = ("serious", "critical")
DESK, TELEPHONE = (1440, 900), (390, 844)
SIZES = """() => {
  const rem = parseFloat(getComputedStyle(document.documentElement).fontSize), found = {};
  for (const each of document.querySelectorAll("[data-testid='stApp'] *")) {
    const says = [...each.childNodes].filter((one) => one.nodeType === 3).map((one) =>
      one.textContent.trim()).join("");
    const style = getComputedStyle(each);
    if (!says || !each.offsetParent || /material/i.test(style.fontFamily)) continue;
    found[(parseFloat(style.fontSize) / rem).toFixed(3)] = says.slice(0, 40);
  }
  return found;
}"""
"""The sizes of all words on a page, in rem, each with some that have it; icons are no words."""
SEVERAL_PRIMARY = ("page",)
"""The picture that is chosen is marked among the others, beside what is done."""


def lay_dataset(folder: Path) -> None:
    """Three photos, one of them small, and words for one."""
    folder.mkdir(parents=True)
    for number in range(3):
        photo(number, 200 if number else 640, 200).save(folder / f"{number:02}.png")
    (folder / "00.caption").write_text("a cat on a sofa")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("studio")


@pytest.fixture(scope="module")
def studio(home: Path) -> Iterator[str]:
    in_folder_of_doubles(home)
    lay_dataset(home / "datasets" / "rex")
    with pytest.MonkeyPatch.context() as patched:
        patched.chdir(home)
        rex(home)
    laid_run(home, "rex", "stopped")
    made(new_book(home / "books" / "kite", title="The Kite"))
    lion = new_book(home / "books" / "lion", heroes=(), summary="Leo the lion sees a purple fox.")
    made(lion)
    departures.accept(lion, doubles(), [2])
    made(new_book(home / "books" / "lost", heroes=()))
    lost = Book(home / "books" / "lost")
    made(new_book(home / "books" / "undone", title="The Step"))
    undone = Book(home / "books" / "undone")
    edits.set_text(undone, 1, "Biscuit slept.", edits.version(undone.scenes[1].text))
    edits.set_brief(lost, lost.brief.but(heroes=("nobody",)), edits.version(lost.brief))
    for _ in tellings.tell_several(new_book(home / "books" / "told", title="The Bell"), doubles()):
        pass
    with studio_at(home) as address:
        yield address


@pytest.fixture(scope="module")
def empty_studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    home = tmp_path_factory.mktemp("empty")
    in_folder_of_doubles(home)
    with studio_at(home) as address:
        yield address


@pytest.fixture(scope="module", params=["light", "dark"])
def page(request: pytest.FixtureRequest) -> Iterator[Page]:
    with browser_page(scheme=request.param) as opened:
        yield opened


def serious(page: Page, where: str) -> list[str]:
    """What axe finds that shuts somebody out."""
    return [
        f"{where}: {each['id']}: {node['html'][:160]}"
        for each in Axe().run(page).response["violations"]
        if each["impact"] in SERIOUS
        for node in each["nodes"]
    ]


@pytest.mark.parametrize("name", PAGES)
def test_a_page_stands_and_shuts_nobody_out(name: str, page: Page, studio: str) -> None:
    stands(name, studio + PAGES[name], page)


@pytest.mark.parametrize("name", ["library", "new-book", "heroes", "training", "jobs"])
def test_a_page_without_anything_yet_does_too(name: str, page: Page, empty_studio: str) -> None:
    stands("", empty_studio + PAGES[name], page)


def stands(name: str, address: str, page: Page) -> None:
    """Hold a page to all that is asked of every page."""
    page.goto(address)
    expect(page.locator("h1").first).to_be_visible()
    found, strange = [], {}
    scale = {float(size[:-3]) for step, size in named().items() if step.startswith("text")}
    for width, height in (DESK, TELEPHONE):
        page.set_viewport_size({"width": width, "height": height})
        is_still(page)
        expect(page.get_by_test_id("stException")).to_have_count(0)
        strange |= {
            size: words
            for size, words in page.evaluate(SIZES).items()
            if not any(abs(float(size) - step) < 0.002 for step in scale)
        }
        found += serious(page, f"{width} px")
    if name in UNFOLDS:
        page.get_by_role("button", name=UNFOLDS[name]).first.click()
        expect(page.get_by_test_id("stPopoverBody")).to_be_visible()
        is_still(page)
        found += serious(page, "unfolded")
    across = page.evaluate("document.documentElement.scrollWidth")
    page.set_viewport_size({"width": DESK[0], "height": DESK[1]})
    assert not found, "\n".join(found)
    assert not strange, f"sizes of type that no step of the scale has: {strange}"
    assert across <= TELEPHONE[0], "a telephone has to be moved to the side"
    if name not in SEVERAL_PRIMARY:
        assert page.locator("[data-testid='stBaseButton-primary']:visible").count() <= 1


def test_the_list_of_words_is_put_aside_only_by_who_says_so_twice(
    page: Page, studio: str, home: Path
) -> None:
    def for_children() -> bool:
        return load_settings(str(home / "studio.toml")).write.for_children

    before = (home / "studio.toml").read_bytes()
    try:
        page.goto(f"{studio}/settings")
        press(page.get_by_role("button", name="Let them through"))
        dialog = page.get_by_role("dialog")
        expect(dialog).to_contain_text("nobody looks whether a story is fit")
        assert for_children()
        press(dialog.get_by_role("button", name="Do it"))
        expect(page.get_by_role("button", name="Refuse them again")).to_be_visible()
        assert not for_children()
    finally:
        (home / "studio.toml").write_bytes(before)
