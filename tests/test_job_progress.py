"""How long a job will still take, by jobs whose events are laid down with times of their own."""

import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from storybook.jobs.eta import progress
from storybook.jobs.folder import (
    EVENTS,
    JOBS,
    Job,
    JobState,
    create_job,
    create_time_of,
    job_state,
    new_job,
    write_state,
)

BOOK = (("write", 1, 10.0), ("draw", 52, 20.0), ("bind", 1, 10.0))
"""Stages, what there is to do in them, and their seconds."""
COMMAND = ("make", "books/b")


def finished(stages, command=COMMAND) -> Job:
    """A job that went through all of its stages, long ago."""
    job, lock = create_job(new_job("storybook", command, "Make b"), JOBS)
    tell(job, stages, 1000.0, 1.0)
    whole = sum(seconds for _, _, seconds in stages)
    write_state(job, JobState(state="done", started=1000.0, ended=1000.0 + whole))
    lock.close()
    return job


@pytest.fixture
def under_way() -> Iterator[Callable[..., Job]]:
    """Makes jobs that have come so far, by their time, just now."""
    with ExitStack() as locks:

        def make(stages, until: float) -> Job:
            job, lock = create_job(new_job("storybook", COMMAND, "Make b"), JOBS)
            locks.enter_context(lock)
            begun = time.time() - until * sum(seconds for _, _, seconds in stages)
            tell(job, stages, begun, until)
            pid = os.getpid()
            write_state(
                job,
                JobState(state="running", pid=pid, create_time=create_time_of(pid), started=begun),
            )
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


PAGES = (
    *((0.0, "draw", 0, 8), (2.0, "draw", 1, 8), (4.0, "draw", 2, 8)),
    *((4.0, "choose", 0, 4), (5.0, "choose", 1, 4), (5.0, "enlarge", 0, 4)),
)
"""When, and how far each verb of a book's pages was, until the first page has all but its plate."""


def laid(events, under_way) -> Job:
    """A job of these events whose last one was just now."""
    job = under_way(BOOK, 0.0)
    begun = time.time() - events[-1][0]
    lines = [
        {"time": begun + at, "stage": stage, "done": done, "total": total}
        for at, stage, done, total in events
    ]
    (job.folder / EVENTS).write_text("\n".join(map(json.dumps, lines)) + "\n")
    return job


def test_a_first_book_is_foretold_by_its_finished_pages(under_way):
    far = progress(laid(PAGES, under_way))
    assert (far.pages_done, far.pages, far.job_seconds_left) == (0, 4, None)
    first = (*PAGES, (6.0, "enlarge", 1, 4))
    far = progress(laid(first, under_way))
    assert (far.pages_done, far.pages) == (1, 4)
    assert far.job_seconds_left == pytest.approx(3 * 6, abs=0.5)
    next_one = (*first, (7.0, "draw", 3, 8))
    far = progress(laid(next_one, under_way))
    assert (far.stage, far.pages_done) == ("draw", 1)
    assert far.job_seconds_left == pytest.approx(3 * 6 - 1, abs=0.5)


def test_pages_that_have_no_plates_are_counted_by_their_picks(under_way):
    far = progress(laid((*PAGES[:4], (5.0, "choose", 2, 4)), under_way))
    assert (far.pages_done, far.pages) == (2, 4)
    assert progress(laid((*PAGES, (9.0, "bind", 1, 1)), under_way)).pages is None


def test_a_book_before_it_foretells_one_whose_verbs_take_turns(under_way):
    """Each verb goes on from where it was, which is no second beginning."""
    turns = [
        (2.0 * page + at, stage, page + 1, 10)
        for page in range(10)
        for at, stage in ((0.5, "draw"), (1.0, "choose"), (2.0, "enlarge"))
    ]
    job = finished(BOOK)
    lines = [
        {"time": 1000.0 + at, "stage": stage, "done": done, "total": total}
        for at, stage, done, total in turns
    ]
    (job.folder / EVENTS).write_text("\n".join(map(json.dumps, lines)) + "\n")
    write_state(job, JobState(state="done", started=1000.0, ended=1020.0))
    now = laid(turns[:15], under_way)
    write_state(now, job_state(now).but(started=time.time() - 20.0))  # half as quick
    far = progress(now)
    assert far.share == pytest.approx(0.5, abs=0.01)
    assert far.job_seconds_left == pytest.approx(20.0, abs=0.5)
