"""Whom `he` and `she` in a ready-made story mean, so that its star can be called otherwise.

Names stand as letters of no script here, one for each figure, the star's first. A pronoun may mean
whom its page has named before it, if that one may be called so. Where star and somebody else both
may be meant, nothing is changed in the whole story: two words for one hero would be worse.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from storybook.ready_made.collection import Figure, ReadyMade, kind_of
from storybook.records import Hero
from storybook.story.delexicalize import PRONOUNS, SPOKEN
from storybook.summary import called, pronouns_in
from storybook.summary.lexicon import load_words

FIRST = 0xE000
"""The star's letter; the other figures' follow it."""
BOTH, NOBODY = -1, -2
JOINT = "\uf8ff"
CONTRACTED = re.compile(r"(?<=\b[Hh]e)['’](?:d|ll|s)\b|(?<=\b[Ss]he)['’](?:d|ll|s)\b")
"""`he'd`, which is one word to a reader of summaries."""
IT = "it"
"""Of whom no pronoun was seen that is a person's: no `he` means one."""


@dataclass(frozen=True, slots=True)
class Swap:
    """How a star is called in a story, and what becomes of it."""

    story: ReadyMade
    old: str
    """`he` or `she`; `it` if the story calls its star neither."""
    new: str
    doubtful: tuple[int, ...]
    """Pages on which a pronoun may mean the star or somebody else."""
    sexes: tuple[str, ...]

    @property
    def possible(self) -> bool:
        """Whether the star can be called as the hero is, or is called so already."""
        return not self.due or not (self.doubtful or "they" in (self.old, self.new))

    @property
    def due(self) -> bool:
        return bool(self.old != IT and self.new and self.old != self.new)

    def __call__(self, text: str) -> str:
        """A masked text with the star's pronouns as the hero's; as it is if that cannot be."""
        if not self.due or not self.possible:
            return text
        spoken = dict(zip(map(str.lower, PRONOUNS), SPOKEN[self.new], strict=True))
        for start, end, form, who in reversed(list(_read(text, self.old, self.sexes))):
            if who in (0, NOBODY):
                said = text[start:end]
                word = spoken[form]
                new = word.upper() if said.isupper() and len(said) > 1 else word
                new = new.capitalize() if said[0].isupper() and new.islower() else new
                text = f"{text[:start]}{new}{text[end:]}"
        return text


def swap_of(story: ReadyMade, hero: Hero) -> Swap:
    """What has to be done for the star to be called as `hero` is."""
    pages, sexes = [mask(page.text, story.cast) for page in story.pages], sexes_of(story)
    old = sexes[0]
    doubtful = [
        number
        for number, page in enumerate(pages, 1)
        if any(who == BOTH for *_, who in _read(page, old, sexes))
    ]
    return Swap(story, old, hero.pronoun, tuple(doubtful), sexes)


def mask(text: str, cast: Sequence[Figure]) -> str:
    """`text` with a letter of no script for each figure's name, the longest names first."""
    for number, figure in sorted(enumerate(cast), key=lambda each: -len(each[1].name)):
        text = called(figure.name).sub(chr(FIRST + number), text)
        if figure.name.startswith("the "):
            text = called(f"T{figure.name[1:]}").sub(chr(FIRST + number), text)
    return text


def _read(text: str, sex: str, sexes: Sequence[str]) -> Iterator[tuple[int, int, str, int]]:
    """The pronouns of `sex` in a masked text: from, to, which, and whom they mean.

    That is a figure's number, NOBODY before anybody was named who may be, or BOTH if star and
    somebody else were.
    """
    for start, end, form, said in pronouns_in(_parted(text)):
        if said != sex:
            continue
        named = (ord(letter) - FIRST for letter in text[:start])
        may = [who for who in named if 0 <= who < len(sexes) and sexes[who] in ("", sex)]
        if 0 in may and any(may):
            who = BOTH if _rival_is_near(text[:start], may) else 0
        else:
            who = may[-1] if may else NOBODY
        yield start, end, form, who


def _parted(text: str) -> str:
    """`text` with a letter of no script for the apostrophe of `he'd`; as long as before."""
    return CONTRACTED.sub(lambda found: JOINT + found[0][1:], text)


def _rival_is_near(before: str, may: Sequence[int]) -> bool:
    """Whether somebody else than the star was the last to be named, or stands in this sentence."""
    return may[-1] != 0 or any(may[-2:])


def sexes_of(story: ReadyMade) -> tuple[str, ...]:
    """What each figure is called by: as its kind, title or the text says it, or its usual name.

    `he`, `she`, `they` for several, or `it` where nothing says it.
    """
    pages = [mask(page.text, story.cast) for page in story.pages]
    known = [_said_of(figure) for figure in story.cast]
    count: list[Counter[str]] = [Counter() for _ in known]
    for page in pages:
        for sex in ("he", "she"):
            for *_, who in _read(page, sex, known):
                if who >= 0:
                    count[who][sex] += 1
    words = load_words()
    return tuple(
        said or (max(seen, key=seen.__getitem__) if seen else words.usual_sex(figure.name) or IT)
        for said, seen, figure in zip(known, count, story.cast, strict=True)
    )


def _said_of(figure: Figure) -> str:
    """`he` or `she` where a figure's kind or title says it, `they` of several; else empty."""
    words, kind = load_words(), kind_of(figure)
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
