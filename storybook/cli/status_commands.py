"""What `storybook status` does: how far a book is. Front end only."""

from argparse import Namespace

from storybook.authoring.status import status as status_of
from storybook.book.folder import Book
from storybook.cli.departure_commands import tell_departures
from storybook.config import load_settings
from storybook.studio.studio import Studio


def status(options: Namespace) -> None:
    """How far a book is, for people or as JSON."""
    book, studio = Book(options.folder), Studio(load_settings(options.studio, options.set))
    if options.json:
        print(status_of(book, studio).model_dump_json(indent=2))
    else:
        tell_book(book, studio)


def tell_book(book: Book, studio: Studio) -> None:
    """How far a book is, verb by verb, and what it could not keep."""
    now = status_of(book, studio)
    drawn = sum(page.pick is not None for page in now.page_status)
    print(f"{now.title or 'Not yet titled'} ({now.folder}): "
          f"{drawn} of {now.pages + 1} pictures chosen")  # fmt: skip
    for one in now.verbs:
        more = f", {one.to_make} to make" if one.to_make else ""
        print(f"  {one.verb:9} {one.state}{more}")
    print(f"  {book.folder / now.pdf}" if now.pdf else "  no PDF yet")
    tell_departures(book, now.departures)
