"""Reads a folder of training pictures in whichever of five layouts it is.

read_sidecars         01.jpg with 01.txt or 01.caption beside it; `10_bhna cat/` repeats
read_names            FOLDER/a photo of rex on a bed_(1).jpg
read_image_captions   image_captions.json: {"path": "caption"}
read_metadata         metadata of kohya's scripts, with their latents
read_dataset          Hugging Face: metadata.jsonl or .csv, or what save_to_disk wrote
"""

import json
import re
from functools import partial
from pathlib import Path

from storybook.errors import TrainingError, nearest
from training.data.captions import name_caption
from training.data.folders import (
    locate,
    multiplied,
    passed_over,
    pictures_in,
    read_text,
    unlisted,
)
from training.data.hugging_face import is_dataset, read_dataset
from training.data.kohya import metadata_files, read_metadata
from training.data.records import Example, Finding, Layout, Reading

IMAGE_CAPTIONS = "image_captions.json"
SIDECARS = (".caption", ".txt")
"""In the order in which their words are joined: a caption, then tags."""

REPEATS = re.compile(r"(\d+)_(.*)")
"""Folders of kohya's scripts, such as `10_bhna cat`: repeats and words."""


def read_folder(
    source: Path,
    *,
    layout: Layout | None = None,
    pictures: Path | None = None,
    concept: str = "",
    is_class: bool = False,
) -> Reading:
    """The examples in `source`, a folder or a metadata file, and what is odd about it.

    Without a `layout` it is recognised by what is there. `pictures` is the folder that a metadata
    file speaks of, if it does not lie there. All examples belong to `concept`, as pictures of the
    pet or of its class. Raises TrainingError that says what is wrong and where.
    """
    readers = {
        "sidecars": read_sidecars,
        "names": read_names,
        "image_captions": partial(read_image_captions, pictures=pictures),
        "metadata": partial(read_metadata, pictures=pictures),
        "dataset": read_dataset,
    }
    if layout is not None and layout not in readers:
        raise TrainingError(f"There is no layout {layout!r}. {nearest(layout, readers)}")
    layout = layout or recognise(source)
    if pictures is not None and layout not in ("image_captions", "metadata"):
        raise TrainingError(
            f"{source} is no metadata file, so it has its pictures in itself, and {pictures} is "
            f"not looked into. Name the metadata file, or leave the folder of pictures out."
        )
    reading = readers[layout](source)
    if not reading.examples:
        found = "; ".join(f"{found.path}: {found.found}" for found in reading.findings[:3])
        raise TrainingError(f"Nothing in {source} can be learnt from. {found}")
    examples = tuple(
        example.but(concept=concept, is_class=is_class) for example in reading.examples
    )
    return reading.but(examples=examples)


def recognise(source: Path) -> Layout:
    """The layout of a folder or a metadata file; metadata goes before sidecars, these before names.

    Photos that nobody has said anything about are a folder of sidecars in which all are missing.
    """
    if source.is_file():
        return "metadata" if metadata_files(source) else "image_captions"
    if is_dataset(source):
        return "dataset"
    if (source / IMAGE_CAPTIONS).is_file():
        return "image_captions"
    if metadata_files(source):
        return "metadata"
    pictures = pictures_in(source)
    told = any(_sidecars(path) for path in pictures)
    numbered = any(_numbered(path, source) for path in pictures)
    flat = all(path.parent == source for path in pictures)
    return "sidecars" if told or numbered or flat else "names"


def read_sidecars(folder: Path) -> Reading:
    """Pictures with `.caption` and `.txt` files beside them; both together are caption and tags.

    Subfolders such as `10_bhna cat` give repeats, and their words to pictures that have none.
    """
    pictures = pictures_in(folder)
    told = any(_sidecars(path) for path in pictures)
    examples, findings = [], []
    for path in pictures:
        words = ", ".join(filter(None, (_first_line(file, findings) for file in _sidecars(path))))
        number = _numbered(path, folder)
        if not words and number:
            words = number[2].strip()
        if not words and told:
            findings.append(Finding(path=path, found="no caption", done="taken without words"))
        repeats = (int(number[1]) if number else 1) * multiplied(path.parent)
        if repeats < 1:
            findings.append(Finding(path=path, found="a folder repeated 0 times", done="left out"))
            continue
        captions = (words,) if words else ()
        examples.append(Example(path=path, captions=captions, repeats=repeats))
    if not any(example.captions for example in examples):
        findings.append(Finding(path=folder, found="no captions", done="taken without words"))
    used = {file for path in pictures for file in _sidecars(path)}
    findings += passed_over(folder, used)
    return Reading(layout="sidecars", examples=tuple(examples), findings=tuple(findings))


def read_names(folder: Path) -> Reading:
    """Pictures whose names say what they show, in one layer of folders with any names.

    The caption ends at the first underscore, so that `..._(1).jpg` and `..._(2).jpg` share it.
    Raises TrainingError for pictures that lie in `folder` itself or deeper than one layer.
    """
    pictures = pictures_in(folder)
    examples, findings = [], []
    for path in pictures:
        layers = len(path.relative_to(folder).parts) - 1
        if layers != 1:
            where = f"in {folder} itself" if layers == 0 else f"{layers} folders deep"
            raise TrainingError(
                f"{path} lies {where}. Where names are captions, all pictures lie in folders one "
                f"layer below {folder}: move it there, or put a .txt beside each picture."
            )
        caption = name_caption(path)
        if not caption:
            found = "no words before the first underscore of its name"
            findings.append(Finding(path=path, found=found, done="taken without words"))
        captions = (caption,) if caption else ()
        examples.append(Example(path=path, captions=captions, repeats=multiplied(path.parent)))
    findings += passed_over(folder, ())
    return Reading(layout="names", examples=tuple(examples), findings=tuple(findings))


def read_image_captions(source: Path, pictures: Path | None = None) -> Reading:
    """Pictures listed in `image_captions.json`, by absolute or relative path, with captions.

    `pictures` is their folder, if it is not the file's.
    """
    file = source if source.is_file() else source / IMAGE_CAPTIONS
    folder = pictures or file.parent
    examples, findings = [], []
    for name, caption in _captions_of(file).items():
        path = locate(name, folder)
        if path is None:
            found = f"listed in {file.name}, but not there"
            findings.append(Finding(path=Path(name), found=found, done="left out"))
            continue
        if Path(name).is_absolute() and path != Path(name):
            findings.append(Finding(path=path, found=f"listed as {name}", done="taken from here"))
        captions = (caption.strip(),) if caption.strip() else ()
        examples.append(Example(path=path, captions=captions))
    findings += unlisted(folder, examples, file.name)
    return Reading(layout="image_captions", examples=tuple(examples), findings=tuple(findings))


def _captions_of(file: Path) -> dict[str, str]:
    try:
        listed = json.loads(read_text(file))
    except json.JSONDecodeError as fault:
        raise TrainingError(f"{file} is not JSON: {fault}.") from fault
    if not isinstance(listed, dict) or not all(isinstance(text, str) for text in listed.values()):
        raise TrainingError(f'{file} must look like {{"images/01.jpg": "a cat on a sofa"}}.')
    return listed


def _sidecars(path: Path) -> list[Path]:
    beside = (path.with_suffix(suffix) for suffix in SIDECARS)
    return [file for file in beside if file.is_file()]


def _first_line(file: Path, findings: list[Finding]) -> str:
    lines = [line.strip() for line in read_text(file).splitlines() if line.strip()]
    if len(lines) > 1:
        found = f"{len(lines)} lines of words"
        findings.append(Finding(path=file, found=found, done="the first one is the caption"))
    return lines[0] if lines else ""


def _numbered(path: Path, folder: Path) -> re.Match[str] | None:
    """What the name of a picture's folder says, if it is one below `folder`."""
    return None if path.parent == folder else REPEATS.fullmatch(path.parent.name)
