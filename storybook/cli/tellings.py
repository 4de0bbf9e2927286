"""`storybook tellings`: several tellings of a summary, to take one before anything is drawn."""

from collections.abc import Sequence
from pathlib import Path

from storybook.authoring.tellings import COUNT, MOST, Telling, take_telling, tell_several, tellings
from storybook.book.folder import Book
from storybook.cli.options import Parser, add_studio, from_1, runs, show_work
from storybook.errors import ConfigError
from storybook.make import follow
from storybook.studio.studio import Studio


def declare(parser: Parser) -> None:
    runs(
        parser,
        tell,
        """
  storybook tellings books/kite                    tell three, and print them
  storybook tellings books/kite --take 2           the second is the book's story
  storybook make books/kite
""",
        works=True,
    )
    add_studio(parser)
    parser.add_argument("folder", type=Path)
    parser.add_argument(
        "--count", type=from_1, default=COUNT, help=f"how many, 1 to {MOST} (default: {COUNT})"
    )
    parser.add_argument("--take", type=int, metavar="NUMBER", help="let this one be the story")


def tell(
    folder: Path, count: int, take: int | None, studio: Studio, arguments: Sequence[str]
) -> None:
    """Tell several stories and print them, or take one of them."""
    book = Book(folder)
    if take is not None:
        story = take_telling(book, studio, take)
        print(f"“{story.title}” is the story of {book.folder}.")
        print(f"Make the book of it: storybook make {book.folder}")
        return
    if count > MOST:
        raise ConfigError(f"--count {count}: from 1 to {MOST} tellings are kept.")
    events = follow(tell_several(book, studio, count), book, studio)
    show_work(events, arguments, book.folder, studio.settings.device)
    for number, telling in enumerate(tellings(book, studio), 1):
        _print(number, telling)
    print(f"\nTake one: storybook tellings {book.folder} --take NUMBER")


def _print(number: int, telling: Telling) -> None:
    """A telling, and what it leaves out."""
    star = telling.story.cast[0].name
    own = f" (a ready-made story, told about {star})" if telling.ready_made else ""
    print(f"\n{number}. {telling.story.title}{own}\n")
    print("\n".join(telling.story.paragraphs))
    lines = [*(each.text for each in telling.story.departures)]
    lines += [f"It has {telling.faults}."] if telling.faults else []
    for line in lines or ["It leaves out nothing that was looked for."]:
        print(f"   - {line}")


DECLARE = {"tellings": declare}
