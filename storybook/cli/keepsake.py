"""`storybook keepsake`: a colouring book, a poster and the like of a finished book."""

from datetime import date
from pathlib import Path

from storybook.authoring.keepsakes import (
    KINDS,
    KeepsakeOptions,
    Kind,
    check,
    make_keepsake,
    path_of,
)
from storybook.book.folder import Book
from storybook.cli.options import Parser, add_studio, runs
from storybook.files import in_bytes
from storybook.press.sheets import PAPERS
from storybook.studio.studio import Studio

KINDS_SAID = "; ".join(f"{kind}: {says}" for kind, says in KINDS.items())


def declare_keepsake(parser: Parser) -> None:
    runs(
        parser,
        make_one,
        """
  storybook keepsake books/kite colouring
  storybook keepsake books/kite poster --paper a2
  storybook keepsake books/kite calendar --year 2027
  storybook keepsake books/kite video --to film.mp4
""",
    )
    add_studio(parser)
    parser.add_argument("folder", type=Path, metavar="BOOK")
    parser.add_argument("kind", choices=KINDS, metavar="KEEPSAKE", help=KINDS_SAID)
    parser.add_argument(
        "--to",
        type=Path,
        metavar="FILE_OR_FOLDER",
        help="where to (default: beside the book's PDF)",
    )
    parser.add_argument(
        "--paper", help=f"what it is printed on: {', '.join(PAPERS)} (default: by its kind)"
    )
    parser.add_argument("--year", type=int, help="of a calendar (default: the next one)")


def make_one(
    folder: Path, kind: Kind, to: Path | None, paper: str | None, year: int | None, studio: Studio
) -> None:
    if kind == "calendar" and year is None:
        year = date.today().year + 1
    wanted = KeepsakeOptions(kind, paper, year)
    check(wanted)
    book = Book(folder)
    path = to or path_of(book, wanted)
    if path.is_dir() or not path.suffix:
        path = path / path_of(book, wanted).name
    make_keepsake(book, studio, wanted, path)
    print(f"{path} ({in_bytes(path.stat().st_size)}): {KINDS[kind]}")


DECLARE = {"keepsake": declare_keepsake}
