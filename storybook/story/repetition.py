"""Repetition: what a story says again, apart from a refrain that is meant to come again."""

from collections import Counter
from collections.abc import Sequence
from itertools import chain

from storybook.readability import measure, sentences

REFRAINS, REFRAIN_WORDS = 2, 14
"""A story may have so many sentences that come again, none of them longer than this."""
SOUND_WORDS = 3
"""So few words may be said twice on a page: `Tap, tap.`"""


def refrains(paragraphs: Sequence[str]) -> tuple[str, ...]:
    """The short sentences that come again word for word on most pages, at least on two."""
    on_pages = Counter(
        sentence
        for page in paragraphs
        for sentence in dict.fromkeys(map(str.lower, sentences(page)))
        if len(sentence.split()) <= REFRAIN_WORDS
    )
    again = [(sentence, count) for sentence, count in on_pages.most_common() if count > 1]
    return tuple(sentence for sentence, _ in again[:REFRAINS])


def repeated(paragraphs: Sequence[str]) -> float:
    """The share of four-word runs said before, when refrains count the first time only."""
    allowed, earlier, counted = refrains(paragraphs), set(), []
    for sentence in chain.from_iterable(map(sentences, paragraphs)):
        if sentence.lower() in earlier:
            continue
        if sentence.lower() in allowed:
            earlier.add(sentence.lower())
        counted.append(sentence)
    return measure(" ".join(counted)).repeated_4grams


def said_again(paragraphs: Sequence[str]) -> float:
    """The share of a story's sentences that were said before, word for word.

    Its refrains may come again on another page, and sounds of SOUND_WORDS on the same one.

    >>> said_again(["He came back to Rex. He came back to Rex.", "Tap, tap! Tap, tap!"])
    0.25
    """
    allowed = frozenset(refrains(paragraphs))
    pages = [[each.lower() for each in sentences(page)] for page in paragraphs]
    before, again, count = set(), 0, 0
    for page in pages:
        here: set[str] = set()
        for sentence in page:
            count += 1
            if sentence in here:
                again += len(sentence.split()) > SOUND_WORDS
            elif sentence in before:
                again += sentence not in allowed
            here.add(sentence)
        before |= here
    return again / count if count else 0.0
