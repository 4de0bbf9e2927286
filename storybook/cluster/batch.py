"""Make the books of a list on a cluster: books and pages are pieces, and folders are the merge."""

import os
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from secrets import token_hex

from storybook.book.folder import Book
from storybook.cluster.connect import cluster, is_own
from storybook.cluster.maker import Maker, Piece, WorkPlace, files_of, put_files
from storybook.cluster.team import Result, Team
from storybook.config import load_settings
from storybook.errors import StorybookError
from storybook.events import events_in
from storybook.orders.batch import (
    STAGE,
    begin_book,
    failed,
    in_words,
    is_made,
    is_picture,
    title_of,
)
from storybook.orders.reading import Order
from storybook.orders.table import OrderTable, held
from storybook.records import Event
from storybook.studio.studio import Studio


@dataclass
class Making:
    """A book that is being made."""

    order: Order
    pieces: deque[Piece]
    """Those that may be worked on now."""
    then: list[list[Piece]] = field(default_factory=list)
    """Those that have to wait, in turn."""
    running: int = 0
    seconds: float = 0.0


def batch_on(
    on: str,
    orders: Sequence[Order],
    table: OrderTable,
    *,
    studio: str | None,
    changes: tuple[str, ...],
    workers: int | None = None,
) -> Iterator[Event]:
    """Make each order's book by the workers of a cluster; else as `orders.batch.batch`.

    There is a worker for each GPU of the cluster, or else for each core, unless `workers` says how
    many. Raises ConfigError if there is no cluster, JobError if no worker has room on its disk.
    """
    settings = load_settings(studio, changes)
    with held(table.path):
        opened = Studio(settings)
        todo = [order for order in orders if _is_due(order, table, opened)]
        try:
            if todo:
                with cluster(on, workers) as resources, _sign(table.path.parent) as sign:
                    place = _place(table.path.parent, sign, studio, changes, todo)
                    gpus = int(resources.get("GPU", 0)) if settings.device != "cpu" else 0
                    size = min(workers or gpus or int(resources.get("CPU", 1)), _pages(todo))
                    team = Team(Maker, (place,), size, gpus=float(bool(gpus)))
                    yield from Foreman(team, todo, table, sends=not is_own(on)).work()
        finally:
            table.write()
    yield Event(stage=STAGE, done=len(todo), total=len(todo), note=in_words(table))


def _pages(orders: Sequence[Order]) -> int:
    """Pictures of all books, which is as many workers as there is work for."""
    return sum(order.brief.pages + 1 for order in orders)


class Foreman:
    """Cuts books into pieces for a team, and puts together what comes back."""

    def __init__(
        self, team: Team, todo: Sequence[Order], table: OrderTable, *, sends: bool
    ) -> None:
        """With `sends`, pieces bring the book's files along, for workers who do not see them."""
        self.team, self.table, self.sends = team, table, sends
        self.waiting, self.total = deque(todo), len(todo)
        self.making: dict[str, Making] = {}
        self.done = 0

    def work(self) -> Iterator[Event]:
        """Make all books; an event for each piece that comes back."""
        for result in self.team.work(self._pieces()):
            self._take(self.making[result.piece.book], result)
            note = f"{result.piece.book}: {result.fault or 'done'}"
            yield Event(stage=STAGE, done=self.done, total=self.total, note=note)
        if note := self._mishaps():
            yield Event(stage=STAGE, done=self.done, total=self.total, note=note)

    def _pieces(self) -> Iterator[Piece | None]:
        """The next piece each time, None where nothing can be begun until something is done."""
        while self.waiting or self.making:
            yield self._next()

    def _next(self) -> Piece | None:
        begun = next((each for each in self.making.values() if each.pieces), None)
        if begun is None and self.waiting:
            order = self.waiting.popleft()
            begun = self.making[order.name] = Making(order, deque(), self._cut(order))
            begun.pieces.extend(begun.then.pop(0))
            self.table.set(self.table.rows[order.number].but(state="making"))
        if begun is None:
            return None
        begun.running += 1
        piece = begun.pieces.popleft()
        if not self.sends:
            return piece
        return piece.but(files=files_of(self.table.path.parent / piece.book))

    def _cut(self, order: Order) -> list[list[Piece]]:
        """A book is one piece while there are as many as workers; the last ones are shared."""
        name, open_books = order.name, len(self.waiting) + len(self.making) + 1
        parts = min(order.brief.pages + 1, self.team.size // open_books)
        if parts < 2:
            return [[Piece(book=name)]]
        pages = [Piece(book=name, pages=f"{at}/{parts}") for at in range(1, parts + 1)]
        return [[Piece(book=name, until="describe")], pages, [Piece(book=name)]]

    def _take(self, making: Making, result: Result) -> None:
        """Keep what a worker made, and go on with the book, or end it."""
        order, row = making.order, self.table.rows[making.order.number]
        folder = self.table.path.parent / order.name
        making.running -= 1
        if result.done:
            making.seconds += result.done.seconds
            put_files(folder, result.done.files)
        if result.fault:
            making.pieces.clear()
            making.then.clear()
            row = row.but(state="failed", why=result.fault)
        if not making.pieces and not making.running and making.then:
            making.pieces.extend(making.then.pop(0))
        if making.pieces or making.running:
            self.table.set(row)
            return
        del self.making[order.name]
        self.done += 1
        if row.state != "failed":
            row = row.but(state="made", title=title_of(Book(folder)), why="")
        drawn = pictures_drawn(Book(folder))
        self.table.set(row.but(seconds=row.seconds + making.seconds, pictures=drawn))

    def _mishaps(self) -> str:
        """What happened to workers, in a line; empty if nothing did."""
        parts = []
        if self.team.restarts:
            parts.append(f"{self.team.restarts} workers died and were started anew")
        if self.team.retired:
            parts.append(f"the disk was full on {', '.join(sorted(set(self.team.retired)))}")
        return "; ".join(parts)


def pictures_drawn(book: Book) -> int:
    """How many pictures were ever drawn for a book, by its logs; one drawn twice counts twice."""
    return sum(is_picture(event) for log in book.log.glob("*.jsonl") for event in events_in(log))


def _is_due(order: Order, table: OrderTable, studio: Studio) -> bool:
    """Whether an order's book is to be made; it is begun, and what stands in its way told of."""
    if order.brief is None:
        return False
    row = table.rows[order.number]
    try:
        book = begin_book(order, table.path.parent)
        if not is_made(book, studio):
            return True
        table.rows[order.number] = row.but(state="made", title=title_of(book), why="")
    except (StorybookError, OSError) as fault:
        table.rows[order.number] = failed(row, fault)
    return False


@contextmanager
def _sign(books: Path) -> Iterator[str]:
    """A file among the books by which workers know whether they see them."""
    path = books / f".{token_hex(8)}.sign"
    path.touch()
    try:
        yield path.name
    finally:
        path.unlink(missing_ok=True)


def _place(
    books: Path, sign: str, studio: str | None, changes: tuple[str, ...], orders: Sequence[Order]
) -> WorkPlace:
    files = {}
    for hero in sorted({hero for order in orders for hero in order.brief.heroes}):
        found = files_of(Path("heroes") / hero)
        files |= {f"heroes/{hero}/{name}": data for name, data in found.items()}
    named = Path(studio or "studio.toml")
    if named.suffix == ".toml" and named.is_file():
        files[named.name] = named.read_bytes()
        studio = named.name if studio else None
    return WorkPlace(
        folder=os.getcwd(),
        books=str(books.resolve()),
        sign=sign,
        studio=studio,
        changes=changes,
        files=files,
    )
