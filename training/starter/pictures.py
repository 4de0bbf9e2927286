"""What one picture of the drawn world shows, and how it is said."""

import random

from storybook.errors import ConfigError, nearest
from storybook.records import Record
from storybook.world import World, article, picture_words

WITH_COMPANION, WITH_THING = 0.25, 0.55
KEEPS_WORD, DROPS_PART, SHUFFLES = 0.6, 0.15, 0.5


class Picture(Record):
    """All that a picture shows, in keys of the table; `seed` decides what captions leave open."""

    species: str
    coat: str
    action: str
    mood: str
    place: str
    light: str
    shot: str
    thing: str | None = None
    companion: tuple[str, str] | None = None
    """Species and coat of a second animal beside the star."""
    style: str
    seed: int


def random_picture(world: World, rng: random.Random) -> Picture:
    """A picture with each attribute drawn evenly from the table.

    About a quarter have a companion, about 55 in 100 a thing; `holding` always has one.
    """
    action = rng.choice(list(world.actions))
    species, coat = rng.choice(list(world.species)), rng.choice(list(world.coats))
    others = [key for key in world.species if key != species]
    coats = [key for key in world.coats if key != coat]
    has_companion = rng.random() < WITH_COMPANION
    # `holding` is one action of eight, so the others carry a thing a little less often.
    loose = (WITH_THING - 1 / len(world.actions)) / (1 - 1 / len(world.actions))
    has_thing = action == "holding" or rng.random() < loose
    return Picture(
        species=species,
        coat=coat,
        action=action,
        mood=rng.choice(list(world.moods)),
        place=rng.choice(list(world.places)),
        light=rng.choice(list(world.lights)),
        shot=rng.choice(list(world.shots)),
        thing=rng.choice(list(world.things)) if has_thing else None,
        companion=(rng.choice(others), rng.choice(coats)) if has_companion else None,
        style=rng.choice(list(world.styles)),
        seed=rng.randrange(2**31),
    )


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
        mood=_spoken_mood(picture),
        companion=_animal(picture.companion) if picture.companion else "",
    )


def spoken_caption(picture: Picture, world: World, rng: random.Random) -> str:
    """The picture in other words and orders, with light, mood and shot left out at times.

    Whatever is mentioned is drawn; star, action, place, thing and companion are always mentioned.
    Raises ConfigError for a picture whose words are not in the table.
    """
    _require_known(picture, world)
    star = article(_said_animal(world, picture.species, picture.coat, rng))
    doing = f"{star} {picture.action}"
    if picture.thing:
        joint = " " if picture.action == "holding" else " with "
        doing += joint + article(_said(world, "things", picture.thing, rng))
    parts = [f"in the {_said(world, 'places', picture.place, rng)}"]
    if picture.companion:
        friend = article(_said_animal(world, *picture.companion, rng))
        parts.append(f"{rng.choice(['beside', 'next to'])} {friend}")
    shot = rng.choice([f"{picture.shot} view", *world.shots[picture.shot].words])
    optional = [_said(world, "lights", picture.light, rng), _spoken_mood(picture), shot]
    parts += [part for part in optional if part and rng.random() >= DROPS_PART]
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


def _animal(animal: tuple[str, str]) -> str:
    species, coat = animal
    return f"{coat} {species}"


def _said_animal(world: World, species: str, coat: str, rng: random.Random) -> str:
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
    friend = picture.companion or (picture.species, picture.coat)
    for section, word in (
        ("species", picture.species),
        ("species", friend[0]),
        ("coats", picture.coat),
        ("coats", friend[1]),
        ("actions", picture.action),
        ("moods", picture.mood),
        ("places", picture.place),
        ("lights", picture.light),
        ("shots", picture.shot),
        ("styles", picture.style),
        *((("things", picture.thing),) if picture.thing else ()),
    ):
        choices = getattr(world, section)
        if word not in choices:
            raise ConfigError(f"The world has no {word!r} in {section}. {nearest(word, choices)}")
