"""Earlier pictures: found again by the words that they were asked with."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from storybook.errors import BookError
from storybook.models.infotext import Infotext, read_infotext


@dataclass(frozen=True, slots=True)
class FoundPicture:
    """A picture and what it says it was made from."""

    path: Path
    infotext: Infotext


def pictures_in(*folders: Path, words: str = "") -> Iterator[FoundPicture]:
    """The pictures under `folders` whose prompt, model or seed has all `words`, the newest first.

    Hidden folders are looked through as well: class images lie in one. Pictures that say nothing of
    themselves, such as plates, are passed over, and so is what is no picture or cannot be read.
    Raises BookError if there is no such folder.
    """
    for folder in folders:
        if not folder.is_dir():
            raise BookError(f"There is no folder {folder} to look for pictures in.")
    files = {path for folder in folders for path in folder.rglob("*.png")}
    newest_first = sorted(sorted(files), key=_age)
    wanted = words.lower().split()
    for path in newest_first:
        infotext = _infotext_of(path)
        if infotext is not None and all(word in _text(infotext) for word in wanted):
            yield FoundPicture(path, infotext)


def _age(path: Path) -> int:
    """The newest first; a link that goes nowhere, or what has gone meanwhile, last."""
    try:
        return -path.stat().st_mtime_ns
    except OSError:
        return 0


def _infotext_of(path: Path) -> Infotext | None:
    try:
        return read_infotext(path, whole=False)
    except BookError:
        return None


def _text(infotext: Infotext) -> str:
    return f"{infotext.positive} {infotext.negative} {infotext.model} seed {infotext.seed}".lower()
