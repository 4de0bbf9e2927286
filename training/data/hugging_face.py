"""Hugging Face datasets of pictures with words: an `imagefolder`, or what `save_to_disk` wrote."""

import hashlib
import importlib.util
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from storybook.errors import TrainingError, nearest
from storybook.files import write_whole
from storybook.images.photo_files import NameIndex
from storybook.text_files import split_lines
from training.data.captions import clean
from training.data.folders import locate, text_of, unlisted
from training.data.records import DataIssue, Example, FolderReading
from training.data.rows import READERS

METADATA = ("metadata.jsonl", "metadata.csv", "metadata.parquet")
SAVED = ("dataset_dict.json", "dataset_info.json")
"""What `save_to_disk` leaves: the first for a dataset with splits, the second for one without."""

HELD_BACK = ("test", "validation", "valid", "val", "dev", "eval")
"""Splits that are not learnt from."""

UNPACKED = "unpacked"
COLUMNS = ("image", "text")
"""What a dataset usually calls its pictures and their words."""


def is_dataset(folder: Path) -> bool:
    """Whether `folder` is an `imagefolder` with metadata or a saved dataset."""
    return any((folder / name).is_file() for name in SAVED) or bool(_metadata(folder))


def read_dataset(
    folder: Path, *, image_column: str = COLUMNS[0], text_column: str = COLUMNS[1]
) -> FolderReading:
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
    examples, findings, names = [], [], NameIndex()
    for file in files:
        if _held_back(file, folder):
            findings.append(DataIssue(path=file, found="not the training split", done="left out"))
            continue
        examples += _examples_in(file, text_column, names, findings)
    strays = unlisted(folder, examples, "the dataset's metadata")
    findings += [stray for stray in strays if not _held_back(stray.path, folder)]
    return FolderReading(layout="dataset", examples=tuple(examples), findings=tuple(findings))


def _examples_in(
    file: Path, text_column: str, names: NameIndex, findings: list[DataIssue]
) -> Iterator[Example]:
    """The pictures that a metadata file lists and that are there."""
    for row in _rows(file):
        name = str(_cell(row, "file_name", file))
        if path := locate(name, file.parent, names):
            captions = _captions(_cell(row, text_column, file), path, findings)
            yield Example(path=path, captions=captions)
        else:
            found = f"listed in {file.name}, but not there"
            findings.append(DataIssue(path=file.parent / name, found=found, done="left out"))


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
    try:
        return "file_name" in "".join(split_lines(text_of(file))[:1])
    except TrainingError:
        return b"file_name" in file.read_bytes()[:1000]  # and what is amiss is said when it is read


def _rows(file: Path) -> Iterable[dict[str, Any]]:
    if file.suffix == ".parquet":
        return _library(file).Dataset.from_parquet(str(file))
    return _objects(file)


def _objects(file: Path) -> Iterable[dict[str, Any]]:
    for place, row in READERS[file.suffix](text_of(file), file):
        if not isinstance(row, dict):
            raise TrainingError(f"{file}, {place} must be an object with file_name.")
        yield row


def _cell(row: dict[str, Any], column: str, where: Path) -> Any:
    if column not in row:
        raise TrainingError(f"{where} has no column {column!r}. {nearest(column, row)}")
    return row[column]


def _captions(cell: Any, path: Path, findings: list[DataIssue]) -> tuple[str, ...]:
    texts = cell if isinstance(cell, list) else [cell]
    words = (clean(str(text), path, findings) for text in texts if text is not None)
    return tuple(filter(None, words))


def _library(path: Path) -> Any:
    if importlib.util.find_spec("datasets") is None:
        raise TrainingError(
            f"{path} can only be read with the library datasets: pip install datasets. Without it, "
            f"a folder of pictures with a metadata.jsonl can be read."
        )
    import datasets

    return datasets


def _read_saved(folder: Path, image_column: str, text_column: str) -> FolderReading:
    library = _library(folder)
    held = library.load_from_disk(str(folder))
    findings = []
    if isinstance(held, library.DatasetDict):
        if "train" not in held:
            raise TrainingError(f"{folder} has no split 'train'. {nearest('train', held)}")
        for split in sorted(held.keys() - {"train"}):
            found = f"the split {split!r}"
            findings.append(DataIssue(path=folder / split, found=found, done="left out"))
        held = held["train"]
    for column in (image_column, text_column):
        _cell(dict.fromkeys(held.column_names), column, folder)
    examples = []
    for row in held.cast_column(image_column, library.Image(decode=False)):
        picture = row[image_column]
        path = _unpacked(folder, picture["path"], picture["bytes"])
        captions = _captions(row[text_column], path, findings)
        examples.append(Example(path=path, captions=captions))
    done = f"unpacked into {folder / UNPACKED}"
    findings.append(DataIssue(path=folder, found="pictures within a dataset", done=done))
    return FolderReading(layout="dataset", examples=tuple(examples), findings=tuple(findings))


def _unpacked(folder: Path, name: str | None, data: bytes | None) -> Path:
    """A picture of a saved dataset as a file; one that lies outside it is where it was."""
    if data is None:
        return Path(name or "")
    suffix = Path(name or "").suffix or ".png"
    path = folder / UNPACKED / f"{hashlib.sha256(data).hexdigest()[:16]}{suffix}"
    if not path.is_file():
        write_whole(path, data)
    return path
