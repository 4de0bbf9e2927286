"""What a coach who sees the pet has to say: whether it is one, which, how many, and its face.

The figures were found on the 15 photos of three pets, and on the same with the face blurred; how
often it is right, `docs/training.md` says.
"""

from collections import Counter
from collections.abc import Sequence
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from storybook.models.pet_seer import PetSeen

WORD = 0.4
"""The share of a kind's sureness, over all photos, from which on a closer word is offered. Of the
15 photos a corgi has 0.78 and 0.98, another corgi's next word 0.08, a ginger tabby 0.41."""
FACE = 0.4
"""A photo on which a pet is by less than this as much of its breed as on most others, does not show
its face: that is where breeds are told by."""
TOLD = 0.25
"""So sure of a word is the network on most photos at least, if faces are to be told by it."""


def kind_of(pets: "Sequence[PetSeen]") -> str:
    """The kind that most photos show; empty if none was seen on half of them."""
    counts = Counter(pet.kind for pet in pets if pet.kind)
    kind, count = counts.most_common(1)[0] if counts else ("", 0)
    return kind if 2 * count >= len(pets) else ""


def word_of(pets: "Sequence[PetSeen]") -> str:
    """What the pet may be called more closely than by its kind, such as `corgi`; or nothing."""
    kind = kind_of(pets)
    own = [pet for pet in pets if pet.kind == kind and kind]
    word = _leading(own)
    sure = sum(pet.sure for pet in own)
    return word if word and sum(pet.words[word] for pet in own) >= WORD * sure else ""


def reasons_of(pets: "Sequence[PetSeen]") -> list[list[str]]:
    """What is amiss with each photo, as far as the pet is concerned, in their order.

    Where none is seen on most of them nothing is said of each: they may be drawings.
    """
    kind = kind_of(pets)
    if not kind:
        return [[] for _ in pets]
    hidden = _without_face(pets, kind)
    return [_reasons(pet, kind, place in hidden) for place, pet in enumerate(pets)]


def findings_of(pets: "Sequence[PetSeen]") -> list[str]:
    """What is to be said of all photos, a line each."""
    if not pets:
        return []
    kind, word = kind_of(pets), word_of(pets)
    if not kind:
        return [
            "No pet is seen on most of them: are they drawings, or an animal that the coach "
            "does not know?"
        ]
    if word:
        return [f"It looks like a {word}: as the class, that word teaches more than {kind}."]
    return []


def _reasons(pet: "PetSeen", kind: str, hidden: bool) -> list[str]:
    if not pet.kind:
        return [f"no {kind} is seen on it: look yourself, and leave it out if there is none"]
    if pet.kind != kind:
        return [f"looks like a {pet.kind}, where the others show a {kind}: look yourself"]
    found = []
    if pet.others:
        beside = pet.others[0]
        another = f"another {beside}" if beside == kind else f"a {beside}"
        found.append(f"seems to show {another}, too: crop it to the one, or both are learnt as one")
    if hidden:
        found.append("its face seems turned away or hidden: one that shows it teaches more")
    return found


def _without_face(pets: "Sequence[PetSeen]", kind: str) -> set[int]:
    own = {place: pet for place, pet in enumerate(pets) if pet.kind == kind}
    word = _leading(list(own.values()))
    if len(own) < 3 or not word:
        return set()
    sure = {place: pet.words[word] for place, pet in own.items()}
    hidden = set()
    for place, share in sure.items():
        usual = median(other for at, other in sure.items() if at != place)
        if usual >= TOLD and share < FACE * usual:
            hidden.add(place)
    return hidden


def _leading(own: "Sequence[PetSeen]") -> str:
    """The word that photos of one kind speak for most."""
    if not own or not own[0].words:
        return ""
    return max(own[0].words, key=lambda word: sum(pet.words[word] for pet in own))
