"""Make the books of a list one after another, with models that stay open from book to book."""

import errno
import time
import tomllib
import traceback
from collections.abc import Iterator, Sequence
from pathlib import Path

import tomli_w

from storybook.book.folder import Book
from storybook.book.shelved import is_finished
from storybook.errors import BookError, ModelError, StorybookError, in_one_line
from storybook.files import write_whole
from storybook.make import follow, make
from storybook.orders.reading import Order
from storybook.orders.table import OrderRow, OrderTable, held
from storybook.records import Event
from storybook.studio.open_models import OpenModels
from storybook.studio.studio import Studio

STAGE = "batch"
NO_ROOM = (errno.ENOSPC, errno.EDQUOT)
BUG = "bug.txt"


def table_of(orders: Path, out: Path) -> Path:
    """Where the table of a list lies among its books."""
    return out / f"{orders.stem}.table.csv"


def batch(orders: Sequence[Order], table: OrderTable, studio: OpenModels) -> Iterator[Event]:
    """Make each order's book beside the table; what is made already is left alone.

    One that fails is told of in the table, and the next one is made. Raises OSError where the disk
    is full, since no other book would fare better.
    """
    todo = [order for order in orders if order.brief is not None]
    with held(table.path), studio:
        try:
            for done, order in enumerate(todo):
                yield from _make(order, table, studio, done, len(todo))
        finally:
            table.write()
    yield Event(stage=STAGE, done=len(todo), total=len(todo), note=in_words(table))


def _make(
    order: Order, table: OrderTable, studio: OpenModels, done: int, total: int
) -> Iterator[Event]:
    """One order's book, and its row."""
    row, began = table.rows[order.number], time.monotonic()
    pictures = 0
    try:
        book = begin_book(order, table.path.parent)
        if not is_made(book, studio):
            table.set(row.but(state="making"))
            for event in follow(make(book, studio), book, studio):
                pictures += is_picture(event)
                note = f"{order.name}: {event.stage} {event.done}/{event.total}"
                yield Event(stage=STAGE, done=done, total=total, note=note)
        row = row.but(state="made", title=title_of(book), why="")
    except (StorybookError, OSError) as fault:
        row = failed(row, fault)
        if isinstance(fault, ModelError):
            studio.close()  # such as one for which the memory was too small
        if isinstance(fault, OSError) and fault.errno in NO_ROOM:
            raise
    except Exception as fault:  # our own bug in one book must not cost a night's other books
        row = failed(row, fault, table.path.parent / order.name)
    finally:
        spent = row.seconds + time.monotonic() - began
        table.set(row.but(seconds=spent, pictures=row.pictures + pictures))


def begin_book(order: Order, out: Path) -> Book:
    """The order's book, begun if it is new. Raises BookError if its folder is another book."""
    folder = out / order.name
    if not (folder / Book.BRIEF).exists():
        return Book.create(folder, order.brief)
    book = Book(folder)
    if book.brief.but(finish=order.brief.finish) != order.brief:  # an earlier edition finished none
        raise BookError(
            f"{folder} is another book already: its {Book.BRIEF} asks for something else than the "
            "order. Delete it, or give the order another id."
        )
    return book


def is_made(book: Book, studio: Studio) -> bool:
    """Whether a book was finished by this very studio, and nothing in it was changed since."""
    if not book.path(Book.SCENES).is_file():
        return False
    try:
        then = tomllib.loads((book.log / "studio.toml").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    now = tomllib.loads(tomli_w.dumps(studio.settings.model_dump(exclude_none=True)))
    return then == now and is_finished(book, [scene.page for scene in book.scenes])


def failed(row: OrderRow, fault: Exception, folder: Path | None = None) -> OrderRow:
    """The row of an order that failed; a traceback of ours is kept in the book's `folder`."""
    if folder is None:
        return row.but(state="failed", why=in_one_line(fault))
    where = folder / "log" / BUG
    write_whole(where, "".join(traceback.format_exception(fault)).encode())
    says = f"{type(fault).__name__}: {in_one_line(fault)}"
    return row.but(state="failed", why=f"This is our own bug, please report {where}: {says}")


def is_picture(event: Event) -> bool:
    """Whether an event tells of a picture that was drawn."""
    return event.stage == "draw" and event.page is not None and event.done > 0


def title_of(book: Book) -> str:
    return book.brief.title or book.story.title


def in_words(table: OrderTable) -> str:
    """How many orders stand how, in a line."""
    counts = {state: table.count(state) for state in ("made", "failed", "refused")}
    waiting = table.count("waiting", "making")
    parts = [f"{count} {state}" for state, count in counts.items() if count or state == "made"]
    return ", ".join([*parts, *([f"{waiting} not begun"] if waiting else [])])
