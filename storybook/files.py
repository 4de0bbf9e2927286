"""Writing files so that they are there whole or not at all, and naming them."""

import hashlib
import os
import re
import shutil
import time
import unicodedata
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from glob import escape
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING, TypeVar

from storybook.locks import POSIX

if TYPE_CHECKING:
    from torch import Tensor

DRAFT = ".draft"
LEFT_S = 24 * 3600.0
"""A large draft that nobody has touched for so long is one of a process that was killed."""
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
    try:
        move(draft, path)
    finally:
        draft.unlink(missing_ok=True)


def sha256_of(path: Path) -> str:
    """The digest of a file, in hex digits. Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def replacing(path: Path, *, new: bool = False) -> Iterator[Path]:
    """A free name beside `path`: the file or folder that is written there becomes `path`, whole.

    At the end it is flushed to the disk, then renamed; a fault within leaves `path` as it was, and
    no draft. Where `path` must be `new`, an existing folder is an OSError and stays.
    """
    with drafting(path) as draft:
        yield draft
        put(draft, path, new=new)


@contextmanager
def drafting(path: Path) -> Iterator[Path]:
    """A free name beside `path`, for `put`; what still lies there at the end is deleted.

    So are drafts of `path` that a process which was killed left a day ago.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    for left in path.parent.glob(f".{escape(path.name)}.*{DRAFT}"):
        with suppress(OSError):
            if time.time() - left.stat().st_mtime > LEFT_S:
                _delete(left)
    draft = _draft_name(path)
    try:
        yield draft
    finally:
        _delete(draft)


def put(draft: Path, path: Path, *, new: bool = False) -> Path:
    """Let a file or a folder become `path`, in the place of what is there; returns `path`.

    It is flushed to the disk before. Where `path` must be `new`, an existing folder is an OSError.
    """
    for each in (draft, *draft.rglob("*")):
        sync(each)
    folders = path.is_dir() or (draft.is_dir() and path.exists())
    if new or not folders:
        return move(draft, path)
    old = move(path, _draft_name(path))  # no system puts a folder in the place of a full one
    try:
        move(draft, path)
    except BaseException:
        move(old, path)
        raise
    _delete(old)
    return path


def move(path: Path, to: Path) -> Path:
    """Rename a file or a folder so that it lasts; returns `to`.

    A file takes the place of one that is there. All renames are done here. Raises OSError.
    """
    patiently(lambda: path.replace(to))
    for folder in {path.parent, to.parent}:
        sync(folder)
    return to


def sync(path: Path) -> None:
    """Have a file, or the names in a folder, flushed to the disk, as far as the system can."""
    if path.is_symlink() or not (POSIX or path.is_file()):
        return  # Windows opens no folder, and flushes only what may be written
    with suppress(OSError):
        file = os.open(path, os.O_RDONLY if POSIX else os.O_RDWR)
        try:
            os.fsync(file)
        finally:
            os.close(file)


def _delete(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


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

    with replacing(path) as draft:
        save_file(dict(tensors), draft, None if header is None else dict(header))
        follow_umask(draft)


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


def zip_files(files: Mapping[str, Path], to: Path) -> Path:
    """Pack files, each under its name in it, into the zip `to`, whole or not at all; returns it."""
    with (
        replacing(to) as draft,
        zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED, True, 1) as packed,
    ):
        for name, path in files.items():
            packed.write(path, name)
    return to


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
