"""Runs: how far a name goes from its first word on, by letters and by what its words are."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from storybook.naming import PARTICLES, proper_name
from storybook.summary.lexicon import ANIMAL, WordLists
from storybook.summary.nouns import Nouns
from storybook.summary.tokens import Token

ARTICLES = ("a", "an", "the", "these", "those", "every", "each")
ENGLISH = ("van", "den", "ten", "do", "bin", "al")
"""Of the particles these are also words: `a tom van` is no name."""
MOST_WORDS = 5
SURNAME = re.compile(r"[dlo]'\w{3,}|mc\w{3,}|i{2,3}|iv|vi{1,3}|ix|jr\.?|sr\.?")
"""What, behind a name, belongs to it even in small letters: `o'malley`, `mcgregor`, `iii`."""
MOST_LETTERS = 40
"""As many as a hero's name may have (`Hero.name`); what is longer is no name."""


@dataclass(frozen=True, slots=True)
class Name:
    """A name at tokens `start` to `end`, as it is to be printed."""

    start: int
    end: int
    text: str
    sure: bool = True
    """Whether its place makes it one; else it is only a capital word in a sentence."""


@dataclass(frozen=True, slots=True)
class Runs:
    """The tokens of a text, and which of them together can be one name."""

    nouns: Nouns
    words: WordLists
    tokens: Sequence[Token]

    def _is_place(self, i: int, end: int) -> bool:
        """Whether the run of capitals at `i` is a place: `Maple Street`, `the village of Wick`."""
        while self._capital(i - 1) and i > 0:
            i -= 1
        spots = self.words.lists["places.words"]
        several = end > i + 1 and self._low(end - 1) in spots
        return several or (self._low(i - 1) == "of" and self._low(i - 2) in spots)

    def _is_titled_thing(self, i: int, end: int) -> bool:
        """Whether an article stands before the run of capitals: `the Lost Lantern`, or a number
        behind it; a title makes it somebody: `the Reverend Barks`."""
        if self._is_hard_title(i) and end > i + 1:
            return False
        last = self._low(end - 1)
        strange = not (
            self.words.is_common(last) or self._low(i) in self.words.lists["places.words"]
        )
        if end > i + 1 and strange and self._acts(end):
            return False  # The Great Catsby throws a party
        if self._low(end).isdecimal():
            return True
        while self._capital(i) and not self.tokens[i].head:
            i -= 1
        return self._low(i) in ARTICLES

    def _small_run(self, i: int, end: int) -> int:
        """The end of words in small letters before `the KIND`: `peanut butter the hamster`."""
        word = self._low(i)
        if not (self._is_pet(word) or self.words.is_title(word) or not self.words.is_common(word)):
            return end
        for n in range(i + 1, min(i + 4, len(self.tokens))):
            if n >= end and self._the_kind_behind(n):
                return n
            word = self._low(n)
            plain = self.tokens[n].is_word and word != "'s" and not self._is_closed(n)
            if not plain or self.words.is_verb(word) or self.nouns.kind_at(n):
                break
        return end

    def _run(self, i: int) -> int:
        """The end of a run of capital words from `i` on: `Sir Barks-a-lot`, `Peter Rabbit`."""
        end = i + 1
        title = self.words.is_title(self._low(i))
        small = not self._capital(i)
        while end < len(self.tokens) and end - i < MOST_WORDS:
            token = self.tokens[end]
            if not token.is_word or token.text == "'s" or token.head:
                break
            if token.end - self.tokens[i].start > MOST_LETTERS:
                break
            behind = end
            while self._low(behind) in PARTICLES or self._low(behind) == "st.":
                behind += 1
            foreign = self._low(behind - 1) not in ENGLISH and not self._is_closed(behind)
            strange = self._capital(behind) or (small and (foreign or self._is_strange(behind)))
            if behind > end and strange and behind - i < MOST_WORDS:
                end = behind + 1
                continue
            after_title = title and small and end == i + 1 and not self._is_closed(end)
            never = self.words.is_never(self._low(end)) and not title
            surname = SURNAME.fullmatch(self._low(end)) or self._is_small_surname(i, end)
            if not ((token.capital and not never) or surname or after_title):
                break
            end += 1
        return end

    def _is_small_surname(self, i: int, end: int) -> bool:
        """Whether a strange small word behind a small first name is the rest of it."""
        first = self._low(i)
        if self._capital(i) or end > i + 1 or not self._is_pet(first):
            return False
        behind = self._low(end + 1)
        closes = behind in ("and", "the", "is", "was", "has", ",", "who") or self._acts(end + 1)
        return closes and self._is_strange(end)

    def _is_strange(self, i: int) -> bool:
        """Whether a small word is neither known, nor formed of a verb, nor a kind."""
        word = self._low(i)
        if not 0 <= i < len(self.tokens) or not self.tokens[i].is_word or word == "'s":
            return False
        known = self.words.is_common(word) or self.words.is_verb(word) or self._is_closed(i)
        formed = word.endswith(("ed", "ing", "ly")) or self.words.is_never(word)
        return not (known or formed or self.nouns.kind_at(i)) and word.isalpha()

    def _name(self, start: int, end: int) -> Name:
        text = " ".join(self.tokens[n].text for n in range(start, end))
        return Name(start, end, proper_name(text))

    def _the_kind_behind(self, end: int) -> bool:
        """Whether `the ... KIND` follows, perhaps behind `and` and another name."""
        if self._low(end) == "and" and self._capital(end + 1):
            return self._the_kind_behind(self._run(end + 1))
        if self._low(end) == "," and self._low(end + 1) == "the":
            end += 1
        if self._low(end) not in ("the", "my", "our"):
            return False
        found = self.nouns.at(end)
        known = found is not None and (self._low(end) == "the" or found.kind.sort == ANIMAL)
        return known and found.determiner == self._low(end)  # type: ignore[union-attr]

    def _is_closed(self, i: int) -> bool:
        closed = self.words.has("closed.words", self._low(i))
        return closed and not self.words.is_title(self._low(i))

    def _is_hard_title(self, i: int) -> bool:
        """Whether a title stands at `i` that is no word for what somebody is like, as `old` is."""
        word = self._low(i).rstrip(".")
        soft = self.words.has("titles.soft", word)
        return self.words.is_title(word) and not soft and not self.nouns.kind_at(i)

    def _is_month(self, i: int) -> bool:
        word = self._low(i)
        return self.words.is_never(word) and self.words.is_first_name(word)

    def _is_pet(self, word: str) -> bool:
        return self.words.has("pet_names.words", word) or self.words.is_first_name(word)

    def _acts(self, i: int) -> bool:
        return self.nouns.acts(i)

    def _capital(self, i: int) -> bool:
        return 0 <= i < len(self.tokens) and self.tokens[i].capital

    def _low(self, i: int) -> str:
        return self.nouns.low(i)
