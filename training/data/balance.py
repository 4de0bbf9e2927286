"""How much each folder weighs in an epoch."""

import math
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from storybook.records import Record
from training.data.folders import tidy
from training.data.records import Example


class FolderShare(Record):
    """One folder's part of an epoch."""

    folder: Path
    is_class: bool
    pictures: int
    shown: float
    """Pictures times repeats."""
    share: float
    """Of all that an epoch shows, in [0, 1]."""


def balance(examples: Iterable[Example]) -> list[FolderShare]:
    """What each folder contributes, the heaviest first: what teaches much, and what is drowned."""
    groups: dict[tuple[Path, bool], list[float]] = defaultdict(list)
    for example in examples:
        groups[example.path.parent, example.is_class].append(example.repeats)
    total = sum(sum(repeats) for repeats in groups.values())
    shares = [
        FolderShare(
            folder=folder,
            is_class=is_class,
            pictures=len(repeats),
            shown=tidy(sum(repeats)),
            share=sum(repeats) / total,
        )
        for (folder, is_class), repeats in groups.items()
    ]
    return sorted(shares, key=lambda part: (-part.shown, part.folder))


def match_class(examples: Iterable[Example]) -> list[Example]:
    """The examples, with class pictures repeated until an epoch shows as many as of the pet.

    As kohya's scripts have it, the pictures of a concept are repeated in turn, so that their
    repeats differ by one at most; more class than pet pictures stay as they are.
    """
    examples = list(examples)
    wanted: dict[str, float] = defaultdict(int)
    members: dict[str, list[int]] = defaultdict(list)
    for index, example in enumerate(examples):
        if example.is_class:
            members[example.concept].append(index)
        else:
            wanted[example.concept] += example.repeats
    for concept, indices in members.items():
        missing = math.floor(wanted[concept] - sum(examples[index].repeats for index in indices))
        for turn, index in enumerate(indices):
            more = (missing - turn + len(indices) - 1) // len(indices)
            if more > 0:
                repeats = examples[index].repeats + more
                examples[index] = examples[index].but(repeats=repeats)
    return examples
