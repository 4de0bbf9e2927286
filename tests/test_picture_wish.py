"""An author's plain words for a picture, read into a thing and its place, or a move of the star."""

import pytest

from storybook.errors import ConfigError
from storybook.story.picture_wish import MoveWish, ThingWish, read_wish


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
        ("make it night", "place, light or mood"),
        ("put her in the snow", "place, light or mood"),
        ("give it to her", "cannot be read"),
        ("give her", "cannot be read"),
        ("", "cannot be read"),
        ("gib ihr einen Hut", "cannot be read"),
    ],
)
def test_read_wish_refuses_kindly_what_words_alone_cannot_say(words, instead) -> None:
    with pytest.raises(ConfigError, match=instead):
        read_wish(words)
