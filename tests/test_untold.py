"""What a summary names and its story never says: rather a miss than a false alarm."""

import pytest

from books import BISCUIT, FOX
from storybook.config import shipped
from storybook.records import Hero
from storybook.story.untold import phrases, untold
from storybook.world import load_world

WORLD = load_world(shipped("assets"))
PAGES = (
    "Biscuit the cat walked to the shore. She held a red ball.",
    "The fox came out. Biscuit painted a door, and they played till night.",
)


def left_out(summary: str, *pages: str, cast: tuple[Hero, ...] = (BISCUIT, FOX)) -> list[str]:
    return [each.text for each in untold(summary, pages or PAGES, cast, WORLD)]


@pytest.mark.parametrize(
    ("clause", "said"),
    [
        ("sails a bathtub down the river", ["a bathtub", "the river"]),
        ("the wise old turtle, who knows an owl", ["the wise old turtle", "an owl"]),
        ("a firefly shows that the night is full of lights", ["a firefly", "the night", "lights"]),
        ("a fox helped her to find the moon's button", ["a fox", "the moon", "the button"]),
        ("goes to Mars in a red rocket", ["Mars", "a red rocket"]),
        ("wants to dance at night with two friends", ["night"]),
        ("a lost kitten in a glass bowl", ["a lost kitten", "a glass bowl"]),
        ("it is too strong and so big that nobody can lift it", []),
    ],
)
def test_phrases_are_the_things_that_a_clause_names(clause: str, said: list[str]) -> None:
    assert [each.said for each in phrases(clause)] == said


def test_untold_names_a_thing_that_no_page_says() -> None:
    assert left_out("Biscuit finds a bathtub. She takes it to the shore.") == [
        "Left out: a bathtub."
    ]


def test_untold_names_a_place_with_a_capital() -> None:
    assert left_out("Biscuit walks to Mars with a ball.") == ["Left out: Mars."]


def test_untold_quotes_a_clause_of_which_nothing_is_said() -> None:
    found = untold("Biscuit walks along, and a crow keeps stealing shoes.", PAGES, [BISCUIT], WORLD)
    assert [(each.kind, each.text) for each in found] == [
        ("clause", "Left out: “a crow keeps stealing shoes”.")
    ]


def test_untold_quotes_what_may_be_more_than_a_thing() -> None:
    assert left_out("Biscuit plays, but her prickles hurt.") == ["Left out: “her prickles hurt”."]


def test_untold_names_somebody_of_the_cast_of_whom_nothing_is_said() -> None:
    ada = Hero(name="Ada", species="mouse")
    assert left_out("Biscuit plays.", cast=(BISCUIT, FOX, ada)) == [
        "The story never speaks of Ada."
    ]


@pytest.mark.parametrize(
    "summary",
    [
        "Biscuit goes to the sea with a ball.",  # the shore, to the drawn world
        "A kitten named Biscuit paints the doors at night.",  # another word, another form
        "Biscuit is the best painter.",
        "A friend helps.",
        "Our story is about a cat and her friends.",
        "A shy fox plays with Biscuit one day in the afternoon.",
        "One day everything goes wrong.",
    ],
)
def test_untold_takes_what_is_said_in_other_words_as_told(summary: str) -> None:
    assert left_out(summary) == []


def test_untold_says_a_thing_once() -> None:
    said = left_out("Biscuit has a drum. The ball and a drum are on the shore.")
    assert said == ["Left out: a drum."]


@pytest.mark.parametrize(
    ("summary", "page", "said"),
    [
        ("Biscuit rescues Fern.", "Fern the fox saved Biscuit.", ["Biscuit rescues Fern"]),
        (
            "Fern is chased by Biscuit the cat.",
            "Fern chased Biscuit.",
            ["Fern is chased by Biscuit"],
        ),
        (
            "Fern teaches Biscuit to paint.",
            "Biscuit showed Fern how to paint.",
            ["Fern teaches Biscuit"],
        ),
        ("Biscuit rescues Fern.", "Biscuit saved her friend Fern. Then Fern saved Biscuit.", []),
        ("Biscuit and Fern chase a ball.", "Fern chased Biscuit and the ball.", []),
    ],
)
def test_turned_round_finds_roles_that_changed_places(
    summary: str, page: str, said: list[str]
) -> None:
    found = left_out(summary, page)
    assert found == [f"Told the other way round: “{each}”." for each in said]


def test_untold_names_who_is_there_without_the_name_that_the_summary_gives() -> None:
    assert left_out("Fern plays with Biscuit.") == ["The story never says the name of Fern."]
    assert left_out("Fern plays.", "Biscuit walked.") == [
        "The story never speaks of Fern.",
        "Left out: “Fern plays”.",
    ]
    luna = Hero(name="Luna O'Connor", species="cat")
    assert left_out("Luna O'Connor plays.", "Luna played.", cast=(luna,)) == []


def test_untold_names_who_is_not_in_the_cast_and_places_with_a_name() -> None:
    found = left_out("Biscuit paints in Brighton with Uncle Bob.")
    assert found == ["Left out: Brighton.", "Left out: Uncle Bob."]


@pytest.mark.parametrize(
    ("summary", "said"),
    [
        ("Biscuit paints and learns to swim.", ["“learns to swim”"]),
        ("Biscuit paints, but everybody laughs.", ["“everybody laughs”"]),
        ("Biscuit paints until she hums with joy.", ["“she hums with joy”"]),
        ("Biscuit walks along the shore because she hides.", ["“she hides”"]),
        ("Biscuit walks and searches.", ["“searches”"]),
    ],
)
def test_untold_quotes_a_short_clause_whose_deed_is_not_told(summary: str, said: list[str]) -> None:
    assert left_out(summary) == [f"Left out: {each}." for each in said]


@pytest.mark.parametrize(
    ("summary", "said"),
    [
        ("Biscuit plays with a purple, fluffy monster.", ["a purple fluffy monster"]),
        ("Biscuit walks to St. Ives.", ["St. Ives"]),
        ("Biscuit is a purple. She plays with the quickly.", []),
        ("Biscuit plays in the big and muddy tractor.", ["the big muddy tractor"]),
        ("Biscuit plays at Mr. Tumble's.", ["Mr. Tumble"]),
    ],
)
def test_untold_lists_things_and_no_scraps_of_them(summary: str, said: list[str]) -> None:
    assert left_out(summary) == [f"Left out: {each}." for each in said]


def test_turned_round_finds_what_nobody_does_to_anybody() -> None:
    assert left_out(
        "Biscuit rescues Fern from the shore.", "Fern and Biscuit sat at the shore."
    ) == ["Left out: “Biscuit rescues Fern”."]
