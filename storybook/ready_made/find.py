"""Finding a ready-made story: by whom it is for and about, and by words, the best first.

Words are ranked by Okapi BM25 (Robertson et al. 1994): a word that few stories have says more, and
the third time that one says it, little more than the second. What stands in summary, title and cast
counts as often as FRONT times in the text.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from math import log

from storybook.readability import words
from storybook.ready_made.collection import Manner, ReadyMade, StoryAges, ready_made
from storybook.ready_made.parts import obstacle
from storybook.records import Hero
from storybook.story.coverage import FUNCTION, stem

FRONT = 4
K1, B = 1.2, 0.75
"""How soon repetition says no more, and how far long stories are held to their length: the usual
values of both."""


@dataclass(frozen=True, slots=True)
class StoryQuery:
    """What a story is looked for by; what is empty says nothing."""

    words: str = ""
    ages: StoryAges | None = None
    manner: Manner | None = None
    animal: str = ""
    """A kind of the star's: `dog`, which a puppy is, too; or `hamster`, as the story says it."""
    hero: Hero | None = None
    """Who is to star in it."""


def find_stories(
    wanted: StoryQuery, stories: Mapping[str, ReadyMade] | None = None
) -> tuple[ReadyMade, ...]:
    """The stories that are wanted, the best first; without words in the order of their ids."""
    known = ready_made() if stories is None else stories
    if not wanted.words.strip():
        return tuple(story for story in known.values() if _fits(story, wanted))
    return tuple(story for story, _ in scored_stories(wanted, known))


def scored_stories(
    wanted: StoryQuery, stories: Mapping[str, ReadyMade] | None = None
) -> list[tuple[ReadyMade, float]]:
    """The stories that say a word that is wanted, with how well they answer; the best first."""
    known = ready_made() if stories is None else stories
    terms = tuple(dict.fromkeys(telling(wanted.words)))
    index = _index() if known is ready_made() else Index(known)
    found = sorted((one for one in known.values() if _fits(one, wanted)), key=lambda one: one.id)
    scored = [(story, index.score(story.id, terms)) for story in found]
    return sorted((each for each in scored if each[1]), key=lambda each: -each[1])


class Index:
    """How often each story says each stem."""

    def __init__(self, stories: Mapping[str, ReadyMade]) -> None:
        self.counts = {name: Counter(_said(story)) for name, story in stories.items()}
        self.lengths = {name: count.total() for name, count in self.counts.items()}
        self.mean = sum(self.lengths.values()) / max(1, len(self.lengths))
        self.having = Counter(each for count in self.counts.values() for each in count)

    def score(self, name: str, terms: Iterable[str]) -> float:
        """How well a story answers stems; 0 if it says none of them."""
        count, many = self.counts[name], len(self.counts)
        long = K1 * (1 - B + B * self.lengths[name] / self.mean)
        return sum(
            log(1 + (many - self.having[each] + 0.5) / (self.having[each] + 0.5))
            * count[each]
            * (K1 + 1)
            / (count[each] + long)
            for each in terms
            if each in count
        )


def telling(text: str) -> list[str]:
    """The stems of a text's telling words, in their order."""
    lower = (word.lower() for word in words(text))
    return [_stem(word) for word in lower if word not in FUNCTION]


def is_of_kind(story: ReadyMade, animal: str) -> bool:
    """Whether a story's star is called `animal`, or is one."""
    wanted, kind = animal.lower().strip(), story.star.known_kind
    by_kind = kind is not None and (wanted == kind.word or (kind.drawn and wanted == kind.species))
    return by_kind or wanted in story.star.kind.lower().split()


def _fits(story: ReadyMade, wanted: StoryQuery) -> bool:
    return (
        wanted.ages in (None, story.ages)
        and wanted.manner in (None, story.manner)
        and (not wanted.animal or is_of_kind(story, wanted.animal))
        and (wanted.hero is None or not obstacle(story, wanted.hero))
    )


@cache
def _index() -> Index:
    return Index(ready_made())


def _said(story: ReadyMade) -> list[str]:
    cast = " ".join(f"{one.name} {one.kind}" for one in story.cast)
    return telling(f"{story.title} {story.summary} {cast}") * FRONT + telling(story.text)


_stem = lru_cache(maxsize=None)(stem)
