"""Work in the tests' own process: an interpreter that loads torch takes seconds to start."""

import sys
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from typing import IO

import pytest

from storybook.authoring import teach_run
from storybook.jobs import manager, runner
from storybook.jobs.folder import JOB_VARIABLE, LOG, Job


@pytest.fixture
def trained_here(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """`hero teach` and `hero choose-step` do here what they would have another process do."""
    from training.__main__ import main

    def run(command: list[str]) -> int:
        assert command[:3] == [sys.executable, "-m", "training"]
        with monkeypatch.context() as patched:
            patched.setattr(sys, "argv", ["training", *command[3:]])
            return main()

    monkeypatch.setattr(teach_run, "run_training", run)
    yield


@pytest.fixture
def jobs_done_here(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A job is done here as soon as it is started, and has ended before its starter goes on.

    That jobs are processes which outlive their starter is what `test_jobs.py` is about.
    """
    from storybook.cli import main

    def run_command(job: Job, device: IO[bytes]) -> int:
        assert job.module == "storybook"
        log_file = (job.folder / LOG).open("a", encoding="utf-8")
        with monkeypatch.context() as patched, log_file as log:
            patched.chdir(job.at)
            patched.setenv(JOB_VARIABLE, str(job.folder.absolute()))
            with redirect_stdout(log), redirect_stderr(log):
                return main(job.arguments)

    def run(job: Job, lock: IO[bytes]) -> None:
        job.queue.mkdir(parents=True, exist_ok=True)
        (job.queue / job.id).touch()
        runner.run(job)

    monkeypatch.setattr(runner, "_run_command", run_command)
    monkeypatch.setattr(manager, "_run", run)
    yield
