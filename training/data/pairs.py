"""Summaries with their stories, as people keep them, read into one form.

.json           a list of objects, or an object with one such list
.jsonl          an object a line
.csv, .tsv      a header, then a pair a row
.txt            `Summary: ... END` and `Full story: ... END`, pairs two blank lines apart
folder          a saved dataset of Hugging Face's
"""

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from storybook.errors import TrainingError
from storybook.files import write_whole
from storybook.records import Record

SUMMARY = ("summary", "input", "prompt", "question", "plot")
STORY = ("story", "output", "completion", "response", "answer", "text", "full_story")
TITLE = ("title", "name")
AGES, HERO = ("ages", "age"), ("hero", "character")
INSTRUCTION = ("instruction",)
"""Where a row has both, `instruction` is the same for all and `input` the summary; alone it is it.
"""

ENDINGS = (".json", ".jsonl", ".csv", ".tsv", ".txt")
TWO_BLANK_LINES = re.compile(r"\n[ \t]*\n[ \t]*\n\s*")
FRAMED = re.compile(
    r"Summary:\s*(?P<summary>.*?)(?:\s+END\b)?\s*Full story:\s*(?P<story>.*)", re.DOTALL
)
END = re.compile(r"\s*\bEND\s*$")


class Pair(Record):
    """A story with its summary; no END is kept in either."""

    summary: str
    story: str
    title: str = ""
    ages: str = ""
    """Whom it is for, such as `3-5`; empty if nobody says."""
    hero: str = ""
    """Who is in it, as a frame says it: `Pip, a grey mouse`; empty if nobody says."""
    ended: bool = True
    """False if other stories of the same file close with END, and this one does not."""

    @property
    def pages(self) -> tuple[str, ...]:
        """The story's paragraphs."""
        return tuple(line.strip() for line in self.story.splitlines() if line.strip())


def read_pairs(path: Path) -> list[Pair]:
    """All pairs of a file or of a saved dataset's folder.

    Raises TrainingError that names the file, the place in it and what is expected there.
    """
    if path.is_dir():
        return _held_to_end(list(_of_rows(_dataset_rows(path), str(path))), path)
    if path.suffix.lower() not in ENDINGS:
        raise TrainingError(
            f"{path} is no file of pairs by its name. Known endings are: {', '.join(ENDINGS)}."
        )
    text = _text(path)
    match path.suffix.lower():
        case ".json":
            pairs = list(_of_rows(_json_rows(text, path), str(path)))
        case ".jsonl":
            pairs = list(_of_rows(_jsonl_rows(text, path), str(path)))
        case ".csv" | ".tsv":
            pairs = list(_of_rows(_csv_rows(text, path), str(path)))
        case _:
            pairs = list(_of_text(text, path))
    return _held_to_end(pairs, path)


def write_pairs(path: Path, pairs: Iterable[Pair]) -> None:
    """A list of objects with `summary`, `story` and what else is known: what is always written."""
    rows = [pair.model_dump(exclude={"ended"}, exclude_defaults=True) for pair in pairs]
    write_whole(path, (json.dumps(rows, ensure_ascii=False, indent=1) + "\n").encode())


def _text(path: Path) -> str:
    try:
        data = path.read_bytes()
    except OSError as fault:
        raise TrainingError(f"{path} cannot be read: {fault.strerror}.") from fault
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        line = data.count(b"\n", 0, fault.start) + 1
        raise TrainingError(
            f"{path}, line {line}: byte {data[fault.start]:#04x} is not UTF-8. Save the whole "
            "file as UTF-8; some of it may be in another encoding."
        ) from fault


def _json_rows(text: str, path: Path) -> Iterator[tuple[str, Any]]:
    try:
        found = json.loads(text)
    except json.JSONDecodeError as fault:
        raise TrainingError(
            f"{path}, line {fault.lineno}: no JSON ({fault.msg}). Is the file whole?"
        ) from fault
    if isinstance(found, dict):
        lists = [value for value in found.values() if isinstance(value, list)]
        found = lists[0] if len(lists) == 1 else None
    if not isinstance(found, list):
        raise TrainingError(f"{path} must hold a list of objects with a summary and a story.")
    yield from ((f"entry {number}", row) for number, row in enumerate(found, start=1))


def _jsonl_rows(text: str, path: Path) -> Iterator[tuple[str, Any]]:
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            yield f"line {number}", json.loads(line)
        except json.JSONDecodeError as fault:
            raise TrainingError(
                f"{path}, line {number}: no whole JSON object ({fault.msg}). Mend or delete it."
            ) from fault


def _csv_rows(text: str, path: Path) -> Iterator[tuple[str, Any]]:
    delimiter = "\t" if path.suffix.lower() == ".tsv" else ","
    rows = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for row in rows:
            if None in row:
                raise TrainingError(f"{path}, line {rows.line_num}: more cells than the header.")
            yield f"line {rows.line_num}", {k: v or "" for k, v in row.items() if k is not None}
    except csv.Error as fault:
        raise TrainingError(f"{path}, line {rows.line_num}: no CSV ({fault}).") from fault


def _dataset_rows(folder: Path) -> Iterator[tuple[str, Any]]:
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


def _of_rows(rows: Iterable[tuple[str, Any]], where: str) -> Iterator[Pair]:
    for place, row in rows:
        if not isinstance(row, dict):
            raise TrainingError(f"{where}, {place}: {str(row)[:40]!r} is no object.")
        said = {str(key).strip().lower(): value for key, value in row.items()}
        summary = _first(said, (*SUMMARY, *INSTRUCTION))
        story = _first(said, STORY)
        if summary is None or story is None:
            lacks = "summary" if summary is None else "story"
            names = SUMMARY if summary is None else STORY
            raise TrainingError(
                f"{where}, {place}: no {lacks}. It has {', '.join(said) or 'nothing'}; a {lacks} "
                f"may be called {', '.join(names)}."
            )
        yield _pair(
            summary,
            story,
            title=_first(said, TITLE) or "",
            ages=_first(said, AGES) or "",
            hero=_first(said, HERO) or "",
        )


def _of_text(text: str, path: Path) -> Iterator[Pair]:
    samples = [part for part in TWO_BLANK_LINES.split(text.strip()) if part.strip()]
    for number, sample in enumerate(samples, start=1):
        found = FRAMED.search(sample)
        if found is None:
            raise TrainingError(
                f"{path}, sample {number}, which begins {sample.strip()[:40]!r}: expected "
                "'Summary: ... END' and 'Full story: ... END'; samples are two blank lines apart."
            )
        yield _pair(found["summary"], found["story"])


def _first(row: dict[str, Any], names: Iterable[str]) -> str | None:
    """The value of the first of `names` that the row has and that is text."""
    return next((row[name] for name in names if isinstance(row.get(name), str)), None)


def _pair(summary: str, story: str, title: str = "", ages: str = "", hero: str = "") -> Pair:
    told, tale = (text.replace("\r\n", "\n").strip() for text in (summary, story))
    ended = END.search(tale) is not None
    return Pair(
        summary=END.sub("", told),
        story=END.sub("", tale),
        title=title.strip(),
        ages=ages.strip(),
        hero=hero.strip(),
        ended=ended,
    )


def _held_to_end(pairs: list[Pair], path: Path) -> list[Pair]:
    """Where nobody says END, nobody lacks it."""
    if not pairs:
        raise TrainingError(f"{path} holds no pair.")
    if any(pair.ended for pair in pairs):
        return pairs
    return [pair.but(ended=True) for pair in pairs]
