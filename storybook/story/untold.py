"""Untold: what a summary names and its story never says.

A story is free in how it tells, so only what can hardly be told in other words counts: names,
things after an article or a preposition, and clauses of which not one telling word is said. What
the drawn world has one word for (sea and shore) is one thing here. It rather misses something than
blames a story that has it. English only.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from storybook.readability import WORD, sentences
from storybook.records import Departure, Hero
from storybook.story.coverage import CLAUSE, FUNCTION, IRREGULAR, stem
from storybook.story.deeds import deeds_like, turned_round
from storybook.story.lost_one import is_found, is_one_of_two
from storybook.summary import called, names_in
from storybook.summary.lexicon import load_words
from storybook.world import World

DETERMINERS = frozenset(
    """
    a an the his her their its another some every two three four five
    """.split()  # noqa: SIM905
)
PREPOSITIONS = frozenset(
    """
    about across along around as at behind beside between beyond by for from in inside into like
    near of off on onto over past through under with without
    """.split()  # noqa: SIM905
)
ADJECTIVES = frozenset(
    """
    big little small tiny huge great giant old new young red blue green yellow orange purple pink
    black white grey brown golden silver warm cold hot wet dry soft loud quiet bright dark shiny
    happy sad shy kind brave clever wise lost lonely hungry sleepy grumpy friendly funny silly
    strange magic secret special favourite favorite beautiful lovely round long short tall high deep
    heavy strong empty broken wooden paper wobbly real true whole own dear sweet snowy rainy sunny
    """.split()  # noqa: SIM905
)
QUALITIES = ADJECTIVES | frozenset(
    """
    violet lilac turquoise teal rainbow fluffy furry spotted striped stripy tiny enormous gigantic
    massive mean naughty cheeky nosy noisy sparkly glittery sticky muddy smelly stinky cosy rusty
    dusty invisible flying talking singing glowing hidden rare famous posh rich poor fat thin clean
    dirty sour bitter crunchy juicy ripe rotten plastic golden pretty ugly scary spooky creepy
    """.split()  # noqa: SIM905
)
_QUALITY = rf"(?:{'|'.join(sorted(QUALITIES))})"
LISTED = re.compile(rf"(\b{_QUALITY})(?:,| and) (?={_QUALITY}\b)", re.IGNORECASE)
"""A comma or `and` between two words for what a thing is like."""
NOT_VERBS = frozenset("mice teeth feet geese children lost stuck broke felt left spoke".split())  # noqa: SIM905
"""Words of `IRREGULAR` that are also said of a thing, or are one."""
TELLS_NOTHING = frozenset(
    """
    friend everyone everybody everything nothing wrong nobody somebody someone anyone bit lot
    kind end name others story tale fun course idea side moment while ever half part person
    start beginning middle top bottom front back alone rest try turn problem lesson adventure
    afternoon hour minute week month year joy fear luck hope courage happiness delight pride
    """.split()  # noqa: SIM905
)
SECTIONS = ("species", "people", "places", "things", "lights")
LEAST_WORDS = 3
"""A clause with fewer telling words, none of them a deed, is too easily told in others."""
MANY_WORDS = 5
"""A clause with so many is told where at least two of them stand together."""
ALIKE = 4
"""Letters: stems of which one begins the other, and that are no shorter, are of one word."""
NEVER_FOUND = "The story never speaks of the"
"""Begins what is said of somebody whom the summary has found or lost, and the story never has."""
JOINT = re.compile(r"^(?:and|but|so|then) ")
VERB = re.compile(r"(?<![su])s$")
ABBREVIATED = r"(?:Mrs?|Ms|Dr|St|Mt|Prof|Capt|Sgt)\.(?=\s[A-Z])"
TOKEN = re.compile(rf"{ABBREVIATED}|{WORD.pattern}|[^\w\s]")


@dataclass(frozen=True, slots=True)
class Phrase:
    """A thing that a text names: `said` as it stands there, and the words that have to be told."""

    said: str
    heads: tuple[str, ...]
    """In lower case. With more than one, either may be what the others only describe."""

    @property
    def quoted(self) -> str:
        """With marks where it is not sure that all of it is the thing."""
        return self.said if len(self.heads) == 1 else f"“{self.said}”"


class Said:
    """What a story says: the stems of its words, and what the drawn world understands of them."""

    def __init__(self, pages: Sequence[str], cast: Sequence[Hero], world: World) -> None:
        text = " ".join(pages)
        self.world = world
        self.stems = {stem(word.lower()) for word in WORD.findall(text)}
        self.meant = _meant(text, world)
        for hero in cast:  # who plays is there, whatever it is called
            self.meant |= {("species", hero.species), ("people", hero.species)}
        self.names = {part.lower() for hero in cast for part in hero.name.split()}
        self.pairs = [
            {stem(word.lower()) for word in WORD.findall(f"{page} {after}")}
            for page, after in zip_longest(pages, pages[1:], fillvalue="")
        ]

    def has(self, word: str) -> bool:
        """Whether a word is said in any form, or another one for the same."""
        if word in self.names or not _meant(word, self.world).isdisjoint(self.meant):
            return True
        roots = deeds_like(stem(word))
        return any(
            root in self.stems or any(_alike(root, other) for other in self.stems) for root in roots
        )

    def together(self, words: Sequence[str]) -> int:
        """How many of these words, at most, stand on one page or the one after it."""
        roots = [deeds_like(stem(word)) for word in words]
        meant = sum(not _meant(word, self.world).isdisjoint(self.meant) for word in words)
        best = max(
            (
                sum(
                    any(_alike(root, other) or root == other for root in each for other in pair)
                    for each in roots
                )
                for pair in self.pairs
            ),
            default=0,
        )
        return max(best, meant)


def untold(
    summary: str, pages: Sequence[str], cast: Sequence[Hero], world: World
) -> list[Departure]:
    """What of a summary its pages never say, in the order of the summary."""
    story = Said(pages, cast, world)
    found = [*_unnamed(summary, pages, cast, story), *_strangers(summary, cast, story)]
    for sentence in sentences(summary):
        turned = list(turned_round(sentence, pages, cast))
        found += turned
        whole = LISTED.sub(r"\1 ", sentence)  # a purple, fluffy monster is one thing
        for clause in CLAUSE.split(whole.rstrip(".!?")):
            found += _untold_in(clause, story)
    clauses = " ".join(each.text for each in found if each.kind == "clause")
    things = (each for each in found if each.kind != "thing" or _whole(each) not in clauses)
    return list({each.text: each for each in things}.values())


def _whole(departure: Departure) -> str:
    return departure.text.removeprefix("Left out: ").strip("“”.")


def phrases(clause: str, names: frozenset[str] | set[str] = frozenset()) -> list[Phrase]:
    """The things that a clause names; words of `names` are none.

    >>> [each.said for each in phrases("sails a bathtub across the sea to find the moon's button")]
    ['a bathtub', 'the sea', 'the moon', 'the button']
    """
    tokens = TOKEN.findall(clause)
    return [
        phrase
        for at, opens in enumerate(tokens)
        if (phrase := _phrase_after(tokens, at, opens.lower(), names)) is not None
    ]


def _unnamed(
    summary: str, pages: Sequence[str], cast: Sequence[Hero], story: Said
) -> Iterator[Departure]:
    """Who plays and is not named, nor called by kind if the summary gives no name."""
    text = " ".join(pages)
    kinds = set(story.world.find("species", text)) | set(story.world.find("people", text))
    for hero in cast:
        parts = [part for part in hero.name.split() if not load_words().is_title(part.lower())]
        named = any(called(part, re.IGNORECASE).search(text) for part in (hero.name, *parts[:1]))
        by_name = called(hero.name).search(summary) is not None
        by_kind = hero.species in kinds and not is_one_of_two(hero, cast, summary)
        if not named and (by_name or not by_kind):
            says = "says the name of" if by_kind else "speaks of"
            never = f"The story never {says} {hero.name}."
            yield Departure(
                kind="person",
                text=f"{NEVER_FOUND} {hero.name.lower()}." if is_found(hero, summary) else never,
                words=(hero.name.lower(),),
            )


def _strangers(summary: str, cast: Sequence[Hero], story: Said) -> Iterator[Departure]:
    """Names of a summary, of places too, that nobody in the cast has and that are never said."""
    for name in names_in(summary, story.world):
        words = [word.lower() for word in WORD.findall(name)]
        if not any(story.has(word) for word in words):
            yield Departure(kind="thing", text=f"Left out: {name}.", words=tuple(map(stem, words)))


def _untold_in(clause: str, story: Said) -> list[Departure]:
    """A clause that is not told at all, or else the things that are missing from it."""
    telling = [
        word
        for word in (word.lower() for word in WORD.findall(clause))
        if not _tells_nothing(word) and word not in story.names
    ]
    if len(telling) >= LEAST_WORDS and _is_untold(telling, story):
        return [_clause(clause, telling)]
    missing = [
        Departure(
            kind="thing", text=f"Left out: {phrase.quoted}.", words=tuple(map(stem, phrase.heads))
        )
        for phrase in phrases(clause, story.names)
        if not any(story.has(head) for head in phrase.heads)
    ]
    deed = any(load_words().is_verb(word) for word in telling)
    if not missing and deed and _is_untold(telling, story):
        return [_clause(clause, telling)]
    return missing


def _clause(clause: str, telling: Sequence[str]) -> Departure:
    words = tuple(dict.fromkeys(map(stem, telling)))
    text = f"Left out: “{JOINT.sub('', clause.strip(' ,'))}”."
    return Departure(kind="clause", text=text, words=words)


def _is_untold(telling: Sequence[str], story: Said) -> bool:
    """Whether of a clause's telling words so few are said that it cannot have been told."""
    if len(telling) >= MANY_WORDS:
        return story.together(telling) < 2 and sum(map(story.has, telling)) < len(telling) / 2
    return not any(map(story.has, telling))


def _phrase_after(
    tokens: Sequence[str], at: int, opens: str, names: frozenset[str] | set[str]
) -> Phrase | None:
    """The thing that `tokens[at]`, in lower case `opens`, says is coming, if it says so."""
    owner = re.match(r"(.+)['\u2019]s$", opens)
    if opens not in DETERMINERS | PREPOSITIONS and opens != "to" and not owner:
        return None
    chunk = _chunk(tokens[at + 1 :], names)
    if opens == "to":  # a verb follows, or a place with a name
        chunk = chunk if chunk and chunk[0][:1].isupper() else []
    if not chunk:
        return None
    heads = _heads(chunk, is_one=opens in ("a", "an"))
    if not heads or any(_tells_nothing(head.lower()) for head in heads):
        return None
    if not _is_thing(heads[-1].lower()):
        return None
    last = chunk.index(heads[-1]) + 1
    whole = " ".join(chunk[:last])
    before = opens if opens in DETERMINERS else "the" if owner else ""
    return Phrase(f"{before} {whole}".strip(), tuple(head.lower() for head in heads))


def _chunk(tokens: Sequence[str], names: frozenset[str] | set[str]) -> list[str]:
    """The words up to one that belongs to no name of a thing; an owner ends it (`moon's`)."""
    found: list[str] = []
    for token in tokens:
        word = token.lower()
        abbreviated = re.fullmatch(ABBREVIATED.partition("(?=")[0], token)
        if not (WORD.fullmatch(token) or abbreviated) or word in names or _is_between(word):
            break
        if found and word in IRREGULAR and word not in NOT_VERBS:
            break
        owner = re.match(r"(.+)['\u2019]s$", token)
        found.append(owner[1] if owner else token)
        if owner:
            break
    return found


def _is_thing(word: str) -> bool:
    """Whether a word can be the name of a thing: `a purple` or `St.` alone is none."""
    words = load_words()
    title = words.is_title(word) and not words.is_common(word.rstrip("."))
    adverb = word.endswith("ly") and words.is_common(word[:-2])
    return not (word in QUALITIES or adverb or word.endswith(".") or title or len(word) < 2)


def _heads(chunk: Sequence[str], *, is_one: bool) -> list[str]:
    """The words of a chunk that may be the thing; one where it is sure which.

    After `a`, a later word in -s or -ed is a verb: `a firefly shows`, `a fox helped`.
    """
    words = list(chunk)
    if is_one:
        verbs = (n for n, word in enumerate(words) if n and VERB.search(word))
        words = words[: next(verbs, None)]
        if len(words) > 1 and words[-1].endswith("ed"):
            words.pop()
        return words[-1:]
    if all(word[:1].isupper() for word in words):
        return words[-1:]  # St. Ives
    while len(words) > 1 and words[0].lower() in QUALITIES:
        words.pop(0)
    return words


def _meant(text: str, world: World) -> set[tuple[str, str]]:
    return {(section, key) for section in SECTIONS for key in world.find(section, text)}


def _tells_nothing(word: str) -> bool:
    return _is_between(word) or word in TELLS_NOTHING or stem(word) in TELLS_NOTHING


def _is_between(word: str) -> bool:
    return word in FUNCTION or stem(word) in _BETWEEN or word in DETERMINERS | PREPOSITIONS


def _alike(one: str, other: str) -> bool:
    short, long = sorted((one, other), key=len)
    return len(short) >= ALIKE and long.startswith(short)


_BETWEEN = frozenset(stem(word) for word in FUNCTION)
