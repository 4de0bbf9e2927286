"""A dataset as it is looked through and mended by its owner: pictures, words, and the way back.

Words are written where they were read from. Each change goes into a history beside the pictures
first, so that it can be taken back, one after another.
"""

import json
import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from PIL import Image, ImageDraw, ImageOps

from storybook.errors import TrainingError
from storybook.files import write_whole
from storybook.images.photo_files import NameIndex
from storybook.images.photo_reading import read_picture
from training.data.buckets import BucketRow, buckets_around, covering_size, nearest_bucket, rows_of
from training.data.captions import clean
from training.data.crops import cropped, mask_of, read_crops
from training.data.hugging_face import COLUMNS
from training.data.pictures import Checked, look_through, open_picture
from training.data.readers import read_folder
from training.data.records import Box, DataIssue, Example, Layout, Size
from training.desk.drawing import Drawn, checked, draw, drawn_of
from training.desk.places import Place, place_of

Filter = Literal["all", "no words", "small", "twin"]
FILTERS: tuple[Filter, ...] = ("all", "no words", "small", "twin")
HISTORY = ".words-history.jsonl"
"""Beside the pictures: what was changed, the newest last."""
DRAWN = "drawn"
"""In the history, in the place of a picture's name: crops and masks by pictures."""
SEALED = (
    "{folder} is a Hugging Face dataset, whose words and pictures lie within it. Change the folder "
    "that it was built from, and build it again."
)
TWIN, SMALL = ("nearly the same", "the same picture"), ("will be enlarged", "too small")
Look = Callable[[tuple[Example, ...], int], Checked]


@dataclass(frozen=True, slots=True)
class BoardPicture:
    """A picture of a dataset."""

    path: Path
    words: str
    size: Size | None
    """None for one that cannot be learnt from."""
    bucket: Size | None
    notes: tuple[str, ...]
    """What is odd about it, in lines for people."""
    crop: Box | None = None
    """The part that its owner wants learnt."""
    mask: Path | None = None

    def is_of(self, chosen: Filter, word: str = "") -> bool:
        """Whether a filter lets it through, and its words or name hold `word`."""
        notes = " ".join(self.notes)
        fits = {
            "all": True,
            "no words": not self.words,
            "small": any(sign in notes for sign in SMALL),
            "twin": any(sign in notes for sign in TWIN),
        }[chosen]
        return fits and word.casefold() in f"{self.words} {self.path.name}".casefold()


@dataclass(frozen=True, slots=True)
class Board:
    """A dataset, read and looked through."""

    folder: Path
    layout: Layout
    rows: tuple[BoardPicture, ...]

    @property
    def is_editable(self) -> bool:
        """Whether its words can be written where they came from: a table's, or ones within a
        dataset, cannot."""
        return self.layout != "dataset"

    def counts(self) -> dict[Filter, int]:
        """How many pictures each filter lets through."""
        return {each: sum(row.is_of(each) for row in self.rows) for each in FILTERS}

    def buckets(self) -> list[BucketRow]:
        """How many pictures go into which bucket, and how far their aspects are off."""
        taught = [(row.size, row.bucket) for row in self.rows if row.size and row.bucket]
        return rows_of([size for size, _ in taught], [bucket for _, bucket in taught])


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
        odd = tuple(notes.get(example.path, ()))
        rows.append(
            BoardPicture(example.path, words, size, bucket, odd, example.crop, example.mask)
        )
    return Board(folder, reading.layout, tuple(sorted(rows, key=lambda row: str(row.path))))


def say_of(board: Board, change: Change) -> None:
    """Write words where the board's came from; how it was before goes into the history first.

    Raises TrainingError for a dataset whose words lie within it.
    """
    place = _place_of(board)
    _remember(board, {_kept_as(board, path): place.before(Path(path)) for path in change})
    for path, words in change.items():
        place.say(Path(path), words)
    place.close()


def draw_on(board: Board, row: BoardPicture, drawn: Drawn) -> None:
    """Keep a picture's crop and mask; how they were before goes into the history first.

    Raises TrainingError for what is none, and for pictures that lie within a dataset.
    """
    if not board.is_editable:
        raise TrainingError(SEALED.format(folder=board.folder))
    before, after = drawn_of(row.path), checked(drawn)
    if after != before:
        _remember(board, {DRAWN: {_kept_as(board, str(row.path)): before}})
        draw(row.path, after)


def looked_again(row: BoardPicture, resolution: Size) -> BoardPicture:
    """A picture as it is after something was drawn on it; its notes are as they were."""
    crop = read_crops(row.path.parent).get(row.path.name)
    image, _ = open_picture(row.path, min(resolution), crop=crop)
    size = None if image is None else image.size
    bucket = nearest_bucket(size, buckets_around(resolution)) if size else None
    mask = mask_of(row.path, NameIndex())
    return replace(row, size=size, bucket=bucket, crop=crop, mask=mask)


def replaced(board: Board, rows: Sequence[BoardPicture], old: str, new: str) -> Change:
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


def said_anew(row: BoardPicture, words: str) -> Change:
    """The change of one picture's words."""
    findings: list[DataIssue] = []
    return {str(row.path): clean(words, row.path, findings)}


def undo(board: Board) -> int:
    """Take the last change back; how many pictures it was of, 0 if there is none."""
    history = board.folder / HISTORY
    lines = history.read_text(encoding="utf-8").splitlines() if history.is_file() else []
    if not lines:
        return 0
    last = json.loads(lines[-1])
    if drawn := last.pop(DRAWN, None):
        for path, before in drawn.items():
            draw(board.folder / path, before)
    else:
        place = _place_of(board)
        for path, before in last.items():
            place.put_back(board.folder / path, before)
        place.close()
    write_whole(history, "".join(f"{line}\n" for line in lines[:-1]).encode())
    return len(drawn or last)


def _remember(board: Board, before: dict[str, Any]) -> None:
    history = board.folder / HISTORY
    lines = history.read_text(encoding="utf-8") if history.is_file() else ""
    write_whole(history, f"{lines}{json.dumps(before, ensure_ascii=False)}\n".encode())


def _kept_as(board: Board, path: str) -> str:
    """A picture from its set's folder, so that the way back outlives a move of the whole."""
    within = Path(path).is_relative_to(board.folder)
    return Path(path).relative_to(board.folder).as_posix() if within else str(Path(path).absolute())


def can_undo(board: Board) -> bool:
    """Whether there is a change to be taken back."""
    history = board.folder / HISTORY
    return history.is_file() and history.stat().st_size > 0


def crop_drawn(row: BoardPicture, side_px: int) -> Image.Image | None:
    """What is inside a picture's crop, `side_px` at most, with what of it is taught in a frame."""
    if row.size is None or row.bucket is None:
        return None
    share = 1.0 if row.crop is None else min(row.crop[2] - row.crop[0], row.crop[3] - row.crop[1])
    image = read_picture(row.path, lambda _: (math.ceil(side_px / share),) * 2).image
    image = ImageOps.contain(cropped(image, row.crop), (side_px, side_px))
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


def _place_of(board: Board) -> Place:
    if not board.is_editable:
        raise TrainingError(SEALED.format(folder=board.folder))
    return place_of(board.folder, board.layout)
