"""A shared book in a real browser: pages turn, no network is asked, nothing is cut off."""

from pathlib import Path

import pytest

from books import doubles, made, new_book
from browser import STILL, browser_page, downloaded, is_still, skip_without_a_browser, studio_at
from storybook.authoring.export_html import export_html
from storybook.press.script_fonts import script_family
from studio_pages import in_folder_of_doubles
from waiting import wait_for

skip_without_a_browser()
pytestmark = pytest.mark.browser

from axe_playwright_python.sync_playwright import Axe  # noqa: E402
from playwright.sync_api import expect  # noqa: E402

SPILT = """() => Array.from(document.querySelectorAll('.page.here')).flatMap(page => {
  const room = page.getBoundingClientRect();
  return Array.from(page.querySelectorAll('.line, .folio, h1, .ribbon, .about'))
    .filter(each => { const box = each.getBoundingClientRect();
      return box.width && (box.left < room.left - 1 || box.right > room.right + 1
        || box.top < room.top - 1
        || (box.bottom > room.bottom + 1 && page.scrollHeight <= page.clientHeight)); })
    .map(each => page.id + ': ' + each.textContent); })"""
MOVES = """() => { window.moved = false;
  const look = () => { window.moved ||= document.getAnimations().length > 0;
                       requestAnimationFrame(look); };
  look(); }"""
"""Looks at each frame from now on whether anything moves."""
SWIPE = """(across) => { const book = document.getElementById('book');
  for (const [kind, x] of [['pointerdown', 200], ['pointerup', 200 + across]])
    book.dispatchEvent(new PointerEvent(kind, { clientX: x, clientY: 300, pointerType: 'touch',
                                               bubbles: true })); }"""


def shared(folder: Path, **wishes: object) -> Path:
    book = new_book(folder / "books" / "kite", title="The Kite", **wishes)
    made(book, until="choose")
    path = folder / "kite.html"
    path.write_text(export_html(book, doubles()), encoding="utf-8")
    return path


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_shared_book_shuts_nobody_out_on_any_of_its_pages(tmp_path, scheme):
    path = shared(tmp_path)
    found = []
    with browser_page() as page:
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        for width, height in ((1440, 900), (390, 844)):
            page.set_viewport_size({"width": width, "height": height})
            page.goto(path.as_uri())
            stands(page, "Cover")
            while True:
                found += [
                    f"{width} px, {where(page)}: {each['id']}: {node['html'][:160]}"
                    for each in Axe().run(page).response["violations"]
                    for node in each["nodes"]
                ]
                before = where(page)
                if before == "Back cover":
                    break
                press(page, "ArrowRight")
                wait_for(lambda before=before: where(page) != before)
    assert not found, "\n".join(found)


def where(page) -> str:
    return page.inner_text("#where")


def press(page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def stands(page, name: str) -> None:
    """The reader says that `name` is open; it may hear of keys and clicks a little later."""
    expect(page.locator("#where")).to_have_text(name)


def test_pages_turn_by_keys_clicks_and_buttons(tmp_path):
    path = shared(tmp_path)
    with browser_page() as page:
        asked, faults = [], []
        page.on("request", lambda request: asked.append(request.url))
        page.on("pageerror", lambda fault: faults.append(str(fault)))
        page.goto(path.as_uri())
        stands(page, "Cover")
        press(page, "ArrowRight")
        stands(page, "Title page")
        press(page, " ")
        stands(page, "Pages 1 – 2 of 4")
        press(page, "PageDown")
        stands(page, "Pages 3 – 4 of 4")
        press(page, "ArrowLeft", "Shift+ ")
        stands(page, "Title page")
        press(page, "End")
        stands(page, "Back cover")
        press(page, "ArrowRight")
        stands(page, "Back cover")
        press(page, "Home")
        stands(page, "Cover")
        assert page.get_by_role("button", name="Back").is_disabled()
        page.get_by_role("button", name="Next").click()
        stands(page, "Title page")
        # The book moves to the middle when its cover is opened.
        wait_for(lambda: page.evaluate(STILL))
        box = page.locator("#book").bounding_box()
        page.mouse.click(box["x"] + 0.9 * box["width"], box["y"] + 100)
        stands(page, "Pages 1 – 2 of 4")
        page.mouse.click(box["x"] + 0.1 * box["width"], box["y"] + 100)
        stands(page, "Title page")
        assert [url for url in asked if not url.startswith(("data:", "file:"))] == []
        assert not faults


def test_only_what_is_open_is_read_out(tmp_path):
    path = shared(tmp_path)
    with browser_page() as page:
        page.goto(path.as_uri())
        press(page, "ArrowRight", "ArrowRight")
        stands(page, "Pages 1 – 2 of 4")
        hidden = page.eval_on_selector_all(
            ".page", "all => all.filter(each => !each.inert).map(each => each.dataset.label)"
        )
        assert hidden == ["Page 1", "Page 2"]
        assert page.locator("#page-1 img").get_attribute("alt").startswith("Biscuit the cat")


def test_the_place_is_kept_when_the_file_is_loaded_again(tmp_path):
    path = shared(tmp_path)
    with browser_page() as page:
        page.goto(path.as_uri())
        press(page, "ArrowRight", "ArrowRight")
        stands(page, "Pages 1 – 2 of 4")
        page.reload()
        stands(page, "Pages 1 – 2 of 4")


def test_a_link_to_a_page_opens_it_whole_on_a_phone(tmp_path):
    """The browser scrolls to what a link names, even where nothing is meant to scroll."""
    path = shared(tmp_path)
    with browser_page(390, 844) as page:
        page.goto(f"{path.as_uri()}#page-2")
        stands(page, "Page 2 of 4")
        page.wait_for_function(STILL)
        box = page.locator("#page-2").bounding_box()
        assert box["x"] >= 0 and box["x"] + box["width"] <= 390


@pytest.mark.parametrize("form", ["square-8.5", "portrait-8x10", "landscape-11x8.5"])
@pytest.mark.parametrize("size", [(1440, 900), (768, 1024), (390, 844), (844, 390)])
def test_nothing_is_spilt_over_the_edge_of_a_page(tmp_path, form, size):
    path = shared(tmp_path, format=form)
    with browser_page(*size) as page:
        page.goto(path.as_uri())
        stands(page, "Cover")
        while not page.get_by_role("button", name="Next").is_disabled():
            assert page.evaluate(SPILT) == []
            before = where(page)
            press(page, "ArrowRight")
            expect(page.locator("#where")).not_to_have_text(before)
        stands(page, "Back cover")
        assert page.evaluate(SPILT) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_phone_shows_one_page_and_turns_it_by_swipes(tmp_path):
    path = shared(tmp_path)
    with browser_page(390, 844) as page:
        page.goto(path.as_uri())
        page.evaluate(SWIPE, -120)
        stands(page, "Title page")
        page.evaluate(SWIPE, -120)
        stands(page, "Page 1 of 4")  # endpapers are left out
        size = page.eval_on_selector("#page-1 .words", "each => getComputedStyle(each).fontSize")
        assert float(size.removesuffix("px")) >= 18
        page.evaluate(SWIPE, 120)
        stands(page, "Title page")


@pytest.mark.skipif(not any(script_family("he")), reason="no font with Hebrew is installed")
def test_a_leftwards_book_turns_the_other_way(tmp_path):
    """Its first page lies on the right, and left is on: for keys, clicks, swipes and the bar."""
    path = shared(tmp_path, language="he")
    with browser_page() as page:
        page.goto(path.as_uri())
        stands(page, "Cover")
        press(page, "ArrowRight")
        stands(page, "Cover")
        press(page, "ArrowLeft", "ArrowLeft")
        stands(page, "Pages 1 – 2 of 4")
        wait_for(lambda: page.evaluate(STILL))
        first, second = (page.locator(f"#page-{number}").bounding_box() for number in (1, 2))
        assert first["x"] > second["x"] + 0.9 * second["width"]
        on, back = (page.get_by_role("button", name=name) for name in ("Next", "Back"))
        assert on.bounding_box()["x"] < back.bounding_box()["x"]
        page.mouse.click(second["x"] + 0.1 * second["width"], second["y"] + 100)
        stands(page, "Pages 3 – 4 of 4")
        page.evaluate(SWIPE, -120)
        stands(page, "Pages 1 – 2 of 4")


def test_nothing_moves_where_less_motion_is_wished(tmp_path):
    path = shared(tmp_path)
    with browser_page() as page:
        page.emulate_media(reduced_motion="reduce")
        page.goto(path.as_uri())
        page.evaluate(MOVES)
        press(page, "ArrowRight")
        stands(page, "Title page")
        assert not page.evaluate("moved")
        page.emulate_media(reduced_motion="no-preference")
        press(page, "ArrowRight")
        wait_for(lambda: page.evaluate("moved"))


def test_it_fills_the_screen_and_comes_back(tmp_path):
    path = shared(tmp_path)
    with browser_page() as page:
        page.goto(path.as_uri())
        page.keyboard.press("f")
        wait_for(lambda: page.evaluate("document.fullscreenElement !== null"))
        page.keyboard.press("f")
        wait_for(lambda: page.evaluate("document.fullscreenElement === null"))
        wait_for(lambda: not page.evaluate("document.documentElement.classList.contains('alone')"))


def test_it_prints_a_sheet_for_every_page(tmp_path):
    from io import BytesIO

    from pypdf import PdfReader

    path = shared(tmp_path)
    with browser_page() as page:
        page.goto(path.as_uri())
        pdf = PdfReader(BytesIO(page.pdf(prefer_css_page_size=True, print_background=True)))
        assert len(pdf.pages) == 10
        assert "Biscuit" in pdf.pages[3].extract_text()


def test_the_studio_shows_the_same_view(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    in_folder_of_doubles(tmp_path)
    made(new_book("books/kite", title="The Kite"))
    with studio_at(tmp_path) as address, browser_page() as page:
        page.goto(address)
        page.get_by_text("The Kite").first.wait_for()
        page.goto(f"{address}/reader?book=kite")
        is_still(page)
        book = page.frame_locator(".st-key-reading iframe")
        book.locator("#where").wait_for()
        book.locator("#book").focus()
        page.keyboard.press("ArrowRight")
        page.keyboard.press("ArrowRight")
        expect(book.locator("#where")).to_have_text("Pages 1 – 2 of 4")
        page.keyboard.press("f")
        wait_for(lambda: page.evaluate("document.fullscreenElement !== null"))
        page.keyboard.press("f")
        given = downloaded(page.get_by_role("button", name="Download HTML"))
        file = Path(given.path()).read_text(encoding="utf-8")
        assert given.suggested_filename == "the-kite.html"
        assert file.startswith("<!doctype html>") and "The Kite" in file
