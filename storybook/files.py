"""Writing files so that they are there whole or not at all, and naming them."""

import os
import re
import time
import unicodedata
from collections.abc import Callable, Mapping
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING, TypeVar

from storybook.locks import POSIX

if TYPE_CHECKING:
    from torch import Tensor

DRAFT = ".draft"
PAUSES_S = (0.01, 0.03, 0.1, 0.3, 1.0)
"""How long a file that another process has open is waited for, try by try, where that matters."""
PORTS = (f"{kind}{number}" for kind in ("com", "lpt") for number in range(10))
DEVICES = {"con", "prn", "aux", "nul", *PORTS}
"""Names that Windows keeps for devices, whatever ending follows."""

T = TypeVar("T")


def write_whole(path: Path, data: bytes) -> None:
    """Put `data` at `path`: a temporary file beside it, flushed to the disk, then renamed.

    Whoever reads `path` meanwhile sees the old file or the new one. Raises OSError.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = draft_of(path, data)
    patiently(lambda: draft.replace(path))


def patiently(do: Callable[[], T]) -> T:
    """Do it. Windows refuses to touch a file that somebody has open: there it is tried again.

    Raises PermissionError where it is refused for good.
    """
    for pause_s in () if POSIX else PAUSES_S:
        try:
            return do()
        except PermissionError:
            time.sleep(pause_s)
    return do()


def draft_of(path: Path, data: bytes) -> Path:
    """`data` in a file of its own beside `path`, safely on the disk, to be renamed to `path`."""
    draft = _draft_name(path)
    try:
        with draft.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    return draft


def save_weights(
    tensors: "Mapping[str, Tensor]", path: Path, header: Mapping[str, str] | None = None
) -> None:
    """Write a safetensors file, whole or not at all; what `save_file` raises.

    The library by itself keeps its files from everybody but their owner.
    """
    from safetensors.torch import save_file

    path.parent.mkdir(parents=True, exist_ok=True)
    draft = _draft_name(path)
    try:
        save_file(dict(tensors), draft, None if header is None else dict(header))
        follow_umask(draft)
        patiently(lambda: draft.replace(path))
    finally:
        draft.unlink(missing_ok=True)


def follow_umask(path: Path) -> None:
    """Give a file, or a folder and all in it, the mode that a new one gets: as the umask says.

    For what a library wrote for its owner alone, so that a web UI of another user can read it.
    """
    probe = _draft_name(path)  # to ask the umask itself is to change it, for every thread
    with probe.open("xb"):
        mode = probe.stat().st_mode & 0o777
    probe.unlink()
    for each in (path, *path.rglob("*")):
        if each.is_dir():
            each.chmod(mode | (mode & 0o444) >> 2)
        elif not each.is_symlink():
            each.chmod(mode)


def _draft_name(path: Path) -> Path:
    """A name beside `path` that nothing has."""
    return path.with_name(f".{path.name}.{token_hex(4)}{DRAFT}")


def slug(title: str) -> str:
    """A title as a file name: letters, digits and hyphens of any script, at most 60 characters.

    >>> slug("Biscuit & the Lost/../Mitten!")
    'biscuit-the-lost-mitten'
    """
    words = re.findall(r"[^\W_]+", unicodedata.normalize("NFC", title).lower())
    name = "-".join(words)[:60].strip("-") or "book"
    return f"{name}-book" if name in DEVICES else name


def in_bytes(count: int) -> str:
    """A size for people.

    >>> in_bytes(2_130_000_000), in_bytes(36_400_000)
    ('2.1 GB', '36 MB')
    """
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{count / 1e6:.0f} MB"


def free_folder(root: Path, name: str) -> Path:
    """The folder `name` under `root`, or the first of `name-2`, `name-3`, ... that is not taken."""
    taken = {path.name.casefold() for path in root.iterdir()} if root.is_dir() else set()
    names = (name if number == 1 else f"{name}-{number}" for number in range(1, len(taken) + 2))
    return root / next(name for name in names if name.casefold() not in taken)
