"""Free words: what an author types, said as captions say it."""

from random import Random

import pytest

from books import BISCUIT
from storybook.config import shipped
from storybook.records import Hero
from storybook.story.prompt_to_caption import prompt_to_caption, stand_ins, unknown_words
from storybook.world import load_world
from training.starter.pictures import caption, random_picture

WORLD = load_world(shipped("assets"))
REX = Hero(name="Rex", species="dog", look="brown", token="ohwx", adapter="rex.safetensors")


def said(words: str, *heroes: Hero) -> str:
    return prompt_to_caption(words, heroes, WORLD, "crayon")


def test_captions_stay_as_they_are() -> None:
    for number in range(200):
        words = caption(random_picture(WORLD, Random(number)), WORLD)
        assert said(words) == words


@pytest.mark.parametrize("words", ["a (grey:1.3) cat in the garden", "cat <lora:rex:0.8>", "[cat]"])
def test_marked_words_stay_as_they_are(words: str) -> None:
    assert said(words) == words


@pytest.mark.parametrize(
    ("words", "parts"),
    [
        (
            "a chocolate pup races over the sand with a parasol",
            "crayon of a brown dog running with an umbrella, in the beach, day, middle view",
        ),
        (
            "gouache, close up: a white fox that is napping at night in the barn",
            "gouache of a white fox sleeping, in the farmyard, night, close view",
        ),
        ("the gray mouse is hugging a present", "crayon of a grey mouse holding a gift box"),
        ("a sad ginger rabbit strolls by the lake in a storm", "walking, in the pond, rain, sad"),
        ("a grey bear and a brown mouse wait in the library", "bear sitting, beside a brown mouse"),
    ],
)
def test_an_author_s_words_are_read_as_a_page_is(words: str, parts: str) -> None:
    assert parts in said(words)


def test_heroes_are_known_by_name_and_by_token() -> None:
    assert "of an orange striped cat jumping" in said("Biscuit hops in the snow", BISCUIT)
    for words in ("Rex dances in the garden", "ohwx dog dancing in the garden"):
        assert "crayon of an ohwx dog cheering, in the garden" in said(words, BISCUIT, REX)


def test_a_hero_named_like_a_thing_is_no_thing() -> None:
    ball = BISCUIT.but(name="Kite")
    assert "kite" not in said("Kite runs home", ball)


def test_unknown_words_of_a_caption_are_none() -> None:
    for number in range(100):
        words = caption(random_picture(WORLD, Random(number)), WORLD)
        assert unknown_words(words, (), WORLD) == (), words


@pytest.mark.parametrize(
    ("words", "unknown"),
    [
        ("a purple cat eats pizza, and more pizza", ("purple", "pizza")),
        ("Rex and ohwx dog dance", ("dance",)),  # the world knows dancing, and no bare form
        ("Rex is dancing and tiptoes", ()),
        ("two lions, wolves and a guinea pig", ("two",)),
        ("an ((astronaut:1.3)) cat <lora:space:0.8> BREAK [rocket]", ("astronaut", "rocket")),
        ("artistic digital painting, 4k", ("artistic", "digital", "painting")),
        ("Łucja’s cat", ("łucja’s",)),
        ("", ()),
    ],
)
def test_unknown_words_are_those_that_the_world_has_no_word_for(words, unknown) -> None:
    assert unknown_words(words, (REX,), WORLD) == unknown


@pytest.mark.parametrize(
    ("words", "lines"),
    [
        ("a lion and two Lions", ("lion is drawn as a cat",)),
        ("wolves meet a guinea pig", ("wolf is drawn as a dog", "guinea pig is drawn as a rabbit")),
        ("a cat and a dandelion", ()),
    ],
)
def test_stand_ins_names_each_animal_that_is_drawn_as_another(words, lines) -> None:
    assert stand_ins(words, WORLD) == lines
