"""A ready-made story as a book's story: told about a hero, with a cast that a painter can draw."""

from collections.abc import Iterator
from random import Random

from storybook.ready_made.collection import Figure, ReadyMade
from storybook.ready_made.companions import Companions, as_played, with_companions
from storybook.ready_made.pronouns import IT, sexes_of
from storybook.ready_made.recast import Recast, as_it_stands, recast
from storybook.records import Departure, Hero, Story
from storybook.story.parts import NATURAL
from storybook.summary.lexicon import ANIMAL, CRAWLER, FAMILY, PERSON
from storybook.world import World, article

ADULTS = {"she": "grandmother", "he": "grandfather"}
CHILDREN = {"she": "girl", "he": "boy"}
"""The drawn world's people, by what one is called: it has no others."""
YOUNG_FAMILY = frozenset(
    ("sister", "brother", "daughter", "son", "niece", "nephew", "cousin", "twin", "baby", "child")
)
MOST_NAME = 40
"""Letters of a hero's name, as its record allows."""


def tell_ready_made(
    story: ReadyMade, heroes: tuple[Hero, ...], world: World, *, limited: bool
) -> Story:
    """The story as a book tells it, the first of `heroes` in its star's part, or its own star.

    The others take the parts of its other figures, as far as there are any for them.
    With `limited` a painter draws the world's species and people only: who is none is drawn as the
    one that stands for it, or not at all, which are departures. The words stay as they are.
    Raises ConfigError if the hero cannot take the part.
    """
    hero = heroes[0] if heroes else None
    retold = recast(story, hero) if hero else as_it_stands(story)
    told = as_played(story, retold, hero) if hero else story
    others = with_companions(told, heroes[1:])
    if hero:
        star = hero.but(pronoun=hero.pronoun or _pronoun(retold.pronoun))
    else:
        star = _own_star(story, world, limited=limited)
    departures = list(_departures(story, retold, others, heroes, limited=limited))
    cast = [star]
    for place, (figure, sex) in enumerate(zip(story.cast, sexes_of(story), strict=True)):
        if place == 0:
            continue
        if companion := others.played.get(place):
            cast.append(companion.but(pronoun=companion.pronoun or _pronoun(sex)))
            continue
        one = _drawn(figure, sex, world, story.id) if limited else _as_it_is(figure, sex)
        if one is None:
            says = f"{_capital(figure.name)} is told of but cannot be drawn: no {figure.kind} is."
            departures.append(Departure(kind="person", text=says))
            continue
        cast.append(one)
        if limited and (says := _stand_in(figure, one)):
            departures.append(Departure(kind="animal", text=says))
    return Story(
        title=others.story.title,
        paragraphs=tuple(page.text for page in others.story.pages),
        cast=tuple(cast),
        departures=tuple(departures),
        heroes=(),
        pictures=tuple(page.picture for page in others.story.pages),
        told_by=teller(story, hero),
    )


def teller(story: ReadyMade, hero: Hero | None) -> str:
    """Whose telling it is, for the last page of a book: no writer of the studio's."""
    part = f", {hero.name} in {story.star.name}'s part" if hero else ""
    return f"a large language model, asked by this project: its ready-made story {story.id}{part}"


def _departures(
    story: ReadyMade,
    retold: Recast,
    others: Companions,
    heroes: tuple[Hero, ...],
    *,
    limited: bool,
) -> Iterator[Departure]:
    """Where the story about the heroes is not what its own pages say."""
    if heroes:
        yield Departure(kind="part", text=retold.line)
    for place, other in others.played.items():
        yield Departure(kind="part", text=f"{other.name} plays {story.cast[place].name}.")
    for other in others.without:
        says = f"{other.name} does not play: the story has no part that suits."
        yield Departure(kind="person", text=says)
    kind = story.star.known_kind
    if limited and not heroes and kind and not kind.drawn:
        says = f"No {kind.word} can be drawn: {article(kind.species)} stands for it."
        yield Departure(kind="animal", text=says)


def _own_star(story: ReadyMade, world: World, *, limited: bool) -> Hero:
    """The story's own star as somebody who can be drawn: a thing or a person is an animal then."""
    figure, sex = story.star, sexes_of(story)[0]
    own = _drawn(figure, sex, world, story.id) if limited else _as_it_is(figure, sex)
    if own is None or (limited and own.species in world.people):
        rng = Random(story.id)
        species = rng.choice(sorted(world.species))
        own = Hero(
            name=figure.name[:MOST_NAME],
            species=species,
            look=_coat(figure, species, world, story.id),
            pronoun=_pronoun(sex),
            kind=figure.kind.partition(",")[0],
        )
    return own


def _drawn(figure: Figure, sex: str, world: World, seed: str) -> Hero | None:
    """A figure as the drawn world has it; None where nothing of it stands for such a one."""
    kind = figure.known_kind
    if kind is None or kind.sort == CRAWLER:
        return None
    species = kind.species
    if kind.sort == FAMILY:
        known = CHILDREN if YOUNG_FAMILY.intersection(figure.kind.split()) else ADULTS
        species = known.get(sex, "")
    if species not in (*world.species, *world.people):
        return None
    look = "" if species in world.people else _coat(figure, species, world, seed)
    name = figure.name[:MOST_NAME]
    return Hero(name=name, species=species, look=look, pronoun=_pronoun(sex))


def _as_it_is(figure: Figure, sex: str) -> Hero:
    """A figure for a painter of anything: its kind, and the first thing that its look says.

    Of people that is what they wear, which does not stand before a noun, so it is left to the line.
    """
    look, kind = figure.look.partition(",")[0].partition(" with ")[0].strip(), figure.known_kind
    if kind is None or kind.sort != ANIMAL:
        look = ""
    name = figure.name[:MOST_NAME]
    return Hero(name=name, species=figure.kind, look=look, pronoun=_pronoun(sex))


def _coat(figure: Figure, species: str, world: World, seed: str) -> str:
    """The world's coat that a figure's look says first; else its kind's usual one, or any."""
    found = world.find("coats", figure.look)
    usual = NATURAL.get(species) or Random(f"{seed} {figure.name}").choice(sorted(world.coats))
    return found[0] if found else usual


def _stand_in(figure: Figure, one: Hero) -> str:
    """What is drawn in place of a figure whose kind the world lacks; empty where it has it."""
    kind = figure.known_kind
    if kind is None or (kind.sort in (ANIMAL, PERSON) and kind.drawn):
        return ""
    return f"{_capital(figure.name)}, {article(figure.kind)}, is drawn as {article(one.species)}."


def _pronoun(sex: str) -> str:
    return "" if sex == IT else sex


def _capital(name: str) -> str:
    return name[:1].upper() + name[1:]
