"""Words that are one token of a painter's and hardly trained: for what it is to be taught.

A byte-pair vocabulary lists its merges by how often they were needed: what stands last is rarest.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

from storybook.content_filter import unkind_words
from storybook.errors import ModelError, first_line
from storybook.hero.photo_quality import common_words, token_fault
from storybook.models.checkpoint import Checkpoint

END = "</w>"
"""Stands in CLIP's vocabulary behind what ends a word."""
WORD = re.compile(r"[a-z]{3,5}")
VOWELS = frozenset("aeiouy")


def rare_tokens(painter: Path) -> Iterator[str]:
    """The rare single tokens of a painter's tokenizer, the fittest first; none if it has none.

    Fit is what reads like no word: `ohwx` holds `wx`, which no common word does; or what only ever
    ended a longer word, as `rilla` did `gorilla`. Raises ModelError if there is no tokenizer.
    """
    folder = Checkpoint(painter).configs / "tokenizer"
    vocabulary, pieces = _opened(folder)
    ends = [word.removesuffix(END) for word in vocabulary if word.endswith(END)]
    tails = {word[start:] for word in ends for start in range(1, len(word) - 2)}
    known = {pair for word in common_words() for pair in pairwise(word)}

    def rank(word: str) -> tuple[bool, bool, bool, int]:
        vowels = sum(letter in VOWELS for letter in word)
        return _reads_like_one(word, known), vowels > 1, len(word) != 4, -vocabulary[word + END]

    fit = [
        word
        for word in ends
        if WORD.fullmatch(word)
        and len(set(word)) == len(word)
        and not token_fault(word)
        and not unkind_words(word)
        and (word in tails or not _reads_like_one(word, known))
    ]
    return (word for word in sorted(fit, key=rank) if pieces(word) == [word + END])


def single_tokens(painter: Path, words: Iterable[str]) -> list[str]:
    """Those of `words` that are one token of a painter's; ModelError if it has no tokenizer."""
    _, pieces = _opened(Checkpoint(painter).configs / "tokenizer")
    return [word for word in words if pieces(word) == [word + END]]


def _reads_like_one(word: str, known: set[tuple[str, str]]) -> bool:
    """Whether each two letters of a word stand side by side in some common word."""
    return all(pair in known for pair in pairwise(word))


def _opened(folder: Path) -> tuple[dict[str, int], Callable[[str], list[str]]]:
    """The numbers of a tokenizer's tokens, and how it takes a word apart."""
    files = tuple(folder / name for name in ("vocab.json", "merges.txt", "tokenizer.json"))
    return _read(folder, files, tuple(each.stat() if each.is_file() else None for each in files))


@lru_cache(maxsize=1)  # who looks for a token asks for it twice; it takes a third of a second
def _read(
    folder: Path, files: tuple[Path, Path, Path], _changed: tuple
) -> tuple[dict[str, int], Callable[[str], list[str]]]:
    from tokenizers import Tokenizer, models

    vocabulary, merges, whole = files
    try:
        if vocabulary.is_file() and merges.is_file():
            model = models.BPE.from_file(str(vocabulary), str(merges), end_of_word_suffix=END)
            numbers = json.loads(vocabulary.read_text(encoding="utf-8"))
        else:
            tokenizer = Tokenizer.from_file(str(whole))
            model, numbers = tokenizer.model, tokenizer.get_vocab()
    except Exception as fault:  # what the library raises has no type of its own
        raise ModelError(
            f"{folder} holds no CLIP tokenizer: {first_line(fault)}. Fetch it again."
        ) from fault
    return numbers, lambda word: [token.value for token in model.tokenize(word)]
