"""From a recipe in TOML to settings: the default, then the preset, then the file, then `--set`."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from storybook.config import overridden, validated
from storybook.errors import ConfigError, nearest
from storybook.records import R
from storybook.text_files import read_toml

PRESET = "auto"
"""Where a recipe names none."""


def load(
    kind: type[R], presets: Path, path: Path, preset: str | None, settings: Iterable[str]
) -> tuple[R, str]:
    """The recipe in a TOML file and the preset's name; paths are relative to the working folder.

    `preset` goes before the one that the file names; `settings` are `key=value` texts. Raises
    ConfigError that says what is wrong and where.
    """
    table = read_toml(path)
    return resolved(kind, presets, table, preset, settings, where=str(path))


def resolved(
    kind: type[R],
    presets: Path,
    table: Mapping[str, Any],
    preset: str | None = None,
    settings: Iterable[str] = (),
    where: str = "the recipe",
) -> tuple[R, str]:
    """The recipe that a table says, as `load` does."""
    own = dict(table)
    chosen = preset or own.pop("preset", PRESET)
    own.pop("preset", None)
    merged = overridden(_preset(presets, chosen) | own, settings)
    return validated(kind, merged, where), chosen


def preset_names(presets: Path) -> list[str]:
    """The presets in a folder."""
    return sorted(path.stem for path in presets.glob("*.toml"))


def _preset(presets: Path, name: str) -> dict[str, Any]:
    names = preset_names(presets)
    if name not in names:
        raise ConfigError(f"There is no preset {name!r}. {nearest(name, names)}")
    return read_toml(presets / f"{name}.toml")
