"""Free words: what an author types, said as captions say it."""

from random import Random

import pytest

from books import BISCUIT
from storybook.config import shipped
from storybook.free_words import as_caption
from storybook.records import Hero
from storybook.world import load_world
from training.starter.pictures import caption, random_picture

WORLD = load_world(shipped("assets"))
REX = Hero(name="Rex", species="dog", look="brown", token="ohwx", adapter="rex.safetensors")


def said(words: str, *heroes: Hero) -> str:
    return as_caption(words, heroes, WORLD, "crayon")


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
)  # fmt: skip
def test_an_author_s_words_are_read_as_a_page_is(words: str, parts: str) -> None:
    assert parts in said(words)


def test_heroes_are_known_by_name_and_by_token() -> None:
    assert "of an orange striped cat jumping" in said("Biscuit hops in the snow", BISCUIT)
    for words in ("Rex dances in the garden", "ohwx dog dancing in the garden"):
        assert "crayon of an ohwx dog cheering, in the garden" in said(words, BISCUIT, REX)


def test_a_hero_named_like_a_thing_is_no_thing() -> None:
    ball = BISCUIT.but(name="Kite")
    assert "kite" not in said("Kite runs home", ball)
