import base64
import re
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from fontTools.ttLib import TTFont
from PIL import Image

from books import doubles, made, new_book
from storybook.authoring.export_html import ScreenPage, export_html, html_book, pictures_zip
from storybook.authoring.proofs import proof_pages
from storybook.cli import main
from storybook.config import BindSettings
from storybook.errors import BookError, PressError
from storybook.press.endpage import Facts
from storybook.press.formats import format_names, load_format, placed, placements_of
from storybook.records import Hero, Story
from storybook.stages.bind import PressOptions

TEXTS = (
    "Biscuit was a small <orange> cat & she knew it.",
    "\n".join(['He ran to the garden. "Have you seen my ball?" said Biscuit.'] * 3),
    "The forest was quiet -- and there it was!",
    "That night, everyone slept.",
)
FACTS = Facts(
    writer="starter 8c1f",
    painter="starter 3fa9",
    critic="clip 77aa",
    enlarger="esrgan 90ab",
    style="watercolour",
    seeds=(10000, 10101),
)
VOID = {"meta", "img", "link", "br"}


class Reading(HTMLParser):
    """Reads a file strictly: every element closed in its order; keeps what is to be asked of it."""

    def __init__(self):
        super().__init__()
        self.open, self.words, self.alts, self.links, self.ids, self.tags = [], [], [], [], [], []

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        self.tags.append((tag, found))
        if tag == "img":
            self.alts.append(found["alt"])
        self.ids += [found["id"]] if "id" in found else []
        self.links += [found[key] for key in ("src", "href") if key in found]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag):
        assert self.open and self.open[-1] == tag, f"</{tag}> closes {self.open}"
        self.open.pop()

    def handle_data(self, data):
        if self.open and self.open[-1] not in ("style", "script"):
            self.words.append(data)

    @property
    def text(self):
        return " ".join("".join(self.words).split())


def read(html):
    reading = Reading()
    reading.feed(html)
    reading.close()
    assert not reading.open
    return reading


def picture(colour, size=(96, 96)):
    file = BytesIO()
    Image.new("RGB", size, colour).save(file, "PNG")
    return file.getvalue()


def html(
    texts=TEXTS, *, form="square-8.5", placement="auto", font="pair", drawn=True, language="en"
):
    story = Story(
        title="The Red Ball", paragraphs=texts, cast=(Hero(name="Biscuit", species="cat"),)
    )
    pages = [
        ScreenPage(
            page,
            text,
            f'A "cat" on page {page}.',
            picture((200, 120 + page, 90)) if drawn else None,
        )
        for page, text in enumerate(("", *texts))
    ]
    options = PressOptions(
        form=placed(load_format(form), placement),
        ages="3-5",
        language=language,
        options=BindSettings(),
        font=font,
    )
    return html_book(story, pages, options, FACTS)


def fonts_of(text):
    found = re.findall(r'font-family: "Book (\w+)";.*?base64,([^"]+)"', text)
    return {name: TTFont(BytesIO(base64.b64decode(data))) for name, data in found}


EVERY_WAY = [
    (form, placement) for form in format_names() for placement in placements_of(load_format(form))
]


@pytest.mark.parametrize(("form", "placement"), EVERY_WAY)
def test_a_book_is_one_well_formed_file_with_every_word_and_picture(form, placement):
    found = read(html(form=form, placement=placement))
    for words in (
        "Biscuit was a small <orange> cat & she knew it.",
        "“Have you seen my ball?”",
        "quiet — and there it was!",
        "That night, everyone slept.",
        "The Red Ball",
        "starring Biscuit",
        "A story about Biscuit",
        "The End",
        "machine-made",
        "starter 3fa9",
        "10101",
    ):
        assert words in found.text
    assert found.alts == [
        'A "cat" on page 0.',
        "",
        *(f'A "cat" on page {n}.' for n in (1, 2, 3, 4)),
    ]
    assert len(found.ids) == len(set(found.ids))


def test_it_asks_for_nothing_from_elsewhere():
    text = html()
    found = read(text)
    assert all(link.startswith(("data:", "#")) for link in found.links)
    elsewhere = re.findall(r"https?://[^\s\"')]+", text)
    assert set(elsewhere) <= {"http://www.w3.org/2000/svg"}, "a name space is no address"
    assert not re.search(r"url\((?!\"data:)|@import", text)
    policy = next(
        each["content"]
        for tag, each in found.tags
        if each.get("http-equiv") == "Content-Security-Policy"
    )
    assert "default-src 'none'" in policy


def test_it_says_what_it_is():
    found = read(html(language="de"))
    assert ("html", {"lang": "de"}) in found.tags
    assert any(tag == "title" for tag, _ in found.tags)
    labels = [each.get("data-label") for tag, each in found.tags if tag == "section"]
    assert labels == [
        "Cover",
        "Endpaper",
        "Title page",
        "Page 1",
        "Page 2",
        "Page 3",
        "Page 4",
        "Ende",
        "Endpaper",
        "Back cover",
    ]
    named = [each for tag, each in found.tags if tag == "button"]
    assert len(named) == 4 and all(each["title"] for each in named)


def test_pages_stand_in_pairs_as_in_the_pdf():
    for count in (3, 4):
        sections = read(html(TEXTS[:count])).tags
        assert sum(tag == "section" for tag, _ in sections) % 2 == 0


def test_the_fonts_hold_the_books_letters_and_no_others():
    found = fonts_of(html())
    assert set(found) == {"Text", "Italic", "Bold", "Titles"}
    letters = found["Text"].getBestCmap()
    assert all(ord(char) in letters for char in "Biscut“”—")
    assert ord("ж") not in letters
    assert "Andika" in fonts_of(html(font="andika"))["Titles"]["name"].getDebugName(1)


def test_lines_are_kept_together_by_paragraph():
    found = html()
    page = found[found.index('id="page-2"') : found.index('id="page-3"')]
    assert page.count("<p ") == 3 and page.count('class="line"') > 3


def test_what_is_not_drawn_says_so():
    found = read(html(drawn=False))
    assert found.text.count("This picture is not drawn yet.") == 5
    assert found.alts == []


def test_equal_books_give_equal_files():
    assert html() == html()


def test_a_text_that_does_not_fit_is_an_error_naming_the_page():
    with pytest.raises(PressError, match=r"page 2: .* do not fit"):
        html((TEXTS[0], "and then she ran " * 200))


def test_pictures_are_no_larger_than_a_screen_shows():
    story = Story(title="Big", paragraphs=("One.",), cast=(Hero(name="Bo", species="cat"),))
    noise = Image.effect_noise((2600, 2600), 90).convert("RGB")
    file = BytesIO()
    noise.save(file, "PNG", compress_level=1)
    pages = [ScreenPage(n, "One." if n else "", "A cat.", file.getvalue()) for n in (0, 1)]
    options = PressOptions(
        form=load_format("square-8.5"), ages="3-5", language="en", options=BindSettings()
    )
    found = re.findall(r"data:image/webp;base64,([^\"]+)", html_book(story, pages, options, FACTS))
    assert [Image.open(BytesIO(base64.b64decode(each))).width for each in found] == [
        1280,
        426,
        1280,
    ]


def test_a_finished_book_is_shared_by_the_command(capsys):
    book = new_book()
    made(book)
    assert main(["export-html", str(book.folder), "--studio", "doubles"]) == 0
    path = book.pdf.with_suffix(".html")
    assert str(path) in capsys.readouterr().out
    found = read(path.read_text(encoding="utf-8"))
    assert path.stat().st_size < 3_000_000
    pages = proof_pages(book, doubles())
    assert all(page.alt in found.alts for page in pages)
    assert book.scenes[2].text.split()[0] in found.text
    assert main(["export-html", str(book.folder), "--studio", "doubles", "--to", "gift.html"]) == 0
    assert Path("gift.html").read_text(encoding="utf-8") == export_html(book, doubles())


def test_a_book_without_a_story_is_one_clear_line(capsys):
    book = new_book()
    with pytest.raises(BookError, match=r"story\.json is missing"):
        export_html(book, doubles())
    assert main(["export-html", str(book.folder), "--studio", "doubles"]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_pictures_are_packed_with_what_they_show():
    book = new_book()
    made(book)
    book.plate_of(3).unlink()
    book.pick_of(3).unlink()
    with ZipFile(BytesIO(pictures_zip(proof_pages(book, doubles())))) as packed:
        assert packed.namelist() == [
            "00-cover.png",
            "01-page-1.png",
            "02-page-2.png",
            "04-page-4.png",
            "what-they-show.txt",
        ]
        assert packed.read("02-page-2.png") == book.plate_of(2).read_bytes()
        assert b"01-page-1.png: Biscuit the cat" in packed.read("what-they-show.txt")


def test_sharing_changes_nothing_in_a_book():
    book = new_book()
    made(book, until="choose")
    export_html(book, doubles())
    before = {path: path.stat().st_mtime_ns for path in book.folder.rglob("*") if path.is_file()}
    html = export_html(book, doubles())
    assert html.count("data:image/webp") == 6, "picked pictures stand in for plates"
    assert before == {
        path: path.stat().st_mtime_ns for path in book.folder.rglob("*") if path.is_file()
    }
