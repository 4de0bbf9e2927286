"""`python -m benchmarks.library [BOOKS]`: how fast a shelf of so many opens, 100,000 by itself.

The books are one story under other names. The first reading of them all is timed apart: it is done
once, and in the studio bit by bit.
"""

import os
import sys
import tempfile
import time
from pathlib import Path

from rich.console import Console

from storybook.book.folder import Book
from storybook.book.index import INDEX, search_shelf
from storybook.config import load_settings
from storybook.make import follow, make
from storybook.records import Brief
from storybook.studio.studio import Studio

BOOKS = 100_000
TEXTS = (Book.STORY, Book.SCENES)


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else BOOKS
    console = Console()
    with tempfile.TemporaryDirectory() as name:
        root = Path(name) / "books"
        console.print(f"{count:,} books are laid out ...")
        lay_out(root, count)
        console.print(f"read for the first time: {seconds(root):.1f} s")
        console.print(f"index: {(root / INDEX).stat().st_size / 1e6:.0f} MB")
        console.print("opened by a new process, the newest 24 shown, where nothing changed:")
        for words in ("", "kite", f"kite b{count // 2:06d}", "zebra"):
            console.print(f"  {words or 'all'}: {fresh(root, words):.2f} s")
        book = Book(root / "b000001")
        book.save(book.STORY, book.story.but(title="The Zebra"), None)
        console.print(f"after a change of one: {fresh(root, 'zebra'):.2f} s")


def lay_out(root: Path, count: int) -> None:
    """So many folders of books of five pages, whose texts are the same files."""
    first = Book.create(root / "b000000", Brief(summary="Pepper the dog flies a kite.", pages=4))
    studio = Studio(load_settings("doubles"))
    for _ in follow(make(first, studio, "split"), first, studio):
        pass
    for number in range(1, count):
        folder = root / f"b{number:06d}"
        for page in range(5):
            (folder / "pages" / f"{page:02d}").mkdir(parents=True)
        for text in (Book.BRIEF, *TEXTS):
            if number % 10_000:  # a file has only so many names
                os.link(root / f"b{number // 10_000 * 10_000:06d}" / text, folder / text)
            else:
                (folder / text).write_bytes(first.path(text).read_bytes())


def seconds(root: Path, words: str = "") -> float:
    """How long a search takes in this process, of the processor's time: another program's work
    does not matter."""
    began = time.process_time()
    search_shelf(root, words, most=24)
    return time.process_time() - began


def fresh(root: Path, words: str) -> float:
    """How long it takes where this process has not looked before; the index is closed each time."""
    from storybook.book import index

    index._looked.clear()
    return seconds(root, words)


if __name__ == "__main__":
    main()
