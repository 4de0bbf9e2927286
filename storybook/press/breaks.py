"""Where a line may end: between words, in scripts without spaces between signs, else in a word.

A unit is a text that stays whole and what follows it on the same line: a space, or nothing.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator
from functools import cache

from storybook.press.sounds import behind_a_sound

Unit = tuple[str, str]

SIGNS = "\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
"""Han and kana: a line may end after any of them."""
_OPENS = "「『（《〈【〔［｛“‘(«"
_SMALL = "ーゝゞ々ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮ"
_CLOSES = f"」』）》〉】〕］｝”’)»。．，、！？：；・…—～〜{_SMALL}!?,.;:"
"""No line ends with the first or begins with the second."""
PIECE = re.compile(rf"[{_OPENS}]*(?:[{SIGNS}]|[^{SIGNS}{_OPENS}]+)?[{_CLOSES}]*")
HAS_SIGNS = re.compile(f"[{SIGNS}]")
TITLE = re.compile(r"[“„«(]?(Mrs?|Ms|Dr|Mme|Mlle|Hr|Fr|Sra?|St)\.?")
"""What stands before a name, and never at the end of a line."""
ROW = 4
"""So many sounds of a row stay on one line: the next is lettered large by those before it."""
LEAST = 2
"""So many letters of a broken word stay together."""
HYPHENATED = ("LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "GEORGIAN")


def units_of(text: str) -> list[Unit]:
    """A paragraph as units, each with a space or nothing after it."""
    units: list[Unit] = []
    sounds = behind_a_sound(text)
    for number, word in enumerate(text.split()):
        # A line may end at any sign of Han or kana.
        pieces = [*filter(None, PIECE.findall(word))] if HAS_SIGNS.search(word) else [word]
        in_row = number in sounds and units[-1][0].count(" ") < ROW - 1
        if in_row or (units and TITLE.fullmatch(units[-1][0])):
            pieces[0] = f"{units.pop()[0]} {pieces[0]}"
        units += [(piece, "") for piece in pieces[:-1]]
        units.append((pieces[-1], " "))
    return units


def broken(
    units: list[Unit], measure: Callable[[str], float], width_pt: float
) -> list[Unit] | None:
    """The units, those wider than a line in pieces; None if not even two letters fit."""
    found: list[Unit] = []
    for text, after in units:
        if measure(text) <= width_pt:
            found.append((text, after))
            continue
        title, _, name = text.rpartition(" ")
        found += [(title, " ")] if title else []
        pieces = list(_pieces(name, measure, width_pt))
        if any(measure(piece) > width_pt for piece in pieces):
            return None
        found += [(piece, "") for piece in pieces[:-1]]
        found.append((pieces[-1], after))
    return found


def _pieces(word: str, measure: Callable[[str], float], width_pt: float) -> Iterator[str]:
    """A word in pieces that fill a line each, at its own hyphens where it has some there."""
    clusters = _clusters(word)
    while clusters and measure("".join(clusters)) > width_pt:
        fitting = LEAST
        for size in range(LEAST, len(clusters) - LEAST + 1):
            if measure(_head(clusters, size)) > width_pt:
                break
            fitting = size
        own = [size for size in range(LEAST, fitting + 1) if clusters[size - 1] in "-–—/_."]
        size = own[-1] if own and own[-1] > fitting // 2 else fitting
        yield _head(clusters, size)
        clusters = clusters[size:]
    if clusters:
        yield "".join(clusters)


def _head(clusters: list[str], size: int) -> str:
    """The first `size` letters as a line ends with them: with a hyphen between two letters."""
    head = "".join(clusters[:size])
    between = clusters[size - 1 : size + 1]
    return f"{head}-" if len(between) == 2 and all(map(_takes_hyphen, between)) else head


def _clusters(word: str) -> list[str]:
    """Letters, each with the marks that belong to it."""
    found: list[str] = []
    for char in word:
        if found and unicodedata.category(char).startswith("M"):
            found[-1] += char
        else:
            found.append(char)
    return found


@cache
def _takes_hyphen(letter: str) -> bool:
    first = letter[0]
    return first.isalpha() and unicodedata.name(first, "").startswith(HYPHENATED)
