"""Reads a folder of training pictures in whichever of five layouts it is.

read_sidecars         01.jpg with 01.txt, 01.caption or 01.yaml beside it; `10_bhna cat/` repeats
read_names            FOLDER/a photo of rex on a bed_(1).jpg
read_image_captions   image_captions.json: {"path": "caption"}
read_metadata         metadata of kohya's scripts, with their latents
read_dataset          Hugging Face: metadata.jsonl or .csv, or what save_to_disk wrote
"""

import json
import re
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from storybook.errors import TrainingError, nearest
from storybook.images.photo_files import NameIndex
from training.data.captions import clean, name_caption
from training.data.crops import with_crops
from training.data.folders import (
    locate,
    multiplied,
    passed_over,
    pictures_in,
    text_of,
    tidy,
    unlisted,
)
from training.data.hugging_face import COLUMNS, is_dataset, read_dataset
from training.data.kohya import metadata_files, read_metadata
from training.data.records import DataIssue, Example, FolderReading, Layout
from training.data.sidecars import sidecars, words_beside

IMAGE_CAPTIONS = "image_captions.json"

METADATA_FILES = ("image_captions", "metadata")
"""Layouts of one file, which may speak of pictures that lie elsewhere."""

REPEATS = re.compile(r"(\d+)_(.*)")
"""Folders of kohya's scripts, such as `10_bhna cat`: repeats and words."""


def read_folder(
    source: Path,
    *,
    layout: Layout | None = None,
    plain: Layout | None = None,
    pictures: Path | None = None,
    columns: tuple[str, str] = COLUMNS,
    concept: str = "",
    is_class: bool = False,
) -> FolderReading:
    """The examples in `source`, a folder or a metadata file, and what is odd about it.

    Without a `layout` it is recognised by what is there, and is `plain` where no metadata is, if
    that is given. `pictures` is the folder that a metadata file speaks of, if it does not lie
    there; `columns` are a dataset's for pictures and words. All examples belong to `concept`, as
    pictures of the pet or of its class. Raises TrainingError that says what is wrong and where.
    """
    readers = {
        "sidecars": read_sidecars,
        "names": read_names,
        "image_captions": partial(read_image_captions, pictures=pictures),
        "metadata": partial(read_metadata, pictures=pictures),
        "dataset": partial(read_dataset, image_column=columns[0], text_column=columns[1]),
    }
    for named in (layout, plain):
        if named is not None and named not in readers:
            raise TrainingError(f"There is no layout {named!r}. {nearest(named, readers)}")
    layout = layout or recognise(source, plain)
    if pictures is not None and layout not in METADATA_FILES:
        raise TrainingError(
            f"{source} is no metadata file, so it has its pictures in itself, and {pictures} is "
            f"not looked into. Name the metadata file, or leave the folder of pictures out."
        )
    reading = readers[layout](source)
    if not reading.examples:
        apart = layout in METADATA_FILES and pictures is None
        raise TrainingError(f"Nothing in {source} can be learnt from. {_why(reading, apart=apart)}")
    drawn, findings = with_crops(reading.examples)
    examples = tuple(example.but(concept=concept, is_class=is_class) for example in drawn)
    return reading.but(examples=examples, findings=(*reading.findings, *findings))


def _why(reading: FolderReading, *, apart: bool) -> str:
    """Why there is nothing to learn from; the pictures of a metadata file may lie `apart`."""
    found = "; ".join(f"{found.path}: {found.found}" for found in reading.findings[:3])
    where = "If its pictures lie elsewhere, set photos to their folder and metadata to the file."
    return f"{found}. {where}" if apart else found


def recognise(source: Path, plain: Layout | None = None) -> Layout:
    """The layout of a folder or a metadata file; metadata goes before sidecars, these before names.

    Where there is no metadata it is `plain`, if that is given; else what most pictures have
    decides, so that a stray file of words or a year as a folder's name changes nothing for the
    others. Photos that nobody has said anything about, by no name of several words either, are
    sidecars which are all missing.
    """
    return explained(source, plain)[0]


def explained(source: Path, plain: Layout | None = None) -> tuple[Layout, dict[Layout, str]]:
    """As `recognise`, with what speaks for the layout that was chosen and against each other."""
    if source.is_file():
        if metadata_files(source):
            return "metadata", {"metadata": f"{source.name} has an entry for each picture"}
        return "image_captions", {"image_captions": f"{source.name} is a list of captions"}
    reasons: dict[Layout, str] = {}
    if is_dataset(source):
        return "dataset", {"dataset": "it holds a Hugging Face dataset, or metadata of one"}
    reasons["dataset"] = "no dataset_info.json, and no metadata with file_name in it"
    names = NameIndex()
    if names.find(source / IMAGE_CAPTIONS):
        return "image_captions", reasons | {"image_captions": f"{IMAGE_CAPTIONS} lies in it"}
    reasons["image_captions"] = f"no {IMAGE_CAPTIONS}"
    if files := metadata_files(source):
        return "metadata", reasons | {"metadata": f"{files[0].name} has an entry for each picture"}
    reasons["metadata"] = "no .json or .jsonl with entries of captions or tags"
    if plain is not None:
        return plain, reasons | {plain: "it was asked for"}
    layout, why, why_not = _plain_layout(source, names)
    return layout, reasons | {layout: why, "names" if layout == "sidecars" else "sidecars": why_not}


def _plain_layout(source: Path, names: NameIndex) -> tuple[Layout, str, str]:
    """Sidecars or names, what speaks for the one, and what against the other."""
    pictures = pictures_in(source)
    captioned = sum(bool(sidecars(path, names)) for path in pictures)
    numbered = sum(bool(_numbered(path, source)) for path in pictures)
    beside = f"{captioned} of {len(pictures)} pictures have a file of words"
    if numbered:
        beside += f", {numbered} lie in folders such as 10_cat"
    if all(path.parent == source for path in pictures):
        return "sidecars", beside, "all pictures lie in the folder itself, not in folders in it"
    worded = sum(" " in name_caption(path) for path in pictures)
    says = f"{worded} of {len(pictures)} pictures have several words as a name"
    if worded and 2 * max(captioned, numbered) < len(pictures):
        return "names", says, beside
    return "sidecars", beside, says


def read_sidecars(folder: Path) -> FolderReading:
    """Pictures with `.caption` and `.txt` files beside them; both together are caption and tags.

    Subfolders such as `10_bhna cat` give repeats, and their words to pictures that have none.
    """
    pictures, names = pictures_in(folder), NameIndex()
    captioned = any(sidecars(path, names) for path in pictures)
    examples, findings, used = [], [], set()
    for path in pictures:
        beside = sidecars(path, names)
        used.update(beside)
        words = words_beside(beside, findings)
        number = _numbered(path, folder)
        if not words and number:
            words = number[2].strip()
        if not words and captioned:
            findings.append(DataIssue(path=path, found="no caption", done="taken without words"))
        repeats = (int(number[1]) if number else 1) * multiplied(path.parent, names)
        if repeats <= 0:
            findings.append(
                DataIssue(path=path, found="a folder repeated 0 times", done="left out")
            )
            continue
        captions = (words,) if words else ()
        examples.append(Example(path=path, captions=captions, repeats=tidy(repeats)))
    if not any(example.captions for example in examples):
        findings.append(DataIssue(path=folder, found="no captions", done="taken without words"))
    findings += passed_over(folder, used)
    return FolderReading(layout="sidecars", examples=tuple(examples), findings=tuple(findings))


def read_names(folder: Path) -> FolderReading:
    """Pictures whose names say what they show, in one layer of folders with any names.

    The caption ends at the first underscore, so that `..._(1).jpg` and `..._(2).jpg` share it. As
    EveryDream 2 has it, words beside a picture go before those of its name. Raises TrainingError
    for pictures that lie in `folder` itself or deeper than one layer.
    """
    pictures, names = pictures_in(folder), NameIndex()
    _check_layer(folder, pictures)
    examples, findings, used = [], [], set()
    for path in pictures:
        beside = sidecars(path, names)
        used.update(beside)
        if caption := words_beside(beside, findings):
            done = "taken, and not the name of the picture"
            findings.append(DataIssue(path=beside[0], found="words beside the picture", done=done))
        caption = caption or name_caption(path)
        if not any(letter.isalpha() for letter in caption):
            found = "no words before the first underscore of its name"
            findings.append(DataIssue(path=path, found=found, done="taken without words"))
            caption = ""
        captions = (caption,) if caption else ()
        repeats = multiplied(path.parent, names)
        examples.append(Example(path=path, captions=captions, repeats=repeats))
    findings += passed_over(folder, used)
    return FolderReading(layout="names", examples=tuple(examples), findings=tuple(findings))


def _check_layer(folder: Path, pictures: Sequence[Path]) -> None:
    """Raise TrainingError unless all pictures lie one layer of folders below `folder`."""
    for path in pictures:
        layers = len(path.relative_to(folder).parts) - 1
        if layers != 1:
            where = f"in {folder} itself" if layers == 0 else f"{layers} folders deep"
            raise TrainingError(
                f"{path} lies {where}. Where names are captions, all pictures lie in folders one "
                f"layer below {folder}: move it there, or put a .txt beside each picture and set "
                'layout = "sidecars".'
            )


def read_image_captions(source: Path, pictures: Path | None = None) -> FolderReading:
    """Pictures listed in `image_captions.json`, by absolute or relative path, with captions.

    `pictures` is their folder, if it is not the file's.
    """
    names = NameIndex()
    file = source if source.is_file() else names.find(source / IMAGE_CAPTIONS)
    if file is None:
        raise TrainingError(f"{source} holds no {IMAGE_CAPTIONS}.")
    folder = pictures or file.parent
    examples, findings = [], []
    for name, caption in _captions_of(file).items():
        path = locate(name, folder, names)
        if path is None:
            found = f"listed in {file.name}, but not there"
            findings.append(DataIssue(path=Path(name), found=found, done="left out"))
            continue
        if Path(name).is_absolute() and path != Path(name):
            findings.append(DataIssue(path=path, found=f"listed as {name}", done="taken from here"))
        words = clean(caption, path, findings)
        examples.append(Example(path=path, captions=(words,) if words else ()))
    findings += unlisted(folder, examples, file.name)
    return FolderReading(
        layout="image_captions", examples=tuple(examples), findings=tuple(findings)
    )


def _captions_of(file: Path) -> dict[str, str]:
    try:
        listed = json.loads(text_of(file))
    except json.JSONDecodeError as fault:
        raise TrainingError(f"{file} is not JSON: {fault}.") from fault
    if not isinstance(listed, dict) or not all(isinstance(text, str) for text in listed.values()):
        raise TrainingError(f'{file} must look like {{"images/01.jpg": "a cat on a sofa"}}.')
    return listed


def _numbered(path: Path, folder: Path) -> re.Match[str] | None:
    """What the name of a picture's folder says, if it is one below `folder`."""
    return None if path.parent == folder else REPEATS.fullmatch(path.parent.name)
