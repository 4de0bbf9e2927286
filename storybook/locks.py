"""Locks on open files: how one process knows that another one works, on any system.

Where there is `fcntl`, a lock belongs to the open file: whoever is handed the file holds the lock
as well, several can share one, and it ends with the last process that has the file. Elsewhere, as
on Windows, it belongs to the process that took it, and to that one alone.
"""

from pathlib import Path
from typing import IO

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None

POSIX = fcntl is not None
"""Whether locks are handed on and shared, and a folder in which one is held can be moved."""


def try_lock(file: IO, *, shared: bool = False) -> bool:
    """Lock an open file if it is free; whether it was. A process that ends lets go of it.

    A `shared` lock keeps out only those that are not; without POSIX it is as any other.
    """
    if not POSIX:
        from filelock import lock_descriptor

        return lock_descriptor(file.fileno(), blocking=False)
    try:
        fcntl.flock(file, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def wait_for_lock(file: IO) -> None:
    """Lock an open file as soon as it is free."""
    if not POSIX:
        from filelock import lock_descriptor

        lock_descriptor(file.fileno())
    else:
        fcntl.flock(file, fcntl.LOCK_EX)


def is_locked(path: Path) -> bool:
    """Whether some process holds the lock of a file; nobody holds that of a file that is gone."""
    try:
        with path.open("rb") as file:
            return not try_lock(file, shared=True)
    except FileNotFoundError:
        return False
