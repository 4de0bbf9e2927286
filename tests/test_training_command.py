"""`python -m training`: run, stopped, killed and shared between processes, as a user does it."""

import os
import shutil
import signal
import subprocess
import sys
import tomllib

import pytest
import tomli_w
import torch

from storybook.config import shipped
from tiny_sd import tiny_painter
from training.__main__ import main
from training.runs.run import Run, RunState
from waiting import END_S, wait_for


@pytest.fixture
def recipe(tmp_path):
    tiny_painter(tmp_path / "painter")
    table = {
        "preset": "none",
        "model": "painter",
        "lr": 1e-2,
        "batch": 2,
        "accumulation": 2,
        "max_steps": 30,
        "resolution_px": 64,
        "sample_steps": 2,
        "sample_every_epochs": 0,
        "save_every_epochs": 1,
        "concept": [
            {
                "photos": str(shipped("assets", "pets", "bhna-cat")),
                "token": "bhna",
                "class_word": "cat",
            }
        ],
    }
    file = tmp_path / "bhna.toml"
    file.write_bytes(tomli_w.dumps(table).encode())
    return file


def command(*arguments):
    python = [sys.executable, "-m", "training", "dreambooth"]
    return [*python, *map(str, arguments), "--device", "cpu"]


def started(*arguments):
    return subprocess.Popen(command(*arguments), stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def weights(run):
    return run.load(30)["weights"]


@pytest.mark.slow
@pytest.mark.parametrize("with_signal", [signal.SIGINT, signal.SIGKILL])
def test_stopped_or_killed_it_goes_on_to_the_same_weights(tmp_path, recipe, with_signal):
    whole, parts = Run(tmp_path / "whole"), Run(tmp_path / "parts")
    subprocess.run(command(recipe, "--run", whole.folder), check=True, capture_output=True)
    process = started(recipe, "--run", parts.folder)
    wait_for(parts.steps_kept, by=process)
    process.send_signal(with_signal)
    _, said = process.communicate(timeout=END_S)
    if with_signal == signal.SIGINT:
        assert process.returncode == 130
        last = said.decode().strip().splitlines()[-1]
        assert last == "storybook: stopped; --resume latest goes on."
        assert parts.state().state == "stopped"
    again = command(recipe, "--run", parts.folder, "--resume", "latest")
    subprocess.run(again, check=True, capture_output=True)
    one, other = weights(whole), weights(parts)
    assert all(torch.equal(one[name], other[name]) for name in one)


@pytest.mark.slow
def test_two_processes_learn_what_one_does(tmp_path, recipe):
    one, two = Run(tmp_path / "one"), Run(tmp_path / "runs" / "bhna-cat")
    odd = ["--set", "batch=5"]  # five batches: at an epoch's end one process has none
    subprocess.run(command(recipe, "--run", one.folder, *odd), check=True, capture_output=True)
    # `accelerate launch` starts several processes for GPUs only; on CPUs torch's own launcher does.
    launched = [sys.executable, "-m", "torch.distributed.run", "--nproc_per_node", "2"]
    launched += ["-m", "training", "dreambooth", str(recipe), "--set", "accumulation=1"]
    launched += [*odd, "--device", "cpu"]
    done = subprocess.run(launched, capture_output=True, text=True, env={**os.environ})
    assert done.returncode == 0, done.stderr[-2000:]
    # Sums in another order differ in the last bits, and Adam's first steps make much of little.
    mine, shared = ([each.loss for each in run.measures() if each.loss] for run in (one, two))
    assert shared[0] == pytest.approx(mine[0], rel=1e-5)
    assert shared == pytest.approx(mine, rel=2e-2)


def test_a_recipe_that_is_not_there_is_one_line(tmp_path):
    done = subprocess.run(command(tmp_path / "no.toml"), capture_output=True, text=True)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "no.toml" in done.stderr


@pytest.mark.parametrize("name", ["bhna-cat", "ohwx-dog"])
def test_the_shipped_recipes_name_what_is_there(name):
    root = shipped("assets").parent
    table = tomllib.loads((root / "training" / "recipes" / f"{name}.toml").read_text())
    (concept,) = table["concept"]
    for path in (table["model"], concept["photos"], concept["class_photos"]):
        assert (root / path).is_dir()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("stories", "check", "p.json", "--max-length", "9"), "--max-length needs a --tokenizer"),
        (("stories", "generate", "f", "--model", "m", "--max-cost", "1"), "needs what tokens cost"),
        (("stories", "compose", "p.json", "--count", "0"), "--count is at least 1"),
    ],
)
def test_flags_that_mean_nothing_are_refused(arguments, says, monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["training", *arguments])
    assert main() == 2 and says in capsys.readouterr().err


def test_resume_of_a_run_and_another_run_exclude_each_other(recipe, monkeypatch, capsys):
    arguments = ("dreambooth", str(recipe), "--run", "a", "--resume", "b")
    monkeypatch.setattr("sys.argv", ["training", *arguments])
    assert main() == 2 and "--resume b goes on with that run: leave --run out" in (
        capsys.readouterr().err
    )


def test_resume_refuses_another_preset_than_the_run_began_with(recipe, monkeypatch, capsys):
    run = Run(recipe.parent / "begun")
    run.folder.mkdir()
    shutil.copy(recipe, run.folder / "recipe.toml")
    run.write_state(RunState(state="stopped", preset="auto"))
    arguments = ("dreambooth", str(recipe), "--run", str(run.folder), "--resume")
    monkeypatch.setattr("sys.argv", ["training", *arguments, "latest", "--preset", "kohya"])
    assert main() == 2 and "began with auto" in capsys.readouterr().err
