"""Books before tools that this project did not write:

python -m benchmarks.preflight [--books 20] [--printer kdp]

For each printer so many books of 8 to 40 pages are pressed, in all formats that it takes, with
other titles, names, letters and lengths of text. Their files go through Ghostscript (every page
drawn, stopped by any error or warning), qpdf and poppler's pdffonts. The pictures are drawings of
256 px, and each printer is told that it takes them: fineness is what the report looks at.
"""

import argparse
import random
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from benchmarks.faces import TEXTS, drawn
from storybook.authoring.pressing import PrintJob, press
from storybook.book.printing import PressOptions, words_of
from storybook.config import BindSettings, shipped
from storybook.errors import StorybookError
from storybook.press.endpage import Facts
from storybook.press.fonts import FILES
from storybook.press.formats import format_names, load_format
from storybook.press.interior import Imprint, activities_of
from storybook.press.printers import formats_for, load_printer, printer_names
from storybook.records import Hero, Story
from storybook.stages.bind import PlatePage
from storybook.world import load_world

LEAST, MOST = 8, 40
"""Pages of the shortest and the longest story."""
LEAST_PPI = 20
FILLED = 32
"""Papers that ask for more pages are left out: a short book cannot be filled to them."""
STRICT = (
    *("-q", "-dNOPAUSE", "-dBATCH", "-dSAFER", "-dPDFSTOPONERROR", "-dPDFSTOPONWARNING"),
    *("-r12", "-sDEVICE=pgmraw", "-sOutputFile=/dev/null"),
)
DRAWN = 24
"""So many drawings serve all books by turns."""
TITLES = (
    "Kite",
    "The Red Ball That Rolled Away",
    "Where Is Bo?",
    "Łucja’s Very, Very Long Journey Through the Snow and Home Again Before Tea",
    "Überraschung!",
    "A “Whoosh”, a Wheee and 3 Wet Paws",
)
STARS = ("Bo", "Mr Whiskers", "Łucja", "Anastasia-Wilhelmina")
MORE = (
    "Biscuit ran.",
    "“Come with me to the pond, and bring the ball,” said Bo. “We have all day!”",
    *TEXTS,
)
FACTS = Facts(writer="w", painter="p", critic="c", enlarger="e", style="gouache")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was found in a printer's books."""

    printer: str
    books: int
    sheets: int
    faults: tuple[str, ...]
    largest_mb: float


def jobs_for(name: str, books: int, plates: Sequence[bytes]) -> Iterator[PrintJob]:
    """Books from the shortest to the longest, each unlike the others."""
    chance = random.Random(f"{name} 5")
    printer = load_printer(name).but(resolution={"least_ppi": LEAST_PPI, "most_ppi": 600})
    forms = formats_for(printer, [load_format(each) for each in format_names()])
    papers = [each for each in printer.papers.values() if each.least_pages <= FILLED]
    for number in range(books):
        count = LEAST + round((MOST - LEAST) * number / max(1, books - 1))
        star, title = chance.choice(STARS), TITLES[number % len(TITLES)]
        texts = tuple(chance.choice(MORE) for _ in range(count))
        story = Story(title=title, paragraphs=texts, cast=(Hero(name=star, species="cat"),))
        press_options = PressOptions(
            form=load_format(forms[number % len(forms)]),
            ages=chance.choice(("3-5", "5-7", "7-9")),
            language="en",
            font=chance.choice(list(FILES)),
            options=BindSettings(max_ppi=72),
        )
        pages = [
            PlatePage(page, text, plates[(number + page) % len(plates)])
            for page, text in enumerate(("", *texts))
        ]
        yield PrintJob(
            printer=printer,
            paper=(paper := chance.choice(papers)),
            press_options=press_options,
            words=words_of(story, texts, press_options),
            pages=pages,
            facts=FACTS,
            imprint=chance.choice((Imprint(), Imprint(author="Ann", dedication="For Ida"))),
            summary=chance.choice(("A cat looks for a ball.", " ".join(TEXTS))),
            activities=activities_of(star, ["Fern"], ["in the garden", "at the beach"]),
            spine_in=None if paper.page_in else 0.12,
        )


def faults_of(path: Path) -> list[str]:
    """What Ghostscript, qpdf and poppler say against a PDF."""
    found = []
    for tool, *arguments in (
        ("gs", *STRICT, path),
        ("qpdf", "--check", path),
        ("pdffonts", path),
    ):
        done = subprocess.run([tool, *map(str, arguments)], capture_output=True, text=True)
        said = done.stdout + done.stderr
        wrong = done.returncode != 0 or (tool == "gs" and bool(said.strip()))
        if tool == "pdffonts":
            wrong = wrong or any(row.split()[-5] != "yes" for row in said.splitlines()[2:])
        if wrong:
            found.append(f"{tool}: {path.name}: {' '.join(said.split())[:200]}")
    return found


def outcome(name: str, jobs: Iterator[PrintJob]) -> Outcome:
    """A printer's books, pressed, reported on and checked."""
    faults, books, sheets, largest_mb = [], 0, 0, 0.0
    with tempfile.TemporaryDirectory() as folder:
        for job in jobs:
            books += 1
            try:
                pressed = press(job)
            except StorybookError as fault:
                faults.append(f"{len(job.pages) - 1} pages: {fault}")
                continue
            sheets += len(pressed.leaves)
            faults += [f"report: {each.says}" for each in pressed.findings if each.status == "fail"]
            for part, pdf in (("interior", pressed.interior), ("cover", pressed.cover)):
                if pdf:
                    path = Path(folder) / f"{name}-{books}-{part}.pdf"
                    path.write_bytes(pdf)
                    faults += faults_of(path)
                    largest_mb = max(largest_mb, len(pdf) / 1e6)
                    path.unlink()
    return Outcome(name, books, sheets, tuple(faults), largest_mb)


def plates_of(count: int = DRAWN, seed: int = 11) -> list[bytes]:
    """Drawings of the starter's world, PNG."""
    found = []
    for _, picture in drawn(load_world(shipped("assets")), seed, count):
        file = BytesIO()
        picture.save(file, "PNG")
        found.append(file.getvalue())
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--books", type=int, default=20)
    parser.add_argument("--printer", action="append", choices=printer_names())
    asked = parser.parse_args()
    forms, plates = [load_format(each) for each in format_names()], plates_of()
    for name in asked.printer or printer_names():
        if not formats_for(load_printer(name), forms):
            print(f"{name}: prints none of our formats", flush=True)  # noqa: T201
            continue
        found = outcome(name, jobs_for(name, asked.books, plates))
        print(  # noqa: T201
            f"{name}: {found.books} books, {found.sheets} pages, {len(found.faults)} faults, "
            f"at most {found.largest_mb:.1f} MB",
            *found.faults[:8],
            sep="\n  ",
            flush=True,
        )


if __name__ == "__main__":
    main()
