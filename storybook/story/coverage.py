"""Plot coverage: is each clause of a summary told in its story, and in that order?

A clause is told where a page, with the one after it, says at least half of its telling words in any
form of them; in order, where no clause is told before one that came earlier. It is a lower bound:
who says `got lost` for `cannot find the way` has told it as well.
"""

import re
from bisect import bisect_right
from collections.abc import Sequence
from functools import lru_cache
from itertools import zip_longest

from storybook.readability import sentences, words

TOLD_SHARE = 0.5
CLAUSE = re.compile(
    r"[,;:] | (?:and|but|so|then|because|until|when|while|who|which|that|after|before) "
)
FUNCTION = frozenset(
    """
    a about all am an and another any are as at away back be been before but by can could day did do
    does down each even every finally first for from get gets go goes got had has have he help her
    here him his how i if in into is it its just last learn learns let like little long make makes
    many may more much must my named called never new no not now of off on one only or other our out
    over own she so some something still story such than that the their them then there they thing
    this time to together too try tries under until up very want wants was way we were what when
    where which while who why will with would you your
    """.split()  # noqa: SIM905
)
IRREGULAR = dict(
    pair.split(":")
    for pair in """
    ate:eat began:begin blew:blow bought:buy broke:break brought:bring built:build came:come
    caught:catch children:child cried:cry dreamt:dream dug:dig feet:foot fell:fall felt:feel
    flew:fly found:find gave:give geese:goose grew:grow heard:hear held:hold hid:hide kept:keep
    knew:know laid:lay learnt:learn left:leave lost:lose made:make met:meet mice:mouse ran:run
    rang:ring sang:sing sat:sit saw:see shone:shine slept:sleep sold:sell spoke:speak stood:stand
    stuck:stick swam:swim swept:sweep taught:teach teeth:tooth thought:think threw:throw told:tell
    took:take went:go wept:weep woke:wake won:win wore:wear wrote:write
    """.split()  # noqa: SIM905
)


def clauses(summary: str, names: Sequence[str] = ()) -> list[frozenset[str]]:
    """The telling words of each clause, by their stems; names tell nothing, since they recur."""
    leave = {name.lower() for name in names}
    found = []
    for sentence in sentences(summary):
        for part in CLAUSE.split(sentence):
            telling = {word.lower() for word in words(part)} - FUNCTION - leave
            stems = frozenset(stem(word) for word in telling)
            if stems:
                found.append(stems)
    return found


def coverage(summary: str, pages: Sequence[str], names: Sequence[str] = ()) -> tuple[int, int]:
    """How many clauses of the summary are told in their order, and how many there are."""
    spans = spans_of([frozenset(stem(word.lower()) for word in words(page)) for page in pages])
    # Pages that come late first: then a longest rising run takes at most one of a clause.
    found = [told_on(clause, spans)[::-1] for clause in clauses(summary, names)]
    return _longest_in_order(found), len(found)


def spans_of(pages: Sequence[frozenset[str]]) -> list[frozenset[str]]:
    """The stems of each page together with those of the one after it."""
    return [page | after for page, after in zip_longest(pages, pages[1:], fillvalue=frozenset())]


def told_on(clause: frozenset[str], spans: Sequence[frozenset[str]]) -> list[int]:
    """On which pages, from 0, a clause is told."""
    return [at for at, span in enumerate(spans) if len(clause & span) >= TOLD_SHARE * len(clause)]


def kept(summary: str, pages: Sequence[str], names: Sequence[str] = ()) -> float:
    """The share of all the summary's telling words that its story says anywhere; 1 without any."""
    summary_stems = frozenset().union(*clauses(summary, names))
    story_stems = {stem(word.lower()) for page in pages for word in words(page)}
    return len(summary_stems & story_stems) / len(summary_stems) if summary_stems else 1.0


@lru_cache(maxsize=10_000)
def stem(word: str) -> str:
    """A word without its ending, so that all its forms are one; for comparing, not for reading."""
    word = re.sub(r"['\u2019]s?$", "", word)
    word = IRREGULAR.get(word, word)
    for ending in ("ies", "ied"):
        if word.endswith(ending) and len(word) > 4:
            return word[: -len(ending)] + "y"
    for ending in ("ing", "ed", "es", "s", "ly"):
        if word.endswith(ending) and len(word) - len(ending) >= 3 and not word.endswith("ss"):
            word = word[: -len(ending)]
            break
    if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "lsz":
        word = word[:-1]
    return word.removesuffix("e")


def _longest_in_order(places: Sequence[Sequence[int]]) -> int:
    """The most clauses whose pages never go back, where each may stand on any of its `places`."""
    ends: list[int] = []  # ends[n]: the earliest page on which n + 1 clauses can have been told
    for options in places:
        for page in options:
            at = bisect_right(ends, page)
            if at == len(ends):
                ends.append(page)
            else:
                ends[at] = page
    return len(ends)
