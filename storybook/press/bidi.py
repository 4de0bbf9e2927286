"""Lines from right to left, in the order and in the forms in which their signs are drawn.

A PDF draws signs from left to right, one after another; Arabic letters have another form at the
beginning, in the middle and at the end of a word.
"""

import re
from functools import lru_cache

RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
"""Hebrew, Arabic, Syriac, Thaana and N'Ko, and the forms of their letters."""
RESHAPED = {"delete_harakat": False, "support_zwj": True, "ARABIC LIGATURE ALLAH": False}
"""Vowel signs stay: books for who learns to read have them."""


def is_leftwards_text(text: str) -> bool:
    """Whether a text has signs that are written from right to left."""
    return RIGHT_TO_LEFT.search(text) is not None


@lru_cache(maxsize=8192)
def visual(text: str) -> str:
    """A line as it is drawn from left to right; one without such signs is as it was."""
    if not is_leftwards_text(text):
        return text
    from bidi.algorithm import get_display

    return get_display(_reshaper().reshape(text), base_dir="R")


@lru_cache(maxsize=1)
def _reshaper() -> object:
    from arabic_reshaper import ArabicReshaper

    return ArabicReshaper(configuration=RESHAPED)
