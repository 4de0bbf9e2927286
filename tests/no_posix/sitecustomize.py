"""Makes an interpreter that has this folder in PYTHONPATH one without POSIX's own modules.

The standard library of a POSIX system needs them itself, and so does psutil's part for it: they
keep them. Whoever else imports one is told that there is none, as on Windows.
`filelock.lock_descriptor`, which takes Windows's own lock there, takes flock's here: as Windows's
it is exclusive and belongs to the file that was opened, and since nobody hands that file on, to the
process that opened it.
"""

import builtins
import fcntl
import sys

import filelock

KEEP_THEM = {"", "__main__", "sitecustomize", "psutil", *sys.stdlib_module_names}
HIDDEN = {"fcntl", "grp", "posix", "pty", "pwd", "resource", "termios", "tty"}
_import = builtins.__import__


def _without_posix(name, globals=None, *more, **named):  # as Python itself calls them
    importer = ((globals or {}).get("__name__") or "").partition(".")[0]
    if name in HIDDEN and importer not in KEEP_THEM:
        raise ModuleNotFoundError(f"No module named {name!r}", name=name)
    return _import(name, globals, *more, **named)


def _lock_descriptor(fd, *, blocking=True, poll_interval=0.05):
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | (0 if blocking else fcntl.LOCK_NB))
    except BlockingIOError:
        return False
    return True


filelock.lock_descriptor = _lock_descriptor
builtins.__import__ = _without_posix
