"""`storybook export-epub`: a book for e-readers."""

from pathlib import Path

from storybook.authoring.export_epub import export_epub
from storybook.book.folder import Book
from storybook.cli.options import Parser, add_studio, runs
from storybook.files import in_bytes, write_whole
from storybook.studio.studio import Studio


def declare_export_epub(parser: Parser) -> None:
    runs(
        parser,
        write_epubs,
        """
  storybook export-epub books/kite                 two files beside the book's PDF
  storybook export-epub books/kite --to reader/    or in a folder
  storybook narrate books/kite                     first: then both read aloud
""",
    )
    add_studio(parser)
    parser.add_argument("folder", type=Path, metavar="BOOK")
    parser.add_argument(
        "--to",
        type=Path,
        metavar="FOLDER_OR_FILE",
        help="where to (default: beside the book's PDF)",
    )
    parser.add_argument("--silent", action="store_true", help="leave out what narrate has made")


def write_epubs(folder: Path, to: Path | None, silent: bool, studio: Studio) -> None:
    """Both editions: pages as they look in print, and a text that flows."""
    book = Book(folder)
    fixed = to or book.pdf.with_suffix(".epub")
    if fixed.suffix != ".epub":
        fixed = fixed / f"{book.pdf.stem}.epub"
    flowing = fixed.with_name(f"{fixed.stem}-flowing.epub")
    editions = export_epub(book, studio, aloud=not silent)
    for path, data, says in (
        (fixed, editions.fixed, "pages as they look in print"),
        (flowing, editions.flowing, "text that flows, for large letters and screen readers"),
    ):
        write_whole(path, data)
        print(f"{path} ({in_bytes(len(data))}): {says}")


DECLARE = {"export-epub": declare_export_epub}
