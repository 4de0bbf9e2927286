"""The fonts that the press ships, and which characters they hold."""

import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

from storybook.config import shipped
from storybook.press.bidi import is_leftwards_text, visual
from storybook.press.script_fonts import letter_of, script_family
from storybook.press.sounds import LARGE, pieces_of
from storybook.records import Font

UNSEEN = {"\u00ad", "\u200b", "\u200c", "\u200d", "\u2060", "\ufe0e", "\ufe0f", "\ufeff"}
"""Joiners, soft hyphens and variation selectors: they have no shape of their own."""
SYMBOLS = ("So", "Sk", "Sm", "Cn", "Co", "Cs", "Cf", "Me")
"""Kinds of characters that a story reads as well without: emoji before all, and their joiners."""


_ANDIKA = ("Andika-Regular", "Andika-Italic", "Andika-Bold")
_GRANDSTANDER = ("Grandstander-Bold",) * 4

FILES: dict[Font, tuple[str, str, str, str, str]] = {
    "pair": (
        *_ANDIKA,
        "Grandstander-Bold",
        "Andika by SIL International; titles in Grandstander by Etcetera Type Co. Both are "
        "open fonts.",
    ),
    "andika": (*_ANDIKA, "Andika-Bold", "Andika by SIL International, an open font."),
    "storytime": (
        "Vollkorn-Regular",
        "Vollkorn-Italic",
        "Vollkorn-Bold",
        "Vollkorn-Black",
        "Vollkorn by Friedrich Althausen, an open font.",
    ),
    "round": (
        "Quicksand-Medium",
        "Quicksand-Medium",
        "Quicksand-Bold",
        "Comfortaa-Bold",
        "Quicksand by Andrew Paglinawan; titles in Comfortaa by Johan Aakerlund. Both are open "
        "fonts.",
    ),
    "gentle": (
        "GenBkBasR",
        "GenBkBasI",
        "GenBkBasB",
        "Grandstander-Bold",
        "Gentium Book Basic by SIL International; titles in Grandstander by Etcetera Type Co. Both "
        "are open fonts.",
    ),
    "grandstander": (*_GRANDSTANDER, "Grandstander by Etcetera Type Co., an open font."),
}
"""Text, italic, bold, titles, and the credit. Of Grandstander one cut is shipped."""


@dataclass(frozen=True, slots=True)
class FontFace:
    """One font file, known to reportlab under `name`."""

    name: str
    path: Path

    def width(self, text: str, size_pt: float) -> float:
        """How wide `text` is set, in points."""
        return pdfmetrics.stringWidth(visual(text), self.name, size_pt)

    def cap_height(self, size_pt: float) -> float:
        """How far capitals rise over the baseline, in points."""
        return self._metrics.capHeight * size_pt / 1000

    def missing(self, text: str) -> list[str]:
        """Characters of `text` that this font has no glyph for, in their order."""
        glyphs = self._metrics.charToGlyph
        seen = [char for char in dict.fromkeys(visual(text)) if not char.isspace()]
        return [char for char in seen if ord(char) not in glyphs]

    def missing_symbols(self, text: str) -> list[str]:
        """The emoji and other symbols among them, which a text reads as well without."""
        return [char for char in self.missing(text) if _is_symbol(char)]

    def missing_letters(self, text: str) -> list[str]:
        """The letters and marks of punctuation among them, which a text cannot do without."""
        return [c for c in self.missing(text) if not _is_symbol(c) and c not in UNSEEN]

    @property
    def _metrics(self) -> object:
        return pdfmetrics.getFont(self.name).face


@dataclass(frozen=True, slots=True)
class StoryFace:
    """The text's face, in which words that are sounds are lettered large."""

    text: FontFace
    sounds: FontFace

    @property
    def name(self) -> str:
        return self.text.name

    def runs(self, text: str, size_pt: float) -> list[tuple[str, FontFace, float]]:
        """The text in pieces of one face and size each, as they are drawn."""
        if is_leftwards_text(text):
            return [(visual(text), self.text, size_pt)]
        return [
            (piece, self.sounds, LARGE * size_pt)
            if is_sound and not self.sounds.missing(piece)
            else (piece, self.text, size_pt)
            for piece, is_sound in pieces_of(text)
        ]

    def width(self, text: str, size_pt: float) -> float:
        """How wide `text` is set, in points."""
        return sum(face.width(piece, size) for piece, face, size in self.runs(text, size_pt))

    def cap_height(self, size_pt: float) -> float:
        """How far capitals of the text rise over the baseline, in points."""
        return self.text.cap_height(size_pt)

    def missing(self, text: str) -> list[str]:
        """Characters of `text` that the text's font has no glyph for, in their order."""
        return self.text.missing(text)


@dataclass(frozen=True, slots=True)
class Fonts:
    """The faces of a book."""

    text: FontFace
    italic: FontFace
    bold: FontFace
    display: FontFace
    credit: str
    """Whom to thank for them, on the end page."""

    @property
    def story(self) -> StoryFace:
        """What a story's pages are set in."""
        return StoryFace(self.text, self.display)

    def missing_letter(self, language: str) -> str:
        """A letter of a language that the text's face cannot show; empty if it can."""
        letter = letter_of(language)
        return letter if letter and self.text.missing(letter) else ""

    def for_title(self, title: str) -> FontFace:
        """The display face, or the bold text face if that alone holds every character."""
        return self.bold if self.display.missing(title) else self.display


@lru_cache(maxsize=64)
def load_fonts(font: Font = "pair", language: str = "en") -> Fonts:
    """The shipped fonts for a book, registered with reportlab.

    Where they hold no letters of a language, and the system has an open font that does, it is that.
    """
    *files, credit = FILES[font]
    fonts = Fonts(*map(_face, files), credit)
    if not (letter := fonts.missing_letter(language)):
        return fonts
    for family in script_family(language):
        plain, bold = (_registered(path.stem, path) for path in family.paths)
        if not plain.missing(f"{letter}Aa."):
            return Fonts(plain, plain, bold, bold, family.credit)
    return fonts


def _is_symbol(char: str) -> bool:
    return char not in UNSEEN and unicodedata.category(char) in SYMBOLS


@cache
def _face(name: str) -> FontFace:
    return _registered(name, shipped("assets", "fonts", f"{name}.ttf"))


def _registered(name: str, path: Path) -> FontFace:
    pdfmetrics.registerFont(TTFont(name, str(path)))
    return FontFace(name, path)
