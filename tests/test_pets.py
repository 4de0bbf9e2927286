import numpy as np
import pytest
from PIL import Image

from evaluation.judge import SceneAttributes, with_pets
from evaluation.pets import _said, hero_of, is_pet
from storybook.config import shipped
from storybook.hero.folder import hero_folder
from storybook.models.weights import weights_digest
from storybook.world import load_world
from tiny_taught import origin_in
from training.starter.artist import draw
from training.starter.pets import (
    PETS,
    SIZE_PX,
    class_pictures,
    class_words,
    new_pictures_of,
    pictures_of,
    world_with,
)
from training.starter.pictures import caption

WORLD = load_world(shipped("assets", "starter", "painter"))
"""Pets are drawn and described in the words of the painter that is taught them."""


@pytest.mark.parametrize("pet", PETS, ids=lambda pet: pet.token)
def test_pictures_of_a_pet_show_it_alone_in_all_the_world_offers(pet):
    known = world_with(pet, WORLD)
    shown = pictures_of(pet, known)
    assert 20 <= len(shown) <= 30
    for field in ("action", "place", "light", "shot", "style"):
        assert {getattr(picture, field) for picture in shown} == set(getattr(WORLD, f"{field}s"))
    for picture in shown:
        assert f" {pet.token} {pet.species} {picture.action}" in caption(picture, known)
        assert not picture.companions
    others = class_pictures(pet, WORLD)
    assert {picture.coat for picture in others} == set(WORLD.coats)
    assert {picture.species for picture in others} == {pet.species}


@pytest.mark.parametrize("pet", PETS, ids=lambda pet: pet.token)
def test_what_is_shipped_is_what_is_drawn(pet):
    known = world_with(pet, WORLD)
    others = list(enumerate(class_pictures(pet, WORLD), start=1))
    for folder, pictures, words in (
        (
            f"{pet.token}-{pet.species}",
            own := pictures_of(pet, known),
            [caption(each, known) for each in own],
        ),
        (
            pet.species,
            [each for _, each in others],
            [class_words(number, each, WORLD) for number, each in others],
        ),
    ):
        files = sorted((shipped("assets", "pets") / folder).glob("*.jpg"))
        assert len(files) == len(pictures)
        for file, said in zip(files, words, strict=True):
            assert file.with_suffix(".txt").read_text(encoding="utf-8").strip() == said
        for file, picture in list(zip(files, pictures, strict=True))[::6]:
            drawn = np.asarray(draw(picture, known, SIZE_PX), float)
            assert np.abs(np.asarray(Image.open(file), float) - drawn).mean() < 4


def test_half_of_the_class_is_called_by_its_class_alone():
    for pet in PETS:
        said = [class_words(n, each, WORLD) for n, each in enumerate(class_pictures(pet, WORLD), 1)]
        bare = [words for words in said if f" of a {pet.species} " in words]
        assert len(bare) == len(said) // 2
        assert not any(pet.token in words for words in said)


def test_a_pet_is_taken_for_no_other():
    for pet in PETS:
        known = world_with(pet, WORLD)
        picture = pictures_of(pet, known)[0].but(shot="close", light="day", style="gouache")
        own = np.asarray(draw(picture, known, 64), float)
        for coat in WORLD.coats:
            other = np.asarray(draw(picture.but(coat=coat), known, 64), float)
            assert np.abs(own - other).mean() > 4, coat


@pytest.mark.parametrize("pet", PETS, ids=lambda pet: pet.token)
def test_a_pet_is_evaluated_in_scenes_that_it_was_not_taught_in(pet):
    known = world_with(pet, WORLD)
    taught = {(each.action, each.place) for each in pictures_of(pet, known)}
    new = new_pictures_of(pet, known, 66)
    assert len(new) == 66
    assert not {(each.action, each.place) for each in new} & taught
    said = _said(new, pet, WORLD)
    assert all(f"{pet.token} {pet.species}" in words for words in said["by name"])
    assert not any(pet.token in words for words in said["class alone"] + said["others"])


@pytest.mark.parametrize("pet", PETS, ids=lambda pet: pet.token)
def test_the_pets_that_ship_were_taught_on_the_painter_that_ships(pet):
    hero = hero_of(pet)
    adapter = hero_folder(hero.name) / hero.adapter
    origin = origin_in(adapter)
    assert (origin.token, origin.class_word) == (pet.token, pet.species)
    assert origin.base_digest == weights_digest(shipped("assets", "starter", "painter"))
    assert hero.words == f"{pet.token} {pet.species}"


def test_a_pet_is_its_kind_in_its_coat():
    seen = [
        SceneAttributes(species="cat", coat="bhna"),
        SceneAttributes(species="dog", coat="bhna"),
        SceneAttributes(species="cat", coat="grey"),
        SceneAttributes(species="cat", coat="bhna"),
    ]
    assert is_pet(seen, PETS[0]) == 0.5
    assert set(PETS[0].coat) == set(with_pets(WORLD).coats[PETS[0].token])
