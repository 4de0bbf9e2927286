"""Who is found in a summary."""

import pytest

from storybook.config import shipped
from storybook.records import Departure, Hero
from storybook.story.casting import Cast, befriended, cast
from storybook.world import load_world

WORLD = load_world(shipped("assets"))
BISCUIT = Hero(name="Biscuit", species="cat", look="orange striped")


def casting(summary: str, *heroes: Hero, seed: int = 1, limited: bool = True) -> Cast:
    return cast(summary, heroes, WORLD, seed=seed, limited=limited)


@pytest.mark.parametrize(
    ("summary", "star"),
    [
        ("Biscuit the cat loses her mitten.", ("Biscuit", "cat")),
        ("A little ginger kitten called Marmalade naps.", ("Marmalade", "cat")),
        ("A dog named Rex digs.", ("Rex", "dog")),
        ("Emma and her dog Rex look for a ball.", ("Rex", "dog")),
        ("Luna is a brave rabbit.", ("Luna", "rabbit")),
        ("Bruno, a brown bear, sings.", ("Bruno", "bear")),
        ("One day Olive the mouse built a boat.", ("Olive", "mouse")),
        ("Anna wants to fly. Lars the cat holds the string.", ("Anna", None)),
        ("Hepo builds a boat. A bear named Olga helps.", ("Hepo", None)),
        ("Duke and Nib, two mice, nap.", ("Duke", "mouse")),
        ("Zibbo wants to fly. The mouse tries a kite.", ("Zibbo", "mouse")),
    ],
)
def test_the_star_is_found_with_its_kind(summary: str, star: tuple[str, str | None]) -> None:
    found, (name, species) = casting(summary).heroes[0], star
    assert found.name == name
    assert found.species == species if species else found.species in WORLD.species


@pytest.mark.parametrize(
    ("summary", "look"),
    [
        ("Pip, an orange striped cat, naps by a red ball.", "orange striped"),
        ("A ginger kitten called Pip naps.", "orange"),
        ("Pip is a black and white cat.", "black and white"),
        ("A dog with brown spots digs.", "brown spotted"),
        ("Pip loses a red ball. Pip the cat cries.", None),
    ],
)
def test_the_look_is_the_coat_of_the_star_and_of_nothing_else(summary: str, look: str) -> None:
    found = casting(summary).heroes[0].look
    assert found == look if look else found in WORLD.coats


def test_what_is_left_open_is_drawn_from_the_seed() -> None:
    summary = "It rains and everybody is sad, until the sun comes out."
    heroes = {casting(summary, seed=seed).heroes for seed in range(12)}
    assert len(heroes) > 6
    assert casting(summary, seed=3) == casting(summary, seed=3)


@pytest.mark.parametrize(
    ("summary", "companions"),
    [
        ("Biscuit the cat is lost and a kind fox helps her.", [("Fox", "fox")]),
        (
            "Biscuit the cat meets Pip the mouse and Hops, a rabbit.",
            [("Pip", "mouse"), ("Hops", "rabbit")],
        ),
        ("Biscuit the cat plays with a toy mouse in a rabbit hole.", []),
        ("Biscuit the cat can not bear the rain.", []),
        ("Biscuit meets another cat named Mimi.", [("Mimi", "cat")]),
        ("Biscuit the cat visits her granny.", [("Granny", "grandmother")]),
        ("Biscuit the cat and a boy named Tom meet a fox.", [("Tom", "boy"), ("Fox", "fox")]),
        ("Biscuit the cat visits an old granny mouse.", [("Mouse", "mouse")]),
    ],
)
def test_companions_are_cast_too(summary: str, companions: list[tuple[str, str]]) -> None:
    found = casting(summary, BISCUIT).heroes
    assert found[0].but(pronoun="") == BISCUIT
    assert [(hero.name, hero.species) for hero in found[1:]] == companions


def test_companions_look_different_from_the_star() -> None:
    star, other = casting("A grey rabbit named Hops meets a cat.").heroes
    assert star.look == "grey" != other.look


def test_an_animal_out_of_reach_becomes_its_neighbour_in_the_summary_too() -> None:
    found = casting("Spark the dragon is cold. An owl helps the dragon.")
    assert (found.heroes[0].name, found.heroes[0].species) == ("Spark", "fox")
    assert found.summary == "Spark the fox is cold. A mouse helps the fox."
    assert [each.text for each in found.departures] == [
        "No dragon can be drawn: a fox stands for it.",
        "No owl can be drawn: a mouse stands for it.",
    ]


def test_a_painter_of_anything_keeps_the_summary() -> None:
    summary = "Spark the dragon is cold."
    assert casting(summary, limited=False).summary == summary


def test_a_painter_of_anything_draws_what_the_summary_says() -> None:
    found = casting("Spark the dragon meets an owl.", limited=False).heroes
    assert [(hero.name, hero.species) for hero in found] == [("Spark", "dragon"), ("Owl", "owl")]


def test_the_author_s_hero_plays_the_summary_s_star() -> None:
    found = casting("A dog named Rex lost a ball. The dog cried, and Rex slept.", BISCUIT)
    assert found.heroes == (BISCUIT,)
    assert found.summary == "A cat named Biscuit lost a ball. The cat cried, and Biscuit slept."
    assert Departure(kind="part", text="Biscuit plays the part of Rex.") in found.departures


def test_cast_says_who_is_one_too_many() -> None:
    found = casting("Pip the mouse, Rex the dog, Tom the cat, Ada the fox and Bo the bear sing.")
    assert len(found.heroes) == 4
    assert [(each.kind, each.text) for each in found.departures] == [
        ("person", "Bo does not play: a book has room for 4.")
    ]


def test_two_of_a_kind_both_get_names() -> None:
    found = casting("Two mice build a boat.")
    one, two = found.heroes
    assert one.species == two.species == "mouse" and one.look != two.look
    assert found.summary == f"Two mice named {one.name} and {two.name} build a boat."
    assert [hero.name for hero in casting("Two mice named Nib and Tuck nap.").heroes] == [
        "Nib",
        "Tuck",
    ]


def test_at_most_three_companions() -> None:
    found = casting("Biscuit the cat meets a dog, a rabbit, a fox, a bear and a mouse.")
    assert len(found.heroes) == 4


@pytest.mark.parametrize("summary", ["x", "ALL IN CAPITALS", "héros Émile l'ours", "猫が雪の中で"])
def test_any_words_have_a_star(summary: str) -> None:
    assert casting(summary).heroes[0].species in WORLD.species


REX = Hero(name="Rex", species="dog", look="brown")


@pytest.mark.parametrize(
    ("summary", "told", "said"),
    [
        ("Spark the dragon is cold.", "Rex the dog is cold.", ["Rex plays the part of Spark."]),
        ("Rex the dragon is cold.", "Rex the dog is cold.", []),
        (
            "A dragon meets a lion.",
            "A dog meets a cat.",
            ["No lion can be drawn: a cat stands for it.", "Rex plays the part of the dragon."],
        ),
        (
            "Rex the dog meets a dragon.",
            "Rex the dog meets a fox.",
            ["No dragon can be drawn: a fox stands for it."],
        ),
    ],
)
def test_cast_says_that_a_kind_stands_in_only_where_no_given_hero_plays(
    summary: str, told: str, said: list[str]
) -> None:
    found = casting(summary, REX)
    assert (found.summary, [each.text for each in found.departures]) == (told, said)
    wolf = casting("Rex plays with a wolf.", REX, Hero(name="Bo", species="dog", look="grey"))
    assert [hero.name for hero in wolf.heroes] == ["Rex", "Bo"] and not wolf.departures


def test_befriended_leaves_the_names_of_given_heroes_alone() -> None:
    """An author's second pet is nobody else, whether the summary says its name or not."""
    rex, mia = Hero(name="Rex", species="dog"), Hero(name="Mia", species="cat")
    who = cast("Rex wants to fly a kite.", (rex, mia), WORLD, seed=1)
    kept = befriended(who, WORLD, seed=1, given=("Rex", "Mia"))
    assert [hero.name for hero in kept.heroes] == ["Rex", "Mia"]
    assert befriended(who, WORLD, seed=1).heroes[1].name != "Mia"
