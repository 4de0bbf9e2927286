"""The pairs that the starter's story adapters are taught: tales, told of roles."""

from collections.abc import Iterator
from random import Random

from training.data.pairs import Pair
from training.starter.tales import compose, load_lexicon
from training.starter.tales.compose import MAX_PAGES, MIN_PAGES
from training.starter.tales.own_words import in_own_words
from training.starter.tales.tokens import AGES
from training.starter.tales.words import MANNERS

LIKELY_PAGES = 8


def composed_pairs(count: int, seed: int, manner: str = MANNERS[0]) -> Iterator[Pair]:
    """`count` tales of all lengths and ages with their summaries, always the same for a seed."""
    rng, lexicon = Random(f"pairs/{seed}"), load_lexicon(manner)
    for _ in range(count):
        pages = round(rng.triangular(MIN_PAGES - 0.5, MAX_PAGES * 0.8, LIKELY_PAGES))
        ages = rng.choices(AGES, (3, 2, 1))[0]
        tale = compose(rng, lexicon, pages, ages, masked=True)
        yield Pair(
            summary=in_own_words(rng, tale) if manner == MANNERS[0] else tale.summary,
            story="\n".join(tale.paragraphs),
            title=tale.title,
            ages=tale.ages,
            hero=tale.hero,
        )
