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


def mark_of() -> str:
    """Names what the file holds; empty if there is none."""
    return digest(STUDIO.read_bytes()) if STUDIO.is_file() else ""


def text_of(settings: Settings) -> str:
    """A studio as a file, with whole paths; what is as by default is left out."""
    changed = settings.model_dump(mode="json", exclude_defaults=True, exclude_none=True)
    tables = {key: value for key, value in changed.items() if value != {}}
    tables.pop("name", None)
    return HEAD + tomli_w.dumps(tables)


def write_studio(settings: Settings, seen: str) -> Path | None:
    """Let `settings` work in this folder; returns where the file that was there lies now, if any.

    Raises ConfigError if the file is not the one whose `mark_of` was seen.
    """
    if mark_of() != seen:
        raise ConfigError(f"{STUDIO} was changed meanwhile. Look at it again first.")
    kept = None
    if STUDIO.is_file():
        kept = STUDIO.with_name(f"{STUDIO.stem}-{datetime.now():%Y%m%d-%H%M%S-%f}.toml")
        write_whole(kept, STUDIO.read_bytes())  # a copy: there is a studio at every moment
    write_whole(STUDIO, text_of(settings).encode())
    return kept


def with_change(settings: Settings, table: str, **changes: Any) -> Settings:
    """The settings with some of one table changed, validated again."""
    return settings.but(**{table: getattr(settings, table).but(**changes).model_dump()})


def read_studio() -> tuple[Settings | None, str]:
    """The folder's studio, and what is wrong with its file if it cannot be read."""
    if not STUDIO.is_file():
        return None, ""
    try:
        return load_settings(str(STUDIO)), ""
    except ConfigError as fault:
        return None, str(fault)
