import doctest

import pytest

from storybook import errors, world
from storybook.config import shipped
from storybook.errors import ConfigError

WORLD = world.load_world(shipped("assets"))


@pytest.mark.parametrize(
    ("section", "text", "found"),
    [
        ("things", "A picnic basket and two apples.", ["basket", "red apple"]),
        ("species", "Kittens met a Vixen and a bear cub.", ["cat", "fox", "bear"]),
        ("coats", "a grey tabby cat", ["grey striped"]),
        ("places", "They ran to the SEASIDE.", ["beach"]),
        ("actions", "She curled up and slept.", ["sleeping"]),
        ("things", "Nothing is basketful here.", []),
    ],
)
def test_the_world_is_found_in_a_text(section, text, found):
    assert WORLD.find(section, text) == found


def test_the_table_says_how_one_can_be_placed():
    assert WORLD.possible_relations("sitting", "sled") == ["with", "on"]
    assert WORLD.possible_relations("running", "sled") == ["with"]
    assert WORLD.possible_relations("holding", "sled") == ["with"]
    for relation in WORLD.relations.values():
        assert set(relation.actions) <= set(WORLD.actions)
    for thing in WORLD.things.values():
        assert set(thing.may) < set(WORLD.relations)


@pytest.mark.parametrize("section", list(world.World.model_fields))
def test_every_word_means_its_own_key(section):
    for key in getattr(WORLD, section):
        assert WORLD.find(section, f"so {key} then") == [key]


def test_a_missing_or_broken_table_is_named(tmp_path):
    with pytest.raises(ConfigError, match=r"world.toml is missing"):
        world.load_world(tmp_path)
    (tmp_path / "world.toml").write_text("species = 3")
    with pytest.raises(ConfigError, match=r"world.toml is no table of a drawn world"):
        world.load_world(tmp_path)


def test_the_examples_in_the_docstrings_are_true():
    flags = doctest.ELLIPSIS
    assert doctest.testmod(errors).failed == 0
    assert doctest.testmod(world, optionflags=flags).failed == 0
