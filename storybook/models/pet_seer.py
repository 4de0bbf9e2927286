"""Who is on a photo: a network that was taught on ImageNet looks for pets.

It knows 118 breeds of dogs and five sorts of cats, and no faces. Whatever it says of a photo comes
with how sure it is.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from storybook.images.pet_region import parts_of, pet_mask
from storybook.images.photos import looked_at
from storybook.models.efficientnet_lite import EfficientNetLite, open_efficientnet
from storybook.models.pet_classes import PetKind, kinds

WHOLE_PX, CLOSE_PX = 224, 320
"""A photo is looked at as the network was taught, and closer, where it sees fine parts."""
LIGHT = 0.42
"""The mean level, of 1, to which a darker photo is brought: photos that people upload have about
this. Of five photos of a cat in deep shade it is sure by 0.79 to 0.88 then, by 0.31 to 0.85 as
they are."""
DARKEST = 0.45
"""The exponent that brightens most."""
SEEN = 0.3
"""How sure the network is at least of one kind, on the whole photo, where a pet is seen."""
OTHER, PLACES = 0.6, 6
"""How sure it is of another kind, and in how many of the 100 places, where that is seen, too."""
APART = 0.3
"""A second part of a pet's mask that is at least this share of the first is another animal."""


@dataclass(frozen=True, slots=True)
class PetSeen:
    """What was seen of a pet on a photo."""

    kind: str
    """Such as `dog`; empty if there is no pet."""
    sure: float
    """How sure of that kind, in [0, 1]."""
    words: Mapping[str, float]
    """What it may be called more closely, such as `corgi`, and how sure of that."""
    mask: np.ndarray
    """Where it is, booleans [64, 64] of the photo made a square."""
    others: tuple[str, ...] = ()
    """The kinds of further animals."""


@dataclass(frozen=True, slots=True)
class PetSeer:
    """The network in memory."""

    network: EfficientNetLite

    def look(self, photo: Image.Image) -> PetSeen:
        """What an RGB photo shows."""
        lit = brightened(photo)
        far, near = (self.network.predict(lit, side_px) for side_px in (WHOLE_PX, CLOSE_PX))
        sure = {kind.name: float(far.probabilities[kind.numbers].sum()) for kind in kinds()}
        best = max(kinds(), key=lambda kind: sure[kind.name])
        if sure[best.name] < SEEN:
            return PetSeen("", sure[best.name], {}, np.zeros((64, 64), bool))
        maps = [shown.class_activations[best.numbers].sum(0) for shown in (far, near)]
        mask = pet_mask(looked_at(photo), np.maximum(*map(_of_one_size, maps)))
        words = {
            word: float(far.probabilities[list(numbers)].sum())
            for word, numbers in best.words.items()
        }
        return PetSeen(
            best.name, sure[best.name], words, mask, _others(best, near.class_activations, mask)
        )


def pet_seer(file: Path) -> PetSeer:
    """The network in a file; raises ModelError if it is broken or another one."""
    return PetSeer(open_efficientnet(file))


def brightened(photo: Image.Image) -> Image.Image:
    """A dark photo as bright as most are, by one exponent for all levels; others as they are."""
    small = photo.copy()
    small.thumbnail((2 * CLOSE_PX, 2 * CLOSE_PX), Image.Resampling.BOX)
    mean = np.asarray(small).mean() / 255
    exponent = np.log(LIGHT) / np.log(mean) if 0 < mean < LIGHT else 1.0
    curve = 255 * (np.arange(256) / 255) ** max(exponent, DARKEST)
    return small.point([round(level) for level in curve] * 3)


def _others(best: PetKind, places: np.ndarray, mask: np.ndarray) -> tuple[str, ...]:
    """Kinds of animals beside the first: other ones, or the same a second time."""
    own = places[best.numbers].sum(0)
    others = []
    for kind in kinds():
        if kind.name == best.name:
            continue
        here = places[kind.numbers].sum(0)
        if ((here >= OTHER) & (own < 1 - OTHER)).sum() >= PLACES:
            others.append(kind.name)
    parts = parts_of(mask) if mask.any() else []
    others += [best.name for part in parts[1:] if part.sum() >= APART * parts[0].sum()]
    return tuple(others)


def _of_one_size(cells: np.ndarray) -> np.ndarray:
    return np.asarray(Image.fromarray(cells).resize((64, 64), Image.Resampling.BICUBIC))
