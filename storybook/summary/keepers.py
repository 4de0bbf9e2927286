"""Keepers: who has an animal, or wishes for one, is a person; and for whom a story is told."""

from dataclasses import dataclass, field

from storybook.summary.lexicon import ANIMAL, CRAWLER, FAMILY, SIBLINGS, Kind, WordLists
from storybook.summary.nouns import WISHING, Common, Nouns
from storybook.summary.people import Character, Mention
from storybook.summary.phrases import Phrases

STORIES = ("story", "tale", "book", "one", "poem")
ABOUT = ("about", "who", "where", "when", "that", "with", ",", ".", ":", "-", "!", "?")
HAVING = ("gets", "get", "got", "has", "had", "adopts", "adopted", "buys", "bought", "owns")


@dataclass(frozen=True, slots=True)
class Keepers:
    """Who is in a text, as far as it was read, and whether they are people."""

    nouns: Nouns
    phrases: Phrases
    words: WordLists
    all: list[Character] = field(default_factory=list)
    mentions: list[Mention] = field(default_factory=list)
    wishes: list[Common] = field(default_factory=list)
    """Animals that somebody wants to have, and that may come yet."""

    def audience(self, i: int) -> int:
        """The token behind `a story for my daughter Freya`, for whom it is told; 0 elsewhere."""
        if self.low(i) != "for" or self.low(i - 1) not in STORIES:
            return 0
        end = i + 1
        while end < len(self.nouns.tokens) and self.low(end) not in ABOUT:
            end += 1
        return end if end < len(self.nouns.tokens) else 0

    def _owns(self, index: int, end: int) -> None:
        """Who has a named kind and no kind of its own is a person: `Emma and her dog`."""
        if self.low(end) == "," and self.low(end + 1) == "who":
            end += 1
            while self.low(end) not in (",", ".", ""):
                end += 1
            end += 1
        if self.low(end) == "and":
            end += 1
        if self.low(end) in ("'s", "his", "her", "their"):
            common = self.nouns.at(end)
            if common and self.is_keeper(index, common.kind):
                one = self.all[index]
                one.human = True
                one.sex = one.sex or {"his": "he", "her": "she"}.get(self.low(end), "")

    def _keeps(self, common: Common) -> None:
        """`Zoe gets a cat`: who has an animal, or wishes for one, is a person."""
        having = self.low(common.start - 1) in (*HAVING, *WISHING)
        if not common.indefinite or not having:
            return
        sentence = self.nouns.tokens[common.start].sentence
        for mention in reversed(self.mentions):
            if self.nouns.tokens[mention.start].sentence < sentence - 1 or not mention.acts:
                continue
            for index in mention.who:
                self.all[index].human |= self.is_keeper(index, common.kind)
            return

    def is_keeper(self, index: int, kind: Kind) -> bool:
        """Whether to have an animal makes somebody a person, of whom nothing else is known."""
        one = self.all[index]
        first = one.name.lower().split(" ")[0]
        pet = self.words.has("pet_names.words", first) and not self.words.is_first_name(first)
        unknown = one.kind is None or one.kind.sort in (FAMILY, SIBLINGS)
        return kind.sort in (ANIMAL, CRAWLER) and unknown and bool(one.name) and not pet

    def low(self, i: int) -> str:
        return self.nouns.low(i)
