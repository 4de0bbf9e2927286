"""A pet in the browser: photos brought, mended, learnt from, thrown away and put back."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from app_states import photo
from PIL import Image

from browser import (
    browser_page,
    choose,
    downloaded,
    fill,
    is_still,
    press,
    skip_without_a_browser,
    studio_at,
    unfold,
)
from storybook.config import shipped
from waiting import wait_for

skip_without_a_browser()
pytestmark = pytest.mark.browser

from playwright.sync_api import Page, expect  # noqa: E402

LONG = 600_000
"""Milliseconds that a machine may take for a few steps."""
PICTURES = 5
FIT = f"{PICTURES + 1} of {PICTURES + 2} are fit to learn from"


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[str]:
    with studio_at(tmp_path) as address:
        yield address


@pytest.fixture
def page() -> Iterator[Page]:
    with browser_page() as opened:
        yield opened


def files(folder: Path) -> list[Path]:
    """The shipped pictures of a dog, a drawn one, and what people drop by mistake."""
    folder.mkdir()
    found = [shipped("assets", "pets", "ohwx-dog", f"{n:02d}.jpg") for n in range(1, PICTURES + 1)]
    photo(7).save(folder / "drawn.png")
    photo(8).resize((100, 90)).save(folder / "tiny.png")
    (folder / "letter.jpg").write_text("Dear Rex, this is no photo.")
    (folder / "empty.jpg").write_bytes(b"")
    return [
        *found,
        *(folder / name for name in ("drawn.png", "tiny.png", "letter.jpg", "empty.jpg")),
    ]


def enter(page: Page, studio: str, name: str) -> None:
    """Open the studio, and go to a page by its menu."""
    page.goto(studio)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    choose(page.get_by_role("link", name=name, exact=True).first)
    expect(page.get_by_role("heading", level=1, name=name)).to_be_visible()


def kept(folder: Path) -> list[Path]:
    return sorted((folder / "heroes" / "rex" / "photos").glob("[0-9]*.*"))


def add_the_pet(page: Page, studio: str, folder: Path) -> None:
    enter(page, studio, "Heroes")
    press(page.get_by_role("button", name="Add your pet"))
    is_still(page)
    page.locator("input[type=file]").set_input_files(files(folder / "brought"))
    expect(page.get_by_text("letter.jpg holds text and no picture")).to_be_visible()
    expect(page.get_by_text("empty.jpg is empty")).to_be_visible()
    expect(page.get_by_text(FIT)).to_be_visible()
    page.reload()  # the draft is in the address
    expect(page.get_by_text(FIT)).to_be_visible()
    press(page.get_by_role("button", name="I have read it"))
    expect(page.get_by_text("holds text and no picture")).to_have_count(0)
    fill(page.get_by_label("Its name", exact=True), "Rex")
    fill(page.get_by_label("What it is", exact=True), "puppy")
    press(page.get_by_role("button", name="Add it"))
    expect(page.get_by_role("heading", name="Rex", exact=True)).to_be_visible()
    assert "hero=rex" in page.url


def test_a_pet_is_brought_mended_taught_thrown_away_and_put_back(
    page: Page, studio: str, tmp_path: Path
) -> None:
    add_the_pet(page, studio, tmp_path)
    assert len(kept(tmp_path)) == PICTURES + 2

    first = kept(tmp_path)[0]
    before = first.read_bytes()
    press(page.get_by_role("button", name="Turn").first)
    expect(page.get_by_text("Photo 1 was turned.")).to_be_visible()
    press(page.get_by_role("button", name="Take it back"))
    wait_for(lambda: first.read_bytes() == before)
    expect(page.get_by_text("Photo 1 was turned.")).to_have_count(0)

    size = Image.open(first).size
    press(page.get_by_role("button", name="Crop", exact=True).first)
    expect(page.get_by_text("px are left")).to_be_visible()
    press(page.get_by_role("button", name="Crop it"))
    expect(page.get_by_text("Photo 1 was cropped.")).to_be_visible()
    assert Image.open(first).size < size

    press(page.get_by_role("button", name="Leave out", exact=True).last)
    expect(page.get_by_text("Left out (1)")).to_be_visible()
    assert len(kept(tmp_path)) == PICTURES + 1

    unfold(page, "Whose painter learns, and how")
    fill(page.get_by_label("Steps", exact=True), "4")
    choose(page.get_by_text("Teach it all the same"))
    press(page.get_by_role("button", name="Teach Rex"))
    expect(page.get_by_text("You may close this window").first).to_be_visible()
    page.reload()  # in the middle: the teaching is found again
    expect(page.get_by_text("You may close this window").first).to_be_visible()
    expect(page.get_by_text("is drawn as it was taught by this step")).to_be_visible(timeout=LONG)
    expect(page.get_by_text("the painter knows it")).to_be_visible()
    adapter = tmp_path / "heroes" / "rex" / "adapter" / "pytorch_lora_weights.safetensors"
    assert adapter.is_file()

    enter(page, studio, "Training")
    choose(page.get_by_role("link", name="Open").first)
    expect(page.get_by_role("heading", level=1, name="rex")).to_be_visible()
    given = downloaded(page.get_by_role("button", name="Download", exact=True))
    assert Path(given.path()).read_bytes().startswith(b"PK")

    page.goto(f"{studio}/heroes?hero=rex")
    press(page.get_by_role("button", name="Delete Rex"))
    press(page.get_by_role("dialog").get_by_role("button", name="Delete", exact=True))
    expect(page.get_by_text("lie in the trash")).to_be_visible()
    assert not adapter.exists() and not (tmp_path / "runs" / "rex").exists()
    press(page.get_by_role("button", name="Put back").first)
    wait_for(adapter.is_file)
    expect(page.get_by_role("link", name="Open Rex")).to_be_visible()


def test_a_studio_is_chosen_after_asking(page: Page, studio: str, tmp_path: Path) -> None:
    file = tmp_path / "studio.toml"
    enter(page, studio, "Settings")
    press(page.get_by_role("button", name="Use it").last)
    expect(page.get_by_text("This writes")).to_be_visible()
    assert not file.exists()
    press(page.get_by_role("button", name="Use Dry run"))
    wait_for(file.is_file)
    assert 'painter = "flat"' in file.read_text()
    expect(page.get_by_text("works here")).to_be_visible()

    file.write_text("# mine\n" + file.read_text())
    page.reload()
    press(page.get_by_role("button", name="Use it").first)
    expect(page.get_by_role("dialog").get_by_text("# mine")).to_be_visible()
    press(page.get_by_role("button", name="Use Starter"))
    wait_for(lambda: "# mine" not in file.read_text())
    (old,) = tmp_path.glob("studio-*.toml")
    assert old.read_text().startswith("# mine")
