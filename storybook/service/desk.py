"""Takes orders for books and says how they stand; the queue are the folders of jobs.

An order is a book on the shelf, and a job that makes it. The job's folder is there before the order
is confirmed, and until its turn comes nobody runs it: so many orders take no more memory than one,
and a service that is started again goes on with them.
"""

from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from threading import Event as Bell
from threading import Lock, Thread
from typing import Any, Literal

from storybook.authoring.new_book import begin
from storybook.book.folder import Book
from storybook.book.shelved import Shelved, read_shelved
from storybook.config import load_settings
from storybook.errors import BookError, JobError
from storybook.files import slug
from storybook.jobs import manager
from storybook.jobs.folder import (
    Job,
    JobState,
    is_alive,
    job_state,
    jobs_in,
    write_state,
    written_state,
)
from storybook.locks import try_lock
from storybook.orders.reading import asked_id, brief_of_order
from storybook.records import Record
from storybook.service.limits import SERVED

LOOK_S = 0.3
MOST_QUEUED = 1000

State = Literal["queued", "making", "made", "failed", "cancelled", "stopped"]
"""`stopped`: nobody makes it, and it is not finished; retry goes on."""
STATES: dict[str, State] = {"waiting": "queued", "running": "making", "done": "stopped"}


class QueueFull(JobError):
    """So many orders wait that no other is taken."""


class OrderState(Record):
    """How an order stands."""

    id: str
    """The book's folder on the shelf."""
    state: State
    title: str
    pages: int
    pictures: int
    """Chosen so far, of `pages` + 1."""
    stage: str = ""
    done: int = 0
    total: int = 0
    seconds_left: float | None = None
    """Of this stage, at its present pace."""
    error: str = ""
    files: tuple[str, ...] = ()
    """Paths in the book, once it is made."""


class OrderDesk:
    """One shelf of books and the queue of its orders; one process alone serves them."""

    def __init__(
        self, books: Path, jobs: Path, studio: str | None = None, changes: tuple[str, ...] = ()
    ) -> None:
        """Raises ConfigError if there is no such studio."""
        self.settings = load_settings(studio, changes)
        self.books, self.jobs = books, jobs
        options = ["--studio", studio] if studio else []
        self._options = (*options, *(word for change in changes for word in ("--set", change)))
        self._queue: deque[Job] = deque()
        self._taking, self._over = Lock(), Bell()

    @contextmanager
    def open(self) -> Iterator["OrderDesk"]:
        """Start the queue's jobs in their turn, as long as the `with` lasts.

        Those that were under way when a machine went down are gone on with. Raises JobError if
        another process serves this queue.
        """
        self.jobs.mkdir(parents=True, exist_ok=True)
        with (self.jobs / ".service").open("ab") as file:
            if not try_lock(file):
                raise JobError(f"{self.jobs} is served by another process already. Stop that one.")
            self._queue.extend(_left_over(self.jobs))
            worker = Thread(target=self._work, daemon=True)
            worker.start()
            try:
                yield self
            finally:
                self._over.set()
                worker.join()

    # Orders

    def take(self, row: Mapping[str, Any]) -> tuple[OrderState, bool]:
        """Take an order, as a row of a batch has it; its state, and whether it is a new one.

        With an id, the same order may be sent again, and is taken once. Raises what is wrong with
        it as a StorybookError, BookError if its id is that of another order, and QueueFull.
        """
        brief, name = brief_of_order(row, self.settings.write), asked_id(row)
        with self._taking:
            if name and (self.books / slug(name) / Book.BRIEF).exists():
                book = Book(self.books / slug(name))
                if book.brief != brief:
                    raise BookError(f"The id {name!r} is that of another order. Choose another.")
                if self._newest_job(book.folder.name) is not None:
                    return self.state(book.folder.name), False
            elif len(self._queue) >= MOST_QUEUED:
                raise QueueFull(f"{MOST_QUEUED} orders wait already. Come back later.")
            elif name:
                book = Book.create(self.books / slug(name), brief)
            else:
                book = begin(self.books, brief)
            self._queue.append(self._job(book))
        return self.state(book.folder.name), True

    def state(self, order: str) -> OrderState:
        """How an order stands; raises BookError if there is none of this id."""
        shelved, job = self._shelved(order), self._newest_job(order)
        now = job_state(job) if job else None
        state: State = "stopped"
        if now is not None and now.state != "done":
            state = STATES.get(now.state, now.state)
        elif shelved.finished:
            state = "made"
        far = manager.progress(job) if job and state == "making" else None
        progress = far.model_dump(include={"stage", "done", "total", "seconds_left"}) if far else {}
        return OrderState(
            id=order,
            state=state,
            title=shelved.title,
            pages=shelved.pages,
            pictures=shelved.picked,
            error=shelved.fault or (now.error if now else ""),
            files=self._files(order) if state == "made" else (),
            **progress,
        )

    def newest(self, most: int) -> list[OrderState]:
        """The orders that were asked for last, the newest first."""
        names = {}
        for job in jobs_in(self.jobs):
            if job.deferred and (name := self._order_of(job)):
                names[name] = None
                if len(names) >= most:
                    break
        return [self.state(name) for name in names]

    def cancel(self, order: str) -> OrderState:
        """Ask an order's job to stop; raises JobError if it has none that runs."""
        manager.cancel(self._job_of(order))
        return self.state(order)

    def retry(self, order: str) -> OrderState:
        """Go on with an order that failed or was stopped; raises JobError while it is made."""
        book = self.book(order)
        with self._taking:
            job = self._newest_job(order)
            if job and job_state(job).active:
                raise JobError(f"Order {order} is {self.state(order).state} already.")
            self._queue.append(self._job(book))
        return self.state(order)

    def log(self, order: str) -> str:
        """The last lines of what the order's job said."""
        return manager.tail(self._job_of(order))

    def book(self, order: str) -> Book:
        """An order's book, one step below the shelf; raises BookError if there is none."""
        if Path(order).name != order or order.startswith(".") or set("\\:\0") & set(order):
            raise BookError(f"There is no order {order!r:.80}.")
        try:
            return Book(self.books / order)
        except (BookError, OSError):
            raise BookError(f"There is no order {order!r:.80}.") from None

    def _shelved(self, order: str) -> Shelved:
        return read_shelved(self.book(order).folder, modified=0.0)

    def _files(self, order: str) -> tuple[str, ...]:
        folder = self.book(order).folder
        found = (path.relative_to(folder) for path in folder.rglob("*") if path.suffix in SERVED)
        names = (path.as_posix() for path in found if not path.parts[0].startswith("."))
        return tuple(sorted(name for name in names if not name.startswith("log/")))

    # Jobs

    def _job(self, book: Book) -> Job:
        """A job in the queue that makes a book; nobody runs it yet."""
        return manager.start(
            "storybook",
            ("make", str(book.folder), *self._options),
            f"Make {book.folder.name}",
            subject=str(book.folder),
            device=self.settings.device,
            root=self.jobs,
            deferred=True,
        )

    def _job_of(self, order: str) -> Job:
        self.book(order)
        job = self._newest_job(order)
        if job is None:
            raise JobError(f"Nothing is known of how {order} was made.")
        return job

    def _newest_job(self, order: str) -> Job | None:
        return next((job for job in jobs_in(self.jobs) if self._order_of(job) == order), None)

    def _order_of(self, job: Job) -> str | None:
        place = job.works_on
        return place.name if place and place.parent == self.books.resolve() else None

    def _work(self) -> None:
        """Start the oldest job of the queue whenever none that was started is under way."""
        running: Job | None = None
        while not self._over.wait(LOOK_S):
            while running is None or not job_state(running).active:
                with self._taking:
                    if not self._queue:
                        break
                    running = self._queue.popleft()
                manager.run_deferred(running)


def _left_over(root: Path) -> list[Job]:
    """The deferred jobs that an earlier service left, the oldest first.

    One that a machine took down with it is queued again; one whose runner lives is left alone.
    """
    left = []
    for job in reversed(jobs_in(root)):
        now = written_state(job)
        if job.deferred and now.active and not is_alive(job, now):
            if not job_state(job).active and job_state(job).state == "cancelled":
                continue
            write_state(job, JobState(state="queued"))
            left.append(job)
    return left
