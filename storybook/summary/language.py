"""Whether a summary is in English, the one language that this reader, and a small writer, know."""

import unicodedata
from dataclasses import dataclass

from storybook.summary.lexicon import load_words
from storybook.summary.tokens import plain, tokens

LEAST_SHARE = 0.6
"""Of a summary's words. Of 477 English ones none that has more than three words has less."""
LEAST_WORDS = 4
"""Fewer words say nothing by their share, unless one is a word of grammar elsewhere."""


@dataclass(frozen=True, slots=True)
class English:
    """How much of a summary is English; names are left out."""

    known: int
    """Of its words, so many are."""
    count: int
    enough: bool
    """Whether it can be read: enough of it is, or too little says that it is not."""


def english_of(summary: str) -> English:
    """How much of a summary is English, and whether that is enough to read it.

    >>> english_of("Pip the mouse flies a kite.").enough
    True
    >>> english_of("Pip die Maus im roten Garten.").enough
    False
    """
    spoken, words = _words(summary), load_words()
    known = sum(
        words.is_common(word)
        or words.is_verb(word)
        or words.has("closed.words", word)
        or "'" in word
        or "-" in word
        for word in spoken
    )
    letters = [letter for letter in summary if letter.isalpha()]
    latin = sum("LATIN" in unicodedata.name(letter, "") for letter in letters)
    strange = any(words.has("elsewhere.words", word) for word in spoken)
    in_words = known >= LEAST_SHARE * len(spoken) or (len(spoken) < LEAST_WORDS and not strange)
    return English(known, len(spoken), enough=latin >= len(letters) / 2 and in_words)


def _words(summary: str) -> list[str]:
    """The words of a summary in lower case, without those that are names by capital or list."""
    names = load_words().is_first_name
    return [
        token.lower
        for token in tokens(plain(summary))
        if token.is_word and token.text[0].isalpha()
        if not token.capital or (token.head and not names(token.lower))
    ]
