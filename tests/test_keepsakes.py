"""Keepsakes: sizes, cut lines, days of a calendar, and a film that can be played."""

import calendar as months
import subprocess
import sys
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pypdf import PdfReader

from books import doubles, made, new_book
from storybook import ffmpeg
from storybook.authoring import keepsakes
from storybook.authoring.keepsakes import KINDS, KeepsakeOptions, kept_of, make_keepsake
from storybook.authoring.narrate import narrate
from storybook.cli import main
from storybook.errors import BookError, ConfigError
from storybook.models.speech import Sound
from storybook.press import film
from storybook.press.calendar_pages import calendar, names_of, weeks_of
from storybook.press.colour import theme_of
from storybook.press.colouring import colouring_book
from storybook.press.fonts import load_fonts
from storybook.press.postcards import postcards
from storybook.press.poster import poster
from storybook.press.sheets import MM, PAPERS, Kept, close_up, paper_of
from storybook.press.stickers import stickers

A4 = PAPERS["a4"]


def kept(pages=3, *, title="The Red Ball", text="Biscuit ran to the garden.", language="en"):
    pictures = [
        Image.fromarray(np.random.default_rng(n).integers(0, 256, (4, 4, 3), np.uint8)).resize(
            (96, 96)
        )
        for n in range(pages + 1)
    ]
    fonts = load_fonts("pair")
    theme = theme_of(pictures[0])
    return Kept(title, "starring Biscuit", language, fonts, theme, pictures, [text] * pages)


def read(pdf):
    return PdfReader(BytesIO(pdf))


def size_of(page):
    return tuple(float(side) for side in page.mediabox[2:])


def outlines(picture, long_px):
    """A frame in place of outlines, so that a sheet is drawn at once."""
    drawn = np.full((long_px // 8, long_px // 8), 255, np.uint8)
    drawn[:3] = drawn[-3:] = drawn[:, :3] = drawn[:, -3:] = 0
    return Image.fromarray(drawn)


def test_colouring_book_has_a_sheet_for_each_page_without_grey():
    found = read(colouring_book(kept(), A4, outlines))
    assert len(found.pages) == 4
    for page, said in zip(found.pages, ("starring", *["garden"] * 3), strict=True):
        assert size_of(page) == pytest.approx(A4, abs=0.1)
        (image,) = page.images
        assert {level for _, level in image.image.convert("L").getcolors()} == {0, 255}
        assert said in page.extract_text()


@pytest.mark.parametrize("text", ["Yes.", "Biscuit ran and ran. " * 30, "Bis" * 70])
@pytest.mark.parametrize("paper", ["a5", "letter"])
def test_colouring_book_sets_any_text(text, paper):
    pdf = colouring_book(kept(1, text=text), paper_of(paper), outlines)
    assert len(read(pdf).pages) == 2


@pytest.mark.parametrize("paper", ["a4", "a3", "a2", "letter", "tabloid"])
@pytest.mark.parametrize("title", ["Ox", "Biscuit and the Very Long Way Home Through the Snow"])
def test_poster_is_one_sheet_of_the_paper(paper, title):
    found = read(poster(kept(12, title=title), paper_of(paper)))
    (page,) = found.pages
    assert size_of(page) == pytest.approx(PAPERS[paper], abs=0.1)
    assert len(page.images) == 6
    assert title.split()[0] in page.extract_text()


@pytest.mark.parametrize(("pages", "sheets"), [(4, 1), (11, 1), (12, 2), (40, 4)])
def test_stickers_have_a_cut_line_each(pages, sheets):
    found = read(stickers(kept(pages), A4))
    assert len(found.pages) == sheets
    for page in found.pages:
        spaces = page["/Resources"]["/ColorSpace"]
        assert any(space.get_object()[1] == "/CutContour" for space in spaces.values())
        drawn = page.get_contents().get_data()
        assert drawn.count(b"/CutContour") >= 1 or drawn.count(b" SCN") == 12
    assert found.pages[0].get_contents().get_data().count(b" SCN") == 12


def test_weeks_of_agrees_with_the_calendar():
    for year in (1900, 2000, 2026, 2027, 2028, 2199):
        for month in range(1, 13):
            for first in (0, 5, 6):
                wanted = months.Calendar(first).monthdayscalendar(year, month)
                assert weeks_of(year, month, first) == wanted


@pytest.mark.parametrize(
    ("language", "january", "begins"),
    [("en", "January", 0), ("en-US", "January", 6), ("de", "Januar", 0), ("fr-FR", "janvier", 0)],
)
def test_names_of_speaks_the_language(language, january, begins):
    pytest.importorskip("babel")
    names = names_of(language)
    assert (names.months[0], names.first) == (january, begins)
    assert len(names.months) == 12 and len(names.days) == 7


def test_names_of_says_what_it_lacks(monkeypatch):
    with pytest.raises(ConfigError, match="not known in 'xx-none'"):
        names_of("xx-none")
    monkeypatch.setitem(sys.modules, "babel", None)
    with pytest.raises(ConfigError, match=r"storybook\[keepsakes\]"):
        names_of("en")


def test_calendar_has_a_picture_and_all_days_of_each_month():
    found = read(calendar(kept(5), A4, 2028, names_of("en")))
    assert len(found.pages) == 13
    for month, page in enumerate(found.pages[1:], start=1):
        words = page.extract_text().split()
        assert months.month_name[month] in words and len(page.images) == 1
        days = [word for word in words if word.isdigit() and int(word) < 32]
        assert sorted(map(int, days)) == list(range(1, months.monthrange(2028, month)[1] + 1))


def test_postcards_say_where_they_are_cut():
    found = read(postcards(kept(2), (148 * MM, 105 * MM)))
    assert len(found.pages) == 6, "a front and a back each"
    for page in found.pages:
        trim = page.trimbox
        assert float(trim.width) == pytest.approx(148 * MM, abs=0.1)
        assert float(page.mediabox.width) == pytest.approx(154 * MM, abs=0.1)
    assert "garden" in found.pages[3].extract_text()


@pytest.mark.parametrize("size", [(100, 100), (160, 90), (90, 160)])
def test_close_up_is_a_square_of_the_picture(size):
    found = close_up(Image.new("RGB", size))
    assert found.width == pytest.approx(found.height, abs=1)
    assert found.width == pytest.approx(0.76 * min(size), abs=1)


def test_equal_books_give_equal_keepsakes():
    for make in (poster, stickers, lambda book, size: colouring_book(book, size, outlines)):
        assert make(kept(), A4) == make(kept(), A4)


# A film


@pytest.fixture
def small(monkeypatch):
    """A film that is small and slow, so that it is made at once."""
    for name, value in (("WIDTH_PX", 480), ("HEIGHT_PX", 240), ("RATE", 4), ("MARGIN_PX", 10)):
        monkeypatch.setattr(film, name, value)


def test_frames_are_as_many_as_the_seconds_ask(small):
    shots = film.shots_of(kept(2), [1.0, 2.0, 0.5])
    found = list(film.frames(shots, leftwards=False))
    assert len(found) == 4 + 8 + 2
    assert {len(frame) for frame in found} == {480 * 240 * 3}
    assert found[0] != found[2], "something moves"


def test_frames_of_a_leftward_book_have_the_picture_at_the_right(small):
    shots = film.shots_of(kept(1), [0.5, 0.5])
    ways = [
        np.frombuffer(next(film.frames(shots, leftwards=way)), np.uint8).reshape(240, 480, 3)
        for way in (False, True)
    ]
    assert (ways[0][:, :240] == ways[1][:, 240:]).all()


class Hummer:
    name, runs_by = "hummer", "a test"

    def speak(self, sentences):
        for _ in sentences:
            yield Sound(np.full(4000, 9000, np.int16), 8000)


@pytest.mark.parametrize("aloud", [False, True])
def test_make_keepsake_films_a_book(small, aloud, tmp_path):
    pytest.importorskip("imageio_ffmpeg")
    book = new_book()
    made(book)
    if aloud:
        list(narrate(book, Hummer()))
    path = tmp_path / "film.mp4"
    make_keepsake(book, doubles(), KeepsakeOptions("video"), path)
    look = subprocess.run(
        [ffmpeg.find("A test"), "-i", path], capture_output=True, encoding="utf-8", check=False
    ).stderr
    assert "480x240" in look and ("Audio: aac" in look) is aloud
    assert [each for each in tmp_path.iterdir() if each.name.startswith(".film")] == []


def test_make_keepsake_that_fails_leaves_no_film(small, monkeypatch, tmp_path):
    pytest.importorskip("imageio_ffmpeg")
    book = new_book()
    made(book)
    monkeypatch.setattr(ffmpeg, "PLAIN", ("-no-such-option",))
    with pytest.raises(ConfigError, match="failed"):
        make_keepsake(book, doubles(), KeepsakeOptions("video"), tmp_path / "film.mp4")
    assert not [each for each in tmp_path.iterdir() if "film" in each.name]


# The command


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in ("video", "colouring")])
def test_keepsake_lies_beside_the_pdf(kind, capsys):
    book = new_book()
    made(book)
    asked = ["keepsake", str(book.folder), kind, "--studio", "doubles"]
    assert main(asked) == 0
    (path,) = book.folder.glob(f"*-{kind}*.pdf")
    assert str(path) in capsys.readouterr().out
    assert main([*asked, "--to", "gifts"]) == 0
    assert (Path("gifts") / path.name).read_bytes() == path.read_bytes()


def test_keepsake_colouring_is_as_large_as_the_book(monkeypatch):
    monkeypatch.setattr(keepsakes, "line_art", outlines)
    book = new_book()
    made(book)
    assert main(["keepsake", str(book.folder), "colouring", "--studio", "doubles"]) == 0
    (path,) = book.folder.glob("*-colouring.pdf")
    assert size_of(PdfReader(path).pages[1]) == pytest.approx((612, 612))


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        (["poster", "--paper", "a33"], "no paper 'a33'. Did you mean a3?"),
        (["video", "--paper", "a4"], "no paper: leave out"),
        (["calendar", "--year", "20270"], "a year from 1900"),
    ],
)
def test_keepsake_says_what_cannot_be_in_one_line(asked, says, capsys):
    book = new_book()
    assert main(["keepsake", str(book.folder), *asked, "--studio", "doubles"]) == 2
    err = capsys.readouterr().err
    assert says in err and err.count("\n") == 1


def test_keepsake_of_an_unfinished_book_names_the_page(capsys):
    book = new_book()
    made(book)
    book.plate_of(2).unlink()
    book.pick_of(2).unlink()
    with pytest.raises(BookError, match=r"page 2 of book is not drawn yet\. Run: storybook make"):
        kept_of(book, doubles())
    assert main(["keepsake", str(book.folder), "poster", "--studio", "doubles"]) == 2
    assert not list(book.folder.glob("*poster*"))
