"""Which way a language is written, by its tag."""

import re

LEFTWARDS = frozenset(["ar", "arc", "ckb", "dv", "fa", "he", "ps", "sd", "syr", "ug", "ur", "yi"])
"""Languages whose usual script goes from right to left, by their tags' first part."""
TAG = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
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


def is_tag(language: str) -> bool:
    """Whether a text has the shape of a language's tag (BCP 47), such as `de` or `pt-BR`."""
    return TAG.fullmatch(language) is not None


def tag_of(language: str) -> str:
    """A language's tag as tags are written; empty if the text is none.

    >>> tag_of("DE"), tag_of("pt_br"), tag_of("zh-hant-tw"), tag_of("klingon")
    ('de', 'pt-BR', 'zh-Hant-TW', '')
    """
    tag = language.strip().replace("_", "-")
    if not is_tag(tag):
        return ""
    first, *others = tag.lower().split("-")
    forms = {2: str.upper, 4: str.title}
    return "-".join([first, *(forms.get(len(each), str)(each) for each in others)])
