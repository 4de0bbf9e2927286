"""What painters were taught of heroes, and which of it a studio's painter can use."""

from collections.abc import Sequence
from pathlib import Path

from storybook.errors import HeroError
from storybook.hero.folder import hero_folder
from storybook.records import Hero


def known(cast: Sequence[Hero], painter: Path, *, exactly: bool) -> tuple[Hero, ...]:
    """The cast as a painter knows it, or the first hero's own painter in its place.

    A hero that was taught to another painter loses what it was taught, and goes by its look; with
    `exactly`, to any that is not this very one. Raises HeroError if a hero's file is missing.
    """
    from storybook.models.adapters import belongs, descends

    star = next(
        (
            hero
            for hero in cast
            if hero.painter and descends(own_painter((hero,)), painter, exactly=exactly)
        ),
        None,
    )
    place = own_painter((star,)) if star else painter

    def as_taught(hero: Hero) -> Hero:
        fits = all(belongs(path, place, exactly=exactly) for path in adapters_of((hero,)))
        if hero is star:
            return hero if fits else hero.but(adapter=None)
        if fits and not hero.painter:
            return hero
        return hero.but(adapter=None, painter=None, token=hero.token if hero.look else None)

    return tuple(as_taught(hero) for hero in cast)


def goes_by_look(hero: Hero, here: Hero) -> bool:
    """Whether a hero that was taught is `here`, as a painter knows it, drawn by its look alone."""
    return (hero.painter, hero.adapter) != (here.painter, here.adapter)


def adapters_of(cast: Sequence[Hero]) -> list[Path]:
    """The adapters of the heroes that have one; raises HeroError if one is missing."""
    return [_there(hero, hero.adapter, "adapter") for hero in cast if hero.adapter]


def own_painter(cast: Sequence[Hero]) -> Path | None:
    """The painter of the first hero that has its own; raises HeroError if it is missing."""
    own = next((hero for hero in cast if hero.painter), None)
    return None if own is None else _there(own, own.painter, "painter")


def _there(hero: Hero, name: str, what: str) -> Path:
    path = hero_folder(hero.folder or hero.name) / name
    if not path.exists():
        raise HeroError(f"{path} is missing: the hero's hero.toml names it as its {what}.")
    return path
