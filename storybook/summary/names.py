"""Names: which words of a text are somebody's own, by their letters and by where they stand."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from storybook.summary.lexicon import ANIMAL
from storybook.summary.nouns import DETERMINERS, OWNERS, Nouns
from storybook.summary.runs import MOST_LETTERS, MOST_WORDS, Name, Runs
from storybook.summary.tokens import tokens

NAMING = ("named", "called", "nicknamed")
CALLING = ("call", "calls", "called", "name", "names", "named")
SPOTS = ("in", "at", "near", "through", "across", "over", "into", "around")
ASKING = ("will", "can", "may", "could", "would", "should", "must", "does", "did", "is", "are")
WHEN = ("on", "in", "by", "every", "this", "last", "next", "until", "at")
OPENING = ("about", "of", "day", "night", "time", "morning", "how", "why", "where", "that")
"""Behind these somebody is spoken of first, as at a head: `the day bailey the beagle ...`."""
JOINTS = ("and", "but", "when", "because", "while", ",", "so")


def find_names(nouns: Nouns, known: Iterable[str] = ()) -> dict[int, Name]:
    """The names of a text by the tokens that they begin at; `known` are names of given heroes.

    The text is read twice: who is named in one place is known wherever the same word stands.
    """
    given = tuple(tuple(token.lower for token in tokens(name)) for name in known)
    first = _Names(nouns, nouns.words, nouns.tokens, given, frozenset()).all()
    sure = frozenset(name.text.lower() for name in first if name.sure)
    found = _Names(nouns, nouns.words, nouns.tokens, given, sure).all()
    return {name.start: name for name in found}


@dataclass(frozen=True, slots=True)
class _Names(Runs):
    """What is looked at to find names: the text, names that are known, names that were found."""

    known: tuple[tuple[str, ...], ...]
    sure: frozenset[str]

    def all(self) -> Iterator[Name]:
        i = 0
        while i < len(self.tokens):
            name = self._at(i)
            if name and len(name.text) > MOST_LETTERS:
                name = None
            if name:
                yield name
            i = name.end if name else i + 1

    def _at(self, i: int) -> Name | None:
        """The name that begins at token `i`."""
        if not self.tokens[i].is_word or self.tokens[i].text == "'s":
            return None
        for parts in self.known:
            end = i + len(parts)
            lowered = tuple(self._low(n) for n in range(i, end))
            if lowered == parts and not self._is_common_here(i):
                surname = end < self._run(i) and not self._is_known(end)
                return Name(i, self._run(i) if surname else end, self._name(i, end).text)
        slot = self._in_a_slot(i)
        if slot:
            return slot
        if self.tokens[i].capital:
            return self._by_capital(i)
        return self._by_word(i)

    def _is_known(self, i: int) -> bool:
        """Whether another given hero's name begins at token `i`."""
        return any(parts[0] == self._low(i) for parts in self.known)

    def _in_a_slot(self, i: int) -> Name | None:
        """A name by its place, whatever the word: `named May`, `May the rabbit`, `Rex, a dog`."""
        end = self._run(i)
        if self._is_named(i):
            return self._name(i, end)
        if not self._capital(i):
            end = self._small_run(i, end)
        if self._is_said_to_be(i):
            return self._name(i, end)
        if self.words.is_never(self._low(i)) and not (
            end == i + 1 and self._low(end) == "the" and self._low(i - 1) not in WHEN
        ):
            return None
        if self._is_closed(i) and not (self._is_month(i) or self._low(i) in ("will", "may")):
            return None
        if self._is_verb_here(i):
            return None
        if self._the_kind_behind(end) and not self._asks(i) and self._may_open(i):
            return self._name(i, end)
        return None

    def _is_said_to_be(self, i: int) -> bool:
        """Whether it is said what those in capitals are: `May is a rabbit`, `Tom and May are`."""
        kind = self.nouns.kind_at(i)
        if (kind and kind[0].many) or (self._is_closed(i) and not self._is_month(i)):
            return False
        small = not self._capital(i)
        while self._low(i - 1) in (",", "and", "&") and (small or self._capital(i - 2)):
            i -= 2
        if not self.tokens[i].head or (small and self._is_closed(i)):
            return False
        end, several = self._run(i), False
        while self._low(end) in (",", "and", "&") and (small or self._capital(end + 1)):
            end, several = self._run(end + 1), True
        if small and (not several or self._is_closed(end - 1)):
            return False
        if self._low(end) not in (("are", "were") if several else ("is", "was")):
            return False
        common = self.nouns.at(end + 1)
        if not common or self._low(common.end) == "'s":
            return False
        if several:
            return common.kind.many and (not small or common.kind.sort == ANIMAL)
        return common.indefinite and common.kind.sort == ANIMAL

    def _may_open(self, i: int) -> bool:
        """Whether a word before `the KIND` can be a name: capital, or with nothing to govern it."""
        if self._capital(i) and not self.tokens[i].head:
            return True
        word = self._low(i)
        if self.tokens[i].head or self._low(i - 1) in OPENING:
            return not (word.endswith("ing") and self.words.is_verb(word))
        unusual = not self.words.is_common(word) or self.words.is_first_name(word)
        pet = self.words.has("pet_names.words", word) and not self.words.is_verb(word)
        return self._low(i - 1) not in DETERMINERS and (unusual or pet)

    def _is_named(self, i: int) -> bool:
        """Whether `named`, `called`, `known as` or `name is` stands before."""
        before, word = self._low(i - 1), self._low(i)
        naming = (
            before in NAMING
            or (before == "as" and self._low(i - 2) == "known")
            or (before in ("is", "was", "'s") and self._low(i - 2) == "name")
            or (before == "of" and self._low(i - 2) == "name")
            or (before in ("him", "her", "it") and self._low(i - 2) in CALLING)
        )
        if naming:
            return self._capital(i) or not (self._is_closed(i) and word not in ("may", "will"))
        if before not in ("and", ",") or self._is_closed(i) or self._is_verb_here(i):
            return False
        start = i - 2
        while start > 0 and self.tokens[start].is_word and i - start < MOST_WORDS:
            if self._low(start - 1) in (*NAMING, "and", ","):
                unusual = self.words.is_first_name(word) or not self.words.is_common(word)
                return self._is_named(start) and (self._capital(i) or unusual)
            start -= 1
        return False

    def _by_capital(self, i: int) -> Name | None:
        end = self._run(i)
        name = self._name(i, end)
        if name.text.lower() in self.sure and not self._is_common_here(i):
            return name
        if self.words.is_title(self._low(i)) and end == i + 1 and self.nouns.kind_at(i):
            return self._relative(i)
        if self.tokens[i].head:
            return self._at_head(i, end)
        if self.words.is_never(self._low(i)) or self._is_closed(i):
            return None
        if self._is_titled_thing(i, end) or self._is_place(i, end):
            return None
        before = self._low(i - 1)
        is_land = end == i + 1 and self.words.has("lands.words", self._low(i))
        if is_land and before in (*SPOTS, "to", "from") and self._low(end) not in NAMING:
            return None  # `a mouse from Amsterdam named Willem` is read over it
        weak = before in SPOTS or (before in ("to", "from") and not self._acts(end))
        return Name(i, end, name.text, sure=not weak)

    def _at_head(self, i: int, end: int) -> Name | None:
        """The first word of a sentence, if it is a name: it is none because it has a capital."""
        word = self._low(i)
        if self._is_closed(i) or (self.words.is_never(word) and not self._is_month(i)):
            return None
        if self._is_place(i, end):
            return None
        if end > i + 1 and self.words.is_common(word) and not self._is_pet(word):
            adjective = not self.words.is_title(word) and not self.nouns.kind_at(end - 1)
            return None if adjective else self._name(i, end)
        kind = self.nouns.kind_at(i)
        if kind and kind[1] == i + 1 == end:
            return self._name(i, end) if self._kind_as_name(i) else None
        if self._is_month(i) or self.words.has("mass.words", word):
            return None
        if end > i + 1 or not self.words.is_common(word) or self.words.is_first_name(word):
            gerund = word.endswith("ing") and self.words.is_verb(word)
            cry = self._low(end) in ("!", "?")
            return (
                None
                if gerund or cry or self.words.has("closed.heads", word)
                else self._name(i, end)
            )
        if self._low(end) == "'s":
            return self._name(i, end) if self._is_pet(word) else None
        if self._low(end) == "and" and (self._capital(end + 1) or self._low(end + 1) in OWNERS):
            return self._name(i, end)
        if self._low(end) == "," and self._capital(end + 1):
            return self._name(i, end)
        if self._is_pet(word) and (self._acts(end) or self._low(end) == ","):
            return self._name(i, end)
        is_verb = self.words.is_verb(self._low(end)) and self._acts(end)
        copula = self._low(end) in ("is", "was", "are", "were")
        plural = word.endswith("s")
        return self._name(i, end) if is_verb and not copula and not plural else None

    def _kind_as_name(self, i: int) -> bool:
        """Whether a bare kind is a name, as in `Bear wants to sleep`; `Kittens play` has none."""
        kind = self.nouns.kind_at(i)
        if not kind or kind[0].many:
            return False
        return self._acts(i + 1) or self._low(i + 1) in ("and", "'s", ",")

    def _relative(self, i: int) -> Name | None:
        """`Grandma` by herself; other titles alone are no name."""
        kind = self.nouns.kind_at(i)
        return self._name(i, i + 1) if kind and not kind[0].many else None

    def _by_word(self, i: int) -> Name | None:
        """A name in small letters, where its place or the list of first names shows it."""
        word = self._low(i)
        if self._is_closed(i) or self.words.is_never(word) or word.isdecimal():
            return None
        free = self._low(i - 1) not in DETERMINERS
        if self._is_hard_title(i) and free and not self._is_verb_here(i) and self._run(i) > i + 1:
            return self._name(i, self._run(i))
        if word in self.sure and free and not self._is_common_here(i):
            return self._name(i, i + 1)
        if self._low(i + 1) == "'s" and free and self.words.is_first_name(word):
            return self._name(i, i + 1)
        kind = self.nouns.kind_at(i)
        first = self.nouns.kind_at(i - 2) if i > 1 else None
        if any(each and self.nouns.pair_of(each) for each in (kind, first)):
            return None
        if kind:
            person = kind[0].sort == "person" and self.words.is_title(word) and not kind[0].many
            bare = free and (self._is_subject(i) or person) and not kind[0].many
            joined = self._low(i + 1) == "and" and self.nouns.kind_at(i + 2)
            named = self._low(i + 1) in NAMING
            acts = (self._acts(i + 1) and not named) or (joined and self._acts(i + 3))
            return self._name(i, i + 1) if bare and (person or acts) else None
        if self._low(i - 1) in OWNERS or not free:
            return self._after_kind(i)
        end = self._run(i)
        named = self.words.is_first_name(word) and self._joined(end - 1)
        if self.words.is_common(word) and not named:
            pet = self._is_pet(word) and self.tokens[i].head and self._acts(end)
            return self._name(i, end) if pet else self._after_kind(i)
        if self._is_subject(i) and (self._acts(end) or self._joined(end - 1)):
            return self._name(i, end)
        return self._after_kind(i)

    def _after_kind(self, i: int) -> Name | None:
        """`my dog rex`: a small strange word behind somebody's own animal."""
        for n in (1, 2, 3):
            kind = self.nouns.kind_at(i - n) if i >= n else None
            if not (kind and kind[1] == i):
                continue
            start = next(
                (m for m in range(i - n, max(i - n - 5, -1), -1) if self._low(m) in DETERMINERS),
                None,
            )
            word = self._low(i)
            strange = not self.words.is_common(word) or self.words.is_first_name(word)
            strange |= self._is_hard_title(i) and self._run(i) > i + 1
            pet = self._is_pet(word) and not self.words.is_verb(word)
            owned = start is not None and self._low(start) in OWNERS
            owned |= self.words.is_first_name(word) or self._is_pet(word)
            if start is not None and owned and (strange or pet) and not self._is_verb_here(i):
                compound = self.words.has("pretend.after", word)
                return None if compound else self._name(i, self._run(i))
        return None

    def _joined(self, i: int) -> bool:
        return self._low(i + 1) in ("and", "the") or self._acts(i + 1)

    def _is_subject(self, i: int) -> bool:
        """Whether token `i` stands where somebody who acts does: at a head, or behind a joint."""
        return self.tokens[i].head or self._low(i - 1) in JOINTS

    def _asks(self, i: int) -> bool:
        """`Will the cat ...?`: a question, and nobody's name."""
        if self._low(i) not in ASKING or not self.tokens[i].head:
            return False
        here = self.tokens[i].sentence
        return any(token.text == "?" for token in self.tokens if token.sentence == here)

    def _is_common_here(self, i: int) -> bool:
        """Whether a word that is a name elsewhere is a plain noun here: `the bear`."""
        return self._low(i - 1) in DETERMINERS and not self._capital(i)

    def _is_verb_here(self, i: int) -> bool:
        word = self._low(i)
        return not self._capital(i) and not self.tokens[i].head and self.words.is_verb(word)
