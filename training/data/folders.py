"""Which files of a folder are pictures, which are words, and which are neither."""

import math
import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from storybook.errors import TrainingError
from storybook.images.photo_files import (
    PHOTO_SUFFIXES,
    NameIndex,
    is_litter,
    is_mask,
    is_photo,
    no_photo,
)
from storybook.text_files import WINDOWS, read_text
from training.data.records import DataIssue, Example

MULTIPLY = "multiply.txt"
"""A file with the number of repeats of its folder, as EveryDream 2 has it."""

LATENTS = ".npz"
METADATA = (".json", ".jsonl", ".csv", ".parquet", ".md", LATENTS)
"""Files that lie among pictures for good reasons."""

NUMBER = re.compile(r"\d+(?:\.\d*)?|\.\d+")


def pictures_in(folder: Path) -> list[Path]:
    """All pictures in `folder` and below, sorted; hidden files and folders are not looked into.

    Raises TrainingError if there are none.
    """
    found = [path for path in files_in(folder) if is_photo(path)]
    if not found:
        raise TrainingError(
            f"There is no picture in {folder}. Put some into it; the kinds that can be read are: "
            f"{', '.join(PHOTO_SUFFIXES)}."
        )
    return found


def files_in(folder: Path) -> list[Path]:
    """All files in `folder` and below, sorted, also in linked folders; raises TrainingError.

    Hidden ones and a system's litter are none.
    """
    return sorted(_walk(folder)[0])


def passed_over(folder: Path, used: Iterable[Path]) -> list[DataIssue]:
    """The files below `folder` that a reader made no use of, films and raw photos among them."""
    files, odd = _walk(folder)
    used = set(used)
    useless = [
        DataIssue(path=path, found=no_photo(path), done="passed over")
        for path in sorted(files)
        if path not in used
        and not is_photo(path)
        and not is_mask(path)
        and path.suffix.lower() not in METADATA
        and path.name.lower() != MULTIPLY
    ]
    latents = [path for path in files if path.suffix.lower() == LATENTS and path not in used]
    if latents:
        found = f"latents of {len(latents)} pictures, which no metadata speaks of"
        useless.append(DataIssue(path=folder, found=found, done="made anew for all pictures"))
    return useless + odd


def unlisted(folder: Path, examples: Iterable[Example], where: str) -> list[DataIssue]:
    """The pictures below `folder` that `where`, its metadata, does not speak of."""
    known = {example.path.resolve() for example in examples}
    return [
        DataIssue(path=path, found=f"not listed in {where}", done="left out")
        for path in files_in(folder)
        if is_photo(path) and path.resolve() not in known
    ]


def multiplied(folder: Path, names: NameIndex) -> float:
    """The number above 0 in `multiply.txt` of a folder, 1 if there is none; raises TrainingError.

    0.5 shows each picture in every other epoch.
    """
    file = names.find(folder / MULTIPLY)
    if file is None:
        return 1
    text = read_text(file, TrainingError).text.strip()
    number = float(text) if NUMBER.fullmatch(text) else 0.0
    if not 0 < number < math.inf:
        raise TrainingError(f"{file} says {text!r}: write a number above 0, such as 2 or 0.5.")
    return tidy(number)


def tidy(number: float) -> float:
    """A number of repeats without what floating point adds to it; a whole one as an int."""
    number = round(number, 6)
    return int(number) if number == int(number) else number


def words_of(file: Path, findings: list[DataIssue]) -> str:
    """The text of a file of words; another encoding than UTF-8 is a finding, or a TrainingError."""
    decoded = read_text(file, TrainingError)
    if decoded.encoding == WINDOWS:
        done = "read as Windows-1252; save it as UTF-8"
        findings.append(DataIssue(path=file, found="words that are no UTF-8", done=done))
    return decoded.text


def text_of(file: Path) -> str:
    """The text of a metadata file in UTF-8, or UTF-16 or 32 that says so; raises TrainingError."""
    return read_text(file, TrainingError, windows=False).text


def locate(name: str, folder: Path, names: NameIndex) -> Path | None:
    """The picture that a metadata file in another place may call `name`, with or without a suffix.

    A full path that is not there any more is looked for below `folder`, by as much of its end as
    is there; so a folder can be moved, from Windows too. Accents may be written otherwise (NFC,
    NFD), and so may case.
    """
    parts = name.replace("\\", "/").split("/")
    bases = [Path(name), *(folder.joinpath(*parts[start:]) for start in range(len(parts)))]
    for base in filter(lambda base: base.name, bases):
        for path in (base, *(base.with_name(base.name + suffix) for suffix in PHOTO_SUFFIXES)):
            if is_photo(path) and (found := names.find(path)):
                return found
    return None


def _walk(folder: Path) -> tuple[list[Path], list[DataIssue]]:
    """All files in and below a folder, and what was not looked into.

    Each folder is read once, by its own place before the links to it, so that links which lead
    back end there. Raises TrainingError if there is no such folder.
    """
    if not folder.is_dir():
        raise TrainingError(f"{folder} is no folder. Name the folder that holds the pictures.")
    files: list[Path] = []
    odd: list[DataIssue] = []
    seen = {os.path.realpath(folder)}
    due, links = [folder], []
    while due or links:
        place = due.pop() if due else links.pop(0)
        if place.is_symlink() and place != folder:
            if (real := os.path.realpath(place)) in seen:
                found = "a link to a folder that is read already"
                odd.append(DataIssue(path=place, found=found, done="not followed"))
                continue
            seen.add(real)
        for path in _entries(place, odd):
            if os.path.isdir(path):
                if path.is_symlink():
                    links.append(path)
                elif (real := os.path.realpath(path)) not in seen:
                    seen.add(real)
                    due.append(path)
            elif os.path.isfile(path):
                files.append(path)
            elif path.is_symlink():
                odd.append(DataIssue(path=path, found="a link to nothing", done="passed over"))
    return files, odd


def _entries(place: Path, odd: list[DataIssue]) -> Iterator[Path]:
    try:
        names = sorted(os.listdir(place))
    except OSError as fault:
        found = f"a folder that cannot be looked into ({fault.strerror})"
        odd.append(DataIssue(path=place, found=found, done="passed over"))
        return
    yield from (place / name for name in names if not is_litter(name))
