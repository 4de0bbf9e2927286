"""Metadata as kohya's scripts keep it: one JSON file, an entry for each picture.

    {"01": {"caption": "a cat on a sofa", "tags": "cat, sofa", "train_resolution": [512, 512]}}

A picture's key is its name without the ending, or its whole path where several folders share one
file. Entries keep whatever else they hold.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from storybook.errors import TrainingError
from storybook.files import write_whole
from storybook.images.photo_files import NameIndex, is_photo
from storybook.text_files import split_lines
from training.data.captions import clean
from training.data.folders import pictures_in, text_of, words_of
from training.data.records import DataIssue

Entries = dict[str, dict[str, Any]]
"""By a picture's key."""

CAPTION, TAGS = ".caption", ".txt"
"""Endings of the files that hold captions and tags beside pictures, by kohya's custom."""

FIELDS = {"caption": CAPTION, "tags": TAGS}


@dataclass(frozen=True, slots=True)
class Merged:
    """Entries after merging, and what was odd."""

    entries: Entries
    pictures: int
    words: dict[str, int]
    """How many pictures have a caption, and how many tags, in files beside them."""
    findings: tuple[DataIssue, ...]


def read_entries(file: Path) -> Entries:
    """The entries of a metadata file; raises TrainingError, for a key that is there twice, too."""
    try:
        held = json.loads(text_of(file), object_pairs_hook=_each_once)
    except _KeyTwice as twice:
        raise TrainingError(
            f"{file} speaks of {twice.args[0]!r} twice, and nobody knows which one is meant. "
            "Delete one of the two."
        ) from None
    except json.JSONDecodeError as fault:
        raise TrainingError(f"{file}, line {fault.lineno}: no JSON ({fault.msg}).") from fault
    except OSError as fault:
        raise TrainingError(f"{file} cannot be read: {fault.strerror}.") from fault
    if not isinstance(held, dict) or not all(isinstance(each, dict) for each in held.values()):
        raise TrainingError(
            f'{file} is no metadata: it must look like {{"01": {{"caption": "a cat"}}}}.'
        )
    return held


def write_entries(entries: Mapping[str, Any], file: Path) -> None:
    """Write what is said of pictures by their keys, whole, indented by two as kohya's have it."""
    write_whole(file, (json.dumps(entries, indent=2, ensure_ascii=False) + "\n").encode())


def key_of(path: Path, *, full_path: bool) -> str:
    """What a picture is called in metadata: its name without the ending, or its whole path."""
    return str(path.absolute()) if full_path else path.stem


def pictures_at(folders: Sequence[Path], *, full_path: bool) -> dict[str, Path]:
    """The pictures in folders and below, by their keys in metadata.

    Raises TrainingError where two share a key, and for a folder without pictures.
    """
    found: dict[str, Path] = {}
    for folder in folders:
        for path in pictures_in(folder):
            key = key_of(path, full_path=full_path)
            if key in found and found[key] != path:
                raise TrainingError(
                    f"{found[key]} and {path} would both be called {key!r} in the metadata. Give "
                    "--full-path, so that each is called by its whole path, or rename one."
                )
            found[key] = path
    return found


def merge(
    folders: Sequence[Path],
    entries: Entries,
    *,
    full_path: bool = False,
    caption_suffix: str = CAPTION,
    tag_suffix: str = TAGS,
) -> Merged:
    """`entries` with the captions and tags that lie beside the pictures of `folders`.

    What is said of a picture already is written over by what lies beside it, and stays where
    nothing does. Of a file of words the first line counts. Raises TrainingError as `pictures_at`.
    """
    pictures, names = pictures_at(folders, full_path=full_path), NameIndex()
    findings: list[DataIssue] = []
    merged = {key: dict(entry) for key, entry in entries.items()}
    counted = dict.fromkeys(FIELDS, 0)
    suffixes = {"caption": caption_suffix, "tags": tag_suffix}
    for key, path in pictures.items():
        entry = merged.get(key, {})
        for field, suffix in suffixes.items():
            file = names.sidecar(path, suffix)
            if file is not None and (words := _words_in(file, findings)):
                entry = {**entry, field: words}
                counted[field] += 1
        if entry:
            merged[key] = entry
        else:
            found = f"neither {caption_suffix} nor {tag_suffix} beside it"
            findings.append(DataIssue(path=path, found=found, done="not in the metadata"))
    findings += _gone(merged, pictures.keys(), folders, full_path=full_path)
    return Merged(merged, len(pictures), counted, tuple(findings))


def _gone(
    entries: Entries, there: Iterable[str], folders: Sequence[Path], *, full_path: bool
) -> Iterator[DataIssue]:
    """Entries whose pictures are not in the folders that were looked through."""
    roots = [folder.absolute() for folder in folders]
    for key in entries.keys() - set(there):
        path = Path(key)
        if full_path and path.is_file() and is_photo(path):
            continue  # one of a folder that another merge looks through
        within = not full_path or any(path.is_relative_to(root) for root in roots)
        where = "" if within else ", and outside of the folders"
        yield DataIssue(
            path=path, found=f"in the metadata, but no such picture is there{where}", done="kept"
        )


def _words_in(file: Path, findings: list[DataIssue]) -> str:
    lines = [line.strip() for line in split_lines(words_of(file, findings)) if line.strip()]
    if len(lines) > 1:
        found = f"{len(lines)} lines of words"
        findings.append(DataIssue(path=file, found=found, done="the first one is taken"))
    return clean(lines[0], file, findings) if lines else ""


class _KeyTwice(ValueError):
    pass


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        seen: set[str] = set()
        raise _KeyTwice(next(key for key, _ in pairs if key in seen or seen.add(key)))
    return found
