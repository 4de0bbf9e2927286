"""What a book's words are in print, and whether they can be printed: asked before it is drawn.

What a font cannot show of them is of two kinds. An emoji, or another symbol, is left out, and said
(`left_out`). A letter cannot be, so it is said before anything is drawn.
"""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from pydantic import Field

from storybook.book.folder import Book
from storybook.config import BindSettings, shipped
from storybook.errors import ConfigError, PressError
from storybook.press.fonts import (
    FILES,
    Fonts,
    load_fonts,
)
from storybook.press.formats import Format, bound_for, load_format, placed
from storybook.press.layout import StoryPage, lay_out
from storybook.press.printable import check_glyphs, curl, printed
from storybook.press.script_fonts import packages_for
from storybook.press.title import check_title
from storybook.records import COVER, Ages, Brief, Font, Record, Story


class PressOptions(Record):
    """What the author asks of the press, and how the studio keeps pictures."""

    form: Format
    ages: Ages
    language: str
    options: BindSettings
    font: Font = Field(default="pair", exclude_if=lambda font: font == "pair")
    """Left out where it is the usual one, so that older books are not bound anew."""


@dataclass(frozen=True, slots=True)
class PrintedWords:
    """A book's words as they are printed: typographic, without symbols that the fonts lack."""

    title: str
    star: str
    texts: tuple[str, ...]
    """Of the story's pages, in their order."""
    language: str = "en"

    @property
    def about(self) -> str:
        return phrases(self.language)["about"].format(self.star)

    @property
    def starring(self) -> str:
        return phrases(self.language)["starring"].format(self.star)

    @property
    def the_end(self) -> str:
        return phrases(self.language)["end"]


@lru_cache(maxsize=16)
def phrases(language: str) -> dict[str, str]:
    """What a book says of itself in a language, by its tag; in English where that is not known."""
    known = tomllib.loads(shipped("assets", "phrases.toml").read_text(encoding="utf-8"))
    return known.get(language.partition("-")[0].lower(), known["en"])


def press_options_of(brief: Brief, options: BindSettings | None = None) -> PressOptions:
    """What a brief asks of the press."""
    form = placed(load_format(brief.format), brief.placement)
    return PressOptions(
        form=bound_for(form, brief.language),
        ages=brief.ages,
        language=brief.language,
        options=options or BindSettings(),
        font=brief.font,
    )


def story_of(book: Book) -> Story:
    """The story under the title that its author asks for."""
    story = book.story.told
    return story.but(title=book.brief.title) if book.brief.title else story


def words_of(story: Story, texts: Sequence[str], options: PressOptions) -> PrintedWords:
    """The words of a story on pages of `texts`, as they are printed."""
    fonts = load_fonts(options.font, options.language)
    return PrintedWords(
        title=printed(story.title, options.language, fonts.bold),
        star=printed(story.cast[0].name, options.language, fonts.bold),
        texts=tuple(printed(text, options.language, fonts.text) for text in texts),
        language=options.language,
    )


def lay_words(
    words: PrintedWords, options: PressOptions, aspect: float = 1.0
) -> tuple[StoryPage, ...]:
    """The pages that words are set on, `aspect` being the pictures' width over height.

    Raises PressError that names what cannot be set, where, and why.
    """
    fonts = load_fonts(options.font, options.language)
    check_title(words.title, fonts, options.form)
    _check_star(words.star, fonts)
    return lay_out(words.texts, options.form, fonts.story, options.ages, aspect)


def check_book(book: Book) -> None:
    """Raise PressError if a book's words cannot be printed as they are.

    So that it is said when words are there, and not when all pictures are drawn.
    """
    options, story = press_options_of(book.brief), story_of(book)
    if not story.title.strip():
        raise PressError(
            f"{book.path(book.STORY)}: the title is empty. Write one there, or as title in "
            f"{book.path(book.BRIEF)}."
        )
    texts = [scene.text for scene in book.scenes if scene.page != COVER]
    lay_words(words_of(story, texts, options), options)


def check_brief(brief: Brief, star: str = "", names: Sequence[str] = ()) -> None:
    """Raise ConfigError or PressError if a brief's title, star or language cannot be printed.

    And if one of the `names` in its summary has letters that its fonts cannot show.
    """
    options = press_options_of(brief)
    fonts = load_fonts(options.font, options.language)
    if letter := fonts.missing_letter(brief.language):
        raise ConfigError(
            f"The fonts of the press hold no letters of the language {brief.language!r}, such as "
            f"{letter}. {_instead(brief.language)}"
        )
    if brief.title:
        check_title(printed(brief.title, options.language, fonts.bold), fonts, options.form)
    if star:
        _check_star(printed(star, options.language, fonts.bold), fonts)
    _check_names(names, fonts)


def lacks_letters(language: str, font: Font = "pair") -> str:
    """A letter of a language that a book's fonts cannot show; empty if they can."""
    return load_fonts(font, language).missing_letter(language)


def _instead(language: str) -> str:
    """What to do for a language that a book's fonts have no letters for."""
    if able := [name for name in FILES if not lacks_letters(language, name)]:
        return f"Choose others: font = {' or '.join(map(repr, able))}."
    if packages := packages_for(language):
        return f"Install an open font that does, such as the package {' or '.join(packages)}."
    return "They hold Latin, Cyrillic and the phonetic alphabet."


def check_names(names: Sequence[str], font: Font, language: str) -> None:
    """Raise ConfigError for the first name with letters that a book's fonts cannot show."""
    _check_names(names, load_fonts(font, language))


def _check_names(names: Sequence[str], fonts: Fonts) -> None:
    for name in names:
        if letters := fonts.text.missing_letters(curl(name)):
            raise ConfigError(
                f"The fonts of the press hold no {' '.join(letters)} of the name {name!r}: they "
                "hold Latin, Cyrillic and the phonetic alphabet. Write the name in those letters."
            )


def unprintable(text: str, font: Font, language: str) -> str:
    """The letters of a text that a book's fonts cannot show; symbols, which are left out, apart."""
    return "".join(load_fonts(font, language).text.missing_letters(curl(text)))


def left_out(story: Story, texts: Sequence[str], font: Font, language: str = "en") -> str:
    """The symbols that are in a book's words and not in print, said in a line; or nothing."""
    fonts = load_fonts(font, language)
    lacking = (
        *fonts.bold.missing_symbols(story.title),
        *fonts.text.missing_symbols(" ".join(texts)),
    )
    symbols = " ".join(dict.fromkeys(lacking))
    return f"printed without {symbols}, which the fonts of the press do not hold" if symbols else ""


def _check_star(star: str, fonts: Fonts) -> None:
    if not star.strip():
        raise PressError("cover: the star's name has nothing that can be printed. Change it.")
    check_glyphs(star, fonts.bold, "cover")
