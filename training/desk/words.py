"""Where the words for pictures are kept: files beside them, one list, or metadata."""

import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from storybook.errors import ConfigError, TrainingError
from storybook.files import write_whole
from storybook.images.photo_files import NameIndex
from training.data.readers import IMAGE_CAPTIONS
from training.desk.metadata import TAGS, key_of, pictures_at, read_entries, write_entries

SIDECAR, LIST, METADATA = "sidecar", "json", "metadata"
PLACES = (SIDECAR, LIST, METADATA)

WRITTEN_EVERY_S = 20.0
"""A list is one file, which is written anew as a whole: this often at most."""


class CaptionStore(Protocol):
    """Where words are kept; what is kept is on the disk at the latest when it is closed."""

    where: str
    """In words for people."""

    def has(self, picture: Path) -> bool:
        """Whether something is said of a picture already."""

    def keep(self, picture: Path, text: str) -> None:
        """Keep what is said of a picture."""

    def close(self) -> None:
        """Write what is not on the disk yet."""


class Sidecars:
    """A file of words beside each picture."""

    def __init__(self, suffix: str) -> None:
        self.where = f"{suffix} beside each picture"
        self._suffix = suffix
        self._names = NameIndex()

    def has(self, picture: Path) -> bool:
        """Whether there is a file of words that is not empty."""
        file = self._names.sidecar(picture, self._suffix)
        return file is not None and file.stat().st_size > 1

    def keep(self, picture: Path, text: str) -> None:
        """Write the file."""
        file = self._names.sidecar(picture, self._suffix)
        write_whole(file or picture.with_suffix(self._suffix), f"{text}\n".encode())

    def close(self) -> None:
        """Everything is written."""


class _ListedCaptions:
    """One file for all pictures."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.where = str(file)
        self._written_at = time.monotonic()
        self._changed = False

    def close(self) -> None:
        """Write the file if there is news."""
        if self._changed:
            self.write()
            self._changed, self._written_at = False, time.monotonic()

    def write(self) -> None:
        """Write the file whole."""
        raise NotImplementedError

    def _note(self) -> None:
        self._changed = True
        if time.monotonic() - self._written_at > WRITTEN_EVERY_S:
            self.close()


class ImageCaptions(_ListedCaptions):
    """`image_captions.json`: {"01.jpg": "a cat on a sofa"}, paths from the file's own folder."""

    def __init__(self, file: Path) -> None:
        super().__init__(file)
        self._said: dict[str, str] = {}
        if file.is_file():
            try:
                self._said = json.loads(file.read_text(encoding="utf-8"))
            except ValueError as fault:
                raise TrainingError(f"{file} is no JSON: {fault}. Mend or move it.") from fault
            if not isinstance(self._said, dict):
                raise TrainingError(f"{file} holds no captions by pictures. Move it away.")

    def has(self, picture: Path) -> bool:
        """Whether the list speaks of a picture."""
        return bool(self._said.get(self._name(picture)))

    def keep(self, picture: Path, text: str) -> None:
        """Put a picture's words into the list."""
        self._said[self._name(picture)] = text
        self._note()

    def write(self) -> None:
        """Write the list."""
        write_entries(self._said, self.file)

    def _name(self, picture: Path) -> str:
        own = self.file.absolute().parent
        path = picture.absolute()
        return path.relative_to(own).as_posix() if path.is_relative_to(own) else str(path)


class Metadata(_ListedCaptions):
    """Metadata of kohya's scripts, where words are a field of a picture's entry."""

    def __init__(self, file: Path, field: str, *, full_path: bool) -> None:
        super().__init__(file)
        self._field, self._full_path = field, full_path
        self._entries = read_entries(file) if file.is_file() else {}

    def has(self, picture: Path) -> bool:
        """Whether a picture's entry has the field."""
        return bool(self._entries.get(self._key(picture), {}).get(self._field))

    def keep(self, picture: Path, text: str) -> None:
        """Put words into a picture's entry."""
        self._entries.setdefault(self._key(picture), {})[self._field] = text
        self._note()

    def write(self) -> None:
        """Write the metadata."""
        write_entries(self._entries, self.file)

    def _key(self, picture: Path) -> str:
        return key_of(picture, full_path=self._full_path)


def words_at(
    to: str, folders: Sequence[Path], field: str, *, suffix: str = "", full_path: bool = False
) -> CaptionStore:
    """Where words go: `sidecar`, `json`, `metadata`, or a `.json` file that is named.

    A named file is metadata. `field` is `caption` or `tags`; `suffix` is of sidecars. Raises
    ConfigError for another place, or where one file cannot hold several folders' words.
    """
    if to == SIDECAR:
        return Sidecars(suffix or (TAGS if field == "tags" else ".caption"))
    if len(folders) > 1 and to in (LIST, METADATA):
        raise ConfigError(
            f"--to {to} puts a file into the folder, and there are several: name it, "
            "such as --to meta.json."
        )
    if to == LIST:
        if field == "tags":
            raise ConfigError("--to json keeps captions. Tags go to sidecar or metadata.")
        return ImageCaptions(folders[0] / IMAGE_CAPTIONS)
    named = Path(to)
    if to != METADATA and named.suffix.lower() != ".json":
        raise ConfigError(f"--to is {', '.join(PLACES)} or a .json file, not {to!r}.")
    file = folders[0] / "meta.json" if to == METADATA else named
    pictures_at(folders, full_path=full_path)  # says it where two would share a key
    return Metadata(file, field, full_path=full_path)
