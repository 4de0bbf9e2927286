"""What an author changed in a book's cast, and the cast with it."""

from collections.abc import Sequence

from storybook.records import Hero, Part


def as_wished(cast: Sequence[Hero], parts: Sequence[Part]) -> tuple[Hero, ...]:
    """The cast with each part of `parts` as its author wishes it; a part that nobody plays is none.

    >>> fox = Hero(name="Pip", species="fox", look="orange")
    >>> as_wished([fox], [Part(name="Pip", look="grey", pronoun="she")])[0].look
    'grey'
    """
    wished = {part.name: part.model_dump(exclude={"name"}) for part in parts}
    return tuple(
        hero.but(**{key: value for key, value in wished.get(hero.name, {}).items() if value})
        for hero in cast
    )


def with_part(parts: Sequence[Part], part: Part) -> tuple[Part, ...]:
    """The parts with one put in the place of that of its name; one that wishes nothing goes."""
    others = tuple(each for each in parts if each.name != part.name)
    return (*others, part) if part.look or part.pronoun else others
