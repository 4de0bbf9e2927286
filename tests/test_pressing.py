"""Pressing: a book becomes what a printer takes, read back by libraries that did not make it."""

from dataclasses import replace
from io import BytesIO

import pikepdf
import pypdfium2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from press_jobs import job, pressed, undemanding
from pypdf import PdfReader

from books import made, new_book
from pdf_words import words_of
from storybook.authoring.pressing import press
from storybook.authoring.print_jobs import as_text, imprint_of, set_imprint
from storybook.cli import main
from storybook.errors import BookError, ConfigError
from storybook.press.interior import Imprint
from storybook.press.matter import RealHero
from storybook.press.printers import load_printer

FORMS = {
    "kdp": "square-8.5",
    "lulu": "landscape-11x8.5",
    "lulu-hardcover": "square-8.5",
    "ingramspark": "square-8.5",
    "blurb": "portrait-8x10",
    "copyshop": "portrait-8x10",
    "home": "landscape-11x8.5",
}


@pytest.fixture(scope="module", params=FORMS)
def book(request):
    return pressed(request.param, pages=5, form=FORMS[request.param])


def test_press_keeps_every_rule_of_every_printer(book):
    assert not [each for each in book.findings if each.status == "fail"]
    assert "FAIL" not in as_text(book) and "Where the rules are from" in as_text(book)


def test_press_is_read_by_two_libraries_and_to_the_same_boxes(book):
    for pdf in filter(None, (book.interior, book.cover)):
        one, other = PdfReader(BytesIO(pdf)), pypdfium2.PdfDocument(pdf)
        assert len(one.pages) == len(other)
        for page, same in zip(one.pages, other, strict=True):
            assert [float(side) for side in page.mediabox] == pytest.approx(same.get_mediabox())
            assert [float(side) for side in page.trimbox] == pytest.approx(
                same.get_trimbox(), abs=1e-3
            )
        other.close()


def test_press_paints_into_every_bleed(book):
    """No white is left at the rim of a page with a picture over it."""
    if book.job.printer.name == "home":
        return
    document = pypdfium2.PdfDocument(book.interior)
    for sheet, leaf in enumerate(book.leaves):
        if leaf.kind == "blank":
            continue
        shown = document[sheet].render(scale=0.25).to_pil().convert("RGB")
        rim = [
            shown.getpixel(at)
            for at in ((1, 1), (shown.width - 2, 1), (1, shown.height - 2), (shown.width // 2, 1))
        ]
        assert (255, 255, 255) not in rim, (sheet + 1, leaf.kind)
    document.close()


def test_press_gives_equal_bytes_for_equal_books():
    one, other = (pressed("ingramspark", pages=4) for _ in range(2))
    assert one.interior == other.interior and one.cover == other.cover


def test_a_printed_book_begins_on_the_right_with_whose_it_is():
    found = pressed("kdp", imprint=Imprint(dedication="For Ida", author="Ann", illustrator="Bo"))
    pages = words_of(found.interior)
    assert pages[0] == "This book belongs to" and pages[1] == "For Ida"
    assert pages[2] == "The Red Ball A story about Biscuit Told by Ann Pictures by Bo"
    assert pages[3].endswith("1") and pages[7].startswith("The End")
    assert pages[8:10] == ["Draw Biscuit", "When we read this book"]
    (cover,) = words_of(found.cover)
    for said in ("The Red Ball", "starring Biscuit", "Told by Ann", "A cat looks for a ball."):
        assert said in cover


def test_the_real_hero_comes_after_the_end():
    photos = tuple(Image.new("RGB", (40, 30), (40 * k, 90, 90)) for k in range(5))
    real = RealHero("The real Biscuit", ("Biscuit is a cat.",), photos, "A photo of Biscuit.")
    found = press(job(undemanding("kdp"), real=real))
    pages = words_of(found.interior)
    assert pages[8] == "The real Biscuit Biscuit is a cat."
    page = PdfReader(BytesIO(found.interior)).pages[8]
    assert len(page.images) == 4, "so many as have a place"


@pytest.mark.parametrize(
    ("name", "version", "key", "says"),
    [
        ("ingramspark", "1.3", "/GTS_PDFXConformance", "PDF/X-1a:2001"),
        ("blurb", "1.3", "/GTS_PDFXVersion", "PDF/X-3:2002"),
        ("copyshop", "1.6", None, "PDF/X-4"),
    ],
)
def test_press_says_which_pdf_x_it_is_and_brings_the_profile(name, version, key, says):
    found = pressed(name, form="portrait-8x10")
    for pdf in filter(None, (found.interior, found.cover)):
        with pikepdf.open(BytesIO(pdf)) as opened:
            assert opened.pdf_version == version
            (intent,) = opened.Root.OutputIntents
            assert intent.S == "/GTS_PDFX"
            assert intent.DestOutputProfile.read_bytes()[12:20] == b"prtrCMYK"
            assert opened.docinfo["/Trapped"] == "/False"
            if key:
                assert opened.docinfo[key] == says
            else:
                assert opened.open_metadata()["pdfxid:GTS_PDFXVersion"] == says


def test_a_plain_printer_gets_no_metadata():
    with pikepdf.open(BytesIO(pressed("kdp").interior)) as opened:
        assert not list(opened.docinfo) and "/Outlines" not in opened.Root


@given(
    title=st.text(st.characters(codec="latin-1", categories=("L", "N", "P", "Zs")), max_size=110),
    star=st.sampled_from(["Bo", "W" * 40, "Mr Whiskers", "Łucja"]),
    summary=st.text(st.characters(codec="latin-1", categories=("L", "Zs")), max_size=1500),
    pages=st.integers(1, 9),
    words=st.integers(1, 40),
)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_press_sets_any_title_name_blurb_and_length(title, star, summary, pages, words):
    text = " ".join(["Biscuit", "ran", "up"][number % 3] for number in range(words))
    asked = {"title": f"A {title}", "star": star, "summary": summary, "text": text}
    found = press(job(undemanding("kdp"), pages=pages, **asked))
    assert not [each for each in found.findings if each.status == "fail"]


@pytest.mark.parametrize("form", ["square-8.5", "landscape-11x8.5"])
def test_press_keeps_a_long_title_and_who_made_the_book_off_the_edge(form):
    """The picture of the title page gives way: two lines below a title of four had no room."""
    title = "Łucja’s Very, Very Long Journey Through the Snow and Home Again Before Tea"
    imprint = Imprint(author="Ann", illustrator="Bo")
    found = pressed("ingramspark", title=title, form=form, imprint=imprint)
    assert not [each for each in found.findings if each.status == "fail"]


def test_press_of_the_command_line_makes_the_files_and_keeps_what_was_said(capsys):
    book = new_book()
    made(book)
    asked = ("press", str(book.folder), "--printer", "home", "--dedication", "For Ida")
    assert main((*asked, "--set", "bind.max_ppi=72")) in (0, 2)
    assert imprint_of(book).dedication == "For Ida" and imprint_of(book).printer == "home"
    assert (book.folder / "print" / "home" / "interior.pdf").is_file()
    assert "print/home/proof.txt" in capsys.readouterr().out
    assert main(("press", "--printers")) == 0
    assert "lulu-hardcover: Lulu, hardcover" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        (("--printer", "lullu"), "There is no printer 'lullu'. Did you mean lulu"),
        (("--printer", "kdp", "--paper", "gold"), "kdp has no paper 'gold'"),
        (("--printer", "kdp", "--format", "square-9"), "There is no format 'square-9'"),
        (("--printer", "kdp-hardcover"), "prints no fewer than 76 pages"),
        (("--printer", "kdp", "--spine", "9"), "--spine 9: a spine is 0 to 4 inches wide"),
    ],
)
def test_press_says_in_a_line_what_cannot_be(capsys, asked, says):
    book = new_book()
    made(book)
    assert main(("press", str(book.folder), *asked)) == 2
    said = capsys.readouterr().err
    assert says in said and said.count("\n") == 1


def test_press_of_a_book_without_plates_says_what_to_run(capsys):
    book = new_book()
    made(book, until="choose")
    assert main(("press", str(book.folder), "--printer", "kdp")) == 2
    assert "is missing. Run: storybook enlarge" in capsys.readouterr().err


def test_press_keeps_words_where_their_author_wants_them():
    """On a picture with nothing on it words stand above, unless they are asked for below."""
    low = job(undemanding("kdp"))
    pages = [replace(page, text_side="low") for page in low.pages]
    assert press(replace(low, pages=pages)).interior != press(low).interior


def test_imprint_of_names_what_is_wrong():
    book = new_book()
    assert imprint_of(book) == Imprint()
    set_imprint(book, Imprint(author="Ann"))
    assert imprint_of(book).author == "Ann"
    path = book.folder / "press.toml"
    path.write_text("author = ", encoding="utf-8")
    with pytest.raises(BookError, match=r"press.toml is not TOML"):
        imprint_of(book)
    path.write_text("autor = 'Ann'", encoding="utf-8")
    with pytest.raises(ConfigError, match="autor"):
        imprint_of(book)


def test_load_printer_is_what_tests_make_undemanding():
    assert undemanding("kdp").pages == load_printer("kdp").pages
