"""The page of training in each state, and teaching the writer from pairs."""

import json
import os
import time
from pathlib import Path

import pytest
from app_states import laid_job, laid_run, nothing_begins, opened, said

from app.widgets.run_view import how_far
from storybook.config import load_settings
from storybook.errors import TrainingError
from storybook.jobs.manager import jobs_in
from training.runs import listing as runs
from training.runs.listing import RunCard
from training.runs.run import RunState
from training.story import pair_upload
from training.story.recipe import load_story_recipe

PAIRS = [
    {
        "summary": f"{name} the cat looks for a {thing}.",
        "story": f"{name} the cat had lost the {thing}. " * 12,
    }
    for name, thing in (("Pip", "kite"), ("Tom", "drum"), ("Mia", "bell"), ("Lu", "boat"))
]


def button(page, label):
    return next(each for each in page.button if each.label == label)


def test_without_runs_it_says_how_to_begin():
    assert "Nothing was taught yet" in said(opened("training"))


@pytest.mark.parametrize("state", ["done", "stopped", "failed"])
def test_a_run_that_ended_is_listed_and_opened(tmp_path, state):
    laid_run(tmp_path, "rex", state, message="No room." if state == "failed" else "")
    assert "**rex**" in said(opened("training")) and f" {state}]" in said(opened("training"))
    page = opened("training", run="rex")
    words = said(page)
    assert "How well it learns" in words and "Asked for: a zwx dog" in words
    assert "teach 20/20" in words and ("No room." in words.replace("\\", "")) == (state == "failed")
    assert ("Go on" in [each.label for each in page.button]) == (state != "done")


def test_a_run_without_any_step_is_no_trouble(tmp_path):
    run = laid_run(tmp_path, "rex", "stopped")
    (run.folder / "measures.jsonl").unlink()
    (run.folder / "log.jsonl").unlink()
    for path in run.samples.iterdir():
        path.unlink()
    assert "The curve comes with the first steps" in said(opened("training", run="rex"))


def test_a_run_under_way_is_followed_and_stopped(tmp_path):
    laid_run(tmp_path, "rex", "running")
    job, lock = laid_job(tmp_path, "running", "runs/rex", what="Teach Rex")
    with lock:
        assert " learns]" in said(opened("training"))
        page = opened("training", run="rex")
        assert "How well it learns" in said(page)
        assert "Delete" not in [each.label for each in page.button]
        page.button(key=f"stop-{job.id}").click().run()
    assert (job.folder / "cancel").is_file()


def test_a_run_from_the_command_line_is_followed_without_a_job(tmp_path):
    laid_run(tmp_path, "rex", "running")
    page = opened("training", run="rex")
    assert " learns]" in said(page) and "How well it learns" in said(page)


def test_a_run_whose_process_was_killed_is_said_and_goes_on(tmp_path):
    run = laid_run(tmp_path, "rex", "running")
    for path in (run.folder / "run.json", run.folder / "log.jsonl"):
        os.utime(path, (time.time() - 999,) * 2)
    page = opened("training", run="rex")
    assert "ended without a word" in said(page)
    with nothing_begins(tmp_path):
        button(page, "Go on").click().run()
        (job,) = jobs_in(tmp_path / "jobs")
    assert not page.exception
    assert " ".join(job.arguments) == (
        "dreambooth runs/rex/recipe.toml --run runs/rex --resume latest"
    )


def test_a_run_is_deleted_and_put_back(tmp_path):
    laid_run(tmp_path, "rex", "done")
    page = opened("training", run="rex")
    page.button(key="delete-run").click().run()
    assert not page.exception and not (tmp_path / "runs" / "rex").exists()
    page.button(key="put-back").click().run()
    assert not page.exception and (tmp_path / "runs" / "rex").is_dir()
    assert "**rex**" in said(page)


@pytest.mark.parametrize("name", ["nobody", "..", "../books", "<b>"])
def test_a_run_that_is_gone_is_said(tmp_path, name):
    (tmp_path / "runs").mkdir()
    assert "There is no run" in said(opened("training", run=name))


def test_stories_of_a_writers_run_are_shown(tmp_path):
    run = laid_run(tmp_path, "tales", "done")
    (run.folder / "recipe.toml").write_text('title = "tales"\nbase = "b"\npairs = "p.json"\n')
    (run.samples / "000020.md").write_text("# After 20 steps\n\nPip flew a kite.\n")
    page = opened("training", run="tales")
    assert "Pip flew a kite." in said(page)
    assert runs.run_at(Path("runs"), "tales", Path("jobs")).teaches == "stories"


# Pairs that are brought


def test_pairs_are_kept_under_a_name_of_ours_and_looked_at(tmp_path):
    kept, report = pair_upload.take_in(tmp_path, "../../my pairs.JSON", json.dumps(PAIRS).encode())
    assert report.pairs == 4 and kept.parent == tmp_path / ".pairs" and kept.suffix == ".json"
    recipe = pair_upload.write_recipe(kept, "tales", load_settings("starter"), tmp_path)
    resolved, _ = load_story_recipe(recipe)
    assert resolved.pairs == kept and resolved.title == "tales" and resolved.test_pairs is None
    assert Path(resolved.base).is_dir()


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("pairs.exe", b"[]", "Bring pairs as one of"),
        ("pairs", b"[]", "Bring pairs as one of"),
        ("pairs.json", b" ", "is empty"),
        ("pairs.json", b"{", "The file"),
        ("pairs.json", b"[1, 2]", "The file"),
        ("pairs.json", b"\xff\xfe\x00", "The file"),
        ("pairs.csv", b"a,b\n1,2\n", "The file"),
    ],
)
def test_what_holds_no_pairs_is_refused_in_a_line(tmp_path, name, data, says):
    with pytest.raises(TrainingError) as fault:
        pair_upload.take_in(tmp_path, name, data)
    assert says in str(fault.value) and str(tmp_path) not in str(fault.value)
    assert not list((tmp_path / ".pairs").glob("*"))


@pytest.mark.parametrize("name", ["../tales", "", "a b", "rex"])
def test_a_name_that_cannot_be_is_refused(tmp_path, name):
    laid_run(tmp_path, "rex", "done")
    with pytest.raises(TrainingError):
        pair_upload.write_recipe(Path("p.json"), name, load_settings("starter"), tmp_path / "runs")


@pytest.mark.parametrize(
    ("state", "says"),
    [
        ({"state": "done", "step": 60, "steps": 60, "best_step": 60}, "60 steps"),
        (
            {"state": "done", "step": 60, "steps": 60, "best_step": 45},
            "60 steps, of which step 45 was best",
        ),
        (
            {"state": "done", "step": 60, "steps": 60, "best_step": 45, "chosen_step": 30},
            "60 steps, of which step 45 was best; step 30 was chosen",
        ),
        ({"state": "stopped", "step": 7, "steps": 60}, "step 7 of 60"),
        ({"state": "failed"}, "nothing learnt yet"),
    ],
)
def test_how_far_a_run_is_stands_in_a_line(tmp_path, state, says):
    run = RunCard(
        folder=tmp_path,
        title="rex",
        teaches="pet",
        status=state["state"],
        state=RunState(**state),
        changed=0,
    )
    assert how_far(run) == says
