"""A hero in whose teaching all weights learnt has a painter of its own, which draws its books."""

import shutil
import sys
from pathlib import Path

import pytest

from pet_runs import CPU, recipe
from storybook.authoring import teach_run
from storybook.authoring.teach_hero import adopt, painter_bytes
from storybook.book.folder import Book
from storybook.cli import main
from storybook.config import load_settings, shipped
from storybook.errors import HeroError, TrainingError
from storybook.hero.folder import add_hero, load_hero
from storybook.make import STAGES
from storybook.records import Hero
from storybook.studio.studio import Studio
from tiny_sd import tiny_critic, tiny_painter
from training import __main__ as training_main
from training.pet import disk_space as room
from training.pet.train import train
from training.runs import listing as runs
from training.runs.run import Run

QUICK = (
    "max_steps=3",
    "lr=0.01",
    "batch=2",
    "resolution_px=64",
    "sample_steps=2",
    "warmup_steps=0",
    "precision=fp32",
    "concept.0.class_images=2",
    "ema=0.5",
    "optimizer=adamw",
)


@pytest.fixture
def at_once(monkeypatch):
    """Teach in this process: another one would load everything anew."""

    def wait_for(command):
        monkeypatch.setattr(sys, "argv", command[2:])
        return training_main.main()

    monkeypatch.setattr(teach_run, "run_training", wait_for)


def lay_studio(folder: Path) -> None:
    tiny_painter(folder / "painter", levels=1)
    tiny_critic(folder / "critic")
    (folder / "studio.toml").write_text(
        'device = "cpu"\n[write]\nwriter = "echo"\n[draw]\npainter = "./painter"\nsteps = 2\n'
        "width_px = 64\nheight_px = 64\ncandidates = 1\n"
        '[choose]\ncritic = "./critic"\n[enlarge]\nenlarger = "nearest"\n'
    )


def add(name: str, folder: Path) -> None:
    photos = folder / "in"
    photos.mkdir(exist_ok=True)
    for number in range(1, 4):
        shutil.copy(shipped("assets", "pets", "ohwx-dog", f"{number:02d}.jpg"), photos)
    add_hero(Hero(name=name, species="dog", look="spotted"), sorted(photos.iterdir()))


def teach(name: str, preset: str, *settings: str) -> int:
    changes = [part for each in (*QUICK, *settings) for part in ("--set", each)]
    return main(("hero", "teach", name, "--preset", preset, *changes))


@pytest.mark.parametrize(
    "preset",
    [
        "everydream",
        *(pytest.param(each, marks=pytest.mark.slow) for each in ("storybook", "kohya")),
    ],
)
def test_hero_teach_with_all_weights_gives_a_painter_that_draws_the_book(
    tmp_path, capfd, at_once, preset
):
    lay_studio(tmp_path)
    add("Rex", tmp_path)
    assert teach("rex", preset) == 0
    told = capfd.readouterr().out
    assert "Rex has a painter of its own (1 MB)" in told
    log = (tmp_path / "runs" / "rex" / "log.jsonl").read_text()
    assert log.index("the result is a painter of") < log.index('"teach"'), "its size is said before"
    hero, studio = load_hero("rex"), Studio(load_settings("studio.toml"))
    assert (hero.painter, hero.adapter) == ("painter", None)
    assert studio.known((hero,)) == (hero,) and hero.words == f"{hero.token} dog"
    assert (
        main(("new", "b", "--summary", "Rex the dog naps.", "--hero", "rex", "--pages", "4")) == 0
    )
    book = Book(Path("b"))
    for stage in ("write", "split", "describe", "draw"):
        list(STAGES[stage].run(book, studio))
    assert f"{hero.token} dog" in book.prompt(1).positive
    with studio.painter(studio.known(book.cast)) as painter:
        assert painter.name == studio.painter_name(book.cast) != studio.painter_name()
    one = next(path for path in Path("b").rglob("*.png"))
    assert painter.name.rpartition("-")[2][:10] in one.read_bytes().decode("latin1")


def own(folder: Path, name: str, *, seed: int = 1) -> Hero:
    hero = Hero(name=name, species="dog", look="spotted", token="qfv", painter="painter")
    add_hero(hero, [])
    tiny_painter(folder / "heroes" / name.lower() / "painter", seed=seed, levels=1)
    return hero


def test_known_lets_one_painter_draw_a_book(tmp_path):
    lay_studio(tmp_path)
    rex, tom = own(tmp_path, "Rex"), own(tmp_path, "Tom", seed=2)
    studio = Studio(load_settings("studio.toml"))
    star, other = studio.known((rex, tom))
    assert star == rex and other.words == "spotted dog" and other.taught is None
    assert studio.painter_name((star, other)) == studio.painter_name((rex,))
    assert studio.known((tom, rex))[0] == tom
    plain = Hero(name="Pip", species="cat", look="white")
    assert studio.known((plain, rex)) == (plain, rex), "who is not taught is drawn by any"


def test_known_lets_a_hero_go_by_its_look_where_another_painter_draws(tmp_path):
    rex = own(tmp_path, "Rex")
    starter = Studio(load_settings("starter"))
    (known,) = starter.known((rex,))
    assert known.words == "spotted dog" and starter.painter_name((known,)) == starter.painter_name()
    (bare,) = starter.known((rex.but(look=""),))
    assert bare.words == "dog", "a token that nobody taught says nothing"


def test_a_painter_that_is_missing_is_said(tmp_path):
    lay_studio(tmp_path)
    rex = own(tmp_path, "Rex")
    shutil.rmtree(tmp_path / "heroes" / "rex" / "painter")
    with pytest.raises(HeroError, match="painter is missing: the hero's"):
        Studio(load_settings("studio.toml")).known((rex,))


def test_a_hero_without_a_painter_is_written_and_digested_as_before():
    hero = Hero(name="Rex", species="dog", adapter="adapter/a.safetensors")
    assert "painter" not in hero.model_dump()
    assert Hero.model_validate_json(hero.model_dump_json()) == hero
    taught = hero.but(adapter=None, painter="painter")
    assert Hero.model_validate_json(taught.model_dump_json()) == taught


def test_adopt_takes_any_form_that_draws(tmp_path):
    folder, result = tmp_path / "heroes" / "rex", tmp_path / "result"
    hero = own(tmp_path, "Rex")
    result.mkdir()
    kohya = shipped("assets", "heroes", "bruno", load_hero("bruno").adapter)
    shutil.copy(kohya, result / "rex.safetensors")
    adopt(hero, folder, result)
    now = load_hero("rex")
    assert (now.adapter, now.painter) == ("adapter/pytorch_lora_weights.safetensors", None)
    assert (folder / "painter").is_dir(), "what was taught before stays on the disk"
    tiny_painter(result / "painter", seed=3, levels=1)
    before = (folder / "painter" / "unet" / "diffusion_pytorch_model.safetensors").read_bytes()
    adopt(hero, folder, result)
    now = load_hero("rex")
    assert (now.adapter, now.painter) == (None, "painter")
    file = folder / "painter" / "unet" / "diffusion_pytorch_model.safetensors"
    assert file.read_bytes() != before
    assert file.stat().st_nlink == 2, "the run and the hero share what is large"
    assert (folder / "painter" / "model_index.json").stat().st_nlink == 1
    assert not list(folder.glob(".painter*"))


def test_adopt_of_nothing_that_draws_is_refused(tmp_path):
    hero = own(tmp_path, "Rex")
    (tmp_path / "result").mkdir()
    (tmp_path / "result" / "rex.pt").write_bytes(b"")
    with pytest.raises(HeroError, match=r"neither an adapter nor a painter, but: rex\.pt"):
        adopt(hero, tmp_path / "heroes" / "rex", tmp_path / "result")


def test_hero_teach_refuses_a_hypernetwork_before_it_begins(tmp_path, capsys, at_once):
    lay_studio(tmp_path)
    add("Rex", tmp_path)
    assert teach("rex", "none", "kind=hypernetwork") == 2
    assert "not with a hypernetwork" in capsys.readouterr().err
    assert not (tmp_path / "runs").exists()


def test_what_was_changed_while_it_was_taught_stays(tmp_path, monkeypatch, at_once):
    lay_studio(tmp_path)
    add("Rex", tmp_path)
    taught = teach_run.run_training

    def change_meanwhile(command):
        ended = taught(command)
        text = (tmp_path / "heroes" / "rex" / "hero.toml").read_text()
        (tmp_path / "heroes" / "rex" / "hero.toml").write_text(text.replace("spotted", "brown"))
        return ended

    monkeypatch.setattr(teach_run, "run_training", change_meanwhile)
    assert teach("rex", "none") == 0
    assert load_hero("rex").look == "brown" and load_hero("rex").adapter


def test_a_disk_without_room_is_said_before_anything_is_done(tmp_path, monkeypatch):
    tiny_painter(tmp_path / "painter", levels=1)
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(room.shutil, "disk_usage", lambda _: usage._replace(free=1000))
    chosen = recipe(tmp_path, kind="full")  # whose folders of pictures are not even there
    with pytest.raises(TrainingError, match=r"0 MB free\. Make room"):
        list(train(chosen, Run(tmp_path / "run"), CPU, "none"))


def test_painter_bytes_counts_what_is_saved(tmp_path):
    tiny_painter(tmp_path / "painter", levels=1)
    numbers = sum(file.stat().st_size for file in (tmp_path / "painter").glob("*/*.safetensors"))
    assert numbers / 2 < painter_bytes(tmp_path / "painter") < numbers
    assert [runs.makes_a_painter(name) for name in ("auto", "kohya", "storybook")] == [
        False,
        True,
        True,
    ]


def test_hero_teach_resumed_goes_by_the_run_s_own_recipe(tmp_path, at_once):
    """Whatever studio works in the folder by now, and whatever was laid for the hero since."""
    lay_studio(tmp_path)
    add("Rex", tmp_path)
    assert teach("rex", "none") == 0
    token = load_hero("rex").token
    laid = (tmp_path / "heroes" / "rex" / "recipe.toml").read_bytes()
    settings = (tmp_path / "studio.toml").read_text().replace("./painter", "./gone")
    (tmp_path / "studio.toml").write_text(settings)
    resumed = ("hero", "teach", "rex", "--resume", "--anyway", "--set", "max_steps=4")
    assert main(resumed) == 0
    state = Run(tmp_path / "runs" / "rex").state()
    assert (state.state, state.step) == ("done", 4)
    assert load_hero("rex").token == token
    assert (tmp_path / "heroes" / "rex" / "recipe.toml").read_bytes() == laid
