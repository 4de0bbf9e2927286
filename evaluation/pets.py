"""Pets: does a taught painter draw this very pet, where it is asked to and nowhere else?"""

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle

import numpy as np

from evaluation.judge import SceneAttributes, judged, taught_judge
from evaluation.painting import paint_once, paint_share
from evaluation.records import Bench, MetricRow, MetricTable, PartResult, mean
from evaluation.sheets import contact_sheet, save_small
from storybook.hero.folder import hero_names, load_hero
from storybook.models.classifier import Classifier
from storybook.records import Event, Hero
from storybook.shard import Shard
from storybook.world import World
from training.starter.pets import PETS, Pet, new_pictures_of, world_with
from training.starter.pictures import Picture, caption

SHEET = "evaluation-pets.png"
COLUMNS, SIDE_PX = 8, 112
WAYS = {
    "by name": ("by name", True),
    "before": ("by name", False),
    "class alone": ("class alone", True),
    "class alone, before": ("class alone", False),
    "others": ("others", False),
}
"""How pictures are asked for: in which words, and whether of the painter who knows the pet."""
IS_PET, IS_NOT, LOST = 0.90, 0.10, 0.05


@dataclass(frozen=True, slots=True)
class Taught:
    """What the judge sees in pictures of one pet, all asked for the same scenes."""

    pet: Pet
    pictures: tuple[Picture, ...]
    by_name: list[SceneAttributes]
    """Asked for by token and class, from the taught painter."""
    before: list[SceneAttributes]
    """The same words to the painter before it was taught."""
    class_alone: list[SceneAttributes]
    """Asked for by class alone, from the taught painter."""
    class_before: list[SceneAttributes]
    """The same words to the painter before it was taught: it fills in a coat by itself."""
    others: list[SceneAttributes]
    """Others of the class, in coats of the world, from the painter before it was taught."""
    pixels: dict[str, np.ndarray]

    def lost(self, field: str) -> float:
        """How much less often `field` is as asked in the pet's pictures than in the others'."""
        base, taught = (
            followed(self.pictures, seen, field) for seen in (self.others, self.by_name)
        )
        return round(base - taught, 4)


def evaluate(bench: Bench) -> Generator[Event, None, PartResult]:
    """Paint each taught pet that ships in scenes that it was not taught in, and judge it."""
    judge, _ = yield from taught_judge(bench)
    found = []
    for pet in PETS:
        hero = hero_of(pet)
        if hero is not None:
            found.append((yield from look(bench, judge, pet, bench, (hero,))))
    if not found:
        return PartResult(title="Pets", tables=(), examples=("No hero with a taught pet ships.",))
    _sheet(bench, found)
    return PartResult(title="Pets", tables=(_table(found, bench),), sheets=(SHEET,))


def hero_of(pet: Pet) -> Hero | None:
    """The hero who is this pet and has an adapter."""
    heroes = (load_hero(name) for name in hero_names())
    return next((hero for hero in heroes if hero.token == pet.token and hero.adapter), None)


def is_pet(seen: Sequence[SceneAttributes], pet: Pet) -> float | None:
    """The share of pictures in which the judge sees this very pet."""
    return mean(one.coat == pet.token and one.species == pet.species for one in seen)


def followed(asked: Sequence[Picture], seen: Sequence[SceneAttributes], field: str) -> float | None:
    """The share of pictures whose `field` is as it was asked for."""
    return mean(
        getattr(wish, field) == getattr(got, field) for wish, got in zip(asked, seen, strict=True)
    )


def look(
    bench: Bench, judge: Classifier, pet: Pet, taught: Bench, cast: tuple[Hero, ...]
) -> Generator[Event, None, Taught]:
    """Ask the painter of `bench` and the taught one, that of `taught` who knows `cast`."""
    pictures = _pictures_of(pet, bench)
    prompts = _said(pictures, pet, bench.world)
    pixels = {}
    for name, (said, knows) in WAYS.items():
        who, heroes = (taught, cast) if knows else (bench, ())
        pixels[name] = yield from paint_once(who, prompts[said], heroes)
    seen = [judged(judge, each)[0] for each in pixels.values()]
    return Taught(pet, tuple(pictures), *seen, pixels)


def paint_pets_share(bench: Bench, shard: Shard) -> Iterator[Event]:
    """Paint a share of the pictures of all pets that ship, into the work."""
    for pet in PETS:
        if (hero := hero_of(pet)) is None:
            continue
        prompts = _said(_pictures_of(pet, bench), pet, bench.world)
        for said, knows in WAYS.values():
            yield from paint_share(bench, prompts[said], 1, (hero,) if knows else (), shard)


def _pictures_of(pet: Pet, bench: Bench) -> list[Picture]:
    return new_pictures_of(pet, world_with(pet, bench.world), bench.extent.pet_pictures)


def _said(pictures: Sequence[Picture], pet: Pet, world: World) -> dict[str, list[str]]:
    by_name = [caption(picture, world_with(pet, world)) for picture in pictures]
    known = [picture.but(coat=coat) for picture, coat in zip(pictures, cycle(world.coats))]
    return {
        "by name": by_name,
        "class alone": [
            words.replace(f"{pet.token} {pet.species}", pet.species) for words in by_name
        ],
        "others": [caption(picture, world) for picture in known],
    }


def _table(found: Sequence[Taught], bench: Bench) -> MetricTable:
    def row(
        what: str, values: list[float | None], aim: float, *, at_most: bool = False
    ) -> MetricRow:
        return MetricRow(what=what, values=tuple(values), aim=aim, at_most=at_most)

    def share(part: str) -> list[float | None]:
        return [is_pet(getattr(one, part), one.pet) for one in found]

    def lost(field: str) -> list[float | None]:
        return [one.lost(field) for one in found]

    return MetricTable(
        title="Share of pictures that show the pet",
        columns=tuple(f"{one.pet.token} {one.pet.species}" for one in found),
        rows=(
            row("asked for by token and class", share("by_name"), IS_PET),
            row("the same before teaching", share("before"), IS_NOT, at_most=True),
            row("asked for by class alone", share("class_alone"), IS_NOT, at_most=True),
            MetricRow(what="the same before teaching", values=tuple(share("class_before"))),
            row("action lost", lost("action"), LOST, at_most=True),
            row("place lost", lost("place"), LOST, at_most=True),
        ),
        meaning=f"{bench.extent.pet_pictures} scenes for each pet, none of which it was taught in. "
        "`lost` is how much less often the taught painter follows a prompt for the pet than the "
        "painter before follows one for others of its class.",
        aimed=tuple(range(len(found))),
    )


def _sheet(bench: Bench, found: Sequence[Taught]) -> None:
    """A row for each way of asking, for each pet."""
    rows, words = [], []
    for one in found:
        for name, pixels in one.pixels.items():
            rows.append(list(pixels[:COLUMNS]))
            words.append(
                [f"{name}: {picture.action}, {picture.place}" for picture in one.pictures[:COLUMNS]]
            )
    save_small(contact_sheet(rows, words, SIDE_PX), bench.out / SHEET)
