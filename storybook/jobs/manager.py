"""Jobs: commands that outlive who started them. Start, look, stop, take home.

How a job lies on the disk, and how a dead one is known, says `folder.py`; who runs it,
`runner.py`; what the command tells of itself, `reporting.py`.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import IO

from storybook.errors import JobError
from storybook.files import move, zip_files
from storybook.jobs.eta import Progress
from storybook.jobs.eta import progress as progress
from storybook.jobs.folder import (
    ALIVE,
    CANCEL,
    EVENTS,
    JOB,
    JOBS,
    LOG,
    STATE,
    Job,
    JobState,
    Module,
    create_job,
    job_at,
    new_job,
)
from storybook.jobs.folder import job_state as job_state
from storybook.jobs.folder import jobs_in as jobs_in
from storybook.locks import try_lock, wait_for_lock
from storybook.processes import UTF8, detached
from storybook.records import Record
from storybook.text_files import last_lines

KEPT = 200
"""So many finished jobs are kept, the newest."""
PROJECT = Path(__file__).resolve().parents[2]


class Report(Record):
    """All that is known of a job, for programs."""

    id: str
    job: Job
    state: JobState
    progress: Progress | None


# Asking


def start(
    module: Module,
    arguments: tuple[str, ...],
    what: str,
    *,
    subject: str = "",
    device: str = "auto",
    root: Path = JOBS,
    repeats: Job | None = None,
    deferred: bool = False,
) -> Job:
    """Start a command in a process of its own, which goes on when this one ends.

    It waits for its turn on the device. Raises JobError naming the job that works on the same
    subject, if there is one. A retry passes `repeats`, and runs where that one ran. One that is
    `deferred` has a folder and no process, until `run_deferred` is called for it.
    """
    job = new_job(
        module,
        arguments,
        what,
        subject=subject,
        device=device,
        at=repeats.at if repeats else os.getcwd(),
        repeats=repeats.id if repeats else None,
        deferred=deferred,
    )
    with _guarded(root):
        other = find_running(job.works_on, root) if job.works_on else None
        if other is not None:
            raise JobError(
                f"{subject} is being worked on already: {other.what} (job {other.id}). "
                f"Wait for it, or stop it: storybook jobs cancel {other.id}"
            )
        prune(root)
        job, lock = create_job(job, root)
        with lock:
            if not deferred:
                _run(job, lock)
    return job


def run_deferred(job: Job) -> None:
    """Start the process of a deferred job, unless it has one or was cancelled meanwhile."""
    with (job.folder / ALIVE).open("ab") as lock:
        if not (job.folder / CANCEL).exists() and try_lock(lock):
            _run(job, lock)


def _run(job: Job, lock: IO[bytes]) -> None:
    """Start the process that runs a job, and hand it the lock that says that it is alive."""
    with (job.folder / LOG).open("ab") as log:
        job.queue.mkdir(parents=True, exist_ok=True)
        (job.queue / job.id).touch()
        runner = subprocess.Popen(
            [sys.executable, "-m", "storybook.jobs.runner", str(job.folder.resolve())],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=job.at,
            env=_environment(),
            **detached(lock),
        )
    Thread(target=runner.wait, daemon=True).start()  # so that it is no zombie when it has ended


def cancel(job: Job) -> None:
    """Ask a job to stop; what it made is kept. Raises JobError if it has ended already."""
    now = job_state(job)
    if not now.active:
        raise JobError(f"Job {job.id} is not running: it is {now.state}.")
    (job.folder / CANCEL).touch()


def delete(job: Job) -> None:
    """Forget a job; what it made stays. Raises JobError while it runs."""
    if job_state(job).active:
        raise JobError(f"Job {job.id} is running. Stop it first: storybook jobs cancel {job.id}")
    gone = move(job.folder, job.folder.with_name(f".{job.id}"))
    shutil.rmtree(gone)


# Looking


def load_job(job_id: str, root: Path = JOBS) -> Job:
    """A job by its id; raises JobError that names the newest ones."""
    job = job_at(root / job_id) if Path(job_id).name == job_id else None
    if job is None:
        known = ", ".join(each.id for each in jobs_in(root)[:3]) or "none"
        raise JobError(f"There is no job {job_id!r} in {root}. The newest ones are: {known}.")
    return job


def find_running(subject: Path, root: Path = JOBS) -> Job | None:
    """The job that works on a folder, if there is one."""
    wanted = subject.resolve()
    found = (job for job in jobs_in(root) if job.works_on == wanted)
    return next((job for job in found if job_state(job).active), None)


def tail(job: Job, lines: int = 40) -> str:
    """The last lines of a job's log."""
    return "\n".join(last_lines(job.folder / LOG)[-lines:])


def download(job: Job, to: Path) -> Path:
    """Pack what a job made, and what it said, into the zip `to`; checkpoints are left out."""
    files = {f"job/{name}": job.folder / name for name in (JOB, STATE, EVENTS, LOG)}
    subject = job.works_on
    if subject is not None and subject.is_dir():
        for path in sorted(subject.rglob("*")):
            inside = path.relative_to(subject)
            if not {"checkpoints", ".made"} & set(inside.parts) and not path.is_symlink():
                files[f"{subject.name}/{inside.as_posix()}"] = path
    return zip_files({name: path for name, path in files.items() if path.is_file()}, to)


def _environment() -> dict[str, str]:
    """This process's environment, such that a child runs this very code wherever it stands."""
    paths = [str(PROJECT), *filter(None, [os.environ.get("PYTHONPATH")])]
    own = {"PYTHONPATH": os.pathsep.join(paths), "PYTHONUNBUFFERED": "1", UTF8: "1"}
    return os.environ | own


@contextmanager
def _guarded(root: Path) -> Iterator[None]:
    """One start at a time, so that two tabs do not start the same work."""
    root.mkdir(parents=True, exist_ok=True)
    with (root / ".lock").open("ab") as file:
        wait_for_lock(file)
        yield


def prune(root: Path) -> None:
    """Forget the oldest jobs that have ended, if there are too many."""
    everything = jobs_in(root)
    if len(everything) > KEPT:
        for old in [job for job in everything if not job_state(job).active][KEPT:]:
            shutil.rmtree(old.folder, ignore_errors=True)
