"""Tables of numbers, which lie in TOML beside the code that says what they mean."""

import tomllib
from dataclasses import fields
from pathlib import Path
from typing import TypeVar

from pydantic import TypeAdapter

R = TypeVar("R")


def read_table(path: Path, kind: type[R]) -> dict[str, R]:
    """The entries of a table as dataclasses of a kind, by their names.

    Raises ValueError for a key that is missing, that there is not, or that holds something else.
    """
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    for name, entry in table.items():
        if stray := entry.keys() - {field.name for field in fields(kind)}:
            raise ValueError(f"{path}: {name} has no {', '.join(sorted(stray))}")
    return TypeAdapter(dict[str, kind]).validate_python(table)
