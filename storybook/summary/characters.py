"""Characters: who the names and nouns of a summary are, each once however often it is mentioned."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from storybook.summary.lexicon import ANIMAL, BAND, PERSON, Kind, Words
from storybook.summary.names import CALLING, Name
from storybook.summary.nouns import Common, Nouns
from storybook.summary.people import OPEN, Character, Mention
from storybook.summary.phrases import COPULAS, SITED, Phrases

ENDS = (",", ".", "!", "?", "and", "")
HAVING = ("gets", "get", "got", "has", "had", "adopts", "adopted", "buys", "bought", "owns")


def gather(nouns: Nouns, names: Mapping[int, Name]) -> "Characters":
    """The characters of a text, from its names and its nouns, in one walk."""
    found, i = Characters(nouns, Phrases(nouns, names), nouns.words), 0
    while i < len(nouns.tokens):
        i = found.proper(i) if i in names else found.common(i)
    found.join()
    return found


@dataclass(frozen=True, slots=True)
class Characters:
    """Who is in a text, in the order of first mention, and each mention of them."""

    nouns: Nouns
    phrases: Phrases
    words: Words
    all: list[Character] = field(default_factory=list)
    mentions: list[Mention] = field(default_factory=list)

    def proper(self, i: int) -> int:
        """Names that `and` joins, with what is said of them; the token behind."""
        run, end = self.phrases.run(i)
        if [self.low(n) for n in (i - 3, i - 2)] == ["my", "name"]:
            return end  # who asks for the story
        common, behind = self.phrases.said_of(end, many=len(run) > 1)
        each = run if common and common.count > 1 else run[-1:]
        if common and common.count > len(run) == 1:
            common = None
        who = [self._named(name) for name in run]
        self._baptise(who[0], i)
        if common:
            for index in who[-len(each) :]:
                self._is_a(index, common)
            end = behind
        for name, index in zip(run, who, strict=True):
            self._mention(name.start, end if name is run[-1] else name.end, (index,), len(run) > 1)
        self._owns(who[-1], end)
        if len(run) > 1:
            self._mention(i, end, tuple(who), many=True)
        return end

    def _mention(self, start: int, end: int, who: tuple[int, ...], many: bool) -> None:
        """Note who is meant at tokens `start` to `end`, and whether it acts."""
        acts = self.nouns.acts(end, many=many) or self.low(end) in ("who", "that")
        acts = acts or (self.nouns.tokens[start].head and self._acts_further(end))
        before = self.low(start - 1)
        governed = {before, before.removesuffix("s"), before.removesuffix("es")}
        bare = governed & self.words.lists["verbs.bare"] and self.words.is_verb(self.low(end))
        told = self.low(end) == "to" and self.words.is_verb(self.low(end + 1)) and start > 0
        embedded = not acts and bool(bare or told)
        at = start - 1 - (before in ("little", "old", "poor", "young", "big", "dear"))
        met = start > 0 and self.words.is_verb(self.low(at)) and self.low(end) != "'s"
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
            named.name, named.names = "", []

    def common(self, i: int) -> int:
        common = self.nouns.at(i)
        if not common:
            return i + 1
        names, end = self.phrases.names_behind(common)
        told = names and self.low(names[-1].end) not in COPULAS
        if told and common.kind.sort in OPEN and self.phrases.have_kinds(names):
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

    def _named(self, name: Name) -> int:
        """The character of a name, new if it is the first time."""
        tokens = self.nouns.tokens
        span = tokens[name.start].start, tokens[name.end - 1].end
        for index, one in enumerate(self.all):
            if one.name.lower() == name.text.lower():
                one.names.append(span)
                return index
        kind = self.nouns.kind_at(name.end - 1) or self.nouns.kind_at(name.start)
        one = Character(name.text, start=span[0], names=[span])
        if kind and kind[1] in (name.end, name.start + 1) and not kind[0].many:
            one.kind = kind[0] if kind[0].sort in (ANIMAL, PERSON) else None
        one.sex = self._sex_of_title(name) or (self.words.sex(one.kind.word) if one.kind else "")
        self.all.append(one)
        return len(self.all) - 1

    def _sex_of_title(self, name: Name) -> str:
        """`she` of `Princess Luna`, `he` of `Mr. Fluff`."""
        if name.end == name.start + 1:
            return ""
        first = self.low(name.start).rstrip(".")
        if self.words.has("titles.she", first):
            return "she"
        return "he" if self.words.has("titles.he", first) else ""

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

    def _sex_said(self, common: Common) -> str:
        words = [common.kind.word, *(self.low(n) for n in range(common.start, common.end))]
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
        self.all.append(Character(count=common.count, start=start, indefinite=common.indefinite))
        self._is_a(len(self.all) - 1, common)
        return (len(self.all) - 1,)

    def _meant(self, common: Common) -> int | None:
        """The last one of whom `the kitten` can be said."""
        kind = common.kind
        alike = [
            index
            for index, one in enumerate(self.all)
            if one.kind
            and (one.count > 1) == (common.count > 1)
            and one.kind.sort == kind.sort
            and (one.kind.word == kind.word or (kind.species and one.species == kind.species))
        ]
        same = [index for index in alike if self.all[index].kind.word == kind.word]  # type: ignore[union-attr]
        if same or (alike and not common.owned):
            return (same or alike)[-1]
        nameless = [index for index, one in enumerate(self.all) if one.kind is None]
        token = self.nouns.tokens[common.start]
        if common.determiner == "the" and kind.sort == ANIMAL and len(nameless) == 1:
            one = self.all[nameless[0]]
            first = next(t for t in self.nouns.tokens if t.start >= one.start)
            told = self.nouns.acts(common.end) or common.noun > common.start + 1
            later = first.sentence < token.sentence and told
            return nameless[0] if later and common.count == 1 else None
        return None

    def _is_of_another(self, common: Common) -> bool:
        """Whether `who is a mouse` is said of somebody who was not spoken of as an animal."""
        ends = {mention.end for mention in self.mentions}
        who = common.start - 2
        return self.low(who) in ("who", "that") and not {who, who - 1} & ends

    def _of_the_subject(self, common: Common) -> None:
        """`She is a cat`: a kind for the last one who has none."""
        for index in range(len(self.all) - 1, -1, -1):
            if self.all[index].kind is None:
                self._is_a(index, common)
                return

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
        if not common.indefinite or self.low(common.start - 1) not in HAVING:
            return
        sentence = self.nouns.tokens[common.start].sentence
        for mention in reversed(self.mentions):
            if self.nouns.tokens[mention.start].sentence < sentence - 1 or not mention.acts:
                continue
            if self.is_keeper(mention.who[0], common.kind):
                self.all[mention.who[0]].human = True
            return

    def is_keeper(self, index: int, kind: Kind) -> bool:
        """Whether to have an animal makes somebody a person, of whom nothing else is known."""
        one = self.all[index]
        first = one.name.lower().split(" ")[0]
        pet = self.words.has("pet_names.words", first) and not self.words.is_first_name(first)
        return kind.sort == ANIMAL and one.kind is None and bool(one.name) and not pet

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
            joined = self.low(one.end) in ("and", "&") and other.start == one.end + 1
            if joined and other.acts and not one.acts:
                both = Mention(one.start, other.end, one.who + other.who, acts=True)
                self.mentions.append(both)
                for index in one.who:
                    self.all[index].acts = True
        self.mentions.sort(key=lambda mention: (mention.start, mention.end))

    def low(self, i: int) -> str:
        return self.nouns.low(i)
