"""How far a job is, and how long it will still take, judged by itself and by one before it."""

import time
from itertools import groupby

from storybook.events import LoggedEvent, events_in, seconds_left
from storybook.jobs.folder import EVENTS, Job, JobState, job_state, jobs_in
from storybook.records import Event

BEFORE = 20
"""So many jobs back one of the same kind is looked for."""
ALIKE = 1.5
"""Stages of two jobs are of one size if neither has more than so many times the other's work."""
EARLY = 0.05
"""Before this share of a job's time is over, its pace says nothing."""


class Progress(Event):
    """The last event of a job, and how long it will still take at the present pace."""

    seconds_left: float | None = None
    """Of this stage."""
    job_seconds_left: float | None = None
    """Of the whole job; None where no like job has been done here before."""
    share: float | None = None
    """Of the whole job's time that is over, in [0, 1]; None as above."""


def progress(job: Job) -> Progress | None:
    """How far a job is; None before its first event."""
    told = events_in(job.folder / EVENTS)
    if not told:
        return None
    last = told[-1]
    far = Progress.model_validate(last.model_dump(exclude={"time"}))
    state = job_state(job)
    if state.state != "running":
        return far
    far = far.but(seconds_left=seconds_left(told))
    share = _share(job, told)
    if share is None:
        return far
    if share < EARLY:
        return far.but(share=share)
    ends = state.started + (last.time - state.started) / share
    return far.but(share=share, job_seconds_left=max(0.0, ends - time.time()))


def _share(job: Job, told: list[LoggedEvent]) -> float | None:
    """The share of its time that the last job of the same kind had needed until this point."""
    found = _like(job, told)
    if found is None:
        return None
    state, before = found
    last = told[-1]
    there = next(
        (
            one.time
            for one in before
            if one.stage == last.stage and one.done * last.total >= last.done * one.total
        ),
        None,
    )
    if there is None or state.ended <= state.started:
        return None
    return min(1.0, max(0.0, (there - state.started) / (state.ended - state.started)))


def _like(job: Job, told: list[LoggedEvent]) -> tuple[JobState, list[LoggedEvent]] | None:
    """The newest finished job of the same command that went through the same, with what it told."""
    mine = _amounts(told)
    if mine is None:
        return None
    earlier = [
        other
        for other in jobs_in(job.folder.parent)
        if other.id < job.id and _kind(other) == _kind(job)
    ]
    for other in earlier[:BEFORE]:
        state = job_state(other)
        if state.state != "done" or state.started is None or state.ended is None:
            continue
        before = events_in(other.folder / EVENTS)
        theirs = _amounts(before)
        if theirs is not None and _alike(mine, theirs):
            return state, before
    return None


def _kind(job: Job) -> tuple[str, str]:
    """Of jobs that may be alike; `book` makes a book, too."""
    verb = next(iter(job.arguments), "")
    return job.module, "make" if verb == "book" else verb


def _amounts(told: list[LoggedEvent]) -> dict[str, int] | None:
    """How much there was to do in each stage; None if one came twice, as in teaching."""
    stages = [
        (stage, max(one.total for one in some))
        for stage, some in groupby(told, key=lambda one: one.stage)
    ]
    amounts = dict(stages)
    return amounts if len(amounts) == len(stages) else None


def _alike(mine: dict[str, int], theirs: dict[str, int]) -> bool:
    """Whether a job so far is like a whole one: the same stages with about as much to do."""
    if list(mine) != list(theirs)[: len(mine)]:
        return False
    return all(
        max(amount, theirs[stage]) <= ALIKE * max(1, min(amount, theirs[stage]))
        for stage, amount in mine.items()
    )
