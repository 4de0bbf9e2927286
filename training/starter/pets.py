"""Two pets that the world does not know, drawn like photos of them: ground for teaching.

A teaching needs pictures of a pet with captions, and pictures of others of its class. These are
drawn, so that what a taught painter should make of them is known.

    python -m training.starter.pets [FOLDER]
"""

import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path
from random import Random

from storybook.world import Coat, World, load_world
from training.starter.artist import draw
from training.starter.pictures import Picture, caption, random_picture

ASSETS = Path(__file__).parents[2] / "assets"
COUNT = 24
SIZE_PX = 256


@dataclass(frozen=True, slots=True)
class Pet:
    """A pet with a look of its own; `token` is the rare word that a painter learns for it."""

    token: str
    species: str
    coat: Coat


# Marks in large patches: of small spots on a face the starter's painter makes a blur.
PETS = (
    Pet("bhna", "cat", Coat(base="#6687b5", mark="#f3ece0", pattern="chest", scarf="#f0b429")),
    Pet("ohwx", "dog", Coat(base="#b4532a", mark="#f6ead8", pattern="chest", scarf="#2f6fd0")),
)


def pictures_of(pet: Pet, world: World, count: int = COUNT) -> list[Picture]:
    """Pictures of the pet alone, spread evenly over actions, places, lights, shots and styles.

    Its token stands where a coat does, so that captions say `a bhna cat sitting`.
    """
    return _spread(f"{pet.token} {pet.species}", world, count, species=pet.species, coat=pet.token)


def new_pictures_of(pet: Pet, world: World, count: int) -> list[Picture]:
    """As `pictures_of`, of scenes (an action in a place) that none of those shows."""
    taught = {(picture.action, picture.place) for picture in pictures_of(pet, world)}
    shown = _spread(
        f"new {pet.token} {pet.species}", world, 4 * count, species=pet.species, coat=pet.token
    )
    return [each for each in shown if (each.action, each.place) not in taught][:count]


def class_pictures(pet: Pet, world: World, count: int = COUNT) -> list[Picture]:
    """Pictures of others of its kind, in every coat of the world."""
    shown = _spread(pet.species, world, count, species=pet.species)
    return [
        picture.but(coat=coat) for picture, coat in zip(shown, cycle(world.coats), strict=False)
    ]


def class_words(number: int, picture: Picture, world: World) -> str:
    """The caption of the class picture `number`; every other one leaves the coat open.

    A painter that is told of grey and brown cats only while it is taught takes `a cat` for the pet.
    """
    words = caption(picture, world)
    if number % 2:
        return words
    return re.sub(rf"\ban? {picture.coat} {picture.species}\b", f"a {picture.species}", words)


def world_with(pet: Pet, world: World) -> World:
    """The world with the pet's look as one coat more, named by its token."""
    return world.but(coats={**world.coats, pet.token: pet.coat})


def draw_pets(folder: Path, world: World) -> None:
    """Write `bhna-cat/01.jpg` with `01.txt` and so on, and a folder of each class, `cat/`."""
    for pet in PETS:
        known = world_with(pet, world)
        shown = [(each, caption(each, known)) for each in pictures_of(pet, known)]
        _write(folder / f"{pet.token}-{pet.species}", shown, known)
        others = [
            (each, class_words(number, each, world))
            for number, each in enumerate(class_pictures(pet, world), start=1)
        ]
        _write(folder / pet.species, others, world)


def _spread(seed: str, world: World, count: int, **fixed: str) -> list[Picture]:
    rng = Random(seed)
    columns = {}
    for field in ("action", "place", "light", "shot", "style"):
        keys = list(islice(cycle(getattr(world, f"{field}s")), count))
        rng.shuffle(keys)
        columns[field] = keys
    shown = []
    for values in zip(*columns.values(), strict=True):
        wanted = dict(zip(columns, values, strict=True))
        # Any picture with this action, since some actions need a thing or rule out a mood.
        while (picture := random_picture(world, rng)).action != wanted["action"]:
            pass
        shown.append(picture.but(**wanted, **fixed, companions=()))
    return shown


def _write(folder: Path, shown: Sequence[tuple[Picture, str]], world: World) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for number, (picture, words) in enumerate(shown, start=1):
        path = folder / f"{number:02d}.jpg"
        draw(picture, world, SIZE_PX).save(path, quality=92)
        path.with_suffix(".txt").write_text(words + "\n", encoding="utf-8")


if __name__ == "__main__":
    # In the words of the painter that is taught them, which may not know all of today's world.
    taught = load_world(ASSETS / "starter" / "painter")
    draw_pets(Path(sys.argv[1]) if len(sys.argv) > 1 else ASSETS / "pets", taught)
