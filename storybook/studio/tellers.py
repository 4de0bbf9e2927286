"""Who tells a studio's stories: its writer, and those whose tellings are candidates beside."""

from copy import copy
from typing import TYPE_CHECKING, TypeVar

from storybook.config import WriteSettings
from storybook.models.writers import each_of

if TYPE_CHECKING:
    from storybook.studio.studio import Studio

S = TypeVar("S", bound="Studio")


def with_writer(studio: S, write: WriteSettings) -> S:
    """The studio with another writer; all else, and what is open, they share."""
    other = copy(studio)
    for name in ("role_words", "frame"):
        vars(other).pop(name, None)
    other.settings = studio.settings.but(write=write)
    return other


def tellers_of(studio: S) -> list[S]:
    """A studio for each writer that tells and is there."""
    return [with_writer(studio, each) for each in each_of(studio.settings.write)]
