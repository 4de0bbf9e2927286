"""How a name is printed, and whether a text says it, in any language and script."""

import re
import unicodedata

from storybook.readability import UNSPACED

PARTICLES = (
    "de",
    "da",
    "di",
    "do",
    "dos",
    "das",
    "du",
    "del",
    "della",
    "der",
    "den",
    "van",
    "von",
    "vom",
    "zu",
    "zum",
    "ter",
    "ten",
    "ibn",
    "bin",
    "el",
    "al",
    "la",
    "le",
)
"""Words inside a name that keep their small letters: `van der Berg`."""
_SMALL = frozenset("a an and at de in la le n o of on the to".split())  # noqa: SIM905
"""Between hyphens these stay small: `Barks-a-Lot`."""
_NUMERAL = re.compile(r"(?:i{2,3}|iv|vi{0,3}|ix)")
_CELTIC = re.compile(r"(?:[dlo]['\u2019\u02bc\u2018]|mc)(?=\w{3})")
_INITIALS = re.compile(r"(?:\w\.)+")


def proper_name(name: str) -> str:
    """A name as it is printed: words in small letters get their capitals, others stay as they are.

    >>> [proper_name(name) for name in ("luna o'malley", "vincent van der berg", "jean-luc")]
    ["Luna O'Malley", 'Vincent van der Berg', 'Jean-Luc']
    >>> [proper_name(name) for name in ("sophie mcgregor", "st. clair", "DJ", "barks-a-lot")]
    ['Sophie McGregor', 'St. Clair', 'DJ', 'Barks-a-Lot']
    """
    parts = name.split(" ")
    return " ".join(
        part if n and part in PARTICLES else _proper_word(part, numbered=n > 0)
        for n, part in enumerate(parts)
    )


def _proper_word(word: str, *, numbered: bool) -> str:
    if word != word.lower():
        return word[:1].upper() + word[1:]
    if _INITIALS.fullmatch(word) or (numbered and _NUMERAL.fullmatch(word)):
        return word.upper()
    parts = word.split("-")
    return "-".join(
        part if n and part in _SMALL else _with_capitals(part) for n, part in enumerate(parts)
    )


def _with_capitals(part: str) -> str:
    """A word of a name with its capital, and the one behind `O'` or `Mc`."""
    prefix = _CELTIC.match(part)
    at = prefix.end() if prefix else 0
    first, rest = part[:at], part[at:]
    return first[:1].upper() + first[1:] + rest[:1].upper() + rest[1:]


def says_name(text: str, name: str) -> bool:
    """Whether a text says a name as it stands, in letters of either size."""
    if UNSPACED.search(text):  # 皮普有: no space says where a name begins and ends
        return name.lower() in text.lower()
    return re.search(rf"\b{re.escape(name)}\b", text, re.IGNORECASE) is not None


def is_english(language: str) -> bool:
    """Whether a language's tag is one of English: `en`, `en-GB`."""
    return language.replace("_", "-").partition("-")[0].lower() == "en"


def misses_name(text: str, name: str, language: str) -> bool:
    """Whether a name that a text does not say as it stands is missed there.

    Not where it may stand in another script (皮普 for Pip), nor in a form that the language gives
    it (Pipa, Mimis).
    """
    if is_english(language):
        return True
    if not _scripts(name) & _scripts(text):
        return False
    return re.search(rf"\b{re.escape(name[: max(3, len(name) - 1)])}", text, re.IGNORECASE) is None


def _scripts(text: str) -> set[str]:
    """The scripts of a text's letters, by the first words of their names in Unicode."""
    return {unicodedata.name(letter, "?").split()[0] for letter in set(text) if letter.isalpha()}
