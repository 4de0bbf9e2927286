"""Books that are read from right to left: lines as they are drawn, fonts, and the other side."""

from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from press_jobs import failures, job, undemanding
from pypdf import PdfReader

from pdf_words import words_of
from storybook.authoring.pressing import press
from storybook.book.printing import check_brief
from storybook.config import BindSettings
from storybook.errors import ConfigError
from storybook.press import fonts, script_fonts
from storybook.press.bidi import visual
from storybook.press.compose import QUOTED
from storybook.press.formats import POINTS_PER_INCH, bound_for, load_format
from storybook.press.layout import safe_box
from storybook.press.printers import load_printer
from storybook.press.wrap import wrap_of
from storybook.records import Brief, Hero, Story
from storybook.stages.bind import PlatePage, PressOptions, bind

HEBREW = "ברונו רץ אל הים (מהר מאוד) עם 2 חברים."
HAS_HEBREW = any(script_fonts.script_family("he"))
needs_font = pytest.mark.skipif(not HAS_HEBREW, reason="no font with Hebrew is installed")


def test_visual_turns_words_and_brackets_and_leaves_numbers():
    assert visual("Bruno ran (fast).") == "Bruno ran (fast)."
    assert visual("אבג (דה) 12.") == ".12 (הד) גבא"
    assert visual("אבג Bruno 12") == "12 Bruno גבא" or visual("אבג Bruno 12") == "Bruno 12 גבא"


def test_visual_joins_arabic_letters_and_keeps_vowel_signs():
    joined = visual("كَلْب")
    assert "\u064e" in joined and "\u0652" in joined
    assert not any(letter in joined for letter in "كلب"), "each letter has the form of its place"


def test_a_leftwards_book_is_bound_on_the_right():
    form = load_format("square-8.5")
    other = bound_for(form, "he")
    gutter = form.gutter_in * POINTS_PER_INCH
    assert other.bound == "right" and bound_for(other, "de").bound == "left"
    assert other.others == form.others != ()
    for sheet in (1, 2):
        assert other.is_right_hand(sheet) is not form.is_right_hand(sheet)
        moved = safe_box(other, sheet).x - safe_box(form, sheet).x
        assert abs(moved) == pytest.approx(gutter)
    wrap, usual = (wrap_of(load_printer("kdp"), each, 0.2) for each in (other, form))
    assert wrap.front.x < wrap.spine.x < wrap.back.x and wrap.width == usual.width
    from_spine = usual.back.right - usual.barcode.right
    assert wrap.barcode.x - wrap.back.x == pytest.approx(from_spine)


def wished(language: str) -> PressOptions:
    form = bound_for(load_format("square-8.5"), language)
    return PressOptions(form=form, ages="3-5", language=language, options=BindSettings(max_ppi=72))


def test_speech_is_known_by_the_quotes_of_each_language():
    said = "„בוא!” אמר. „Komm!“ “Come!” «Viens !»"
    assert QUOTED.findall(said) == ["„בוא!”", "„Komm!“", "“Come!”", "«Viens !»"]


@needs_font
def test_a_hebrew_book_binds_and_says_its_words_to_who_listens():
    made = job(undemanding("kdp"), text=HEBREW, title="ברונו והים", star="ברונו")
    story = Story(title=made.words.title, paragraphs=(HEBREW,) * 4, cast=(HERO,))
    plates = [PlatePage(page.page, page.text, page.png) for page in made.pages]
    pdf = bind(story, plates, wished("he"), made.facts)
    root = PdfReader(BytesIO(pdf)).trailer["/Root"]
    assert root["/Lang"] == "he" and root["/ViewerPreferences"]["/Direction"] == "/R2L"
    said = [
        element["/ActualText"]
        for section in root["/StructTreeRoot"]["/K"][0]["/K"]
        for element in section["/K"]
        if "/ActualText" in element
    ]
    assert said.count(HEBREW) == 4
    assert said[:4] == ["ברונו והים", "בכיכוב ברונו", "ברונו והים", "סיפור על ברונו"]
    assert said[-1] == "סוף" and words_of(pdf)[7].startswith("סוף")
    assert "2" in words_of(pdf)[3]


HERO = Hero(name="ברונו", species="dog")


@needs_font
def test_a_hebrew_book_goes_to_a_printer_with_no_rule_broken():
    made = job(undemanding("kdp"), text=HEBREW, title="ברונו והים", star="ברונו")
    form = bound_for(made.press_options.form, "he")
    pressed = press(replace(made, press_options=made.press_options.but(language="he", form=form)))
    assert not failures(pressed.findings)
    assert pressed.wrap.front.x < pressed.wrap.back.x


@pytest.mark.parametrize(
    ("language", "says"),
    [("he", "fonts-alef or fonts-dejavu-core"), ("ja", "fonts-droid-fallback"), ("hi", "Latin")],
)
def test_check_brief_names_the_package_of_a_font(language, says, monkeypatch, tmp_path: Path):
    monkeypatch.setattr(script_fonts, "PLACES", (tmp_path,))
    fonts.load_fonts.cache_clear()
    brief = Brief(summary="A dog runs.", pages=4, language=language)
    with pytest.raises(ConfigError, match=says) as fault:
        check_brief(brief)
    assert "\n" not in str(fault.value)
    fonts.load_fonts.cache_clear()
