"""`storybook press`: a book for a printer, with a report of every rule."""

import sys
from io import BytesIO
from pathlib import Path

from storybook.authoring.blurb import blurb_by_writer
from storybook.authoring.pressing import Pressed, press
from storybook.authoring.print_jobs import (
    SIGNS,
    imprint_of,
    job_of,
    keep,
    keep_soft_proof,
    set_imprint,
)
from storybook.authoring.soft_proof import soft_proof as proofed
from storybook.book.folder import Book
from storybook.cli.options import Parser, add_studio, runs
from storybook.errors import ConfigError
from storybook.files import in_bytes
from storybook.press.printers import load_printer, printer_names
from storybook.studio.studio import Studio

MOST_SPINE_IN = 4
NO_BLURB = "The writer of this studio has no words for the back, which stays as it was."
IMPRINT = ("author", "illustrator", "dedication", "blurb")


def declare_press(parser: Parser) -> None:
    runs(
        parser,
        press_book,
        """
  storybook press books/kite --printer kdp
  storybook press books/kite --printer lulu-hardcover --dedication "For Grandma Ida"
  storybook press books/kite --printer blurb --format portrait-8x10 --spine 0.11
  storybook press books/kite --printer home --paper letter
  storybook press books/kite --printer kdp --soft-proof       and how its colours come out
  storybook press --printers                       who there is, with papers
""",
    )
    add_studio(parser)
    parser.add_argument("folder", type=Path, metavar="BOOK", nargs="?")
    parser.add_argument(
        "--printer", metavar="NAME", help=f"who prints it; there are: {', '.join(printer_names())}"
    )
    parser.add_argument("--printers", action="store_true", help="list them with their papers")
    parser.add_argument("--paper", metavar="NAME", help="default: the printer's first one")
    parser.add_argument("--format", metavar="NAME", help="another size of page than the book's own")
    parser.add_argument(
        "--spine",
        type=float,
        metavar="INCHES",
        help="how wide the spine is, where the printer's own calculator says so",
    )
    parser.add_argument(
        "--soft-proof",
        action="store_true",
        help="also soft-proof.png: each picture on a screen and in print",
    )
    parser.add_argument("--author", metavar="NAME", help="who tells it, on cover and title page")
    parser.add_argument("--illustrator", metavar="NAME", help="whose pictures they are")
    parser.add_argument("--dedication", metavar="TEXT", help="for whom it is")
    parser.add_argument("--blurb", metavar="TEXT", help="for the back (default: the summary)")
    parser.add_argument(
        "--write-blurb",
        action="store_true",
        help="let the studio's writer say what stands on the back",
    )


def press_book(
    folder: Path | None,
    printer: str | None,
    printers: bool,
    paper: str | None,
    format: str | None,
    spine: float | None,
    soft_proof: bool,
    write_blurb: bool,
    studio: Studio,
    **texts: str | None,
) -> int:
    """Make the files; 2 if a rule of the printer is broken."""
    if printers or folder is None:
        _list()
        return 0
    book = Book(folder)
    imprint = imprint_of(book)
    new = {key: text for key, text in texts.items() if key in IMPRINT and text is not None}
    chosen = load_printer(printer or imprint.printer or "kdp")
    if write_blurb:
        new |= _written_blurb(book, studio)
    new |= {"printer": chosen.name} | ({"paper": paper} if paper else {})
    chosen.paper(paper)
    if spine is not None and not 0 <= spine <= MOST_SPINE_IN:
        raise ConfigError(f"--spine {spine:g}: a spine is 0 to {MOST_SPINE_IN} inches wide.")
    with book.lock():
        if imprint.but(**new) != imprint:
            set_imprint(book, imprint.but(**new))
        pressed = press(job_of(book, studio, chosen, paper=paper, form=format, spine_in=spine))
        paths = keep(book, pressed)
        if soft_proof:
            paths.append(_soft_proof(book, pressed))
    for finding in pressed.findings:
        if finding.status != "pass":
            print(f"{SIGNS[finding.status]}  {finding.asks}: {finding.says}. {finding.remedy}")
    kept = sum(finding.status == "pass" for finding in pressed.findings)
    print(f"{chosen.title}: {kept} rules are kept, {len(pressed.leaves)} pages.")
    for path in paths:
        print(f"{path} ({in_bytes(path.stat().st_size)})")
    if not pressed.ready:
        print("storybook: the printer would send it back; see FAIL above.", file=sys.stderr)
    return 0 if pressed.ready else 2


def _written_blurb(book: Book, studio: Studio) -> dict[str, str]:
    blurb = blurb_by_writer(book, studio)
    print(f"On the back: {blurb}" if blurb else NO_BLURB)
    return {"blurb": blurb} if blurb else {}


def _soft_proof(book: Book, pressed: Pressed) -> Path:
    proof = proofed(pressed.job.pages, pressed.job.printer)
    file = BytesIO()
    proof.sheet.save(file, "PNG")
    print(proof.says)
    return keep_soft_proof(book, pressed.job.printer, file.getvalue())


def _list() -> None:
    for name in printer_names():
        one = load_printer(name)
        print(f"{name}: {one.title}, {one.least_pages(one.paper(None))} to {one.pages.most} pages")
        for paper, about in one.papers.items():
            print(f"    --paper {paper}: {about.title}")


DECLARE = {"press": declare_press}
