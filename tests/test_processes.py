"""Asking the command line in a process of its own."""

import subprocess
import sys
from pathlib import Path

import pytest

from storybook import processes
from storybook.errors import StorybookError
from storybook.locks import POSIX


def test_ask_storybook_hears_the_answer_and_the_last_complaint():
    done, _ = processes.ask_storybook("new", "--help", timeout_s=300)
    assert done.returncode == 0 and done.stdout.startswith("usage: storybook new")
    done, complaint = processes.ask_storybook("show", "nowhere", timeout_s=300)
    assert done.returncode == 2 and "nowhere" in str(complaint)
    assert not str(complaint).startswith("storybook:") and "\n" not in str(complaint)


def test_ask_storybook_says_in_a_line_that_it_takes_too_long(monkeypatch):
    def slow(command, *, timeout_s):
        raise subprocess.TimeoutExpired(command, timeout_s)

    monkeypatch.setattr(processes, "asked", slow)
    with pytest.raises(StorybookError, match=r"^storybook idea took longer than 120 s\. Try"):
        processes.ask_storybook("idea", timeout_s=120)


@pytest.mark.skipif(not POSIX, reason="elsewhere it is said when a process is started")
def test_who_gives_way_leaves_the_cores_to_others_with_all_that_it_starts():
    says = "import os; print(os.nice(0))"
    both = (
        "import subprocess, sys; from storybook.processes import AUTOGROUP, give_way; give_way(); "
        f"print(subprocess.check_output([sys.executable, '-c', {says!r}], text=True)); "
        "print(AUTOGROUP.read_text() if AUTOGROUP.is_file() else 'nice none')"
    )
    done = subprocess.run(
        [sys.executable, "-c", both],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(processes.__file__).parents[1],
        start_new_session=True,
    )
    nice, *_, session = done.stdout.split()
    assert int(nice) == processes.LATER and session in (str(processes.LATER), "none")
