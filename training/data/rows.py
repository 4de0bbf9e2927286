"""Rows of a file, whatever they mean: objects of JSON, lines of a table, a dataset's rows.

Each comes with where it stands, such as `line 3`, for messages.
"""

import csv
import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from storybook.errors import TrainingError
from storybook.text_files import split_lines

Rows = Iterator[tuple[str, Any]]


def json_rows(text: str, path: Path) -> Rows:
    """The entries of a list, or of the one list in an object; lines of JSON are read, too.

    Raises TrainingError.
    """
    try:
        found = json.loads(text)
    except json.JSONDecodeError as fault:
        lines = [line for line in split_lines(text) if line.strip()]
        if fault.msg == "Extra data" and len(lines) > 1 and _is_object(lines[0]):
            yield from json_line_rows(text, path)
            return
        raise TrainingError(
            f"{path}, line {fault.lineno}: no JSON ({fault.msg}). Is the file whole?"
        ) from fault
    while isinstance(found, dict):
        inner = [value for value in found.values() if isinstance(value, list | dict)]
        lists = [value for value in inner if isinstance(value, list)] or inner
        if len(lists) != 1:
            break
        found = lists[0]
    if not isinstance(found, list):
        names = f", not {', '.join(found)}" if isinstance(found, dict) and found else ""
        raise TrainingError(
            f"{path} must hold a list of objects with a summary and a story{names}."
        )
    yield from ((f"entry {number}", row) for number, row in enumerate(found, start=1))


def json_line_rows(text: str, path: Path) -> Rows:
    """An object a line; a list of them, by the name of lines, is read, too.

    Raises TrainingError.
    """
    if text.lstrip().startswith("["):
        yield from json_rows(text, path)
        return
    for number, line in enumerate(split_lines(text), start=1):
        if not line.strip():
            continue
        try:
            yield f"line {number}", json.loads(line)
        except json.JSONDecodeError as fault:
            raise TrainingError(
                f"{path}, line {number}: no whole JSON object ({fault.msg}). Mend or delete it."
            ) from fault


def table_rows(text: str, path: Path) -> Rows:
    """Rows of a table by its header, parted by tabs, commas, or semicolons where there is no comma.

    Raises TrainingError.
    """
    header = text.partition("\n")[0]
    delimiter = ";" if ";" in header and "," not in header else ","
    if path.suffix.lower() == ".tsv":
        delimiter = "\t"
    rows = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for row in rows:
            if None in row:
                raise TrainingError(f"{path}, line {rows.line_num}: more cells than the header.")
            yield f"line {rows.line_num}", {k: v or "" for k, v in row.items() if k is not None}
    except csv.Error as fault:
        raise TrainingError(f"{path}, line {rows.line_num}: no CSV ({fault}).") from fault


def dataset_rows(folder: Path) -> Rows:
    """The rows of all splits that `save_to_disk` wrote; raises TrainingError."""
    try:
        from datasets import DatasetDict, load_from_disk
    except ImportError as fault:
        raise TrainingError(
            f"{folder} needs Hugging Face's library: pip install datasets"
        ) from fault
    try:
        found = load_from_disk(str(folder))
    except (OSError, ValueError) as fault:
        raise TrainingError(f"{folder} is no saved dataset: {fault}.") from fault
    parts = found.values() if isinstance(found, DatasetDict) else [found]
    rows = (row for part in parts for row in part)
    yield from ((f"row {number}", dict(row)) for number, row in enumerate(rows, start=1))


READERS: dict[str, Callable[[str, Path], Rows]] = {
    ".json": json_rows,
    ".jsonl": json_line_rows,
    ".csv": table_rows,
    ".tsv": table_rows,
}
"""By the ending of a file."""


def _is_object(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except json.JSONDecodeError:
        return False
