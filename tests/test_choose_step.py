"""`storybook hero choose-step`: the weights of another step that was kept become the hero's."""

import shutil

import pytest
from safetensors.torch import load_file

from in_process import trained_here as trained_here
from storybook.cli import main
from storybook.config import shipped
from storybook.hero.folder import add_hero, load_hero
from storybook.records import Hero
from tiny_sd import tiny_critic, tiny_painter
from training.runs.run import Run

QUICK = (
    "--preset",
    "none",
    "--set",
    "max_steps=6",
    "--set",
    "lr=0.05",
    "--set",
    "batch=2",
    "--set",
    "resolution_px=64",
    "--set",
    "sample_steps=2",
    "--set",
    "keep_last=3",
    "--set",
    "save_every_epochs=1",
    "--set",
    "concept.0.class_images=2",
)


pytestmark = pytest.mark.usefixtures("trained_here")


def taught(tmp_path):
    tiny_painter(tmp_path / "painter", levels=1)
    tiny_critic(tmp_path / "critic")
    (tmp_path / "studio.toml").write_text(
        'device = "cpu"\n[write]\nwriter = "echo"\n[draw]\npainter = "./painter"\n'
        '[choose]\ncritic = "./critic"\n[enlarge]\nenlarger = "nearest"\n'
    )
    photos = tmp_path / "in"
    photos.mkdir()
    for number in range(1, 4):
        shutil.copy(shipped("assets", "pets", "ohwx-dog", f"{number:02d}.jpg"), photos)
    add_hero(Hero(name="Rex", species="dog", look="spotted"), sorted(photos.iterdir()))
    assert main(("hero", "teach", "rex", *QUICK)) == 0
    return Run(tmp_path / "runs" / "rex")


def test_another_step_becomes_the_heros(tmp_path, capfd):
    run = taught(tmp_path)
    adapter = tmp_path / "heroes" / "rex" / load_hero("rex").adapter
    before, kept = adapter.read_bytes(), run.steps_kept()
    other = next(step for step in kept if step != run.state().best_step)
    assert len(kept) >= 2
    assert main(("hero", "choose-step", "rex", str(other))) == 0
    assert f"as it was taught by step {other}" in capfd.readouterr().out
    assert adapter.read_bytes() != before and run.state().chosen_step == other
    assert run.state().state == "done"
    assert main(("hero", "choose-step", "rex", str(run.state().best_step))) == 0
    (tmp_path / "before.safetensors").write_bytes(before)
    then, now = load_file(tmp_path / "before.safetensors"), load_file(adapter)
    assert then.keys() == now.keys() and all((then[key] == now[key]).all() for key in now)


def test_a_step_that_was_not_kept_is_refused_with_those_that_were(tmp_path, capfd):
    run = taught(tmp_path)
    adapter = tmp_path / "heroes" / "rex" / load_hero("rex").adapter
    before = adapter.read_bytes()
    assert main(("hero", "choose-step", "rex", "9999")) == 2
    said = capfd.readouterr().err
    assert f"no step 9999. Steps that were kept: {run.steps_kept()[0]}" in said
    assert adapter.read_bytes() == before and run.state().chosen_step is None
