"""How far a job is, and how long it will still take, judged by itself and by one before it."""

import time

from storybook.events import LoggedEvent, events_in, seconds_left
from storybook.jobs.folder import EVENTS, Job, JobState, job_state, jobs_in
from storybook.records import Event

BEFORE = 20
"""So many jobs back one of the same kind is looked for."""
ALIKE = 1.5
"""Stages of two jobs are of one size if neither has more than so many times the other's work."""
PAGE_VERBS = ("enlarge", "choose")
"""What counts a book's pages, the last of them first."""
EARLY = 0.05
"""Before this share of a job's time is over, its pace says nothing."""


class Progress(Event):
    """The last event of a job, and how long it will still take at the present pace."""

    seconds_left: float | None = None
    """Of this stage."""
    job_seconds_left: float | None = None
    """Of the whole job; None where no like job has been done here before, until the first page of a
    book is finished."""
    share: float | None = None
    """Of the whole job's time that is over, in [0, 1]; None as above."""
    pages_done: int | None = None
    """Of a book, the pages that are finished; None before the first is looked at."""
    pages: int | None = None
    """Of a book, those that are to be finished in all; None as above."""


def progress(job: Job) -> Progress | None:
    """How far a job is; None before its first event."""
    events = events_in(job.folder / EVENTS)
    if not events:
        return None
    last = events[-1]
    far = Progress.model_validate(last.model_dump(exclude={"time"}) | _pages(events))
    state = job_state(job)
    if state.state != "running":
        return far
    far = far.but(seconds_left=seconds_left(events))
    share = _share(job, events)
    if share is None:
        return far.but(job_seconds_left=_by_pages(far, events))
    if share < EARLY:
        return far.but(share=share)
    ends = state.started + (last.time - state.started) / share
    return far.but(share=share, job_seconds_left=max(0.0, ends - time.time()))


def _pages(events: list[LoggedEvent]) -> dict[str, int]:
    """How many pages of a book are finished, of how many, as fields; nothing if nobody knows yet.

    The last of the verbs that a page goes through counts them.
    """
    if events[-1].stage not in (*PAGE_VERBS, "draw"):
        return {}
    counted = [event for event in events if event.stage in PAGE_VERBS]
    stage = next((verb for verb in PAGE_VERBS if any(event.stage == verb for event in counted)), "")
    return next(
        (
            {"pages_done": event.done, "pages": event.total}
            for event in events[::-1]
            if event.stage == stage
        ),
        {},
    )


def _by_pages(far: Progress, events: list[LoggedEvent]) -> float | None:
    """How long all pages will still take at the pace of those that are finished.

    From the first event of drawing on; to bind them takes next to nothing beside that.
    """
    begun = next((event.time for event in events if event.stage == "draw"), None)
    if not far.pages_done or begun is None:
        return None
    last = next(event.time for event in events[::-1] if event.stage in PAGE_VERBS)
    pace = (last - begun) / far.pages_done
    return max(0.0, last + pace * (far.pages - far.pages_done) - time.time())


def _share(job: Job, events: list[LoggedEvent]) -> float | None:
    """The share of its time that the last job of the same kind had needed until this point."""
    found = _similar_finished_job(job, events)
    if found is None:
        return None
    state, before = found
    last = events[-1]
    reached = next(
        (
            event.time
            for event in before
            if event.stage == last.stage and event.done * last.total >= last.done * event.total
        ),
        None,
    )
    if reached is None or state.ended <= state.started:
        return None
    return min(1.0, max(0.0, (reached - state.started) / (state.ended - state.started)))


def _similar_finished_job(
    job: Job, events: list[LoggedEvent]
) -> tuple[JobState, list[LoggedEvent]] | None:
    """The newest finished job of the same command that went through the same, with what it told."""
    mine = _amounts(events)
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
        if theirs is not None and _is_similar(mine, theirs):
            return state, before
    return None


def _kind(job: Job) -> tuple[str, str]:
    """Of jobs that may be alike; `book` makes a book, too."""
    verb = next(iter(job.arguments), "")
    return job.module, "make" if verb == "book" else verb


def _amounts(events: list[LoggedEvent]) -> dict[str, int] | None:
    """How much there was to do in each stage; None if one began anew, as in teaching.

    Those of a book's pages take turns, and each goes on from where it was.
    """
    amounts: dict[str, int] = {}
    done: dict[str, int] = {}
    for event in events:
        if event.done < done.get(event.stage, 0):
            return None
        done[event.stage] = event.done
        amounts[event.stage] = max(event.total, amounts.get(event.stage, 0))
    return amounts


def _is_similar(mine: dict[str, int], theirs: dict[str, int]) -> bool:
    """Whether a job so far is like a whole one: the same stages with about as much to do."""
    if list(mine) != list(theirs)[: len(mine)]:
        return False
    return all(
        max(amount, theirs[stage]) <= ALIKE * max(1, min(amount, theirs[stage]))
        for stage, amount in mine.items()
    )
