"""A dataset as it is looked through and mended by its owner: pictures, words, and the way back.

Words are written where they were read from. Each change goes into a history beside the pictures
first, so that it can be taken back, one after another.
"""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol

import yaml
from PIL import Image, ImageDraw, ImageOps

from storybook.errors import TrainingError
from storybook.files import write_whole
from storybook.images.photo_files import NameIndex
from storybook.images.photo_reading import read_picture
from storybook.text_files import read_text
from training.data.buckets import buckets_around, covering_size, nearest_bucket
from training.data.captions import clean
from training.data.folders import locate, text_of
from training.data.hugging_face import COLUMNS
from training.data.kohya import metadata_files
from training.data.pictures import Checked, look_through
from training.data.readers import IMAGE_CAPTIONS, read_folder
from training.data.records import Example, Finding, Layout, Size
from training.data.sidecars import YAMLS, sidecars
from training.desk.metadata import CAPTION, read_entries, write_entries

Filter = Literal["all", "no words", "small", "twin"]
FILTERS: tuple[Filter, ...] = ("all", "no words", "small", "twin")
HISTORY = ".words-history.jsonl"
"""Beside the pictures: what was changed, the newest last."""
TWIN, SMALL = ("nearly the same", "the same picture"), ("will be enlarged", "too small")
Look = Callable[[tuple[Example, ...], int], Checked]


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture of a dataset."""

    path: Path
    words: str
    size: Size | None
    """None for one that cannot be learnt from."""
    bucket: Size | None
    notes: tuple[str, ...]
    """What is odd about it, in lines for people."""

    def is_of(self, chosen: Filter, word: str = "") -> bool:
        """Whether a filter lets it through, and its words or name hold `word`."""
        said = " ".join(self.notes)
        fits = {
            "all": True,
            "no words": not self.words,
            "small": any(sign in said for sign in SMALL),
            "twin": any(sign in said for sign in TWIN),
        }[chosen]
        return fits and word.casefold() in f"{self.words} {self.path.name}".casefold()


@dataclass(frozen=True, slots=True)
class Board:
    """A dataset, read and looked through."""

    folder: Path
    layout: Layout
    rows: tuple[Shown, ...]

    @property
    def is_editable(self) -> bool:
        """Whether its words can be written where they came from: a table's, or ones within a
        dataset, cannot."""
        return self.layout != "dataset"

    def counts(self) -> dict[Filter, int]:
        """How many pictures each filter lets through."""
        return {each: sum(row.is_of(each) for row in self.rows) for each in FILTERS}


Change = dict[str, str]
"""By a picture's path: its new words."""


def open_board(folder: Path, resolution: Size, look: Look = look_through) -> Board:
    """The dataset in a folder; `look` looks through its pictures, and may remember them.

    Raises TrainingError as `read_folder` does.
    """
    reading = read_folder(folder, columns=COLUMNS)
    checked = look(reading.examples, min(resolution))
    sizes = dict(zip((each.path for each in checked.examples), checked.sizes, strict=True))
    notes: dict[Path, list[str]] = {}
    for finding in (*reading.findings, *checked.findings):
        notes.setdefault(finding.path, []).append(f"{finding.found}; {finding.done}")
    buckets = buckets_around(resolution)
    rows = []
    for example in reading.examples:
        size = sizes.get(example.path)
        bucket = nearest_bucket(size, buckets) if size else None
        words = example.captions[0] if example.captions else ""
        rows.append(Shown(example.path, words, size, bucket, tuple(notes.get(example.path, ()))))
    return Board(folder, reading.layout, tuple(sorted(rows, key=lambda row: str(row.path))))


def say_of(board: Board, change: Change) -> None:
    """Write words where the board's came from; how it was before goes into the history first.

    Raises TrainingError for a dataset whose words lie within it.
    """
    place, history = _place_of(board), board.folder / HISTORY
    before = {_kept_as(board, path): place.before(Path(path)) for path in change}
    lines = history.read_text(encoding="utf-8") if history.is_file() else ""
    write_whole(history, f"{lines}{json.dumps(before, ensure_ascii=False)}\n".encode())
    for path, words in change.items():
        place.say(Path(path), words)
    place.close()


def replaced(board: Board, rows: Sequence[Shown], old: str, new: str) -> Change:
    """What it would change to put `new` for each `old`, as whole words in any case."""
    if not old.strip():
        raise TrainingError("Say what is to be replaced.")
    pattern = re.compile(rf"(?<!\w){re.escape(old.strip())}(?!\w)", re.IGNORECASE)
    change: Change = {}
    for row in rows:
        after = re.sub(r"\s+", " ", pattern.sub(lambda _: new.strip(), row.words)).strip(" ,")
        after = re.sub(r"\s*,(\s*,)+\s*", ", ", after)
        if after != row.words:
            change[str(row.path)] = after
    return change


def said_anew(row: Shown, words: str) -> Change:
    """The change of one picture's words."""
    findings: list[Finding] = []
    return {str(row.path): clean(words, row.path, findings)}


def undo(board: Board) -> int:
    """Take the last change back; how many pictures it was of, 0 if there is none."""
    history = board.folder / HISTORY
    lines = history.read_text(encoding="utf-8").splitlines() if history.is_file() else []
    if not lines:
        return 0
    last = json.loads(lines[-1])
    place = _place_of(board)
    for path, before in last.items():
        place.put_back(board.folder / path, before)
    place.close()
    write_whole(history, "".join(f"{line}\n" for line in lines[:-1]).encode())
    return len(last)


def _kept_as(board: Board, path: str) -> str:
    """A picture from its set's folder, so that the way back outlives a move of the whole."""
    within = Path(path).is_relative_to(board.folder)
    return Path(path).relative_to(board.folder).as_posix() if within else str(Path(path).absolute())


def can_undo(board: Board) -> bool:
    """Whether there is a change to be taken back."""
    history = board.folder / HISTORY
    return history.is_file() and history.stat().st_size > 0


def crop_drawn(row: Shown, side_px: int) -> Image.Image | None:
    """The picture, its longer side `side_px`, with what of it is taught inside a frame."""
    if row.size is None or row.bucket is None:
        return None
    image = read_picture(row.path, lambda _: (side_px, side_px)).image
    image = ImageOps.contain(image, (side_px, side_px))
    whole = covering_size(row.size, row.bucket)
    scale = image.width / whole[0]
    left, top = ((side - cut) / 2 * scale for side, cut in zip(whole, row.bucket, strict=True))
    right, bottom = left + row.bucket[0] * scale, top + row.bucket[1] * scale
    shade = Image.new("L", image.size, 150)
    ImageDraw.Draw(shade).rectangle((left, top, right, bottom), 0)
    image.paste("white", mask=shade)
    frame = (round(left), round(top), round(right) - 1, round(bottom) - 1)
    ImageDraw.Draw(image).rectangle(frame, outline="#a8442a", width=max(2, side_px // 150))
    return image


class _Place(Protocol):
    """Where a board's words lie; what was there is kept as JSON can hold it."""

    def before(self, picture: Path) -> Any: ...
    def say(self, picture: Path, words: str) -> None: ...
    def put_back(self, picture: Path, before: Any) -> None: ...
    def close(self) -> None: ...


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


class _Listed:
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


def _place_of(board: Board) -> _Place:
    if not board.is_editable:
        raise TrainingError(
            f"{board.folder} is a Hugging Face dataset, whose words lie within it. Change the "
            "folder that it was built from, and build it again."
        )
    if board.layout == "image_captions":
        file = board.folder / IMAGE_CAPTIONS
        return _Listed(file, json.loads(text_of(file)))
    if board.layout == "metadata":
        file = metadata_files(board.folder)[0]
        return _Listed(file, read_entries(file))
    return _Beside()
