"""`storybook hero teach`: from a hero's photos to a hero that is drawn by its token."""

import shutil
import sys
import tomllib
from pathlib import Path

import pytest

from in_process import trained_here as trained_here
from storybook.authoring import teach_run
from storybook.authoring.teach_hero import TOKENS, how_long
from storybook.book.folder import Book
from storybook.cli import main
from storybook.config import load_settings, shipped
from storybook.hero.folder import add_hero, load_hero
from storybook.make import STAGES
from storybook.models.painting import open_painter
from storybook.models.weights import Adapter
from storybook.records import Hero
from storybook.studio.studio import Studio
from tiny_sd import tiny_critic, tiny_painter

QUICK = (
    "--preset",
    "none",
    "--set",
    "max_steps=4",
    "--set",
    "lr=0.05",
    "--set",
    "batch=2",
    "--set",
    "resolution_px=64",
    "--set",
    "sample_steps=2",
    "--set",
    "concept.0.class_images=2",
)


@pytest.fixture
def studio(tmp_path):
    tiny_painter(tmp_path / "painter", levels=1)
    tiny_critic(tmp_path / "critic")
    file = tmp_path / "tiny.toml"
    file.write_text(
        'device = "cpu"\n[write]\nwriter = "echo"\n[draw]\npainter = "./painter"\n'
        '[choose]\ncritic = "./critic"\n[enlarge]\nenlarger = "nearest"\n'
    )
    return file


BY_ECHO = ["write.writer=echo", "write.nearest=beside"]
"""A story of which each page's picture shows the star."""
FREE = TOKENS[2]
"""The first that no hero has."""


def rex(tmp_path, *, captions=False):
    photos = tmp_path / "in"
    photos.mkdir()
    for number in range(1, 5):
        for suffix in (".jpg", ".txt") if captions else (".jpg",):
            shutil.copy(shipped("assets", "pets", "ohwx-dog", f"{number:02d}{suffix}"), photos)
    add_hero(Hero(name="Rex", species="dog", look="spotted"), sorted(photos.glob("*.jpg")))


def test_run_training_gives_the_exit_code_and_silences_results(capfd):
    command = [sys.executable, "-c", "print('result'); raise SystemExit(3)"]
    assert teach_run.run_training(command) == 3
    assert capfd.readouterr().out.split() == ["result"]
    assert teach_run.run_training(command, silent=True) == 3
    assert capfd.readouterr().out == ""


@pytest.mark.parametrize(
    "where", ["here", pytest.param("in a process of its own", marks=pytest.mark.slow)]
)
def test_a_taught_hero_is_drawn_by_its_token(tmp_path, studio, capfd, request, where):
    if where == "here":
        request.getfixturevalue("trained_here")
    rex(tmp_path)
    assert main(("hero", "teach", "rex", "--studio", str(studio), *QUICK)) == 0
    assert "Rex is taught" in capfd.readouterr().out
    hero = load_hero("rex")
    assert hero.words == f"{FREE} dog"
    adapter = tmp_path / "heroes" / "rex" / hero.adapter
    open_painter(tmp_path / "painter", [Adapter(adapter)], device="cpu")
    known = Studio(load_settings(str(studio))).known((hero,))
    assert known == (hero,)
    elsewhere = Studio(load_settings("starter"))
    (stranger,) = elsewhere.known((hero,))
    assert stranger.words == "spotted dog"
    assert elsewhere.painter_name((stranger,)) == elsewhere.painter_name()
    (bare,) = elsewhere.known((hero.but(look=""),))
    assert bare.words == "dog"
    assert (tmp_path / "runs" / "rex" / "samples" / "grid.png").is_file()


def test_a_taught_hero_stars_in_another_studio_by_its_look(tmp_path, studio, trained_here, capfd):
    rex(tmp_path)
    assert main(("hero", "teach", "rex", "--studio", str(studio), *QUICK)) == 0
    new = ("new", "b", "--summary", "Rex the dog naps.", "--hero", "rex", "--pages", "4")
    assert main(new) == 0
    book, starter = Book(Path("b")), Studio(load_settings("starter", BY_ECHO))
    for stage in ("write", "split"):
        list(STAGES[stage].run(book, starter))
    first, *_ = STAGES["describe"].run(book, starter)
    assert first.note == "Rex was taught to another painter, and goes by its look here"
    assert "a spotted dog" in book.prompt(1).positive
    list(STAGES["describe"].run(book, Studio(load_settings(str(studio)))))
    assert f"{FREE} dog" in book.prompt(1).positive
    assert main(("hero", "teach", "rex", "--studio", str(studio), *QUICK)) == 2
    assert "--resume" in capfd.readouterr().err


def test_a_dry_run_says_what_would_be_done_and_does_nothing(tmp_path, studio, trained_here, capfd):
    rex(tmp_path)
    assert main(("hero", "teach", "rex", "--studio", str(studio), "--dry-run", *QUICK)) == 0
    said = capfd.readouterr().out
    assert "bucket 64 x 64: 4 pictures" in said
    assert "4 in all (max_steps)" in said
    assert "pieces to this painter" in said  # the tiny tokenizer spells every word
    assert "numbers learn" in said
    assert load_hero("rex").adapter is None
    assert not (tmp_path / "runs").exists()


def test_the_starter_does_not_pretend_to_know_photos(tmp_path, capsys):
    rex(tmp_path)
    assert main(("hero", "teach", "rex")) == 2
    said = capsys.readouterr().err
    assert "knows drawings, not photos" in said and "spotted dog" in said and "--anyway" in said


def test_hero_teach_refuses_unknown_settings_before_it_begins(tmp_path, studio, capsys):
    rex(tmp_path)
    teach = ("hero", "teach", "rex", "--studio", str(studio))
    assert main((*teach, "--set", "lr=1e-4", "--set", "lerning=3")) == 2
    assert "--set lerning: a teaching has no such setting" in capsys.readouterr().err
    assert not (tmp_path / "heroes" / "rex" / "recipe.toml").exists()


def test_hero_teach_takes_the_painter_and_the_device_of_its_settings(
    tmp_path, studio, capsys, monkeypatch
):
    rex(tmp_path)
    begun = []
    monkeypatch.setattr(teach_run, "run_training", lambda command: begun.append(command) or 1)
    changes = ("--set", f"draw.painter={tmp_path / 'painter'}", "--set", "device=cuda")
    assert main(("hero", "teach", "rex", *changes, "--set", "rank=2")) == 1
    (command,) = begun
    assert command[command.index("--device") + 1] == "cuda"
    assert command[command.index("--set") :] == ["--set", "rank=2"]
    said = tomllib.loads((tmp_path / "heroes" / "rex" / "recipe.toml").read_text())
    assert said["model"] == str(tmp_path / "painter")


def test_hero_teach_goes_on_with_the_painter_that_it_began_with(
    tmp_path, studio, capsys, monkeypatch
):
    rex(tmp_path)
    begun = []
    monkeypatch.setattr(teach_run, "run_training", lambda command: begun.append(command) or 1)
    run = tmp_path / "runs" / "rex"
    run.mkdir(parents=True)
    (run / "recipe.toml").write_text(f'model = "{(tmp_path / "painter").as_posix()}"\n')
    resume = ("hero", "teach", "rex", "--resume")  # no painter of the starter's is asked for
    assert main(resume) == 1 and begun[-1][-2:] == ["--resume", "latest"]
    assert main((*resume, "--set", f"draw.painter={tmp_path / 'painter'}")) == 1
    (run / "run.json").write_text('{"preset": "auto"}')
    assert main((*resume, "--preset", "kohya")) == 2
    assert "--preset kohya: the teaching in" in capsys.readouterr().err
    assert main((*resume, "--preset", "auto")) == 1 and begun.pop()
    assert main((*resume, "--set", "draw.painter=models/other")) == 2
    err = capsys.readouterr().err
    assert "--set draw.painter=models/other: the teaching in" in err and "began with" in err
    assert len(begun) == 2


def test_a_hero_without_photos_is_told_how_to_get_them(tmp_path, capsys):
    assert main(("hero", "teach", "biscuit")) == 2
    assert "storybook hero add biscuit --class cat --photos" in capsys.readouterr().err


def test_how_long_it_takes_goes_by_painter_and_photos():
    few, many = (how_long(count, load_settings("starter")) for count in (5, 30))
    assert "about 2 minutes" in few and "about 4 minutes" in many
    assert "graphics card" in how_long(30, load_settings("classic"))
