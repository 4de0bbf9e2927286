"""Trainings in the precision that the machine is quick in: measured once, and kept to."""

import tomllib

import pytest
import test_story_lora as stories
import torch
from safetensors.torch import load_file

from pet_runs import lay_home, recipe, run_of, weights
from storybook.models import auto_precision, packed_linear
from storybook.models.precision import FP32, PRECISIONS, Precision
from tiny import tiny_llama
from training.pet.recipe import Recipe, load_recipe
from training.runs.run import RECIPE
from training.story.recipe import StoryRecipe, load_story_recipe

LAID = Precision(dtype="bf16", channels_last=True)


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return lay_home(tmp_path_factory.mktemp("precision"))


@pytest.fixture
def machine(monkeypatch):
    """A list of what the machine finds quickest when it is next asked; a step in each way."""
    answers = []

    def fastest(step, *, precisions=PRECISIONS):
        for way in precisions:
            step(way)
        found = answers.pop()
        return found if found in precisions else found.but(channels_last=False)

    monkeypatch.setattr(auto_precision, "fastest", fastest)
    monkeypatch.setattr(packed_linear, "is_supported", lambda: True)
    monkeypatch.setattr(auto_precision, "_known", {})
    monkeypatch.setattr(auto_precision, "LEAST_MACS", 0)
    monkeypatch.setattr(auto_precision, "MORE_WORK", 0)
    return answers


def said(run):
    return tomllib.loads((run.folder / RECIPE).read_text())


def same(one, other):
    assert one.keys() == other.keys()
    return all(torch.equal(one[name], other[name]) for name in one)


def test_precision_is_left_open_by_default():
    assert Recipe.model_fields["precision"].default == "auto"
    assert StoryRecipe.model_fields["precision"].default == "auto"


MANNERS = ({}, {"targets": "convolutions", "shuffle": True}, {"kind": "full", "ema": 0.9})
GOING_ON = {(0, "fp32"), (1, "bf16")}
"""Which manner goes on in which precision in a quick test: maps that are laid out are those of
convolutions, and that averages and all weights go on exactly holds `test_dreambooth.py`."""


@pytest.mark.parametrize(
    ("found", "settings"),
    [
        pytest.param(
            found,
            settings,
            id=f"{'-'.join(settings) or 'lora'}-{found}",
            marks=() if (number, found.dtype) in GOING_ON else pytest.mark.slow,
        )
        for number, settings in enumerate(MANNERS)
        for found in (FP32, LAID)
    ],
)
def test_train_goes_on_in_the_precision_that_it_began_with(
    home, tmp_path, machine, found, settings
):
    chosen = recipe(home, max_steps=4, **settings)
    machine.append(found)
    whole = run_of(chosen, tmp_path / "whole")
    assert (said(whole)["precision"], said(whole)["channels_last"]) == (
        found.dtype,
        found.channels_last,
    )
    part = run_of(chosen, tmp_path / "part", stop_after=2)
    assert not machine  # the same machine is asked once, whatever run it is
    auto_precision._known.clear()
    auto_precision._file().unlink()  # and a run that goes on does not ask at all
    kept, _ = load_recipe(part.folder / RECIPE)
    again = run_of(kept, tmp_path / "part", resume=True)
    assert same(weights(whole), weights(again))  # two runs of the same code on one machine


def test_train_in_bf16_learns_something_else_by_a_little(home, tmp_path, machine):
    machine += [LAID]
    half = run_of(recipe(home, max_steps=1), tmp_path / "half")
    plain = run_of(recipe(home, max_steps=1, precision="fp32"), tmp_path / "plain")
    losses = [
        [each.loss for each in run.measures() if each.loss is not None] for run in (half, plain)
    ]
    assert losses[0] != losses[1]
    # Each product is off by 2^-8 of its size at most, and a loss is a mean of very many.
    assert losses[0] == pytest.approx(losses[1], rel=0.02)
    assert said(plain)["precision"] == "fp32"


def test_train_measures_precision_before_the_batch(home, tmp_path, machine):
    machine.append(LAID)
    run = run_of(recipe(home, measure=True, max_steps=1), tmp_path / "run")
    assert said(run)["precision"] == "bf16" and said(run)["measure"] is False


def test_train_of_a_tiny_painter_asks_for_no_precision(home, tmp_path, monkeypatch):
    monkeypatch.setattr(auto_precision, "fastest", None)  # would fail if it were asked
    run = run_of(recipe(home, max_steps=1), tmp_path / "run")
    assert said(run)["precision"] == "fp32"


def test_a_recipe_that_names_its_precision_is_not_asked_about_it(
    home, tmp_path, monkeypatch, machine
):
    monkeypatch.setattr(auto_precision, "fastest", None)
    assert (
        said(run_of(recipe(home, max_steps=1, precision="bf16"), tmp_path / "a"))["precision"]
        == "bf16"
    )


@pytest.fixture(scope="module")
def shelf(tmp_path_factory):
    """A base with pairs, as the recipe for stories has them."""
    folder = tmp_path_factory.mktemp("story")
    tiny_llama(folder / "base", learns=("Pip the cat naps.", "Rex the dog runs."))
    stories.lay_pairs(folder)
    return folder


# In fp32 `test_story_lora.py` holds that a run goes on exactly.
@pytest.mark.parametrize(
    "found", [pytest.param(FP32, marks=pytest.mark.slow), Precision(dtype="bf16")], ids=str
)
def test_story_lora_goes_on_in_the_precision_that_it_began_with(shelf, tmp_path, machine, found):
    chosen = stories.recipe(shelf, max_steps=4, epochs=2)
    machine.append(found)
    whole = stories.run_of(chosen, tmp_path / "whole")
    assert said(whole)["precision"] == found.dtype
    part = stories.run_of(chosen, tmp_path / "part", stop_after=2)
    auto_precision._known.clear()
    auto_precision._file().unlink()
    kept, _ = load_story_recipe(part.folder / RECIPE)
    stories.run_of(kept, tmp_path / "part", resume=True)
    last = [
        sorted((run / "checkpoints").glob("checkpoint-*"))[-1]
        for run in (tmp_path / "whole", tmp_path / "part")
    ]
    files = [load_file(folder / "adapter_model.safetensors") for folder in last]
    assert same(*files)
    assert not machine
