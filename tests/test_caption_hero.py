"""Captions for a hero's photos: who writes them, what stays, and the way back."""

import json
from pathlib import Path

import pytest
from app_states import photo

from storybook.authoring import caption_hero
from storybook.authoring.caption_hero import caption_photos, captioners_here, in_class_words
from storybook.cli import main
from storybook.errors import HeroError
from storybook.hero import edits
from storybook.hero.folder import add_hero
from storybook.models import packaged
from storybook.records import Hero

SAID = {"02": "a corgi puppy on a sofa", "03": "an Affenpinscher with a ball"}


@pytest.fixture
def rex(tmp_path):
    """A hero of three photos, of which the first has words."""
    source = tmp_path / "brought"
    source.mkdir()
    for number in range(3):
        photo(number).save(source / f"{number}.jpg")
    (source / "0.txt").write_text("rex on the rug\n")
    return add_hero(Hero(name="Rex", species="dog"), sorted(source.glob("*.jpg")))


@pytest.fixture
def captioner(monkeypatch):
    """What `python -m training dataset caption` was asked, and what it leaves."""
    asked = []

    def run(command, silent):
        asked.append(command)
        place = Path(command[command.index("caption") + 1])
        seen = {path.stem for path in place.iterdir()}
        entries = {stem: {"caption": SAID[stem]} for stem in SAID if stem in seen}
        Path(command[command.index("--to") + 1]).write_text(json.dumps(entries))
        return 0

    monkeypatch.setattr(caption_hero, "run_training", run)
    return asked


def words(folder):
    return [edits.caption_of(path) for path in sorted((folder / "photos").glob("*.jpg"))]


def test_caption_photos_writes_where_nothing_is_said_and_undo_takes_all_back(rex, captioner):
    assert caption_photos("rex", "blip") == (2, 0)
    assert words(rex) == ["rex on the rug", "a dog on a sofa", "a dog with a ball"]
    assert "--model" in captioner[0] and "blip" in captioner[0]
    assert edits.undo(rex).says == "Captions of 2 photos were written."
    assert words(rex) == ["rex on the rug", "", ""]
    assert not list((rex / "photos").glob("0[23].txt"))


def test_caption_photos_asks_nobody_where_all_is_said(rex, captioner):
    for name in ("02.jpg", "03.jpg"):
        edits.say_of(rex, name, "rex asleep")
    assert caption_photos("rex", "blip") == (0, 0)
    assert not captioner


def test_caption_photos_leaves_all_as_it_was_where_the_captioner_fails(rex, monkeypatch):
    monkeypatch.setattr(caption_hero, "run_training", lambda command, silent: 2)
    with pytest.raises(HeroError, match=r"No caption was written by nobody/knows.*hero change rex"):
        caption_photos("rex", "nobody/knows")
    assert words(rex) == ["rex on the rug", "", ""] and edits.last_change(rex) is None
    with pytest.raises(HeroError, match="comes with the project"):
        caption_photos("bruno", "blip")


@pytest.mark.parametrize(
    ("hero", "before", "after"),
    [
        (Hero(name="R", species="dog"), "a Corgi and an affenpinscher", "a dog and a dog"),
        (
            Hero(name="R", species="dog"),
            "a hot dog, corgis, a scorgi",
            "a hot dog, corgis, a scorgi",
        ),
        (Hero(name="R", species="dog"), "a tabby cat beside a puppy", "a tabby cat beside a dog"),
        (Hero(name="M", species="cat"), "Kitten under a tabby cat", "cat under a cat"),
        (Hero(name="L", species="cat", kind="lion"), "a cat in a zoo", "a lion in a zoo"),
        (Hero(name="L", species="cat", kind="ocelot"), "a kitten", "an ocelot"),
        (Hero(name="C", species="dog", kind="corgi"), "a corgi near a dog", "a corgi near a dog"),
        (Hero(name="X", species="mouse"), "a mouse", "a mouse"),
    ],
)
def test_in_class_words_puts_the_class_for_what_names_it_closer(hero, before, after):
    assert in_class_words({"1.jpg": before}, hero) == {"1.jpg": after}


def test_hero_change_has_photos_captioned_and_says_what_came_of_it(rex, captioner, capsys):
    edits.say_of(rex, "03.jpg", "rex with a ball")
    assert main(["hero", "change", "rex", "--caption", "blip"]) == 0
    assert "1 photo got captions by blip" in " ".join(capsys.readouterr().out.split())
    assert main(["hero", "change", "rex", "--caption", "blip"]) == 0
    assert "All photos have captions already." in capsys.readouterr().out


def test_hero_add_makes_the_hero_also_where_its_captioner_is_not_there(
    tmp_path, monkeypatch, capsys
):
    monkeypatch.setattr(caption_hero, "run_training", lambda command, silent: 2)
    source = tmp_path / "brought"
    source.mkdir()
    photo(1).save(source / "1.jpg")
    arguments = ["hero", "add", "max", "--class", "dog", "--photos", str(source)]
    assert main([*arguments, "--caption", "blip"]) == 2
    said = capsys.readouterr()
    assert "No caption was written by blip" in said.err and said.err.count("\n") == 1
    assert Path("heroes/max/photos/01.jpg").is_file()


def test_captioners_here_lists_models_that_caption_and_no_other(tmp_path, monkeypatch):
    monkeypatch.setattr(packaged, "INSTALLED", packaged.MODELS)
    assert captioners_here() == []
    for name, config in (
        ("me/blip", '{"model_type": "blip"}'),
        ("me/llama", '{"model_type": "llama"}'),
        ("me/broken", "{"),
        ("me/list", "[1]"),
    ):
        (tmp_path / "models" / name).mkdir(parents=True)
        (tmp_path / "models" / name / "config.json").write_text(config)
    monkeypatch.setattr(packaged, "is_missing", lambda name: False)
    assert captioners_here() == [str(Path("models/me/blip")), "efficientnet-lite0"]
