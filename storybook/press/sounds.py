"""Words that are sounds, such as `Whoosh`: a story's pages have them lettered large."""

import re
from functools import lru_cache

from storybook.config import shipped

LARGE = 1.3
"""How much larger than the text they are."""
WORD = re.compile(r"[^\W\d_]+")
STRETCHED = re.compile(r"([^\W\d_])\1\1(?:$|\1)", re.IGNORECASE)
"""A letter three times at the end, or four times (`Schifffahrt` has three inside): so nobody spells
but who imitates a sound."""


def is_sound(word: str) -> bool:
    """Whether a word, without its punctuation, is a sound.

    >>> is_sound("Wheee"), is_sound("splash"), is_sound("ball")
    (True, True, False)
    """
    return word.lower() in _known() or STRETCHED.search(word) is not None


@lru_cache(maxsize=4096)
def pieces_of(text: str) -> tuple[tuple[str, bool], ...]:
    """A text in pieces, each with whether it is a sound.

    >>> pieces_of("Plop, it went.")
    (('Plop', True), (', it went.', False))
    """
    found: list[tuple[str, bool]] = []
    end = 0
    for word in WORD.finditer(text):
        if is_sound(word.group()):
            found.append((text[end : word.start()], False))
            found.append((word.group(), True))
            end = word.end()
    found.append((text[end:], False))
    return tuple(each for each in found if each[0])


@lru_cache(maxsize=1)
def _known() -> frozenset[str]:
    text = shipped("assets", "sound_words.txt").read_text(encoding="utf-8")
    return frozenset(line for line in text.splitlines() if line and not line.startswith("#"))
