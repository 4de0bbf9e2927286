"""Who sees pets on photos, if somebody was fetched: no framework is imported where nobody was."""

from typing import TYPE_CHECKING

from storybook.models import packaged

if TYPE_CHECKING:
    from storybook.models.pet_seer import PetSeer

NAME = "efficientnet-lite0"
"""The weights, as `storybook models get` knows them."""


def open_pet_seer() -> "PetSeer | None":
    """The network that was fetched; None if it has not been. Raises ModelError if it is broken."""
    if packaged.is_missing(NAME):
        return None
    from storybook.models.pet_seer import pet_seer

    return pet_seer(packaged.on_disk(NAME))
