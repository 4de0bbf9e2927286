"""Whom `he` and `she` in a ready-made story mean, so that its star can be called otherwise.

Names stand as letters of no script here, one for each figure, the star's first. A pronoun may mean
whom its page has named before it, if that one may be called so. Where star and somebody else both
may be meant, nothing is changed in the whole story: two words for one hero would be worse.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from storybook.ready_made.collection import Figure, ReadyMade, kinds, ready_made
from storybook.records import Hero
from storybook.story.delexicalize import PRONOUNS, SPOKEN
from storybook.summary import called, pronouns_in
from storybook.summary.lexicon import ANIMAL, FAMILY, PERSON, load_words

FIRST = 0xE000
"""The star's letter; the other figures' follow it."""
BOTH, NOBODY, STRANGER = -1, -2, 99
"""Not a figure's number: somebody of several, nobody yet, and whom no figure's name says."""
TRADES = ("er", "or", "man", "woman", "ist", "ian", "ess")
"""How words for what somebody does end."""
PEOPLE = frozenset(
    """
    baby captain child cook guard judge king knight mayor mum dad nurse person pirate queen vet
    """.split()  # noqa: SIM905
)
JOINT = "\uf8ff"
CONTRACTED = re.compile(r"(?<=\b[Hh]e)['’](?:d|ll|s)\b|(?<=\b[Ss]he)['’](?:d|ll|s)\b")
"""`he'd`, which is one word to a reader of summaries."""
IT = "it"
"""Of whom no pronoun was seen that is a person's: no `he` means one."""

MOST_READ = 1 << 14
"""So many pages, or stories, are kept as they were read: finding the nearest story reads each of a
thousand anew for everybody whom a summary names."""


@dataclass(frozen=True, slots=True)
class Swap:
    """How a star is called in a story, and what becomes of it."""

    story: ReadyMade
    old: str
    """`he` or `she`; `it` if the story calls its star neither."""
    new: str
    doubtful: tuple[int, ...]
    """Pages on which a pronoun may mean the star or somebody else."""
    unnamed: tuple[int, ...]
    """Pages on which one stands before anybody whom it may mean was named."""
    unnamed_is: int
    """Whom these mean: 0 for who is swapped, 1 for the star, NOBODY if that is not known."""
    sexes: tuple[str, ...]
    own: tuple[str, ...]
    """What the star may be called besides its name, in the text as it was and as it is told."""

    @property
    def possible(self) -> bool:
        """Whether the star can be called as the hero is, or is called so already."""
        return not self.due or not (self.doubtful or "they" in (self.old, self.new))

    @property
    def certain(self) -> bool:
        """Whether that is so, and nobody else is called otherwise by it."""
        known = self.unnamed_is != NOBODY or not self.unnamed
        return not self.due or (self.possible and known)

    @property
    def due(self) -> bool:
        return bool(self.old != IT and self.new and self.old != self.new)

    def __call__(self, text: str) -> str:
        """A masked text with the star's pronouns as the hero's; as it is if that cannot be."""
        if not self.due or not self.possible:
            return text
        spoken = dict(zip(map(str.lower, PRONOUNS), SPOKEN[self.new], strict=True))
        for start, end, form, who in reversed(list(_read(text, self.old, self.sexes, self.own))):
            if (self.unnamed_is if who == NOBODY else who) == 0:
                shown = text[start:end]
                word = spoken[form]
                new = word.upper() if shown.isupper() and len(shown) > 1 else word
                new = new.capitalize() if shown[0].isupper() and new.islower() else new
                text = f"{text[:start]}{new}{text[end:]}"
        return text


def swap_of(story: ReadyMade, hero: Hero, *, is_star: bool = True) -> Swap:
    """What has to be done for the first of the cast to be called as `hero` is.

    Who is no star stands first and the star behind it: a page that names nobody means the star.
    """
    pages, sexes = _masked_pages(story), sexes_of(story)
    old, own = sexes[0], (*_nouns_of(story.star), hero.called, hero.species)
    meant = [{who for *_, who in _read(page, old, sexes, own)} for page in pages]
    doubtful, unnamed = (
        tuple(number for number, whom in enumerate(meant, 1) if who in whom)
        for who in (BOTH, NOBODY)
    )
    rivals = () if is_star else sexes[1:]  # a page of a star that names nobody means the star
    unnamed_is = (0, *rivals).index(old) if old in rivals[:1] else NOBODY if old in rivals else 0
    return Swap(story, old, hero.pronoun, doubtful, unnamed, unnamed_is, sexes, own)


def mask(text: str, cast: Sequence[Figure]) -> str:
    """`text` with a letter of no script for each figure's name, the longest names first."""
    for number, figure in sorted(enumerate(cast), key=lambda each: -len(each[1].name)):
        text = called(figure.name).sub(chr(FIRST + number), text)
        if figure.name.startswith("the "):
            text = called(f"T{figure.name[1:]}").sub(chr(FIRST + number), text)
    return text


@lru_cache(maxsize=MOST_READ)
def _masked_pages(story: ReadyMade) -> tuple[str, ...]:
    return tuple(mask(page.text, story.cast) for page in story.pages)


def _read(
    text: str, sex: str, sexes: Sequence[str], own: Sequence[str]
) -> Iterator[tuple[int, int, str, int]]:
    """The pronouns of `sex` in a masked text: from, to, which, and whom they mean.

    That is a figure's number, NOBODY before anybody was named who may be, or BOTH if star and
    somebody else were. `the dog` is the star if its `own` nouns have it, and a stranger if not.
    """
    named = list(_mentions(text, sexes, own))
    for start, end, form, said in _pronouns_in(text):
        if said != sex:
            continue
        may = [who for at, who, its in named if at < start and its in ("", sex)]
        if 0 in may and any(may):
            who = BOTH if _rival_is_near(may) else 0
        else:
            who = may[-1] if may else NOBODY
        yield start, end, form, who


@lru_cache(maxsize=MOST_READ)  # a page is read once for each sex, and again for each part
def _pronouns_in(text: str) -> tuple[tuple[int, int, str, str], ...]:
    """The pronouns of a masked text, also those of `he'd`."""
    return tuple(pronouns_in(CONTRACTED.sub(lambda found: JOINT + found[0][1:], text)))


def _rival_is_near(may: Sequence[int]) -> bool:
    """Whether somebody else than the star is one of the last two who were named."""
    return any(may[-2:])


def _mentions(
    text: str, sexes: Sequence[str], own: Sequence[str]
) -> Iterator[tuple[int, int, str]]:
    """Who is named in a masked text, in its order: where, who, and what one is called by."""
    words = load_words()
    for at, number, noun in _somebody_in(text):
        if not noun:
            if number < len(sexes):
                yield at, number, sexes[number]
        elif noun in own:
            yield at, 0, sexes[0]
        else:
            yield at, STRANGER, words.sex(noun) or _sex_in_family(noun)


@lru_cache(maxsize=MOST_READ)
def _somebody_in(text: str) -> tuple[tuple[int, int, str], ...]:
    """Where somebody is named in a masked text: a figure's number, or the noun in small letters."""
    return tuple(
        (found.start(), -1, found["noun"].lower())
        if found["noun"]
        else (found.start(), ord(found[0]) - FIRST, "")
        for found in _somebody().finditer(text)
    )


@cache
def _somebody() -> re.Pattern[str]:
    """A figure's letter, or a noun for somebody behind an article: `a man with a red beard`."""
    words = load_words()
    told = {story_kind.split()[-1] for story_kind in _kinds_told()}
    nouns = {word for word in told if word.endswith(TRADES) or words.sex(word)}
    nouns |= {word for word, kind in kinds().items() if kind.sort in (ANIMAL, PERSON, FAMILY)}
    nouns |= words.lists["sex.he"] | words.lists["sex.she"] | PEOPLE
    either = "|".join(sorted(map(re.escape, nouns), key=lambda word: (-len(word), word)))
    before = r"\b(?:an?|the|another|his|her|their|our|my|that|this)\s(?:[\w-]+\s){0,2}?"
    letters = f"[{chr(FIRST)}-{chr(FIRST + 98)}]"
    return re.compile(rf"{letters}|{before}(?P<noun>{either})\b", re.IGNORECASE)


def _kinds_told() -> Iterator[str]:
    """What the figures of all stories are, in small letters."""
    for story in ready_made().values():
        for figure in story.cast:
            yield figure.kind.partition(",")[0].lower()


def _nouns_of(figure: Figure) -> tuple[str, ...]:
    """What a figure is called besides its name: its kind as told, and as the lexicon has it."""
    kind = figure.known_kind
    kind_words = figure.kind.partition(",")[0].lower()
    return (kind_words, kind_words.split()[-1], *((kind.word, kind.species) if kind else ()))


def _sex_in_family(noun: str) -> str:
    words = load_words()
    return next((sex for sex in ("she", "he") if words.has(f"family.{sex}", noun)), "")


@lru_cache(maxsize=MOST_READ)
def sexes_of(story: ReadyMade) -> tuple[str, ...]:
    """What each figure is called by: as its kind, title or the text says it, or its usual name.

    `he`, `she`, `they` for several, or `it` where nothing says it.
    """
    pages = _masked_pages(story)
    known, own = [_said_of(figure) for figure in story.cast], _nouns_of(story.star)
    count: list[Counter[str]] = [Counter() for _ in known]
    for page in pages:
        for sex in ("he", "she"):
            for *_, who in _read(page, sex, known, own):
                if 0 <= who < STRANGER:
                    count[who][sex] += 1
    words = load_words()
    return tuple(
        said or (max(seen, key=seen.__getitem__) if seen else words.usual_sex(figure.name) or IT)
        for said, seen, figure in zip(known, count, story.cast, strict=True)
    )


def _said_of(figure: Figure) -> str:
    """`he` or `she` where a figure's kind or title says it, `they` of several; else empty."""
    words, kind = load_words(), figure.known_kind
    if kind and kind.many:
        return "they"
    first = re.split(r"[ .]", figure.name.lower())[0]
    titled = next((sex for sex in ("she", "he") if words.has(f"titles.{sex}", first)), "")
    by_kind = (words.sex(word) for word in re.findall(r"[a-z]+", figure.kind.lower()))
    in_family = (
        sex
        for word in re.findall(r"[a-z]+", figure.kind.lower())
        for sex in ("she", "he")
        if words.has(f"family.{sex}", word)
    )
    return next(filter(None, (*by_kind, *in_family)), "") or titled
