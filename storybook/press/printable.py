"""A text as it is printed: with typographic marks, and without what its font cannot show."""

import re
import unicodedata

from storybook.errors import PressError
from storybook.press.fonts import UNSEEN, FontFace

QUOTES = {"de": "„“‚‘", "ru": "«»„“", "fr": "«»‹›", "es": "«»“”", "it": "«»“”", "pl": "„”‚’"}
"""Outer and inner quotation marks by language; English otherwise."""
ELIDED = re.compile(r"'(?=(?:tis|twas|twere|em|til|cause|bout|round|n)\b|\d\d)", re.IGNORECASE)


def printed(text: str, language: str, face: FontFace) -> str:
    """A text with typographic marks, and without the symbols that `face` has no glyph for."""
    return without_symbols(curl(text, language), face)


def curl(text: str, language: str = "en") -> str:
    """Straight quotes curled, hyphens that mean dashes made dashes, three dots made one mark.

    Line breaks stay paragraph breaks; other white space is one space. The result is in NFC.

    >>> curl('''"It's Ben's -- 'twas here," said Ann...''')
    '“It’s Ben’s — ’twas here,” said Ann…'
    """
    text = unicodedata.normalize("NFC", text)
    text = "".join(char for char in text if char not in UNSEEN)
    text = re.sub(r"\.\s?\.\s?\.", "…", text)
    text = re.sub(r"---?", "—", text)
    text = re.sub(r"(?<=\S) - (?=\S)", " – ", text)
    text = re.sub(r"(?<=\d)-(?=\d)", "–", text)
    opening, closing, inner_opening, inner_closing = QUOTES.get(language[:2], "“”‘’")
    text = ELIDED.sub("’", text)
    text = re.sub(r"(?<=\w)'(?=\w)", "’", text)
    text = _curl_mark(text, '"', opening, closing)
    text = _curl_mark(text, "'", inner_opening, inner_closing)
    paragraphs = (" ".join(paragraph.split()) for paragraph in text.splitlines())
    return "\n".join(paragraph for paragraph in paragraphs if paragraph)


def without_symbols(text: str, face: FontFace) -> str:
    """The text without the emoji and other symbols that `face` has no glyph for.

    Letters and marks of punctuation stay, whether there is a glyph for them or not.
    """
    lacking = "".join(map(re.escape, face.missing_symbols(text)))
    if not lacking:
        return text
    # Marks that are drawn over a symbol go with it: a keycap's frame, the colour of a hand.
    unseen = "".join(UNSEEN)
    gaps = re.compile(rf"[{unseen} \t]*[{lacking}][{lacking}{unseen} \t]*")
    return gaps.sub(lambda found: _gap(text[: found.start()], text[found.end() :]), text)


def check_glyphs(text: str, face: FontFace, where: str) -> None:
    """Raise PressError naming the first character that `face` cannot show, and where it is."""
    missing = [char for char in face.missing(text) if char not in UNSEEN]
    if missing:
        char = missing[0]
        name = unicodedata.name(char, "unnamed")
        raise PressError(
            f"{where}: the font {face.name} has no glyph for {char!r} (U+{ord(char):04X}, {name}). "
            "Replace it in the text."
        )


def _curl_mark(text: str, straight: str, opening: str, closing: str) -> str:
    """A quotation opens where something begins and a letter follows; elsewhere it closes."""
    begins = rf"(?:(?<=^)|(?<=[\s(\[“‘„‚«‹—–])){straight}(?=[\w“‘„‚«‹'¿¡…])"
    return re.sub(begins, opening, text, flags=re.MULTILINE).replace(straight, closing)


def _gap(before: str, after: str) -> str:
    """What stands where a symbol stood: a space between two words, nothing before a full stop."""
    return (
        " " if before[-1:].strip() and after[:1].strip() and after[0] not in ".,;:!?…)”’»" else ""
    )
