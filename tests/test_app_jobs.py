"""The page of jobs in each state, and what its buttons do."""

import re
from pathlib import Path

import pytest
from app_states import laid_job, nothing_begins, opened, said

from app.widgets import look
from app.widgets.job_panel import SAID
from storybook.jobs.folder import job_state
from storybook.jobs.manager import jobs_in
from storybook.jobs.text import ago, waits_for


def test_without_jobs_it_says_so():
    assert "Nothing was made yet" in said(opened("jobs"))


@pytest.mark.parametrize(
    ("state", "word"), [("done", "done"), ("failed", "failed"), ("cancelled", "stopped")]
)
def test_a_job_that_ended_is_listed_and_opened(tmp_path, state, word):
    job, _ = laid_job(tmp_path, state, error="books/kite is no book." if state == "failed" else "")
    listed = opened("jobs")
    assert "Make The Kite" in said(listed) and f" {word}]" in said(listed)
    page = opened("jobs", job=job.id)
    assert "draw 4/8: page 3" in said(page) and "storybook make books/kite" in said(page)
    assert ("is no book" in said(page)) == (state == "failed")
    assert [each.label for each in page.button if each.label == "Go on"] == (
        [] if state == "done" else ["Go on"]
    )


def test_a_job_at_work_shows_how_far_it_is_and_is_stopped(tmp_path):
    job, lock = laid_job(tmp_path, "running")
    with lock:
        assert " at work]" in said(opened("jobs"))
        page = opened("jobs", job=job.id)
        assert "draw 4/8" in said(page)
        page.button(key=f"stop-{job.id}").click().run()
        assert not page.exception and (job.folder / "cancel").is_file()


def test_a_killed_job_is_seen_as_failed(tmp_path):
    job, lock = laid_job(tmp_path, "running")
    lock.close()
    page = opened("jobs", job=job.id)
    assert " failed]" in said(page) and "ended unexpectedly" in said(page)


def test_every_stage_of_a_job_is_said_in_words():
    root = Path(__file__).parents[1]
    sources = [*(root / "storybook").rglob("*.py"), *(root / "training").rglob("*.py")]
    stages = {
        stage
        for source in sources
        if not {"starter", "desk"} & set(source.parts)  # commands that the studio starts none of
        for stage in re.findall(
            r'\b(?:stage=|STAGE = |_STAGE = )"([a-z -]+)"', source.read_text(encoding="utf-8")
        )
    }
    assert len(stages) > 15
    assert sorted(stages - set(SAID)) == [], "stages that the studio has no words for"


def test_a_job_that_waits_says_for_what(tmp_path):
    first, one = laid_job(tmp_path, "running", what="Teach Rex")
    second, two = laid_job(tmp_path, "waiting")
    with one, two:
        assert "It waits for: Teach Rex" in said(opened("jobs")).replace("\\", "")
        assert waits_for(second, tmp_path / "jobs").id == first.id
    assert waits_for(second, tmp_path / "jobs") is None, "the dead have no device"


def test_a_job_is_forgotten_once_that_was_confirmed(tmp_path):
    job, _ = laid_job(tmp_path, "done")
    page = opened("jobs", job=job.id)
    page.button(key="forget").click().run()
    assert not page.exception and jobs_in(tmp_path / "jobs") == []
    assert "Nothing was made yet" in said(page)


def test_a_job_that_is_gone_is_said(tmp_path):
    for name in ("20200101-000000-000000", "../heroes", "<b>x"):
        assert "There is no job" in said(opened("jobs", job=name))


def test_what_failed_goes_on(tmp_path):
    job, _ = laid_job(tmp_path, "failed", error="x")
    page = opened("jobs", job=job.id)
    with nothing_begins(tmp_path):
        page.button(key=f"retry-{job.id}").click().run()
        newest = jobs_in(tmp_path / "jobs")[0]
    assert not page.exception and job_state(newest).state == "cancelled"
    assert newest.repeats == job.id


def test_many_jobs_are_shown_some_at_a_time(tmp_path):
    for _ in range(25):
        laid_job(tmp_path, "done")
    page = opened("jobs")
    assert said(page).count("**Make The Kite**") == 20
    next(each for each in page.button if each.label == "Show more of 25").click().run()
    assert said(page).count("**Make The Kite**") == 25


@pytest.mark.parametrize(
    ("seconds", "says"),
    [
        (-5, "just now"),
        (20, "just now"),
        (70, "1 minute ago"),
        (7200, "2 hours ago"),
        (86400, "1 day ago"),
        (3 * 86400, "3 days ago"),
    ],
)
def test_how_long_ago_it_was(seconds, says):
    assert ago(seconds) == says


@pytest.mark.parametrize(
    "what",
    ["Make miso the dragon can't sleep because the ", "Make *Kite* and **Wind**", "x" * 200],
)
def test_what_a_job_does_is_bold_whatever_it_is_called(what):
    shown = look.strong(look.short(what, 60))
    inner = shown.removeprefix("**").removesuffix("**")
    assert shown.startswith("**") and shown.endswith("**") and inner == inner.strip()
    assert "*" not in inner.replace("\\*", "") and len(inner.replace("\\", "")) <= 60
