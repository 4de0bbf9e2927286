import shutil
import unicodedata
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from storybook.authoring.teach_hero import write_recipe
from storybook.cli import main
from storybook.config import load_settings, shipped
from storybook.errors import ConfigError, HeroError
from storybook.hero.edits import caption_of, left_out, say_of, undo
from storybook.hero.folder import (
    add_hero,
    display_name,
    hero_folder,
    hero_names,
    hero_photos,
    load_hero,
    load_heroes,
)
from storybook.records import Hero
from storybook.studio.studio import Studio
from storybook.studio.taught import goes_by_look


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
    assert "a dog stands for it" in said and "fit to teach from: 3" in said and "usable" in said
    hero = load_hero("rex")
    assert (hero.name, hero.species, hero.token) == ("Rex", "dog", "ohwx")
    assert hero.kind == hero.called == "wolf"
    assert "01.jpg" in said and "kept as" in said and "nothing here can tell" in said
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
        ({"--photos": "nowhere"}, "--photos nowhere is not there. Name the folder"),
        ({"--token": "dog"}, "painters know this word already"),
        ({"--look": "purple"}, "understands none of it. The coats are: orange, grey"),
        ({"--look": "pink and dotted"}, "understands brown spotted, but not pink"),
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


def test_a_larger_painter_is_told_a_look_and_a_kind_as_they_stand(tmp_path, capsys):
    photos = str(pet_photos(tmp_path / "in", 1))
    said = ("--class", "lion", "--look", "purple", "--studio", "classic")
    assert main(("hero", "add", "leo", "--photos", photos, *said)) == 0
    leo = load_hero("leo")
    assert (leo.species, leo.kind, leo.look) == ("cat", "lion", "purple")
    classic, starter = Studio(load_settings("classic")), Studio(load_settings("starter"))
    assert classic.known((leo,))[0].words == "purple lion"
    assert starter.known((leo,))[0].words == "purple cat"
    assert not goes_by_look(leo, classic.known((leo,))[0]), "it was taught to nobody"
    for name, word in {"classic": "lion", "starter": "cat"}.items():
        recipe = write_recipe(leo, tmp_path, "ohwx", load_settings(name), preset="auto")
        assert f'class_word = "{word}"' in recipe.read_text()


def test_add_says_which_words_belong_to_which_photo(tmp_path, capsys):
    photos = pet_photos(tmp_path / "in", 3)
    (photos / "02.txt").write_text("a dog on a rug, " * 5, encoding="utf-8")
    (photos / "03.jpg.txt").write_text("asleep", encoding="utf-8")
    assert add(photos) == 0
    rows = [line for line in capsys.readouterr().out.splitlines() if ".jpg" in line]
    assert "nothing" in rows[0]
    assert "02.txt: a dog on a rug, a dog on a rug, a dog" in rows[1] and "..." in rows[1]
    assert "03.jpg.txt: asleep" in rows[2]


def unfit_photos(folder):
    """Three photos of a pet, the second of them far too small."""
    photos = pet_photos(folder, 3)
    with Image.open(photos / "02.jpg") as photo:
        photo.resize((150, 150)).save(photos / "02.jpg")
    return photos


def test_photos_that_the_coach_advises_against_are_named_and_left_out_if_asked(tmp_path, capsys):
    photos = unfit_photos(tmp_path / "in")
    assert add(photos) == 0
    said = capsys.readouterr().out
    assert "Kept, though the coach advises to leave them out: 02.jpg." in said
    assert "storybook hero change rex --leave-out" in said
    assert main(("hero", "change", "rex", "--leave-out")) == 0
    assert "Left out: 02.jpg" in capsys.readouterr().out and len(hero_photos("rex")) == 2
    assert main(("hero", "change", "rex", "--leave-out")) == 0
    assert "advises to leave out none" in capsys.readouterr().out
    assert main(("hero", "show", "rex")) == 0
    assert "photos: 2, and 1 left out" in capsys.readouterr().out
    assert main(("hero", "change", "rex", "--take-in", "02.jpg")) == 0
    assert len(hero_photos("rex")) == 3
    assert main(("hero", "change", "rex", "--leave-out", "03.jpg")) == 0
    assert [path.name for path in hero_photos("rex")] == ["01.jpg", "02.jpg"]
    assert main(("hero", "change", "rex", "--undo")) == 0 and len(hero_photos("rex")) == 3


def test_add_leaves_out_at_once_what_is_not_fit(tmp_path, capsys):
    photos = unfit_photos(tmp_path / "in")
    asked = ("--class", "dog", "--photos", str(photos), "--leave-out")
    assert main(("hero", "add", "rex", *asked)) == 0
    said = capsys.readouterr().out
    assert "with 2 photos" in said and "--take-in 02.jpg" in said and "02.jpg, left out" in said
    assert [path.name for path in left_out(hero_folder("rex"))] == ["02.jpg"]


def test_change_sets_what_is_known_of_a_hero(tmp_path, capsys):
    add(pet_photos(tmp_path / "in", 1))
    capsys.readouterr()
    changes = ("--look", "tuxedo", "--class", "tiger", "--token", "zwx", "--pronoun", "she")
    assert main(("hero", "change", "rex", *changes)) == 0
    said = capsys.readouterr().out
    assert "Rex is a black and white tiger, drawn as a cat." in said and "drawn as black" in said
    hero = load_hero("rex")
    assert (hero.species, hero.kind, hero.token) == ("cat", "tiger", "zwx")
    assert (hero.look, hero.pronoun) == ("black and white", "she")
    assert main(("hero", "change", "rex", "--class", "dog")) == 0 and not load_hero("rex").kind


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ((), "Say what to change: --look"),
        (("--look", "purple"), "understands none of it"),
        (("--class", "teapot"), "no animal that can be drawn"),
        (("--token", "dog"), "painters know this word already"),
        (("--leave-out", "99.jpg"), "has no photo '99.jpg'"),
        (("--take-in", "01.jpg"), "no photo '01.jpg' among those that were left out"),
    ],
)
def test_a_mistake_in_change_is_one_line_and_changes_nothing(tmp_path, capsys, changes, says):
    add(pet_photos(tmp_path / "in", 1))
    before, _ = load_hero("rex"), capsys.readouterr()
    assert main(("hero", "change", "rex", *changes)) == 2
    err = capsys.readouterr().err
    assert says in err and err.count("\n") == 1 and load_hero("rex") == before


def test_a_taught_hero_stays_what_it_was_taught_as(capsys):
    assert main(("hero", "change", "bruno", "--class", "cat")) == 2
    assert "was taught as ohwx dog" in capsys.readouterr().err
    assert main(("hero", "change", "bruno", "--look", "brown")) == 0
    assert load_hero("bruno").look == "brown" and hero_folder("bruno").parent == Path("heroes")


def test_change_makes_a_copy_of_a_hero_that_comes_along(capsys):
    assert main(("hero", "change", "biscuit", "--look", "grey")) == 0
    said = capsys.readouterr().out
    assert "heroes/biscuit is your copy" in said and "Biscuit is a grey cat." in said
    assert load_hero("biscuit").look == "grey"
    assert main(("hero", "change", "pepper", "--leave-out")) == 2
    assert not Path("heroes", "pepper").exists()


def test_a_hero_goes_into_the_trash_and_comes_back(tmp_path, capsys):
    add(pet_photos(tmp_path / "in", 2))
    before = load_hero("rex")
    assert main(("hero", "remove", "rex")) == 0
    said = capsys.readouterr().out
    assert "with 2 photos" in said and "storybook hero restore rex" in said
    assert "rex" not in hero_names()
    assert main(("hero", "restore")) == 0 and "rex " in capsys.readouterr().out
    assert main(("hero", "restore", "rx")) == 2 and "Did you mean rex" in capsys.readouterr().err
    assert main(("hero", "restore", "rex")) == 0 and load_hero("rex") == before
    assert main(("hero", "restore")) == 0 and "is empty" in capsys.readouterr().out
    assert main(("hero", "remove", "miso")) == 2
    assert "comes with the project and cannot be deleted" in capsys.readouterr().err


def test_list_speaks_of_pets_and_hides_none_behind_a_broken_one(tmp_path, capsys):
    (tmp_path / "heroes" / "half").mkdir(parents=True)
    (tmp_path / "heroes" / "half" / "hero.toml").write_text("name = ")
    assert main(("hero", "list")) == 0
    said = capsys.readouterr().out
    assert "Bruno, a brown and white dog. Comes along, and was taught." in said
    assert "ohwx" not in said and "half         cannot be read" in said


@pytest.mark.parametrize(
    ("typed", "folder", "printed"),
    [
        ("rex", "rex", "Rex"),
        ("mr_whiskers", "mr_whiskers", "Mr Whiskers"),
        ("Mr. O'Malley", "mr_omalley", "Mr. O'Malley"),
        ("jean-luc", "jean-luc", "Jean-Luc"),
        ("DJ", "dj", "DJ"),
    ],
)
def test_hero_add_keeps_a_small_folder_and_prints_a_proper_name(
    tmp_path, monkeypatch, typed, folder, printed
):
    monkeypatch.chdir(tmp_path)
    made = add_hero(Hero(name=display_name(typed), species="dog"), [])
    hero = load_hero(typed)
    assert (made.name, hero.name, hero.folder) == (folder, printed, "")
    assert hero_folder(hero.name).name == hero_folder(folder).name == folder


def test_load_hero_opens_an_earlier_one_as_it_is(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "heroes" / "rex").mkdir(parents=True)
    (tmp_path / "heroes" / "rex" / "hero.toml").write_text('name = "rex"\nspecies = "dog"\n')
    assert load_hero("rex") == Hero(name="rex", species="dog")


def test_load_heroes_tells_two_of_one_name_apart(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for folder, look in (("rex", "brown"), ("rex2", "white"), ("old", "grey")):
        (tmp_path / "heroes" / folder).mkdir(parents=True)
        (tmp_path / "heroes" / folder / "hero.toml").write_text(
            f'name = "Rex"\nspecies = "dog"\nlook = "{look}"\n'
        )
    one, two, three = load_heroes(("rex", "rex2", "old", "rex"))
    assert [hero.name for hero in (one, two, three)] == ["Rex", "Rex II", "Rex III"]
    assert [hero.look for hero in (one, two, three)] == ["brown", "white", "grey"]
    assert [hero.folder for hero in (one, two, three)] == ["", "rex2", "old"]


def test_add_refuses_a_file_in_place_of_a_folder(tmp_path, capsys):
    (tmp_path / "photos.zip").write_bytes(b"PK")
    assert add(tmp_path / "photos.zip") == 2
    err = capsys.readouterr().err
    assert "is a file (an archive; unpack it). Name the folder" in err and err.count("\n") == 1


def test_add_takes_what_can_be_read_of_an_odd_folder_and_names_the_rest(tmp_path, capsys):
    photos = pet_photos(tmp_path / "in", 1)
    with Image.open(photos / "01.jpg") as photo:
        photo.convert("CMYK").rotate(90).save(photos / "print.jpg")
        sideways = photo.getexif()
        sideways[0x112] = 6
        photo.crop((0, 0, 200, 128)).save(photos / "sideways.jpg", exif=sideways)
    (photos / "empty.jpg").write_bytes(b"")
    (photos / "zip.jpg").write_bytes(b"PK\x03\x04../../evil.jpg")
    (photos / "link.jpg").symlink_to("/nowhere")
    (photos / "dir.jpg").mkdir()
    assert add(photos) == 0
    said = " ".join(capsys.readouterr().out.split())
    for words in (
        "print.jpg is taken: print colours (CMYK)",
        "sideways.jpg is taken: turned upright",
        "passed over: empty.jpg is empty",
        "passed over: zip.jpg is an archive",
        "passed over: link.jpg is a link to nothing",
        "passed over: dir.jpg is a folder",
    ):
        assert words in said, words
    sizes = [Image.open(path).size for path in hero_photos("rex")]
    assert sizes[-1] == (128, 200), "upright"
