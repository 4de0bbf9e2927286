"""EPUB: what lies in the zip, what it says, and what is heard; EPUBCheck in a slow test."""

import re
import shutil
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from itertools import cycle, pairwise
from pathlib import Path
from xml.etree import ElementTree
from zipfile import ZIP_STORED, ZipFile

import numpy as np
import pytest
from java_checks import epub_messages
from PIL import Image

from books import doubles, made, new_book
from storybook import ffmpeg
from storybook.authoring.export_epub import epub_book, export_epub
from storybook.authoring.export_html import ScreenPage
from storybook.authoring.narrate import joined, narrate, wav
from storybook.authoring.proofs import proof_pages
from storybook.cli import main
from storybook.config import BindSettings
from storybook.errors import BookError, ConfigError
from storybook.hero.folder import add_hero
from storybook.models.speech import Sound, sentences_of
from storybook.press import compose
from storybook.press.endpage import Facts
from storybook.press.faces import GRID
from storybook.press.formats import bound_for, load_format
from storybook.press.screen_parts import Heard
from storybook.press.script_fonts import script_family
from storybook.press.scripts import is_leftwards
from storybook.records import Hero, Story
from storybook.stages.bind import PressOptions

FACTS = Facts(writer="w", painter="p", critic="c", enlarger="e", style="crayon", seeds=(1, 2))
WHEN = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)
RATE = 8000
TEXTS = (
    "Biscuit was a small <orange> cat & she knew it.",
    "He ran.\n“Come!” said Biscuit.",
    "End.",
)
SOUNDS = "Biscuit ran up the hill and down the hill. Whoosh, wheee, bump! He ran home."
HERO = Hero(name="Biscuit", species="cat")
OPF, XHTML, SMIL = (
    "{http://www.idpf.org/2007/opf}",
    "{http://www.w3.org/1999/xhtml}",
    "{http://www.w3.org/ns/SMIL}",
)


class Hummer:
    """Hums a twentieth of a second for each letter."""

    name, runs_by = "hummer", "a test"

    def speak(self, sentences):
        for sentence in sentences:
            samples = np.sin(np.arange(len(sentence) * RATE // 20) * 0.5) * 8000
            yield Sound(samples.astype(np.int16), RATE)


def heard(text):
    sentences = sentences_of(text)
    sounds = Hummer().speak([" ".join(words) for words in sentences])
    spoken = joined(text, list(zip(sentences, sounds, strict=True)), Hummer())
    return Heard(wav(spoken.sound), spoken.narration.words)


def picture(colour):
    file = BytesIO()
    Image.new("RGB", (48, 48), colour).save(file, "PNG")
    return file.getvalue()


def screen_pages(texts, *, title="The Red Ball", aloud=True, drawn=True):
    return [
        ScreenPage(
            page,
            text,
            f'A "cat" on page {page}.',
            picture((200, 120 + page, 90)) if drawn else None,
            heard(text or title) if aloud else None,
        )
        for page, text in enumerate(("", *texts))
    ]


def editions(texts=TEXTS, *, title="The Red Ball", language="en", pages=None, **asked):
    story = Story(title=title, paragraphs=texts, cast=(Hero(name="Biscuit", species="cat"),))
    options = PressOptions(
        form=load_format("square-8.5"), ages="3-5", language=language, options=BindSettings()
    )
    pages = pages or screen_pages(texts, title=title, **asked)
    return epub_book(story, pages, options, FACTS, modified=WHEN, as_mp3=lambda wav: b"ID3" + wav)


def opened(epub):
    """Everything in an EPUB by name; what is XML is parsed."""
    with ZipFile(BytesIO(epub)) as packed:
        first = packed.infolist()[0]
        assert (first.filename, first.compress_type) == ("mimetype", ZIP_STORED)
        assert packed.read("mimetype") == b"application/epub+zip"
        data = {name: packed.read(name) for name in packed.namelist()}
    xml = (".opf", ".xhtml", ".smil", ".xml")
    return {
        name.removeprefix("EPUB/"): ElementTree.fromstring(each) if name.endswith(xml) else each
        for name, each in data.items()
    }


def both(**asked):
    found = editions(**asked)
    return [opened(found.fixed), opened(found.flowing)]


def metas(book, name):
    found = book["book.opf"].iter(f"{OPF}meta")
    return [meta.text for meta in found if meta.get("property") == name]


def spine(book):
    return list(book["book.opf"].iter(f"{OPF}itemref"))


def test_epub_book_lists_all_that_lies_in_it():
    for book in both():
        listed = {item.get("href") for item in book["book.opf"].iter(f"{OPF}item")}
        assert listed == book.keys() - {"mimetype", "META-INF/container.xml", "book.opf"}
        ids = [item.get("id") for item in book["book.opf"].iter(f"{OPF}item")]
        assert len(ids) == len(set(ids))
        assert {each.get("idref") for each in spine(book)} <= set(ids)


def test_epub_book_shows_every_picture_with_what_it_shows():
    for book in both():
        alts = []
        for name, document in book.items():
            for image in document.iter(f"{XHTML}img") if name.endswith(".xhtml") else ():
                assert image.get("src") in book
                alts.append(image.get("alt"))
        assert {f'A "cat" on page {page}.' for page in range(4)} <= set(alts)
        covers = [
            item.get("href")
            for item in book["book.opf"].iter(f"{OPF}item")
            if item.get("properties") == "cover-image"
        ]
        assert covers and Image.open(BytesIO(book[covers[0]])).format == "JPEG"


def test_epub_book_has_the_words_as_text_in_both_editions():
    for book in both(aloud=False):
        said = " ".join("".join(book["page-1.xhtml"].itertext()).split())
        assert TEXTS[0] in said
        assert len(list(book["page-2.xhtml"].iter(f"{XHTML}p"))) == 2, "a line is a paragraph"
        assert not list(book["page-1.xhtml"].iter(f"{XHTML}audio"))


def test_epub_book_lights_each_word_while_it_is_heard():
    for book in both():
        for page, text in enumerate(TEXTS, start=1):
            ids = {each.get("id") for each in book[f"page-{page}.xhtml"].iter()}
            texts = list(book[f"page-{page}.smil"].iter(f"{SMIL}text"))
            sounds = list(book[f"page-{page}.smil"].iter(f"{SMIL}audio"))
            assert len(texts) == len(text.split())
            for each in texts:
                name, _, part = each.get("src").partition("#")
                assert name == f"page-{page}.xhtml" and part in ids
            clips = [
                tuple(float(each.get(edge).rstrip("s")) for edge in ("clipBegin", "clipEnd"))
                for each in sounds
            ]
            assert clips[0][0] == 0 and all(begin < end for begin, end in clips)
            assert all(one[1] == two[0] for one, two in pairwise(clips)), "no sound is skipped"
            assert {each.get("src") for each in sounds} == {f"page-{page}.mp3"}
        durations = [float(each.rstrip("s")) for each in metas(book, "media:duration")]
        assert durations[-1] == pytest.approx(sum(durations[:-1]), abs=0.01)
        assert metas(book, "media:active-class") == ["lit"] and b".lit" in book["book.css"]
        assert "auditory" in metas(book, "schema:accessMode")


def test_epub_book_hears_a_page_whole_where_its_words_are_other_ones():
    pages = screen_pages(TEXTS)
    pages[1] = replace(pages[1], heard=Heard(pages[1].heard.wav, pages[1].heard.words[:3]))
    found = editions(pages=pages)
    for book in map(opened, (found.fixed, found.flowing)):
        (only,) = book["page-1.smil"].iter(f"{SMIL}text")
        part = only.get("src").partition("#")[2]
        assert part in {each.get("id") for each in book["page-1.xhtml"].iter()}
        assert len(list(book["page-2.smil"].iter(f"{SMIL}text"))) == 5


def test_epub_book_silent_has_no_sound():
    for book in both(aloud=False):
        assert not [name for name in book if name.endswith((".mp3", ".smil"))]
        assert not metas(book, "media:duration")
        assert "auditory" not in metas(book, "schema:accessMode")


def test_epub_book_fixed_pages_have_their_size_and_lie_as_in_the_book():
    fixed, flowing = both()
    assert metas(fixed, "rendition:layout") == ["pre-paginated"]
    (viewport,) = [
        meta.get("content")
        for meta in fixed["page-1.xhtml"].iter(f"{XHTML}meta")
        if meta.get("name") == "viewport"
    ]
    assert viewport == "width=612, height=612"
    sides = [each.get("properties") for each in spine(fixed)]
    assert sides[0] == sides[-1] == "rendition:page-spread-center"
    assert sides[1:4] == ["page-spread-left", "page-spread-right", "page-spread-left"]
    assert not metas(flowing, "rendition:layout")
    assert not any(each.get("properties") for each in spine(flowing))


def test_epub_book_from_right_to_left_turns_the_other_way():
    for book in both(language="he", texts=("Biscuit.",) * 3):
        (order,) = book["book.opf"].iter(f"{OPF}spine")
        assert order.get("page-progression-direction") == "rtl"
        assert book["page-1.xhtml"].get("dir") == "rtl"
    fixed, _ = both(language="he", texts=("Biscuit.",) * 3)
    assert [each.get("properties") for each in spine(fixed)][1:3] == [
        "page-spread-right",
        "page-spread-left",
    ]


@pytest.mark.parametrize(
    ("language", "leftwards"),
    [("he", True), ("ar-EG", True), ("az-Arab", True), ("ur-Latn", False), ("en", False)],
)
def test_is_leftwards_goes_by_language_and_script(language, leftwards):
    assert is_leftwards(language) is leftwards


def test_epub_book_equal_books_give_equal_bytes():
    assert editions() == editions()
    first, second = editions().fixed, editions(title="Another").fixed
    assert opened(first)["book.opf"][0][0].text != opened(second)["book.opf"][0][0].text


@pytest.mark.parametrize("odd", ["\x0b\x1f", "\ufffe", "&lt;]]>", "\ud800"])
def test_epub_book_is_well_formed_whatever_a_picture_shows(odd):
    pages = [replace(page, alt=f"{odd}<&\"'") for page in screen_pages(("Yes.",), aloud=False)]
    for book in both(title="T & <b>", texts=("Yes.",), pages=pages):
        (picture,) = book["page-1.xhtml"].iter(f"{XHTML}img")
        assert picture.get("alt").endswith("<&\"'")


def test_export_epub_writes_both_editions_beside_the_pdf(capsys, monkeypatch):
    monkeypatch.setattr(ffmpeg, "find", lambda wish: pytest.fail("nothing is heard yet"))
    book = new_book()
    made(book)
    assert main(["export-epub", str(book.folder), "--studio", "doubles"]) == 0
    said = capsys.readouterr().out
    names = f"{book.pdf.stem}.epub", f"{book.pdf.stem}-flowing.epub"
    for path in map(book.pdf.with_name, names):
        assert str(path) in said
        found = opened(path.read_bytes())
        pages = proof_pages(book, doubles())
        shown = [
            image.get("alt")
            for name, each in found.items()
            if name.endswith(".xhtml")
            for image in each.iter(f"{XHTML}img")
        ]
        assert all(page.alt in shown for page in pages)
    for to in ("gifts", "gifts/one.epub"):
        assert main(["export-epub", str(book.folder), "--studio", "doubles", "--to", to]) == 0
    written = {path.name for path in Path("gifts").iterdir()}
    assert written == {*names, "one.epub", "one-flowing.epub"}


def test_export_epub_of_a_book_without_a_story_is_one_clear_line(capsys):
    book = new_book()
    with pytest.raises(BookError, match=r"story\.json is missing"):
        export_epub(book, doubles())
    assert main(["export-epub", str(book.folder), "--studio", "doubles"]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_export_epub_says_when_sound_needs_ffmpeg(monkeypatch, capsys):
    book = new_book()
    made(book)
    list(narrate(book, Hummer()))
    monkeypatch.setattr(shutil, "which", lambda name: None)
    monkeypatch.setitem(__import__("sys").modules, "imageio_ffmpeg", None)
    assert main(["export-epub", str(book.folder), "--studio", "doubles"]) == 2
    assert "pip install imageio-ffmpeg" in capsys.readouterr().err
    assert main(["export-epub", str(book.folder), "--studio", "doubles", "--silent"]) == 0


def test_mp3_is_smaller_and_is_one():
    pytest.importorskip("imageio_ffmpeg")
    sound = wav(Sound((np.sin(np.arange(3 * RATE) * 0.5) * 8000).astype(np.int16), RATE))
    packed = ffmpeg.mp3(sound)
    assert packed[:3] == b"ID3" or packed[0] == 0xFF
    assert len(packed) < len(sound) and packed == ffmpeg.mp3(sound)
    with pytest.raises(ConfigError, match="failed"):
        ffmpeg.mp3(b"no sound")


@pytest.mark.slow
def test_epub_messages_finds_what_is_wrong(tmp_path):
    broken = tmp_path / "broken.epub"
    with ZipFile(BytesIO(editions().flowing)) as packed, ZipFile(broken, "w") as other:
        for each in packed.infolist():
            other.writestr(each, packed.read(each).replace(b"<figure>", b"<figur>"))
    assert any("figur" in line for line in epub_messages(broken))


@pytest.mark.slow
def test_export_epub_passes_epubcheck():
    book = new_book()
    made(book)
    photo = book.path("photo.png")
    photo.write_bytes(picture((90, 60, 30)))
    add_hero(Hero(name="Biscuit", species="cat", look="orange"), [photo])
    list(narrate(book, Hummer()))
    assert main(["export-epub", str(book.folder), "--studio", "doubles", "--to", "out"]) == 0
    files = sorted(Path("out").glob("*.epub"))
    assert len(files) == 2
    for path in files:
        assert "real-hero.xhtml" in opened(path.read_bytes())
        assert epub_messages(path) == []


@pytest.fixture
def every_face(monkeypatch):
    """Pictures show nobody, somebody and nothing but a face by turns, whatever is on them."""
    one, whole = np.zeros((GRID, GRID)), np.ones((GRID, GRID))
    one[18:21, 10:13] = 1.0
    turns = cycle([np.zeros((GRID, GRID)), one, whole])
    monkeypatch.setattr(compose, "faces_in", lambda picture: next(turns))


SPOKEN = "“Come with me to the pond, and bring the ball!” said Biscuit."
WITH_GERMAN = (f"{SOUNDS}\nBruno rannte heim.", f"{SPOKEN}\n„Komm!“")
IN_HEBREW = "ברונו רץ אל הים (מהר מאוד) עם 2 חברים. „בוא!” אמר."
SPOKEN_IN_HEBREW = "„בוא איתי אל האגם, והבא את הכדור!” אמר ברונו."
EVERY_LAYOUT = {"panel", "speech", "open", "above", "beside", "spot"}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("form", "language", "texts", "aloud", "kinds"),
    [
        ("square-8.5", "he", (IN_HEBREW, SPOKEN_IN_HEBREW), True, EVERY_LAYOUT),
        ("portrait-8x10", "en", WITH_GERMAN, False, EVERY_LAYOUT - {"beside"}),
        ("landscape-11x8.5", "en", (SOUNDS, SPOKEN), True, {"beside", "open", "panel"}),
    ],
)
def test_epub_book_in_every_layout_passes_epubcheck(
    every_face, tmp_path, form, language, texts, aloud, kinds
):
    """With a drop capital, lettered sounds, two languages on a page, one from right to left, read
    aloud or not, and two facing pages that are a spread.
    """
    if language == "he" and not any(script_family("he")):
        pytest.skip("no font with Hebrew is installed")
    texts = [texts[page // 2 % 2] for page in range(14)]
    story = Story(title="The Red Ball", paragraphs=texts, cast=(HERO,))
    pages = screen_pages(texts, aloud=aloud)
    pages[1:3] = [replace(pages[1], joins=2), replace(pages[2], joins=1)]
    options = PressOptions(
        form=bound_for(load_format(form), language),
        ages="3-5",
        language=language,
        options=BindSettings(),
    )
    found = epub_book(story, pages, options, FACTS, modified=WHEN, as_mp3=lambda wav: wav)
    for name, epub in (("fixed", found.fixed), ("flowing", found.flowing)):
        path = tmp_path / f"{name}.epub"
        path.write_bytes(epub)
        assert epub_messages(path) == []
    assert kinds_in(found.fixed) >= kinds


def kinds_in(epub: bytes) -> set[str]:
    """The layouts of an EPUB's pages."""
    with ZipFile(BytesIO(epub)) as packed:
        names = [name for name in packed.namelist() if name.endswith(".xhtml")]
        pages = [packed.read(name).decode() for name in names]
    return {found[1] for page in pages if (found := re.search(r'class="page story (\w+)"', page))}
