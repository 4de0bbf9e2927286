"""Common noun phrases: `a sleepy orange cat`, `her two dogs`, `Kittens`; toys and cat-flaps not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from storybook.summary.lexicon import (
    ANIMAL,
    BAND,
    COMPANY,
    CRAWLER,
    FAMILY,
    SIBLINGS,
    Kind,
    WordLists,
)
from storybook.summary.tokens import Token

INSIDE = ("only", "the", "these", "other", "of", "his", "her", "their", "my", "our")
NUMBERS = {
    "two": 2,
    "three": 3,
    "four": 4,
    "both": 2,
    "five": 5,
    "six": 6,
    "seven": 7,
    "2": 2,
    "eight": 8,
    "nine": 9,
    "ten": 10,
    "3": 3,
    "4": 4,
    "5": 5,
}
OWNERS = ("my", "your", "his", "her", "its", "our", "their", "'s")
INDEFINITE = ("a", "an", "another", "one", "some", "many", "several")
DETERMINERS = (
    *INDEFINITE,
    *OWNERS,
    *NUMBERS,
    "the",
    "this",
    "that",
    "these",
    "those",
    "no",
    "every",
    "each",
    "any",
    "all",
    "which",
)
PARTICIPLES = ("lost", "stuck", "hurt", "frozen", "hidden", "fallen", "grown")
WISHING = ("want", "wants", "wanted", "needs", "need")
BECOMING = ("be", "being", "become", "becomes", "became", "becoming")
MOST_QUALITIES = 8
SOME = 2
"""How many `the puppies` are."""


@dataclass(frozen=True, slots=True)
class Common:
    """A common noun phrase: tokens `start` to `end`, its noun from `noun` on."""

    start: int
    noun: int
    end: int
    kind: Kind
    determiner: str = ""
    """In lower case: `a`, `her`, `two`; empty if it has none."""
    count: int = 1
    predicate: bool = False
    """Whether it only says what somebody is: `is a cat`."""
    owned: bool = False

    @property
    def indefinite(self) -> bool:
        return not self.owned and (self.determiner in INDEFINITE or self.determiner in NUMBERS)


@dataclass(frozen=True, slots=True)
class Nouns:
    """The tokens of a text, the nouns that can be somebody in it, and how they are found."""

    tokens: Sequence[Token]
    kinds: Mapping[str, Kind]
    """By each word in lower case, singular and plural."""
    words: WordLists

    def at(self, i: int) -> Common | None:
        """The noun phrase that begins at token `i`, if one does and it is somebody."""
        if not 0 <= i < len(self.tokens):
            return None
        found = self._with_determiner(i) or self._bare(i)
        return found if found and self._is_somebody(found) else None

    def low(self, i: int) -> str:
        """A token's word in lower case; empty beyond either end."""
        return self.tokens[i].lower if 0 <= i < len(self.tokens) else ""

    def acts(self, i: int, *, many: bool = False) -> bool:
        """Whether the word at `i`, behind adverbs, can be what somebody before it does."""
        while self.words.has("closed.words", self.low(i)) and not self.words.is_finite(self.low(i)):
            if not self.words.has("adverbs.words", self.low(i)):
                return False
            i += 1
        if self.low(i).endswith("ly"):
            i += 1
        word = self.low(i)
        return self.words.is_finite(word) or (many and self.words.is_verb(word))

    def kind_at(self, i: int) -> tuple[Kind, int] | None:
        """The noun for somebody at `i`, the longest there is, with the token behind it."""
        for length in (3, 2, 1):
            if i + length > len(self.tokens):
                continue
            phrase = " ".join(self.low(n) for n in range(i, i + length))
            kind = self.kinds.get(phrase) or self.kinds.get(phrase.replace("-", " "))
            if kind:
                return kind, i + length
        return None

    def _with_determiner(self, i: int) -> Common | None:
        first = self.low(i)
        if first not in DETERMINERS or (first == "'s" and not self._is_owner(i)):
            return None
        at, count = i + 1, NUMBERS.get(first, 1)
        if self.words.has("several.words", self.low(at)) and self.low(at + 1) == "of":
            at, count = at + 2, (3 if self.low(at) == "trio" else SOME)
        while self.low(at) in (*NUMBERS, *INSIDE):
            if self.low(at) == "of" and first not in ("one", "all", "both", "some", *NUMBERS):
                return None
            count = NUMBERS.get(self.low(at), count)
            at += 1
        found = self._noun_behind(at)
        if not found:
            return None
        noun, kind, end = found
        if not kind.many and self.words.irregular.get(kind.word) == kind.word:
            kind = replace(kind, many=first not in ("a", "an", "one", "this", "another"))
        if not kind.many and count > 1:
            if first in NUMBERS or self.low(i + 1) not in NUMBERS:
                return None
            count = 1  # the three-legged cat
        many = kind.many and not (first == "one" and self.low(i + 1) == "of")
        predicate = self.low(i - 1) in ("is", "was", "'s", "are", "were", "isn't")
        predicate = predicate and self.low(i - 2) in ("he", "she", "they", "who", "that", "both")
        return Common(
            i, noun, end, kind, first, max(count, SOME) if many else 1, predicate, first in OWNERS
        )

    def _noun_behind(self, at: int) -> tuple[int, Kind, int] | None:
        """The noun behind qualities that begin at `at`: where it stands, what it is, its end."""
        for n in range(at, min(at + MOST_QUALITIES, len(self.tokens))):
            kind = self.kind_at(n)
            if kind:
                more = self.kind_at(kind[1])  # a granny mouse is a mouse, a bear cub a bear
                if more and self.tokens[kind[1]].capital and not self.tokens[n].capital:
                    more = None  # our cat Tiger
                if more and more[0].many and self.low(more[1]) in DETERMINERS:
                    more = None  # the whale swallows a clock
                if more and not kind[0].many and more[0].sort == ANIMAL:
                    return kind[1], more[0], more[1]
                if more and kind[0].sort == more[0].sort == FAMILY:
                    return kind[1], more[0], more[1]  # her twin sister
                pair = self.pair_of(kind)
                if pair:
                    return pair
                if more and kind[0].sort == ANIMAL and more[0].sort in (BAND, SIBLINGS):
                    return n, replace(kind[0], many=True), more[1]
                if more and kind[0].sort == ANIMAL and more[0].sort in (COMPANY, FAMILY):
                    return n, kind[0], more[1]
                if self.low(kind[1]) == "family" and not kind[0].many:
                    return n, replace(kind[0], many=True), kind[1] + 1
                return n, kind[0], kind[1]
            if not self._is_quality(n, first=n == at):
                return None
        return None

    def pair_of(self, kind: tuple[Kind, int]) -> tuple[int, Kind, int] | None:
        """`brother and sister kittens`, if the first of them is what `kind` found."""
        if kind[0].sort != FAMILY or self.low(kind[1]) != "and":
            return None
        other = self.kind_at(kind[1] + 1)
        both = self.kind_at(other[1]) if other and other[0].sort == FAMILY else None
        return (other[1], *both) if other and both and both[0].sort == ANIMAL else None

    def several(self, i: int) -> Common | None:
        """A bare plural at token `i`, wherever it stands: `Tom and Max, twin kittens, nap`."""
        found = self._noun_behind(i)
        if not found or not found[1].many or self.words.has("closed.words", self.low(i)):
            return None
        noun, kind, end = found
        return Common(i, noun, end, kind, "", SOME)

    def others(self, i: int) -> Common | None:
        """`the other mice` at token `i`, by which somebody of before is one as well."""
        if self.low(i) not in ("the", "other") or "other" not in (self.low(i), self.low(i + 1)):
            return None
        found = self.several(i + (self.low(i) == "the") + 1)
        return found if found and found.kind.sort == ANIMAL else None

    def wished(self, i: int) -> Common | None:
        """The noun of `wants a puppy` that begins at token `i`: one that is not there yet."""
        if self.low(i - 1) not in WISHING or self.low(i) not in ("a", "an"):
            return None
        return self._with_determiner(i)

    def _is_quality(self, n: int, *, first: bool) -> bool:
        word = self.low(n)
        if word in ("and", ",", "but", "very", "-"):
            return not first or word == "very"
        if not self.tokens[n].is_word or word in ("named", "called", "'s"):
            return False
        if self.words.has("closed.words", word) or self.words.has("verbs.aux", word):
            return False
        if self.words.has("verbs.past", word):
            return word in PARTICIPLES
        return not (word.endswith("s") and self.words.is_verb(word))

    def _bare(self, i: int) -> Common | None:
        """`Kittens play`, `Sleepy cat finds ...`, and what `and` joins: `a cat and dog`."""
        head = self.tokens[i].head
        joined = self.low(i - 1) in ("and", "&") and self._ends_before(i - 1)
        are = self.low(i - 1) in ("are", "were")
        listed = self._is_list and self.low(i - 1) == ","
        if not (head or joined or are or listed) or self.words.has("closed.words", self.low(i)):
            return None
        found = self._noun_behind(i)
        if not found:
            return None
        noun, kind, end = found
        if self._is_listed(i, end) or (head and self._is_named(end)):
            return Common(i, noun, end, kind, "", SOME if kind.many else 1)
        if kind.many and are:
            return Common(i, noun, end, kind, "", SOME, predicate=True)
        if kind.many:
            free = joined or self.acts(end, many=True) or self.low(end) in ("and", ",", "in", "on")
            return Common(i, noun, end, kind, "", SOME) if free else None
        alone = noun == i and not joined
        if alone or (joined and self.tokens[i].capital) or kind.sort not in (ANIMAL, CRAWLER):
            return None  # a name: Bear wants to sleep
        return Common(i, noun, end, kind) if self.acts(end) or joined else None

    @property
    def _is_list(self) -> bool:
        """Whether the text is a loose list: `rabbit, trampoline, too high`."""
        return not self.tokens[0].capital and sum(each.text == "," for each in self.tokens) > 1

    def _is_listed(self, i: int, end: int) -> bool:
        """Whether the noun from token `i` to `end` is in a loose list, and does nothing."""
        told = i == 0 and self.acts(end) and self.low(end) not in ("named", "called")
        return self._is_list and self.low(i - 1) in ("", ",") and not told

    def _is_named(self, end: int) -> bool:
        """Whether a name that acts comes behind a noun: `Rabbit Noor gets`."""
        return self.low(end) != "" and self.tokens[end].capital and self.acts(end + 1)

    def _ends_before(self, i: int) -> bool:
        """Whether a noun phrase of somebody ends before token `i`."""
        starts = range(max(i - MOST_QUALITIES, 0), i)
        return any((found := self.at(n)) and found.end == i for n in starts)

    def _is_owner(self, i: int) -> bool:
        """Whether `'s` makes an owner of the word before it, and is no `is`."""
        return self.low(i - 1) not in ("it", "he", "she", "that", "there", "what", "who", "here")

    def _turns(self, i: int) -> bool:
        """Whether somebody is turned into something in the sentence before token `i`."""
        here = self.tokens[i].sentence
        return any(
            self.low(n).startswith("turn") for n in range(i) if self.tokens[n].sentence == here
        )

    def _is_part(self, found: Common, behind: str) -> bool:
        """Whether the noun only says of what kind a thing is: `a mouse hole`, `the cat flap`."""
        if not self.words.has("pretend.after", behind) or self.tokens[found.end].capital:
            return False
        apposed = found.determiner == "the" and found.start > 0
        named = apposed and self.tokens[found.start - 1].capital
        joined = self.low(found.start - 1) == "and"
        return not ((named or joined) and self.words.is_verb(behind))

    def _is_somebody(self, found: Common) -> bool:
        before = [self.low(n) for n in range(max(found.start - 2, 0), found.start)]
        qualities = {self.low(n) for n in range(found.start, found.noun)}
        previous = before[-1] if before else ""
        predicated = found.predicate and found.determiner == "all"  # they are all mice
        none = ("no", "every", "each", "any", "all")
        if found.determiner in none and found.kind.sort != BAND and not predicated:
            return False
        pretend = qualities & self.words.lists["pretend.before"]
        if (pretend and not self.acts(found.end)) or previous in BECOMING:
            return False
        behind = self.low(found.end)
        if found.count == 1 and self._is_part(found, behind):
            return False
        simile = len(before) > 1 and self.low(found.start - 3) == "as"
        likes = previous == "like" and before[0] in ("to", "would", "they", "i", "we", "not")
        if previous in ("as", "like") and not likes and (simile or not self.acts(found.end)):
            return False
        if found.indefinite and behind == "'s" and not self.tokens[found.start].head:
            return False  # a bird's nest
        if previous == "into" and found.determiner == "a" and self._turns(found.start):
            return False
        if previous in WISHING and found.determiner in ("a", "an") and behind != "to":
            return False  # wants a puppy
        if previous == "of" and self.words.has("depictions.words", before[0]):
            return False
        denied = previous == "not" or previous.endswith("n't")
        denied &= found.determiner != "the"
        return not denied and not (found.kind.sort in (BAND, SIBLINGS) and found.owned)
