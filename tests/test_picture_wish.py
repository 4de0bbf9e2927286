"""An author's plain words for a picture, read into a thing and its place, or a move of the star."""

import pytest

from storybook.config import shipped
from storybook.errors import ConfigError
from storybook.story.picture_wish import LightWish, MoveWish, ThingWish, is_light, read_wish
from storybook.world import load_world


@pytest.mark.parametrize(
    ("words", "wish"),
    [
        ("give her a hat", ThingWish("hat", "head", "her")),
        ("Please give her a red hat!", ThingWish("red hat", "head", "her")),
        ("Could you give the dog a crown?", ThingWish("crown", "head", "the dog")),
        ("put a hat on Pepper's head", ThingWish("hat", "head", "pepper")),
        ("put a hat on Pepper’s head", ThingWish("hat", "head", "pepper")),
        ("let him wear a scarf", ThingWish("scarf", "neck", "him")),
        ("tie a ribbon around her neck", ThingWish("ribbon", "neck", "her")),
        ("give her a balloon", ThingWish("balloon", "held", "her")),
        ("let her hold the big book", ThingWish("big book", "held", "her")),
        ("she should hold a balloon", ThingWish("balloon", "held", "she")),
        ("put a lantern beside her", ThingWish("lantern", "beside", "her")),
        ("draw a butterfly next to Miso", ThingWish("butterfly", "beside", "miso")),
        ("add a lantern", ThingWish("lantern", "beside", "")),
    ],
)
def test_read_wish_says_what_comes_where_and_to_whom(words, wish) -> None:
    assert read_wish(words) == wish


@pytest.mark.parametrize(
    ("words", "wish"),
    [
        ("make her bigger", MoveWish("her", size=1.35)),
        ("make Pepper a bit smaller", MoveWish("pepper", size=0.87)),
        ("make the dog much larger", MoveWish("the dog", size=1.8)),
        ("move her left", MoveWish("her", by=(-0.2, 0))),
        ("could you move the dog a little to the right", MoveWish("the dog", by=(0.1, 0))),
        ("put her on the left side", MoveWish("her", by=(-0.2, 0))),
        ("move it far up", MoveWish("it", by=(0, -0.35))),
        ("move her to the middle", MoveWish("her", to_middle=True)),
        ("now move her to the centre, please", None),
    ],
)
def test_read_wish_says_how_the_star_moves(words, wish) -> None:
    if wish is None:
        with pytest.raises(ConfigError):
            read_wish(words)
    else:
        assert read_wish(words) == wish


@pytest.mark.parametrize(
    ("words", "instead"),
    [
        ("give her a kite and a ball", "One thing at a time"),
        ("give her a kite, a ball", "One thing at a time"),
        ("remove the ball", "brush over it"),
        ("take the hat off", "brush over it"),
        ("put her in the snow", "place or mood"),
        ("make it a castle", "place or mood"),
        ("make it red", "place or mood"),
        ("make the dog dark", "cannot be read"),
        ("give it to her", "cannot be read"),
        ("give her", "cannot be read"),
        ("", "cannot be read"),
        ("gib ihr einen Hut", "cannot be read"),
    ],
)
def test_read_wish_refuses_kindly_what_words_alone_cannot_say(words, instead) -> None:
    with pytest.raises(ConfigError, match=instead):
        read_wish(words)


@pytest.mark.parametrize(
    ("words", "light"),
    [
        ("make it night", "night"),
        ("Please make it night-time!", "night"),
        ("make it night time", "night"),
        ("could you make it sunset?", "sunset"),
        ("let it be evening", "evening"),
        ("let it rain", "rain"),
        ("make it rainy", "rainy"),
        ("it should rain", "rain"),
        ("it is raining", "rain"),
        ("make the whole picture dark", "dark"),
        ("turn it into a sunny day", None),
        ("turn it into day", "day"),
        ("change the weather to fog", "fog"),
        ("set it at dusk", "dusk"),
        ("let the sun shine", "sunny"),
        ("make the sun go down", "sunset"),
        ("let the moon shine", "night"),
        ("add some rain", "rain"),
        ("by moonlight", "moonlight"),
        ("at night", "night"),
        ("night, please", None),
        ("make it snow", "snow"),
    ],
)
def test_read_wish_says_in_which_light(words, light) -> None:
    if light is None:
        with pytest.raises(ConfigError):
            read_wish(words)
    else:
        assert read_wish(words) == LightWish(light)


@pytest.mark.parametrize(
    "words", ["give her a night light", "add a rain cloud", "put a sun hat on her", "add a star"]
)
def test_read_wish_takes_no_thing_for_a_light(words) -> None:
    assert isinstance(read_wish(words), ThingWish)


def test_is_light_knows_every_light_of_the_drawn_world_and_no_place() -> None:
    world = load_world(shipped("assets"))
    assert all(map(is_light, world.lights))
    assert not any(map(is_light, [*world.places.keys() - {"snow"}, *world.moods, *world.things]))
