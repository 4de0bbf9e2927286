"""The terminal: progress that reads well at every width and in a pipe, and whole tables."""

import re
from collections.abc import Iterator
from io import StringIO
from itertools import count, pairwise

import pytest
from rich.console import Console
from rich.table import Table

from storybook.jobs.reporting import JOB_VARIABLE, line_of
from storybook.records import Event
from storybook.terminal import plain_lines, print_table, print_wrapped, short_path, shortened, show

NOTE = "she is running across the meadow with an extraordinarily yellow umbrella"


def drawing(total: int = 26, note: str = NOTE) -> Iterator[Event]:
    yield Event(stage="write", done=4, total=4, note="Pip and the Kite")
    yield Event(stage="class images", done=1, total=4)
    yield from (
        Event(stage="draw", done=done, total=total, page=done, note=note)
        for done in range(total // 2 + 1)
    )


def screen(width: int, events: Iterator[Event], **more: object) -> list[str]:
    """The lines of the last frame that a terminal of so many columns shows."""
    file = StringIO()
    console = Console(file=file, force_terminal=True, width=width, **more)
    assert show(events, console=console)
    plain = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", file.getvalue())
    lines = [line.rstrip() for line in re.split(r"[\r\n]+", plain) if line.strip()]
    return lines[-3:]


@pytest.mark.parametrize("width", [40, 60, 80, 100, 120, 200])
def test_show_fits_a_terminal_and_cuts_no_word(width: int) -> None:
    lines = screen(width, drawing())
    assert all(len(line) <= width for line in lines)
    assert [line.split("  ")[0].split(" ━")[0].strip() for line in lines][:2] == [
        "write",
        "class images",
    ] or width < 50
    last = lines[-1]
    assert "13/26" in last and re.search(r"\d:\d\d:\d\d", last)
    assert ("━" in last) == (width >= 50) and ("left" in last) == (width >= 80)
    said = last.partition("page 13: ")[2]
    assert set(said.rstrip("…").split()) <= set(NOTE.split())
    assert said.endswith("…") or not said or said == NOTE
    assert bool(said) == (width >= 80) or width == 60
    assert said == NOTE or width < 200


def test_show_counts_very_much_in_per_cent() -> None:
    events = [Event(stage="fetch", done=30_000, total=60_000, note="weights")]
    assert "50%" in screen(80, iter(events))[-1]


@pytest.mark.parametrize("more", [{"force_terminal": False}, {"_environ": {"TERM": "dumb"}}])
def test_show_prints_plain_lines_in_a_pipe(more: dict) -> None:
    file = StringIO()
    more = {"force_terminal": True} | more
    show(drawing(), "cats: ", console=Console(file=file, width=80, **more))
    lines = file.getvalue().splitlines()
    assert lines == [
        "cats: write 4/4: Pip and the Kite",
        "cats: class images 1/4",
        "cats: draw 13/26",
    ]
    assert not re.search("[━╸\x1b…]", file.getvalue())


def test_show_adds_nothing_to_a_job_s_log(monkeypatch, tmp_path) -> None:
    monkeypatch.setenv(JOB_VARIABLE, str(tmp_path))
    monkeypatch.setattr("storybook.terminal.report_events", lambda events, _: events)
    file = StringIO()
    assert show(drawing(), console=Console(file=file)) and not file.getvalue()
    assert not show((event for event in ()), console=Console(file=file))


def teach(total: int) -> Iterator[Event]:
    yield Event(stage="teach", done=0, total=total, note="opening")
    for done in range(1, total + 1):
        yield Event(stage="teach", done=done, total=total, note=f"loss {done}")


@pytest.mark.parametrize("total", [0, 1, 50, 2000])
def test_plain_lines_are_one_for_each_stage_with_its_end(total: int) -> None:
    lines = list(plain_lines(teach(total), clock=lambda: 0.0))
    assert lines == [f"teach {total}/{total}: {f'loss {total}' if total else 'opening'}"]
    ends = [*teach(3), Event(stage="samples", done=2, total=2), *teach(3)]
    assert len(list(plain_lines(iter(ends), clock=lambda: 0.0))) == 3


def test_plain_lines_say_how_far_long_work_is_ever_more_seldom() -> None:
    clock = count()  # a second for each look at it
    lines = list(plain_lines(teach(2000), clock=lambda: float(next(clock))))
    steps = [int(line.split()[1].partition("/")[0]) for line in lines]
    waits = [after - before for before, after in pairwise(steps[:-1])]
    assert 25 < steps[0] <= 31 and steps[-1] == 2000
    assert waits == sorted(waits) and waits[-1] <= 601 and len(lines) < 10


def test_plain_lines_are_one_for_each_of_those_that_take_turns() -> None:
    turns = [
        Event(stage=stage, done=page, total=4, page=page, note="she runs")
        for page in range(1, 5)
        for stage in ("draw", "choose", "enlarge")
    ]
    events = [Event(stage="split", done=1, total=1), *turns, Event(stage="bind", done=1, total=1)]
    said = ["split 1/1", "draw 4/4", "choose 4/4", "enlarge 4/4", "bind 1/1"]
    assert list(plain_lines(iter(events), clock=lambda: 0.0)) == said
    clock = count(step=4)
    slow = list(plain_lines(iter(events), clock=lambda: float(next(clock))))
    assert slow[1].startswith("enlarge 3/4, page 3") and slow[-4:] == said[1:]


def test_plain_lines_say_no_end_twice() -> None:
    events = [Event(stage="draw", done=done, total=2) for done in (1, 2)]
    slow = iter([0.0, 0.0, 40.0, 40.0])
    assert list(plain_lines(iter(events), clock=lambda: next(slow))) == ["draw 2/2"]


def test_plain_lines_follow_a_stage_that_does_not_know_its_end() -> None:
    events = [Event(stage="pairs", done=done, total=0) for done in (0, 0, 1)]
    assert list(plain_lines(iter(events), clock=lambda: 0.0)) == ["pairs 1/0"]


def test_line_of_is_one_line() -> None:
    event = Event(stage="draw", done=1, total=2, page=0, note="a\nb")
    assert line_of(event) == "draw 1/2, page 0: a b"
    assert line_of(event.but(page=None, note="")) == "draw 1/2"


def test_shortened_counts_wide_letters_as_two_columns() -> None:
    assert shortened("皮普 的风筝", 11) == "皮普 的风筝"
    assert shortened("皮普 的风筝", 10) == "皮普…"


def test_print_table_folds_nothing_in_a_pipe(capsys) -> None:
    table = Table("job", "what")
    table.add_row("1", "word " * 60)
    print_table(table)
    assert "word " * 60 in capsys.readouterr().out


def test_print_table_fits_80_columns_in_a_pipe_where_it_is_to_be_narrow(capsys) -> None:
    table = Table("model", box=None)
    table.columns[0].overflow = "fold"
    table.add_row("/a/long/path" * 20)
    print_table(table, narrow=True)
    print_wrapped("word " * 60, indent=2)
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 80 and lines[-1].startswith("  word")
    assert "".join(lines).replace(" ", "").count("/a/long/path") == 20


def test_short_path_begins_at_the_folder_or_at_home(tmp_path, monkeypatch) -> None:
    home = tmp_path / "home" / "models" / "x"  # HOME of each test
    away = tmp_path.parent / "x"
    assert short_path(tmp_path / "books" / "kite") == "books/kite"
    assert short_path("models/x") == "models/x" and short_path(away) == str(away)
    assert short_path(tmp_path) == str(tmp_path)
    monkeypatch.chdir("/usr")
    assert short_path(home) == "~/models/x"
