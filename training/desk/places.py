"""Where the words of a dataset's pictures lie, to be changed there and put back."""

import json
from pathlib import Path
from typing import Any, Protocol

import yaml

from storybook.errors import TrainingError
from storybook.files import write_whole
from storybook.images.photo_files import NameIndex
from storybook.text_files import read_text
from training.data.folders import locate, text_of
from training.data.kohya import metadata_files
from training.data.readers import IMAGE_CAPTIONS
from training.data.records import Layout
from training.data.sidecars import YAMLS, sidecars
from training.desk.metadata import CAPTION, read_entries, write_entries


class Place(Protocol):
    """Where a board's words lie; what was there is kept as JSON can hold it."""

    def before(self, picture: Path) -> Any: ...
    def say(self, picture: Path, words: str) -> None: ...
    def put_back(self, picture: Path, before: Any) -> None: ...
    def close(self) -> None: ...


def place_of(folder: Path, layout: Layout) -> Place:
    """Where the words of a folder lie that is read as `layout`, which is no `dataset`."""
    if layout == "image_captions":
        file = folder / IMAGE_CAPTIONS
        return _JsonList(file, json.loads(text_of(file)))
    if layout == "metadata":
        file = metadata_files(folder)[0]
        return _JsonList(file, read_entries(file))
    return _Beside()


class _Beside:
    """Files beside pictures: all words go into the first of them, and the others are emptied."""

    def __init__(self) -> None:
        self._names = NameIndex()

    def before(self, picture: Path) -> dict[str, str | None]:
        files = sidecars(picture, self._names) or [picture.with_suffix(CAPTION)]
        return {file.name: _text_in(file) for file in files}

    def say(self, picture: Path, words: str) -> None:
        first, *others = sidecars(picture, self._names) or [picture.with_suffix(CAPTION)]
        is_yaml = first.suffix.lower() in YAMLS
        text = yaml.safe_dump({"main_prompt": words}, allow_unicode=True) if is_yaml else words
        write_whole(first, f"{text.rstrip()}\n".encode())
        for other in others:
            write_whole(other, b"")

    def put_back(self, picture: Path, before: dict[str, str | None]) -> None:
        for name, text in before.items():
            file = picture.with_name(name)
            if text is None:
                file.unlink(missing_ok=True)
            else:
                write_whole(file, text.encode())

    def close(self) -> None:
        """Everything is written."""


class _JsonList:
    """One JSON file, an entry for each picture: its words, or a record with words in it."""

    def __init__(self, file: Path, entries: dict[str, Any]) -> None:
        self._file, self._entries, self._names = file, entries, NameIndex()
        self._keys = {
            found: key
            for key in entries
            if (found := locate(key, file.parent, self._names)) is not None
        }

    def before(self, picture: Path) -> Any:
        return self._entries.get(self._key(picture))

    def say(self, picture: Path, words: str) -> None:
        before = self.before(picture)
        if isinstance(before, dict):
            kept = {name: value for name, value in before.items() if name != "tags"}
            self._entries[self._key(picture)] = kept | {"caption": words}
        else:
            self._entries[self._key(picture)] = words

    def put_back(self, picture: Path, before: Any) -> None:
        self._entries[self._key(picture)] = before

    def close(self) -> None:
        write_entries(self._entries, self._file)

    def _key(self, picture: Path) -> str:
        return self._keys[picture]


def _text_in(file: Path) -> str | None:
    return read_text(file, TrainingError).text if file.is_file() else None
