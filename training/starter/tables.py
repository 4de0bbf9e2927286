"""Tables of numbers, which lie in TOML beside the code that says what they mean."""

import tomllib
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import TypeVar

from pydantic import TypeAdapter

R = TypeVar("R")


def read_table(path: Path, kind: type[R], over: Mapping[str, R] | None = None) -> dict[str, R]:
    """The entries of a table as dataclasses of a kind, by their names.

    Where a table stands `over` others, an entry says only what is other than in that of its name.
    Raises ValueError for a key that is missing, that there is not, or that holds something else.
    """
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    names = [field.name for field in fields(kind)]
    for name, entry in table.items():
        if stray := entry.keys() - set(names):
            raise ValueError(f"{path}: {name} has no {', '.join(sorted(stray))}")
    if over is not None:
        below = {name: {key: getattr(over[name], key) for key in names} for name in table}
        table = {name: below[name] | entry for name, entry in table.items()}
    return TypeAdapter(dict[str, kind]).validate_python(table)
