"""`storybook narrate`: a book is read aloud into files of sound."""

from collections.abc import Sequence
from pathlib import Path

from storybook.authoring.narrate import narrate, whole_of
from storybook.book.folder import Book
from storybook.cli.options import Parser, runs, show_work
from storybook.files import in_bytes
from storybook.models.voices import open_voice


def declare_narrate(parser: Parser) -> None:
    runs(
        parser,
        narrate_book,
        """
  storybook narrate books/kite                     by the voice that is there
  storybook narrate books/kite --voice voices/amy  a Piper voice: a folder, or its .onnx
  storybook narrate books/kite --voice espeak-ng
""",
        works=True,
    )
    parser.add_argument("folder", type=Path, metavar="BOOK")
    parser.add_argument(
        "--voice",
        metavar="FOLDER_OR_FILE",
        help="a Piper voice, or espeak-ng (default: the one that was fetched, else espeak-ng)",
    )


def narrate_book(folder: Path, voice: str | None, arguments: Sequence[str]) -> None:
    book = Book(folder)
    opened = open_voice(voice, book.brief.language)
    with book.lock():
        worked = show_work(narrate(book, opened), arguments, folder, "cpu")
    path = whole_of(book)
    if not worked:
        print("All pages are read already.")
    print(f"{path} ({in_bytes(path.stat().st_size)}), and narration.wav in each page's folder")
    print(f"In one file that turns its pages and lights the words: storybook export-html {folder}")


DECLARE = {"narrate": declare_narrate}
