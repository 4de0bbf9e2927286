"""How hard a text is to read, and how often it repeats itself.

Our own, so that nothing is downloaded at run time. The grade is that of Kincaid et al., "Derivation
of new readability formulas for Navy enlisted personnel" (1975). Syllables are counted by rules.
"""

import re
import tomllib
from collections import Counter
from collections.abc import Iterable
from functools import cache, lru_cache
from itertools import pairwise

from storybook.config import shipped
from storybook.records import Ages, Record

CLOSING = "\"'\u201d\u2019»)]」』）》〉】"
SIGNS = "\u3005\u3007\u3040-\u30fa\u30fc-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
"""Han and kana, which are written without spaces, as Thai is."""
THAI = "\u0e00-\u0eff"
"""Thai and Lao, which have no full stop either: a space ends a phrase."""
A_WORD: tuple[tuple[str, float], ...] = (
    ("[\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]", 1.3),
    ("[\u3040-\u30fa\u30fc-\u30ff]", 3.0),
    ("[\u0e01-\u0e30\u0e32\u0e33\u0e3f-\u0e46\u0e80-\u0eb0\u0eb2\u0eb3\u0ebd-\u0ec6]", 3.4),
    ("[\u1000-\u102a\u1780-\u17b3]", 3.4),
)
"""So many letters say what a word of English says: Han 1.30 in the first article of the Universal
Declaration of Human Rights and 1.28 in a children's story told in both, Thai 3.4 in the article.
Kana between 4.8 in the article, beside its Han, and 2.7 in a story for children. Lao, Khmer and
Burmese are taken to be as Thai."""
UNSPACED = re.compile("|".join(each for each, _ in A_WORD))
WORD = re.compile(r"[^\W\d_]+(?:['\u2019-][^\W\d_]+)*")
_TITLES = r"(?:Mr|Mrs|Ms|Dr|St|Prof|Capt|Sgt|Jr|Sr|Mt|etc|e\.g|i\.e)"
_SAID = r"(?:said|asked|cried|called|whispered|shouted|laughed|sang|answered|replied|yelled|sighed)"
_CLOSED = r"[\"'\u201d\u2019»)\]」』）》〉】]*"
_ENDING = re.compile(
    # Armenian, Arabic, Urdu, Devanagari, Ethiopic, Burmese and Khmer have marks of their own.
    rf"(?:[.!?\u037e։؟۔।॥።፧။៖។៕]+|…|(?<=[\u0370-\u03ff]);){_CLOSED}(?=\s|$)"
    rf"|(?:[。！？｡]+|(?<=[{SIGNS}])[!?]+){_CLOSED}"
    rf"|(?<=[{THAI}])(?=\s+[{THAI}“\"])"
)
_ABBREVIATED = re.compile(rf"(?:\b(?i:{_TITLES})|(?<![\w'\u2019])[A-HJ-Z])\.$")
_GOES_ON = re.compile(r"\s+[a-z]")
_SPEECH_GOES_ON = re.compile(rf"\s+(?:[a-z]|(?:[A-Z][\w'\u2019-]*\s+){{1,2}}{_SAID}\b)")


class Readability(Record):
    """What was measured on a text."""

    words: int
    sentences: int
    fk_grade: float
    """Flesch-Kincaid grade: school years; a first reader is about 1, below 0 is possible."""
    repeated_4grams: float
    """Share in [0, 1] of four-word runs that were said before."""
    distinct2: float
    """Distinct pairs of words over all pairs, mean over windows of 100 words; in [0, 1]."""


class Target(Record):
    """What suits listeners of an age, after reference readers and the craft's rules of thumb."""

    fk_grade: float
    """At most this grade."""
    page_words: tuple[int, int]
    """From so many to so many words on a page."""
    hard_words: float
    """At most so many that few children know, on a page, each word of a story counted once. Of 900
    stories for 3 to 5 the half have 0.7 of them, one in a hundred 1.6; of those for 6 to 8 1.4 and
    2.8."""


TARGETS: dict[Ages, Target] = {
    "3-5": Target(fk_grade=2.0, page_words=(15, 30), hard_words=2.0),
    "5-7": Target(fk_grade=3.0, page_words=(20, 38), hard_words=3.0),
    "7-9": Target(fk_grade=4.5, page_words=(25, 45), hard_words=4.0),
}


def measure(text: str) -> Readability:
    """Measure English prose."""
    tokens = words(text)
    lower = [word.lower().replace("\u2019", "'") for word in tokens]
    count, ends = round(length(text)), len(sentences(text))
    if not count or not ends:
        return Readability(words=0, sentences=0, fk_grade=0, repeated_4grams=0, distinct2=1)
    per_sentence = count / ends
    per_word = sum(map(syllables, lower)) / len(tokens)
    return Readability(
        words=count,
        sentences=ends,
        fk_grade=0.39 * per_sentence + 11.8 * per_word - 15.59,
        repeated_4grams=_repeated(lower, 4),
        distinct2=_distinct_pairs(lower, window=100),
    )


def words(text: str) -> list[str]:
    """The words of a text as they stand; a contraction or a hyphenated word is one."""
    return WORD.findall(text)


def length(text: str) -> float:
    """How much a text says, in words of English.

    >>> length("Pip ran home."), round(length("皮普跑回家了。"))
    (3, 5)
    """
    if not UNSPACED.search(text):
        return len(words(text))
    spaced = len(words(UNSPACED.sub(" ", text)))
    return spaced + sum(len(re.findall(each, text)) / letters for each, letters in A_WORD)


def run_on(parts: Iterable[str]) -> str:
    """Sentences one after another, with a space between them where their script has spaces.

    >>> run_on(["Pip ran.", "He fell."]), run_on(["皮普跑了。", "他跌倒了。"])
    ('Pip ran. He fell.', '皮普跑了。他跌倒了。')
    """
    gap = rf"(?<=[{SIGNS}。！？｡」』）》〉】]) (?=[{SIGNS}「『（《〈【])"
    return re.sub(gap, "", " ".join(parts))


def sentences(text: str) -> list[str]:
    """The sentences of a text, closing quotes with the sentence that they close.

    Speech goes on into who said it (`"Hop in!" said Pip.` is one sentence); a title, an initial or
    an ellipsis in mid-sentence ends nothing; the end of a line does.
    """
    found = []
    for line in filter(None, map(str.strip, text.splitlines())):
        start = 0
        for match in _ENDING.finditer(line):
            if match.end() < len(line) and not _ends_sentence(line, match):
                continue
            found.append(line[start : match.end()].strip())
            start = match.end()
        if line[start:].strip():
            found.append(line[start:].strip())
    return [sentence for sentence in found if WORD.search(sentence)]


@lru_cache(maxsize=10_000)
def syllables(word: str) -> int:
    """Syllables of an English word, at least 1, by spelling.

    >>> [syllables(word) for word in ("cat", "little", "biscuit", "wanted", "jumped", "idea")]
    [1, 2, 2, 2, 1, 3]
    """
    return sum(_part_syllables(part) for part in re.split(r"-", word.lower()) if part) or 1


@cache
def common_words() -> frozenset[str]:
    """The words that a listener has likely met, in lower case."""
    lines = shipped("assets", "common_words.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())


@cache
def _exceptions() -> dict[str, int]:
    """Words whose spelling hides their syllables, with how many they have."""
    table = tomllib.loads(shipped("assets", "syllables.toml").read_text(encoding="utf-8"))
    return {word: int(count) for count, words in table.items() for word in words.split()}


_VOWELS = re.compile(r"[aeiouy]+")
_SILENT = re.compile(  # jumped, cake, cakes; but not wanted, little, puzzled
    r"(?:[^laeiouy]|[aeiouy]l|ll|rl)es?$|(?:[^tdlaeiouy]|[aeiouylrw]l|[aeiouy][^tdlaeiouy])ed$|que$"
    r"|[aeiouy][^aeiouyl]e(?:ly|ments?|ful|fully|less)$|^some(?=[^aeiour])"
)
_SOUNDED = re.compile(r"(?:[sxz]|[cs]h|[cg])es$")  # wishes
_APART = re.compile(  # ra-dio, pla-yer, flu-id
    r"i[ao](?!u)|[aeo]y[aeiou](?!d$)|[iuwy]ing|[aeo]ing|eo(?!u)|rea[lt](?!h|e?s?$|m)|ua(?!r|i|g)|uou|[^qg]uid\b"
    r"|quie|die[tn]|[tp]ie[tr]y|[^aeiouc]ie(?:rs?|st)$|[^cgstx]iou|ium|[ru]yer"
)
_TOGETHER = re.compile(r"[cgstxhln]i(?:an|on|al|a|or)|geon|[gq]ua|wings?$|eopl")


def _part_syllables(part: str) -> int:
    part = re.sub(r"['\u2019](?:s|d|m|ll|re|ve|t)?$|['\u2019]", "", part)
    if (known := _exceptions().get(part)) is not None:
        return known
    count = len(_VOWELS.findall(part))
    if not _SOUNDED.search(part):
        count -= len(_SILENT.findall(part))
    count += len(_APART.findall(part)) - len(_TOGETHER.findall(part))
    count += len(re.findall(r"(?:sm|thm)$", part))
    return max(count, 1)


def _ends_sentence(line: str, match: re.Match[str]) -> bool:
    mark, rest = match.group(0), line[match.end() :]
    if not mark:  # a phrase of a script without full stops
        return True
    if not rest[:1].isspace() and mark[-1] in CLOSING:  # 「早く！」と言った。
        return rest[:1] in "「『“《"
    if _ABBREVIATED.search(line, max(0, match.end() - 9), match.end()):
        return False
    goes_on = _SPEECH_GOES_ON if mark[-1] in CLOSING else _GOES_ON
    return not goes_on.match(rest)


def _repeated(tokens: list[str], length: int) -> float:
    runs = Counter(tuple(tokens[at : at + length]) for at in range(len(tokens) - length + 1))
    total = sum(runs.values())
    return (total - len(runs)) / total if total else 0.0


def _distinct_pairs(tokens: list[str], window: int) -> float:
    starts = range(0, max(1, len(tokens) - window + 1), window)
    shares = []
    for start in starts:
        pairs = list(pairwise(tokens[start : start + window]))
        shares.append(len(set(pairs)) / len(pairs) if pairs else 1.0)
    return sum(shares) / len(shares)
