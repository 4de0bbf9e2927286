"""`storybook translate`: the same pictures with words in another language, or with both."""

from pathlib import Path

from storybook.authoring.translate import begin, path_of, tell_in, translated, translation_of
from storybook.book.folder import Book
from storybook.cli.options import Parser, add_studio, runs
from storybook.files import in_bytes, write_whole
from storybook.studio.studio import Studio


def declare_translate(parser: Parser) -> None:
    runs(
        parser,
        translate_book,
        """
  storybook translate books/kite de                lays out story.de.json, to be written over
  storybook translate books/kite de                then: makes the PDF and the EPUBs of it
  storybook translate books/kite de --both         with both languages on a page
  storybook translate books/kite fr --write        has the studio's writer translate it
""",
    )
    add_studio(parser)
    parser.add_argument("folder", type=Path, metavar="BOOK")
    parser.add_argument("language", help="a language's tag, such as de or pt-BR")
    parser.add_argument("--both", action="store_true", help="its own words above the others")
    parser.add_argument(
        "--write",
        action="store_true",
        help="let the studio's writer translate: one that is told by name, such as a server's",
    )


def translate_book(folder: Path, language: str, both: bool, write: bool, studio: Studio) -> None:
    book = Book(folder)
    words = translation_of(book, language)
    if write:
        tell_in(book, studio, language)
        print(f"{words} was translated by a machine. Read it before you print it.")
    if not words.is_file():
        begin(book, language)
        print(f"{words} has the book's own words. Write them in {language}, then run this again.")
        return
    made = translated(book, studio, language, both=both)
    pdf = path_of(book, language, both=both)
    for path, data in (
        (pdf, made.pdf),
        (pdf.with_suffix(".epub"), made.epubs.fixed),
        (pdf.with_name(f"{pdf.stem}-flowing.epub"), made.epubs.flowing),
    ):
        write_whole(path, data)
        print(f"{path} ({in_bytes(len(data))})")


DECLARE = {"translate": declare_translate}
