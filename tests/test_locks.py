"""Locks as POSIX has them: handed on with the open file, shared, gone with the last who has it."""

import subprocess
import sys

import psutil
import pytest

from storybook.locks import POSIX, is_locked, try_lock
from storybook.processes import end_tree
from waiting import END_S, wait_for

pytestmark = pytest.mark.skipif(not POSIX, reason="test_portable.py tries the others")


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "lock"
    path.touch()
    return path


def test_try_lock_is_exclusive_unless_it_is_shared(path):
    with path.open("rb") as one, path.open("rb") as two, path.open("rb") as three:
        assert try_lock(one) and not try_lock(two) and not try_lock(two, shared=True)
        one.close()
        assert try_lock(two, shared=True) and try_lock(three, shared=True)
        with path.open("rb") as four:
            assert not try_lock(four)


def test_is_locked_asks_without_taking(path):
    assert not is_locked(path) and not is_locked(path.with_name("none"))
    with path.open("rb") as file:
        assert try_lock(file)
        assert is_locked(path) and is_locked(path)
    assert not is_locked(path)


def test_a_lock_lives_as_long_as_the_last_process_that_has_its_file(path):
    """So a job is alive while its runner is, though who started it has gone."""
    waits = [sys.executable, "-c", "import sys; sys.stdin.read()"]
    with path.open("rb") as file:
        assert try_lock(file)
        child = subprocess.Popen(waits, stdin=subprocess.PIPE, pass_fds=(file.fileno(),))
    assert is_locked(path)
    child.kill()
    child.wait()
    assert not is_locked(path)


def test_end_tree_ends_a_process_and_its_children():
    parent = (
        "import subprocess, sys; child = subprocess.Popen([sys.executable, '-c', "
        "'import sys; sys.stdin.read()'], stdin=subprocess.PIPE); print(child.pid, flush=True); "
        "child.wait()"
    )
    top = subprocess.Popen([sys.executable, "-c", parent], stdout=subprocess.PIPE)
    child = int(top.stdout.readline())
    end_tree(top.pid)
    assert top.wait(END_S) != 0
    wait_for(lambda: not is_running(child))
    end_tree(top.pid)  # one that is gone already


def is_running(pid):
    """Whether a process is there, and no zombie that nobody waits for."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
