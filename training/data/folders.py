"""Which files of a folder are pictures, which are words, and which are neither."""

from collections.abc import Iterable
from pathlib import Path

from storybook.errors import TrainingError
from training.data.records import Example, Finding

PICTURES = (".jpg", ".jpeg", ".jfif", ".png", ".webp", ".bmp", ".gif", ".tif", ".tiff", ".avif")
MULTIPLY = "multiply.txt"
"""A file with the number of repeats of its folder, as EveryDream 2 has it."""

METADATA = (".json", ".jsonl", ".csv", ".npz", ".md")
"""Files that lie among pictures for good reasons."""


def pictures_in(folder: Path) -> list[Path]:
    """All pictures in `folder` and below, sorted; hidden files and folders are not looked into.

    Raises TrainingError if there are none.
    """
    found = [path for path in files_in(folder) if path.suffix.lower() in PICTURES]
    if not found:
        raise TrainingError(
            f"There is no picture in {folder}. Put some into it; the kinds that can be read are: "
            f"{', '.join(PICTURES)}."
        )
    return found


def files_in(folder: Path) -> list[Path]:
    """All files in `folder` and below that are not hidden, sorted; raises TrainingError."""
    if not folder.is_dir():
        raise TrainingError(f"{folder} is no folder. Name the folder that holds the pictures.")
    return sorted(
        path
        for path in folder.rglob("*")
        if path.is_file()
        and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    )


def passed_over(folder: Path, used: Iterable[Path]) -> list[Finding]:
    """The files below `folder` that a reader made no use of, HEIC photos and videos among them."""
    used = set(used)
    return [
        Finding(path=path, found=_useless(path), done="passed over")
        for path in files_in(folder)
        if path not in used
        and path.suffix.lower() not in (*PICTURES, *METADATA)
        and path.name != MULTIPLY
    ]


def unlisted(folder: Path, examples: Iterable[Example], where: str) -> list[Finding]:
    """The pictures below `folder` that `where`, its metadata, does not speak of."""
    known = {example.path.resolve() for example in examples}
    return [
        Finding(path=path, found=f"not listed in {where}", done="left out")
        for path in files_in(folder)
        if path.suffix.lower() in PICTURES and path.resolve() not in known
    ]


def _useless(path: Path) -> str:
    if path.suffix.lower() in (".heic", ".heif"):
        return "a HEIC photo, which cannot be read; save it as JPEG"
    if path.suffix.lower() in (".txt", ".caption"):
        return "words without a picture of the same name"
    return f"a {path.suffix or 'nameless'} file, which is no picture that can be read"


def multiplied(folder: Path) -> int:
    """The number in `multiply.txt` of a folder, 1 if there is none; raises TrainingError."""
    file = folder / MULTIPLY
    if not file.is_file():
        return 1
    text = read_text(file).strip()
    if not text.isdecimal() or int(text) < 1:
        raise TrainingError(f"{file} says {text!r}: write a whole number of repeats, 1 or more.")
    return int(text)


def read_text(file: Path) -> str:
    """The text of a UTF-8 file, with or without a byte order mark; raises TrainingError."""
    try:
        return file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as fault:
        raise TrainingError(f"{file} is no UTF-8 text: {fault}. Save it as UTF-8.") from fault


def locate(name: str, folder: Path) -> Path | None:
    """The picture that a metadata file in another place may call `name`, with or without a suffix.

    A full path that is not there any more is looked for below `folder`, by as much of its end as
    is there; so a folder can be moved, from Windows too.
    """
    parts = name.replace("\\", "/").split("/")
    bases = [Path(name), *(folder.joinpath(*parts[start:]) for start in range(len(parts)))]
    for base in bases:
        for path in (base, *(base.with_name(base.name + suffix) for suffix in PICTURES)):
            if path.suffix.lower() in PICTURES and path.is_file():
                return path
    return None
