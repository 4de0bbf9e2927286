"""Trainings in the tests' own process: an interpreter that loads torch takes seconds to start."""

import sys
from collections.abc import Iterator

import pytest

from storybook.authoring import teach_run


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
