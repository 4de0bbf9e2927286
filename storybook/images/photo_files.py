"""Which files of a folder are photos, which are words beside them, and which only litter.

A name meets a name here, and people's names are written in more than one way: macOS takes letters
and accents apart (NFD), others write them as one (NFC); Windows and macOS do not tell `a.TXT` from
`a.txt`. What they would find is found here too, whatever the disk.
"""

import os
import unicodedata
from collections import defaultdict
from collections.abc import Container, Iterator
from pathlib import Path

PHOTO_SUFFIXES = (
    ".jpg",
    ".jpeg",
    ".jfif",
    ".png",
    ".webp",
    ".bmp",
    ".gif",
    ".tif",
    ".tiff",
    ".avif",
    ".heic",
    ".heif",
)
"""Endings of the pictures that `storybook.images.photo_reading` opens, in lower case."""

CAPTION_SUFFIXES = (".txt", ".caption")

MASK = "-masklabel.png"
"""How the mask of a picture ends: `01-masklabel.png` of `01.jpg`. It is no photo."""

SYSTEM_FILES = frozenset(
    (".ds_store", "thumbs.db", "ehthumbs.db", "desktop.ini", "__macosx", "@eadir", "icon\r")
)
"""What systems leave in folders, beside `._01.jpg`; in lower case."""

OTHERS = {
    (".cr2", ".cr3", ".nef", ".arw", ".dng", ".raf", ".orf", ".rw2"): "a camera's raw file",
    (".mov", ".mp4", ".m4v", ".avi", ".mkv", ".webm", ".3gp"): "a film",
    (".psd", ".xcf", ".kra", ".svg", ".pdf", ".jp2", ".jxl", ".eps"): "a picture of another kind",
    (".zip", ".rar", ".7z", ".gz", ".tar"): "an archive",
}
TO_DO = {
    "a camera's raw file": "save it as JPEG",
    "a picture of another kind": "save it as JPEG or PNG",
    "an archive": "unpack it",
}


class NameIndex:
    """Finds files by names that may be written in another way; looks into each folder once."""

    def __init__(self) -> None:
        self._folders: dict[Path, dict[str, list[Path]]] = {}

    def find(self, path: Path) -> Path | None:
        """The file `path`, else the only one there that is called so in NFC or in another case."""
        if os.path.isfile(path):  # which, unlike Path's, raises nothing for names that cannot be
            return path
        folder = self._folder(path.parent)
        found = [] if folder is None else self._called(folder, path.name)
        files = [one for one in found if os.path.isfile(one)]
        return files[0] if len(files) == 1 else None

    def sidecar(self, photo: Path, suffix: str) -> Path | None:
        """The words beside a photo: `01.txt` or `01.jpg.txt` of `01.jpg`; None if there are none.

        Another case of the stem counts if no other photo of the folder can mean it.
        """
        for stem in (photo.stem, photo.name):
            found = self.find(photo.with_name(stem + suffix))
            if found and (_composed(found.stem) == _composed(stem) or self._is_alone(photo)):
                return found
        return None

    def caption(self, photo: Path) -> Path | None:
        """The file with what is said of a photo: `.txt`, else `.caption`; None if there is none."""
        found = (self.sidecar(photo, suffix) for suffix in CAPTION_SUFFIXES)
        return next(filter(None, found), None)

    def _is_alone(self, photo: Path) -> bool:
        stem = _key(photo.stem)
        there = (path for paths in self._entries(photo.parent).values() for path in paths)
        return sum(is_photo(path) and _key(path.stem) == stem for path in there) == 1

    def _folder(self, path: Path) -> Path | None:
        if os.path.isdir(path):
            return path
        parent = None if path == path.parent else self._folder(path.parent)
        found = [] if parent is None else self._called(parent, path.name)
        folders = [one for one in found if os.path.isdir(one)]
        return folders[0] if len(folders) == 1 else None

    def _called(self, folder: Path, name: str) -> list[Path]:
        alike = self._entries(folder).get(_key(name), [])
        return [one for one in alike if _composed(one.name) == _composed(name)] or alike

    def _entries(self, folder: Path) -> dict[str, list[Path]]:
        if folder not in self._folders:
            entries: dict[str, list[Path]] = defaultdict(list)
            for name in _names_in(folder):
                entries[_key(name)].append(folder / name)
            self._folders[folder] = entries
        return self._folders[folder]


def is_photo(path: Path) -> bool:
    """Whether a file is a photo by its name."""
    known = path.suffix.lower() in PHOTO_SUFFIXES
    return known and not is_litter(path.name) and not is_mask(path)


def is_mask(path: Path) -> bool:
    """Whether a file is the mask of a picture by its name."""
    return path.name.lower().endswith(MASK)


def is_litter(name: str) -> bool:
    """Whether a file or folder is not worth a word: a hidden one, or one that a system left."""
    return name.startswith(".") or is_system_file(name)


def is_system_file(name: str) -> bool:
    """Whether a system left the file or folder there: `.DS_Store`, `._01.jpg`, `Thumbs.db`."""
    return name.startswith("._") or name.lower() in SYSTEM_FILES


def photos_in(folder: Path) -> list[Path]:
    """The photos that lie in a folder itself, by name; none if there is no such folder."""
    return [path for path in _seen(folder) if is_photo(path) and path.is_file()]


def passed_over(folder: Path, used: Container[Path] = ()) -> Iterator[tuple[Path, str]]:
    """What else lies in a folder itself and who looks for photos has no use for, with the reason.

    `used` are files that somebody reads, such as captions. Litter is not worth a word.
    """
    for path in _seen(folder):
        if (is_photo(path) and path.is_file()) or path in used:
            continue
        yield path, no_photo(path)


def no_photo(path: Path) -> str:
    """What a file is that is no photo, in words, and what to do if it should be one."""
    suffix = path.suffix.lower()
    if is_mask(path):
        return "a mask, which says what of the picture beside it counts"
    if path.is_dir():
        return "a folder, which is not looked into"
    if path.is_symlink() and not path.exists():
        return "a link to nothing"
    if suffix in CAPTION_SUFFIXES:
        return "words without a picture of the same name"
    for suffixes, kind in OTHERS.items():
        if suffix in suffixes:
            return kind + (f"; {TO_DO[kind]}" if kind in TO_DO else "")
    return f"a {path.suffix or 'nameless'} file, which is no picture that can be read"


def _seen(folder: Path) -> list[Path]:
    return [folder / name for name in sorted(_names_in(folder)) if not is_litter(name)]


def _names_in(folder: Path) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:
        return []


def _composed(name: str) -> str:
    return unicodedata.normalize("NFC", name)


def _key(name: str) -> str:
    return _composed(name).casefold()
