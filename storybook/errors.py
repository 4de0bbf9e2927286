"""What can go wrong that the author can mend.

    StorybookError            shown as one line, exit 2; anything else is our bug and a traceback
     ├ ConfigError            a file or an option says something that cannot be
     ├ BookError              a book's folder is not as a stage needs it
     │  ├ EditedByHand        an edited artifact would have to be made again
     │  └ ChangedMeanwhile    an edit would overwrite what its author has not seen
     ├ NotForChildren         words or pictures that do not belong into a book for small children
     ├ HeroError              a hero is missing or malformed
     ├ ModelError             a model is missing, broken or of another kind
     │  └ OutOfMemory         the device is too small for the request
     ├ ReplyError             a writer's reply stayed out of shape
     │  └ QuestionTooLong     a question does not fit into what a writer can hold
     ├ PressError             a page cannot be set as asked
     ├ TrainingError          a run learned nothing or cannot go on
     └ JobError               a job cannot be started, stopped or found

A message says what happened, where, and what to do; where there are choices, it lists them.
"""

from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path


class StorybookError(Exception):
    """The author can mend this; the message says how."""


class ConfigError(StorybookError):
    """A file or an option says something that cannot be."""


class BookError(StorybookError):
    """A book's folder is not as a stage needs it."""


class EditedByHand(BookError):
    """An artifact was edited by its author, and what it was made from has changed since."""

    def __init__(self, message: str, path: Path) -> None:
        super().__init__(message)
        self.path = path


class ChangedMeanwhile(BookError):
    """What an edit was to replace is not what its author saw; both are kept here."""

    def __init__(self, message: str, yours: str, theirs: str) -> None:
        super().__init__(message)
        self.yours, self.theirs = yours, theirs


class NotForChildren(StorybookError):
    """Words say, or all of a page's pictures show, what is not for small children."""


class HeroError(StorybookError):
    """A hero is missing or malformed."""


class ModelError(StorybookError):
    """A model is missing, broken or of another kind."""


class OutOfMemory(ModelError):
    """The device is too small for the request."""


class ReplyError(StorybookError):
    """A writer's reply stayed out of shape after every attempt; `reply` is the last one."""

    def __init__(self, message: str, reply: str = "") -> None:
        super().__init__(message)
        self.reply = reply


class QuestionTooLong(ReplyError):
    """A question does not fit into what a writer can hold; it is `words_over` words too long."""

    def __init__(self, message: str, words_over: int) -> None:
        super().__init__(message)
        self.words_over = words_over


class PressError(StorybookError):
    """A page cannot be set as asked."""


class TrainingError(StorybookError):
    """A run learned nothing or cannot go on."""


class JobError(StorybookError):
    """A job cannot be started, stopped or found."""


MOST_LETTERS = 200
"""So much of what a library says of a fault is told on; some print a whole dictionary."""


def first_line(fault: BaseException) -> str:
    """The first line of what a library says of a fault; its kind, where it says nothing.

    >>> first_line(OSError(" No such file.\\nLook at https://example.org")), first_line(EOFError())
    ('No such file.', 'EOFError')
    """
    return _lines(fault)[0][:MOST_LETTERS]


def last_line(fault: BaseException) -> str:
    """The last line, where the first one only announces it, as in torch's `load_state_dict`."""
    return _lines(fault)[-1][:MOST_LETTERS]


def in_one_line(fault: BaseException) -> str:
    """All that is said of a fault, for where each fault has a line of its own."""
    return " ".join(str(fault).split()) or type(fault).__name__


def _lines(fault: BaseException) -> list[str]:
    lines = [line.strip() for line in str(fault).splitlines()]
    return list(filter(None, lines)) or [type(fault).__name__]


def nearest(word: str, choices: Iterable[str]) -> str:
    """Say which choices there are, the one that looks like `word` first.

    >>> nearest("drwa", ["draw", "write"])
    'Did you mean draw? The choices are: draw, write.'
    """
    known = sorted(choices)
    close = get_close_matches(word, known, n=1)
    hint = f"Did you mean {close[0]}? " if close else ""
    return f"{hint}The choices are: {', '.join(known) or 'none'}."
