"""What a command tells of itself while it works, so that it can be followed as a job.

A command that runs as a job finds the job's folder in the environment variable STORYBOOK_JOB, and
writes its events there. One that was typed into a terminal makes a job's folder itself, with the
first event, so that nothing due leaves nothing behind; but only where a `jobs/` folder belongs:
beside the `books/`, `runs/` or `models/` that it works in. STORYBOOK_JOBS=off keeps it from that.
"""

import os
import shlex
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import chain
from pathlib import Path
from threading import Event as StopEvent
from threading import Thread

from storybook.errors import StorybookError, in_one_line
from storybook.events import event_log, open_lines
from storybook.jobs.folder import (
    CANCEL,
    EVENTS,
    JOB_VARIABLE,
    LOG,
    Job,
    JobState,
    Module,
    create_job,
    create_time_of,
    device_of,
    is_held,
    job_at,
    new_job,
    touch_heartbeat,
    write_state,
)
from storybook.jobs.manager import prune
from storybook.locks import try_lock
from storybook.processes import HEARS_SIGNALS, end_this, interrupt_this
from storybook.records import Event, Record

SWITCH = "STORYBOOK_JOBS"
HOMES = ("books", "runs", "models")
POLL_S = 0.5
GRACE_S = 60.0
"""How long a command may keep what it has once it is asked to stop."""


class CliInvocation(Record):
    """What a command says of itself when it was typed into a terminal."""

    module: Module
    arguments: tuple[str, ...]
    subject: str
    device: str = "auto"


def report_events(events: Iterator[Event], by_hand: CliInvocation | None = None) -> Iterator[Event]:
    """The events, each written into the job's folder before it is passed on, if there is a job."""
    folder = os.environ.get(JOB_VARIABLE)
    job = job_at(Path(folder)) if folder else None
    root = _root_of(by_hand)
    if job is not None:
        with _watch_for_stop(job, when=lambda: _is_to_stop(job)) as stop:
            yield from _write_events(events, job, stop)
    elif root is None:
        yield from events
    else:
        for event in events:
            yield from _report_as_job(chain([event], events), by_hand, root)


def line_of(event: Event) -> str:
    """An event as a line for people, such as `draw 3/26, page 1: she is running`."""
    page = "" if event.page is None else f", page {event.page}"
    note = f": {' '.join(event.note.split())}" if event.note else ""
    return f"{event.stage} {event.done}/{event.total}{page}{note}"


def _is_to_stop(job: Job) -> bool:
    """Once the job is held by nobody, whoever ran it is dead; who hears signals is told by one."""
    return not is_held(job) or (not HEARS_SIGNALS and (job.folder / CANCEL).exists())


def _root_of(by_hand: CliInvocation | None) -> Path | None:
    """Where a command that was typed by hand makes its job's folder, if it is to make one."""
    if by_hand is None or os.environ.get(SWITCH) == "off":
        return None
    home = Path(os.path.abspath(by_hand.subject)).parent
    return home.parent / "jobs" if home.name in HOMES else None


def _report_as_job(events: Iterator[Event], by_hand: CliInvocation, root: Path) -> Iterator[Event]:
    """The events of a command that makes itself known as a job; it waits for no device."""
    name = "storybook" if by_hand.module == "storybook" else f"python -m {by_hand.module}"
    what = f"{name} {shlex.join(by_hand.arguments)}"
    fields = by_hand.model_dump(exclude={"module", "arguments"}) | {"by_hand": True}
    try:
        prune(root)
        job, lock = create_job(new_job(by_hand.module, by_hand.arguments, what, **fields), root)
    except OSError:  # such as a folder that may only be read: the work can do without
        yield from events
        return
    with lock, device_of(job) as device:
        try_lock(device)
        state = JobState(
            state="running",
            pid=os.getpid(),
            create_time=create_time_of(os.getpid()),
            started=time.time(),
        )
        write_state(job, state)
        end, error = "failed", ""
        try:
            with _watch_for_stop(job, when=(job.folder / CANCEL).exists) as stop:
                yield from _write_events(events, job, stop)
            end = "done"
        except (KeyboardInterrupt, GeneratorExit):
            end = "cancelled"
            raise
        except StorybookError as fault:
            error = in_one_line(fault)
            raise
        except Exception as fault:
            error = f"{type(fault).__name__}: {fault}"
            raise
        finally:
            write_state(job, state.but(state=end, ended=time.time(), error=error))


def _write_events(events: Iterator[Event], job: Job, stop: StopEvent) -> Iterator[Event]:
    """The events, each a line for programs and a line for people, until it is asked to stop."""
    with event_log(job.folder / EVENTS) as write, open_lines(job.folder / LOG) as log:
        for event in events:
            write(event)
            log.write(f"{line_of(event)}\n")
            yield event
            # The interrupt is lost if it falls into a callback whose errors Python passes over.
            if stop.is_set():
                raise KeyboardInterrupt


@contextmanager
def _watch_for_stop(job: Job, when: Callable[[], bool]) -> Iterator[StopEvent]:
    """Let the job's heart beat; interrupt this process as Ctrl-C does as soon as `when` says so.

    Yields what is set by then.
    """
    done_event, stop = StopEvent(), StopEvent()

    def watch() -> None:
        while not done_event.wait(POLL_S):
            with suppress(OSError):
                if job.by_hand:
                    touch_heartbeat(job)
                if when():
                    interrupt_this()
                    stop.set()
                    if not done_event.wait(GRACE_S):
                        end_this()

    thread = Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield stop
    finally:
        done_event.set()
        thread.join()
