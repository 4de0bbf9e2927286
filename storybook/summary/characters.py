"""Characters: who the names and nouns of a summary are, each once however often it is mentioned."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from storybook.summary.known import Known
from storybook.summary.lexicon import ANIMAL, BAND, FAMILY, PERSON, SIBLINGS, Kind
from storybook.summary.names import CALLING, NAMING, Name
from storybook.summary.nouns import Common, Nouns
from storybook.summary.people import OPEN, Character, Mention
from storybook.summary.phrases import COPULAS, SITED, Phrases

ENDS = (",", ".", "!", "?", "and", "")
PARENTS = (
    "mum",
    "mom",
    "mummy",
    "mommy",
    "mama",
    "dad",
    "daddy",
    "papa",
    "mother",
    "father",
    "nan",
    "nana",
    "gran",
    "granny",
    "grandma",
    "grandad",
    "grandpa",
    "teacher",
)
KEPT = Kind("pet", ANIMAL)
"""An animal of any kind, that somebody might have."""
REACHING = (
    "climb",
    "climbs",
    "climbed",
    "reach",
    "reaches",
    "explore",
    "explores",
    "leave",
    "leaves",
    "cross",
    "crosses",
)
"""What one does with a place: a name behind them is nobody's."""
LEADING = 4
"""So many words, at most, stand between `and` and a name: `her very best friend`."""


def gather(nouns: Nouns, names: Mapping[int, Name]) -> "Characters":
    """The characters of a text, from its names and its nouns, in one walk."""
    found, i = Characters(nouns, Phrases(nouns, names), nouns.words), 0
    while i < len(nouns.tokens):
        if behind := found.audience(i):
            i = behind
            continue
        i = found.proper(i) if i in names else found.common(i)
    found.join()
    return found


@dataclass(frozen=True, slots=True)
class Characters(Known):
    """Who is in a text, in the order of first mention, and each mention of them."""

    def proper(self, i: int) -> int:
        """Names that `and` joins, with what is said of them; the token behind."""
        run, end = self.phrases.run(i)
        if [self.low(n) for n in (i - 3, i - 2)] == ["my", "name"]:
            return end  # who asks for the story
        common, behind = self.phrases.said_of(end, many=len(run) > 1)
        each = run if common and common.count > 1 else run[-1:]
        if common and common.count > len(run) == 1:
            alike = self.words.irregular.get(common.kind.word) == common.kind.word
            common = replace(common, count=1) if alike else None  # Clover the sheep
        who = [self._named(name) for name in run]
        self._baptise(who[0], i)
        self._is_one_of(who[0], i)
        if common:
            for index in who[-len(each) :]:
                self._is_a(index, common)
            end = behind
        for name, index in zip(run, who, strict=True):
            self._mention(name.start, end if name is run[-1] else name.end, (index,), len(run) > 1)
        for index in who if self.low(end) == "'s" else who[-1:]:
            self._owns(index, end)
        if self.low(end) == "'s" and self.low(end + 1) in PARENTS:
            for index in who:
                self.all[index].is_child |= self.is_keeper(index, KEPT)
        if len(run) > 1:
            self._mention(i, end, tuple(who), many=True)
        return end

    def _mention(self, start: int, end: int, who: tuple[int, ...], many: bool) -> None:
        """Note who is meant at tokens `start` to `end`, and whether it acts."""
        acts = self.nouns.acts(end, many=many) or self.low(end) in ("who", "that")
        acts &= self.low(end) != "'s" or self.low(end + 1) not in ENDS  # at St. Mary's
        acts = acts or (self.nouns.tokens[start].head and self._acts_further(end))
        before = self.low(start - 1)
        governed = {before, before.removesuffix("s"), before.removesuffix("es")}
        bare = governed & self.words.lists["verbs.bare"] and self.words.is_verb(self.low(end))
        infinitive = self.low(end) == "to" and self.words.is_verb(self.low(end + 1)) and start > 0
        embedded = not acts and bool(bare or infinitive)
        at = start - 1 - (before in ("little", "old", "poor", "young", "big", "dear"))
        met = start > 0 and self.words.is_verb(self.low(at)) and self.low(end) != "'s"
        met &= self.low(at) not in REACHING
        self.mentions.append(Mention(start, end, who, acts or embedded, embedded))
        for index in who:
            self.all[index].acts |= acts or embedded or met
            self.all[index].leads |= acts
            self.all[index].embedded |= embedded

    def _baptise(self, index: int, i: int) -> None:
        """`She calls him Rex`, `His name is Rex`: a name for the last one who had none."""
        calls = self.low(i - 1) in ("him", "her", "it") and self.low(i - 2) in CALLING
        is_called = self.low(i - 1) in COPULAS and self.low(i - 2) == "name"
        if not (calls or is_called) or index != len(self.all) - 1:
            return
        nameless = [one for one in self.all if not one.name and one.is_animal and one.count == 1]
        if nameless:
            named = self.all[index]
            nameless[-1].name, nameless[-1].names = named.name, named.names
            named.name, named.names, named.count = "", [], 0

    def _is_one_of(self, index: int, i: int) -> None:
        """`Two puppies: one is called Salt`: of what kind it is, and that there is one less."""
        at = i - 2 if self.low(i - 1) in NAMING else 0
        at -= self.low(at) in COPULAS
        if at < 0 or self.low(at) not in ("one", "other", "second", "third", "last"):
            return
        one = self.all[index]
        if one.kind is None and self.wishes:
            one.kind = self.wishes[-1].kind
        for several in reversed(self.all[:index]):
            if several.name or several.count < 1 or several.several < 2 or one.kind:
                continue
            one.kind, one.start = several.kind, several.start
            several.count -= 1
            return

    def common(self, i: int) -> int:
        common = self.nouns.at(i)
        if not common:
            wished = self.nouns.wished(i)
            if wished:
                self.wishes.append(wished)
                self._keeps(wished)
            if (others := self.nouns.others(i)) and self.low(i - 1) != "the":
                self._are_others(others)
            return i + 1
        names, end = self.phrases.names_behind(common)
        if not names and self._is_introduced(common):
            return common.end + 1
        apposed = names and self.low(names[-1].end) not in COPULAS
        if apposed and common.kind.sort in OPEN and self.phrases.have_kinds(names):
            return names[0].start
        self._keeps(common)
        if common.predicate and not names and not self._is_of_another(common):
            self._of_the_subject(common)
            return common.end
        if names:
            self._call(common, names)
            who = tuple(self._named(name) for name in names)
            for index in who:
                self._is_a(index, common)
                self.all[index].is_child |= common.kind.sort == SIBLINGS
            if len(who) == 1 and common.count > 1:
                self.all[who[0]].count = common.count
            more, behind = self.phrases.said_of(end, many=len(who) > 1)
            if more and self.low(end) in COPULAS:
                before = [each for each in self.mentions if each.end == common.start - 1]
                joined = more.count > 1 and self.low(common.start - 1) == "and"
                for index in (*who, *(before[-1].who if joined and before else ())):
                    self._is_a(index, more)
                end = behind
        else:
            who = self._unnamed(common)
        self._mention(common.start, end, who, common.count > 1)
        return end

    def _is_introduced(self, common: Common) -> bool:
        """`My best friend is a dog named Bo`: whether what follows says who that is."""
        if common.kind.sort not in OPEN or common.count > 1 or self.low(common.end) not in COPULAS:
            return False
        other = self.nouns.at(common.end + 1)
        return other is not None and other.indefinite and other.kind.sort in (ANIMAL, PERSON)

    def _are_others(self, common: Common) -> None:
        """`no tail like the other mice`: a kind for the one of whom nothing else is known."""
        open_ones = [n for n, one in enumerate(self.all) if one.name and one.kind is None]
        if len(open_ones) == 1 and not self.all[open_ones[0]].human:
            self.all[open_ones[0]].kind = common.kind

    def _named(self, name: Name) -> int:
        """The character of a name, new if it is the first time."""
        tokens = self.nouns.tokens
        span = tokens[name.start].start, tokens[name.end - 1].end
        known = self._known(name.text)
        if known is not None:
            one = self.all[known]
            one.names.append(span)
            if len(name.text) > len(one.name) and not self._is_titled(name.text):
                one.name = name.text
            return known
        kind = self.nouns.kind_at(name.end - 1) or self.nouns.kind_at(name.start)
        one = Character(name.text, start=span[0], names=[span])
        if kind and kind[1] in (name.end, name.start + 1) and not kind[0].many:
            one.kind = kind[0] if kind[0].sort in (ANIMAL, PERSON) else None
        one.sex = self._sex_of_title(name) or (self.words.sex(one.kind.word) if one.kind else "")
        self.all.append(one)
        return len(self.all) - 1

    def _is_a(self, index: int, common: Common) -> None:
        """Give a character the kind that a noun says, its place and its sex."""
        one, tokens = self.all[index], self.nouns.tokens
        if one.kind is None or one.open or common.kind.sort == ANIMAL:
            one.kind = common.kind
        one.nouns.append((tokens[common.noun].start, tokens[common.end - 1].end))
        one.qualities.append((tokens[common.start].start, tokens[common.noun].start))
        one.start = min(one.start, tokens[common.start].start)
        one.owned |= common.owned
        one.sex = one.sex or self._sex_said(common)
        my = self.low(common.start) in ("my", "our")
        one.human |= my and common.kind.sort == FAMILY and one.kind == common.kind

    def _sex_said(self, common: Common) -> str:
        words = [common.kind.word, *(self.low(n) for n in range(common.start, common.end))]
        if common.count > 1 and {"brother", "sister"} <= set(words):
            return ""
        for sex in ("she", "he"):
            if self.words.has(f"family.{sex}", common.kind.word):
                return sex
        return next(filter(None, map(self.words.sex, words)), "")

    def _call(self, common: Common, names: Sequence[Name]) -> None:
        """`The bear is called Olga`: a name for the bear of before."""
        known = None if common.indefinite or len(names) > 1 else self._meant(common)
        taken = {one.name for one in self.all}
        if known is not None and not self.all[known].name and names[0].text not in taken:
            self.all[known].name = names[0].text

    def _unnamed(self, common: Common) -> tuple[int, ...]:
        """Whom a noun without a name means: somebody of before, or a new one."""
        known = None if common.indefinite else self._meant(common)
        if known is not None:
            span = self.nouns.tokens[common.noun].start, self.nouns.tokens[common.end - 1].end
            self.all[known].nouns.append(span)
            if self.all[known].kind is None:
                self.all[known].kind = common.kind
            return (known,)
        if common.kind.sort == BAND and self.all:
            return tuple(range(len(self.all)))
        start = self.nouns.tokens[common.start].start
        many = common.count
        self.all.append(
            Character(count=many, several=many, start=start, indefinite=common.indefinite)
        )
        self._is_a(len(self.all) - 1, common)
        return (len(self.all) - 1,)

    def _is_of_another(self, common: Common) -> bool:
        """Whether `who is a mouse` is said of somebody who was not spoken of as an animal."""
        ends = {mention.end for mention in self.mentions}
        who = common.start - 2
        return self.low(who) in ("who", "that") and not {who, who - 1} & ends

    def _of_the_subject(self, common: Common) -> None:
        """`She is a cat`: a kind for the last one who has none; for all after `they are`."""
        if common.kind.many:
            for index, one in enumerate(self.all):
                if one.name and one.open and one.count == 1:
                    self._is_a(index, common)
            return
        for index in range(len(self.all) - 1, -1, -1):
            if self.all[index].open and not self.all[index].human:
                self._is_a(index, common)
                return

    def _acts_further(self, end: int) -> bool:
        """`A bear with a sore tooth is ...`: whether a verb comes behind a preposition's phrase."""
        if self.low(end) not in SITED:
            return False
        ahead = (self.low(n) for n in range(end + 1, end + 7))
        phrase = itertools.takewhile(
            lambda word: word not in (",", ".", "!", "?", "and", ""), ahead
        )
        return any(self.words.is_verb(word) and self.words.is_finite(word) for word in phrase)

    def join(self) -> None:
        """Mentions next to each other with `and` between them act together."""
        for one, other in zip(self.mentions, self.mentions[1:], strict=False):
            joined = self.low(one.end) in ("and", "&") and self._is_next(one.end + 1, other.start)
            act = other.acts or self.nouns.acts(other.end, many=True)
            if joined and act and not one.acts:
                both = Mention(one.start, other.end, one.who + other.who, acts=True)
                self.mentions.append(both)
                for index in both.who:
                    self.all[index].acts = True
        self.mentions.sort(key=lambda mention: (mention.start, mention.end))

    def _is_next(self, at: int, start: int) -> bool:
        """Whether a mention begins at `at`, or `her best friend` leads from there to it."""
        between = [self.low(n) for n in range(at, start)]
        owned = between[:1] in (["her"], ["his"], ["their"], ["the"]) and len(between) <= LEADING
        return at == start or (owned and not any(map(self.words.is_verb, between)))
