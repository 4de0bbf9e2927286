"""Reads text that people bring: in whichever encoding it is, and line by line.

Our own files are UTF-8. What comes from elsewhere may be anything: UTF-16 of an old editor, the
Windows-1252 of another, half an emoji where a program cut a text.
"""

import codecs
import os
import re
import tomllib
from pathlib import Path
from typing import Any, NamedTuple

from storybook.errors import ConfigError, StorybookError

BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
UTF_8 = ("utf-8", "utf-8-sig")
WINDOWS = "cp1252"
TYPOGRAPHIC = frozenset("‘’‚“”„–—…«»€°´·\xa0")
FOREIGN_RUN = re.compile(r"[^\x00-\x7f]{4}")
"""Western languages hardly have four letters and signs in a row that are not ASCII; Russian, Greek
or Chinese bytes that are taken for Windows-1252 have nothing else."""
LAST_BYTES = 1 << 16
"""So much of a file's end is looked at for its last lines."""
SURROGATES = re.compile("[\ud800-\udfff]")


class Decoded(NamedTuple):
    """A text, and the encoding that it was read in: one of Python's names."""

    text: str
    encoding: str

    @property
    def is_utf8(self) -> bool:
        """Whether it was what our own files are."""
        return self.encoding in UTF_8


def decode(data: bytes, *, windows: bool = True) -> Decoded:
    """The text of bytes in UTF-8, in UTF-16 or 32, or in Windows-1252 where that makes sense.

    Windows-1252 gives any bytes some text, so it is believed only if it reads like a western
    language, and never without `windows`. Raises UnicodeDecodeError, which names the first byte
    that is no UTF-8.
    """
    for mark, encoding in BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return Decoded(data.decode(encoding), encoding)
    if b"\0" in data[:4096]:
        wide = "utf-16-le" if data[1::2].count(0) >= data[::2].count(0) else "utf-16-be"
        text = data.decode(wide)
        if "\0" in text:
            place = data.index(0)
            raise UnicodeDecodeError("utf-8", data, place, place + 1, "no text has such a byte")
        return Decoded(text, wide)
    try:
        return Decoded(data.decode("utf-8"), "utf-8")
    except UnicodeDecodeError:
        text = data.decode(WINDOWS, "replace")
        if not (windows and _reads_western(text)):
            raise
        return Decoded(text, WINDOWS)


def read_text(file: Path, error: type[StorybookError], *, windows: bool = True) -> Decoded:
    """The text of a file, as `decode` has it; raises `error` that names file, line and byte."""
    try:
        data = file.read_bytes()
    except OSError as fault:
        raise error(f"{file} cannot be read: {fault.strerror}.") from fault
    try:
        return decode(data, windows=windows)
    except UnicodeDecodeError as fault:
        line = fault.object.count(b"\n", 0, fault.start) + 1
        byte = fault.object[fault.start]
        raise error(
            f"{file}, line {line}: byte {byte:#04x} is not UTF-8. Save the whole file as UTF-8; "
            "some of it may be in another encoding."
        ) from fault


def read_toml(path: Path, error: type[StorybookError] = ConfigError) -> dict[str, Any]:
    """The table in a TOML file; raises `error` with one line that names it."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as fault:
        raise error(f"{path} cannot be read: {fault.strerror}.") from fault
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as fault:
        raise error(f"{path} is not TOML: {fault}.") from fault


def split_lines(text: str) -> list[str]:
    """The lines of a text, without their ends, which are \\n, \\r\\n or \\r and nothing else.

    `str.splitlines` ends lines at U+2028, U+2029, U+0085, \\x0b and \\x0c too, which may stand in
    the middle of a string of JSON, and do so in the replies of writers.

    >>> split_lines('{"a": "one\\u2028two"}\\r\\n{}')
    ['{"a": "one\\u2028two"}', '{}']
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return lines[:-1] if lines[-1] == "" else lines


def last_lines(path: Path) -> list[str]:
    """The whole lines at the end of a text file; none if it is not there."""
    try:
        with path.open("rb") as file:
            start = max(0, file.seek(0, os.SEEK_END) - LAST_BYTES)
            file.seek(start)
            lines = split_lines(file.read().decode("utf-8", "replace"))
    except FileNotFoundError:
        return []
    return lines[1:] if start else lines


def without_surrogates(text: str) -> str:
    """The text without halves of characters, which no encoding can write and no tokenizer reads.

    JSON can hold them: `"\\ud83d"` is the first half of an emoji whose second half was cut off.
    """
    return SURROGATES.sub("", text)


def printable(path: Path) -> str:
    """A path for a message: bytes of a name that are no UTF-8 are shown as `\\udce9`."""
    return str(path).encode("utf-8", "backslashreplace").decode("utf-8")


def _reads_western(text: str) -> bool:
    foreign = [letter for letter in text if letter > "\x7f"]
    fits = all(letter.isalpha() or letter in TYPOGRAPHIC for letter in foreign)
    return fits and not FOREIGN_RUN.search(text)
