"""`storybook pick`, `reroll` and `retell`: what changes one page of a book."""

from collections.abc import Sequence
from itertools import chain
from pathlib import Path

from storybook.authoring import edits
from storybook.authoring.retell import retell as retold
from storybook.book.folder import Book
from storybook.cli.books import make_up
from storybook.cli.departures import tell_departures
from storybook.cli.options import Parser, add_page, add_studio, runs, show_work
from storybook.make import follow, make
from storybook.studio.departures import listed
from storybook.studio.studio import Studio


def declare_pick(parser: Parser) -> None:
    runs(
        parser,
        pick,
        """
  storybook pick books/kite 3 92e0577e42aa         pages/03/92e0577e42aa.png
  storybook pick books/kite 0 4d5db27ce1ff         the cover
""",
    )
    add_page(parser)
    parser.add_argument("candidate", metavar="CANDIDATE_ID", help="file name without .png")


def pick(folder: Path, page: int, candidate: str) -> None:
    book = Book(folder)
    edits.pick(book, page, candidate)
    print(f"Page {page} keeps {candidate}.")
    _tell_next(book)


def declare_reroll(parser: Parser) -> None:
    runs(
        parser,
        reroll,
        """
  storybook reroll books/kite 3                    four new pictures for page 3
  storybook reroll books/kite 0 --count 8          eight for the cover
""",
        works=True,
    )
    add_studio(parser)
    add_page(parser)
    parser.add_argument("--count", type=int, default=4, help="how many, 1 to 64 (default: 4)")


def reroll(folder: Path, page: int, count: int, studio: Studio, arguments: Sequence[str]) -> None:
    book = Book(folder)
    edits.reroll(book, studio, page, count)
    make_up(book, studio, "choose", arguments)
    chosen = book.pick(page)
    if chosen and chosen.by == "author":
        print(f"Page {page} keeps the picture that you picked; choose another with: storybook pick")
    _tell_next(book)


def declare_retell(parser: Parser) -> None:
    runs(
        parser,
        retell,
        """
  storybook retell books/kite 3 --seed 7
""",
        works=True,
    )
    add_studio(parser)
    add_page(parser, "page number, from 1")
    parser.add_argument("--seed", type=int, default=1, help="another number is another text")


def retell(folder: Path, page: int, seed: int, studio: Studio, arguments: Sequence[str]) -> None:
    book = Book(folder)
    retelling = retold(book, studio, page, seed=seed)
    events = chain(retelling, follow(make(book, studio, "choose"), book, studio))  # one job
    show_work(events, arguments, book.folder, studio.settings.device)
    tell_departures(book, listed(book, studio))
    _tell_next(book)


def _tell_next(book: Book) -> None:
    """That what was changed is not in the PDF yet."""
    print(f"Bring the book up to date with: storybook make {book.folder}")


DECLARE = {"pick": declare_pick, "reroll": declare_reroll, "retell": declare_retell}
