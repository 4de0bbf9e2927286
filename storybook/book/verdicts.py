"""What critics said of a page's pictures, those of earlier drawings too.

A pick holds the verdicts on the pictures that it was chosen among. `.made/judged/03.json` keeps all
that were ever given, since an author compares a new picture with one from before.
"""

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from storybook.book.folder import Book
from storybook.errors import BookError, ConfigError
from storybook.files import write_whole
from storybook.records import Judged, Record, Verdict

FOUND = re.compile(r"(\w+): (.+?) ([\d.]+)(?:, (looks like .+))?")
"""How the starter's critic says what it found of one thing that was asked for."""
LIKE = re.compile(r"(like .+ photos) ([\d.]+)")
SEEN = 0.5
"""What is seen with a lesser chance is said to be lacking."""
WEAK = 0.5
"""A picture with a lesser score lacks half of what was asked for."""


class Verdicts(Record):
    """All that was said of a page's pictures, the last word on each."""

    judged: tuple[Judged, ...] = ()


def verdicts(book: Book, page: int) -> dict[str, Judged]:
    """The last verdict on each picture of a page that a critic has seen, by the picture's id.

    Of books from before, those of the pick; a file that cannot be read says nothing.
    """
    path, pick = _path(book, page), book.pick(page)
    kept = Verdicts()
    if path.is_file():
        with suppress(BookError, ConfigError):
            kept = book.read(path, Verdicts)
    return {each.candidate: each for each in (*kept.judged, *(pick.judged if pick else ()))}


def in_words(verdict: Verdict) -> str:
    """What a critic found, for people.

    >>> reasons = ("species: dog 1.00", "actions: sitting 0.01, looks like holding")
    >>> in_words(Verdict(score=0.5, reasons=reasons))
    'Shows dog. Lacks sitting (looks like holding).'
    """
    shows, lacks, others = [], [], []
    for reason in verdict.reasons:
        if found := FOUND.fullmatch(reason):
            _, word, share, instead = found.groups()
            label = word + (f" ({instead})" if instead else "")
            (shows if float(share) >= SEEN else lacks).append(label)
        elif not LIKE.fullmatch(reason):  # a figure that says little by itself
            others.append(reason)
    parts = [
        f"{says} {', '.join(what)}." for says, what in (("Shows", shows), ("Lacks", lacks)) if what
    ]
    return " ".join([*parts, *others]) or f"{verdict.score:.0%} right."


def weak_pages(book: Book) -> dict[int, str]:
    """The pages whose picture the critic chose for want of a better one, and what it lacks.

    By where they stand in the book, the cover 0. A picture that its author chose is never weak.
    """
    return dict(_weak(book))


def _weak(book: Book) -> Iterator[tuple[int, str]]:
    for place, scene in enumerate(book.scenes):
        pick = book.pick(scene.page)
        if pick is None or pick.by == "author":
            continue
        best = next((each for each in pick.judged if each.candidate == pick.candidate), None)
        if best is None or best.verdict.score >= WEAK:
            continue
        found = list(filter(None, map(FOUND.fullmatch, best.verdict.reasons)))
        lacks = [each[2] for each in found if float(each[3]) < SEEN and each[1] != "coats"]
        if found:  # a critic that names nothing has scores of another kind
            yield place, ", ".join(dict.fromkeys(lacks))


def keep_verdicts(book: Book, page: int, judged: Iterable[Judged]) -> None:
    """Keep what was said of pictures of a page beside what was said before."""
    every = verdicts(book, page) | {each.candidate: each for each in judged}
    record = Verdicts(judged=tuple(every.values()))
    write_whole(_path(book, page), record.as_file())


def _path(book: Book, page: int) -> Path:
    return book.folder / ".made" / "judged" / f"{book.page(page).name}.json"
