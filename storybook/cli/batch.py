"""`storybook batch`: many books from a list of orders."""

from collections.abc import Sequence
from pathlib import Path

from storybook.cli.options import Parser, add_on, add_studio, runs, show_work
from storybook.cluster.batch import batch_on
from storybook.cluster.connect import check_on
from storybook.config import load_settings
from storybook.orders.batch import batch, in_words, table_of
from storybook.orders.reading import read_orders
from storybook.orders.table import OrderTable
from storybook.studio.open_models import OpenModels

SHOWN = 20
"""So many orders that were not made are printed; the table has all."""


def declare(parser: Parser) -> None:
    runs(
        parser,
        make_orders,
        """
  storybook batch examples/class-of-thirty.csv --out books/class
  storybook batch orders.jsonl --out books --studio classic
  storybook batch orders.csv --on ray --workers 2        on a cluster: docs/scale.md
""",
        works=True,
    )
    add_studio(parser, opened=False)
    parser.add_argument("orders", type=Path, help="a .csv or .jsonl with an order to a line")
    parser.add_argument(
        "--out", type=Path, default=Path("books"), help="where the books go (default: books)"
    )
    add_on(parser)
    parser.add_argument("--check", action="store_true", help="only say which orders are bad")


def make_orders(
    orders: Path,
    out: Path,
    check: bool,
    on: str | None,
    workers: int | None,
    studio: str | None,
    changes: Sequence[str],
    arguments: Sequence[str],
) -> int:
    """Make what the list orders; returns 0 if all of it is made, else 2."""
    settings = load_settings(studio, changes)
    listed = read_orders(orders, settings.write)
    path = table_of(orders, out)
    table = OrderTable(path, listed)
    if not check:
        if on:
            how = {"studio": studio, "changes": tuple(changes), "workers": workers}
            work = batch_on(check_on(on), listed, table, **how)
        else:
            work = batch(listed, table, OpenModels(settings))
        show_work(work, arguments, path, settings.device)
    return report(table, made=not check)


def report(table: OrderTable, *, made: bool) -> int:
    """Print what came of the orders, and of which nothing came; returns the exit code."""
    rows = table.rows.values()
    bad = [row for row in rows if row.state in ("failed", "refused")]
    spent = sum(row.seconds for row in rows)
    pictures = sum(row.pictures for row in rows)
    print(f"{len(rows)} orders: {in_words(table)}. {pictures} pictures in {spent:.0f} s.")
    for row in bad[:SHOWN]:
        print(f"  order {row.order} ({row.book}) {row.state}: {row.why}")
    if len(bad) > SHOWN:
        print(f"  and {len(bad) - SHOWN} more.")
    if made:
        print(table.path)
    return 2 if bad else 0


DECLARE = {"batch": declare}
