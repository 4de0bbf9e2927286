"""A PDF's tags: what a screen reader hears, read by another library than wrote them."""

from io import BytesIO

import pikepdf
import pypdfium2
import pytest
from java_checks import pdf_faults
from PIL import Image, ImageChops, ImageCms
from pypdf import PdfReader
from pypdf.generic import ArrayObject
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from books import BISCUIT, doubles, made, new_book
from storybook.authoring.proofs import proof_pages
from storybook.authoring.translate import Translation, translated
from storybook.hero.folder import add_hero
from storybook.press.fonts import load_fonts
from storybook.press.script_fonts import script_family
from storybook.press.srgb import srgb_profile
from storybook.press.tags import SheetTags, tagged
from untagged import untagged

TEXT = load_fonts("pair").text.name


def drawn(pages=1):
    """Sheets with a ground, a clipped picture, two lines of text and a page number."""
    file = BytesIO()
    canvas = Canvas(file, pagesize=(200, 200), invariant=True, initialFontName=TEXT)
    canvas.setTitle("The Red Ball")
    for number in range(pages):
        canvas.setFillColorRGB(0.9, 0.9, 0.8)
        canvas.rect(0, 0, 200, 200, stroke=0, fill=1)
        canvas.saveState()
        path = canvas.beginPath()
        path.roundRect(20, 80, 160, 100, 9)
        canvas.clipPath(path, stroke=0, fill=0)
        picture = Image.new("RGB", (8, 8), (200, 40 * number, 60))
        canvas.drawImage(ImageReader(picture), 20, 80, 160, 100)
        canvas.restoreState()
        canvas.setFillColorRGB(0, 0, 0)
        canvas.setFont(TEXT, 18)
        canvas.drawString(20, 50, "He ran")
        canvas.drawString(20, 25, "and ran.")
        canvas.setFont(TEXT, 10)
        canvas.drawString(180, 10, str(number + 1))
        canvas.showPage()
    canvas.save()
    return file.getvalue()


def with_tags(*sheets, leftwards=False):
    return tagged(drawn(len(sheets)), sheets, language="en", leftwards=leftwards)


def elements(pdf):
    """(tag, alt, how many marked contents) of every element of a sheet, by pypdf."""
    found = []

    def walk(element):
        element = element.get_object()
        kids = element.get("/K", ArrayObject())
        if element.get("/S") not in ("/Document", "/Sect", None):
            found.append((element["/S"], element.get("/Alt", ""), len(kids)))
            return
        for kid in kids:
            walk(kid)

    walk(PdfReader(BytesIO(pdf)).trailer["/Root"]["/StructTreeRoot"])
    return found


def test_tagged_story_page_is_its_picture_then_its_words():
    found = elements(with_tags(SheetTags("story", "A red ball.")))
    assert found == [("/Figure", "A red ball.", 1), ("/P", "", 2)], "and no page number"


def test_tagged_sheets_have_what_they_are():
    found = elements(
        with_tags(SheetTags("cover"), SheetTags("blank"), SheetTags("title"), SheetTags("end"))
    )
    tags = [tag for tag, _, _ in found]
    assert tags == ["/H1", "/P", "/P", "/P", "/H2", "/P"]


def test_tagged_looks_as_before():
    before, after = drawn(), with_tags(SheetTags("story", "A ball."))
    shown = [
        pypdfium2.PdfDocument(pdf)[0].render(scale=1).to_pil().convert("RGB")
        for pdf in (before, after)
    ]
    assert ImageChops.difference(*shown).getbbox() is None


def test_tagged_says_its_language_title_and_way():
    reader = PdfReader(BytesIO(with_tags(SheetTags("story", "A ball."), leftwards=True)))
    root = reader.trailer["/Root"]
    assert root["/Lang"] == "en" and root["/MarkInfo"]["/Marked"]
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert root["/ViewerPreferences"]["/Direction"] == "/R2L"
    assert reader.xmp_metadata.dc_title["x-default"] == "The Red Ball"
    assert reader.pages[0]["/Tabs"] == "/S"


def test_tagged_figure_says_where_it_is():
    reader = PdfReader(BytesIO(with_tags(SheetTags("story", "A ball."))))
    section = reader.trailer["/Root"]["/StructTreeRoot"]["/K"][0].get_object()["/K"][0]
    figure = section.get_object()["/K"][0].get_object()
    assert [float(edge) for edge in figure["/A"]["/BBox"]] == [20, 80, 180, 180]


def test_tagged_equal_files_are_equal_bytes():
    one, other = (with_tags(SheetTags("story", "A ball."), SheetTags("back")) for _ in "ab")
    assert one == other


def test_untagged_finds_nothing_in_what_is_tagged():
    assert untagged(with_tags(SheetTags("cover", "A."), SheetTags("story", "B."))) == []


def broken(change):
    with pikepdf.open(BytesIO(with_tags(SheetTags("story", "A ball.")))) as opened:
        change(opened)
        file = BytesIO()
        opened.save(file)
    return untagged(file.getvalue())


def figure_of(opened):
    return opened.Root.StructTreeRoot.K[0].K[0].K[0]


def add(data):
    def change(opened):
        opened.pages[0].contents_add(opened.make_stream(data))

    return change


def removed(*names):
    def change(opened):
        for name in names:
            del opened.Root[name]

    return change


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (removed("/MarkInfo"), "not said to be tagged"),
        (removed("/Lang"), "names no language"),
        (removed("/ViewerPreferences"), "title is not shown"),
        (removed("/StructTreeRoot"), "there is no structure"),
        (add(b"0 0 5 5 re f"), "sheet 1: something is drawn unmarked (f)"),
        (add(b"/P <</MCID 9>> BDC EMC"), "do not belong to one element each"),
        (add(b"/Artifact BMC"), "marks are not closed"),
        (lambda opened: figure_of(opened).__setattr__("Alt", pikepdf.String(" ")), "a figure"),
    ],
)
def test_untagged_finds_what_is_broken(change, says):
    assert any(says in fault for fault in broken(change))


def test_untagged_finds_all_in_a_plain_file():
    assert len(untagged(drawn())) == 4


def test_bind_tags_the_whole_book():
    book = new_book()
    made(book)
    pdf = book.pdf.read_bytes()
    assert untagged(pdf) == []
    alts = [alt for tag, alt, _ in elements(pdf) if tag == "/Figure"]
    assert alts == [page.alt for page in proof_pages(book, doubles())]


def test_tagged_says_that_colours_are_srgb():
    (intent,) = PdfReader(BytesIO(with_tags(SheetTags("story", "A ball.")))).root_object[
        "/OutputIntents"
    ]
    assert intent["/DestOutputProfile"].get_data() == srgb_profile()
    profile = ImageCms.ImageCmsProfile(BytesIO(srgb_profile()))
    assert "sRGB" in ImageCms.getProfileDescription(profile)


NOT_CLAIMED = {"ua1": {"5-1"}, "2b": {"6.6.4-1"}}
"""Of each profile of veraPDF the one rule that a book breaks: to say that it conforms."""


@pytest.fixture
def books(tmp_path):
    """A book with photos of its hero, and the same in Hebrew, where there is a font of it."""
    book = new_book()
    made(book)
    photos = [tmp_path / f"{number}.png" for number in range(2)]
    for number, path in enumerate(photos):
        Image.new("RGB", (60, 40), (200, 90 * number, 60)).save(path)
    add_hero(BISCUIT, photos)
    made(book, doubles())
    if not any(script_family("he")):
        return [book.pdf]
    words = Translation(title="ברונו והים", pages=("ברונו רץ אל הים (מהר).",) * 4)
    book.path("story.he.json").write_bytes(words.as_file())
    other = tmp_path / "he.pdf"
    other.write_bytes(translated(book, doubles(), "he", both=False).pdf)
    return [book.pdf, other]


@pytest.mark.slow
def test_bind_keeps_all_that_verapdf_checks_but_does_not_claim_it(books):
    for path in books:
        for profile, unclaimed in NOT_CLAIMED.items():
            assert pdf_faults(path, profile).keys() == unclaimed, path


@pytest.mark.slow
def test_pdf_faults_finds_what_is_wrong(tmp_path):
    plain = tmp_path / "plain.pdf"
    plain.write_bytes(drawn())
    assert {"6.2-1", "7.1-3", "7.1-10"} <= pdf_faults(plain, "ua1").keys()
