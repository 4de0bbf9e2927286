"""What one picture of the drawn world shows, and how it is said."""

import random
from typing import Literal

from storybook.errors import ConfigError, nearest
from storybook.records import Record
from storybook.world import (
    NEEDS_THING,
    Composition,
    World,
    article,
    doing_words,
    picture_words,
    where_words,
)

COMPANIONS = (0.68, 0.24, 0.08)
"""How often the star is alone, with one companion, with two."""
A_PERSON = 0.4
WITH_THING = 0.5
KEEPS_WORD, DROPS_PART, SHUFFLES = 0.6, 0.15, 0.5
DROPS_COMPOSITION = 0.6
"""How often free words leave a word of the composition out, as those of books mostly do."""
CONTENT = ("sleeping", "cheering")
"""Actions that are done in one mood only."""


class Picture(Record):
    """All that a picture shows, in keys of the table."""

    species: str
    coat: str
    action: str
    mood: str
    place: str
    light: str
    shot: str
    thing: str | None = None
    relation: str = "with"
    """How the star is placed to the thing, unless the action says it."""
    companions: tuple[tuple[str, str], ...] = ()
    """Species and coat of up to two animals beside the star; a person has no coat."""
    style: str
    view: str = "front"
    """From where the place is seen."""
    pose: str = "calm"
    """In which of its two ways the star does what it does."""
    side: Literal["left", "right"] = "left"
    """Where the star stands, where there is room to choose."""
    facing: Literal["left", "right"] = "right"
    """Where the star looks; in company it looks at who is beside it."""


def random_picture(world: World, rng: random.Random) -> Picture:
    """A picture with each attribute drawn evenly from the table.

    About half have a thing; `holding` and `chasing` always do, two companions leave no room for
    one that lies about.
    """
    action = rng.choice(list(world.actions))
    species, coat = rng.choice(list(world.species)), rng.choice(list(world.coats))
    count = rng.choices(range(len(COMPANIONS)), COMPANIONS)[0]
    if action == "chasing":
        count = min(count, 1)
    companions = _random_companions(world, (species, coat), count, rng)
    thing, relation = None, "with"
    if action in NEEDS_THING:
        thing = rng.choice(list(world.things))
    elif count < 2 and rng.random() < WITH_THING:
        thing = rng.choice(list(world.things))
        relation = rng.choice(world.possible_relations(action, thing))
    picture = Picture(
        species=species,
        coat=coat,
        action=action,
        mood=rng.choice(list(world.moods)) if action not in CONTENT else "happy",
        place=rng.choice(list(world.places)),
        light=rng.choice(list(world.lights)),
        shot=rng.choice(list(world.shots)),
        thing=thing,
        relation=relation,
        companions=companions,
        style=rng.choice(list(world.styles)),
        side=rng.choice(["left", "right"]),
    )
    if not world.views:
        return picture
    return picture.but(
        view=rng.choice(list(world.views)),
        pose=rng.choice(list(world.poses)),
        facing=rng.choice(["left", "right"]) if not companions else "right",
    )


def _random_companions(
    world: World, star: tuple[str, str], count: int, rng: random.Random
) -> tuple[tuple[str, str], ...]:
    """Companions that share neither kind nor coat with the star or with one another."""
    chosen: list[tuple[str, str]] = []
    for _ in range(count):
        kinds, coats = zip(star, *chosen, strict=True)
        if rng.random() < A_PERSON:
            chosen.append((rng.choice([key for key in world.people if key not in kinds]), ""))
        else:
            kind = rng.choice([key for key in world.species if key not in kinds])
            chosen.append((kind, rng.choice([key for key in world.coats if key not in coats])))
    return tuple(chosen)


def caption(picture: Picture, world: World) -> str:
    """The picture in the table's own words, as `describe` asks for one.

    Raises ConfigError for a picture whose words are not in the table.
    """
    _require_known(picture, world)
    return picture_words(
        style=picture.style,
        star=f"{picture.coat} {picture.species}",
        action=picture.action,
        place=picture.place,
        light=picture.light,
        shot=picture.shot,
        thing=picture.thing or "",
        relation=picture.relation,
        mood=_spoken_mood(picture),
        companions=[f"{coat} {kind}".strip() for kind, coat in picture.companions],
        composition=composition_of(picture, world),
    )


def composition_of(picture: Picture, world: World) -> Composition:
    """How the picture is composed, as far as the world has words for it."""
    if not world.views:
        return Composition()
    return Composition(
        view=picture.view, pose=picture.pose, side=picture.side, facing=picture.facing
    )


def spoken_caption(picture: Picture, world: World, rng: random.Random) -> str:
    """The picture in other words and orders, with light, mood and shot left out at times.

    Whatever is mentioned is drawn; star, action, place, thing and companions are always mentioned.
    Raises ConfigError for a picture whose words are not in the table.
    """
    _require_known(picture, world)
    star = article(_said_animal(world, picture.species, picture.coat, rng))
    thing = _said(world, "things", picture.thing, rng) if picture.thing else ""
    doing = f"{star} {doing_words(picture.action, picture.relation, thing)}"
    parts = [where_words(_said(world, "places", picture.place, rng), picture.view)]
    if picture.companions:
        friends = [
            article(_said_animal(world, kind, coat, rng)) for kind, coat in picture.companions
        ]
        parts.append(f"{rng.choice(['beside', 'next to'])} {' and '.join(friends)}")
    shot = rng.choice([f"{picture.shot} view", *world.shots[picture.shot].words])
    optional = [_said(world, "lights", picture.light, rng), _spoken_mood(picture), shot]
    parts += [part for part in optional if part and rng.random() >= DROPS_PART]
    composed = composition_of(picture, world).words
    parts += [part for part in composed if rng.random() >= DROPS_COMPOSITION]
    if rng.random() < SHUFFLES:
        rng.shuffle(parts)
    style = _said(world, "styles", picture.style, rng)
    return rng.choice(
        [
            ", ".join([f"{style} of {doing}", *parts]),
            ", ".join([doing, *parts, style]),
            ", ".join([style, doing, *parts]),
        ]
    )


def _spoken_mood(picture: Picture) -> str:
    """A happy face goes without saying."""
    return "" if picture.mood == "happy" else picture.mood


def _said_animal(world: World, species: str, coat: str, rng: random.Random) -> str:
    if not coat:
        return _said(world, "people", species, rng)
    return f"{_said(world, 'coats', coat, rng)} {_said(world, 'species', species, rng)}"


def _said(world: World, section: str, key: str, rng: random.Random) -> str:
    """`key`, or one of its words that is singular and means nothing in another section."""
    if rng.random() < KEEPS_WORD:
        return key
    others = [name for name in type(world).model_fields if name != section]
    words = [
        word
        for word in getattr(world, section)[key].words
        if not word.endswith("s") and not any(world.find(other, word) for other in others)
    ]
    return rng.choice([key, *words])


def _require_known(picture: Picture, world: World) -> None:
    for section, word in (
        ("species", picture.species),
        ("coats", picture.coat),
        ("actions", picture.action),
        ("moods", picture.mood),
        ("places", picture.place),
        ("lights", picture.light),
        ("shots", picture.shot),
        ("styles", picture.style),
        ("relations", picture.relation),
        *((("views", picture.view), ("poses", picture.pose)) if world.views else ()),
        *((("things", picture.thing),) if picture.thing else ()),
        *(("species" if coat else "people", kind) for kind, coat in picture.companions),
        *(("coats", coat) for _, coat in picture.companions if coat),
    ):
        choices = getattr(world, section)
        if word not in choices:
            raise ConfigError(f"The world has no {word!r} in {section}. {nearest(word, choices)}")
