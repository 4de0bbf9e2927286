"""How large printers' files are at the fineness that they ask for:

python -m benchmarks.file_sizes BOOK [--pages 8 24 40] [--printer kdp]

A finished book's plates and texts, again and again, become books of so many pages, pressed for each
printer at its own fineness (300 pixels an inch): plates that are coarser are enlarged to it. No
picture is there twice, since a PDF keeps equal ones once: the second time each is mirrored, the
third time it has lost its outer pixels, and so on.
"""

import argparse
from dataclasses import replace
from io import BytesIO
from itertools import cycle, islice
from pathlib import Path

from PIL import Image, ImageOps

from storybook.authoring.pressing import press
from storybook.authoring.print_jobs import job_of
from storybook.book.folder import Book
from storybook.config import load_settings
from storybook.press.formats import format_names, load_format
from storybook.press.printers import Printer, formats_for, load_printer, printer_names
from storybook.stages import bind
from storybook.stages.bind import PlatePage
from storybook.studio.studio import Studio

PAGES = (8, 24, 40)
SPINE_IN = 0.12
"""Where a printer's calculator is to be asked; no size of a file depends on it."""


def plates_for(book: Book, pages: int) -> list[PlatePage]:
    """The cover, and so many pages of the story, each with the plate of one of the book's."""
    cover, *story = bind.plates_of(book)
    found = [cover]
    for number, each in enumerate(islice(cycle(story), pages), start=1):
        png = _varied(each.png, (number - 1) // len(story))
        found.append(replace(each, page=number, joins=0, png=png))
    return found


def _varied(png: bytes, time: int) -> bytes:
    """A picture as it is shown for the first time (0), the second and so on."""
    if time == 0:
        return png
    with Image.open(BytesIO(png)) as picture:
        wide, high = picture.size
        cut = picture.crop((time, time, wide - time, high - time))
    file = BytesIO()
    (ImageOps.mirror(cut) if time % 2 else cut).save(file, "PNG", compress_level=1)
    return file.getvalue()


def sizes(book: Book, printer: Printer, pages: int) -> tuple[int, float, float]:
    """Sheets, and MB of the interior and of the cover, which may be none."""
    forms = formats_for(printer, [load_format(each) for each in format_names()])
    own = book.brief.format
    paper = min(printer.papers.values(), key=lambda each: each.least_pages)
    job = job_of(
        book,
        Studio(load_settings(None, [])),
        printer,
        paper=next(name for name, each in printer.papers.items() if each == paper),
        form=own if own in forms else forms[0],
        plates=plates_for(book, pages),
    )
    pressed = press(replace(job, spine_in=None if paper.page_in else SPINE_IN))
    return len(pressed.leaves), len(pressed.interior) / 1e6, len(pressed.cover or b"") / 1e6


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("book", type=Path)
    parser.add_argument("--pages", type=int, nargs="+", default=PAGES)
    parser.add_argument("--printer", action="append", choices=printer_names())
    asked = parser.parse_args()
    forms = [load_format(each) for each in format_names()]
    for name in asked.printer or printer_names():
        printer = load_printer(name)
        if not formats_for(printer, forms):
            continue
        for pages in asked.pages:
            sheets, interior, cover = sizes(Book(asked.book), printer, pages)
            print(  # noqa: T201
                f"{name}: {pages} pages of a story, {sheets} printed: {interior:.1f} MB, cover "
                f"{cover:.1f} MB, limit {printer.file.most_mb:g} MB",
                flush=True,
            )


if __name__ == "__main__":
    main()
