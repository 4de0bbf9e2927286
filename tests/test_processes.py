"""Asking the command line in a process of its own."""

import subprocess

import pytest

from storybook import processes
from storybook.errors import StorybookError


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
