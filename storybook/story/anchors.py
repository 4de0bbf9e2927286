"""Anchors of a plan: the clauses of a summary, each on the page that has to show it.

A small model forgets by page six what it was asked on page one. So half of its plans are held to
the summary: its clauses stand in them, in their order and spread over the book, and the model says
what comes before, between and after.
"""

import re
from collections.abc import Mapping

from storybook.readability import sentences, words
from storybook.story.coverage import FUNCTION, IRREGULAR

OPENING = re.compile(
    r"^\W*(?:(?:please|can|could|will|would|may|you|i|we|want|would like|like|write|tell|make up"
    r"|make|do|have|give|me|us|a|the|an|one|story|rhyme|book|tale|bedtime|picture|short|funny|rhyming"
    r"|silly|little|gentle|soft)\s+)+(?:about|where|in which)\s+",
    re.IGNORECASE,
)
"""What a request says before it comes to its story."""
OF_THE_READER = re.compile(
    r"\b(?:I|I'm|I'd|me|mine|you|your|please)\b|\?$|\b(?:story|rhyme|book) for\b"
    r"|^\W*(?:my|our|for|he's|she's)\b[^.]*\b(?:\d|years)",
    re.IGNORECASE,
)
"""A sentence that speaks of who asks, or of how old somebody is for whom the book is."""
OWNED = re.compile(r"\b(?:my|our)\s+(?:\w+['\u2019]s\s+)?", re.IGNORECASE)
"""What a family says before a pet: `our`, `my daughter's`."""
BREAK = re.compile(
    r"\s*[,;]?\s+(?:and then|and|but|so|then|because|until|when|while)\s+|\s*[;:]\s+"
    r"|\s*,\s+(?=(?:he|she|they|it)\s)"
)
PRONOUNS = frozenset(("he", "she", "they", "it", "we", "everyone", "everybody", "nobody"))
NO_VERBS = frozenset(("his", "its", "this", "always", "sometimes", "perhaps", "across", "as", "us"))
PAST = frozenset(IRREGULAR) | {"is", "has", "was", "can", "will", "cannot", "can't", "does"}
LEAST_WORDS, MOST_WORDS, LIST_WORDS = 3, 20, 5


def anchors(summary: str, star: str, pages: int) -> Mapping[int, str]:
    """What pages have to show, by their numbers from 1: clauses of `summary` in its order.

    A clause without a subject is given `star`. None of a list of things, which says no deeds.
    """
    found = clauses(summary, star)[:pages]
    return {1 + int((n + 0.5) * pages / len(found)): clause for n, clause in enumerate(found)}


def clauses(summary: str, star: str) -> list[str]:
    """The clauses of a summary that say a deed, each with a subject."""
    return [clause for sentence in clauses_of_sentences(summary, star) for clause in sentence]


def clauses_of_sentences(summary: str, star: str) -> list[list[str]]:
    """As `clauses`, those of each sentence for themselves."""
    found: list[list[str]] = []
    for number, sentence in enumerate(sentences(summary)):
        if number == 0 and (opening := OPENING.match(sentence)):
            sentence = sentence[opening.end() :].rstrip(" ?")
        if OF_THE_READER.search(sentence) or _is_list(sentence):
            continue
        told: list[str] = []
        found.append(told)
        for part in _parts(OWNED.sub("the ", sentence).strip(" .!\u2026,")):
            before = next((each for each in reversed(found) if each), told)
            if not _is_deed(part.split()[0]):
                told.append(part)
            elif before and not _is_about(star, before[-1]):
                before[-1] += f" and {part}"
            else:
                told.append(f"{star} {part}")
    return [[_shortened(part) for part in told if _tells(part)] for told in found]


def _shortened(clause: str) -> str:
    return " ".join(clause.split()[:MOST_WORDS])


def _tells(clause: str) -> bool:
    return any(word.lower() not in FUNCTION for word in words(clause))


def _parts(sentence: str) -> list[str]:
    """A sentence in clauses: it is parted before a deed, or before who does another."""
    cuts = [
        gap for gap in BREAK.finditer(sentence) if _begins_a_clause(sentence[gap.end() :].split())
    ]
    starts = [0, *(gap.end() for gap in cuts)]
    ends = [*(gap.start() for gap in cuts), len(sentence)]
    return [sentence[start:end] for start, end in zip(starts, ends, strict=True)]


def _begins_a_clause(words_after: list[str]) -> bool:
    if len(words_after) < LEAST_WORDS:
        return False
    first = words_after[0].strip(",")
    return first in PRONOUNS or _is_deed(first)


def _is_deed(word: str) -> bool:
    """Whether a word says a deed by its form: `finds`, `carried`, `went`. Plurals look alike."""
    if not word.islower():
        return False  # a name: nobody types others in capitals
    ends = word.endswith(("s", "ed")) and not word.endswith("ss") and len(word) > 3
    return word in PAST or (ends and word not in NO_VERBS)


def _is_about(star: str, clause: str) -> bool:
    """Whether who does the clause's deed is the star, by its name or by a pronoun."""
    return star in clause or clause.split()[0].lower() in ("he", "she")


def _is_list(sentence: str) -> bool:
    """Whether a sentence lists things: three parts or more, of a few words each."""
    parts = [part.split() for part in sentence.split(",")]
    # `lost dog, wet paws` says none, though `lost` may be one.
    says_deeds = any(_is_deed(part[0]) and part[0][-1] == "s" for part in parts[1:] if part)
    return len(parts) > 2 and max(map(len, parts)) <= LIST_WORDS and not says_deeds
