"""Whom a summary names beside its star, in the parts of a ready-made story's other figures."""

from collections.abc import Sequence
from dataclasses import dataclass

from storybook.ready_made.collection import Figure, ReadyMade
from storybook.ready_made.parts import obstacle
from storybook.ready_made.pronouns import swap_of
from storybook.ready_made.recast import Recast, recast_part
from storybook.records import Hero
from storybook.summary import called

CHILDREN = {"she": "girl", "he": "boy"}
AGES = (("girl", "boy"), ("grandmother", "grandfather"))
"""Of these one can be told as the other: a child's part is any child's."""


@dataclass(frozen=True, slots=True)
class Companions:
    """A story whose other parts are played, as far as they can be."""

    story: ReadyMade
    played: dict[int, Hero]
    """Who plays a part, by the figure's place in the cast; the star's is 0 and never here."""
    without: tuple[Hero, ...]
    """Who found none."""


def with_companions(story: ReadyMade, heroes: Sequence[Hero]) -> Companions:
    """The story with each of `heroes` in the first part that suits, of those named most often.

    An animal takes an animal's part that nothing binds to its kind, a child a child's, and nobody
    one that the story calls otherwise unless it is certain whom each of its pronouns means.
    """
    played: dict[int, Hero] = {}
    without = []
    for hero in heroes:
        for place in _by_mentions(story):
            if place not in played and (retold := _played(story, place, hero)):
                played[place] = hero
                story = _with_part(story, place, hero, retold)
                break
        else:
            without.append(hero)
    return Companions(story, played, tuple(without))


def without_part(story: ReadyMade, heroes: Sequence[Hero]) -> int:
    """How many of `heroes` no part of the story suits, by what it says as it stands."""
    free, left = set(range(1, len(story.cast))), 0
    for hero in heroes:
        place = next((place for place in sorted(free) if _suits(story, place, hero)), None)
        free.discard(place or 0)
        left += place is None
    return left


def as_anybody(story: ReadyMade, heroes: Sequence[Hero], summary: str) -> tuple[Hero, ...]:
    """`heroes`, those of whom a summary says a name alone as who finds a part in the story.

    `Anaya` may be a girl, a boy, or the animal that was guessed.
    """
    found: tuple[Hero, ...] = ()
    for hero in heroes:
        may_be = [hero]
        if not called(hero.called).search(summary.lower()):
            child = hero.but(kind="", look="")
            sexes = [hero.pronoun] if hero.pronoun in CHILDREN else CHILDREN
            may_be[:0] = [child.but(species=CHILDREN[sex], pronoun=sex) for sex in sexes]
        left = without_part(story, found)
        fits = (each for each in may_be if without_part(story, (*found, each)) == left)
        found = (*found, next(fits, hero))
    return found


def as_played(story: ReadyMade, retold: Recast, hero: Hero) -> ReadyMade:
    """The story with `hero` in its star's part, as if it had always been told so."""
    return _with_part(story, 0, hero, retold)


def _by_mentions(story: ReadyMade) -> list[int]:
    """The places of all figures but the star, whom the pages name most often first."""
    counts = [len(called(figure.name).findall(story.text)) for figure in story.cast]
    return sorted(range(1, len(counts)), key=lambda place: (-counts[place], place))


def _played(story: ReadyMade, place: int, hero: Hero) -> Recast | None:
    """The story with `hero` in the part at `place`; None if it is no part for it."""
    return (
        recast_part(_turned(story, place), hero, is_star=False)
        if _suits(story, place, hero)
        else None
    )


def _suits(story: ReadyMade, place: int, hero: Hero) -> bool:
    turned = _turned(story, place)
    kind = turned.star.known_kind
    is_person = kind is not None and kind.drawn and _are_of_an_age(kind.species, hero.species)
    if obstacle(turned, hero) and (not is_person or _is_named(turned, hero)):
        return False
    return swap_of(turned, hero, is_star=False).certain


def _are_of_an_age(one: str, other: str) -> bool:
    """Whether two kinds of people are both children, or both grown up."""
    return any(one in each and other in each for each in AGES)


def _turned(story: ReadyMade, place: int) -> ReadyMade:
    """The story with the figure at `place` first in its cast, as its star is."""
    figure = story.cast[place]
    return story.but(cast=(figure, *story.cast[:place], *story.cast[place + 1 :]))


def _is_named(story: ReadyMade, hero: Hero) -> bool:
    """Whether somebody else of a story than the first is called as `hero` is."""
    return any(called(hero.name).search(figure.name) for figure in story.cast[1:])


def _with_part(story: ReadyMade, place: int, hero: Hero, retold: Recast) -> ReadyMade:
    figures = list(story.cast)
    figures[place] = Figure(name=hero.name, kind=hero.called, look=hero.look)
    return story.but(
        title=retold.title, summary=retold.summary, pages=retold.pages, cast=tuple(figures)
    )
