"""The studio in a browser: how soon its pages stand with 1,000 books, and whether jobs are lost.

    python -m benchmarks.studio                 prints tables for docs/studio.md
    python -m benchmarks.studio --books 50 --reloads 5 --kills 2 --visits 20        to try it

Needs Chromium and Playwright, and works in a temporary folder. The doubles make its books, but for
the one that is made while it is measured how soon a click shows.
"""

import argparse
import hashlib
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import psutil

from storybook.book.folder import Book
from storybook.cli.retry import retry
from storybook.config import load_settings, shipped
from storybook.jobs import manager as jobs
from storybook.jobs.folder import Job, job_state, written_state
from storybook.make import follow, make
from storybook.records import Brief
from storybook.studio.studio import Studio

ROOT = Path(__file__).parent.parent
CHROMIUM = "/usr/bin/chromium"
IDLE = "[data-testid='stApp'][data-test-script-state='notRunning']"
PAGES = {
    "library": "/",
    "new book": "/new-book",
    "storyboard": "/storyboard?book=book-0001",
    "a page": "/storyboard?book=book-0001&page=2",
    "reader": "/reader?book=book-0001",
    "press": "/press?book=book-0001",
    "heroes": "/heroes",
    "training": "/training",
    "jobs": "/jobs",
    "settings": "/settings",
}
LONG = ("--set", "draw.candidates=64")
"""So many pictures that there is time to disturb."""
SUMMARY = "Biscuit the cat finds a blue mitten in the snow. A shy fox helps her to bring it home."


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--books", type=int, default=1000)
    parser.add_argument(
        "--visits",
        type=int,
        default=720,
        help="pages opened for the memory: as many as in an hour, one every five seconds",
    )
    parser.add_argument("--reloads", type=int, default=50)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--server-kills", type=int, default=5)
    options = parser.parse_args()
    with TemporaryDirectory() as name:
        home = Path(name)
        fill(home, options.books)
        os.chdir(home)
        shelf = _digest(home / "books")
        with server(home) as (address, process), browser() as page:
            first_paint(page, address, options.books)
            reaction(page, address)
            memory(page, address, process, options.visits)
            print_lost(page, address, options.reloads, options.kills)
        with browser() as page:
            print_lost_with_the_server(page, home, options.server_kills)
        whole = _digest(home / "books", only=set(shelf)) == shelf
        print(f"\nAfter all of that the other {len(shelf):,} books are", end=" ")
        print("as they were, to the byte" if whole else "NOT as they were")


def fill(home: Path, count: int) -> None:
    """A shelf of `count` books: one is made, the others are copies under other titles."""
    studio = shipped("assets", "studios", "doubles.toml").read_text(encoding="utf-8")
    (home / "studio.toml").write_text(studio, encoding="utf-8")
    brief = Brief(summary=SUMMARY, pages=12, heroes=("biscuit",))
    first = Book.create(home / "books" / "book-0001", brief)
    doubles = Studio(load_settings("doubles", []))
    for _ in follow(make(first, doubles), first, doubles):
        pass
    for number in range(2, count + 1):
        folder = home / "books" / f"book-{number:04d}"
        shutil.copytree(first.folder, folder, copy_function=os.link)
        (folder / Book.BRIEF).unlink()
        text = (first.folder / Book.BRIEF).read_text(encoding="utf-8")
        (folder / Book.BRIEF).write_text(f'title = "Book {number}"\n{text}', encoding="utf-8")


def first_paint(page: object, address: str, books: int) -> None:
    """Seconds from the address to a page that stands, the first visit and the median of five."""
    print(f"\n| page, with {books:,} books | first visit, s | later, s |\n|---|---|---|")
    for what, path in PAGES.items():
        times = [_opened(page, address + path) for _ in range(6)]
        print(f"| {what} | {times[0]:.2f} | {median(times[1:]):.2f} |")


def reaction(page: object, address: str) -> None:
    """Seconds from a click to a change on the page, while a book is being made."""
    job = _begin_a_book("reaction", "--studio", "starter")
    _await(job, "draw")
    times = []
    for _ in range(5):
        _opened(page, f"{address}/storyboard?book=book-0001")
        began = time.monotonic()
        page.get_by_role("button", name="Change").first.click()
        page.get_by_role("heading", name="The cover").wait_for()
        times.append(time.monotonic() - began)
    assert job_state(job).active, "the book was done too soon"
    jobs.cancel(job)
    _await_end(job)
    print(f"\nFrom *Change* to the page's editor, while a book is made: {median(times):.2f} s")


def memory(page: object, address: str, process: psutil.Process, visits: int) -> None:
    """Megabytes of the app's process before and after many visits of all pages."""
    rng, before = random.Random(1), _mb(process)
    paths = list(PAGES.values())
    for _ in range(visits):
        _opened(page, address + rng.choice(paths))
    print(f"\nThe app's process: {before:.0f} MB, after {visits} visits {_mb(process):.0f} MB")


def print_lost(page: object, address: str, reloads: int, kills: int) -> None:
    """Jobs that are lost or wrongly said to run, after reloads and kills at random moments."""
    rng, wrong = random.Random(2), 0
    job = _begin_a_book("reloads", *LONG)
    for _ in range(reloads):
        page.goto(f"{address}/storyboard?book=reloads")
        time.sleep(rng.uniform(0.05, 0.6))
    _await_end(job)
    wrong += job_state(job).state != "done"
    seen = []
    while len(seen) < kills:
        name = f"kill-{time.monotonic_ns()}"
        job = _begin_a_book(name, *LONG)
        while written_state(job).pid is None:
            time.sleep(0.05)
        time.sleep(rng.uniform(0.1, 3.0))
        if not job_state(job).active:
            continue
        os.killpg(written_state(job).pid, signal.SIGKILL)
        killed = time.monotonic()
        while job_state(job).active:
            time.sleep(0.05)
        seen.append(time.monotonic() - killed)
        again = retry(job)
        _await_end(again)
        wrong += job_state(again).state != "done"
        wrong += not Book(Path("books") / name).pdf.is_file()
    print(
        f"\n{reloads} reloads, {kills} kills of the worker: {wrong} jobs lost; "
        f"seen as dead after {max(seen):.2f} s at most"
    )


def print_lost_with_the_server(page: object, home: Path, kills: int) -> None:
    """Books that are lost when the app's own process is killed at random moments.

    The work goes on without it, and a studio that is opened anew shows the book when it is made.
    """
    rng, wrong, active = random.Random(3), 0, 0
    for number in range(kills):
        name = f"no-server-{number}"
        with server(home) as (address, process):
            job = _begin_a_book(name, *LONG)
            page.goto(f"{address}/storyboard?book={name}")
            while written_state(job).pid is None:
                time.sleep(0.05)
            time.sleep(rng.uniform(0.1, 2.0))
            process.kill()
            process.wait(20)
        active += job_state(job).active
        with server(home) as (address, _):
            page.goto(f"{address}/storyboard?book={name}")
            _await_end(job)
            _opened(page, f"{address}/reader?book={name}")
            wrong += not page.locator("iframe").first.is_visible()
        wrong += job_state(job).state != "done" or not Book(Path("books") / name).pdf.is_file()
    print(
        f"\n{kills} kills of the app's own process ({active} while a book was being made): "
        f"{wrong} books lost"
    )


def _digest(books: Path, only: set[str] | None = None) -> dict[str, str]:
    """SHA-256 of all files of each book but its small pictures for pages, which come as one looks.

    By the names of the books' folders; files that several books share are read once.
    """
    by_inode: dict[int, bytes] = {}
    found = {}
    for folder in sorted(filter(Path.is_dir, books.iterdir())):
        if only is not None and folder.name not in only:
            continue
        whole = hashlib.sha256()
        for file in sorted(folder.rglob("*")):
            if file.is_file() and file.parent.name != "thumbs":
                inode = file.stat().st_ino
                if inode not in by_inode:
                    by_inode[inode] = hashlib.sha256(file.read_bytes()).digest()
                whole.update(str(file.relative_to(folder)).encode() + by_inode[inode])
        found[folder.name] = whole.hexdigest()
    return found


@contextmanager
def server(home: Path) -> Iterator[tuple[str, psutil.Process]]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "streamlit",
            "run",
            str(ROOT / "app" / "main.py"),
            "--server.port",
            str(port),
            "--server.headless",
            "true",
        ],
        cwd=home,
        env=os.environ | {"PYTHONPATH": str(ROOT), "HF_HUB_OFFLINE": "1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        while True:
            try:
                urllib.request.urlopen(f"{address}/_stcore/health", timeout=2).close()
                break
            except OSError:
                time.sleep(0.2)
        yield address, psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait(20)


@contextmanager
def browser() -> Iterator[object]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        opened = driver.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-background-networking"]
        )
        yield opened.new_page(viewport={"width": 1440, "height": 900})
        opened.close()


def _opened(page: object, address: str) -> float:
    """Seconds until the page stands: its heading is there and its script has ended."""
    began = time.monotonic()
    page.goto(address)
    page.locator("h1").first.wait_for()
    page.locator(IDLE).wait_for()
    return time.monotonic() - began


def _begin_a_book(name: str, *options: str) -> Job:
    brief = Brief(summary=SUMMARY, pages=12, heroes=("biscuit",))
    book = Book.create(Path("books") / name, brief)
    return jobs.start(
        "storybook", ("make", str(book.folder), *options), f"Make {name}", subject=str(book.folder)
    )


def _await(job: Job, stage: str) -> None:
    while (far := jobs.progress(job)) is None or far.stage != stage:
        time.sleep(0.1)


def _await_end(job: Job) -> None:
    while job_state(job).active:
        time.sleep(0.1)


def _mb(process: psutil.Process) -> float:
    return process.memory_info().rss / 1e6


if __name__ == "__main__":
    main()
