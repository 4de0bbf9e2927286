"""Summaries in a tale's own words, for a writer to tell what it is asked, however said."""

from random import Random

from storybook.readability import sentences
from training.starter.tales.compose import Tale

SHARE = 0.4
"""Of so many tales; the others keep the summary that was composed with them."""
LEAST_WORDS, MOST_WORDS = 4, 20
MOST_MORE = 2


def in_own_words(rng: Random, tale: Tale) -> str:
    """The tale's summary, or the sentence that it opens with and up to two more in their order."""
    if rng.random() >= SHARE:
        return tale.summary
    plain = [each for page in tale.paragraphs for each in sentences(page) if _plain(each)]
    opening = next((n for n, each in enumerate(plain) if tale.star.name in each), None)
    if opening is None:
        return tale.summary
    later = range(opening + 1, len(plain))
    more = sorted(rng.sample(later, min(rng.randint(0, MOST_MORE), len(later))))
    return " ".join(plain[n] for n in (opening, *more))


def _plain(sentence: str) -> bool:
    """Whether it tells by itself what happens: nothing that is said aloud, no refrain, no scrap."""
    return (
        '"' not in sentence
        and "!" not in sentence
        and (LEAST_WORDS <= len(sentence.split()) <= MOST_WORDS)
    )
