"""Writing files so that they are there whole or not at all, locking and naming them."""

import fcntl
import os
import re
import tempfile
import unicodedata
from pathlib import Path
from typing import IO

DRAFT = ".draft"


def write_whole(path: Path, data: bytes) -> None:
    """Put `data` at `path`: a temporary file beside it, flushed to the disk, then renamed.

    Whoever reads `path` meanwhile sees the old file or the new one. Raises OSError.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = draft_of(path, data)
    draft.replace(path)


def draft_of(path: Path, data: bytes) -> Path:
    """`data` in a file of its own beside `path`, safely on the disk, to be renamed to `path`."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=DRAFT)
    draft = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        draft.chmod(0o644)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    return draft


def try_lock(file: IO, *, shared: bool = False) -> bool:
    """Lock an open file if it is free; whether it was. A process that ends lets go of it."""
    try:
        fcntl.flock(file, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def slug(title: str) -> str:
    """A title as a file name: letters, digits and hyphens of any script, at most 60 characters.

    >>> slug("Biscuit & the Lost/../Mitten!")
    'biscuit-the-lost-mitten'
    """
    words = re.findall(r"[^\W_]+", unicodedata.normalize("NFC", title).lower())
    return "-".join(words)[:60].strip("-") or "book"
