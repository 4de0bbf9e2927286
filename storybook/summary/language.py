"""Whether a summary is in English, the one language that this reader, and a small writer, know."""

import unicodedata

from storybook.summary.lexicon import load_words
from storybook.summary.tokens import plain, tokens

LEAST_SHARE = 0.6
"""Of a summary's words. Of 477 English ones none that has more than three words has less."""
LEAST_WORDS = 4
"""Fewer words say nothing by their share, unless one is a word of grammar elsewhere."""


def english_words(summary: str) -> tuple[int, int]:
    """How many of a summary's words are English, and how many there are; names are left out."""
    spoken, words = _words(summary), load_words()
    known = [
        words.is_common(word)
        or words.is_verb(word)
        or words.has("closed.words", word)
        or "'" in word
        or "-" in word
        for word in spoken
    ]
    return sum(known), len(spoken)


def is_english(summary: str) -> bool:
    """Whether a summary can be read: enough of it is English, or too little says that it is not.

    >>> is_english("Pip the mouse flies a kite."), is_english("Pip die Maus im roten Garten.")
    (True, False)
    """
    letters = [letter for letter in summary if letter.isalpha()]
    latin = sum("LATIN" in unicodedata.name(letter, "") for letter in letters)
    known, count = english_words(summary)
    if latin < len(letters) / 2:
        return False
    if not count or known >= LEAST_SHARE * count:
        return True
    strange = any(load_words().has("elsewhere.words", word) for word in _words(summary))
    return count < LEAST_WORDS and not strange


def _words(summary: str) -> list[str]:
    """The words of a summary in lower case, without those that are names by capital or list."""
    names = load_words().is_first_name
    return [
        token.lower
        for token in tokens(plain(summary))
        if token.is_word and token.text[0].isalpha()
        if not token.capital or (token.head and not names(token.lower))
    ]
