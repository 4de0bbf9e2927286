"""`storybook status` and `accept`: how far a book is, and what it could not keep."""

from collections.abc import Sequence
from pathlib import Path

from storybook.authoring.history import step
from storybook.authoring.status import status as status_of
from storybook.book.folder import Book
from storybook.cli.departures import tell_departures
from storybook.cli.options import Parser, add_studio, runs
from storybook.studio import departures
from storybook.studio.studio import Studio


def declare_status(parser: Parser) -> None:
    runs(
        parser,
        status,
        """
  storybook status books/kite
  storybook status books/kite --json
""",
    )
    add_studio(parser)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--json", action="store_true", help="see docs/command-line.md")


def status(folder: Path, json: bool, studio: Studio) -> None:
    """How far a book is, for people or as JSON."""
    book = Book(folder)
    if json:
        print(status_of(book, studio).model_dump_json(indent=2))
    else:
        tell_book(book, studio)


def tell_book(book: Book, studio: Studio) -> None:
    """How far a book is, verb by verb, and what it could not keep."""
    now = status_of(book, studio)
    drawn = sum(page.pick is not None for page in now.page_status)
    print(
        f"{now.title or 'Not yet titled'} ({now.folder}): "
        f"{drawn} of {now.pages + 1} pictures chosen"
    )
    for one in now.verbs:
        more = f", {one.to_make} to make" if one.to_make else ""
        print(f"  {one.verb:9} {one.state}{more}")
    print(f"  {book.folder / now.pdf}" if now.pdf else "  no PDF yet")
    tell_departures(book, now.departures)


def declare_accept(parser: Parser) -> None:
    runs(
        parser,
        accept,
        """
  storybook accept books/kite                      all of it is fine
  storybook accept books/kite 2 3                  lines 2 and 3 of `storybook status`
  storybook accept books/kite 2 --undo
""",
    )
    add_studio(parser)
    parser.add_argument("folder", type=Path)
    parser.add_argument("number", type=int, nargs="*", help="as status counts; all without one")
    parser.add_argument("--undo", action="store_true", help="say that it is not fine after all")


def accept(folder: Path, number: Sequence[int], undo: bool, studio: Studio) -> None:
    """Say of what a book could not keep that it is fine, or is not after all."""
    book, fine = Book(folder), not undo
    with step(book, "Said to be fine" if fine else "Not fine after all"):
        accepted = departures.accept(book, studio, number, fine=fine)
    if not accepted and not departures.listed(book, studio):
        print(f"Nothing was changed: there is nothing that {book.folder} could not keep.")
        return
    for each in accepted:
        print(f"{'Fine' if fine else 'Not fine after all'}: {each.text}")
    if not accepted:
        print(f"Nothing was changed: it was {'' if fine else 'not '}accepted before.")


DECLARE = {"status": declare_status, "accept": declare_accept}
