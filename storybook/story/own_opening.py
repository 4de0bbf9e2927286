"""The summary's own opening, before a telling that leaves it out.

A small writer tells one of the plots that it knows, and what is special about a summary is lost:
that Anton keeps a cloud on a leash. Its author has said so in a sentence; told as stories are, in
the past, it opens the book. No more than that: of clauses put between the pages of another plot a
reader said that the story ignored them (docs/log.md).
"""

import re
from collections.abc import Sequence, Set

from storybook.readability import length, words
from storybook.records import Hero
from storybook.story.anchors import clauses_of_sentences
from storybook.story.coverage import FUNCTION, spans_of, stem, told_on
from storybook.summary.lexicon import load_words

SUBJECTS = frozenset(("who", "he", "she", "it", "that"))
"""Behind these a word in -s is a deed, whether the lexicon knows it or not."""
BEFORE_NOUN = frozenset(
    """
    a an the his her their its my your our this these those two three four five six seven many some
    of in on at to with by for from no every all
    """.split()  # noqa: SIM905
)
"""Behind these a word in -s is a thing: `the sails`."""
NOT_FINITE = frozenset(
    "to can could will would shall should may might must not let lets help helps make makes".split()  # noqa: SIM905
)
"""Behind these a verb in its base form is told of nobody in the present."""
MOST_COMMAS = 2
"""A clause with more is a list."""
RELATIVE = re.compile(r"\b(?:who|which|that|whose)\b")
TOKEN = re.compile(r"[\w'\u2019]+|[^\w\s]|\s+")


def with_own_opening(
    pages: Sequence[str], summary: str, star: Hero, *, most_words: float
) -> tuple[str, ...]:
    """A telling's pages, the first with the summary's first sentence if they leave it out.

    Only one that speaks of the star, by name or kind, and says a deed of it; not where the page
    would have more than `most_words`.
    """
    told = (*pages,)
    first = next(iter(clauses_of_sentences(summary, star.name)), [])
    if not first or not pages:
        return told
    leave = {part.lower() for part in star.name.split()}
    spans = spans_of([_telling_words(page, leave) for page in pages])
    untold = [each for each in first if not told_on(_telling_words(each, leave), spans)]
    called = {star.species, *leave}
    speaks = called & {word.lower() for word in words(first[0])}
    if untold[:1] != first[:1] or not speaks or not _is_sentence(first[0], called):
        return told
    opening = to_past(first[0], called)
    for more in (to_past(each, called) for each in untold[1:]):
        if more.startswith(f"{star.name} "):
            opening += f" and{more.removeprefix(star.name)}"
    if length(opening) + length(pages[0]) > most_words:
        return told
    return (f"{opening[0].upper()}{opening[1:]}. {pages[0]}", *told[1:])


def _is_sentence(clause: str, subjects: Set[str]) -> bool:
    """Whether a clause says a deed outside of what only describes: `a bear who sings` says none."""
    main = RELATIVE.split(clause)[0]
    return to_past(main, subjects) != main and clause.count(",") <= MOST_COMMAS


def to_past(clause: str, subjects: Set[str] = frozenset()) -> str:
    """A clause in the present as it is told in the past; as it is where it says no such deed.

    What ends in -s behind one of `subjects`, in lower case, is a deed, known or not.

    >>> to_past("Pascal the mouse lives inside a volcano and sells warm socks")
    'Pascal the mouse lived inside a volcano and sold warm socks'
    >>> to_past("Two friends, Coco and Bo, want to share the ball")
    'Two friends, Coco and Bo, wanted to share the ball'
    """
    tokens, before, deeds = TOKEN.findall(clause), "", 0
    for at, token in enumerate(tokens):
        if token[0].isalpha():
            plain = token.replace("\u2019", "'")
            if before not in BEFORE_NOUN:
                past = _past(plain, surely=before in SUBJECTS or before in subjects)
                if not past and not deeds and before not in NOT_FINITE:
                    past = _past_of_base(plain)  # of many: `two friends want`
                deeds += past is not None
                tokens[at] = past or token
            before = plain.lower()
        elif token.strip():
            before = ""
    return "".join(tokens)


def _telling_words(text: str, leave: set[str]) -> frozenset[str]:
    return (
        frozenset(stem(word) for word in map(str.lower, words(text)) if word not in leave)
        - _FUNCTION
    )


def _past(word: str, *, surely: bool) -> str | None:
    """The past of a form of the present, or None if it is not known as one."""
    known = load_words().pasts
    if word in load_words().lists["verbs.aux"]:
        return known.get(word)
    if not word.islower() or not re.search(r"[^s]s$", word) or "'" in word:
        return None
    bases = [word[:-1]]
    if word.endswith("es"):
        bases.append(word[:-2])
    if word.endswith("ies"):
        bases.insert(0, f"{word[:-3]}y")
    lexicon = load_words().lists["verbs.words"]
    base = next((base for base in bases if base in lexicon), bases[0] if surely else None)
    return base and (known.get(base) or _regular(base))


def _past_of_base(word: str) -> str | None:
    """The past of a verb in its base form; None of any other word."""
    if word not in load_words().lists["verbs.words"]:
        return None
    return load_words().pasts.get(word) or _regular(word)


def _regular(base: str) -> str:
    """The past of a verb that is regular: `stopped`, `tried`, `baked`."""
    if base.endswith("e"):
        return f"{base}d"
    if re.search(r"[^aeiou]y$", base):
        return f"{base[:-1]}ied"
    if re.fullmatch(r"[^aeiou]*[aeiou][bdgklmnprtv]", base):
        return f"{base}{base[-1]}ed"
    return f"{base}ed"


_FUNCTION = frozenset(map(stem, FUNCTION))
