"""Waiting for what other processes do: for the event itself, with an end that none comes near."""

import subprocess
import time
from collections.abc import Callable
from typing import TypeVar

from storybook.jobs.folder import Job, JobState, job_state

T = TypeVar("T")

END_S = 300.0
"""A hundred times what takes longest on an idle machine: only what will never be is given up."""


def wait_for(
    condition: Callable[[], T], by: subprocess.Popen | None = None, look_s: float = 0.02
) -> T:
    """What is found true; fails when END_S is over, or when who is to bring it about has ended.

    It is looked for each `look_s` seconds.
    """
    end = time.monotonic() + END_S
    while not (found := condition()):
        assert time.monotonic() < end, "it did not come to pass"
        assert by is None or by.poll() is None or condition(), "its process ended before"
        time.sleep(look_s)
    return found


def ended(job: Job) -> JobState:
    """How a job stands that has come to its end."""
    wait_for(lambda: not job_state(job).active)
    return job_state(job)
