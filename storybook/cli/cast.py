"""`storybook cast`: who plays in a book, drawn and changed before the book is."""

from collections.abc import Sequence
from pathlib import Path

from storybook.book.folder import Book
from storybook.cli.options import Parser, add_studio, runs, show_work
from storybook.errors import ConfigError
from storybook.make import follow
from storybook.records import Brief, Part
from storybook.studio.studio import Studio
from storybook.world import article


def declare(parser: Parser) -> None:
    runs(
        parser,
        cast,
        """
  storybook cast books/kite                              who plays in it
  storybook cast books/kite --draw                       and how each of them will look
  storybook cast books/kite --of Pip --look grey --pronoun she
""",
        works=True,
    )
    add_studio(parser)
    parser.add_argument("folder", type=Path)
    parser.add_argument(
        "--draw", action="store_true", help="draw each from the front and the side, happy and sad"
    )
    parser.add_argument("--of", metavar="NAME", help="whose look or pronoun is to be changed")
    parser.add_argument("--look", help="its coat in this book, such as 'orange striped'")
    parser.add_argument("--pronoun", choices=("he", "she", "they"), help="what it is called by")


def cast(
    folder: Path,
    draw: bool,
    of: str | None,
    look: str | None,
    pronoun: str | None,
    studio: Studio,
    arguments: Sequence[str],
) -> None:
    """Change somebody of the cast, draw all of them, and say who they are."""
    from storybook.authoring.change_cast import set_part
    from storybook.authoring.character_sheets import draw_sheets, sheets_of_book

    book = Book(folder)
    if bool(of) != bool(look or pronoun):
        raise ConfigError("Say whom with --of, and what with --look or --pronoun.")
    if of:
        set_part(book, studio, _part_of(book.brief, of, look, pronoun))
    if draw:
        events = follow(draw_sheets(sheets_of_book(book, studio), studio), book, studio)
        show_work(events, arguments, book.folder, studio.settings.device)
    _say_cast(book, studio)


def _say_cast(book: Book, studio: Studio) -> None:
    """Who plays in a book, and where the pictures of each lie."""
    from storybook.authoring.change_cast import cast_now
    from storybook.hero.character_sheet import sheet_pictures

    for hero in cast_now(book, studio):
        called = f", called {hero.pronoun}" if hero.pronoun else ""
        print(f"{hero.name}, {article(hero.words)}{called}")
        for view, path in sheet_pictures(book.sheet_of(hero.name)).items():
            print(f"   {view:6} {path}")


def _part_of(brief: Brief, name: str, look: str | None, pronoun: str | None) -> Part:
    """Somebody's part as it is to be; what is not said stays as it is."""
    now = next((part for part in brief.parts if part.name == name), Part(name=name))
    return now.but(look=look or now.look, pronoun=pronoun or now.pronoun)


DECLARE = {"cast": declare}
