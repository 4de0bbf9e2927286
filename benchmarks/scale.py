"""`python -m benchmarks.scale [PART ...]`: many books, alone, in a batch and on Ray, on an idle
machine.

Parts: `starter` (books an hour, with the starter's models), `overhead` (of a piece of work on Ray),
`killed` (1,000 orders of the doubles through Ray, a worker killed each minute), `memory` (of a
batch of 200 books). All of them without a part. With `--work FOLDER` what was measured is kept
there and not measured again, and `killed` goes on with its orders: so a run can be stopped, or
stops by itself after `--minutes`, and is begun again. The figures stand in docs/scale.md.
"""

import argparse
import csv
import json
import os
import pickle
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
from rich.console import Console

from storybook.book.folder import Book
from storybook.cluster.batch import batch_on, pictures_drawn
from storybook.cluster.connect import cluster
from storybook.cluster.maker import Piece
from storybook.cluster.team import Done, Team
from storybook.config import load_settings
from storybook.files import write_whole
from storybook.orders.batch import batch
from storybook.orders.reading import read_orders
from storybook.orders.table import OrderTable
from storybook.studio.open_models import OpenModels

WORKERS = (1, 2)
SMALL = (
    "write.candidates=4",
    "draw.candidates=1",
    "draw.steps=4",
    "enlarge.width_px=256",
    "enlarge.control=off",
)
"""Books that a core makes in seconds: what models cost to be opened is not to be hidden."""
FIGURES = "figures.json"
POLL_S = 0.5

Figure = dict[str, Any]


class Idle:
    """A worker that does nothing, so that only what handing it a piece costs is left."""

    def make(self, piece: Piece) -> Done:
        return Done(pid=os.getpid(), node="", seconds=0.0)


class Figures:
    """What was measured, kept in this folder by its name."""

    def __init__(self) -> None:
        file = Path(FIGURES)
        self.kept: dict[str, Figure] = json.loads(file.read_text()) if file.is_file() else {}

    def of(self, name: str, measure: Callable[[], Figure]) -> Figure:
        """What an earlier run measured, else what `measure` does now."""
        if name not in self.kept:
            self.keep(name, measure())
        return self.kept[name]

    def keep(self, name: str, figure: Figure) -> None:
        self.kept[name] = figure
        write_whole(Path(FIGURES), f"{json.dumps(self.kept, indent=2)}\n".encode())


def main() -> None:
    parts = {"starter": starter, "overhead": overhead, "killed": killed, "memory": memory}
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scale", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(parts))
    parser.add_argument("--books", type=int, default=8, help="of starter, at least 3 (8)")
    parser.add_argument("--pieces", type=int, default=500, help="of overhead (500)")
    parser.add_argument("--orders", type=int, default=1000, help="of killed (1,000)")
    parser.add_argument("--kill-every", type=float, default=60.0, help="in s (60)")
    parser.add_argument("--minutes", type=float, help="after which killed stops; run it again")
    parser.add_argument("--many", type=int, default=200, help="books of memory (200)")
    parser.add_argument("--work", type=Path, help="where figures and books are kept")
    options, console = parser.parse_args(), Console(width=160)
    if unknown := set(options.parts) - set(parts):
        parser.error(f"there is no part {', '.join(sorted(unknown))}")
    for part in options.parts or parts:
        console.rule(part)
        with tempfile.TemporaryDirectory() as folder:
            work = (options.work or Path(folder)).absolute() / part
            work.mkdir(parents=True, exist_ok=True)
            os.chdir(work)
            try:
                parts[part](console, options)
            finally:
                os.chdir("/")


def starter(console: Console, options: argparse.Namespace) -> None:
    """Books an hour: each in a process of its own, in a batch, and on Ray."""
    figures, books = Figures(), options.books
    changes = [word for change in SMALL for word in ("--set", change)]
    lay_orders(books)

    def alone() -> Figure:
        for order in read_orders(Path("orders.csv"), load_settings("starter").write):
            Book.create(emptied(f"alone-{order.name}"), order.brief)
        names = [f"alone-order-{number:04d}" for number in range(1, books + 1)]
        return timed(lambda: [run("make", name, *changes) for name in names])

    def together() -> Figure:
        out = emptied("batch")
        return timed(lambda: run("batch", "orders.csv", "--out", str(out), *changes))

    say(console, "alone, a process for each", books, figures.of(f"alone, {books}", alone))
    say(console, "in a batch", books, figures.of(f"batch, {books}", together))
    one = None
    for workers in WORKERS:
        found = figures.of(f"ray {workers}, {books}", lambda many=workers: on_ray(many, books))
        say(console, f"on Ray, {workers} worker(s), with starting it", books, found)
        rate = (books - workers) / (found["ends"][-1] - found["ends"][workers - 1])
        one = one or rate
        console.print(
            f"  models open: {3600 * rate:.0f} books an hour, {rate / one / workers:.2f} of linear"
        )
    drawn = [path for path in Path("batch").glob("*/pages/*/*.png") if path.stem != "plate"]
    same = sum(map(_is_on_ray, drawn))
    console.print(f"{same} of {len(drawn)} pictures of the batch and of Ray are the same")


def _is_on_ray(picture: Path) -> bool:
    """Whether Ray drew the very same picture."""
    other = Path("on-1", *picture.parts[1:])
    return other.is_file() and picture.read_bytes() == other.read_bytes()


def on_ray(workers: int, books: int) -> Figure:
    """A batch by a cluster of this machine: how long, and when each book was done, in s."""
    out, ends = emptied(f"on-{workers}"), []
    orders = read_orders(Path("orders.csv"), load_settings("starter").write)
    table = OrderTable(out / "orders.table.csv", orders)
    began = time.perf_counter()
    how = {"studio": "starter", "changes": SMALL, "workers": workers}
    for event in batch_on("ray", orders, table, **how):
        ends += [time.perf_counter() - began] * (event.done - len(ends))
    if table.count("made") != books:
        raise RuntimeError(f"only {table.count('made')} of {books} books were made: see {out}")
    return {"seconds": time.perf_counter() - began, "ends": ends}


def overhead(console: Console, options: argparse.Namespace) -> None:
    """Seconds and bytes that one piece costs beside its work."""
    names = (f"a-book-of-a-usual-name-{number:04d}" for number in range(options.pieces))
    pieces = [Piece(book=name) for name in names]
    with cluster("ray", 2):
        team = Team(Idle, (), 2, gpus=0.0)
        for _ in team.work(pieces[:4]):
            pass  # until the workers are there
        began = time.perf_counter(), time.process_time()
        for _ in team.work(pieces):
            pass
        each = (time.perf_counter() - began[0]) / len(pieces)
        own = (time.process_time() - began[1]) / len(pieces)
    size = len(pickle.dumps(pieces[0])) + len(pickle.dumps(Idle().make(pieces[0])))
    console.print(
        f"{1000 * each:.2f} ms ({1000 * own:.2f} ms of the processor in who hands them out) and "
        f"{size} bytes a piece, where books are shared"
    )


def killed(console: Console, options: argparse.Namespace) -> None:
    """Orders by the doubles through Ray, while workers are killed; goes on where it was stopped."""
    figures, count = Figures(), options.orders
    lay_orders(count)
    before = figures.kept.get(f"killed, {count}", {"seconds": 0.0, "killed": 0, "runs": 0})
    began, killed_at, victims = time.monotonic(), time.monotonic(), 0
    words = ("batch", "orders.csv", "--studio", "doubles", "--on", "ray", "--workers", "2")
    with Path("said.txt").open("w") as says:
        work = subprocess.Popen(command(*words), env=quiet(), stdout=says, stderr=says)
        while work.poll() is None:
            time.sleep(POLL_S)
            now = time.monotonic()
            if now - killed_at > options.kill_every and (workers := workers_here()):
                workers[0].send_signal(signal.SIGKILL)
                killed_at, victims = now, victims + 1
            if options.minutes and now - began > 60 * options.minutes:
                work.send_signal(signal.SIGINT)
                work.wait()
    spent = before["seconds"] + time.monotonic() - began
    found = {"seconds": spent, "killed": before["killed"] + victims, "runs": before["runs"] + 1}
    figures.keep(f"killed, {count}", found)
    books = [Book(path.parent) for path in Path("books").glob("*/brief.toml")]
    made = sum(book.pdf.is_file() for book in books)
    pictures = [path for path in Path("books").glob("*/pages/*/*.png") if path.stem != "plate"]
    say(console, "on Ray, 2 workers, killed again and again", max(1, made), found)
    console.print(
        f"{made} of {count} made; {len(pictures)} pictures there, "
        f"{sum(map(pictures_drawn, books))} told of as drawn"
    )
    console.print(f"{found['killed']} workers killed, in {found['runs']} run(s) of the command")
    if made < count:
        console.print("run it again, with the same --work, to go on")


def memory(console: Console, options: argparse.Namespace) -> None:
    """How much memory a batch of many books takes, after each tenth of them."""
    lay_orders(options.many)
    emptied("books")
    studio = OpenModels(load_settings("doubles"))
    orders = read_orders(Path("orders.csv"), studio.settings.write)
    table = OrderTable(Path("books/orders.table.csv"), orders)
    own, last, step = psutil.Process(), -1, max(1, options.many // 10)
    for event in batch(orders, table, studio):
        if event.done % step == 0 and event.done != last:
            last = event.done
            console.print(f"  {event.done} books: {own.memory_info().rss / 1e6:.0f} MB")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    console.print(f"  peak {peak:.0f} MB, {time.process_time() / options.many:.2f} s a book")


def emptied(name: str) -> Path:
    """A folder of that name, without what an earlier run left there."""
    shutil.rmtree(name, ignore_errors=True)
    return Path(name)


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
    subprocess.run(command(*arguments), check=True, env=quiet(), capture_output=True)


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "storybook", *arguments]


def quiet() -> dict[str, str]:
    return os.environ | {"STORYBOOK_JOBS": "off"}


def timed(work: Callable[[], object]) -> Figure:
    """Seconds by the clock, and of the processor in this process's children."""
    began, before = time.perf_counter(), os.times()
    work()
    after = os.times()
    used = after.children_user + after.children_system
    used -= before.children_user + before.children_system
    return {"seconds": time.perf_counter() - began, "cpu": used}


def say(console: Console, what: str, books: int, spent: Figure) -> None:
    seconds = spent["seconds"]
    used = f" ({spent['cpu'] / books:.1f} s of the processor)" if "cpu" in spent else ""
    rate = books * 3600 / seconds
    console.print(f"{what}: {seconds / books:.1f} s a book{used}, {rate:.0f} books an hour")


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
