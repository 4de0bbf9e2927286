"""Phrases: names that `and` joins, what is said of them, and the names that a noun is given."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from storybook.summary.lexicon import ANIMAL
from storybook.summary.names import NAMING, Name
from storybook.summary.nouns import Common, Nouns

COPULAS = ("is", "was", "are", "were", "'s")
ASIDE = (",", "(", "-", "\u2013", "\u2014")
STOPS = (",", ".", ";", "!", "?", ")", ":", "", "who", "that", "by", "-", "\u2013", "\u2014")
SITED = ("with", "from", "of", "in", "on", "at", "under", "near")
LEADS = (
    "who is",
    "that is",
    "who was",
    "is",
    "was",
    "are",
    "by the name of",
    "known as",
    "whose name is",
    "whose names are",
    "who are",
)
"""What may stand between a noun and its name."""


@dataclass(frozen=True, slots=True)
class Phrases:
    """The names and nouns of a text, and how they stand to each other."""

    nouns: Nouns
    names: Mapping[int, Name]

    def run(self, i: int) -> tuple[list[Name], int]:
        """The names `A`, `A and B` or `A, B and C` from token `i` on, and the token behind."""
        run = [self.names[i]]
        end = run[0].end
        while self.low(end) in ("and", "&", ","):
            more = end + 1 + (self.low(end) == "," and self.low(end + 1) == "and")
            name = self.names.get(more)
            if not name or (self.low(end) == "," and not self._goes_on(name.end)):
                break
            run.append(name)
            end = name.end
        return run, end

    def _goes_on(self, end: int) -> bool:
        """Whether a list with commas comes to its `and`."""
        while self.low(end) == "," and end + 1 in self.names:
            end = self.names[end + 1].end
        end += self.low(end) == ","
        return self.low(end) in ("and", "&")

    def said_of(self, end: int, *, many: bool) -> tuple[Common | None, int]:
        """What is said of the names before `end`: `the cat`, `, an old dog,`, `is a rabbit`."""
        word = self.low(end)
        if word in ("the", "my", "our"):
            common = self.nouns.at(end)
            mine = common is not None and word != "the" and common.kind.sort != ANIMAL
            return (common, common.end) if common and not mine else (None, end)
        if word in ASIDE:
            end += self.low(end + 1) in ("also", "once", "really", "now")
            common = self.nouns.at(end + 1) or (self.nouns.several(end + 1) if many else None)
            if self.low(end + 1) == "who" and self.low(end + 2) in COPULAS:
                common = self.nouns.at(end + 3)
                return (common, common.end) if common else (None, end)
            determined = common and (common.determiner or (many and common.kind.many))
            if common and determined and self._closes(common, many=many):
                return common, common.end + (self.low(common.end) in (*ASIDE, ")"))
        if word == "who" and self.low(end + 1) in COPULAS:
            end, word = end + 1, self.low(end + 1)
        if word in COPULAS:
            at = end + 1 + (self.low(end + 1) in ("once", "only", "just", "really", "all", "both"))
            at += self.low(at) == "not" and self.low(at + 1) == "the"  # not the only bear
            common = self.nouns.at(at)
            if common and (common.determiner != "the" or common.kind.sort == ANIMAL):
                return common, common.end
        return None, end

    def _closes(self, common: Common, *, many: bool) -> bool:
        """Whether a noun behind a comma speaks of the names before it and is not next in a list."""
        if many and common.count == 1:
            return False
        behind = self.low(common.end)
        if behind == "," and self._is_indefinite(common.end + 1):
            return False
        if behind in ("and", "&"):
            return not self.nouns.at(common.end + 1)
        return behind in STOPS or self.nouns.acts(common.end) or behind in SITED

    def _is_indefinite(self, i: int) -> bool:
        common = self.nouns.at(i)
        return common is not None and common.indefinite

    def names_behind(self, common: Common) -> tuple[list[Name], int]:
        """The names that a noun is given (`named Tom and Max`, `, Rex,`), and the token behind."""
        at = common.end
        place = self.names.get(at + 1) if self.low(at) in SITED else None
        if place and self.low(place.end) in NAMING:  # a mouse from Amsterdam named Tom
            at = place.end
        for lead in map(str.split, LEADS):
            if [self.low(at + n) for n in range(len(lead))] == lead:
                known = lead[-1] in ("of", "as") or len(lead) > 2
                if known or self.low(at + len(lead)) in NAMING:
                    at += len(lead)
                    break
        at += self.low(at) in NAMING
        aside = at == common.end and self.low(at) in (*ASIDE, ":")
        first = self.names.get(at + aside)
        if not first:
            return [], common.end
        run, end = self.run(first.start) if common.count > 1 else ([first], first.end)
        if place and first.start == place.start:
            return [], common.end
        if aside and common.count == 1 and self.low(end) not in STOPS:
            return [], common.end
        if aside and common.count > 1 and len(run) == 1 and not self.have_kinds(run):
            return [], common.end
        return run, end + (aside and self.low(end) in (",", ")", "-"))

    def have_kinds(self, names: Sequence[Name]) -> bool:
        """Whether names behind a band of friends say themselves what they are."""
        return self.said_of(names[-1].end, many=False)[0] is not None

    def low(self, i: int) -> str:
        return self.nouns.low(i)
