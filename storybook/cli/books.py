"""`storybook new`, `book`, `make` and its verbs, `idea` and `export-html`: a book as a whole."""

import tomllib
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Unpack

from storybook.authoring.export_html import export_html as html_of
from storybook.authoring.ideas import surprise
from storybook.authoring.new_book import folder_name
from storybook.book.folder import Book
from storybook.cli.brief import BriefOptions, add_brief, brief_of, say_stars
from storybook.cli.departures import tell_departures, tell_weak
from storybook.cli.options import Parser, add_shard, add_studio, runs, show_work
from storybook.config import shipped
from storybook.errors import BookError
from storybook.files import write_whole
from storybook.hero.folder import load_hero
from storybook.make import PER_PAGE, STAGES, follow, make
from storybook.story.told_languages import check_told
from storybook.studio.departures import listed
from storybook.studio.studio import Studio

SAMPLE = ("sample-book", "brief.toml")


def declare_new(parser: Parser) -> None:
    runs(
        parser,
        new_book,
        """
  storybook new books/kite --summary "Pepper the dog wants to fly a kite." --hero pepper --pages 8
  storybook new books/mine --summary @summary.txt --style crayon --ages 5-7 --format portrait-8x10
  storybook new books/stairs --story A-022 --hero bruno
  storybook make books/kite
""",
    )
    add_studio(parser)
    parser.add_argument("folder", type=Path)
    add_brief(parser)


def new_book(folder: Path, studio: Studio, **options: Unpack[BriefOptions]) -> None:
    brief = brief_of(options)
    check_told(brief, studio.settings.write)
    say_stars(options, brief)
    book = Book.create(folder, brief)
    print(f"{book.folder} is begun. Make it with: storybook make {book.folder}")


def declare_book(parser: Parser) -> None:
    runs(
        parser,
        whole_book,
        """
  storybook book                                   the sample book
  storybook book --summary "Miso the cat finds a lantern in the forest." --hero miso --pages 8
""",
        works=True,
    )
    add_studio(parser)
    parser.add_argument(
        "--folder", help="its name under books/, or a path (default: by the summary)"
    )
    add_brief(parser)


def whole_book(
    folder: str | None, studio: Studio, arguments: Sequence[str], **options: Unpack[BriefOptions]
) -> None:
    """A book in one go: the sample without a summary; the same words give the same folder."""
    if options["summary"] or options["story"]:
        brief = brief_of(options)
        name = folder_name(brief)
    else:
        sample = tomllib.loads(shipped("assets", *SAMPLE).read_text(encoding="utf-8"))
        brief, name = brief_of(options, sample), "sample"
    named = Path(folder or name)
    lies = named if len(named.parts) > 1 else Path("books") / named
    check_told(brief, studio.settings.write)
    say_stars(options, brief)
    if not (lies / Book.BRIEF).is_file():
        Book.create(lies, brief)
    elif Book(lies).brief not in (brief, brief.but(heroes=())):
        raise BookError(
            f"{lies} is another book already. Delete it, or name another folder: --folder, "
            "or make book BOOK=..."
        )
    make_up(Book(lies), studio, "bind", arguments)


def declare_make(parser: Parser) -> None:
    runs(
        parser,
        make_book,
        """
  storybook make books/kite
  storybook make books/kite --until describe       stop before anything is drawn
  storybook make books/kite --studio classic       with the models of another studio
  storybook make books/kite --shard 2/8            every eighth page, beside seven others
""",
        works=True,
    )
    add_studio(parser)
    add_shard(parser)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--until", choices=STAGES, default="bind", help="stop after this verb")


def make_book(folder: Path, until: str, studio: Studio, arguments: Sequence[str]) -> None:
    make_up(Book(folder), studio, until, arguments)


VERB_EXAMPLES = {
    "write": """
  storybook write books/kite
  storybook write books/kite --set write.candidates=4
""",
    "split": """
  storybook split books/kite
""",
    "describe": """
  storybook describe books/kite --set describe.negative="hats, frames"
""",
    "draw": """
  storybook draw books/kite --set draw.candidates=8
  storybook draw books/kite --shard 2/8            every eighth page, beside seven others
""",
    "choose": """
  storybook choose books/kite
""",
    "enlarge": """
  storybook enlarge books/kite --set enlarge.width_px=3072
""",
    "bind": """
  storybook bind books/kite
""",
}


def declare_verb(verb: str, parser: Parser) -> None:
    """One of the seven; those that draw do a shard of the pages, too."""
    runs(parser, partial(run_verb, verb), VERB_EXAMPLES[verb], works=True)
    add_studio(parser)
    if verb in PER_PAGE:
        add_shard(parser)
    parser.add_argument("folder", type=Path)


def run_verb(verb: str, folder: Path, studio: Studio, arguments: Sequence[str]) -> None:
    book = Book(folder)
    events = follow(STAGES[verb].run(book, studio), book, studio)
    show_work(events, arguments, book.folder, studio.settings.device)


def make_up(book: Book, studio: Studio, until: str, arguments: Sequence[str]) -> None:
    """Bring a book up to date, and say what came of it."""
    events = follow(make(book, studio, until), book, studio)
    made = show_work(events, arguments, book.folder, studio.settings.device)
    if not made:
        print("Nothing to do: the book is up to date.")
    else:
        tell_departures(book, listed(book, studio))
    if made and until == "bind" and studio.shard.whole:
        tell_weak(book)
    if until == "bind" and book.pdf.is_file():
        print(book.pdf)


def declare_idea(parser: Parser) -> None:
    runs(
        parser,
        think_up,
        """
  storybook idea --hero miso --seed 4
""",
    )
    add_studio(parser)
    parser.add_argument(
        "--hero", default="bruno", metavar="NAME", help="who stars (default: bruno)"
    )
    parser.add_argument("--seed", type=int, default=1, help="another number is another idea")


def think_up(hero: str, seed: int, studio: Studio) -> None:
    print(surprise(load_hero(hero), studio, seed=seed))


def declare_export_html(parser: Parser) -> None:
    runs(
        parser,
        export_html,
        """
  storybook export-html books/kite --to kite.html
""",
    )
    add_studio(parser)
    parser.add_argument("folder", type=Path)
    parser.add_argument(
        "--to", type=Path, metavar="FILE", help="where to (default: beside the book's PDF)"
    )


def export_html(folder: Path, to: Path | None, studio: Studio) -> None:
    book = Book(folder)
    path = to or book.pdf.with_suffix(".html")
    if path.is_dir():
        path = path / f"{book.pdf.stem}.html"
    file = html_of(book, studio).encode()
    write_whole(path, file)
    print(f"{path} ({len(file) / 1e6:.1f} MB) opens in any browser, without a network.")


DECLARE = {
    "new": declare_new,
    "book": declare_book,
    "make": declare_make,
    **{verb: partial(declare_verb, verb) for verb in STAGES},
    "idea": declare_idea,
    "export-html": declare_export_html,
}
