"""What is done to a page's pictures by hand: inpaint, vary, move-star, ask, bring, crop."""

from argparse import ArgumentTypeError
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TypedDict, Unpack

from storybook.book.folder import Book
from storybook.cli.options import Parser, add_page, add_studio, runs, show_work
from storybook.errors import BookError
from storybook.records import Event
from storybook.studio.studio import Studio


class PageWork(TypedDict):
    """What every command is given by which a studio paints on a page's picture."""

    folder: Path
    page: int
    picture: str | None
    seed: int
    studio: Studio
    arguments: Sequence[str]


def declare_inpaint(parser: Parser) -> None:
    runs(
        parser,
        inpaint,
        """
  storybook inpaint books/kite 3 --mask spot.png --words "a red ball"
  storybook inpaint books/kite 3 --mask spot.png            rub it out
""",
        works=True,
    )
    _add_page_work(parser)
    parser.add_argument(
        "--mask", type=Path, required=True, help="a picture: black is kept, the rest painted anew"
    )
    parser.add_argument("--words", default="", help="what should be there (default: nothing)")


def inpaint(mask: Path, words: str, **work: Unpack[PageWork]) -> None:
    from PIL import Image

    from storybook.authoring import touch_up

    try:
        with Image.open(mask) as file:
            brushed = file.convert("L")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as fault:
        raise BookError(f"{mask} cannot be read as a picture of a mask.") from fault
    spot = touch_up.Spot(brushed, words)
    _show_painting(touch_up.inpaint, work, spot)
    _say_touched(work)


def declare_vary(parser: Parser) -> None:
    runs(
        parser,
        vary,
        """
  storybook vary books/kite 3                               four like the picture of page 3
  storybook vary books/kite 3 --picture 92e0577e42aa --count 2
""",
        works=True,
    )
    _add_page_work(parser)
    parser.add_argument("--count", type=int, default=4, help="how many, 1 to 16 (default: 4)")


def vary(count: int, **work: Unpack[PageWork]) -> None:
    from storybook.authoring import touch_up

    _show_painting(touch_up.vary, work, count=count)
    print(f"Take one with: storybook pick {work['folder']} {work['page']} CANDIDATE_ID")


def declare_move_star(parser: Parser) -> None:
    runs(
        parser,
        move_star,
        """
  storybook move-star books/kite 3 --to 0.3,0.6             its middle, from the upper left corner
  storybook move-star books/kite 3 --size 1.4               larger, where it stands
  storybook move-star books/kite 3 --box 0.5,0.2,0.9,0.9 --to 0.3,0.6
""",
        works=True,
    )
    _add_page_work(parser)
    parser.add_argument(
        "--to", type=_place, metavar="X,Y", help="where its middle is to be, each from 0 to 1"
    )
    parser.add_argument("--size", type=float, default=1.0, help="so many times as large, 0.3 to 3")
    _add_star_box(parser)
    parser.add_argument(
        "--strength",
        type=float,
        default=0.35,
        help="how much is painted anew there, up to 1 (default: 0.35)",
    )


def move_star(
    to: tuple[float, float] | None,
    size: float,
    box: tuple[float, float, float, float] | None,
    strength: float,
    **work: Unpack[PageWork],
) -> None:
    from storybook.authoring import move_star as moving

    _show_painting(moving.move_star, work, moving.Move(to, size, box), strength=strength)
    _say_touched(work)


def declare_ask(parser: Parser) -> None:
    runs(
        parser,
        ask,
        """
  storybook ask books/kite 3 "give her a balloon"
  storybook ask books/kite 3 "put a lantern beside her"
  storybook ask books/kite 3 "make her bigger"
  storybook ask books/kite 3 "make it night"
""",
        works=True,
    )
    _add_page_work(parser)
    parser.add_argument("words", help="what is to change in the picture, in plain words")
    _add_star_box(parser)


def ask(
    words: str, box: tuple[float, float, float, float] | None, **work: Unpack[PageWork]
) -> None:
    from storybook.authoring import ask as asking

    _show_painting(asking.ask, work, words, box=box)
    _say_touched(work)


def declare_bring(parser: Parser) -> None:
    runs(
        parser,
        bring,
        """
  storybook bring books/kite 3 drawing.jpg         your own picture on page 3
""",
    )
    add_studio(parser)
    add_page(parser)
    parser.add_argument("file", type=Path, help="a photo or a picture")


def bring(folder: Path, page: int, file: Path, studio: Studio) -> None:
    from storybook.authoring import pictures

    book = Book(folder)
    data = file.read_bytes()
    with studio.safety_checker() as checker:
        taken = pictures.bring(book, page, file.name, data, checker)
    print(f"Page {page} has your picture now, as {taken}.")


def declare_crop(parser: Parser) -> None:
    runs(
        parser,
        crop,
        """
  storybook crop books/kite 3 --box 0.1,0,1,0.9    without the left and the lowest tenth
  storybook crop books/kite 3 --turns 1            a quarter to the right
""",
    )
    add_page(parser)
    _add_source(parser)
    parser.add_argument(
        "--box", type=_box, default="0,0,1,1", help="left,top,right,bottom, each from 0 to 1"
    )
    parser.add_argument("--turns", type=int, default=0, help="quarters to the right, first")


def crop(
    folder: Path, page: int, picture: str | None, box: tuple[float, float, float, float], turns: int
) -> None:
    from storybook.authoring import pictures

    book = Book(folder)
    taken = pictures.crop(book, page, picture or book.picked(page), box, turns)
    print(f"Page {page} has {taken} now.")


def _show_painting(
    paint: Callable[..., Iterator[Event]], work: PageWork, *what: object, **how: object
) -> None:
    """Have a studio paint `what` on a page, beginning from one of its pictures."""
    book, studio = Book(work["folder"]), work["studio"]
    events = paint(
        book, studio, work["page"], *what, **how, source=work["picture"], seed=work["seed"]
    )
    show_work(events, work["arguments"], book.folder, studio.settings.device)


def _say_touched(work: PageWork) -> None:
    page, folder = work["page"], work["folder"]
    print(f"Page {page} has the touched-up picture. Undo it with: storybook undo {folder}")
    print(f"Bring the book up to date with: storybook make {folder}")


def _add_page_work(parser: Parser) -> None:
    """The options that `PageWork` holds."""
    add_studio(parser)
    add_page(parser)
    _add_source(parser)
    parser.add_argument("--seed", type=int, default=1, help="another number is another picture")


def _add_star_box(parser: Parser) -> None:
    parser.add_argument(
        "--box",
        type=_box,
        metavar="L,T,R,B",
        help="around the star, each from 0 to 1 (default: it is looked for)",
    )


def _add_source(parser: Parser) -> None:
    parser.add_argument(
        "--picture", metavar="CANDIDATE_ID", help="of which picture (default: the one taken)"
    )


def _box(text: str) -> tuple[float, ...]:
    return _shares(text, 4, "left,top,right,bottom such as 0.1,0,1,0.9")


def _place(text: str) -> tuple[float, ...]:
    return _shares(text, 2, "place such as 0.3,0.6")


def _shares(text: str, count: int, called: str) -> tuple[float, ...]:
    try:
        shares = tuple(float(part) for part in text.split(","))
    except ValueError:
        shares = ()
    if len(shares) != count:
        raise ArgumentTypeError(f"{text!r} is no {called}")
    return shares


DECLARE = {
    "inpaint": declare_inpaint,
    "vary": declare_vary,
    "move-star": declare_move_star,
    "ask": declare_ask,
    "bring": declare_bring,
    "crop": declare_crop,
}
