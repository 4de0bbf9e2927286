"""Signs that are in a text and never seen: control and format characters."""

import unicodedata

_JOINERS = "\u200c\u200d"
"""Format characters that scripts and emoji are written with."""


class _Unseen(dict[int, str | None]):
    """A table for `str.translate`: control characters to spaces, unseen format characters to none.

    Tabs and line ends, which are control characters too, stay.
    """

    def __missing__(self, code: int) -> str | None:
        letter, sort = chr(code), unicodedata.category(chr(code))
        if sort == "Cc" and not letter.isspace():
            return " "
        return None if sort == "Cf" and letter not in _JOINERS else letter


_TABLE = _Unseen()


def without_unseen(text: str) -> str:
    """A text without the signs that nobody sees, such as those that are pasted along."""
    return text.translate(_TABLE)
