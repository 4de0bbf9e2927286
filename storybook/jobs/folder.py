"""A job's folder: the only file that knows how a job lies on the disk, and whether it is alive.

jobs/20261122-153058-012345/
  job.json       what was asked: Job
  state.json     how it stands, written by the one process that runs it: JobState
  events.jsonl   every Event of the command, with its time
  log.txt        what the command said
  alive          locked as long as that process lives, so that a dead job is seen as dead at once
  heartbeat      touched every two seconds
  cancel         there if somebody asked the job to stop
"""

import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO, Literal

from pydantic import ConfigDict, Field

from storybook.files import patiently, write_whole
from storybook.locks import POSIX, is_locked, try_lock, wait_for_lock
from storybook.records import Record

JOB, STATE, EVENTS, LOG = "job.json", "state.json", "events.jsonl", "log.txt"
JOBS = Path("jobs")
ALIVE, HEARTBEAT, CANCEL = "alive", "heartbeat", "cancel"
JOB_VARIABLE = "STORYBOOK_JOB"
"""The environment variable that tells a command the folder of the job that it is."""
BEAT_S = 2.0
LATE_S = 10.0
"""A heart that has not beaten for so long is looked after."""
CLOCKS_DIFFER_S = 2.0
STARTS_S = 60.0
"""So long a runner may take to lock its job itself, where nobody can hand the lock on to it."""
UNEXPECTED = "It ended unexpectedly; retry goes on where it was."

Module = Literal["storybook", "training"]
JobStatus = Literal["queued", "waiting", "running", "done", "failed", "cancelled"]


class Job(Record):
    """What was asked: `python -m <module> <arguments>`, in the folder `at`."""

    folder: Path = Field(exclude=True)
    """The job's own folder, which is named by its id."""
    module: Module
    arguments: tuple[str, ...]
    what: str
    """One line for people, such as `Make The Kite and the Wind`."""
    subject: str = ""
    """The folder that it works on, such as `books/kite`."""
    device: str = "auto"
    """Jobs with the same device take turns."""
    at: str
    created: float
    """Seconds since 1970, as all times of a job."""
    repeats: str | None = None
    """The id of the job that this one goes on with."""
    by_hand: bool = False
    """Whether it was started in a terminal, and told of itself."""
    deferred: bool = Field(default=False, exclude_if=lambda deferred: not deferred)
    """Whether a service is to run it when its turn comes: until then nobody holds it."""

    @property
    def id(self) -> str:
        return self.folder.name

    @property
    def works_on(self) -> Path | None:
        """The subject, wherever the process stands."""
        return (Path(self.at) / self.subject).resolve() if self.subject else None

    @property
    def command(self) -> tuple[str, ...]:
        return (sys.executable, "-m", self.module, *self.arguments)

    @property
    def queue(self) -> Path:
        """The folder in which jobs stand in line for the device, by their ids."""
        name = "".join(sign if sign.isalnum() else "-" for sign in self.device)
        return self.folder.parent / ".devices" / name


class JobState(Record):
    """How a job stands."""

    model_config = ConfigDict(validate_by_name=True, validate_by_alias=True)

    state: JobStatus
    pid: int | None = None
    """Of the process that runs the job."""
    create_time: float | None = Field(default=None, alias="born")
    """When that process began, which tells it from a later one of the same number; files of jobs
    call it `born`."""
    started: float | None = None
    """When its turn came; None while it waits."""
    ended: float | None = None
    exit_code: int | None = None
    heartbeat: float | None = None
    error: str = ""
    """The one clear line that the command ended with."""

    @property
    def active(self) -> bool:
        return self.state in ("queued", "waiting", "running")


def new_job(module: Module, arguments: tuple[str, ...], what: str, **more: object) -> Job:
    """A job that has no folder yet."""
    fields = {"module": module, "arguments": arguments, "what": what, "created": time.time()}
    return Job.model_validate({"folder": Path(), "at": os.getcwd()} | fields | more)


def create_job(job: Job, root: Path) -> tuple[Job, IO[bytes]]:
    """Give a job its folder, and return the open file whose lock says that somebody runs it.

    The lock outlives this process if the file is handed on to another one. A folder is a job once
    `job.json` is in it, which is therefore written last: whoever lists the jobs sees it whole and
    alive.
    """
    root.mkdir(parents=True, exist_ok=True)
    while True:
        folder = root / f"{datetime.now():%Y%m%d-%H%M%S-%f}"
        try:
            folder.mkdir()
            break
        except FileExistsError:
            continue
    lock = (folder / ALIVE).open("ab")
    try_lock(lock)
    write_whole(folder / STATE, _text_of(JobState(state="queued")))
    (folder / HEARTBEAT).touch()
    write_whole(folder / JOB, (job.model_dump_json(indent=2) + "\n").encode())
    return job.but(folder=folder), lock


@contextmanager
def hold_lock(job: Job) -> Iterator[None]:
    """For the process that runs a job: hold the job's lock, if its starter could not hand it on."""
    if POSIX:
        yield
        return
    with (job.folder / ALIVE).open("ab") as file:
        wait_for_lock(file)
        yield


def job_at(folder: Path) -> Job | None:
    """The job that lies in a folder; None if none does, or one that cannot be read."""
    try:
        fields = json.loads((folder / JOB).read_bytes())
        return Job.model_validate({"folder": folder} | fields)
    except (OSError, ValueError, TypeError):
        return None


def write_state(job: Job, state: JobState) -> None:
    """Write down how a job stands; only the process that runs it may."""
    write_whole(job.folder / STATE, _text_of(state))


def written_state(job: Job) -> JobState:
    """How a job stands by its own words, with the last beat of its heart."""
    try:
        state = JobState.model_validate_json(patiently((job.folder / STATE).read_bytes))
        heartbeat = (job.folder / HEARTBEAT).stat().st_mtime
    except (OSError, ValueError):
        return JobState(state="failed", error="Its folder is damaged or gone.")
    return state.but(heartbeat=heartbeat)


def job_state(job: Job) -> JobState:
    """How a job stands now; one whose process is gone has failed, whatever it wrote last."""
    now = written_state(job)
    if not now.active or is_alive(job, now):
        return now
    now = written_state(job)  # it may have ended between the two looks
    if not now.active:
        return now
    if (job.folder / CANCEL).exists():
        return now.but(state="cancelled", ended=now.heartbeat)
    if job.deferred and now.state == "queued":
        return now
    return now.but(state="failed", ended=now.heartbeat, error=UNEXPECTED)


def is_alive(job: Job, state: JobState) -> bool:
    """Whether a process holds the job and its heart beats.

    A late heart may be that of a machine that slept, so then the process itself is looked up.
    """
    if not is_held(job):
        return False
    if state.heartbeat is not None and time.time() - state.heartbeat < LATE_S:
        return True
    began = create_time_of(state.pid) if state.pid is not None else None
    return began is not None and abs(began - state.create_time) < CLOCKS_DIFFER_S


def is_held(job: Job) -> bool:
    """Whether some process holds the lock of the job, or is about to."""
    return is_locked(job.folder / ALIVE) or (not POSIX and _is_starting(job))


def _is_starting(job: Job) -> bool:
    """Whether its runner may still be on its way to the lock."""
    return written_state(job).state == "queued" and time.time() - job.created < STARTS_S


def create_time_of(pid: int) -> float | None:
    """When a process began, in seconds since 1970; None if it is gone."""
    import psutil

    try:
        process = psutil.Process(pid)
        return None if process.status() == psutil.STATUS_ZOMBIE else process.create_time()
    except psutil.Error:
        return None


def touch_heartbeat(job: Job) -> None:
    """Let the job's heart beat, if it is time to."""
    path = job.folder / HEARTBEAT
    if time.time() - path.stat().st_mtime >= BEAT_S:
        path.touch()


@contextmanager
def device_of(job: Job) -> Iterator[IO[bytes]]:
    """The file whose lock stands for the job's device; not yet locked, and closed at the end."""
    job.queue.mkdir(parents=True, exist_ok=True)
    with job.queue.with_suffix(".lock").open("ab") as file:
        yield file


def jobs_in(root: Path = JOBS) -> list[Job]:
    """All jobs, the newest first; what is no job is passed over."""
    names = sorted((path.name for path in root.glob("[0-9]*")), reverse=True)
    return [job for name in names if (job := job_at(root / name)) is not None]


def _text_of(state: JobState) -> bytes:
    return (state.model_dump_json(indent=2, by_alias=True, exclude={"heartbeat"}) + "\n").encode()
