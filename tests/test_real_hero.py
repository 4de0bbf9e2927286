"""The page of the real pet after the story: in the PDF, on screens and in EPUBs."""

from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from PIL import Image
from pypdf import PdfReader

from books import BISCUIT, doubles, made, new_book
from pdf_words import words_of
from storybook.authoring import edits
from storybook.authoring.export_epub import export_epub
from storybook.authoring.export_html import export_html
from storybook.authoring.proofs import proof_key, proof_pages, proof_pdf
from storybook.hero.folder import add_hero
from storybook.stages import bind
from untagged import untagged

ABOUT = "Biscuit is an orange striped cat."
LOVED = "This book was made for everyone who loves Biscuit."


def photo(path: Path, colour: tuple[int, int, int]) -> Path:
    path.parent.mkdir(exist_ok=True)
    Image.linear_gradient("L").convert("RGB").resize((90, 70)).point(
        [round(level * part / 255) for part in colour for level in range(256)]
    ).save(path)
    return path


@pytest.fixture
def book(tmp_path):
    """A book that was bound before its hero had photos; now it has three."""
    found = new_book()
    made(found)
    photos = [photo(tmp_path / "in" / f"{n}.png", (90 * n, 200, 90)) for n in range(3)]
    add_hero(BISCUIT, photos)
    return found


def figures(pdf: bytes) -> list[str]:
    """What the pictures of a PDF are said to show."""
    return [
        str(part["/Alt"])
        for each in PdfReader(BytesIO(pdf)).trailer["/Root"]["/StructTreeRoot"]["/K"][0]["/K"]
        for part in each["/K"]
        if part["/S"] == "/Figure"
    ]


def test_bind_shows_the_real_hero_after_the_end_once_it_has_photos(book):
    before = book.pdf.read_bytes()
    made(book, doubles())
    pdf = book.pdf.read_bytes()
    words, sheets = words_of(pdf), PdfReader(BytesIO(pdf)).pages
    at = next(n for n, text in enumerate(words) if text.startswith("The End")) + 1
    assert words[at] == f"The real Biscuit {ABOUT} {LOVED}"
    assert len(sheets[at].images) == 3 and len(sheets) % 2 == 0
    assert words[: at - 1] == words_of(before)[: at - 1], "the story stays as it was"
    assert untagged(pdf) == [] and figures(pdf).count("A photo of Biscuit.") == 3
    assert bind.due(book, doubles()) == []


def test_bind_of_a_hero_without_photos_is_as_it_was(book):
    assert bind.real_hero_key(book) != ()
    (Path("heroes") / "biscuit" / "photos").rename("elsewhere")
    assert bind.real_hero_key(book) == () and bind.real_hero_of(book) is None
    assert bind.due(book, doubles()) == []


def test_real_hero_of_leaves_out_a_photo_that_cannot_be_read(book):
    folder = Path("heroes") / "biscuit" / "photos"
    key = bind.real_hero_key(book)
    (folder / "01.png").write_bytes(b"no photo")
    assert len(bind.real_hero_of(book).photos) == 2 and bind.real_hero_key(book) != key
    for path in folder.glob("0[23]*"):
        path.write_bytes(b"none either")
    assert bind.real_hero_of(book) is None


def test_real_hero_of_speaks_the_books_language(book):
    english, german = bind.real_hero_of(book), bind.real_hero_of(book, "de-AT")
    assert english.about == (ABOUT, LOVED)
    assert german.title == "Biscuit in Wirklichkeit"
    edits.set_brief(book, book.brief.but(language="de"), edits.version(book.brief))
    html = export_html(book, doubles())
    assert '<span class="line">Ende</span>' in html and "The End" not in html
    assert german.about == ("Dieses Buch ist für alle, die Biscuit lieb haben.",)


def test_real_hero_of_says_no_look_that_the_letters_lack(book):
    toml = Path("heroes") / "biscuit" / "hero.toml"
    toml.write_text(toml.read_text().replace("orange striped", "橙色"))
    made(book, doubles())
    assert bind.real_hero_of(book).about == (LOVED,)


def test_proof_pdf_shows_the_real_hero(book):
    pages, studio = proof_pages(book, doubles()), doubles()
    assert f"The real Biscuit {ABOUT} {LOVED}" in words_of(proof_pdf(book, studio, pages))
    key = proof_key(book, studio, pages)
    (Path("heroes") / "biscuit" / "photos" / "01.png").unlink()
    assert proof_key(book, studio, pages) != key


def test_exports_show_the_real_hero_with_what_each_photo_shows(book):
    html = export_html(book, doubles())
    assert html.count('alt="A photo of Biscuit."') == 3 and 'class="photos of-3"' in html
    assert html.index('id="the-end"') < html.index('id="real-hero"') < html.index("back-cover")
    found = export_epub(book, doubles())
    for epub in (found.fixed, found.flowing):
        with ZipFile(BytesIO(epub)) as packed:
            page = packed.read("EPUB/real-hero.xhtml").decode()
            contents = packed.read("EPUB/nav.xhtml").decode()
        assert page.count('alt="A photo of Biscuit."') == 3 and ABOUT in page
        assert '<a href="real-hero.xhtml">The real Biscuit</a>' in contents
