"""Making pairs through a server: in order, without asking twice, within what may be spent."""

import json
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from random import Random

import pytest

from fake_openai_server import FakeServer, fails, says, writer_at
from storybook.errors import ModelError, TrainingError
from storybook.models.server_writer import open_server_writer
from training.data.pairs import Pair, read_pairs
from training.story.make_pairs import (
    KINDS,
    PAIRS,
    REJECTED,
    SETTINGS,
    THEMES,
    Ceiling,
    idea,
    make_pairs,
    read_made,
)

Reply = Callable[[BaseHTTPRequestHandler], None]
chance = Random(1)


def words(count: int) -> str:
    said = ("".join(chance.choices("abdegilmnorst", k=5)) for _ in range(count))
    return " ".join(said).capitalize() + "."


def good(count: int) -> list[Reply]:
    """Replies for so many pairs: a summary, then its story."""
    return [says(words(size)) for _ in range(count) for size in (20, 60)]


def made(folder, server: FakeServer, count: int, **more):
    return list(make_pairs(folder, count, lambda: writer_at(server), at_once=1, **more))


def test_the_story_is_asked_for_from_the_summary(tmp_path, server: FakeServer):
    server.will(*good(2))
    events = made(tmp_path, server, 2)
    assert [event.done for event in events] == [1, 2]
    assert events[-1].note == "4 requests, 64 tokens"
    asked = [each["messages"][0]["content"] for each in server.asked]
    first = read_made(tmp_path / PAIRS)[0]
    assert idea(1, 0).theme in asked[0] and idea(1, 0).hero in asked[0]
    assert f"Summary: {first.summary}\n" in asked[1]
    assert read_pairs(tmp_path / PAIRS)[0] == Pair(summary=first.summary, story=first.story)


def test_nothing_is_asked_twice(tmp_path, server: FakeServer):
    server.will(*good(2))
    made(tmp_path, server, 2)
    with (tmp_path / PAIRS).open("a") as file:
        file.write('{"number": 2, "summ')  # killed while writing
    server.will(*good(2))
    made(tmp_path, server, 4)
    assert sorted(each.number for each in read_pairs_of(tmp_path)) == [0, 1, 2, 3]
    assert len(server.asked) == 8
    assert made(tmp_path, server, 4) == []


def read_pairs_of(folder):
    lines = (folder / PAIRS).read_text().splitlines()
    whole = "".join(f"{line}\n" for line in lines if line.endswith("}"))
    (folder / PAIRS).write_text(whole)
    return read_made(folder / PAIRS)


def test_what_is_no_good_is_kept_apart_with_the_reason(tmp_path, server: FakeServer):
    summary, story = words(20), words(60)
    server.will(says(words(20)), says("I cannot do that."))
    server.will(says(words(20)), says(words(60).rstrip(".") + " and then the"))
    server.will(says(words(20)), says("cut off", reason="length"))
    server.will(says(words(20)), says(words(60) + " The gun was loud."))
    server.will(says(summary), says(story), says(summary + " Again."), says(words(60)), *good(3))
    made(tmp_path, server, 4)
    reasons = [each.reason for each in read_made(tmp_path / REJECTED)]
    parts = ("only 4 words", "breaks off", "length limit", "not for children: gun", "nearly the")
    assert all(part in reason for reason, part in zip(reasons, parts, strict=True))


def test_a_ceiling_stops_and_keeps_what_there_is(tmp_path, server: FakeServer):
    server.will(*good(4))
    with pytest.raises(TrainingError, match="ceiling of 4 requests is reached: 2 of 4"):
        made(tmp_path, server, 4, ceiling=Ceiling(requests=4))
    assert len(read_made(tmp_path / PAIRS)) == 2
    with pytest.raises(TrainingError, match=r"a cost of 0\.03"):
        made(tmp_path, server, 4, ceiling=Ceiling(cost=0.02, cost_in=1000, cost_out=1000))
    assert len(read_made(tmp_path / PAIRS)) == 3


def test_a_server_that_dies_loses_nothing(tmp_path, server: FakeServer):
    server.will(*good(1), *[fails(500)] * 5)
    with pytest.raises(ModelError, match="status 500"):
        made(tmp_path, server, 3)
    assert len(read_made(tmp_path / PAIRS)) == 1
    server.will(*good(2))
    made(tmp_path, server, 3)
    assert len(read_made(tmp_path / PAIRS)) == 3


def test_many_at_once(tmp_path, server: FakeServer):
    server.will(*(says(words(60)) for _ in range(24)))

    def open_writer():
        return open_server_writer("m", base_url=server.url, key_variable="STORYBOOK_NO_KEY")

    list(make_pairs(tmp_path, 8, open_writer, at_once=4))
    lines = [json.loads(line) for line in (tmp_path / PAIRS).read_text().splitlines()]
    assert sorted(line["number"] for line in lines)[:4] == [0, 1, 2, 3]
    assert len(lines) == 8


def test_ideas_are_spread_evenly():
    many = [idea(1, number) for number in range(360)]
    for words_, field in ((SETTINGS, "setting"), (THEMES, "theme")):
        counts = [sum(getattr(each, field) == word for each in many) for word in words_]
        assert max(counts) - min(counts) <= 1
    kinds = [sum(each.hero.endswith(f" {kind}") for each in many) for kind in KINDS]
    assert max(kinds) - min(kinds) <= 1
    assert len({each.but(number=0).model_dump_json() for each in many}) > 350
    assert idea(1, 5) == idea(1, 5) != idea(2, 5)


@pytest.mark.parametrize("sign", ["\u2028", "\u2029", "\x85", "\x0b", "\x0c", "\x1e", "\r"])
def test_read_made_ends_lines_at_newlines_only(tmp_path, server: FakeServer, sign):
    story = f"{words(60)}{sign}{words(50)}"
    server.will(says(words(20)), says(story), *good(1))
    made(tmp_path, server, 2)
    assert len(read_made(tmp_path / PAIRS)) == 2
    assert made(tmp_path, server, 2) == [], "nothing is asked again"
    assert len(read_pairs(tmp_path / PAIRS)) == 2, "and it can be taught from"


def test_make_pairs_refuses_half_a_character_and_can_write_it_down(tmp_path, server: FakeServer):
    server.will(says(words(20)), says(f"{words(60)} \ud83d"), *good(1))
    made(tmp_path, server, 1)
    (broken,) = read_made(tmp_path / REJECTED)
    assert "half a character" in broken.reason and broken.story


def test_make_pairs_writes_over_half_a_line(tmp_path, server: FakeServer):
    server.will(*good(1))
    made(tmp_path, server, 1)
    with (tmp_path / PAIRS).open("ab") as file:
        file.write('{"number": 9, "summary": "Caf\u00e9'.encode()[:-1])  # killed in mid character
    server.will(*good(1))
    made(tmp_path, server, 2)
    assert [pair.number for pair in read_made(tmp_path / PAIRS)] == [0, 1]
    assert len(read_pairs(tmp_path / PAIRS)) == 2
