import pytest

from storybook.errors import ConfigError, HeroError
from storybook.hero import hero_names, load_hero
from storybook.records import Hero


@pytest.mark.parametrize("name", hero_names())
def test_every_shipped_hero_is_valid(name):
    assert load_hero(name).name.lower() == name


def test_a_hero_is_said_by_token_or_by_look():
    assert Hero(name="A", species="cat", look="grey").words == "grey cat"
    assert Hero(name="A", species="cat", look="grey", token="bhna").words == "bhna cat"
    assert Hero(name="A", species="cat").words == "cat"


def test_an_unknown_hero_lists_the_known_ones():
    with pytest.raises(HeroError, match="Did you mean biscuit"):
        load_hero("biscit")


@pytest.mark.parametrize("name", ["../biscuit", "a/b", "", "a\nb", ".", "x" * 41])
def test_a_name_that_is_a_path_is_refused(name):
    with pytest.raises(HeroError, match="is no hero's name"):
        load_hero(name)


def test_the_authors_heroes_come_first(tmp_path):
    folder = tmp_path / "heroes" / "biscuit"
    folder.mkdir(parents=True)
    (folder / "hero.toml").write_text('name = "Biscuit"\nspecies = "dog"\n')
    assert load_hero("Biscuit").species == "dog"


def test_a_wrong_key_is_named(tmp_path):
    folder = tmp_path / "heroes" / "rex"
    folder.mkdir(parents=True)
    (folder / "hero.toml").write_text('name = "Rex"\nspecies = "dog"\nlok = "brown"\n')
    with pytest.raises(ConfigError, match=r"unknown key lok. Did you mean look"):
        load_hero("rex")
