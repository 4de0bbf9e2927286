"""What an owner changes of a hero, and takes back."""

import shutil

import numpy as np
import pytest
from PIL import Image, ImageDraw

from storybook.config import shipped
from storybook.errors import HeroError
from storybook.hero import edits as hero_edits
from storybook.hero import trash as hero_trash
from storybook.hero.folder import add_hero, hero_folder, hero_names, load_hero
from storybook.images.photo_files import photos_in
from storybook.jobs.folder import JobState, create_job, new_job, write_state
from storybook.records import Hero


@pytest.fixture
def rex(tmp_path):
    """The folder of a hero with three photos, 300 x 200 px, the left third of which is dark."""
    source = tmp_path / "in"
    source.mkdir()
    for number in range(3):
        photo = Image.new("RGB", (300, 200), (230, 220 - number, 200))
        ImageDraw.Draw(photo).rectangle((0, 0, 100, 200), fill="black")
        photo.save(source / f"{number}.png")
    (source / "0.txt").write_text("rex on the rug\n")
    return add_hero(Hero(name="Rex", species="dog", look="brown"), photos_in(source))


def state(folder):
    """All files of a hero but what can be undone, with their content."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and hero_edits.UNDO not in path.parts
    }


def dark_side(path):
    levels = np.asarray(Image.open(path).convert("L"))
    down, across = np.nonzero(levels < 60)
    return across.mean() / levels.shape[1], down.mean() / levels.shape[0]


CHANGES = {
    "turn": lambda folder: hero_edits.turn(folder, "01.png", 1),
    "crop": lambda folder: hero_edits.crop(folder, "01.png", (0.5, 0.0, 1.0, 0.5)),
    "leave out": lambda folder: hero_edits.leave_out(folder, "01.png"),
    "new caption": lambda folder: hero_edits.say_of(folder, "02.png", "asleep"),
    "other caption": lambda folder: hero_edits.say_of(folder, "01.png", "asleep"),
    "no caption": lambda folder: hero_edits.say_of(folder, "01.png", " "),
    "look": lambda folder: hero_edits.save_hero(folder, load_hero("rex").but(look="white")),
    "more": lambda folder: hero_edits.add_photos(folder, [folder / "photos" / "02.png"]),
}


@pytest.mark.parametrize("what", CHANGES)
def test_every_change_can_be_taken_back(rex, what):
    before = state(rex)
    CHANGES[what](rex)
    after = state(rex)
    assert after != before
    says = hero_edits.last_change(rex).says
    assert says.endswith(".") and not says[0].islower()
    assert hero_edits.undo(rex).says == says
    assert state(rex) == before and hero_edits.last_change(rex) is None


def test_all_of_them_are_taken_back_one_by_one(rex):
    states = [state(rex)]
    for change in ("turn", "crop", "new caption", "look", "leave out"):
        CHANGES[change](rex)
        states.append(state(rex))
    while hero_edits.last_change(rex):
        assert state(rex) == states.pop()
        hero_edits.undo(rex)
    assert state(rex) == states.pop() and not states
    with pytest.raises(HeroError, match="nothing to take back"):
        hero_edits.undo(rex)


def test_turning_is_clockwise(rex):
    path = rex / "photos" / "01.png"
    assert dark_side(path)[0] < 0.3
    hero_edits.turn(rex, "01.png", 1)
    assert Image.open(path).size == (200, 300) and dark_side(path)[1] < 0.3
    hero_edits.turn(rex, "01.png", -1)
    assert Image.open(path).size == (300, 200) and dark_side(path)[0] < 0.3


def test_cropping_takes_the_part_that_was_asked_for(rex):
    hero_edits.crop(rex, "01.png", (0.0, 0.5, 0.5, 1.0))
    photo = Image.open(rex / "photos" / "01.png")
    assert photo.size == (150, 100) and photo.getpixel((10, 50)) == (0, 0, 0)


@pytest.mark.parametrize(
    "box", [(0.5, 0, 0.5, 1), (0.6, 0, 0.4, 1), (-0.1, 0, 1, 1), (0, 0, 1.1, 1), (0, 0, 0.05, 1)]
)
def test_a_crop_that_leaves_nothing_is_refused(rex, box):
    before = state(rex)
    with pytest.raises(HeroError):
        hero_edits.crop(rex, "01.png", box)
    assert state(rex) == before and hero_edits.last_change(rex) is None


def test_the_pet_is_found_with_some_air():
    photo = Image.new("RGB", (400, 300), (90, 160, 80))
    ImageDraw.Draw(photo).ellipse((150, 100, 300, 250), fill=(120, 70, 30))
    left, upper, right, lower = hero_edits.pet_box(photo)
    assert 0.2 < left < 0.375 < 0.75 < right < 0.9
    assert 0.15 < upper < 0.34 < 0.83 < lower < 0.98


def test_what_was_left_out_is_taken_in_again_with_its_caption(rex):
    before = state(rex)
    hero_edits.leave_out(rex, "01.png")
    assert [path.name for path in hero_edits.left_out(rex)] == ["01.png"]
    assert (rex / "left-out" / "01.txt").is_file() and len(photos_in(rex / "photos")) == 2
    hero_edits.take_in_again(rex, "01.png")
    assert state(rex) == before


def test_photos_that_come_take_the_place_of_none(rex):
    hero_edits.leave_out(rex, "03.png")
    hero_edits.add_photos(rex, photos_in(rex / "photos"))
    names = [path.name for path in photos_in(rex / "photos")]
    assert names == ["01.png", "02.png", "04.png", "05.png"]


@pytest.mark.parametrize("photo", ["../hero.toml", "04.png", "", "/etc/passwd", "01.txt"])
def test_only_photos_of_the_hero_are_touched(rex, photo):
    for change in (hero_edits.leave_out, hero_edits.take_in_again):
        with pytest.raises(HeroError):
            change(rex, photo)


def test_captions_are_one_line_and_the_same_one_is_no_change(rex):
    hero_edits.say_of(rex, "02.png", "  in\nthe  grass ")
    assert hero_edits.caption_of(rex / "photos" / "02.png") == "in the grass"
    hero_edits.say_of(rex, "02.png", "in the grass")
    hero_edits.undo(rex)
    assert hero_edits.last_change(rex) is None


def test_heroes_that_ship_stay_as_they_are():
    folder = hero_folder("bruno")
    assert not hero_edits.is_own(folder)
    with pytest.raises(HeroError, match="comes with the project"):
        hero_edits.save_hero(folder, load_hero("bruno").but(look="white"))
    assert hero_edits.last_change(folder) is None


def test_a_copy_of_one_that_ships_may_be_changed():
    shipped_one = load_hero("bruno")
    folder = hero_edits.copy_hero("bruno")
    assert hero_edits.is_own(folder) and load_hero("bruno") == shipped_one
    hero_edits.save_hero(folder, shipped_one.but(look="white"))
    assert load_hero("bruno").look == "white"
    with pytest.raises(HeroError, match="is yours already"):
        hero_edits.copy_hero("bruno")


def test_fifty_changes_are_kept(rex):
    for number in range(hero_edits.KEPT + 5):
        hero_edits.say_of(rex, "02.png", f"word {number}")
    assert len(list((rex / ".undo").iterdir())) == hero_edits.KEPT


# A hero and all that was derived from it


def laid_run(tmp_path, name, photos):
    run = tmp_path / "runs" / name
    run.mkdir(parents=True)
    (run / "recipe.toml").write_text(f'[[concept]]\nphotos = "{photos}"\n')
    return run


def test_a_hero_goes_with_its_runs_and_comes_back(tmp_path, rex):
    own = laid_run(tmp_path, "rex", "heroes/rex/photos")
    second = laid_run(tmp_path, "rex-anew", rex / "photos")
    other = laid_run(tmp_path, "max", "heroes/max/photos")
    (tmp_path / "runs" / ".latents").mkdir()
    book = tmp_path / "books" / "kite"
    book.mkdir(parents=True)
    every = hero_trash.derived_of("rex", tmp_path / "runs")
    assert {run.name for run in every.runs} == {"rex", "rex-anew"}
    assert every.says == "3 photos and 2 training runs" and not every.taught
    before = state(rex)
    thrown = hero_trash.throw_away("rex", tmp_path / "runs", tmp_path / "jobs")
    assert "rex" not in hero_names() and not rex.exists() and not own.exists()
    assert other.is_dir() and book.is_dir() and not (tmp_path / "runs" / ".latents").exists()
    assert hero_trash.put_back(thrown, tmp_path / "runs") == "rex"
    assert state(rex) == before and own.is_dir() and second.is_dir() and not thrown.exists()


def test_a_hero_is_not_put_back_over_another(tmp_path, rex):
    thrown = hero_trash.throw_away("rex", tmp_path / "runs", tmp_path / "jobs")
    add_hero(Hero(name="Rex", species="cat"), [])
    with pytest.raises(HeroError, match="another rex"):
        hero_trash.put_back(thrown, tmp_path / "runs")
    assert load_hero("rex").species == "cat" and thrown.is_dir()


def test_what_ships_and_what_is_being_taught_is_not_thrown_away(tmp_path, rex):
    with pytest.raises(HeroError, match="comes with the project"):
        hero_trash.throw_away("bruno", tmp_path / "runs", tmp_path / "jobs")
    laid_run(tmp_path, "rex", "heroes/rex/photos")
    job = new_job("storybook", ("hero", "teach", "rex"), "Teach Rex", subject="runs/rex")
    job, lock = create_job(job, tmp_path / "jobs")
    with lock:
        write_state(job, JobState(state="running"))
        with pytest.raises(HeroError, match="is being taught"):
            hero_trash.throw_away("rex", tmp_path / "runs", tmp_path / "jobs")
    assert rex.is_dir()


def test_a_thing_outside_the_trash_is_not_put_back(tmp_path, rex):
    shutil.copytree(shipped("assets", "heroes", "bruno"), tmp_path / "bruno")
    for folder in (rex, tmp_path / "bruno"):
        with pytest.raises(HeroError, match="does not lie in the trash"):
            hero_trash.put_back(folder, tmp_path / "runs")
