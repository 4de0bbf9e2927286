"""Earlier pictures: found again by the words that they were asked with."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from storybook.errors import BookError
from storybook.models.infotext import Infotext, read_infotext


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture and what it says it was made from."""

    path: Path
    said: Infotext


def pictures_in(*folders: Path, words: str = "") -> Iterator[Shown]:
    """The pictures under `folders` whose prompt, model or seed has all `words`, the newest first.

    Hidden folders are looked through as well: class images lie in one. Pictures that say nothing of
    themselves, such as plates, are passed over, and so is what is no picture or cannot be read.
    Raises BookError if there is no such folder.
    """
    for folder in folders:
        if not folder.is_dir():
            raise BookError(f"There is no folder {folder} to look for pictures in.")
    files = {file for folder in folders for file in folder.rglob("*.png")}
    newest_first = sorted(sorted(files), key=_age)
    wanted = words.lower().split()
    for file in newest_first:
        said = _said(file)
        if said is not None and all(word in _text(said) for word in wanted):
            yield Shown(file, said)


def _age(file: Path) -> int:
    """The newest first; a link that goes nowhere, or what has gone meanwhile, last."""
    try:
        return -file.stat().st_mtime_ns
    except OSError:
        return 0


def _said(file: Path) -> Infotext | None:
    try:
        return read_infotext(file, whole=False)
    except BookError:
        return None


def _text(said: Infotext) -> str:
    return f"{said.positive} {said.negative} {said.model} seed {said.seed}".lower()
