"""Which way a language is written."""

LEFTWARDS = frozenset(["ar", "arc", "ckb", "dv", "fa", "he", "ps", "sd", "syr", "ug", "ur", "yi"])
"""Languages whose usual script goes from right to left, by their tags' first part."""
RIGHTWARDS_SCRIPTS = frozenset({"latn", "cyrl"})


def is_leftwards(language: str) -> bool:
    """Whether a language, by its tag, is written from right to left; `az-Arab` is, `ur-Latn` not.

    >>> is_leftwards("he"), is_leftwards("az-Arab"), is_leftwards("ur-Latn"), is_leftwards("de")
    (True, True, False, False)
    """
    first, *others = language.lower().replace("_", "-").split("-")
    if {"arab", "hebr", "thaa", "syrc"}.intersection(others):
        return True
    return first in LEFTWARDS and not RIGHTWARDS_SCRIPTS.intersection(others)
