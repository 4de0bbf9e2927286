"""`./studio.toml`: which studio works in this folder; written only over what its author saw."""

from datetime import datetime
from pathlib import Path
from typing import Any

import tomli_w

from storybook.config import Settings, load_settings
from storybook.errors import ConfigError
from storybook.files import write_whole
from storybook.records import digest

STUDIO = Path("studio.toml")
HEAD = "# Which studio works in this folder: written by the studio's page Settings.\n\n"


def mark_of(path: Path = STUDIO) -> str:
    """Names what the file holds; empty if there is none."""
    return digest(path.read_bytes()) if path.is_file() else ""


def text_of(settings: Settings) -> str:
    """A studio as a file, with whole paths; what is as by default is left out."""
    changed = settings.model_dump(mode="json", exclude_defaults=True, exclude_none=True)
    tables = {key: value for key, value in changed.items() if value != {}}
    tables.pop("name", None)
    return HEAD + tomli_w.dumps(tables)


def write_studio(settings: Settings, seen: str, path: Path = STUDIO) -> Path | None:
    """Let `settings` work in this folder; returns where the file that was there lies now, if any.

    Raises ConfigError if the file is not the one whose `mark_of` was seen.
    """
    if mark_of(path) != seen:
        raise ConfigError(f"{path} was changed meanwhile. Look at it again first.")
    kept = None
    if path.is_file():
        kept = path.with_name(f"{path.stem}-{datetime.now():%Y%m%d-%H%M%S-%f}.toml")
        write_whole(kept, path.read_bytes())  # a copy: there is a studio at every moment
    write_whole(path, text_of(settings).encode())
    return kept


def with_change(settings: Settings, table: str, **changes: Any) -> Settings:
    """The settings with some of one table changed, validated again."""
    return settings.but(**{table: getattr(settings, table).but(**changes).model_dump()})


def read_studio(path: Path = STUDIO) -> tuple[Settings | None, str]:
    """The folder's studio, and what is wrong with its file if it cannot be read."""
    if not path.is_file():
        return None, ""
    try:
        return load_settings(str(path)), ""
    except ConfigError as fault:
        return None, str(fault)
