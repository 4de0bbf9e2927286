"""A ready-made story about another hero: name, kind, coat and pronouns of its star give way.

Words alone are changed, in the text and in what the pictures show. What would have to be told anew
is left as it is, and said.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from storybook.errors import ConfigError
from storybook.ready_made.collection import ReadyMade, ReadyMadePage
from storybook.ready_made.parts import is_same_kind, obstacle
from storybook.ready_made.pronouns import FIRST, IT, Swap, mask, sexes_of, swap_of
from storybook.records import Hero
from storybook.summary import called
from storybook.summary.lexicon import Kind, load_words, plural
from storybook.summary.rewording import Edit, reworded

YOUNG: dict[str, tuple[str, ...]] = {
    "cat": ("kitten", "kitty"),
    "dog": ("puppy", "pup"),
    "rabbit": ("bunny",),
    "fox": ("fox cub", "cub"),
    "bear": ("bear cub", "cub"),
}
"""What young ones of a species are called, the usual word first."""
COLOURS = (
    "orange|ginger|marmalade|red|grey|gray|silver|black|white|snowy|brown|chestnut|chocolate|tan|"
    "golden|gold|cream|yellow|sandy|honey-coloured|tabby|striped|stripy|spotted|speckled|blue"
)
COAT = rf"(?:\b(?:{COLOURS})(?:,? and |, | |-and-|-))+"
"""A coat as it stands before a noun: `black and white `."""
PARTS = (
    "fur|coat|tail|paws?|ears?|nose|chest|tummy|back|belly|whiskers|face|bib|socks|feet|foot|head|"
    "legs?|muzzle"
)
MARKS = ("stripes", "spots")
"""What a coat may have besides colours."""
NO_BREED = frozenset(("stray", "boxer", "setter", "pointer", "bun", "lop", "cub", "cavalier"))
"""Words of the lexicon for a breed that mean something else as often."""


@dataclass(frozen=True, slots=True)
class Recast:
    """A story as it is told about a hero."""

    title: str
    summary: str
    pages: tuple[ReadyMadePage, ...]
    pronoun: str
    """What the star is called by in it: the hero's, unless that could not be told."""
    changed: tuple[str, ...]
    """What gave way, such as `Mango becomes Rex`."""
    left: tuple[str, ...]
    """What was left as it is, and why."""

    @property
    def line(self) -> str:
        """What was changed and what could not be, in one line."""
        return ". ".join(("; ".join(self.changed) or "Nothing had to be changed", *self.left)) + "."


def recast(story: ReadyMade, hero: Hero) -> Recast:
    """The story with `hero` in its star's part; raises ConfigError if it cannot take it."""
    if why := obstacle(story, hero):
        raise ConfigError(
            f"{hero.name} cannot star in {story.id}, “{story.title}”: {why}. Stories that "
            f"{hero.name} can star in: storybook stories --hero {hero.folder or hero.name.lower()}"
        )
    return recast_part(story, hero)


def recast_part(story: ReadyMade, hero: Hero, *, is_star: bool = True) -> Recast:
    """As `recast`, for who is known to suit the part of the first of the story's cast."""
    new_kind = not is_same_kind(story, hero)
    edit, swap = (
        _Words(story, hero, new_kind=new_kind),
        swap_of(story, hero, is_star=is_star),
    )
    texts = [swap(edit(page.text)) for page in story.pages]
    pictures = [swap(edit(page.picture)) for page in story.pages]
    return Recast(
        title=edit.named(edit(story.title)),
        summary=edit.named(swap(edit(_with_capital(story)))),
        pages=tuple(
            ReadyMadePage(text=edit.named(text), picture=edit.named(picture))
            for text, picture in zip(texts, pictures, strict=True)
        ),
        pronoun=(hero.pronoun or swap.old) if swap.possible else swap.old,
        changed=tuple(_changed(edit, swap)),
        left=tuple(_left(edit, swap, texts)),
    )


def as_it_stands(story: ReadyMade) -> Recast:
    """The story about its own star."""
    sex = sexes_of(story)[0]
    return Recast(story.title, story.summary, story.pages, sex if sex != IT else "", (), ())


def _with_capital(story: ReadyMade) -> str:
    """The summary with its star's name in capitals, should hurried hands have typed it small."""
    name = story.star.name
    if called(name).search(story.summary):
        return story.summary
    return called(name, re.IGNORECASE).sub(lambda _: name, story.summary)


class _Words:
    """The star's words in one story, and the hero's in place of them. Names stand masked."""

    def __init__(self, story: ReadyMade, hero: Hero, *, new_kind: bool) -> None:
        self.story, self.hero, self.new_kind = story, hero, new_kind
        self.kind = story.star.known_kind
        assert self.kind is not None, "nobody plays whom no noun is known for"
        others = {word for one in story.cast[1:] for word in colours_in(one.look)}
        self.colours = colours_in(story.star.look) - others
        """Of the star's look and of nobody else's."""
        self.breeds, own = _breeds(story, hero, self.kind), _own_nouns(story, self.kind)
        self.nouns = dict.fromkeys(self.breeds, hero.called)
        self.nouns |= _nouns(own, hero, self.kind, new_kind=new_kind)
        """What the star is called that the hero is not, by the longest first."""
        every = "|".join(map(re.escape, [*self.breeds, *own]))
        breeds = "|".join(map(re.escape, self.breeds)) or "(?!)"
        nouns = "|".join(map(re.escape, own))
        self._breed = re.compile(rf"\b(?:{breeds}) (?P<noun>(?:{nouns})\b)", re.IGNORECASE)
        self._coat = re.compile(rf"{COAT}(?P<noun>(?:{every})s?\b)", re.IGNORECASE)
        any_colour = "|".join(sorted(self.colours, key=len, reverse=True))
        coat = rf"(?:(?:{any_colour})(?:,? and | ))+" if any_colour else "(?!)"
        coat_alone = rf"(?:{any_colour})(?:,? and (?:{any_colour}))*\b" if any_colour else "(?!)"
        self._part = re.compile(rf"\b{coat}(?=(?:{PARTS})\b)", re.IGNORECASE)
        one = rf"(?:an? |the |his |her )?{coat}(?:{PARTS})\b"
        own_parts = rf",? with {one}(?: and {one})?"
        self._with = re.compile(rf"\b(?P<noun>{every}|is {coat_alone}){own_parts}", re.IGNORECASE)
        self._is = re.compile(rf"\b(?P<noun>is|was) {coat_alone}(?=[.,;!?]|$)", re.IGNORECASE)

    def __call__(self, text: str) -> str:
        """A text with the star's kind and coat as the hero's, and all names masked."""
        star, hero = self.story.star.name, self.hero.name
        if star != star.upper():
            text = called(star.upper()).sub(hero.upper(), text)
        text = mask(text, self.story.cast)
        look = f"{self.hero.look} " if self.hero.look else ""
        # `a dachshund puppy with tan paws` is a puppy, and a black one is as the hero is.
        for pattern, before in ((self._breed, ""), (self._with, ""), (self._coat, look)):
            edits = [Edit(*at.span(), f"{before}{at['noun']}") for at in pattern.finditer(text)]
            text = reworded(text, edits)
        if self.hero.look:
            text = self._is.sub(rf"\g<noun> {self.hero.look}", text)
        text = self._part.sub("", text)
        for old, new in self.nouns.items():
            edits = [
                Edit(*found.span(), _in_case(new, self._written(text, found)))
                for found in re.finditer(rf"\b{re.escape(old)}\b", text, re.IGNORECASE)
            ]
            text = reworded(text, edits)
        return text

    def _written(self, text: str, found: re.Match[str]) -> str:
        """A noun as it is written, but for a breed's capital within a sentence: `a Persian`."""
        opens = re.search(r"(?:^|[.!?…]\s|[\"“])$", text[: found.start()])
        return found[0] if opens or found[0].lower() not in self.breeds else found[0].lower()

    def named(self, text: str) -> str:
        """A masked text with all names in it, the hero's in place of the star's."""
        names = [self.hero.name, *(one.name for one in self.story.cast[1:])]
        for number, name in enumerate(names):
            letter = chr(FIRST + number)
            opening = rf"(^|[.!?…][\"”’]? |[\"“]){letter}"
            text = re.sub(opening, lambda at, n=name: f"{at[1]}{n[:1].upper()}{n[1:]}", text)
            text = text.replace(letter, name)
        return text


def colours_in(look: str) -> set[str]:
    """The words for colours in a look."""
    return {word.lower() for word in re.findall(rf"\b(?:{COLOURS})\b", look, re.IGNORECASE)}


def _breeds(story: ReadyMade, hero: Hero, kind: Kind) -> list[str]:
    """The breeds that summary and cast say the star is of, if the hero is of none, or another."""
    if not kind.drawn:
        return []
    text = f"{story.summary} {story.star.kind} {story.star.look}"
    known = load_words().lists.get(f"kinds.{kind.species}", frozenset()) - NO_BREED - {hero.kind}
    found = [each for each in known if re.search(rf"\b{re.escape(each)}\b", text, re.IGNORECASE)]
    return sorted(found, key=lambda word: (-len(word), word))


def _own_nouns(story: ReadyMade, kind: Kind) -> list[str]:
    """What a star may be called besides its name, the longest first: `fox cub`, `cub`, `fox`."""
    own = {story.star.kind.partition(",")[0].lower(), kind.word}
    if kind.drawn:
        own |= {kind.species, *YOUNG.get(kind.species, ())}
    return sorted(own, key=lambda word: (-len(word), word))


def _nouns(own: Sequence[str], hero: Hero, kind: Kind, *, new_kind: bool) -> dict[str, str]:
    """The star's `own` nouns that the hero is not called by, with the hero's in place of them."""
    found, irregular = {}, load_words().irregular
    young = () if not kind.drawn else YOUNG.get(kind.species, ())
    of_hero = YOUNG.get(hero.species, (f"little {hero.species}",))[0]
    for noun in own:
        usual = noun in (hero.called, hero.species, *young)
        if usual and not new_kind:
            continue  # a kitten's part is played by a cat, which was one
        new = of_hero if noun in young and not hero.kind else hero.called
        found[plural(noun, irregular)] = plural(new, irregular)
        found[noun] = new
    return found


def _changed(edit: _Words, swap: Swap) -> Iterator[str]:
    """What gave way, each in a few words."""
    star, hero = edit.story.star, edit.hero
    if star.name != hero.name:
        yield f"{hero.name} plays {star.name}"
    if edit.new_kind:
        yield f"{edit.kind.word} is now {hero.called}"
    if swap.due and swap.possible:
        yield f"{swap.old} is now {swap.new}"


def _left(edit: _Words, swap: Swap, texts: Sequence[str]) -> Iterator[str]:
    """What could not be changed, a sentence each without its full stop."""
    story, hero = edit.story, edit.hero
    if swap.due and not swap.possible:
        why = "somebody else is called so, too" if swap.doubtful else "its verbs would not fit"
        yield f"It calls {hero.name} {swap.old}, as it calls {story.star.name}: {why}"
    strange = sorted(edit.colours - colours_in(hero.look))
    strange += [mark for mark in MARKS if mark[:5] in story.star.look and mark[:4] not in hero.look]
    for word in strange:
        if pages := _pages_with(texts, word):
            yield f"It still says “{word}” (page {pages})"
    if story.manner == "rhyme" and (pages := _pages_that_rhymed(edit, texts)):
        yield f"A rhyme on {story.star.name} may be lost (page {pages})"


def _pages_with(texts: Sequence[str], word: str) -> str:
    pattern = re.compile(rf"(?<!\bice )\b{re.escape(word)}\b", re.IGNORECASE)  # no ice cream
    return ", ".join(str(number) for number, text in enumerate(texts, 1) if pattern.search(text))


def _pages_that_rhymed(edit: _Words, texts: Sequence[str]) -> str:
    """The pages on which the star's name or new noun ends a line, which a mark shows."""
    ends = "|".join([chr(FIRST), *(rf"\b{re.escape(new)}" for new in edit.nouns.values())])
    closing = re.compile(rf"(?:{ends})[.,;:!?]", re.IGNORECASE)
    return ", ".join(str(number) for number, text in enumerate(texts, 1) if closing.search(text))


def _in_case(new: str, old: str) -> str:
    """`new` as large as `old` is written: `Cat` makes `Dog`, `CAT` makes `DOG`."""
    if old.isupper() and len(old) > 1:
        return new.upper()
    return new[:1].upper() + new[1:] if old[:1].isupper() else new
