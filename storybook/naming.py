"""Whether a text says somebody's name, in any language and script."""

import re
import unicodedata

from storybook.readability import UNSPACED


def says_name(text: str, name: str) -> bool:
    """Whether a text says a name as it stands, in letters of either size."""
    if UNSPACED.search(text):  # 皮普有: no space says where a name begins and ends
        return name.lower() in text.lower()
    return re.search(rf"\b{re.escape(name)}\b", text, re.IGNORECASE) is not None


def misses_name(text: str, name: str, language: str) -> bool:
    """Whether a name that a text does not say as it stands is missed there.

    Not where it may stand in another script (皮普 for Pip), nor in a form that the language gives
    it (Pipa, Mimis).
    """
    if language == "en":
        return True
    if not _scripts(name) & _scripts(text):
        return False
    return re.search(rf"\b{re.escape(name[: max(3, len(name) - 1)])}", text, re.IGNORECASE) is None


def _scripts(text: str) -> set[str]:
    """The scripts of a text's letters, by the first words of their names in Unicode."""
    return {unicodedata.name(letter, "?").split()[0] for letter in set(text) if letter.isalpha()}
