"""Somebody whom a star finds: told in place of a thing, drawn, and never forgotten."""

import doctest

import pytest

from books import BISCUIT, FOX
from storybook.config import shipped
from storybook.records import Brief, Hero, Story
from storybook.story import lost_one as module
from storybook.story.casting import befriended, cast
from storybook.story.delexicalize import RoleWords, entity_mask_of
from storybook.story.faithfulness import faithfulness
from storybook.story.lost_one import IS_LOST, is_animal, is_found, lost_one, somebody_lost
from storybook.story.sampling import _with_own_opening
from storybook.story.scene_from_text import read_page
from storybook.world import load_world

WORLD = load_world(shipped("assets"))
MISO = Hero(name="Miso", species="cat", look="grey", pronoun="she")
SUMMARY = "Miso the cat finds a lost kitten in the garden."
TALE = (
    "Title: HERO and the THING\n"
    "HERO was ATPLACE. There sat a THING. It was lost.\n"
    '"I am cold," said the THING. FRIEND came along.'
)
WORDS = RoleWords(things=("kite", "duckling"), places=("in the garden",))


def who(summary: str = SUMMARY):
    return befriended(cast(summary, (), WORLD, seed=1), WORLD, seed=1)


@pytest.mark.parametrize(
    ("summary", "name", "found"),
    [
        ("Rex finds a lost kitten.", "Kitten", True),
        ("Rex rescues a tiny, shivering kitten.", "Kitten", True),
        ("Rex helps the lost kitten home.", "Kitten", True),
        ("A baby rabbit is found. Rex saved a baby rabbit.", "Rabbit", True),
        ("Rex plays with a kitten.", "Kitten", False),
        ("Rex finds the fox at home.", "Fox", False),
        ("Rex has lost his kite. A kitten finds it.", "Kitten", False),
        ("Rex finds a kite.", "Kitten", False),
    ],
)
def test_is_found_tells_who_is_found_from_who_is_met(summary: str, name: str, found: bool) -> None:
    assert is_found(Hero(name=name, species="cat"), summary) is found


def test_befriended_makes_no_friend_of_the_one_who_is_found() -> None:
    star, friend, kitten = who().heroes
    assert (star.name, kitten.name, kitten.species) == ("Miso", "Kitten", "cat")
    assert friend.species != "cat" and "Kitten" not in friend.name
    assert lost_one(who().heroes, SUMMARY) == kitten
    # whom the star only meets is the friend, as ever, and so is a named one
    assert len(who("Miso the cat meets a kitten.").heroes) == 2
    named = who("Miso the cat and Tom the dog find a lost kitten.").heroes
    assert [hero.name for hero in named] == ["Miso", "Tom", "Kitten"]


def test_roles_tell_the_one_who_is_found_in_place_of_a_thing() -> None:
    roles = entity_mask_of(who().heroes, SUMMARY, WORDS, kinds=("kitten",))
    assert roles.mask(SUMMARY) == "HERO the KIND finds a lost THING ATPLACE."
    assert roles.ask(SUMMARY).endswith(roles.mask(SUMMARY))
    told = roles.fill(TALE)
    assert told.startswith(
        "Title: Miso and the Kitten\nMiso was in the garden. There sat a kitten."
    )
    assert "said the kitten" in told and not roles.stray_in(TALE)
    # a tale of nobody lost has a thing, and no kitten that is glued together
    assert roles.fill("HERO glued the THING.") == "Miso glued the little drum."


def test_roles_have_a_little_animal_lost_where_the_summary_names_nobody() -> None:
    heroes = (MISO, FOX)
    stray = somebody_lost(heroes, WORLD)
    assert stray.species == "mouse" and stray.look in WORLD.coats
    roles = entity_mask_of(heroes, "Miso walks in the garden.", WORDS, stray=stray)
    assert "There sat a little mouse. It was lost." in roles.fill(TALE)
    assert roles.stray_in(TALE) == (stray,) and not roles.stray_in("HERO has a THING.")
    assert roles.fill("HERO has a THING.") == "Miso has a little drum."
    # what the summary names, and can be lost as it is, stays
    duckling = entity_mask_of(heroes, "Miso finds a duckling.", WORDS, stray=stray)
    assert "There sat a duckling." in duckling.fill(TALE) and not duckling.stray_in(TALE)
    # a kite that cries gives way; what is left out of the summary is said with the book
    kite = entity_mask_of(heroes, "Miso finds a kite.", WORDS, stray=stray)
    assert "said the little mouse" in kite.fill(TALE)


def test_somebody_lost_is_of_a_kind_that_nobody_else_is() -> None:
    mouse = Hero(name="Pip", species="mouse", look="grey")
    assert somebody_lost((mouse, BISCUIT), WORLD).species == "rabbit"
    everybody = [Hero(name="A", species=kind) for kind in WORLD.species]
    assert somebody_lost(everybody, WORLD).species in WORLD.species


def test_is_lost_and_is_animal_know_things_from_animals() -> None:
    assert not IS_LOST.search("HERO lost HIS THING. It was blue.")
    assert is_animal("tiny duckling") and not is_animal("blue kite") and not is_animal("")


def test_read_page_shows_the_found_one_beside_a_star_of_its_kind() -> None:
    cast_of_three = who().heroes
    scene = read_page("Miso held the kitten.", 2, cast_of_three, WORLD, None)
    assert scene.cast == ("Miso", "Kitten")
    button = Hero(name="Button", species="mouse", look="grey")
    scene = read_page("Miso lost a button.", 2, (MISO, button), WORLD, None)
    assert scene.cast == ("Miso",)


def test_faithfulness_minds_a_story_that_forgets_the_one_who_is_found() -> None:
    told = ["Miso the cat was in the garden.", "There sat a lost kitten, and Miso found it."]
    forgot = ["Miso the cat was in the garden.", "She found a lost drum there."]
    keeps, forgets = (faithfulness(SUMMARY, pages, who().heroes, WORLD) for pages in (told, forgot))
    assert not keeps.unfound and forgets.unfound and forgets.drift >= keeps.drift + 3
    assert "The story never speaks of the kitten." in [each.text for each in forgets.lost]


def test_own_opening_finds_nobody_whom_the_story_forgets() -> None:
    brief = Brief(summary=SUMMARY)
    pages = ("Miso the grey cat had a little drum.", "It went boom. Miso laughed.")
    story = Story(title="A Drum", paragraphs=pages, cast=who().heroes)
    assert _with_own_opening(story, brief, who()) == story
    keeps = story.but(paragraphs=(pages[0], "She gave the kitten a drum."))
    assert "lost kitten" in _with_own_opening(keeps, brief, who()).paragraphs[0]


def test_the_examples_of_lost_one_are_true() -> None:
    assert doctest.testmod(module).failed == 0
