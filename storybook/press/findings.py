"""What a proof report finds: the words and measures that all of its rules share."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from storybook.press.formats import Format
from storybook.press.interior import Leaf
from storybook.press.layout import Box
from storybook.press.pdf_context import Drawn
from storybook.press.printers import Paper, Printer
from storybook.press.seen import FileSeen, SheetSeen
from storybook.press.wrap import Wrap
from storybook.records import Record

Status = Literal["pass", "note", "fail"]
Mend = Literal["", "format", "printer", "paper", "enlarge", "shorten", "spine", "picture", "report"]
SLACK_PT = 0.6


class PreflightFinding(Record):
    """One rule: whether the book keeps it, where it does not, and what mends it."""

    rule: str
    """The table of the printer that it is from."""
    asks: str
    status: Status
    says: str
    pages: tuple[int, ...] = ()
    """Of the interior, from 1; 0 is the cover."""
    remedy: str = ""
    mend: Mend = ""
    value: str = ""
    """With what it is mended, such as another format's name."""
    checked: bool = True
    """Whether the printer's own rule could be looked up."""


@dataclass(frozen=True, slots=True)
class Proofed:
    """A book for a printer, as the report looks at it."""

    printer: Printer
    paper: Paper
    form: Format
    leaves: tuple[Leaf, ...]
    interior: FileSeen
    set_inside: Sequence[Drawn]
    cover: FileSeen | None
    wrap: Wrap | None
    set_outside: Sequence[Drawn]
    spine_in: float
    spine_said: bool
    """Whether its author said how wide the spine is."""
    draft: bool = False
    """Whether its pictures are small ones, to be looked at."""


def judged(
    rule: str, asks: str, well: str, wrong: str = "", *, pages: Sequence[int] = (), **more: str
) -> PreflightFinding:
    """A rule that is kept if nothing is `wrong`."""
    if not wrong:
        return PreflightFinding(rule=rule, asks=asks, status="pass", says=well)
    return PreflightFinding(
        rule=rule, asks=asks, status="fail", says=wrong, pages=tuple(sorted(set(pages))), **more
    )


def noted(finding: PreflightFinding) -> PreflightFinding:
    """A rule whose breach a printer takes, and that its reader sees: a note, not a failure."""
    return finding.but(status="note") if finding.status == "fail" else finding


def numbered(book: Proofed) -> Iterator[tuple[int, SheetSeen]]:
    if book.cover:
        yield from ((0, sheet) for sheet in book.cover.sheets)
    yield from enumerate(book.interior.sheets, start=1)


def listed(pages: Sequence[int]) -> str:
    """Pages in words: `the cover, pages 2 to 4 and 9`."""
    numbers = sorted(set(pages))
    runs = []
    for _, run in groupby(enumerate(n for n in numbers if n), key=lambda pair: pair[1] - pair[0]):
        found = [number for _, number in run]
        runs.append(f"{found[0]}" if len(found) == 1 else f"{found[0]} to {found[-1]}")
    parts = ["the cover"] if 0 in numbers else []
    if runs:
        word = "page" if len([n for n in numbers if n]) == 1 else "pages"
        parts.append(f"{word} {', '.join(runs)}")
    return ", ".join(parts)


def same_area(one: Sequence[float], other: Sequence[float]) -> bool:
    return all(abs(a - b) < SLACK_PT for a, b in zip(one, other, strict=True))


def inside(inner: Box, outer: Box) -> bool:
    return (
        inner.x >= outer.x - SLACK_PT
        and inner.y >= outer.y - SLACK_PT
        and inner.right <= outer.right + SLACK_PT
        and inner.top <= outer.top + SLACK_PT
    )


def overlaps(one: Box, other: Box) -> bool:
    return one.x < other.right and other.x < one.right and one.y < other.top and other.y < one.top


def shrunk(box: Box, by: float) -> Box:
    return Box(box.x + by, box.y + by, box.width - 2 * by, box.height - 2 * by)
