"""Metadata and latents that kohya's scripts leave beside pictures."""

import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from storybook.errors import TrainingError
from storybook.images.photo_files import NameIndex, is_litter
from storybook.images.photo_reading import DAMAGE, FORMATS
from storybook.text_files import split_lines
from training.data.captions import clean
from training.data.folders import locate, text_of, unlisted
from training.data.records import LATENT_PX, Box, DataIssue, Example, FolderReading, Size
from training.data.rows import json_line_rows

CROP = "crop"
"""Beside the arrays of kohya's scripts: left, top, right, bottom as shares of the picture."""
KEYS = {"caption", "tags", "train_resolution", "image_size"}


@dataclass(frozen=True, slots=True)
class Latents:
    """Latents of one picture, as a VAE's sample gave them: not yet scaled."""

    values: np.ndarray
    """float32 [4, h / 8, w / 8]."""
    flipped: np.ndarray | None = None
    """Those of the mirrored picture."""
    original_size: Size | None = None
    crop_ltrb: tuple[int, int, int, int] | None = None
    """Which part of the scaled picture was taken: left, top, right, bottom in pixels."""


def metadata_files(source: Path) -> list[Path]:
    """The metadata files of kohya's scripts in a folder, or `source` itself if it is one."""
    files = [source] if source.is_file() else sorted(source.glob("*"))
    return [file for file in files if not is_litter(file.name) and _is_metadata(file)]


def read_metadata(source: Path, pictures: Path | None = None) -> FolderReading:
    """Pictures listed in a metadata file, `.json` or `.jsonl`: the text is caption, then tags.

    `pictures` is their folder, if it is not the file's. Latents are used if they are there for
    every picture, and flipped ones for all or none. Raises TrainingError if there is not just one
    metadata file, or an entry has no words.
    """
    file = _one_file(source)
    folder = pictures or file.parent
    examples, findings, names = [], [], NameIndex()
    for key, entry in _entries(file):
        words = [str(entry.get(part) or "").strip() for part in ("caption", "tags")]
        text = clean(", ".join(filter(None, words)), file, findings)
        if not text:
            raise TrainingError(f"{file}: {key!r} has neither caption nor tags. Give it one.")
        path = locate(key, folder, names)
        if path is None:
            found = f"listed in {file.name}, but not there"
            findings.append(DataIssue(path=Path(key), found=found, done="left out"))
            continue
        bucket = _size(entry.get("train_resolution"), f"{file}: train_resolution of {key!r}")
        examples.append(Example(path=path, captions=(text,), bucket=bucket))
    examples, note = _with_latents(examples, names)
    if note:
        findings.append(DataIssue(path=file, found=note, done="made anew for all pictures"))
    findings += unlisted(folder, examples, file.name)
    return FolderReading(layout="metadata", examples=tuple(examples), findings=tuple(findings))


def _one_file(source: Path) -> Path:
    files = metadata_files(source)
    if len(files) != 1:
        names = ", ".join(file.name for file in files) or "none"
        raise TrainingError(f"{source} must hold one metadata file: name one. There are: {names}.")
    return files[0]


def find_latents(path: Path, bucket: Size | None, names: NameIndex) -> Path | None:
    """The latents of a picture: `01_0300x0200_sd.npz`, else `01.npz`.

    Today's scripts name them by the size of the picture; by that of its bucket they are found too.
    """
    sizes = [stored_size(path), bucket]
    files = [f"{path.stem}_{size[0]:04d}x{size[1]:04d}_sd.npz" for size in sizes if size]
    found = (names.find(path.with_name(name)) for name in (*files, f"{path.stem}.npz"))
    return next((file for file in found if file is not None), None)


def stored_size(path: Path) -> Size | None:
    """Width and height of a picture as its file has them, not turned; None if it holds none."""
    try:
        with Image.open(path, formats=FORMATS) as image:
            return image.size
    except (*DAMAGE, Image.DecompressionBombError):
        return None


def read_latents(file: Path) -> Latents:
    """Latents in any of the three layouts that the scripts have had; raises TrainingError.

    The first one is a lone array, the mirrored one in `_flip.npz`; the later two name their parts.
    """
    parts = _arrays(file)
    if "arr_0" in parts:
        flip = _flipped(file)
        values, flipped = parts["arr_0"], _arrays(flip).get("arr_0") if flip.is_file() else None
    else:
        values, flipped = parts.get("latents"), parts.get("latents_flipped")
    for array in (values, flipped):
        if array is not None and (array.ndim != 3 or array.shape[0] != 4):
            raise TrainingError(f"{file}: latents of shape {array.shape} are none of SD 1 or 2.")
    if values is None:
        names = ", ".join(parts) or "nothing"
        raise TrainingError(f"{file} holds {names}, but no latents. Delete it.")
    size, crop = parts.get("original_size"), parts.get("crop_ltrb")
    return Latents(
        values=values.astype(np.float32),
        flipped=None if flipped is None else flipped.astype(np.float32),
        original_size=None if size is None else tuple(size.tolist()),
        crop_ltrb=None if crop is None else tuple(crop.tolist()),
    )


def latents_crop(file: Path) -> Box | None:
    """The part of a picture that latents are of, as the desk notes it; None: all of it."""
    with np.load(file, allow_pickle=False) as parts:
        return tuple(parts[CROP].tolist()) if CROP in parts.files else None


def _arrays(file: Path) -> dict[str, np.ndarray]:
    try:
        with np.load(file, allow_pickle=False) as parts:
            return dict(parts)
    except (OSError, ValueError, EOFError, zipfile.BadZipFile) as fault:
        raise TrainingError(f"{file} holds no arrays: {fault}. Delete it.") from fault


def _flipped(file: Path) -> Path:
    return file.with_name(f"{file.stem}_flip.npz")


def _has_flip(file: Path) -> bool:
    return _flipped(file).is_file() or "latents_flipped" in _arrays(file)


def _with_latents(examples: list[Example], names: NameIndex) -> tuple[list[Example], str]:
    """The examples with their latents, or as they were, and why if those cannot be used."""
    found = [find_latents(example.path, example.bucket, names) for example in examples]
    there = [file for file in found if file is not None]
    if not there:
        return [example.but(bucket=None) for example in examples], ""
    flips = [file for file in there if _has_flip(file)]
    pairs = list(zip(examples, found, strict=True))
    if len(there) < len(examples):
        note = f"latents of {len(there)} of {len(examples)} pictures only"
    elif 0 < len(flips) < len(there):
        note = f"flipped latents of {len(flips)} of {len(there)} pictures only"
    elif others := sum(not _is_of(file, example.path) for example, file in pairs):
        note = f"latents of {others} pictures that had another size"
    else:
        return [ex.but(latents=file, bucket=_bucket_of(file)) for ex, file in pairs], ""
    return [example.but(bucket=None) for example in examples], note


def _bucket_of(file: Path) -> Size:
    """The size in pixels at which latents were made."""
    _, height, width = read_latents(file).values.shape
    return width * LATENT_PX, height * LATENT_PX


def _is_of(file: Path, path: Path) -> bool:
    """Whether latents are of a picture of this one's size, as far as they say of which they are."""
    noted, size = read_latents(file).original_size, stored_size(path)
    return noted is None or size is None or noted in (size, size[::-1])


def _entries(file: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    if file.suffix.lower() == ".json":
        yield from json.loads(text_of(file)).items()
        return
    for place, row in json_line_rows(text_of(file), file):
        if not isinstance(row, dict) or not isinstance(row.get("image_path"), str):
            raise TrainingError(f"{file}, {place} must be an object with image_path.")
        yield row["image_path"], row


def _is_metadata(file: Path) -> bool:
    suffix = file.suffix.lower()
    try:
        if suffix == ".jsonl":
            first = json.loads("".join(split_lines(text_of(file))[:1]))
            return isinstance(first, dict) and "image_path" in first
        if suffix != ".json":
            return False
        held = json.loads(text_of(file))
    except (ValueError, TrainingError):
        return False
    if not isinstance(held, dict) or not held:
        return False
    return all(isinstance(entry, dict) and entry.keys() & KEYS for entry in held.values())


def _size(value: Any, where: str) -> Size | None:
    if value is None:
        return None
    if not isinstance(value, list) or [type(side) for side in value] != [int, int]:
        raise TrainingError(f"{where} is {value!r}: it must be [width, height] in pixels.")
    return value[0], value[1]
