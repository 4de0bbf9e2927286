"""Models are asked for their names by the dozen where a book says how it stands; each looks once.

A name stands for all files of a model, whose times and sizes are looked at whenever it is asked
for: so a file that was changed is noticed, and so it takes milliseconds.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from pathlib import Path

_KNOWN: ContextVar[dict[Path, str] | None] = ContextVar("known names", default=None)


@contextmanager
def each_once() -> Iterator[None]:
    """Take the files of models as they are at first, for who only asks how things stand."""
    before = _KNOWN.set({})
    try:
        yield
    finally:
        _KNOWN.reset(before)


def once(name: Callable[[Path], str]) -> Callable[[Path], str]:
    """What names a model by its files, so that within `each_once` it looks at them once."""

    @wraps(name)
    def known(path: Path) -> str:
        names = _KNOWN.get()
        if names is None:
            return name(path)
        if path not in names:
            names[path] = name(path)
        return names[path]

    return known
