"""The table of a list: how each of its orders stands, as a CSV that any spreadsheet opens."""

import csv
import io
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from storybook.errors import BookError
from storybook.files import write_whole
from storybook.locks import try_lock
from storybook.orders.reading import Order
from storybook.records import Record

OrderStatus = Literal["waiting", "making", "made", "failed", "refused"]
"""`refused` are orders that cannot be made as they are; `failed` ones are tried again."""
EVERY_S = 2.0
"""A table of many rows is written anew at most so often, and at the end."""
RESTS = 20.0
"""And not before so many times as long as writing it took: a million rows take seconds."""


class OrderRow(Record):
    """An order as the table shows it."""

    order: int
    book: str
    state: OrderStatus = "waiting"
    title: str = ""
    pictures: int = 0
    """Pictures that were drawn for it, in all tries at making it."""
    seconds: float = 0.0
    """That were spent on it, in all tries."""
    why: str = ""
    """What went wrong, in one line."""


class OrderTable:
    """The rows of all orders of a list, kept at `path`."""

    def __init__(self, path: Path, orders: Sequence[Order]) -> None:
        """What an earlier run wrote of the same books is taken over."""
        self.path = path
        before = {row.book: row for row in _rows_in(path)}
        self.rows = {order.number: _begin(order, before.get(order.name)) for order in orders}
        self._due = 0.0

    def set(self, row: OrderRow) -> None:
        """Put a row in its place."""
        self.rows[row.order] = row
        if time.monotonic() >= self._due:
            self.write()

    def write(self) -> None:
        """Write the whole table to the disk. Raises OSError."""
        began, text = time.monotonic(), io.StringIO(newline="")
        rows = csv.DictWriter(text, list(OrderRow.model_fields))
        rows.writeheader()
        rows.writerows(_cells(row) for row in self.rows.values())
        write_whole(self.path, text.getvalue().encode("utf-8-sig"))  # the mark is for spreadsheets
        ended = time.monotonic()
        self._due = ended + max(EVERY_S, RESTS * (ended - began))

    def count(self, *states: OrderStatus) -> int:
        """How many orders stand so."""
        return sum(row.state in states for row in self.rows.values())


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Hold a table while its orders are made; raises BookError if another process does."""
    lock = path.with_name(f".{path.name}.lock")
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("ab") as file:
        if not try_lock(file):
            raise BookError(f"{path}: these orders are being made already. Wait, or stop that run.")
        yield


def _begin(order: Order, before: OrderRow | None) -> OrderRow:
    if order.brief is None:
        return OrderRow(order=order.number, book=order.name, state="refused", why=order.fault)
    row = (
        before.but(order=order.number) if before else OrderRow(order=order.number, book=order.name)
    )
    return row if row.state == "made" else row.but(state="waiting", why="")


def _cells(row: OrderRow) -> dict[str, object]:
    """A row as cells; none begins like a formula, which a spreadsheet would work out."""
    cells = row.model_dump() | {"seconds": round(row.seconds, 1)}
    return {
        name: f"'{cell}" if isinstance(cell, str) and cell[:1] in ("=", "+", "-", "@") else cell
        for name, cell in cells.items()
    }


def _rows_in(path: Path) -> Iterator[OrderRow]:
    """The rows of a table on the disk; what cannot be read is passed over."""
    try:
        text = path.read_text(encoding="utf-8-sig")
        for cells in csv.DictReader(io.StringIO(text, newline="")):
            try:
                yield OrderRow.model_validate(cells)
            except ValidationError:
                continue
    except (OSError, UnicodeDecodeError, csv.Error):
        return
