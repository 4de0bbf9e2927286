"""A character sheet: pictures of somebody from the front and the side, happy and sad, in a folder.

sheet.json          which picture shows what, and from what they were drawn
front-<id>.png      named by the digest of its request
"""

from contextlib import suppress
from pathlib import Path

from pydantic import ValidationError

from storybook.files import write_whole
from storybook.records import Hero, Record

VIEWS = ("front", "side", "happy", "sad")
NOTE = "sheet.json"


class Sheet(Record):
    """Who is on a character sheet, and on which files."""

    hero: Hero
    """As the painter knew it."""
    style: str
    pictures: dict[str, str]
    """A file's name for each view that is drawn, a key of `VIEWS`."""
    made_from: str = ""
    """The digest of everything that was asked for; empty while it is being drawn."""
    likeness: float | None = None
    """What earlier editions measured, by the critic; kept so that their sheets can be read."""
    photos_alike: float | None = None
    """Likewise."""
    coat: float | None = None
    """How like the fur on the hero's photos that of the pictures is, in [0, 1]; None without
    photos, or where no pet stands out."""
    coat_of_photos: float | None = None
    """How like the others a photo is: what a picture as good as a photo would have."""


def load_sheet(folder: Path) -> Sheet | None:
    """The sheet in a folder, with the pictures that are there; None if it has none to be read."""
    with suppress(OSError, ValidationError):
        sheet = Sheet.model_validate_json((folder / NOTE).read_bytes())
        there = {view: name for view, name in sheet.pictures.items() if (folder / name).is_file()}
        return sheet.but(pictures=there)
    return None


def save_sheet(folder: Path, sheet: Sheet) -> None:
    """Write down what the pictures of a folder show."""
    write_whole(folder / NOTE, sheet.as_file())


def sheet_pictures(folder: Path) -> dict[str, Path]:
    """The pictures of the sheet in a folder by their views, in the order of `VIEWS`."""
    sheet = load_sheet(folder)
    named = sheet.pictures if sheet else {}
    return {view: folder / Path(named[view]).name for view in VIEWS if view in named}
