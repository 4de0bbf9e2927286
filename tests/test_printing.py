"""Printing: what cannot be printed is said when its words are there, not when all is drawn."""

import json

import pytest

from books import SUMMARY, brief, doubles, made, new_book
from storybook.authoring import edits
from storybook.book.printing import check_book, check_brief, left_out
from storybook.cli import main
from storybook.config import shipped
from storybook.errors import ConfigError, PressError
from storybook.press import script_fonts
from storybook.press.fonts import load_fonts
from storybook.press.printable import without_symbols
from storybook.press.script_fonts import script_letters
from storybook.stages import draw

FACE = load_fonts().text
WORD = "Aa" + "r" * 97 + "gh!"


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("What a day! 🎉", "What a day!"),
        ("🎉 What a day!", "What a day!"),
        ("A cat 🐱 and a dog🐶!", "A cat and a dog!"),
        ("Hi👋🏽there", "Hi there"),
        ("One 1️⃣ 👩‍👩‍👧 🏴󠁧󠁢󠁥󠁮󠁧󠁿 🇩🇪.", "One 1."),
        ("She said 🎉\nand ran.", "She said\nand ran."),
        ("A star ★ or ☆, a heart ♥ or ❤️?", None),
        ("Plain, with 20 °C and a dash —", "Plain, with 20 °C and a dash —"),
        ("猫 stays", "猫 stays"),
    ],
)
def test_without_symbols_leaves_out_emoji_and_the_gap_that_they_leave(
    text: str, printed: str | None
) -> None:
    left = without_symbols(text, FACE)
    assert left == printed or printed is None
    assert not FACE.missing_symbols(left) and "  " not in left


@pytest.mark.parametrize(
    ("change", "star", "says"),
    [
        ({"title": "m " * 250}, "", "the title .* is too long: it has 499 letters, .* fit"),
        ({"title": "🎉🎉"}, "", "the title has nothing that can be printed"),
        ({"title": "猫の本"}, "", r"U\+732B"),
        ({"title": "Ж", "font": "grandstander"}, "", r"U\+0416"),
        ({"language": "zh"}, "", "hold no letters of the language 'zh', such as 的"),
        ({"language": "ja-JP"}, "", "no letters of the language 'ja-JP'"),
        ({"language": "th"}, "", "no letters of the language 'th'"),
        ({}, "ミミ", r"cover: .*U\+30DF"),
        ({}, "🐱", "the star's name has nothing"),
    ],
)
def test_check_brief_says_what_could_not_be_printed(change: dict, star: str, says: str) -> None:
    with pytest.raises((ConfigError, PressError), match=says) as fault:
        check_brief(brief(**change), star)
    assert "\n" not in str(fault.value)


@pytest.mark.parametrize("language", ["en", "de", "fr", "es", "pl", "tr", "vi", "ru", "uk", "sr"])
def test_check_brief_takes_languages_in_latin_and_cyrillic(language: str) -> None:
    check_brief(brief(language=language, title="Ф" if language == "ru" else "T 🎉" * 20), "Bär")


@pytest.mark.parametrize(
    ("language", "font", "says"),
    [
        ("ru", "round", "such as я. Choose others: font = 'pair' or 'andika'"),
        ("ro", "gentle", "such as ș. Choose others: font = 'pair'"),
        ("vi", "grandstander", "such as ệ. Choose others"),
    ],
)
def test_check_brief_names_fonts_that_hold_a_language(language: str, font: str, says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        check_brief(brief(language=language, font=font))


def test_check_brief_lets_no_greek_book_begin_that_the_fonts_cannot_show(monkeypatch) -> None:
    monkeypatch.setattr(script_fonts, "PLACES", ())
    load_fonts.cache_clear()
    with pytest.raises(ConfigError, match=r"such as η\. Choose others: font = 'storytime'"):
        check_brief(brief(language="el"))
    check_brief(brief(language="el", font="storytime"))
    load_fonts.cache_clear()


def test_the_letters_of_languages_are_no_latin_ones() -> None:
    assert all(letter.isalpha() and not letter.isascii() for letter in script_letters().values())


@pytest.mark.parametrize(
    ("scene", "story", "says"),
    [
        ("Biscuit saw 猫.", {}, "page 2: .*U\\+732B"),
        ("Biscuit ran and ran. " * 60, {}, "page 2: 240 words do not fit"),
        ("", {"title": " "}, "story.json: the title is empty. Write one there, or as title in"),
        ("", {"title": "so " * 200}, "cover: the title .* is too long"),
        ("", {"title": "猫"}, "cover: .*U\\+732B"),
    ],
)
def test_draw_is_not_begun_on_words_that_cannot_be_printed(
    scene: str, story: dict, says: str
) -> None:
    book = new_book()
    made(book, until="describe")
    text = json.loads(book.path(book.STORY).read_text(encoding="utf-8"))
    book.path(book.STORY).write_text(json.dumps(text | story), encoding="utf-8")
    if scene:
        edits.set_text(book, 2, scene, edits.version(book.scenes[2].text))
    with pytest.raises(PressError, match=says):
        list(draw.run(book, doubles()))
    assert not list(book.folder.glob("pages/*/*.png"))


def test_a_book_with_emoji_and_a_word_without_end_is_printed_and_says_so() -> None:
    book = new_book()
    made(book, until="describe")
    edits.set_text(book, 1, f"Biscuit said {WORD} 🎉", edits.version(book.scenes[1].text))
    events = made(book, doubles())
    assert "printed without 🎉, which the fonts" in events[-1].note and book.pdf.is_file()
    check_book(book)
    assert left_out(book.story, [scene.text for scene in book.scenes], "pair")
    assert "🎉" in book.scenes[1].text, "what its author wrote stays"


@pytest.mark.parametrize(
    ("more", "says"),
    [
        (("--title", "m " * 250), "is too long"),
        (("--language", "de"), "tells in English, not 'de'"),
        (("--language", "zh", "--studio", "doubles"), "no letters of the language 'zh'"),
    ],
)
def test_new_refuses_what_could_be_no_book(capsys, tmp_path, more: tuple, says: str) -> None:
    for command in (("new", str(tmp_path / "b")), ("book", "--folder", str(tmp_path / "b"))):
        assert main((*command, "--summary", SUMMARY, *more)) == 2
        said = capsys.readouterr().err
        assert says in said and said.count("\n") == 1
        assert not (tmp_path / "b").exists()


def test_new_takes_a_language_that_the_studio_s_writer_tells_in(capsys, tmp_path) -> None:
    new = ("new", str(tmp_path / "b"), "--summary", SUMMARY, "--language", "de")
    assert main((*new, "--studio", "doubles")) == 0 and shipped("assets").is_dir()
