"""Hugging Face datasets of pictures with words: an `imagefolder`, or what `save_to_disk` wrote."""

import csv
import hashlib
import importlib.util
import json
from collections.abc import Iterable, Iterator
from io import StringIO
from pathlib import Path
from typing import Any

from storybook.errors import TrainingError, nearest
from storybook.files import write_whole
from training.data.folders import read_text, unlisted
from training.data.records import Example, Finding, Reading

METADATA = ("metadata.jsonl", "metadata.csv", "metadata.parquet")
SAVED = ("dataset_dict.json", "dataset_info.json")
"""What `save_to_disk` leaves: the first for a dataset with splits, the second for one without."""

HELD_BACK = ("test", "validation", "valid", "val", "dev", "eval")
"""Splits that are not learnt from."""

UNPACKED = "unpacked"


def is_dataset(folder: Path) -> bool:
    """Whether `folder` is an `imagefolder` with metadata or a saved dataset."""
    return any((folder / name).is_file() for name in SAVED) or bool(_metadata(folder))


def read_dataset(
    folder: Path, *, image_column: str = "image", text_column: str = "text"
) -> Reading:
    """The pictures of the training split with their captions, one or a list of them.

    A saved dataset holds its pictures within; they are unpacked into `unpacked/` in its folder. It
    and Parquet need the library `datasets`. Raises TrainingError, also for a column that is not
    there.
    """
    if any((folder / name).is_file() for name in SAVED):
        return _read_saved(folder, image_column, text_column)
    files = _metadata(folder)
    if not files:
        raise TrainingError(
            f"{folder} is no dataset: it holds no {', '.join((*METADATA, *SAVED))}."
        )
    examples, findings = [], []
    for file in files:
        if _held_back(file, folder):
            findings.append(Finding(path=file, found="not the training split", done="left out"))
            continue
        for row in _rows(file):
            path = file.parent / str(_cell(row, "file_name", file))
            if path.is_file():
                captions = _captions(_cell(row, text_column, file))
                examples.append(Example(path=path, captions=captions))
            else:
                found = f"listed in {file.name}, but not there"
                findings.append(Finding(path=path, found=found, done="left out"))
    strays = unlisted(folder, examples, "the dataset's metadata")
    findings += [stray for stray in strays if not _held_back(stray.path, folder)]
    return Reading(layout="dataset", examples=tuple(examples), findings=tuple(findings))


def _held_back(path: Path, folder: Path) -> bool:
    return path.relative_to(folder).parts[0] in HELD_BACK


def _metadata(folder: Path) -> list[Path]:
    """Metadata of the folder and of the splits in it; kohya's own has no `file_name`."""
    places = [folder, *(path for path in sorted(folder.glob("*")) if path.is_dir())]
    files = [place / name for place in places for name in METADATA]
    return [file for file in files if file.is_file() and _has_file_names(file)]


def _has_file_names(file: Path) -> bool:
    if file.suffix == ".parquet":
        return True
    with file.open(encoding="utf-8-sig", errors="replace") as lines:
        return "file_name" in lines.readline()


def _rows(file: Path) -> Iterable[dict[str, Any]]:
    if file.suffix == ".parquet":
        return _library(file).Dataset.from_parquet(str(file))
    if file.suffix == ".csv":
        return csv.DictReader(StringIO(read_text(file), newline=""))
    return _json_lines(file)


def _json_lines(file: Path) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(read_text(file).splitlines(), start=1):
        if line.strip():
            try:
                row = json.loads(line)
            except json.JSONDecodeError as fault:
                raise TrainingError(f"{file}, line {number} is not JSON: {fault}.") from fault
            if not isinstance(row, dict):
                raise TrainingError(f"{file}, line {number} must be an object with file_name.")
            yield row


def _cell(row: dict[str, Any], column: str, where: Path) -> Any:
    if column not in row:
        raise TrainingError(f"{where} has no column {column!r}. {nearest(column, row)}")
    return row[column]


def _captions(cell: Any) -> tuple[str, ...]:
    texts = cell if isinstance(cell, list) else [cell]
    return tuple(str(text).strip() for text in texts if text is not None and str(text).strip())


def _library(path: Path) -> Any:
    if importlib.util.find_spec("datasets") is None:
        raise TrainingError(
            f"{path} can only be read with the library datasets: pip install datasets. Without it, "
            f"a folder of pictures with a metadata.jsonl can be read."
        )
    import datasets

    return datasets


def _read_saved(folder: Path, image_column: str, text_column: str) -> Reading:
    library = _library(folder)
    held = library.load_from_disk(str(folder))
    findings = []
    if isinstance(held, library.DatasetDict):
        if "train" not in held:
            raise TrainingError(f"{folder} has no split 'train'. {nearest('train', held)}")
        for split in sorted(held.keys() - {"train"}):
            found = f"the split {split!r}"
            findings.append(Finding(path=folder / split, found=found, done="left out"))
        held = held["train"]
    for column in (image_column, text_column):
        _cell(dict.fromkeys(held.column_names), column, folder)
    examples = []
    for row in held.cast_column(image_column, library.Image(decode=False)):
        picture = row[image_column]
        path = _unpacked(folder, picture["path"], picture["bytes"])
        examples.append(Example(path=path, captions=_captions(row[text_column])))
    done = f"unpacked into {folder / UNPACKED}"
    findings.append(Finding(path=folder, found="pictures within a dataset", done=done))
    return Reading(layout="dataset", examples=tuple(examples), findings=tuple(findings))


def _unpacked(folder: Path, name: str | None, data: bytes | None) -> Path:
    """A picture of a saved dataset as a file; one that lies outside it is where it was."""
    if data is None:
        return Path(name or "")
    suffix = Path(name or "").suffix or ".png"
    path = folder / UNPACKED / f"{hashlib.sha256(data).hexdigest()[:16]}{suffix}"
    if not path.is_file():
        write_whole(path, data)
    return path
