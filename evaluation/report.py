"""The report: what was found, beside what was aimed at, in the terminal and as a page."""

import textwrap
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from rich.console import Console
from rich.table import Table as Grid

from evaluation.records import MetricRow, MetricTable, PartResult
from storybook.files import write_whole
from training.starter.cards import machine

REPORT, NOTES = "evaluation.md", "evaluation-notes.md"
INTRODUCTION = """\
Made by `make evaluate`, on nothing that any model has learnt from. All seeds are fixed: on the same
machine, with the same versions and as many threads, it gives the same figures again. A figure that
does not reach its aim is marked with ✗, one that does with ✓; shares are in [0, 1].
"""


def save_part(folder: Path, name: str, part: PartResult) -> None:
    """Keep what a part found, so that parts can be evaluated one by one."""
    write_whole(folder / f"{name}.json", (part.model_dump_json(indent=1) + "\n").encode())


def kept_parts(folder: Path, names: Iterable[str]) -> dict[str, PartResult]:
    """What the parts found that have been evaluated so far."""
    paths = {name: folder / f"{name}.json" for name in names}
    return {
        name: PartResult.model_validate_json(path.read_bytes())
        for name, path in paths.items()
        if path.is_file()
    }


def print_parts(parts: Mapping[str, PartResult], console: Console) -> None:
    """Print every table."""
    for part in parts.values():
        for table in part.tables:
            grid = Grid("", *table.columns, "aim", title=f"{part.title}: {table.title}")
            for row in table.rows:
                grid.add_row(row.what, *_cells(row, table), _aim(row))
            console.print(grid)


def write_report(parts: Mapping[str, PartResult], out: Path, models: Mapping[str, str]) -> Path:
    """Write the page; notes that somebody wrote beside it are taken in as they stand."""
    path = out / REPORT
    write_whole(path, "\n".join(_page(parts, models, out)).encode())
    return path


def _page(parts: Mapping[str, PartResult], models: Mapping[str, str], out: Path) -> Iterator[str]:
    yield "# How good the models are\n"
    yield INTRODUCTION
    names = ", ".join(f"{door} `{name}`" for door, name in models.items())
    yield f"{_wrapped(f'Models: {names}. Measured on {machine()}.')}\n"
    for part in parts.values():
        yield f"## {part.title}\n"
        for table in part.tables:
            yield f"### {table.title}\n"
            yield from _markdown(table)
            yield f"\n{_wrapped(table.meaning)}\n"
        yield from (f"![{part.title}: {name}]({name})\n" for name in part.sheets)
        if part.examples:
            yield "What went wrong, as it stands:\n"
            yield from (_wrapped(f"- {example}") for example in part.examples)
            yield ""
    yield "## What is still weak\n"
    weak = list(map(_wrapped, _weak(parts)))
    yield from (weak or ["- Every aim is reached."])
    notes = out / NOTES
    if notes.is_file():
        yield f"\n{notes.read_text(encoding='utf-8').strip()}"
    yield ""


def _wrapped(text: str) -> str:
    """A paragraph, or an entry of a list, in lines of at most 100 columns."""
    indent = "  " if text.startswith("- ") else ""
    return textwrap.fill(
        text, 100, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )


def _markdown(table: MetricTable) -> Iterator[str]:
    heads = ["", *table.columns, "aim"]
    yield f"| {' | '.join(heads)} |"
    yield f"|{'---|' * len(heads)}"
    for row in table.rows:
        yield f"| {' | '.join([row.what, *_cells(row, table), _aim(row)])} |"


def _cells(row: MetricRow, table: MetricTable) -> Iterator[str]:
    for column, value in enumerate(row.values):
        if value is None:
            yield "–"
        elif row.aim is None or column not in table.aimed:
            yield _figure(value)
        else:
            yield f"{_figure(value)} {'✓' if row.reaches(value) else '✗'}"


def _aim(row: MetricRow) -> str:
    if row.aim is None:
        return ""
    return f"{'at most' if row.at_most else 'at least'} {row.aim:g}"


def _weak(parts: Mapping[str, PartResult]) -> Iterator[str]:
    """Every aim that was missed, with the figure reached."""
    for part in parts.values():
        for table in part.tables:
            for row in table.rows:
                missed = [
                    f"{_figure(value)} ({table.columns[column]})"
                    for column, value in enumerate(row.values)
                    if column in table.aimed and value is not None and not row.reaches(value)
                ]
                if missed:
                    yield f"- {part.title}, {row.what}: {', '.join(missed)}; aim {_aim(row)}."


def _figure(value: float) -> str:
    return f"{value:.3f}" if abs(value) < 10 else f"{value:.1f}"
