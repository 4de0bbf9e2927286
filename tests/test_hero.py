import shutil
import unicodedata
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from storybook.cli import main
from storybook.config import shipped
from storybook.errors import ConfigError, HeroError
from storybook.hero import add_hero, hero_folder, hero_names, hero_photos, load_hero
from storybook.hero_edits import caption_of, say_of, undo
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


def add(photos, name="rex"):
    return main(("hero", "add", name, "--class", "dog", "--photos", str(photos)))


HEIC = Path(__file__).parent / "data" / "photos" / "plain.heic"


def test_add_passes_over_what_is_no_photo_and_names_it(tmp_path, capsys):
    photos = pet_photos(tmp_path / "in", 2)
    for name in ("._01.jpg", ".DS_Store", "Thumbs.db", "IMG_2.CR2", "IMG_3.mov"):
        (photos / name).write_bytes(b"\0\5\x16\7 litter")
    (photos / "03.jpg").write_bytes((photos / "01.jpg").read_bytes()[:900])
    (photos / "04.heic").write_bytes(b"\0\0\0\x18ftypheic" + bytes(99))
    shutil.copy(photos / "01.jpg", photos / "twin.jpg")
    shutil.copy(HEIC, photos / "telephone.HEIC")
    (photos / "more").mkdir()
    assert add(photos) == 0
    said = capsys.readouterr().out.replace("\n", " ")
    for words in (
        "passed over: IMG_2.CR2 is a camera's raw file; save it as JPEG.",
        "passed over: IMG_3.mov is a film.",
        "passed over: 03.jpg is broken off",
        "passed over: 04.heic is damaged",
        "passed over: more is a folder, which is not looked into.",
        "twin.jpg shows the same picture as 01.jpg",
        "with 3 photos",
    ):
        assert words in said
    assert "._01" not in said and "DS_Store" not in said and "Thumbs" not in said
    assert [path.name for path in hero_photos("rex")] == ["01.jpg", "02.jpg", "03.jpg"]


def test_add_refuses_a_folder_in_which_nothing_is_a_photo(tmp_path, capsys):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.mov").write_bytes(b"film")
    assert add(tmp_path / "in") == 2
    err = capsys.readouterr().err
    assert "no photo" in err and "a.mov is a film" in err and err.count("\n") == 1


@pytest.mark.parametrize(
    ("mode", "white"), [("RGBA", True), ("LA", True), ("P", True), ("I;16", False)]
)
def test_add_keeps_what_is_seen_of_a_photo(tmp_path, mode, white):
    folder = tmp_path / "in"
    folder.mkdir()
    if mode == "I;16":
        picture = Image.fromarray(np.full((200, 300), 30000, np.uint16))
    else:
        picture = Image.new("RGBA", (300, 200), (200, 120, 40, 0))
        picture.paste((200, 120, 40, 255), (0, 0, 150, 200))
        picture = picture.quantize(8) if mode == "P" else picture.convert(mode)
    picture.save(folder / "a.png")
    assert add(folder) == 0
    with Image.open(hero_photos("rex")[0]) as kept:
        shown = kept.convert("RGB").getpixel((290, 100))
    assert (shown == (255, 255, 255)) == white and min(shown) > 100, "neither black nor bleached"


CAFE = "a dog at the café"


@pytest.mark.parametrize(
    ("name", "encoding"),
    [("01.txt", "utf-8"), ("01.TXT", "utf-8-sig"), ("01.jpg.txt", "utf-16"), ("01.txt", "cp1252")],
)
def test_add_brings_captions_along_whatever_they_are_called(tmp_path, capsys, name, encoding):
    photos = pet_photos(tmp_path / "in", 2)
    (photos / name).write_bytes(CAFE.encode(encoding))
    assert add(photos) == 0
    assert f"{name} is words" not in capsys.readouterr().out.replace("\n", " ")
    kept = hero_folder("rex") / "photos"
    assert (kept / "01.txt").read_text(encoding="utf-8").strip() == CAFE
    assert caption_of(kept / "01.jpg") == CAFE and caption_of(kept / "02.jpg") == ""


def test_add_refuses_words_that_cannot_be_told(tmp_path, capsys):
    photos = pet_photos(tmp_path / "in", 1)
    (photos / "01.txt").write_bytes("собака на траве".encode("cp1251"))
    assert add(photos) == 2
    err = capsys.readouterr().err
    assert "01.txt, line 1: byte 0xf1 is not UTF-8" in err and err.count("\n") == 1
    assert not (tmp_path / "heroes" / "rex").exists()


def test_caption_of_a_hero_is_changed_where_it_stands(tmp_path):
    folder = add_hero(
        Hero(name="Rex", species="dog"), sorted(pet_photos(tmp_path / "in", 1).iterdir())
    )
    photo, words = folder / "photos" / "01.jpg", folder / "photos" / "01.TXT"
    words.write_bytes("собака".encode("cp1251"))
    with pytest.raises(HeroError, match=r"01\.TXT, line 1"):
        caption_of(photo)
    say_of(folder, "01.jpg", "a dog on grass")
    assert caption_of(photo) == "a dog on grass" == words.read_text().strip()
    assert not photo.with_suffix(".txt").exists()
    undo(folder)
    assert words.read_bytes() == "собака".encode("cp1251"), "nothing is lost"


@pytest.mark.parametrize("written", ["NFC", "NFD"])
@pytest.mark.parametrize("asked", ["NFC", "NFD"])
def test_hero_folder_is_found_by_either_way_to_write_accents(tmp_path, written, asked):
    folder = tmp_path / "heroes" / unicodedata.normalize(written, "zoë")
    folder.mkdir(parents=True)
    (folder / "hero.toml").write_text('name = "Zoë"\nspecies = "dog"\n', encoding="utf-8")
    (folder / "photos").mkdir()
    shutil.copy(shipped("assets", "pets", "ohwx-dog", "01.jpg"), folder / "photos")
    name = unicodedata.normalize(asked, "Zoë")
    assert load_hero(name).name == "Zoë" and len(hero_photos(name)) == 1
    assert Hero(name=name, species="dog").name == unicodedata.normalize("NFC", "Zoë")
    with pytest.raises(HeroError, match="is there already"):
        add_hero(Hero(name=name, species="dog"), [])
