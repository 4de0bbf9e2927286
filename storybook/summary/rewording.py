"""Rewording: places of a summary in other words, with the articles that fit them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from storybook.summary.tokens import called
from storybook.world import article


@dataclass(frozen=True, slots=True)
class Edit:
    """Characters `start` to `end` of a text become `new`, and an article before them fits it."""

    start: int
    end: int
    new: str


def reworded(text: str, edits: Sequence[Edit]) -> str:
    """The text with all edits done, from its end on, so that places before them stay."""
    for edit in sorted(edits, key=lambda edit: edit.start, reverse=True):
        before = text[: edit.start]
        if edit.end > edit.start:
            before = _fitting(before, edit.new)
        text = f"{before}{edit.new}{text[edit.end :]}"
    return text


def _fitting(before: str, word: str) -> str:
    """`before` with its last article as `word` wants it: `An ` before `cat` is `A `."""
    found = re.search(r"\b([Aa])n? $", before)
    return (
        f"{before[: found.start()]}{found[1]}{article(word)[1 : -len(word)]}" if found else before
    )


def say_instead(text: str, word: str, new: str, names: Sequence[str]) -> str:
    """The text with `new` for each `word`, but for those that are part of a name."""
    kept = [found.span() for name in names for found in called(name).finditer(text)]
    edits = []
    for found in re.finditer(rf"\b{re.escape(word)}\b", text, re.IGNORECASE):
        if not any(start <= found.start() < end for start, end in kept):
            replacement = new.capitalize() if found[0][0].isupper() else new
            edits.append(Edit(found.start(), found.end(), replacement))
    return reworded(text, edits)
