"""A hero's look for a painter that knows drawings only: the nearest coat of its world.

Colours and their shares are compared, nothing more, so a look comes with how sure it is. How often
it is right, `tests/test_looks.py` counts on the artist's pets, whose coats are known.
"""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from storybook.errors import HeroError, nearest
from storybook.images.photos import DARK, lab, looked_at, pet_colours, read_photo
from storybook.models.pet_classes import kinds
from storybook.records import Record
from storybook.world import Coat, World, article

if TYPE_CHECKING:
    from storybook.models.pet_seer import PetSeer

# How the figures were found: on sets of 8 drawings, 4 animals in 10 coats each, and on photos of
# three real pets. Of 80 other drawn sets the coat is right in 46 and its main colour in 73; of the
# 50 looks among them that are sure, in 36 and 49: marks are what is missed. Without RARE and
# COLOURFUL, drawings do better and corgis are spotted.
COLOURFUL = 1.15
"""Paint is that much more colourful than fur of the same name."""
LIGHT_WEIGHT = 3.0
"""k_L of CIE94: a coat's lightness says less than its hue, since light and shade change it."""
FAR = 15.0
"""Colours this far apart have nothing to do with each other."""
MAIN_SHARE, MARK_SHARE = 0.25, 0.2
"""What the first colour takes at least of an animal, and the second of one with marks."""
UNASKED = 3.0
"""How much farther the second colour of a plain coat counts: it is only its belly."""
RARE = {"spotted": 0.1}
"""What a coat costs beforehand: few pets are spotted, and shaded fur looks as if they were."""
SURE = 0.6
"""A look that fewer of the photos would have chosen by themselves is a guess."""
MARKINGS = {"chest": "two-coloured"}
JOINTS = frozenset("a an and the with all fur coat".split())  # noqa: SIM905
"""What may stand between the colours of a look without being one."""
PALE_LIGHTNESS, PALE_CHROMA, PALE_SHARE = 75.0, 22.0, 0.2
"""Fur lighter and less colourful than this is white, and this much of it is worth a word."""


class FoundCoat(Record):
    """A coat of the world for a pet, and how it was found."""

    coat: str
    """A key of `World.coats`."""
    markings: str
    """`plain`, `striped`, `spotted` or `two-coloured`."""
    confidence: float
    """The share of the photos, 0 to 1, that name this coat by themselves and are not dark."""
    reason: str
    """One or two sentences for the owner."""

    @property
    def sure(self) -> bool:
        """Whether it is more than a guess."""
        return self.confidence >= SURE


def species_in(world: World, word: str) -> tuple[str, str]:
    """The animal of the world that a class word means, and the word if it only stands for it.

    `("cat", "lion")` for lions, `("dog", "corgi")` for corgis, `("cat", "")` for kittens. Raises
    HeroError with the animals that there are.
    """
    lowered = word.strip().lower()
    for breeds in kinds():  # what the coach that sees offers as a closer word
        own = world.species.get(breeds.name)
        if own and lowered in breeds.words and lowered not in own.words:
            return breeds.name, lowered
    if found := world.find("species", lowered):
        return found[0], ""
    for key, each in world.species.items():
        for kind in (lowered, lowered.removesuffix("s")):
            if kind in each.near:
                return key, kind
    raise HeroError(
        f"--class {word!r} is no animal that can be drawn. {nearest(lowered, world.species)}"
    )


def stand_in_note(species: str, kind: str) -> str:
    """A sentence on who stands for a kind that the world lacks; nothing if nobody has to."""
    if not kind:
        return ""
    return (
        f"The starter draws no {kind}: {article(species)} stands for it. The hero stays a "
        f"{kind} for painters who know one."
    )


def look_in(world: World, look: str) -> tuple[str, str]:
    """The look that a painter of the world takes from an owner's words, and a note if it is not
    just what they say.

    Raises HeroError that says what was understood, and which coats there are.
    """
    words = " ".join(look.lower().split())
    known = {phrase.lower(): key for key, coat in world.coats.items() for phrase in coat.words}
    known |= {key: key for key in world.coats}
    coats = f"The coats are: {', '.join(world.coats)}."
    if key := known.get(words):
        return key, "" if key == words else f"The look {words!r} is drawn as {key}."
    strange = [
        word for word in re.findall(r"[^\W_]+", _without(words, known)) if word not in JOINTS
    ]
    found = world.find("coats", words)
    if strange or not found:
        clear = f"{' and '.join(found)}, but not {', '.join(strange)}" if found else "none of it"
        raise HeroError(f"--look {look!r}: the starter understands {clear}. {coats}")
    return words, (
        f"No coat is {words!r}: the starter is told {' and '.join(found)}, and mixes them as it "
        f"can. {coats}"
    )


def coat_from_photos(
    photos: Sequence[Path], world: World, seer: "PetSeer | None" = None
) -> FoundCoat:
    """The coat of `world` that photos of one pet show; raises HeroError if one cannot be read."""
    return look_of((read_photo(path) for path in photos), world, seer)


def look_of(
    photos: Iterable[Image.Image], world: World, seer: "PetSeer | None" = None
) -> FoundCoat:
    """The coat of `world` that pictures of one pet show, read where a `seer` sees it.

    Each photo tells how badly each coat fits; the coat that fits all photos best is taken.
    """
    seen = [(looked_at(photo), seer.look(photo) if seer else None) for photo in photos]
    found = [
        (fur, pixels[..., 0].mean()) for pixels, pet in seen if len(fur := pet_colours(pixels, pet))
    ]
    pets, lights = [pet for pet, _ in found], np.array([light for _, light in found])
    coats = list(world.coats)
    if not pets:
        nobody = "No pet stands out from what is behind it."
        return FoundCoat(coat=coats[0], markings="plain", confidence=0.0, reason=nobody)
    misfits = np.array([[misfit(pet, world.coats[coat]) for coat in coats] for pet in pets])
    best = int(misfits.mean(axis=0).argmin())
    lit = lights >= DARK
    agree = int((lit & (misfits.argmin(axis=1) == best)).sum())
    coat = coats[best]
    pattern = world.coats[coat].pattern
    marks = _marks(np.concatenate(pets), world.coats[coat])
    reason = f"{agree} of {len(seen)} photos say {coat}{_dark(int((~lit).sum()))}; {marks}."
    markings = MARKINGS.get(pattern, pattern)
    return FoundCoat(coat=coat, markings=markings, confidence=agree / len(seen), reason=reason)


def misfit(pet: np.ndarray, coat: Coat) -> float:
    """How badly a coat explains a pet's colours, CIELAB [n, 3]; 0 is exactly, from 1 on not at all.

    The mean distance to the coat's nearer colour, in units of FAR, and half a point each if its
    first colour, or the second of a coat with marks, is missing.
    """
    base, mark = _paints(coat)
    to_base, to_mark = distance(pet, base), distance(pet, mark)
    if coat.pattern == "plain":
        to_mark = to_mark + UNASKED
    closest = np.minimum(np.minimum(to_base, to_mark), FAR)
    is_mark = ((to_mark < to_base) & (to_mark < FAR)).mean()
    is_base = ((to_base <= to_mark) & (to_base < FAR)).mean()
    missing = max(0.0, 1 - is_base / MAIN_SHARE)
    if coat.pattern != "plain":
        missing += max(0.0, 1 - is_mark / MARK_SHARE)
    return float(closest.mean() / FAR + missing / 2 + RARE.get(coat.pattern, 0.0))


def distance(fur: np.ndarray, paint: np.ndarray) -> np.ndarray:
    """CIE94 distances of fur, CIELAB [n, 3], from a paint [3], as [n].

    CIE 116-1995 with k_L = LIGHT_WEIGHT, the paint as the standard, and fur made COLOURFUL.
    """
    chroma, standard = np.hypot(fur[:, 1], fur[:, 2]) * COLOURFUL, np.hypot(paint[1], paint[2])
    turn = np.arctan2(fur[:, 2], fur[:, 1]) - np.arctan2(paint[2], paint[1])
    hue = 2 * np.sqrt(chroma * standard) * np.sin(turn / 2)
    return np.sqrt(
        ((fur[:, 0] - paint[0]) / LIGHT_WEIGHT) ** 2
        + ((chroma - standard) / (1 + 0.045 * standard)) ** 2
        + (hue / (1 + 0.015 * standard)) ** 2
    )


def _without(words: str, phrases: Iterable[str]) -> str:
    longest_first = sorted(phrases, key=len, reverse=True)
    return re.sub(rf"\b(?:{'|'.join(map(re.escape, longest_first))})\b", " ", words)


def _paints(coat: Coat) -> np.ndarray:
    """The two colours of a coat in CIELAB, [2, 3]."""
    levels = [tuple(bytes.fromhex(colour.lstrip("#"))) for colour in (coat.base, coat.mark)]
    return lab(Image.fromarray(np.array([levels], np.uint8)))[0]


def _dark(count: int) -> str:
    return f", {count} are too dark to tell" if count else ""


def _marks(pet: np.ndarray, coat: Coat) -> str:
    """What there is to say of the second colour of a pet, CIELAB [n, 3], that got this coat."""
    base, mark = _paints(coat)
    if coat.pattern != "plain":
        nearer = (distance(pet, mark) < distance(pet, base)).mean()
        return f"the marks take {nearer:.0%} of the pet"
    pale = (pet[:, 0] > PALE_LIGHTNESS) & (np.hypot(pet[:, 1], pet[:, 2]) < PALE_CHROMA)
    if base[0] < PALE_LIGHTNESS and pale.mean() >= PALE_SHARE:
        return f"its white parts ({pale.mean():.0%}) are left out"
    return "no marks stand out"
