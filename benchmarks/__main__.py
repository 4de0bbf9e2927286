"""`make bench`: the sample book against a plain script, and how time grows with the pages.

The baseline runs on the same prompts and seeds in the same run; only the ratios are worth quoting.
"""

import json
import sys
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image
from rich.console import Console
from rich.table import Table

from benchmarks.datasets import datasets
from benchmarks.desk_scale import desk_scale
from benchmarks.enlarging import enlarging
from benchmarks.measure import Measured, run
from benchmarks.precision import precision
from benchmarks.senses import senses
from benchmarks.stories import stories
from benchmarks.teaching import teaching
from benchmarks.writing import writing
from storybook.book.folder import Book
from storybook.config import shipped
from storybook.text_files import split_lines

SAMPLE_PAGES, PAGES = 12, (4, 8, 16, 32)
OURS = ("draw", "choose", "enlarge")
"""The verbs that the plain script does too."""


def main() -> None:
    console = Console()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        book = begin(folder, "sample", SAMPLE_PAGES)
        console.print(f"The sample book: {SAMPLE_PAGES} pages and a cover ...")
        measured = run(["storybook", "make", "sample"], folder)
        report(console, book, measured)
        console.print("The same pictures by a plain script ...")
        plain = run(["benchmarks.plain", "sample", "plain"], folder)
        compare(console, book, folder / "plain", plain)
        again = run(["storybook", "make", "sample"], folder)
        console.print(f"making it again, with nothing to do: {again.seconds:.1f} s")
        growth(console, folder)
        console.print("Enlarging ...")
        enlarging(console, folder)
        console.print("Looking at photos, and reading aloud ...")
        senses(console, folder)
        console.print("In fp32, and in the precision that is quickest here ...")
        precision(console, folder)
        console.print("Teaching a pet, 60 steps of 4 pictures ...")
        teaching(console, folder)
        console.print("Teaching the writer, one epoch of 160 pairs ...")
        stories(console, folder)
        console.print("Writing side by side ...")
        writing(console)
        console.print("Making a dataset ...")
        datasets(console, folder)
        desk_scale(console, folder)


def begin(folder: Path, name: str, pages: int) -> Book:
    """A new book with the sample's brief and so many pages."""
    text = shipped("assets", "sample-book", "brief.toml").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("pages")]
    (folder / name).mkdir()
    (folder / name / Book.BRIEF).write_text("\n".join([*lines, f"pages = {pages}"]), "utf-8")
    return Book(folder / name)


def seconds_by_verb(book: Book) -> dict[str, float]:
    """Seconds that each verb took, from the times of its events in the log."""
    log = (book.log / "1.jsonl").read_text(encoding="utf-8")
    lines = [json.loads(line) for line in split_lines(log)]
    before = (book.log / "studio.toml").stat().st_mtime
    spent: dict[str, float] = {}
    for line in lines:  # verbs take turns, page by page
        spent[line["stage"]] = spent.get(line["stage"], 0.0) + line["time"] - before
        before = line["time"]
    return spent


def report(console: Console, book: Book, measured: Measured) -> None:
    table = Table("verb", "seconds")
    spent = seconds_by_verb(book)
    for verb, seconds in spent.items():
        table.add_row(verb, f"{seconds:.1f}")
    table.add_row("in all, with starting Python", f"{measured.seconds:.1f}")
    console.print(table)
    pictures = sum(len(book.pictures(scene.page)) for scene in book.scenes)
    console.print(
        f"peak memory {measured.peak_mb:.0f} MB; {pictures / spent['draw']:.2f} pictures/s drawn"
    )
    first = min(path.stat().st_mtime for path in book.folder.glob("pages/*/*.png"))
    begin = (book.log / "studio.toml").stat().st_mtime
    console.print(f"first picture after {first - begin:.1f} s")


def compare(console: Console, book: Book, plain: Path, measured: Measured) -> None:
    """Pages a minute against the plain script, and whether the pictures are the same."""
    ours = sum(seconds_by_verb(book)[verb] for verb in OURS)
    worst = 0
    for scene in book.scenes:
        for name in book.pictures(scene.page):
            mine = np.asarray(Image.open(book.picture(scene.page, name)), dtype=int)
            worst = max(worst, np.abs(mine - np.asarray(Image.open(plain / f"{name}.png"))).max())
    console.print(
        f"draw, choose and enlarge: {ours:.1f} s; plain script {measured.seconds:.1f} s with "
        f"{measured.peak_mb:.0f} MB: [bold]{measured.seconds / ours:.2f} times as fast[/bold]; "
        f"largest difference of a pixel {worst} of 255"
    )


def growth(console: Console, folder: Path) -> None:
    table = Table("pages", "seconds", "seconds a page")
    for pages in PAGES:
        begin(folder, f"of-{pages}", pages)
        measured = run(["storybook", "make", f"of-{pages}"], folder)
        table.add_row(str(pages), f"{measured.seconds:.1f}", f"{measured.seconds / pages:.2f}")
    console.print(table)


if __name__ == "__main__":
    sys.exit(main())
