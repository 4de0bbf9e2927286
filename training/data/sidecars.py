"""The words that lie beside a picture: `.txt`, `.caption`, or EveryDream 2's `.yaml`."""

from pathlib import Path
from typing import Any

import yaml

from storybook.errors import TrainingError, in_one_line
from storybook.images.photo_files import NameIndex
from storybook.text_files import split_lines
from training.data.captions import clean
from training.data.folders import words_of
from training.data.records import DataIssue

SIDECARS = (".caption", ".txt")
"""In the order in which their words are joined: a caption, then tags."""

YAMLS = (".yaml", ".yml")
MOST_YAML_BYTES = 1 << 20


def sidecars(path: Path, names: NameIndex) -> list[Path]:
    """The files of words beside a picture: the first `.yaml`, else a `.caption` and a `.txt`."""
    found = [names.sidecar(path, suffix) for suffix in YAMLS]
    structured = [file for file in found if file is not None][:1]
    plain = (names.sidecar(path, suffix) for suffix in SIDECARS)
    return structured or [file for file in plain if file is not None]


def words_beside(files: list[Path], findings: list[DataIssue]) -> str:
    """What sidecars say, joined by commas; what is odd goes to `findings`.

    Raises TrainingError for a file that cannot be read.
    """
    return ", ".join(filter(None, (_words_in(file, findings) for file in files)))


def _words_in(file: Path, findings: list[DataIssue]) -> str:
    if file.suffix.lower() in YAMLS:
        return clean(_said_in_yaml(file, findings), file, findings)
    lines = [line.strip() for line in split_lines(words_of(file, findings)) if line.strip()]
    if len(lines) > 1:
        found = f"{len(lines)} lines of words"
        findings.append(DataIssue(path=file, found=found, done="the first one is the caption"))
    return clean(lines[0], file, findings) if lines else ""


def _said_in_yaml(file: Path, findings: list[DataIssue]) -> str:
    """`main_prompt` and `tags`, in their order; a tag's weight is for sorting, not for saying."""
    text = words_of(file, findings)
    try:
        held = yaml.safe_load(text) if len(text) < MOST_YAML_BYTES else None
    except (yaml.YAMLError, ValueError, RecursionError) as fault:
        raise TrainingError(f"{file} is no YAML: {in_one_line(fault)}.") from fault
    if isinstance(held, str):
        return held
    if not isinstance(held, dict) or not held.keys() & {"main_prompt", "tags"}:
        raise TrainingError(f"{file} must hold main_prompt and tags, as EveryDream 2 has them.")
    tags = held.get("tags")
    tags = [_tag(tag) for tag in tags] if isinstance(tags, list) else [_tag(tags)]
    return ", ".join(filter(None, [_tag(held.get("main_prompt")), *tags]))


def _tag(entry: Any) -> str:
    if isinstance(entry, dict):
        entry = entry.get("tag")
    return "" if entry is None else str(entry).strip()
