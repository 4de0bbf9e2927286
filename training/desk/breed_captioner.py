"""A captioner by the network that sees pets: which animal a photo shows, and of which breed.

It knows ImageNet's animals and nothing else: no place, no deed, and no second thought. It is small
(19 MB) and quick, and the one captioner of photos that a package index carries.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image

from storybook.errors import ModelError
from storybook.hero.pet_findings import word_of
from storybook.hero.seer import NAME, open_pet_seer
from storybook.models.pet_seer import PetSeen, PetSeer
from storybook.world import article

BEGINS = "a photo of"


@dataclass(frozen=True, slots=True)
class BreedCaptioner:
    """Names who is on a photo, and nothing where no pet is seen."""

    name: str
    seer: PetSeer
    begins: str = BEGINS

    def say(self, images: Sequence[Image.Image], seeds: Sequence[int]) -> list[str]:
        """A caption for each photo, such as `a photo of a corgi and another dog`."""
        return [self._say(self.seer.look(image)) for image in images]

    def _say(self, seen: PetSeen) -> str:
        if not seen.kind:
            return ""
        beside = [
            f"another {kind}" if kind == seen.kind else article(kind)
            for kind in dict.fromkeys(seen.others)
        ]
        shown = " and ".join([article(word_of([seen]) or seen.kind), *beside])
        return f"{self.begins} {shown}"


def open_breed_captioner(begins: str) -> BreedCaptioner:
    """The captioner, whose captions begin with `begins`; raises ModelError if it was not fetched.

    And if its weights are broken.
    """
    seer = open_pet_seer()
    if seer is None:
        raise ModelError(f"{NAME} has not been fetched: storybook models get {NAME}")
    return BreedCaptioner(NAME, seer, begins or BEGINS)
