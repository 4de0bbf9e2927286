"""How long a job will still take, by jobs whose events are laid down with times of their own."""

import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from storybook.jobs.eta import progress
from storybook.jobs.folder import EVENTS, JOBS, Job, JobState, birth_of, lay, new_job, say

BOOK = (("write", 1, 10.0), ("draw", 52, 20.0), ("bind", 1, 10.0))
"""Stages, what there is to do in them, and their seconds."""
COMMAND = ("make", "books/b")


def finished(stages, command=COMMAND) -> Job:
    """A job that went through all of its stages, long ago."""
    job, lock = lay(new_job("storybook", command, "Make b"), JOBS)
    tell(job, stages, 1000.0, 1.0)
    whole = sum(seconds for _, _, seconds in stages)
    say(job, JobState(state="done", started=1000.0, ended=1000.0 + whole))
    lock.close()
    return job


@pytest.fixture
def under_way() -> Iterator[Callable[..., Job]]:
    """Makes jobs that have come so far, by their time, just now."""
    with ExitStack() as locks:

        def make(stages, until: float) -> Job:
            job, lock = lay(new_job("storybook", COMMAND, "Make b"), JOBS)
            locks.enter_context(lock)
            begun = time.time() - until * sum(seconds for _, _, seconds in stages)
            tell(job, stages, begun, until)
            pid = os.getpid()
            say(job, JobState(state="running", pid=pid, born=birth_of(pid), started=begun))
            return job

        yield make


def tell(job: Job, stages, begun: float, until: float) -> None:
    """Write the events of the share `until` of the stages' time."""
    whole, at, lines = sum(seconds for _, _, seconds in stages), 0.0, []
    for stage, total, seconds in stages:
        times = [at + seconds * number / total for number in range(total + 1)]
        lines += [
            {"time": begun + when, "stage": stage, "done": number, "total": total}
            for number, when in enumerate(times)
            if when <= until * whole
        ]
        at += seconds
    (job.folder / EVENTS).write_text("\n".join(map(json.dumps, lines)) + "\n")


def test_without_an_earlier_job_only_the_stage_is_foretold(under_way):
    far = progress(under_way(BOOK, 0.5))
    assert (far.stage, far.done, far.total) == ("draw", 26, 52)
    assert far.seconds_left == pytest.approx(10, abs=0.5)
    assert far.share is None and far.job_seconds_left is None


@pytest.mark.parametrize("pace", [0.5, 1.0, 3.0])
def test_an_earlier_job_foretells_the_whole_at_this_one_s_pace(under_way, pace):
    finished(BOOK, ("book", "--pages", "12"))
    mine = tuple((stage, total, pace * seconds) for stage, total, seconds in BOOK)
    far = progress(under_way(mine, 0.5))
    assert far.share == pytest.approx(0.5, abs=0.01)
    assert far.job_seconds_left == pytest.approx(pace * 20, rel=0.05)
    assert far.seconds_left == pytest.approx(pace * 10, rel=0.05)


def test_a_job_of_other_work_foretells_nothing(under_way):
    one_page = (("draw", 4, 2.0), ("bind", 1, 10.0))
    twice = (("teach", 10, 5.0), ("samples", 1, 1.0), ("teach", 10, 5.0))
    finished(one_page)
    finished(twice)
    finished(BOOK, ("draw", "books/b"))
    larger = (BOOK[0], ("draw", 520, 200.0), BOOK[2])
    assert progress(under_way(BOOK, 0.5)).share is None
    finished(larger)
    assert progress(under_way(BOOK, 0.5)).share is None
    assert progress(under_way(twice, 0.9)).share is None


def test_too_early_it_says_only_how_far(under_way):
    finished(BOOK)
    far = progress(under_way(BOOK, 0.01))
    assert far.share == 0.0 and far.job_seconds_left is None


def test_what_has_ended_has_nothing_left():
    far = progress(finished(BOOK))
    assert (far.stage, far.done) == ("bind", 1)
    assert far.seconds_left is None and far.job_seconds_left is None
