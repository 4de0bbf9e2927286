"""Faithfulness: how closely a telling keeps to its summary, whoever told it.

One verifier for all writers, of text alone: what is told and in which order, what is left out, what
is at odds with the summary or with who plays, and what is only said again. It takes some
30 ms for a telling of twelve pages. What a summary names is looked for in English only.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from storybook.naming import is_english
from storybook.readability import measure
from storybook.records import Departure, Hero
from storybook.story.at_odds import SO, at_odds
from storybook.story.contradictions import contradictions
from storybook.story.coverage import coverage, kept
from storybook.story.deeds import TURNED
from storybook.story.repetition import said_again
from storybook.story.untold import NEVER_FOUND, untold
from storybook.world import World

DISTINCT = 0.8
"""Of 100 pairs of words so many are new ones in a story that moves on."""
WEIGHTS = {
    "covered": 4.0,
    "kept": 2.0,
    "turned": 3.0,
    "unfound": 3.0,
    "lost": 0.5,
    "odds": 2.0,
    "contradictions": 1.0,
    "again": 6.0,
    "distinct": 6.0,
}
"""What a whole measure, or one thing found, adds to a telling's drift; a fault of form is 1."""
MOST_AGAIN = 0.15
"""Of its sentences; of 300 stories that people would read the most that any has is 0.13."""
MOST = 3
"""So many things of a sort count: five contradictions are no better than four."""


@dataclass(frozen=True, slots=True)
class Faithfulness:
    """How a telling keeps to its summary."""

    covered: float
    """The share of the summary's clauses that are told, in their order."""
    kept: float
    """The share of the summary's telling words that are said at all."""
    lost: tuple[Departure, ...] = ()
    """What is never said, or told the other way round."""
    odds: tuple[str, ...] = ()
    """What is said of things and deeds, other than the summary has it."""
    contradictions: tuple[str, ...] = ()
    """Sentences at odds with who plays."""
    again: float = 0.0
    """The share of sentences that were said before, without refrains."""
    distinct: float = 1.0
    """Different pairs of neighbouring words over all pairs."""

    @property
    def turned(self) -> int:
        """How many deeds are told the other way round."""
        return sum(each.text.startswith(TURNED) for each in self.lost)

    @property
    def unfound(self) -> bool:
        """Whether it never speaks of the one whom its summary has found or lost."""
        return any(each.text.startswith(NEVER_FOUND) for each in self.lost)

    @property
    def faults(self) -> tuple[str, ...]:
        """What is surely wrong, and worth asking anew for."""
        turned = [each.text.rstrip(".") for each in self.lost if each.text.startswith(TURNED)]
        again = [f"{self.again:.0%} of its sentences come again"] * (self.again > MOST_AGAIN)
        return (*turned, *(each for each in self.odds if not each.startswith(SO)), *again)

    @property
    def drift(self) -> float:
        """How far the telling is from its summary; 0 is none."""
        measures = {
            "covered": 1 - self.covered,
            "kept": 1 - self.kept,
            "turned": min(MOST, self.turned),
            "unfound": self.unfound,
            "lost": min(2 * MOST, len(self.lost) - self.turned - self.unfound),
            "odds": min(MOST, len(self.odds)),
            "contradictions": min(MOST, len(self.contradictions)),
            "again": self.again,
            "distinct": max(0.0, DISTINCT - self.distinct),
        }
        return round(sum(WEIGHTS[name] * value for name, value in measures.items()), 4)


def faithfulness(
    summary: str, pages: Sequence[str], cast: Sequence[Hero], world: World, *, language: str = "en"
) -> Faithfulness:
    """How closely `pages` keep to a summary that `cast` plays in."""
    names = [hero.name for hero in cast]
    told, asked = coverage(summary, pages, names)
    english = is_english(language)
    return Faithfulness(
        covered=told / asked if asked else 1.0,
        kept=kept(summary, pages, names),
        lost=tuple(untold(summary, pages, cast, world)) if english else (),
        odds=tuple(at_odds(summary, pages, cast)) if english else (),
        contradictions=tuple(contradictions(pages, summary, cast, world)) if english else (),
        again=said_again(pages),
        distinct=measure(" ".join(pages)).distinct2,
    )
