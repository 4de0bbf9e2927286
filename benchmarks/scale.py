"""`python -m benchmarks.scale [PART ...]`: many books, alone, in a batch and on Ray, on an idle
machine.

Parts: `starter` (books an hour, with the starter's models), `overhead` (of a piece of work on Ray),
`killed` (1,000 orders of the doubles through Ray, a worker killed each minute), `memory` (of a
batch of 200 books). All of them without a part. The figures stand in docs/scale.md.
"""

import csv
import os
import pickle
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread

import psutil
from rich.console import Console

from storybook.book.folder import Book
from storybook.cluster.batch import pictures_drawn
from storybook.cluster.connect import cluster
from storybook.cluster.maker import Piece
from storybook.cluster.team import Done, Team
from storybook.config import load_settings
from storybook.orders.batch import batch
from storybook.orders.reading import read_orders
from storybook.orders.table import Table
from storybook.studio.open_models import OpenModels

WORKERS = (1, 2)
BOOKS, PIECES, ORDERS, MANY = 6, 500, 1000, 200
KILL_S = 60.0
SMALL = ("draw.candidates=2", "enlarge.width_px=512", "enlarge.control=off")
"""Pages of the starter's own size, enlarged little: what models cost is not to hide the rest."""


class Idle:
    """A worker that does nothing, so that only what handing it a piece costs is left."""

    def make(self, piece: Piece) -> Done:
        return Done(pid=os.getpid(), node="", seconds=0.0)


def main() -> None:
    parts: dict[str, Callable[[Console], None]] = {
        "starter": starter,
        "overhead": overhead,
        "killed": killed,
        "memory": memory,
    }
    console = Console(width=160)
    for part in sys.argv[1:] or parts:
        console.rule(part)
        with tempfile.TemporaryDirectory() as folder:
            os.chdir(folder)
            parts[part](console)
            os.chdir("/")


def starter(console: Console) -> None:
    """Books an hour: each in a process of its own, in a batch, and on Ray."""
    lay_orders(BOOKS)
    changes = [word for change in SMALL for word in ("--set", change)]
    for order in read_orders(Path("orders.csv"), load_settings("starter").write):
        Book.create(Path("alone") / order.name, order.brief)
    names = sorted(Path("alone").iterdir())
    alone = timed(lambda: [run("make", str(book), *changes) for book in names])
    say(console, "alone, a process for each", BOOKS, alone)
    say(console, "in a batch", BOOKS, timed(lambda: run("batch", "orders.csv", *changes)))
    one = None
    for workers in WORKERS:
        out = ("--out", f"on-{workers}", "--on", "ray", "--workers", str(workers))
        spent = timed(lambda out=out: run("batch", "orders.csv", *out, *changes))
        say(console, f"on Ray, {workers} worker(s), with starting it", BOOKS, spent)
        one = one or spent[0]
        console.print(f"  {one / spent[0] / workers:.2f} of linear")
    same = all(
        path.read_bytes() == Path("on-1", *path.parts[1:]).read_bytes()
        for path in Path("books").glob("*/pages/*/*.png")
    )
    console.print(f"pictures of the batch and of Ray are the same to the byte: {same}")


def overhead(console: Console) -> None:
    """Seconds and bytes that one piece costs beside its work."""
    pieces = [Piece(book=f"a-book-of-a-usual-name-{number:04d}") for number in range(PIECES)]
    with cluster("ray", 2):
        team = Team(Idle, (), 2, gpus=0.0)
        for _ in team.work(pieces[:4]):
            pass  # until the workers are there
        began = time.perf_counter()
        for _ in team.work(pieces):
            pass
        each = (time.perf_counter() - began) / PIECES
    size = len(pickle.dumps(pieces[0])) + len(pickle.dumps(Idle().make(pieces[0])))
    console.print(f"{1000 * each:.2f} ms and {size} bytes a piece, where books are shared")


def killed(console: Console) -> None:
    """1,000 orders by the doubles through Ray, while a worker is killed each minute."""
    lay_orders(ORDERS)
    over, victims = Event(), []

    def kill() -> None:
        while not over.wait(KILL_S):
            if workers := workers_here():
                workers[0].send_signal(signal.SIGKILL)
                victims.append(workers[0].pid)

    killer = Thread(target=kill)
    killer.start()
    try:
        asked = ("--studio", "doubles", "--on", "ray", "--workers", "2")
        spent = timed(lambda: run("batch", "orders.csv", *asked))
    finally:
        over.set()
        killer.join()
    say(console, "1,000 orders on Ray, 2 workers", ORDERS, spent)
    books = [Book(path.parent) for path in Path("books").glob("*/brief.toml")]
    made = sum(book.pdf.is_file() for book in books)
    there = sum(1 for _ in Path("books").glob("*/pages/*/*.png")) - sum(
        1 for _ in Path("books").glob("*/pages/*/plate.png")
    )
    drawn = sum(map(pictures_drawn, books))
    console.print(f"{made} of {ORDERS} made; {there} pictures there, {drawn} told of as drawn")
    console.print(f"{len(victims)} workers killed")


def memory(console: Console) -> None:
    """How much memory a batch of 200 books takes, after each twenty."""
    lay_orders(MANY)
    studio = OpenModels(load_settings("doubles"))
    orders = read_orders(Path("orders.csv"), studio.settings.write)
    table = Table(Path("books/orders.table.csv"), orders)
    own, last = psutil.Process(), -1
    for event in batch(orders, table, studio):
        if event.done % 20 == 0 and event.done != last:
            last = event.done
            console.print(f"  {event.done} books: {own.memory_info().rss / 1e6:.0f} MB")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    console.print(f"  peak {peak:.0f} MB")


def lay_orders(count: int) -> None:
    """A list of so many orders of four pages, each of another seed."""
    with Path("orders.csv").open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(["id", "summary", "pages", "seed"])
        for number in range(1, count + 1):
            summary = "Pepper the dog wants to fly a kite at the beach."
            rows.writerow([f"order-{number:04d}", summary, 4, number])


def run(*arguments: str) -> None:
    """Run a command of ours in a process of its own; raises CalledProcessError."""
    environment = os.environ | {"STORYBOOK_JOBS": "off"}
    command = [sys.executable, "-m", "storybook", *arguments]
    subprocess.run(command, check=True, env=environment, capture_output=True)


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds by the clock, and of the processor in this process's children."""
    began, before = time.perf_counter(), os.times()
    work()
    after = os.times()
    used = after.children_user + after.children_system
    return time.perf_counter() - began, used - before.children_user - before.children_system


def say(console: Console, what: str, books: int, spent: tuple[float, float]) -> None:
    seconds, used = spent
    rate = books * 3600 / seconds
    console.print(
        f"{what}: {seconds / books:.1f} s a book ({used / books:.1f} s of the processor), "
        f"{rate:.0f} books an hour"
    )


def workers_here() -> list[psutil.Process]:
    """Ray's workers that make books in this folder."""
    found = []
    for process in psutil.process_iter(["cmdline"]):
        name = (process.info["cmdline"] or [""])[0]
        try:
            if name.startswith("ray::Maker") and process.cwd() == os.getcwd():
                found.append(process)
        except psutil.Error:
            continue
    return found


if __name__ == "__main__":
    main()
