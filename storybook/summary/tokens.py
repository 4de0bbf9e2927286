"""Tokens: words and marks of a text, of any script, with the sentence that each stands in."""

import re
import unicodedata
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import groupby

APOSTROPHES = "'\u2019\u02bc\u2018"


def _marks() -> str:
    """The signs that are written onto letters, as ranges: one by one they take long to compile."""
    marks = [n for n in range(0x300, 0x3100) if unicodedata.category(chr(n))[0] == "M"]
    runs = groupby(enumerate(marks), key=lambda each: each[1] - each[0])
    ends = [[n for _, n in run] for _, run in runs]
    return "".join(f"{chr(run[0])}-{chr(run[-1])}" for run in ends)


_MARKS = _marks()
LETTER = rf"(?:[^\W_]|[{_MARKS}\u200c\u200d])"
"""A letter or digit of any script, or a sign that is written onto one, which `\\w` leaves out."""

_TITLE = r"(?i:mrs?|ms|dr|st|prof|capt|sgt)\."
_WORD = re.compile(
    rf"(?P<word>{_TITLE}|(?:{LETTER}\.){{2,}}|(?<!{LETTER})[A-Z]\.(?=\s[A-Z])"
    rf"|{LETTER}+(?:[{APOSTROPHES}-]{LETTER}+)*)|(?P<mark>[^\s])"
)
_OWN = re.compile(rf"[{APOSTROPHES}][sS]$")
_GOES_ON = re.compile(r"[.!?]*[\"'\u201d\u2019»]\s*[a-z]")
_ENDS = ".!?…。！？"
_LOUD_SHARE, _LOUD_WORDS = 0.8, 4


@dataclass(frozen=True, slots=True)
class Token:
    """A word or a mark: `text[start:end]`; `'s` is a token of its own."""

    text: str
    start: int
    end: int
    sentence: int
    head: bool
    """Whether it is the first word of its sentence."""
    is_word: bool
    meant: str = ""
    """In lower case, what the word was to be if it is misspelt: `don't` for `dont`."""
    lower: str = field(init=False, repr=False)
    """The word in lower case, as it is meant: looked at some dozens of times for each token."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "lower", self.meant or self.text.lower().replace("\u2019", "'"))

    @property
    def capital(self) -> bool:
        """Whether it begins with a capital letter, or is of a script that has none."""
        first = self.text[0]
        return self.is_word and (first.isupper() or first.istitle())


def plain(text: str) -> str:
    """`text` composed (NFC), in one line; shouted or set as a title, it is written small again."""
    text = " ".join(unicodedata.normalize("NFC", text).split())
    words = [word for word in re.findall(rf"{LETTER}+", text) if word[0].isalpha()]
    cased = [word for word in words if word.lower() != word.upper()]
    loud = [word for word in cased if word[0].isupper()]
    if len(cased) < _LOUD_WORDS or len(loud) < _LOUD_SHARE * len(cased):
        return text
    small = text.lower()
    return re.sub(r"(^|[.!?] )(\w)", lambda found: found[1] + found[2].upper(), small)


def tokens(text: str) -> list[Token]:
    """The tokens of a text in their order."""
    found: list[Token] = []
    sentence, head = 0, True
    for match in _WORD.finditer(text):
        start, end = match.span()
        if match["mark"]:
            found.append(Token(match[0], start, end, sentence, head=False, is_word=False))
            if match[0] in _ENDS and _ends(text, end):
                sentence, head = sentence + 1, True
            elif match[0] in '"\u201c\u201e«:':
                head = head or match[0] == ":"
            continue
        own = _OWN.search(match[0])
        if own and own.start() > 0:
            middle = start + own.start()
            found.append(Token(text[start:middle], start, middle, sentence, head, is_word=True))
            found.append(Token("'s", middle, end, sentence, head=False, is_word=True))
        else:
            found.append(Token(match[0], start, end, sentence, head, is_word=True))
        head = False
    return found


@lru_cache(maxsize=4096)  # Python keeps 512 patterns, of all that it compiles
def called(name: str, flags: int = 0) -> re.Pattern[str]:
    """A name where it stands as a whole, with straight or curly apostrophes, in its own case.

    Names need not begin or end with a letter (`J.R.`), so word boundaries would not find them.
    """
    letters = "".join(
        f"[{APOSTROPHES}]" if letter in APOSTROPHES else re.escape(letter) for letter in name
    )
    return re.compile(rf"(?<!{LETTER}){letters}(?!{LETTER})", flags)


def _ends(text: str, end: int) -> bool:
    """Whether a stop ends a sentence: a space or nothing follows, and speech does not go on."""
    if _GOES_ON.match(text, end):
        return False
    return end >= len(text) or text[end] in " \"'\u201d\u2019)».!?" or ord(text[end]) > 0x2FFF
