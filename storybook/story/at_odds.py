"""At odds: what a story says the other way than its summary does.

Of a thing another colour, number or size than the summary gives it, and as done what is not done.
It rather misses something than blames a story that keeps to its summary. English only.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache

from storybook.readability import WORD, sentences
from storybook.records import Hero
from storybook.story.coverage import CLAUSE, FUNCTION, IRREGULAR, stem
from storybook.story.deeds import deeds_like
from storybook.story.scene_from_text import QUOTED
from storybook.story.untold import QUALITIES
from storybook.summary.lexicon import load_words

CLASSES = {
    "colour": "red scarlet; blue; green; yellow; orange; purple violet; pink; black; white; "
    "grey gray; brown; golden gold; silver",
    "number": "two pair both 2; three 3; four 4; five 5; six 6; seven 7; eight 8; nine 9; ten 10; "
    "eleven; twelve; twenty; hundred; thousand",
    "size": "tiny small little wee; big large huge giant enormous gigantic great",
    "heat": "cold icy cool; hot warm",
}
"""What a thing can be, each word with others for the same."""
TIMES = frozenset(map(stem, "time day night year hour minute week month old".split()))  # noqa: SIM905
BE = frozenset("is are was were be became becomes".split())  # noqa: SIM905
DEGREES = frozenset("a an so very really all much quite just the".split())  # noqa: SIM905
NEGATIVE = frozenset(
    """
    not never cannot can't won't don't doesn't didn't isn't aren't wasn't weren't couldn't wouldn't
    hasn't haven't hadn't
    """.split()  # noqa: SIM905
)
DENYING = NEGATIVE | frozenset("no none nobody nothing neither nor".split())  # noqa: SIM905
LIGHT = frozenset(
    "take make get go do have like want try find see keep come let put be give".split()  # noqa: SIM905
)
"""Verbs that say little: what is denied is what comes after them."""
SO = "told as if it were so"
"""Of what the summary denies; in one story of fifty that keep to theirs this is found, too."""
TOKEN = re.compile(rf"{WORD.pattern}|\d+|[^\w\s]")


def at_odds(summary: str, pages: Sequence[str], cast: Sequence[Hero]) -> list[str]:
    """What a story says the other way than its summary, each in a line.

    >>> pip = Hero(name="Pip", species="mouse")
    >>> at_odds("Pip flies a red kite.", ["Pip ran.", "Pip's blue kite flew."], [pip])
    ['kite: blue, not red']
    """
    return [*_qualities(summary, pages, cast), *_denied(summary, pages)]


def _qualities(summary: str, pages: Sequence[str], cast: Sequence[Hero]) -> Iterator[str]:
    """Things that are of another colour, number or size throughout."""
    names = _names(cast)
    asked, told = _by_thing([summary], names), _by_thing(pages, names)
    story_words = {word.lower() for page in pages for word in TOKEN.findall(page)}
    people = set(names.values())
    for (key, sort), (thing, values) in asked.items():
        _, others = told.get((key, sort), ("", []))
        if not others or _groups(sort, values) & _groups(sort, others):
            continue
        if (sort == "colour" and key in people) or key in TIMES:  # of a coat the cast is asked
            continue
        if sort == "number" and not _alike(sort, values).isdisjoint(story_words):
            continue
        yield f"{thing}: {others[0]}, not {values[0]}"


def _by_thing(
    texts: Sequence[str], names: Mapping[str, str]
) -> dict[tuple[str, str], tuple[str, list[str]]]:
    """By a thing's stem, or whose name it is, and the respect: how it is called, and what it is."""
    found: dict[tuple[str, str], tuple[str, list[str]]] = {}
    for thing, sort, value in (q for t in texts for s in sentences(t) for q in qualities_in(s)):
        key = names.get(thing, stem(thing)), sort
        found.setdefault(key, (thing, []))[1].append(value)
    return found


def qualities_in(sentence: str) -> Iterator[tuple[str, str, str]]:
    """What a sentence says of things: which, in which respect, and what.

    >>> list(qualities_in("Two big bears saw that Pip was small."))
    [('bears', 'number', 'two'), ('saw', 'number', 'two'), ('bears', 'size', 'big'), \
('saw', 'size', 'big'), ('pip', 'size', 'small')]
    """
    words = [word.lower() for word in TOKEN.findall(sentence)]
    for at, word in enumerate(words):
        for sort in _sorts().get(word, ()):
            yield from ((thing, sort, word) for thing in _described(words, at))


def _described(words: Sequence[str], at: int) -> Iterator[str]:
    """What the word `at` describes: the two words after it, or who `is` so.

    Two, since a thing may be called by two: `yellow rain boot`.
    """
    after = at + 1
    while after < len(words) and (words[after] in QUALITIES or words[after] in _sorts()):
        after += 1
    following = []
    for word in words[after : after + 2]:
        if not WORD.fullmatch(word) or word in FUNCTION or word in BE or word in NEGATIVE:
            break
        following.append(word)
    yield from following
    before = at - 1
    while before > 0 and words[before] in DEGREES:
        before -= 1
    if before > 0 and words[before] in BE and not following:
        before -= 1
        while before > 0 and words[before] in ("who", "that", "which", ","):
            before -= 1
        if WORD.fullmatch(words[before]) and words[before] not in FUNCTION:
            yield words[before]


def _names(cast: Sequence[Hero]) -> dict[str, str]:
    """By which name somebody's first name and kind are meant; a kind of two heroes is nobody's."""
    kinds = [hero.called for hero in cast]
    found = {hero.name.split()[0].lower(): hero.name.lower() for hero in cast}
    found |= {
        kind: hero.name.lower()
        for hero in cast
        for kind in (hero.called, hero.species)
        if kinds.count(kind) == 1
    }
    return found


@cache
def _sorts() -> dict[str, tuple[str, ...]]:
    """In which respects a word can describe a thing."""
    return {
        word: tuple(sort for sort, said in CLASSES.items() if word in WORDS_OF[sort])
        for said in CLASSES.values()
        for word in said.replace(";", "").split()
    }


WORDS_OF = {sort: frozenset(said.replace(";", "").split()) for sort, said in CLASSES.items()}


@cache
def _group_of(sort: str, word: str) -> int:
    groups = [group.split() for group in CLASSES[sort].split(";")]
    return next(n for n, group in enumerate(groups) if word in group)


def _groups(sort: str, words: Sequence[str]) -> set[int]:
    return {_group_of(sort, word) for word in words}


def _alike(sort: str, words: Sequence[str]) -> set[str]:
    """The words and all that say the same."""
    groups = [group.split() for group in CLASSES[sort].split(";")]
    return {word for n in _groups(sort, words) for word in groups[n]}


def _denied(summary: str, pages: Sequence[str]) -> Iterator[str]:
    """What the summary says is not so and the story, from its first half on, only says is so."""
    told = [(n, parts) for n, page in enumerate(pages) for parts in _with_next(page)]
    for clause in (part for each in sentences(summary) for part in CLAUSE.split(f"{each} ")):
        for root in denied_in(clause):
            alike = deeds_like(root)
            where = [(n, denies) for n, (stems, denies) in told if not alike.isdisjoint(stems)]
            if where and where[0][0] < len(pages) / 2 and not any(denies for _, denies in where):
                yield f"{SO}: {clause.strip(' .,!?')}"


def denied_in(clause: str) -> list[str]:
    """The stem of what a clause says is not so; none if it denies nothing.

    >>> denied_in("he does not want to take a bath"), denied_in("he takes a bath")
    (['bath'], [])
    """
    words = [word.lower().replace("’", "'") for word in WORD.findall(clause)]
    found = []
    for at, word in enumerate(words):
        if word in NEGATIVE:
            after = [each for each in words[at + 1 :] if each not in FUNCTION]
            telling = [each for each in after if stem(each) not in _light()]
            found += [stem(telling[0])] if telling else []
    return found


@cache
def _light() -> frozenset[str]:
    return frozenset(map(stem, LIGHT))


def _with_next(page: str) -> Iterator[tuple[set[str], bool]]:
    """The stems of what each sentence says is so, and whether it or the next one denies anything.

    Of deeds only those count that are done: not `to sleep`, nor what somebody says.
    """
    said = [[word.lower().replace("’", "'") for word in WORD.findall(s)] for s in sentences(page)]
    denies = [not DENYING.isdisjoint(words) for words in said]
    told = [WORD.findall(QUOTED.sub(" ", each).lower()) for each in sentences(page)]
    for n, words in enumerate(told):
        done = {stem(word) for word in words if _is_done(word)}
        denied = any(denies[n : n + 2])
        yield ({stem(word) for word in said[n]} if denied else done), denied


def _is_done(word: str) -> bool:
    """Whether a word is no verb, or one in a form that tells what somebody did."""
    return not load_words().is_verb(word) or word in IRREGULAR or word.endswith(("ed", "s"))
