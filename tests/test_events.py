import json

import pytest

from storybook.events import LoggedEvent, event_log, events_in, json_lines, open_lines, seconds_left
from storybook.records import Event
from training.runs.run import MEASURES, Measure, Run

EVENT = Event(stage="draw", done=1, total=4, page=2, note="Käse\u2028two")


def logged(*steps, stage="draw", total=10):
    """Events of a stage: at which time how much was done."""
    return [LoggedEvent(stage=stage, done=done, total=total, time=at) for at, done in steps]


def test_event_log_writes_what_events_in_reads(tmp_path):
    path = tmp_path / "new" / "log.jsonl"
    with event_log(path) as write:
        write(EVENT)
        assert [each.note for each in events_in(path)] == [EVENT.note], "it is there at once"
    with event_log(path) as write:
        write(Event(stage="bind", done=1, total=1))
    first, second = events_in(path)
    assert Event.model_validate(first.model_dump(exclude={"time"})) == EVENT
    assert second.stage == "bind" and second.time >= first.time > 1e9
    assert b"null" not in path.read_bytes()


def test_events_in_reads_the_logs_of_earlier_runs(tmp_path):
    path = tmp_path / "log.jsonl"
    path.write_text(
        '{"time": 1764486000.123456, "stage": "teach", "done": 3, "total": 60}\n'
        '{"stage": "unet", "done": 3, "total": 60}\n'
    )
    assert [(each.done, each.note) for each in events_in(path)] == [(3, "")]
    assert events_in(tmp_path / "none.jsonl") == []


@pytest.mark.parametrize("half", ['{"time": 1.0, "stage": "dr', '{"time": 1.0, "a": {}', "\0" * 40])
def test_half_a_line_of_a_killed_process_spoils_no_other(tmp_path, half):
    path = tmp_path / "log.jsonl"
    with event_log(path) as write:
        write(EVENT)
    with path.open("a") as file:
        file.write(half)
    assert len(events_in(path)) == 1
    with event_log(path) as write:
        write(EVENT)
    assert len(events_in(path)) == 2


def test_a_run_measures_on_after_half_a_line(tmp_path):
    run = Run(tmp_path)
    run.measure(Measure(step=1, epoch=1, loss=0.5))
    with (tmp_path / MEASURES).open("a") as file:
        file.write('{"step": 2, "epo')
    run.measure(Measure(step=2, epoch=1, loss=0.25))
    assert [(each.step, each.loss) for each in run.measures()] == [(1, 0.5), (2, 0.25)]


def test_event_log_writes_names_that_are_no_utf8(tmp_path):
    with event_log(tmp_path / "log.jsonl") as write:
        write(EVENT.but(note="photo \udce9.jpg"))
    line = (tmp_path / "log.jsonl").read_text(encoding="utf-8")
    assert json.loads(line)["note"] == "photo \udce9.jpg"


def test_open_lines_leaves_whole_files_as_they_are(tmp_path):
    for text in (b"", b"one\n"):
        (tmp_path / "log.txt").write_bytes(text)
        open_lines(tmp_path / "log.txt").close()
        assert (tmp_path / "log.txt").read_bytes() == text


def test_json_lines_passes_over_what_is_no_object():
    assert list(json_lines(["", "1", "[]", '{"a": 1}', '{"a"', "NaN", "}"])) == [{"a": 1}]


def test_seconds_left_goes_by_the_pace_of_the_last_stage():
    slow = logged((0.0, 1), (500.0, 2), stage="write")
    assert seconds_left([*slow, *logged((600.0, 2), (604.0, 4))], now=605.0) == 11.0
    assert seconds_left(logged((0.0, 0), (1.0, 5)), now=900.0) == 0.0, "it is late"


@pytest.mark.parametrize(
    "events",
    [[], logged((0.0, 1)), logged((0.0, 3), (9.0, 3)), logged((0.0, 1), (9.0, 10))],
    ids=["no event", "one event", "no step further", "at its end"],
)
def test_seconds_left_is_none_where_nobody_can_tell(events):
    assert seconds_left(events, now=10.0) is None
