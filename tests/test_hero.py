import shutil

import pytest

from storybook.cli import main
from storybook.config import shipped
from storybook.errors import ConfigError, HeroError
from storybook.hero import add_hero, hero_names, hero_photos, load_hero
from storybook.records import Hero


@pytest.mark.parametrize("name", hero_names())
def test_every_shipped_hero_is_valid(name):
    assert load_hero(name).name.lower() == name


def test_a_hero_is_said_by_token_or_by_look():
    assert Hero(name="A", species="cat", look="grey").words == "grey cat"
    taught = Hero(name="A", species="cat", look="grey", token="bhna", adapter="a.safetensors")
    assert taught.words == "bhna cat"
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


def pet_photos(folder, count=3):
    folder.mkdir()
    for number in range(1, count + 1):
        name = f"{number:02d}.jpg"
        shutil.copy(shipped("assets", "pets", "ohwx-dog", name), folder / name)
    return folder


def test_add_makes_a_folder_and_says_what_it_thinks(tmp_path, capsys):
    photos = str(pet_photos(tmp_path / "in"))
    add = ("hero", "add", "Rex", "--class", "wolf", "--photos", photos, "--token", "ohwx")
    assert main(add) == 0
    said = capsys.readouterr().out
    assert "drawn as a dog" in said and "fit to teach from: 3" in said and "usable" in said
    hero = load_hero("rex")
    assert (hero.name, hero.species, hero.token) == ("Rex", "dog", "ohwx")
    assert f"look: {hero.look}. From the photos" in said and "This is a guess" in said
    assert [path.name for path in hero_photos("rex")] == ["01.jpg", "02.jpg", "03.jpg"]
    assert main(("hero", "show", "rex")) == 0 and "photos: 3" in capsys.readouterr().out
    assert main(add) == 2
    assert "heroes/rex is there already" in capsys.readouterr().err


def test_add_with_a_look_keeps_it(tmp_path, capsys):
    photos = str(pet_photos(tmp_path / "in", 1))
    look = ("--look", "black and white")
    assert main(("hero", "add", "Dot", "--class", "puppy", "--photos", photos, *look)) == 0
    assert load_hero("dot") == Hero(name="Dot", species="dog", look="black and white")
    assert "guess" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"name": "../rex"}, "is no hero's name"),
        ({"--class": "teapot"}, "no animal that can be drawn"),
        ({"--photos": "nowhere"}, "--photos nowhere: no photo"),
        ({"--token": "dog"}, "painters know this word already"),
    ],
)
def test_a_mistake_in_add_leaves_nothing_behind(tmp_path, capsys, changes, says):
    asked = {"--class": "dog", "--photos": str(pet_photos(tmp_path / "in", 1))} | changes
    name = asked.pop("name", "rex")
    assert main(("hero", "add", name, *(part for pair in asked.items() for part in pair))) == 2
    err = capsys.readouterr().err
    assert says in err and err.count("\n") == 1 and not (tmp_path / "heroes").exists()


def test_a_broken_photo_leaves_no_half_hero(tmp_path):
    folder = pet_photos(tmp_path / "in", 1)
    (folder / "02.jpg").write_bytes(b"no photo")
    with pytest.raises(HeroError, match=r"02\.jpg cannot be read"):
        add_hero(Hero(name="Rex", species="dog"), sorted(folder.glob("*.jpg")))
    assert list((tmp_path / "heroes").iterdir()) == []
