"""Runs as a front end shows them: how they stand, even those whose process was killed."""

import json
import os
import time
import zipfile

import pytest

from storybook.errors import TrainingError
from storybook.jobs.folder import JobState, create_job, new_job, write_state
from training.runs import listing as runs
from training.runs.run import LOG, Measure, Run, RunState


def laid(tmp_path, name="rex", state="done", *, age_s=0.0, **fields):
    folder = tmp_path / "runs" / name
    run = Run(folder)
    folder.mkdir(parents=True)
    (folder / "recipe.toml").write_text(f'title = "{name}"\n[[concept]]\nphotos = "photos"\n')
    run.write_state(RunState(state=state, step=20, steps=60, **fields))
    begun = time.time() - 40
    lines = [
        {"time": begun + step, "stage": "teach", "done": step, "total": 60} for step in range(1, 21)
    ]
    (folder / LOG).write_text("".join(f"{json.dumps(line)}\n" for line in lines) + '{"half')
    run.measure(Measure(step=0, epoch=0, loss=0.9))
    for step in (0, 20):
        run.samples.mkdir(exist_ok=True)
        for number in range(2):
            (run.samples / f"{step:06d}-{number:02d}.png").write_bytes(b"picture")
    (folder / "checkpoints").mkdir()
    (folder / "checkpoints" / "000020.pt").write_bytes(b"weights")
    for path in (folder / "run.json", folder / LOG):
        os.utime(path, (time.time() - age_s,) * 2)
    return folder


def job_on(tmp_path, folder, state):
    """A job of this very process, whose lock is held as long as what is returned lives."""
    job = new_job("training", ("dreambooth",), "Teach Rex", subject=str(folder), at=str(tmp_path))
    job, lock = create_job(job, tmp_path / "jobs")
    write_state(job, JobState(state=state, pid=os.getpid(), started=time.time()))
    return job, lock


def card(tmp_path, name="rex"):
    return runs.run_at(tmp_path / "runs", name, tmp_path / "jobs")


def test_a_finished_run_says_what_it_kept(tmp_path):
    laid(tmp_path, best_step=20)
    found = card(tmp_path)
    assert (found.status, found.teaches, found.samples, found.kept) == (
        "done",
        "pet",
        (0, 20),
        (20,),
    )
    assert found.taken_step == 20 and found.job is None and not found.active
    assert [path.name for path in runs.samples_of(found.folder, 20)] == [
        "000020-00.png",
        "000020-01.png",
    ]


def test_the_step_that_was_chosen_goes_before_the_best_one(tmp_path):
    laid(tmp_path, best_step=20, chosen_step=10)
    assert card(tmp_path).taken_step == 10


@pytest.mark.parametrize(
    ("state", "standing"), [("running", "running"), ("queued", "waiting"), ("waiting", "waiting")]
)
def test_a_run_stands_as_its_job_does(tmp_path, state, standing):
    folder = laid(tmp_path, state="running")
    job, lock = job_on(tmp_path, folder, state)
    with lock:
        assert card(tmp_path).status == standing and card(tmp_path).job == job.id
        with pytest.raises(TrainingError, match="still learning"):
            runs.throw_away(card(tmp_path))
    assert card(tmp_path).status == "interrupted", "its process is gone"


def test_a_run_without_a_job_is_alive_as_long_as_it_writes(tmp_path):
    laid(tmp_path, "young", "running")
    laid(tmp_path, "old", "running", age_s=500)
    assert card(tmp_path, "young").status == "running"
    assert card(tmp_path, "old").status == "interrupted"


def test_the_time_left_goes_by_the_last_steps(tmp_path):
    folder = laid(tmp_path, state="running")
    assert 15 < runs.run_seconds_left(folder) < 25
    (folder / LOG).write_text("")
    assert runs.run_seconds_left(folder) is None


def test_runs_are_listed_with_what_works_first(tmp_path):
    for name, age in (("a", 300), ("b", 100), ("c", 200)):
        laid(tmp_path, name, age_s=age)
    (tmp_path / "runs" / "class-images").mkdir()
    _, lock = job_on(tmp_path, tmp_path / "runs" / "a", "running")
    with lock:
        found = runs.runs_in(tmp_path / "runs", tmp_path / "jobs")
    assert [each.folder.name for each in found] == ["a", "b", "c"]
    assert runs.runs_in(tmp_path / "nowhere", tmp_path / "jobs") == []


@pytest.mark.parametrize("name", ["", "..", "../runs/rex", "nobody", "/etc"])
def test_a_run_is_named_by_its_folder_alone(tmp_path, name):
    laid(tmp_path)
    found = card(tmp_path, name)
    assert found is None or found.folder == tmp_path / "runs" / "rex"


def test_damage_is_said(tmp_path):
    folder = laid(tmp_path)
    (folder / "run.json").write_text("{")
    assert card(tmp_path).status == "failed" and "damaged" in card(tmp_path).state.message


def test_a_run_is_packed_without_its_checkpoints(tmp_path):
    folder = laid(tmp_path)
    packed = runs.pack(folder, tmp_path / "out" / "rex.zip")
    names = zipfile.ZipFile(packed).namelist()
    assert "rex/run.json" in names and "rex/samples/000020-00.png" in names
    assert not any("checkpoints" in name for name in names)


def test_a_run_that_was_thrown_away_can_be_put_back(tmp_path):
    folder = laid(tmp_path)
    thrown = runs.throw_away(card(tmp_path))
    assert not folder.exists() and runs.runs_in(tmp_path / "runs", tmp_path / "jobs") == []
    laid(tmp_path)
    assert runs.put_back(thrown).name == "rex-2"
    with pytest.raises(TrainingError, match="put back already"):
        runs.put_back(thrown)


def test_few_steps_warm_up_in_fewer():
    assert runs.settings_for("auto", 0, 8) == ["keep_last=8"]
    assert runs.settings_for("auto", 10, 8) == ["keep_last=8", "max_steps=10", "warmup_steps=1"]
    assert runs.settings_for("auto", 11, 8) == ["keep_last=8", "max_steps=11"]
    assert runs.settings_for("storybook", 400, 8) == ["max_steps=400", "warmup_steps=40"]


def test_presets_are_named():
    assert "auto" in runs.presets("pet") and "alpaca" in runs.presets("stories")
    assert "none" not in runs.presets("pet")
