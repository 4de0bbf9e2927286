"""`storybook show` and `pictures`: what a picture was made from, and earlier ones found again."""

import sys
from itertools import islice
from pathlib import Path

from rich.console import Console

from storybook.book.folder import Book
from storybook.book.search import pictures_in
from storybook.cli.options import Parser, from_1, runs
from storybook.config import load_settings
from storybook.errors import BookError
from storybook.hero.folder import HERO
from storybook.models.infotext import read_infotext
from storybook.terminal import shortened

HOMES = ("books", "results", "runs")
"""Where pictures are looked for unless a folder is named: of books, of `paint`, of trainings."""


def declare_show(parser: Parser) -> None:
    runs(
        parser,
        show,
        """
  storybook show books/kite/pages/03/92e0577e42aa.png
  storybook show books/kite                        a book, as `status` says it
""",
    )
    parser.add_argument(
        "picture", type=Path, help="a PNG of ours or of A1111's; or a book's or hero's folder"
    )


def show(picture: Path) -> None:
    """What a picture was made from, as it says itself; of a book or a hero, how it stands."""
    if picture.is_dir():
        _show_folder(picture)
        return
    infotext = read_infotext(picture)
    if infotext is None:
        raise BookError(f"{picture} does not say what it was made from.")
    facts = {
        "prompt": infotext.positive,
        "without": infotext.negative,
        "model": f"{infotext.model} {infotext.model_hash}".strip(),
        "size": f"{infotext.width_px} x {infotext.height_px} px" if infotext.width_px else "",
        "steps": infotext.steps,
        "guidance": infotext.guidance,
        "seed": infotext.seed,
        **{key.lower(): value for key, value in infotext.others},
    }
    for key, fact in facts.items():
        if fact not in ("", None):
            print(f"{key}: {fact}")


def _show_folder(folder: Path) -> None:
    """A book or a hero by its folder. Raises BookError for another folder."""
    from storybook.cli.hero import tell_hero
    from storybook.cli.state import tell_book
    from storybook.studio.studio import Studio

    if (folder / Book.BRIEF).is_file():
        tell_book(Book(folder), Studio(load_settings(None)))
    elif (folder / HERO).is_file():
        tell_hero(folder.name)
    else:
        raise BookError(
            f"{folder} is a folder, but no book and no hero. Name a picture in it, or list what "
            f"there is: storybook pictures {folder}"
        )


def declare_pictures(parser: Parser) -> None:
    runs(
        parser,
        find_pictures,
        """
  storybook pictures                               the newest of books, results and runs
  storybook pictures books/kite --find "beach running" --most 100
""",
    )
    parser.add_argument(
        "folder", type=Path, nargs="?", help="where (default: books, results and runs)"
    )
    parser.add_argument(
        "--find",
        default="",
        metavar="WORDS",
        help="words of the prompt, model or seed, all of them",
    )
    parser.add_argument("--most", type=from_1, default=20, help="how many (default: 20)")


def find_pictures(folder: Path | None, find: str, most: int) -> None:
    """Earlier pictures by their words, the newest first, each in a line of a terminal."""
    homes = [Path(home) for home in HOMES if Path(home).is_dir()]
    folders = [folder] if folder else homes or [Path(HOMES[0])]
    found = list(islice(pictures_in(*folders, words=find), most + 1))
    console = Console()
    for each in found[:most]:
        line = f"{each.path}  {each.infotext.positive}"
        print(shortened(line, console.width) if console.is_terminal else line)
    if not found:
        words = f" with {find!r}" if find else ""
        where = ", ".join(map(str, folders))
        print(f"No picture in {where}{words} says what it was made from.")
    elif len(found) > most:
        print(
            f"These are the newest {most}. For others: --find WORDS, or --most {5 * most}",
            file=sys.stderr,
        )


DECLARE = {"show": declare_show, "pictures": declare_pictures}
