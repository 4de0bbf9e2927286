"""Many books from one list, made with the doubles."""

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from books import doubles
from storybook.book.folder import Book
from storybook.cli import main
from storybook.config import load_settings, shipped
from storybook.errors import BookError, ConfigError
from storybook.orders import batch as batches
from storybook.orders import table as tables
from storybook.orders.batch import batch, is_made, table_of
from storybook.orders.reading import read_orders
from storybook.orders.table import OrderTable, held
from storybook.studio.open_models import OpenModels, fit_together
from waiting import wait_for

EXAMPLES = Path(__file__).parent.parent / "examples"
SUMMARY = "Biscuit the cat finds a blue mitten in the snow."
DOUBLES = ("--studio", "doubles")


def orders_of(text, name="orders.csv"):
    Path(name).write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_orders(Path(name), doubles().settings.write)


def faults(orders):
    return {order.number: order.fault for order in orders if order.fault}


def a_list(count, name="orders.csv", **columns):
    """A list of so many orders of four pages each, `a` to as many letters on."""
    lines = [f'{chr(97 + at)},"{SUMMARY}",4' for at in range(count)]
    Path(name).write_text("\n".join(["id,summary,pages", *lines]), encoding="utf-8")
    return Path(name)


def table_in(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return {row["book"]: row for row in csv.DictReader(file)}


def pictures_in(folder):
    found = Path(folder).glob("*/pages/*/*.png")
    return {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in found}


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_read_orders_takes_what_a_spreadsheet_writes(mark):
    columns = ["ID", "Summary", "hero", "pages", "ages", ""]
    rows = [columns, ["a b", SUMMARY, "biscuit", "4", "", ""]]
    text = "\r\n".join(mark.join(f'"{cell}"' for cell in row) for row in rows)
    (order,) = orders_of(text.encode("utf-8-sig"))
    assert (order.number, order.name, order.fault) == (1, "a-b", "")
    assert (order.brief.pages, order.brief.ages, order.brief.heroes) == (4, "3-5", ("biscuit",))


def test_read_orders_takes_a_csv_and_json_lines_for_the_same():
    lines = [
        {"summary": SUMMARY, "hero": ["biscuit", "bruno"], "pages": 4, "style": "gouache"},
        {"story": "A-022", "hero": "bruno", "seed": 7},
    ]
    written = "summary,story,hero,pages,style,seed\n"
    written += f'"{SUMMARY}",,biscuit + bruno,4,gouache,\n,A-022,bruno,,,7\n'
    by_json = orders_of("\n".join(map(json.dumps, lines)), "orders.jsonl")
    assert [each.brief for each in by_json] == [each.brief for each in orders_of(written)]
    assert by_json[1].brief.story == "A-022"


def test_read_orders_tells_orders_of_the_same_words_apart():
    first, second, third = orders_of(f'summary\n"{SUMMARY}"\n"{SUMMARY}"\n"{SUMMARY}"\n')
    assert (second.name, third.name) == (f"{first.name}-2", f"{first.name}-3")
    assert first.brief.heroes == ("biscuit",), "as `storybook new` reads a summary"


@pytest.mark.parametrize(
    ("row", "says"),
    [
        (f'a,"{SUMMARY}",rex,4,', "no hero 'rex'"),
        (f'a,"{SUMMARY}",biscuit,400,', "pages"),
        (f'a,"{SUMMARY}",biscuit,four,', "pages"),
        (f'a,"{SUMMARY}",biscuit,4,oil', "oil"),
        ("a,,biscuit,4,", "summary"),
        ("a,...,biscuit,4,", "no words"),
        ("a,Biscuit the cat, who is lost,biscuit,4,,gouache", "put quotes"),
        (f'b,"{SUMMARY}",biscuit,4,', "is that of order 1 too"),
        ('a,"Biscuit kills a mouse with a gun, and there is blood.",biscuit,4,', "children"),
    ],
)
def test_read_orders_names_a_bad_order_and_passes_over_it(row, says):
    good = f'"{SUMMARY}",biscuit,4,'
    found = orders_of(f"id,summary,hero,pages,style\nb,{good}\n{row}\nc,{good}\n")
    assert [each.number for each in found if each.brief] == [1, 3]
    assert says in faults(found)[2] and "\n" not in faults(found)[2]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("{", "no JSON"),
        ("[1]", "no object"),
        ('{"sumary": "x"}', "Did you mean summary?"),
        ('{"summary": 5}', "summary"),
        ('{"summary": "Biscuit the cat sings.", "hero": {"a": 1}}', "heroes"),
        ("[" * 100_000, "no JSON"),
    ],
)
def test_read_orders_names_a_bad_line_of_json(line, says):
    good = json.dumps({"summary": SUMMARY})
    found = orders_of(f"{good}\n\n{line}\n{good}\n", "orders.jsonl")
    assert list(faults(found)) == [2] and says in faults(found)[2]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "no column `summary`"),
        ("summary,pages\n", "no orders"),
        ("summary,page\nx,4\n", "Did you mean pages?"),
        ("summary,pages,pages\nx,4,5\n", "two columns"),
        ("id,pages\n1,4\n", "no column `summary`"),
        ('summary,pages\n"never closed,4\nx,4\n', "line 3: .*never closed"),
        (b"summary\n\x81\x8d\x8f\n", "not UTF-8"),
    ],
)
def test_read_orders_refuses_a_list_that_cannot_be_read(text, says):
    with pytest.raises(ConfigError, match=says):
        orders_of(text)


def test_the_orders_of_the_class_of_thirty_are_good():
    orders = read_orders(EXAMPLES / "class-of-thirty.csv", load_settings("starter").write)
    assert len(orders) == 30 and not faults(orders)
    assert len({order.brief.summary for order in orders}) == 30


def test_batch_makes_the_good_orders_and_reports_the_bad(capsys):
    Path("orders.csv").write_text(
        f'id,summary,hero,pages\na,"{SUMMARY}",,4\nb,"{SUMMARY}",rex,4\nc,"{SUMMARY}",,5\n'
    )
    assert main(["batch", "orders.csv", "--out", "books", *DOUBLES]) == 2
    said = capsys.readouterr().out
    assert "3 orders: 2 made, 1 refused. 22 pictures" in said and "order 2 (b) refused" in said
    rows = table_in(Path("books/orders.table.csv"))
    assert [row["state"] for row in rows.values()] == ["made", "refused", "made"]
    assert "no hero 'rex'" in rows["b"]["why"]
    assert rows["a"]["title"] and float(rows["a"]["seconds"])
    assert Book("books/a").pdf.is_file() and len(Book("books/c").scenes) == 6
    before = pictures_in("books")
    assert main(["batch", "orders.csv", "--out", "books", *DOUBLES]) == 2
    assert pictures_in("books") == before and "22 pictures" in capsys.readouterr().out


def test_batch_check_says_what_is_bad_and_makes_nothing(capsys):
    a_list(2)
    assert main(["batch", "orders.csv", "--check", *DOUBLES]) == 0
    assert "2 orders: 0 made, 2 not begun" in capsys.readouterr().out
    assert not Path("books").exists()


def test_batch_makes_the_same_pictures_as_each_book_alone():
    assert main(["batch", str(a_list(2)), *DOUBLES]) == 0
    for name in ("a", "b"):
        asked = ("--summary", SUMMARY, "--pages", "4")
        assert main(["new", f"alone/{name}", *asked]) == 0
        assert main(["make", f"alone/{name}", *DOUBLES]) == 0
    alone = {path.relative_to("alone"): png for path, (_, png) in pictures_in("alone").items()}
    assert {p.relative_to("books"): png for p, (_, png) in pictures_in("books").items()} == alone
    assert Book("books/a").pdf.read_bytes() == Book("alone/a").pdf.read_bytes()


def test_batch_goes_on_after_a_kill_and_draws_nothing_twice():
    """A killed process leaves a table that may lag; what is made the folders say."""
    command = [sys.executable, "-m", "storybook", "batch", str(a_list(3)), *DOUBLES]
    running = subprocess.Popen(command, env=os.environ | {"STORYBOOK_JOBS": "off"})
    wait_for(lambda: len(pictures_in("books")) > 12, by=running)
    running.kill()
    running.wait()
    before = pictures_in("books")
    assert main(["batch", "orders.csv", *DOUBLES]) == 0
    after = pictures_in("books")
    assert len(after) == 3 * 15 and before.items() <= after.items()
    assert {row["state"] for row in table_in(Path("books/orders.table.csv")).values()} == {"made"}


def test_batch_fails_one_book_and_makes_the_next(monkeypatch, capsys):
    a_list(3)
    Book.create("books/b", read_orders(Path("orders.csv"), doubles().settings.write)[0].brief)
    Path("books/b/brief.toml").write_text('summary = "Another."\n')
    real = batches.make

    def broken(book, studio):
        if book.folder.name == "c":
            raise ZeroDivisionError("a bug")
        return real(book, studio)

    monkeypatch.setattr(batches, "make", broken)
    assert main(["batch", "orders.csv", *DOUBLES]) == 2
    said = capsys.readouterr().out
    assert "another book already" in said and "our own bug" in said
    assert "ZeroDivisionError" in Path("books/c/log/bug.txt").read_text()
    assert [r["state"] for r in table_in(Path("books/orders.table.csv")).values()] == [
        "made",
        "failed",
        "failed",
    ]
    monkeypatch.setattr(batches, "make", real)
    Path("books/b/brief.toml").write_bytes(Path("books/a/brief.toml").read_bytes())
    assert main(["batch", "orders.csv", *DOUBLES]) == 0


def test_batch_stops_where_the_disk_is_full(monkeypatch):
    a_list(3)

    def full(book, studio):
        raise OSError(28, "No space left on device", "books/a/story.json")
        yield

    monkeypatch.setattr(batches, "make", full)
    assert main(["batch", "orders.csv", *DOUBLES]) == 2
    states = [row["state"] for row in table_in(Path("books/orders.table.csv")).values()]
    assert states == ["failed", "waiting", "waiting"]


def test_batch_refuses_a_second_run_of_the_same_list():
    orders = read_orders(a_list(1), doubles().settings.write)
    table = OrderTable(Path("books/orders.table.csv"), orders)
    with held(table.path), pytest.raises(BookError, match="being made already"):
        list(batch(orders, table, OpenModels(doubles().settings)))


def test_read_orders_refuses_the_table_that_batch_wrote():
    orders = read_orders(a_list(1), doubles().settings.write)
    path = table_of(Path("orders.csv"), Path("books"))
    OrderTable(path, orders).write()
    with pytest.raises(ConfigError, match="no column 'order'"):
        read_orders(path, doubles().settings.write)


def test_table_takes_no_cell_for_a_formula():
    orders = read_orders(a_list(1), doubles().settings.write)
    table = OrderTable(Path("t.csv"), orders)
    table.rows[1] = table.rows[1].but(state="made", title='=HYPERLINK("http://x")')
    table.write()
    assert table_in(Path("t.csv"))["a"]["title"].startswith("'=")


def test_table_that_takes_long_to_write_is_written_seldom(monkeypatch):
    table, now, written = (
        OrderTable(Path("table.csv"), orders_of(f"summary\n{SUMMARY}\n")),
        [0.0],
        [],
    )

    def write_whole(path, data):
        written.append(now[0])
        now[0] += 1.0

    monkeypatch.setattr(tables, "write_whole", write_whole)
    monkeypatch.setattr(tables.time, "monotonic", lambda: now[0])
    (row,) = table.rows.values()
    while now[0] < 60:
        table.set(row)
        now[0] += 0.5
    assert len(written) == 3 and written[1] - written[0] >= tables.RESTS


def test_is_made_asks_for_the_studio_that_made_it():
    assert main(["batch", str(a_list(1)), *DOUBLES]) == 0
    assert is_made(Book("books/a"), doubles())
    assert not is_made(Book("books/a"), doubles("draw.candidates=3"))
    Book("books/a").pick_of(1).touch()
    assert not is_made(Book("books/a"), doubles())


def test_open_models_opens_each_model_once(monkeypatch):
    opened = []
    from storybook.models import doubles as models

    for kind in (models.FlatPainter, models.LengthCritic, models.NearestEnlarger):
        monkeypatch.setattr(kind, "__init__", lambda self, of=kind.__name__: opened.append(of))
    assert main(["batch", str(a_list(3)), *DOUBLES]) == 0
    assert sorted(opened) == ["FlatPainter", "LengthCritic", "NearestEnlarger"]


def test_open_models_opens_a_door_anew_for_another_model():
    with OpenModels(doubles().settings) as studio:
        with studio.painter() as first, studio.painter() as again:
            assert first is again
        studio.settings = doubles("draw.painter=flat").settings
        studio.painter_name = lambda cast=(), prompt=None: "another"
        with studio.painter() as other:
            assert other is not first
        studio.close()
        with studio.painter() as anew:
            assert anew is not other


def test_fit_together_goes_by_the_size_of_the_files(monkeypatch):
    starter = load_settings("starter")
    assert fit_together(starter) and fit_together(doubles().settings)
    monkeypatch.setattr("storybook.studio.open_models._free_bytes", lambda device: 1 << 20)
    assert not fit_together(starter) and shipped("assets", "starter").is_dir()
    with OpenModels(doubles("choose.critic=length").settings) as studio:
        studio._keeps = False
        with studio.painter() as first, studio.painter() as second:
            assert first is not second
