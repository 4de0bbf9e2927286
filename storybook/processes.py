"""Starting, interrupting and ending processes, with POSIX's means or without.

Without them, as on Windows, a process can only be ended from outside, at once: what is to stop in
its own time has to look for itself whether it should (`HEARS_SIGNALS`).
"""

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from threading import main_thread
from typing import IO, Literal

from storybook.errors import StorybookError
from storybook.locks import POSIX

AUTOGROUP = Path("/proc/self/autogroup")
"""Where Linux keeps how much of a core all processes of a session get beside other sessions."""
LATER = 5
"""How nice who gives way is, of 0 to 19: it gets a quarter of a core that others want, too."""
HEARS_SIGNALS = POSIX
"""Whether `stop` can ask a process to stop in its own time."""
UTF8 = "PYTHONUTF8"
"""The environment variable by which Python speaks UTF-8 in pipes and files, also on Windows."""
Manner = Literal["interrupt", "terminate", "kill"]


def usable_cores() -> int:
    """How many cores this process may use, which can be fewer than the machine has."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def asked(command: Sequence[str], *, timeout_s: float) -> subprocess.CompletedProcess[str]:
    """Run a command of Python's to its end and hear what it says, whatever the language.

    Raises subprocess.TimeoutExpired.
    """
    return subprocess.run(
        command,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        env=os.environ | {UTF8: "1"},
        timeout=timeout_s,
        check=False,
    )


def ask_storybook(
    *arguments: str, timeout_s: float
) -> tuple[subprocess.CompletedProcess[str], StorybookError]:
    """Run `storybook <arguments>` in a process of its own, so that this one loads no framework.

    Returns it when it has ended, and what it complained of last, for who misses its answer. Raises
    StorybookError if it takes longer than `timeout_s`.
    """
    try:
        done = asked([sys.executable, "-m", "storybook", *arguments], timeout_s=timeout_s)
    except subprocess.TimeoutExpired:
        raise StorybookError(
            f"storybook {arguments[0]} took longer than {timeout_s:.0f} s. Try again when the "
            "machine has less to do."
        ) from None
    last = (done.stderr.strip().splitlines() or ["It ended without a word."])[-1]
    return done, StorybookError(last.removeprefix("storybook: "))


def detached(*files: IO) -> dict[str, object]:
    """Options of Popen for a process that outlives this one and holds the locks of `files`.

    Locks are handed on with POSIX only; without it the process gives way to others.
    """
    if POSIX:
        return {"pass_fds": [file.fileno() for file in files], "start_new_session": True}
    flags = ("CREATE_NEW_PROCESS_GROUP", "CREATE_NO_WINDOW", "BELOW_NORMAL_PRIORITY_CLASS")
    return {"creationflags": _windows(*flags)}


def grouped(*files: IO) -> dict[str, object]:
    """Options of Popen for a process that `stop` can stop with all that it starts."""
    if POSIX:
        return {"pass_fds": [file.fileno() for file in files], "process_group": 0}
    return {"creationflags": _windows("CREATE_NEW_PROCESS_GROUP")}


def give_way() -> None:
    """Let whoever sits at this machine go first: this process and what it starts yield the cores.

    They take all that nobody else wants. Without POSIX that is said when a process is started.
    """
    if not POSIX:
        return
    os.nice(max(0, LATER - os.nice(0)))
    # Sessions share the cores as wholes; within one alone would niceness count.
    with suppress(OSError):
        AUTOGROUP.write_text(str(LATER), encoding="ascii")


def stop(process: subprocess.Popen, manner: Manner) -> None:
    """Stop a process that was started as `grouped`, with those that it has started.

    Without signals nobody is interrupted from outside, and the other manners are one.
    """
    if POSIX:
        signals = {"interrupt": signal.SIGINT, "terminate": signal.SIGTERM, "kill": signal.SIGKILL}
        os.killpg(process.pid, signals[manner])
    elif manner != "interrupt":
        end_tree(process.pid)


def end_tree(pid: int) -> None:
    """End a process and all below it at once; one that is gone already is none."""
    import psutil

    try:
        top = psutil.Process(pid)
        everybody = [*top.children(recursive=True), top]
    except psutil.NoSuchProcess:
        return
    for each in everybody:
        try:
            each.kill()
        except psutil.NoSuchProcess:
            continue


def interrupt_this() -> None:
    """Interrupt this process as Ctrl-C does: its main thread gets a KeyboardInterrupt."""
    if POSIX:
        signal.pthread_kill(main_thread().ident, signal.SIGINT)  # also where it waits for something
    else:
        import _thread

        _thread.interrupt_main()


def end_this() -> None:
    """End this process at once, whatever it does."""
    if POSIX:
        os.kill(os.getpid(), signal.SIGKILL)
    else:
        end_tree(os.getpid())


def _windows(*flags: str) -> int:
    """Some of Windows's flags for new processes as one number; 0 where there are none."""
    return sum(getattr(subprocess, flag, 0) for flag in flags)
