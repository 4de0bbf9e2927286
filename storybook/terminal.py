"""What long work and tables look like in a terminal of any width, and in a pipe.

In a terminal each stage has a line with a bar, which is as wide as there is room for, and a note of
whole words. In a pipe, and in a terminal that cannot move its cursor, each stage has a plain line
when it ends, and now and then one before that if it takes long.
"""

import os
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table
from rich.text import Text

from storybook.jobs.reporting import JOB_VARIABLE, CliInvocation, line_of, report_events
from storybook.records import Event

BARS = ((110, 30), (80, 16), (50, 10))
"""In a terminal of at least so many columns, a bar of so many."""
LEFT_FROM = 80
"""From so many columns on there is room for the time that is left."""
TIME_WIDTH = 7
TAKE_TURNS = {"draw", "choose", "enlarge"}
"""The stages of a book that take turns, page by page."""
SILENCE_S, LONGEST_SILENCE_S = 30.0, 600.0
"""In a pipe, after so long without a line one is due: the wait doubles as far as the second."""


def show(
    events: Iterator[Event],
    heading: str = "",
    by_hand: CliInvocation | None = None,
    console: Console | None = None,
) -> bool:
    """Show long work on stderr while its events come in; whether there were any.

    `heading` stands before each stage's name. With `by_hand`, work that no job has started makes
    itself known as one; a job's own log says already what is done, so that nothing is added there.
    """
    console = console or Console(file=sys.stderr)
    if JOB_VARIABLE in os.environ:
        draw = _pass_over
    elif console.is_terminal and not console.is_dumb_terminal:
        draw = _draw_bars
    else:
        draw = _print_lines
    with closing(report_events(events, by_hand)) as news:
        return draw(news, heading, console)


def print_table(table: Table, *, narrow: bool = False) -> None:
    """Print a table on stdout, as wide as the terminal.

    In a pipe no cell is folded, however long it is, unless it is to be `narrow`: of 80 columns.
    """
    console = Console()
    if not (narrow or console.is_terminal):
        console = Console(width=10_000)
    console.print(table)


def print_wrapped(text: str, indent: int = 0, rest: int | None = None) -> None:
    """Print a text on stdout in lines of whole words, as wide as the terminal, 80 in a pipe.

    Its lines are indented by so many columns, those after the first by `rest` if that is given.
    """
    first, others = " " * indent, " " * (indent if rest is None else rest)
    width = Console().width
    print(textwrap.fill(text, width, initial_indent=first, subsequent_indent=others))


def short_path(path: Path | str) -> str:
    """A path as one would type it: from the current folder, or else from home.

    >>> short_path("books/kite"), short_path(Path.cwd() / "books" / "kite")
    ('books/kite', 'books/kite')
    """
    whole = Path(path)
    for start, shown in ((Path.cwd(), ""), (Path.home(), "~/")):
        if whole.is_relative_to(start) and whole != start:
            return f"{shown}{whole.relative_to(start).as_posix()}"
    return str(path)


def plain_lines(
    events: Iterator[Event], heading: str = "", clock: Callable[[], float] = time.monotonic
) -> Iterator[str]:
    """A line for each stage as it ends, where no bar can be drawn; `clock` gives seconds.

    A stage that takes long says how far it is after `SILENCE_S`, and then ever more seldom. Of
    those that take turns, each has its line when all of them have come to an end.
    """
    unsaid: dict[str, Event | None] = {}
    said_at, silence = clock(), SILENCE_S
    stage = None
    for event in events:
        if event.stage != stage and not {event.stage, stage} <= TAKE_TURNS:
            yield from (heading + _end_of(each) for each in unsaid.values() if each)
            unsaid.clear()
            said_at, silence = clock(), SILENCE_S
            unsaid[event.stage] = event
        elif clock() - said_at >= silence:
            yield heading + line_of(event)
            unsaid[event.stage] = None
            said_at, silence = clock(), min(2 * silence, LONGEST_SILENCE_S)
        else:
            unsaid[event.stage] = event
        stage = event.stage
    yield from (heading + _end_of(each) for each in unsaid.values() if each)


def _end_of(event: Event) -> str:
    """The line of a stage's last event; what is said of its last page alone is left out."""
    return line_of(event if event.page is None else event.but(page=None, note=""))


def shortened(note: str, room: int) -> str:
    """As many whole words of a note as fit into `room` columns, and dots if that is not all.

    >>> shortened("page 3: she is running", 16), shortened("page 3", 6), shortened("running", 4)
    ('page 3: she is…', 'page 3', '')
    """
    note = " ".join(note.split())
    if Text(note).cell_len <= room:
        return note
    words = note.split(" ")
    while words and Text(" ".join(words)).cell_len + 1 > room:
        words.pop()
    return f"{' '.join(words).rstrip(',;:')}…" if words else ""


def _pass_over(news: Iterator[Event], heading: str, console: Console) -> bool:
    return sum(1 for _ in news) > 0


def _print_lines(news: Iterator[Event], heading: str, console: Console) -> bool:
    any_came = False
    for line in plain_lines(news, heading):
        any_came = True
        print(line, file=console.file, flush=True)
    return any_came


def _draw_bars(news: Iterator[Event], heading: str, console: Console) -> bool:
    bars: dict[str, int] = {}
    with Progress(*_columns(console.width), console=console) as progress:
        for event in news:
            if event.stage not in bars:
                name = f"{heading}{event.stage}"
                bars[event.stage] = progress.add_task(name, total=event.total, note="")
            page = "" if event.page is None else f"page {event.page}: "
            progress.update(
                bars[event.stage],
                completed=event.done,
                total=event.total,
                note=f"{page}{event.note}",
            )
    return bool(bars)


def _columns(width: int) -> list[ProgressColumn]:
    """What stands in a line of so many columns; the note takes what the others leave."""
    bar = next((size for least, size in BARS if width >= least), 0)
    columns: list[ProgressColumn] = [TextColumn("{task.description}", markup=False)]
    columns += [BarColumn(bar_width=bar)] if bar else []
    columns += [_Count(), TimeElapsedColumn()]
    taken = bar + TIME_WIDTH + 2
    if width >= LEFT_FROM:
        columns.append(_Left())
        taken += TIME_WIDTH + 6
    return [*columns, _Note(width - taken - len(columns))]


class _Count(ProgressColumn):
    """How much is done: by number where that is short, else in per cent."""

    def render(self, task: Task) -> Text:
        return Text(_count(task), style="progress.download", justify="right")


class _Left(TimeRemainingColumn):
    """The time that is left, said as such; nothing once all is done."""

    max_refresh = 0.5

    def render(self, task: Task) -> Text:
        if task.finished or task.time_remaining is None:
            return Text(" " * (TIME_WIDTH + 5))
        return Text.assemble(super().render(task), (" left", "progress.remaining"))


class _Note(ProgressColumn):
    """As many words of the note as fit beside names and counts."""

    def __init__(self, room: int) -> None:
        super().__init__()
        self._room = room
        self._name = self._counted = 0

    def render(self, task: Task) -> Text:
        self._name = max(self._name, len(task.description))
        self._counted = max(self._counted, len(_count(task)))
        room = self._room - self._name - self._counted
        return Text(shortened(task.fields["note"], room), style="dim", no_wrap=True)


def _count(task: Task) -> str:
    total = task.total or 0
    if total > 9999:
        return f"{task.percentage:.0f}%"
    return f"{task.completed:.0f}/{total:.0f}"
