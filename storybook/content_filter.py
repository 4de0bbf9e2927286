"""What does not belong into a book for small children, by a list of words.

`write.for_children = false` in a studio puts the list aside.
"""

import re
from functools import cache

from storybook.config import shipped
from storybook.errors import NotForChildren

UNSAFE = "unsafe_words.txt"
WORD = re.compile(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)?")


def unkind_words(text: str) -> list[str]:
    """Words of a text that do not belong into a story for small children, sorted."""
    return sorted(_unsafe_words() & {word.lower() for word in WORD.findall(text)})


def check_allowed(text: str, what: str) -> None:
    """Raise NotForChildren that names the words if `what`, such as `The summary`, has any."""
    if found := unkind_words(text):
        raise NotForChildren(
            f"{what} says {', '.join(found)}, which is not for small children. Could you say it in "
            "another way? (A studio with write.for_children = false takes any word.)"
        )


@cache
def _unsafe_words() -> frozenset[str]:
    lines = shipped("assets", UNSAFE).read_text(encoding="utf-8").splitlines()
    return frozenset(line.strip() for line in lines if line.strip() and not line.startswith("#"))
