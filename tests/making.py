"""A book that is made step by step, as far as a test lets it, while the studio looks on."""

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from app_states import laid_job

from books import doubles
from storybook.book.folder import Book
from storybook.events import event_log
from storybook.jobs.folder import EVENTS, Job, create_time_of, job_state, write_state
from storybook.make import follow, make
from storybook.records import Event


class Making:
    """A job that goes on when it is told to."""

    def __init__(self, book: Book, job: Job, events: Iterator[Event]) -> None:
        self.book, self.job, self._events = book, job, events

    def until(self, stage: str, page: int) -> None:
        """Go on up to an event of a verb about a page."""
        with event_log(self.job.folder / EVENTS) as write:
            for event in self._events:
                write(event)
                if (event.stage, event.page) == (stage, page):
                    return
        raise AssertionError(f"{stage} never came to page {page}")

    def to_the_end(self) -> None:
        """Make all that is left, and say so."""
        with event_log(self.job.folder / EVENTS) as write:
            for event in self._events:
                write(event)
        write_state(self.job, job_state(self.job).but(state="done"))


@contextmanager
def being_made(home: Path, book: Book) -> Iterator[Making]:
    """A job of `home` that makes a new book with the doubles, and has done nothing yet."""
    studio = doubles()
    born = create_time_of(os.getpid())  # by which one that beats no heart is known to live
    job, lock = laid_job(home, "running", str(book.folder.resolve()), create_time=born)
    (job.folder / EVENTS).write_bytes(b"")
    with lock, closing(follow(make(book, studio), book, studio)) as events:
        yield Making(book, job, events)
