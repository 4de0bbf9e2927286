"""Running a command and seeing how long it takes and how much memory it holds."""

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

POLL_S = 0.1


@dataclass(frozen=True, slots=True)
class Measured:
    """Wall seconds and the highest resident memory of a process and its children."""

    seconds: float
    peak_mb: float
    cpu_s: float = 0.0
    """Seconds of the processor, which other work on the machine does not lengthen."""


def run(arguments: Sequence[str], folder: Path) -> Measured:
    """Run `python -m ...` in `folder`; raises RuntimeError with its stderr if it fails."""
    errors = folder / "stderr.txt"
    begin, work, peak = time.perf_counter(), _children_s(), 0
    with errors.open("w") as stderr:
        process = psutil.Popen(
            [sys.executable, "-m", *arguments], cwd=folder, stderr=stderr, stdout=subprocess.DEVNULL
        )
        while process.poll() is None:
            peak = max(peak, _resident(process))
            time.sleep(POLL_S)
    if process.returncode:
        raise RuntimeError(f"{' '.join(arguments)} failed:\n{errors.read_text()}")
    return Measured(time.perf_counter() - begin, peak / 1e6, _children_s() - work)


def _children_s() -> float:
    spent = os.times()
    return spent.children_user + spent.children_system


def _resident(process: psutil.Process) -> int:
    try:
        family = [process, *process.children(recursive=True)]
        return sum(member.memory_info().rss for member in family)
    except psutil.NoSuchProcess:
        return 0
