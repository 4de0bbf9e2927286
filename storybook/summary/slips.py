"""Slips: what hurried hands leave out of a summary, or misspell, read as it was meant.

The text stays as it is: only the tokens say what is meant.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from storybook.summary.lexicon import ANIMAL, COMPANY, FAMILY, PERSON, Kind, WordLists
from storybook.summary.tokens import APOSTROPHES, Token

IS = {"hes": 2, "shes": 3, "whos": 3, "thats": 4, "theres": 5, "whats": 4}
"""Words with an `is` that has lost its apostrophe, and where it begins."""
NOT = frozenset(
    """
    isnt arent wasnt werent hasnt havent hadnt doesnt dont didnt cant wont couldnt wouldnt shouldnt
    mustnt
    """.split()  # noqa: SIM905
)
OTHERS = {"im": "i'm", "theyre": "they're", "ive": "i've"}
OPENERS = frozenset("a an the my your his her its our their another one two three some".split())  # noqa: SIM905
LEAST_LETTERS = 5
"""A shorter word that is one letter off a kind of animal is too often another word."""
REACH = 3
"""So many words behind an article, at most, a misspelt noun stands."""


def mended(tokens: Sequence[Token], kinds: Mapping[str, Kind], words: WordLists) -> list[Token]:
    """The tokens as they were meant: `dont`, `mabels birthday`, `the dogs' ball`, `a rabit`."""
    found: list[Token] = []
    for i, token in enumerate(tokens):
        behind = tokens[i + 1] if i + 1 < len(tokens) else None
        if token.lower in IS and behind:
            found += _parted(token, IS[token.lower])
        elif token.lower in NOT:
            found.append(replace(token, meant=f"{token.lower[:-1]}'t"))
        elif token.lower in OTHERS:
            found.append(replace(token, meant=OTHERS[token.lower]))
        elif _owns_unmarked(token, behind, found, kinds, words):
            found += _parted(token, len(token.text) - 1)
        elif _owns_as_many(i, tokens):
            found.append(replace(token, text="'s", is_word=True))
        elif meant := _misspelt(token, found, kinds, words):
            found.append(replace(token, meant=meant))
        else:
            found.append(token)
    return found


def _parted(token: Token, at: int) -> tuple[Token, Token]:
    """A word and the `'s` at its end."""
    middle = token.start + at
    own = replace(token, text="'s", start=middle, head=False)
    return replace(token, text=token.text[:at], end=middle), own


def _owns_unmarked(
    token: Token,
    behind: Token | None,
    before: Sequence[Token],
    kinds: Mapping[str, Kind],
    words: WordLists,
) -> bool:
    """Whether a word in -s has lost its apostrophe: `mabels birthday`, `my dogs name`."""
    word = token.lower
    if not token.is_word or not word.endswith("s") or behind is None or not behind.is_word:
        return False
    stem, kind = word[:-1], kinds.get(word)
    if kind and kind.many and kind.sort == ANIMAL:
        return behind.lower in ("name", "names") and not kinds[word].word.endswith("s")
    plain = words.has("closed.words", behind.lower) or words.is_verb(behind.lower)
    if kind and kind.many and kind.sort in (FAMILY, PERSON):
        several = before and before[-1].lower in ("the", "two", "both", "all", "and", "are")
        return not several and not plain
    named = words.is_first_name(stem) and not words.is_first_name(word)
    return named and not words.is_common(word) and not plain


def _owns_as_many(i: int, tokens: Sequence[Token]) -> bool:
    """Whether the mark at `i` is that of several owners: `the neighbours' cat`."""
    token = tokens[i]
    if token.is_word or token.text not in APOSTROPHES or not 0 < i < len(tokens) - 1:
        return False
    owner, thing = tokens[i - 1], tokens[i + 1]
    marks = sum(each.text in APOSTROPHES and not each.is_word for each in tokens)
    joined = owner.end == token.start and thing.start > token.end and thing.is_word
    return marks == 1 and joined and owner.lower.endswith("s")


def _misspelt(
    token: Token, before: Sequence[Token], kinds: Mapping[str, Kind], words: WordLists
) -> str:
    """The noun for somebody that a strange word behind an article is one letter off; or empty."""
    word = token.lower
    if not token.is_word or token.capital or not word.isalpha() or len(word) < LEAST_LETTERS:
        return ""
    near = [each.lower for each in before[-REACH:]]
    opened = [n for n, each in enumerate(near) if each in OPENERS]
    if not opened or any(not words.is_common(each) for each in near[opened[-1] + 1 :]):
        return ""
    if word in kinds or words.is_common(word) or words.is_verb(word) or words.is_first_name(word):
        return ""
    lists = ("pet_names.words", "closed.words", "pretend.after", "pretend.before")
    if any(words.has(each, word) for each in lists):
        return ""
    sorts = (ANIMAL, PERSON, COMPANY, FAMILY)
    alike = (each for each, kind in kinds.items() if kind.sort in sorts and _one_off(word, each))
    return min(alike, key=lambda each: (len(each) != len(word), each), default="")


def _one_off(word: str, other: str) -> bool:
    """Whether two words that begin alike differ by one letter, or by two that changed places."""
    if word[0] != other[0] or abs(len(word) - len(other)) > 1:
        return False
    n = next((n for n, (a, b) in enumerate(zip(word, other, strict=False)) if a != b), None)
    if n is None:
        return len(word) != len(other)
    swapped = word[n : n + 2] == other[n : n + 2][::-1] and word[n + 2 :] == other[n + 2 :]
    return (
        swapped
        or word[n + 1 :] == other[n + 1 :]
        or word[n:] == other[n + 1 :]
        or word[n + 1 :] == other[n:]
    )
