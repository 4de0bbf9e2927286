import random
from collections import Counter
from pathlib import Path

import pytest

from storybook.errors import ConfigError
from storybook.world import load_world
from training.starter.pictures import Picture, caption, random_picture, spoken_caption

WORLD = load_world(Path(__file__).parents[1] / "assets")


def many(count: int, seed: int = 1) -> list[Picture]:
    rng = random.Random(seed)
    return [random_picture(WORLD, rng) for _ in range(count)]


@pytest.mark.parametrize(
    ("field", "section"),
    [
        ("species", "species"),
        ("coat", "coats"),
        ("action", "actions"),
        ("mood", "moods"),
        ("place", "places"),
        ("light", "lights"),
        ("shot", "shots"),
        ("style", "styles"),
    ],
)
def test_pictures_are_balanced_over_the_table(field, section):
    counts = Counter(getattr(picture, field) for picture in many(3000))
    keys = getattr(WORLD, section)
    assert set(counts) == set(keys)
    even = 3000 / len(keys)
    assert all(0.75 * even < count < 1.25 * even for count in counts.values())


def test_a_quarter_have_company_and_half_a_thing():
    pictures = many(3000)
    assert 0.22 < sum(p.companion is not None for p in pictures) / 3000 < 0.28
    assert 0.51 < sum(p.thing is not None for p in pictures) / 3000 < 0.59
    assert {p.thing for p in pictures} == {None, *WORLD.things}


def test_holding_always_has_a_thing():
    assert all(picture.thing for picture in many(800) if picture.action == "holding")


def test_a_companion_differs_from_the_star():
    for picture in many(500):
        if picture.companion:
            species, coat = picture.companion
            assert species != picture.species and coat != picture.coat


def test_the_same_chance_gives_the_same_pictures():
    assert many(5, seed=4) == many(5, seed=4) != many(5, seed=5)


def test_a_caption_says_it_in_the_words_of_the_table():
    picture = Picture(
        species="cat",
        coat="orange striped",
        action="holding",
        mood="sad",
        place="garden",
        light="night",
        shot="close",
        thing="kite",
        companion=("bear", "brown"),
        style="crayon",
        seed=0,
    )
    assert caption(picture, WORLD) == (
        "crayon of an orange striped cat holding a kite, beside a brown bear, in the garden, "
        "night, sad, close view"
    )
    assert "happy" not in caption(picture.but(mood="happy"), WORLD)


def test_spoken_captions_mention_what_is_drawn_and_nothing_else():
    rng = random.Random(2)
    for picture in many(600, seed=3):
        said = spoken_caption(picture, WORLD, rng)
        animals = {picture.species} | ({picture.companion[0]} if picture.companion else set())
        assert set(WORLD.find("species", said)) == animals, said
        assert WORLD.find("things", said) == ([picture.thing] if picture.thing else []), said
        assert WORLD.find("places", said) == [picture.place], said
        assert WORLD.find("styles", said) == [picture.style], said
        assert picture.action in said
        assert picture.coat in WORLD.find("coats", said)
        assert set(WORLD.find("lights", said)) <= {picture.light}, said
        assert set(WORLD.find("shots", said)) <= {picture.shot}, said
        assert all(mood == picture.mood or mood not in said for mood in WORLD.moods), said


def test_spoken_captions_vary_and_leave_parts_out():
    picture = many(1)[0].but(mood="sad")
    rng = random.Random(1)
    said = {spoken_caption(picture, WORLD, rng) for _ in range(200)}
    assert len(said) > 60
    without_mood = sum("sad" not in words for words in said) / len(said)
    assert 0.05 < without_mood < 0.35


def test_an_unknown_word_names_the_choices():
    picture = many(1)[0].but(place="castle")
    with pytest.raises(ConfigError, match=r"no 'castle' in places.*garden"):
        caption(picture, WORLD)
