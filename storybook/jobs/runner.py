"""python -m storybook.jobs.runner FOLDER: run one job to its end, in a session of its own.

Started by `jobs.start`, which hands on the open file whose lock says that the job is alive. The
runner waits for the job's turn on its device, runs the command as a child that speaks into
`log.txt`, lets the job's heart beat, and writes down how it ended.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from storybook.jobs.folder import (
    CANCEL,
    JOB_VARIABLE,
    LOG,
    Job,
    JobState,
    create_time_of,
    device_of,
    hold_lock,
    is_held,
    job_at,
    touch_heartbeat,
    write_state,
)
from storybook.locks import try_lock
from storybook.processes import Manner, give_way, grouped, stop
from storybook.text_files import last_lines

POLL_S = 0.2
STOPS: tuple[tuple[Manner, float], ...] = (("interrupt", 30.0), ("terminate", 5.0), ("kill", 5.0))
"""How a command is stopped in turn, and how many seconds each has to work: after the first one a
training keeps a checkpoint."""


def main() -> None:
    """Run the job whose folder is named on the command line."""
    # Where we were started in the background it is ignored, and would be by the command, too.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    give_way()
    job = job_at(Path(sys.argv[1]))
    with hold_lock(job):
        run(job)


def run(job: Job) -> None:
    """Run a job's command when its turn has come, and write down how it ended."""
    state = JobState(state="waiting", pid=os.getpid(), create_time=create_time_of(os.getpid()))
    write_state(job, state)
    with _turn(job) as device:
        if device is None:
            write_state(job, state.but(state="cancelled", ended=time.time()))
            return
        state = state.but(state="running", started=time.time())
        write_state(job, state)
        code = _run_command(job, device)
        stopped = (job.folder / CANCEL).exists() or code == 130
        end = "done" if code == 0 else "cancelled" if stopped else "failed"
        error = _last_words(job, code) if end == "failed" else ""
        write_state(job, state.but(state=end, ended=time.time(), exit_code=code, error=error))


@contextmanager
def _turn(job: Job) -> Iterator[IO[bytes] | None]:
    """The job's device, locked once all who stood in line before have had it; None: cancelled."""
    ticket = job.queue / job.id
    with device_of(job) as device:
        while not (job.folder / CANCEL).exists():
            if _is_first(job) and try_lock(device):
                ticket.unlink()
                yield device
                return
            touch_heartbeat(job)
            time.sleep(POLL_S)
        ticket.unlink()
        yield None


def _is_first(job: Job) -> bool:
    """Whether nobody alive stands in line before; what the dead left there is cleared away."""
    for ticket in sorted(job.queue.iterdir()):
        if ticket.name == job.id:
            return True
        other = job.but(folder=job.folder.parent / ticket.name)
        if is_held(other):
            return False
        ticket.unlink(missing_ok=True)
    return True


def _run_command(job: Job, device: IO[bytes]) -> int:
    """Run the command, which holds the device as well, to its end; returns its exit code."""
    with (job.folder / LOG).open("ab") as log:
        child = subprocess.Popen(
            job.command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=os.environ | {JOB_VARIABLE: str(job.folder)},
            **grouped(device),
        )
    stops, patience_ends = iter(STOPS), 0.0
    while True:
        try:
            return child.wait(timeout=POLL_S)
        except subprocess.TimeoutExpired:
            touch_heartbeat(job)
        if (job.folder / CANCEL).exists() and time.monotonic() > patience_ends:
            manner, grace_s = next(stops, STOPS[-1])
            stop(child, manner)
            patience_ends = time.monotonic() + grace_s


def _last_words(job: Job, code: int) -> str:
    """The line in which the command said why it failed."""
    lines = [line.strip() for line in last_lines(job.folder / LOG) if line.strip()]
    ours = [line for line in lines if line.startswith("storybook: ")]
    if code == 2 and ours:
        return ours[-1].removeprefix("storybook: ")
    if code < 0:  # a signal's number, where there are signals
        name = signal.Signals(-code).name
        why = " Perhaps the memory was too small." if name == "SIGKILL" else ""
        return f"It was ended by {name}.{why} Retry goes on where it was."
    return f"This is our own bug, please report it: {lines[-1] if lines else f'exit {code}'}"


if __name__ == "__main__":
    main()
