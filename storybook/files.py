"""Writing files so that they are there whole or not at all."""

import os
import tempfile
from pathlib import Path

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
