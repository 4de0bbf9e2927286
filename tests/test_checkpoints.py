"""What a stop or a kill costs: nothing but the steps since the last checkpoint."""

import shutil
from dataclasses import replace
from itertools import count

import pytest
import torch

from pet_runs import CPU, lay_home, recipe, run_of, weights
from storybook.errors import TrainingError
from training.pet.setup import prepare
from training.pet.train import train
from training.runs.run import Run


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return lay_home(tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="module")
def whole(home, tmp_path_factory):
    """A run that nobody stopped; with a picture held out, an epoch has four steps."""
    return run_of(looked_at(home), tmp_path_factory.mktemp("whole") / "run")


def looked_at(home, **settings):
    return recipe(home, held_out=1, sample_every_epochs=1, critic=str(home / "critic"), **settings)


def killed(chosen, folder, when, **more):
    """The run as a process leaves it that is killed at the first event for which `when` holds."""
    run = Run(folder.with_name("alive"))
    for event in run.logged(train(chosen, run, CPU, "none", **more)):
        if when(event):
            shutil.copytree(run.folder, folder)
            break
    return Run(folder)


def assert_same_weights(one, other):
    mine, theirs = weights(one), weights(other)
    assert mine.keys() == theirs.keys()
    assert all(torch.equal(mine[name], theirs[name]) for name in mine)


def looks(run):
    looked = [each for each in run.measures() if each.validation is not None]
    return [(each.step, each.validation, each.likeness) for each in looked]


def test_train_keeps_a_checkpoint_by_minutes_and_goes_on_exactly_from_it(home, whole, tmp_path):
    clock = count(step=100.0).__next__  # each look at it takes 100 s
    run = killed(
        looked_at(home),
        tmp_path / "run",
        lambda event: event.stage == "teach" and event.done == 3,
        clock=clock,
    )
    assert run.steps_kept() == [3], "no epoch ended: the fifth minute passed"
    assert run.state().state == "running" and run.state().step == 3
    assert_same_weights(run_of(looked_at(home), run.folder, resume=True), whole)


def test_train_without_minutes_keeps_nothing_within_an_epoch(home, tmp_path):
    clock = count(step=1e6).__next__
    chosen = looked_at(home, checkpoint_every_minutes=0)
    run = killed(
        chosen, tmp_path / "run", lambda event: event.done == 3 and event.total == 6, clock=clock
    )
    assert run.steps_kept() == []


@pytest.mark.parametrize("killing", [True, False], ids=["killed", "stopped"])
def test_train_loses_nothing_while_samples_are_drawn(home, whole, tmp_path, killing):
    chosen = looked_at(home)

    def drawing(event):
        return event.stage == "samples" and "of step 4" in event.note

    if killing:
        run = killed(chosen, tmp_path / "run", drawing)
    else:
        run = Run(tmp_path / "run")
        events = run.logged(train(chosen, run, CPU, "none"))
        next(event for event in events if drawing(event))
        events.close()
        assert run.state().state == "stopped"
    assert run.steps_kept() == [4] and run.state().step == 4
    again = run_of(chosen, run.folder, resume=True)
    assert_same_weights(again, whole)
    assert looks(again) == looks(whole), "what was being looked at is looked at again"
    assert again.state().best_step == whole.state().best_step


def test_train_goes_on_when_it_was_stopped_in_its_last_samples(home, whole, tmp_path):
    run = killed(
        looked_at(home),
        tmp_path / "run",
        lambda event: event.stage == "samples" and "of step 6" in event.note,
    )
    again = run_of(looked_at(home), run.folder, resume=True)
    assert again.state() == whole.state()
    assert looks(again) == looks(whole)
    assert (again.result / "pytorch_lora_weights.safetensors").is_file()


def test_run_json_says_the_step_that_was_taken_last(home, tmp_path):
    run = run_of(recipe(home), tmp_path / "run", stop_after=3)
    assert run.state().step == 3 and run.state().state == "stopped"
    run_of(recipe(home), tmp_path / "run", resume=True, stop_after=4)
    assert run.state().step == 4 and run.steps_kept() == [4], "the passing one before went"


def test_run_json_of_a_failed_run_says_the_step_that_was_taken_last(home, tmp_path):
    chosen = recipe(
        home,
        kind="full",
        lr=1e30,
        max_steps=30,
        clip_norm=0,
        sample_every_epochs=0,
        save_every_epochs=99,
    )
    with pytest.raises(TrainingError, match="too high"):
        run_of(chosen, tmp_path / "run")
    assert Run(tmp_path / "run").state().step == 9, "the loss is looked at with the tenth"


def test_train_keeps_no_weights_that_are_no_numbers(home, tmp_path):
    chosen = recipe(home, kind="full", lr=1e30, clip_norm=0, checkpoint_every_steps=2)
    with pytest.raises(TrainingError, match=r"[Tt]oo high"):
        run_of(chosen, tmp_path / "run")
    assert Run(tmp_path / "run").steps_kept() == []


def test_checkpoint_every_steps_keeps_steps_to_choose_from(home, tmp_path):
    chosen = recipe(home, save_every_epochs=99, checkpoint_every_steps=2, keep_last=2)
    clock = count(step=1e6).__next__  # one by minutes after each other step
    kept = []
    run = Run(tmp_path / "run")
    for event in run.logged(train(chosen, run, CPU, "none", clock=clock)):
        if event.stage == "teach":
            kept.append(run.steps_kept())
    assert kept == [[1], [2], [2, 3], [2, 4], [2, 4, 5], [2, 4, 6]]
    assert run.steps_kept() == [4, 6]


def test_a_disk_that_is_full_when_it_is_stopped_is_said(home, tmp_path, monkeypatch):
    run = Run(tmp_path / "run")
    events = run.logged(train(recipe(home), run, CPU, "none"))
    next(event for event in events if event.stage == "teach")

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(torch, "save", full)
    with pytest.raises(TrainingError, match="Make room"):
        events.close()
    assert run.state().state == "failed" and "Make room" in run.state().message


def test_a_draft_of_a_killed_process_is_cleared_away(tmp_path):
    left = tmp_path / "checkpoints" / "000004.draft"
    left.parent.mkdir()
    left.write_bytes(b"half")
    Run(tmp_path).save_checkpoint(5, {"step": 5})
    assert not left.exists() and Run(tmp_path).load(5) == {"step": 5}


def test_progress_counts_epochs_and_steps(home, tmp_path):
    run = Run(tmp_path / "run")
    chosen = recipe(home, max_steps=None, epochs=3, lr=1e-3, max_samples=2)
    told = [
        event for event in run.logged(train(chosen, run, CPU, "none")) if event.stage == "teach"
    ]
    assert [event.done for event in told] == list(range(1, 10))
    assert {event.total for event in told} == {9}
    epochs = [event.note.partition(",")[0] for event in told]
    assert epochs == [f"epoch {epoch} of 3" for epoch in (1, 2, 3) for _ in range(3)]


def test_epochs_are_passes_over_the_data_however_many_processes_share_them(home, tmp_path):
    preparing = prepare(recipe(home, max_steps=None, epochs=3), Run(tmp_path / "run"), CPU)
    while True:
        try:
            next(preparing)
        except StopIteration as end:
            setup = end.value
            break
    two = replace(setup, processes=2)
    assert (setup.steps_per_epoch, setup.steps, setup.epochs) == (5, 15, 3)
    assert (two.steps_per_epoch, two.steps, two.epochs) == (3, 9, 3)
