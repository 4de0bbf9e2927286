"""What a set of pairs is like before anything is taught from it, and how it is split.

Near-duplicates are pairs whose summaries or stories share most of their runs of words (Broder
1997): a story that is in both parts of a split would be tested on what it was taught.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from random import Random
from statistics import median

from storybook.content_filter import unkind_words
from storybook.errors import TrainingError
from storybook.readability import measure, words
from storybook.records import Record
from training.data.pairs import Pair

RUN = 4
"""Words in a run. Shorter ones are shared by chance, longer ones are broken by one new word."""

ALIKE = 0.5
"""Share of runs, of the shorter text's, that near-duplicates have in common."""

SHORT_WORDS = 40
"""A story of fewer words is none."""

STOP = frozenset(Path(__file__).with_name("stop_words.txt").read_text(encoding="utf-8").split())
"""Words that say nothing of what a summary is about."""

CLOSED = re.compile(r"[.!?…][\"'”’)\]]*$")
NAMED = re.compile(r"\b(?:named|called) ([A-Z][a-z]+)|\b([A-Z][a-z]+) the [a-z]+|^([A-Z][a-z]+)\b")


class Trouble(Record):
    """Something amiss with one pair; pairs count from 1."""

    pair: int
    what: str


class PairReport(Record):
    """All that `check` says."""

    pairs: int
    summary_words: tuple[int, int, int]
    """Least, median, most."""
    story_words: tuple[int, int, int]
    grade: float
    """Median Flesch-Kincaid grade of the stories."""
    names: tuple[tuple[str, int], ...]
    """The heroes' names that come most often."""
    themes: tuple[tuple[str, int], ...]
    """The telling words of summaries that come most often, by how many summaries say them."""
    duplicate_groups: tuple[tuple[int, ...], ...]
    tokens: tuple[int, int, int] | None = None
    """Of summary, story and frame together, where a tokenizer was given."""
    too_long: tuple[int, ...] = ()
    """Pairs that are longer than the limit."""
    troubles: tuple[Trouble, ...] = ()


def check(
    pairs: Sequence[Pair], length: Callable[[Pair], int] | None = None, limit: int | None = None
) -> PairReport:
    """Look at every pair; `length` counts its tokens in the frame, `limit` is how many may be."""
    lengths = None if length is None else [length(pair) for pair in pairs]
    over = lengths is not None and limit is not None
    return PairReport(
        pairs=len(pairs),
        summary_words=_span([len(words(pair.summary)) for pair in pairs]),
        story_words=_span([len(words(pair.story)) for pair in pairs]),
        grade=round(median(measure(p.story).fk_grade for p in pairs if words(p.story)), 2)
        if any(words(pair.story) for pair in pairs)
        else 0.0,
        names=tuple(Counter(filter(None, map(_name, pairs))).most_common(10)),
        themes=tuple(_themes(pairs).most_common(10)),
        duplicate_groups=tuple(group for group in groups(pairs) if len(group) > 1),
        tokens=None if lengths is None else _span(lengths),
        too_long=tuple(n for n, each in enumerate(lengths, 1) if each > limit) if over else (),
        troubles=tuple(_troubles(pairs)),
    )


def groups(pairs: Sequence[Pair]) -> list[tuple[int, ...]]:
    """Near-duplicates together; every pair is in one group, by its place from 1."""
    leader = list(range(len(pairs)))

    def lead(place: int) -> int:
        while leader[place] != place:
            leader[place] = leader[leader[place]]
            place = leader[place]
        return place

    for field in ("summary", "story"):
        for one, other in _alike([runs(getattr(pair, field)) for pair in pairs]):
            leader[max(lead(one), lead(other))] = min(lead(one), lead(other))
    found = defaultdict(list)
    for place in range(len(pairs)):
        found[lead(place)].append(place + 1)
    return [tuple(group) for group in found.values()]


def split(pairs: Sequence[Pair], test: float = 0.2, seed: int = 1) -> tuple[list[Pair], list[Pair]]:
    """Train and test, of which `test` is the share of the second; near-duplicates stay together.

    Raises TrainingError if one of them would be empty.
    """
    if not 0 < test < 1:
        raise TrainingError(f"--test {test}: a share between 0 and 1, such as 0.2.")
    rng = Random(seed)
    shuffled = groups(pairs)
    rng.shuffle(shuffled)
    wanted = round(test * len(pairs))
    held: set[int] = set()
    for group in shuffled:
        if len(held) + len(group) <= wanted:
            held.update(group)
    taught = [pair for place, pair in enumerate(pairs, 1) if place not in held]
    tested = [pair for place, pair in enumerate(pairs, 1) if place in held]
    if not taught or not tested:
        raise TrainingError(
            f"{len(pairs)} pairs in {len(shuffled)} groups of near-duplicates cannot be split with "
            f"{test:.0%} for the test: bring more of them, or another share."
        )
    return taught, tested


def runs(text: str) -> frozenset[tuple[str, ...]]:
    """All runs of RUN words in a text, case aside; of a shorter one, all its words together."""
    lowered = [word.lower() for word in words(text)]
    count = max(1, len(lowered) - RUN + 1)
    return frozenset(tuple(lowered[start : start + RUN]) for start in range(count) if lowered)


def near_duplicate(
    own: frozenset[tuple[str, ...]], others: Iterable[frozenset[tuple[str, ...]]]
) -> bool:
    """Whether a text shares enough runs with one of `others`."""
    return any(len(own & other) >= ALIKE * min(len(own), len(other)) for other in others)


def unsafe_in(pair: Pair) -> list[str]:
    """Words of a pair that do not belong into a story for children, sorted."""
    return unkind_words(f"{pair.summary} {pair.story}")


def _alike(texts: Sequence[frozenset[tuple[str, ...]]]) -> Iterable[tuple[int, int]]:
    """Pairs of places whose texts share enough runs; only those that share any are compared."""
    where: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for place, runs in enumerate(texts):
        shared: Counter[int] = Counter()
        for run in runs:
            shared.update(where[run])
            where[run].append(place)
        for other, count in shared.items():
            if count >= ALIKE * min(len(runs), len(texts[other])):
                yield other, place


def _troubles(pairs: Sequence[Pair]) -> Iterable[Trouble]:
    for number, pair in enumerate(pairs, start=1):
        faults = {
            "half a character, as of an emoji that was cut in two, is left out": pair.broken,
            "no words": pair.raw and not words(pair.story),
        }
        if not pair.raw:
            faults |= {
                "no summary": not words(pair.summary),
                f"fewer than {SHORT_WORDS} words of story": len(words(pair.story)) < SHORT_WORDS,
                "breaks off: no full stop at the end": not CLOSED.search(pair.story.strip()),
                "no END, which other stories have": not pair.ended,
            }
        for what, holds in faults.items():
            if holds:
                yield Trouble(pair=number, what=what)
        for word in unsafe_in(pair):
            yield Trouble(pair=number, what=f"not for children: {word}")


def _name(pair: Pair) -> str | None:
    found = NAMED.search(pair.summary)
    return next(filter(None, found.groups()), None) if found else None


def _themes(pairs: Sequence[Pair]) -> Counter[str]:
    """How many summaries say each word that is no name and says something."""
    count: Counter[str] = Counter()
    for pair in pairs:
        tokens = words(pair.summary)
        count.update({word for word in tokens if word.islower() and len(word) > 3} - STOP)
    return count


def _span(values: Sequence[int]) -> tuple[int, int, int]:
    return (min(values), int(median(values)), max(values)) if values else (0, 0, 0)
