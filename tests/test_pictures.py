import random
from collections import Counter
from pathlib import Path

import pytest

from storybook.errors import ConfigError
from storybook.world import NEEDS_THING, load_world
from training.starter.pictures import CONTENT, Picture, caption, random_picture, spoken_caption

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


def test_only_who_may_be_is_sad():
    pictures = many(3000)
    assert {p.mood for p in pictures if p.action in CONTENT} == {"happy"}
    counts = Counter(p.mood for p in pictures if p.action not in CONTENT)
    assert set(counts) == set(WORLD.moods) and min(counts.values()) > 650


def test_a_third_have_company_and_half_a_thing():
    pictures = many(3000)
    company = Counter(len(picture.companions) for picture in pictures)
    assert 0.28 < (company[1] + company[2]) / 3000 < 0.36 and company[2] > 150
    assert 0.48 < sum(p.thing is not None for p in pictures) / 3000 < 0.62
    assert {p.thing for p in pictures} == {None, *WORLD.things}
    assert {p.relation for p in pictures} == set(WORLD.relations)


def test_things_are_where_the_table_lets_them_be():
    for picture in many(2000):
        if picture.action in NEEDS_THING:
            assert picture.thing and picture.relation == "with"
        if picture.relation != "with":
            assert picture.relation in WORLD.things[picture.thing].may
            assert picture.action in WORLD.relations[picture.relation].actions


def test_companions_differ_from_the_star_and_from_each_other():
    for picture in many(1000):
        everybody = [(picture.species, picture.coat), *picture.companions]
        assert len({kind for kind, _ in everybody}) == len(everybody)
        coats = [coat for _, coat in everybody if coat]
        assert len(set(coats)) == len(coats)
        assert all(kind in (WORLD.species if coat else WORLD.people) for kind, coat in everybody)


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
        companions=(("bear", "brown"), ("girl", "")),
        style="crayon",
    )
    assert caption(picture, WORLD) == (
        "crayon of an orange striped cat holding a kite, beside a brown bear and a girl, "
        "in the garden, night, sad, close view, calm, on the left, looking right"
    )
    assert "happy" not in caption(picture.but(mood="happy"), WORLD)
    seated = picture.but(action="sitting", thing="sled", relation="on", companions=())
    assert "cat sitting on a sled, in the garden" in caption(seated, WORLD)


def test_spoken_captions_mention_what_is_drawn_and_nothing_else():
    rng = random.Random(2)
    for picture in many(600, seed=3):
        said = spoken_caption(picture, WORLD, rng)
        kinds = {picture.species, *(kind for kind, _ in picture.companions)}
        found = {*WORLD.find("species", said), *WORLD.find("people", said)}
        assert found == kinds, said
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
    picture = many(1)[0].but(place="circus")
    with pytest.raises(ConfigError, match=r"no 'circus' in places.*garden"):
        caption(picture, WORLD)
