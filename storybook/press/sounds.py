"""Words that are sounds, such as `Whoosh`: a story's pages have them lettered large."""

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise

from storybook.config import shipped

BESIDE = re.compile("[,!…]+ ?|[-–—]")
"""What may stand between two sounds of a row."""
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
    return word.lower() in _known()[0] or STRETCHED.search(word) is not None


@lru_cache(maxsize=4096)
def pieces_of(text: str) -> tuple[tuple[str, bool], ...]:
    """A text in pieces, each with whether it is a sound.

    >>> pieces_of("Plop, it went."), pieces_of("Tap, tap")
    ((('Plop', True), (', it went.', False)), (('Tap', True), (', ', False), ('tap', True)))
    """
    found: list[tuple[str, bool]] = []
    end = 0
    for start, stop in _sounds_in(text):
        found += [(text[end:start], False), (text[start:stop], True)]
        end = stop
    found.append((text[end:], False))
    return tuple(each for each in found if each[0])


def behind_a_sound(text: str) -> frozenset[int]:
    """Which words of a text, by their number from 0, stand behind another sound of their row.

    >>> sorted(behind_a_sound("Off he went. Tip, tap, tip, tap, went his feet."))
    [4, 5, 6]
    """
    sounds = [*_sounds_in(text)]
    return frozenset(
        len(text[:start].split())
        for (_, end), (start, _) in pairwise(sounds)
        if BESIDE.fullmatch(text, end, start) and text[end:start].endswith(" ")
    )


def _sounds_in(text: str) -> Iterator[tuple[int, int]]:
    """Where sounds begin and end: words that are always some, and those in a row of them."""
    row: list[re.Match[str]] = []
    for word in [*WORD.finditer(text), None]:
        goes_on = word and row and BESIDE.fullmatch(text, row[-1].end(), word.start())
        if row and not goes_on:
            words = [each.group().lower() for each in row]
            if len(set(words)) < len(words) or any(map(is_sound, words)):
                yield from (each.span() for each in row)
            row = []
        if word and (is_sound(word.group()) or word.group().lower() in _known()[1]):
            row.append(word)


@lru_cache(maxsize=1)
def _known() -> tuple[frozenset[str], frozenset[str]]:
    """Words that are sounds, and those that are some in a row of them."""
    text = shipped("assets", "sound_words.txt").read_text(encoding="utf-8")
    words = [line for line in text.splitlines() if line and not line.startswith("#")]
    beside = frozenset(word[1:] for word in words if word.startswith("~"))
    return frozenset(words) - {f"~{word}" for word in beside}, beside
