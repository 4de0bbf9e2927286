"""Taggers: networks in ONNX that say in tags what a picture shows.

WD14 (SmilingWolf's, `selected_tags.csv` beside `model.onnx`) and DeepDanbooru (`tags.txt` beside
it). Both were taught on drawings, and are for these; of photos they know little.
"""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
from PIL import Image

from storybook.errors import ModelError
from storybook.models.hub import on_disk
from storybook.models.onnx_files import open_onnx
from storybook.text_files import read_text, split_lines

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

Kind = Literal["general", "character", "rating"]

ALIASES = {"wd14": "SmilingWolf/wd-v1-4-convnext-tagger-v2"}
NETWORK, WD14_TAGS, DANBOORU_TAGS = "model.onnx", "selected_tags.csv", "tags.txt"
KERAS = ("project.json", "saved_model.pb")
CATEGORIES: dict[str, Kind] = {"0": "general", "4": "character", "9": "rating"}
"""What `selected_tags.csv` counts them as."""
RATING = "rating:"
THRESHOLD = 0.35
FACE_LETTERS = 3
"""A tag of so few letters is a face, such as `>_<`, and keeps its underscores."""


@dataclass(frozen=True, slots=True)
class Tag:
    """One of those that a tagger can say."""

    name: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Tagger:
    """A network in memory, on the processor."""

    name: str
    session: "InferenceSession"
    tags: tuple[Tag, ...]
    side_px: int
    batch: int | None
    """How many pictures the network takes at once; None: any number."""
    is_wd14: bool
    threshold: float = THRESHOLD
    character_threshold: float = THRESHOLD
    spaces: bool = False
    """Whether tags are said with spaces in the place of underscores."""

    def say(self, images: Sequence[Image.Image], seeds: Sequence[int]) -> list[str]:
        """The tags of each picture, in the network's order, between commas; ratings are none."""
        prepare = as_wd14_sees if self.is_wd14 else as_danbooru_sees
        seen = np.stack([prepare(image, self.side_px) for image in images])
        name = self.session.get_inputs()[0].name
        step = self.batch or len(seen)
        parts = []
        for start in range(0, len(seen), step):
            part = seen[start : start + step]
            short = step - len(part)
            filled = np.concatenate([part, np.zeros((short, *part.shape[1:]), part.dtype)])
            parts.append(self.session.run(None, {name: filled})[0][: len(part)])
        return [self._said(row) for row in np.concatenate(parts)]

    def _said(self, likely: np.ndarray) -> str:
        least = {"general": self.threshold, "character": self.character_threshold}
        names = [
            self._spoken(tag.name)
            for tag, share in zip(self.tags, likely, strict=True)
            if share >= least.get(tag.kind, np.inf)
        ]
        return ", ".join(names)

    def _spoken(self, name: str) -> str:
        name = name.replace(",", "")  # which parts tags
        return name.replace("_", " ") if self.spaces and len(name) > FACE_LETTERS else name


def as_wd14_sees(image: Image.Image, side_px: int) -> np.ndarray:
    """What WD14 sees: [side, side, 3] of float32 levels in BGR, made square on white."""
    side = max(image.size)
    square = Image.new("RGB", (side, side), "white")
    square.paste(image.convert("RGB"), ((side - image.width) // 2, (side - image.height) // 2))
    way = Image.Resampling.HAMMING if side > side_px else Image.Resampling.LANCZOS
    levels = np.asarray(square.resize((side_px, side_px), way), np.float32)
    return np.ascontiguousarray(levels[:, :, ::-1])


def as_danbooru_sees(image: Image.Image, side_px: int) -> np.ndarray:
    """What DeepDanbooru sees: [side, side, 3] in RGB from 0 to 1, edges drawn out to a square."""
    scale = side_px / max(image.size)
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    levels = np.asarray(image.convert("RGB").resize(size, Image.Resampling.HAMMING), np.float32)
    left, top = (side_px - size[0]) // 2, (side_px - size[1]) // 2
    around = ((top, side_px - size[1] - top), (left, side_px - size[0] - left), (0, 0))
    return np.pad(levels, around, mode="edge") / 255


def _no_tagger(folder: Path) -> str:
    """What there is in a folder in place of a network that can be run here."""
    if any((folder / name).is_file() for name in KERAS):
        return (
            f"{folder} holds a tagger for TensorFlow, which is not used here. Put its {NETWORK} "
            "there (for WD14 it lies in the same repository; others are converted by tf2onnx)."
        )
    return f"{folder} holds no tagger: there is no {NETWORK} in it."


def open_tagger(
    model: str,
    *,
    threshold: float = THRESHOLD,
    character_threshold: float | None = None,
    spaces: bool = False,
) -> Tagger:
    """A tagger by its short name `wd14`, a hub's name or a folder.

    Raises ModelError if it is missing, broken, or its list of tags is another network's.
    """
    folder = on_disk(Path(ALIASES.get(model, model)))
    network = folder / NETWORK
    if not network.is_file():
        raise ModelError(_no_tagger(folder))
    is_wd14 = (folder / WD14_TAGS).is_file()
    tags = _wd14_tags(folder / WD14_TAGS) if is_wd14 else _danbooru_tags(folder / DANBOORU_TAGS)
    session = open_onnx(network, f"{network} needs onnxruntime: pip install 'storybook[safety]'")
    (given, *_), (taken, *_) = session.get_outputs(), session.get_inputs()
    if len(taken.shape) != 4 or taken.shape[3] != 3 or taken.shape[1] != taken.shape[2]:
        raise ModelError(f"{network} is no tagger: it takes {taken.shape}, not square pictures.")
    if given.shape[-1] != len(tags):
        file = folder / (WD14_TAGS if is_wd14 else DANBOORU_TAGS)
        says = f"{file} lists {len(tags)} tags, and {NETWORK} says {given.shape[-1]}"
        raise ModelError(f"{says}: one of the two is of another tagger. Fetch both again.")
    return Tagger(
        name=folder.name,
        session=session,
        tags=tags,
        side_px=taken.shape[1],
        batch=taken.shape[0] if isinstance(taken.shape[0], int) else None,
        is_wd14=is_wd14,
        threshold=threshold,
        character_threshold=threshold if character_threshold is None else character_threshold,
        spaces=spaces,
    )


def _wd14_tags(file: Path) -> tuple[Tag, ...]:
    rows = list(csv.reader(split_lines(read_text(file, ModelError, windows=False).text)))
    if not rows or rows[0][:3] != ["tag_id", "name", "category"]:
        raise ModelError(f"{file} must begin with tag_id,name,category. Fetch it again.")
    found = []
    for number, row in enumerate(rows[1:], start=2):
        if not row:
            continue
        if len(row) < 3 or row[2] not in CATEGORIES:
            raise ModelError(f"{file}, line {number}: no tag of WD14's. Fetch it again.")
        found.append(Tag(row[1], CATEGORIES[row[2]]))
    return tuple(found)


def _danbooru_tags(file: Path) -> tuple[Tag, ...]:
    if not file.is_file():
        raise ModelError(
            f"{file.parent} has neither {WD14_TAGS} nor {DANBOORU_TAGS}: nobody knows what its "
            "network says."
        )
    lines = [line.strip() for line in split_lines(read_text(file, ModelError).text)]
    return tuple(
        Tag(line, "rating" if line.startswith(RATING) else "general") for line in lines if line
    )
