"""Books made by the workers of a cluster: by hands in this process, and by Ray where it is."""

import os
import subprocess
import sys
from collections import deque
from importlib.util import find_spec
from pathlib import Path

import psutil
import pytest

from books import doubles
from storybook.book.folder import Book
from storybook.cli import main
from storybook.cluster import batch as cluster_batch
from storybook.cluster import maker as makers
from storybook.cluster.batch import Foreman, batch_on, pictures_drawn
from storybook.cluster.connect import check_on
from storybook.cluster.maker import Maker, Piece, WorkPlace, changed_files, files_of, put_files
from storybook.cluster.team import Result
from storybook.errors import ConfigError
from storybook.orders.batch import batch, begin_book
from storybook.orders.reading import read_orders
from storybook.orders.table import OrderTable
from storybook.studio.open_models import OpenModels
from waiting import wait_for

SUMMARY = "Biscuit the cat finds a blue mitten in the snow."
BOOKS = Path("books")
needs_ray = pytest.mark.skipif(find_spec("ray") is None, reason="pip install 'storybook[ray]'")


def orders_of(count):
    lines = [f'{chr(97 + at)},"{SUMMARY}",4,{at + 1}' for at in range(count)]
    Path("orders.csv").write_text("\n".join(["id,summary,pages,seed", *lines]))
    return read_orders(Path("orders.csv"), doubles().settings.write)


def table_for(orders, out=BOOKS):
    return OrderTable(out / "orders.table.csv", orders)


def a_place(shared=True):
    BOOKS.mkdir(exist_ok=True)
    if shared:
        (BOOKS / "sign").touch()
    where = {"folder": os.getcwd(), "books": str(BOOKS.resolve()), "sign": "sign"}
    return WorkPlace(**where, studio="doubles", changes=())


def pictures_of(root):
    return {path.relative_to(root): path.read_bytes() for path in root.glob("*/pages/*/*.png")}


_ALONE: dict[int, tuple[dict[Path, bytes], dict[str, bytes]]] = {}


def made_alone(count):
    """What one machine makes of so many orders: their pictures, and their PDFs by their names.

    It is made once: a book depends on its order alone, as `test_batch.py` holds.
    """
    if count not in _ALONE:
        orders, root = orders_of(count), Path("alone")
        for _ in batch(orders, table_for(orders, root), OpenModels(doubles().settings)):
            pass
        books = {order.name: Book(root / order.name).pdf.read_bytes() for order in orders}
        _ALONE[count] = pictures_of(root), books
    return _ALONE[count]


def assert_as_alone(count):
    """The books are to the byte what one machine makes."""
    pictures, books = made_alone(count)
    assert pictures_of(BOOKS) == pictures
    assert {name: Book(BOOKS / name).pdf.read_bytes() for name in books} == books


class Hands:
    """A team of one that works in this process, as many as it says it is."""

    def __init__(self, maker, size):
        self.maker, self.size, self.restarts, self.retired = maker, size, 0, []
        self.pieces = []

    def work(self, pieces):
        for piece in iter(lambda: next(pieces, None), None):
            self.pieces.append(piece)
            done = self.maker.make(piece)
            yield Result(piece, done, done.fault)


def make_all(orders, size, *, shared=True, home=None):
    """Make orders by `Hands`; a worker who does not share works in a folder of its own."""
    table = table_for(orders)
    for order in orders:
        begin_book(order, BOOKS)
    hands = Hands(Maker(a_place(shared)), size)
    if home:
        os.chdir(home)  # where the worker went is no matter of who gives the work
    events = list(Foreman(hands, orders, table, sends=not shared).work())
    return table, hands.pieces, events


@pytest.mark.parametrize("size", [1, pytest.param(3, marks=pytest.mark.slow), 20])
def test_foreman_has_pages_drawn_apart_where_there_are_workers_for_them(size):
    orders = orders_of(2)
    table, pieces, events = make_all(orders, size)
    assert table.count("made") == 2 and events[-1].done == 2
    assert_as_alone(2)
    shards = [piece.pages for piece in pieces if piece.book == "a" and piece.pages]
    assert len(shards) == {1: 0, 3: 0, 20: 5}[size]
    drawn = sum(len(Book(f"books/{name}").pictures(page)) for name in "ab" for page in range(5))
    assert [row.pictures for row in table.rows.values()] == [10, 10] and drawn == 20


@pytest.mark.parametrize("size", [pytest.param(1, marks=pytest.mark.slow), 20])
def test_maker_sends_files_back_where_it_does_not_see_the_books(size, tmp_path, capsys):
    orders = orders_of(2)
    table, pieces, _ = make_all(orders, size, shared=False, home=tmp_path)
    assert table.count("made") == 2
    assert_as_alone(2)
    assert not list(Book("books/a").folder.rglob("*.draft"))
    assert not [p for p in pieces if not p.files], "each piece brings the book along"
    assert main(["make", "books/a", "--studio", "doubles"]) == 0, (
        "stamps came along: nothing is due"
    )
    assert pictures_drawn(Book("books/a")) == 10


def test_maker_takes_heroes_along_to_where_it_does_not_see_them(tmp_path):
    (tmp_path / "heroes" / "zora").mkdir(parents=True)
    (tmp_path / "heroes" / "zora" / "hero.toml").write_text('name = "Zora"\nspecies = "dog"\n')
    Path("orders.csv").write_text('id,summary,hero,pages\na,"Zora the dog finds a key.",zora,4\n')
    orders = read_orders(Path("orders.csv"), doubles().settings.write)
    place = cluster_batch._place(BOOKS, "no-sign", "doubles", (), orders)
    assert list(place.files) == ["heroes/zora/hero.toml"]
    begin_book(orders[0], BOOKS)
    sent = files_of(BOOKS / "a")
    (tmp_path / "heroes").rename(tmp_path / "gone")
    done = Maker(place).make(Piece(book="a", until="describe", files=sent))
    assert done.fault == "" and b"Zora" in done.files["story.json"]


@pytest.mark.parametrize(
    ("fault", "says", "no_room"),
    [
        (OSError(28, "No space left on device"), "No space left", True),
        (OSError(5, "Input/output error"), "Input/output", False),
        (ZeroDivisionError("x"), "our own bug", False),
        (ConfigError("Say it.\nSo."), "Say it. So.", False),
    ],
)
def test_maker_says_in_a_line_what_went_wrong(fault, says, no_room, monkeypatch):
    begin_book(orders_of(1)[0], BOOKS)
    worker = Maker(a_place())

    def broken(*_):
        raise fault

    monkeypatch.setattr(makers, "make", broken)
    done = worker.make(Piece(book="a"))
    assert says in done.fault and "\n" not in done.fault and done.no_room == no_room


def test_put_files_writes_stamps_first(monkeypatch, tmp_path):
    written = []
    monkeypatch.setattr(makers, "write_whole", lambda path, data: written.append(path.name))
    put_files(tmp_path, {"story.json": b"1", ".made/story.json.json": b"2", "a/b.png": b"3"})
    assert written == ["story.json.json", ["a", "b.png"][1], "story.json"]


def test_changed_files_are_those_of_another_content(tmp_path):
    put_files(tmp_path, {"a": b"1", "b/c": b"2", ".made/lock": b"", "b/.x.1.draft": b"half"})
    (tmp_path / "link").symlink_to("/etc/passwd")
    assert changed_files(tmp_path, {"a": b"1", "b/c": b"old"}) == {"b/c": b"2"}
    assert changed_files(tmp_path / "none", {}) == {}


@pytest.mark.parametrize("on", ["rey", "ray://", "ray://host", "http://host:1", "ray://:1", ""])
def test_check_on_says_what_can_be_said(on):
    with pytest.raises(ConfigError, match=r"ray://HOST:10001"):
        check_on(on)


def test_check_on_says_what_to_install(monkeypatch):
    monkeypatch.setattr("storybook.cluster.connect.find_spec", lambda name: None)
    with pytest.raises(ConfigError, match=r"storybook\[ray\]"):
        check_on("ray")


def workers_here():
    """Ray's processes that make books in this folder."""
    found = []
    for process in psutil.process_iter(["cmdline"]):
        line = process.info["cmdline"] or [""]
        try:
            if line[0].startswith("ray::Maker") and process.cwd() == os.getcwd():
                found.append(process)
        except psutil.Error:
            continue
    return found


def started(work):
    """The events of work on Ray; the test is skipped where its cluster cannot be started in the
    half minute that Ray gives it."""
    try:
        yield next(work)
    except ConfigError as fault:
        pytest.skip(f"Ray does not start here now: {fault}")
    yield from work


@needs_ray
@pytest.mark.slow  # `make install` brings no Ray, whose cluster takes longer to start than to work;
# what its workers and their foreman do, hold the hands above to the byte
def test_ray_makes_what_one_machine_makes_though_a_worker_is_killed():
    """The same orders, to the byte; nothing that was kept is drawn twice."""
    orders = orders_of(3)
    table, killed = table_for(orders), deque()
    work = batch_on("ray", orders, table, studio="doubles", changes=(), workers=2)
    notes = []
    for event in started(work):
        notes.append(event.note)
        if not killed and event.done < 2:
            victim = wait_for(workers_here)[0]
            victim.kill()
            killed.append(victim.pid)
    assert killed and {row.state for row in table.rows.values()} == {"made"}, notes
    assert_as_alone(3)
    assert [row.pictures for row in table.rows.values()] == [10] * 3


@needs_ray
@pytest.mark.slow
def test_batch_goes_on_after_the_cluster_itself_was_killed():
    orders_of(4)
    command = [sys.executable, "-m", "storybook", "batch", "orders.csv", "--studio", "doubles"]
    command += ["--on", "ray", "--workers", "2"]
    run = subprocess.Popen(command, env=os.environ | {"STORYBOOK_JOBS": "off"})
    wait_for(lambda: len(pictures_of(BOOKS)) > 5, by=run)
    for process in psutil.Process(run.pid).children(recursive=True):
        if "gcs_server" in process.name() or "raylet" in process.name():
            process.kill()
    assert run.wait() != 0
    before = pictures_of(BOOKS)
    assert subprocess.run(command, check=False).returncode == 0
    after = pictures_of(BOOKS)
    assert len(after) == 4 * 15 and before.items() <= after.items()
