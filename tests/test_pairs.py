"""Pairs: every form is read into one, mistakes are one line, near-duplicates stay together."""

import json
from random import Random

import pytest

from storybook.errors import TrainingError
from training.data.pair_check import check, groups, split
from training.data.pairs import Pair, read_pairs, write_pairs

STORY = "One day a fox named Pip lost his red kite. He looked under the tree and in the pond. " * 3


@pytest.mark.parametrize(
    "row",
    [
        {"summary": "A fox.", "story": "It ran."},
        {"Input": "A fox.", "Output": "It ran."},
        {"prompt": "A fox.", "completion": "It ran."},
        {"instruction": "A fox.", "response": "It ran."},
        {"instruction": "Tell it.", "input": "A fox. END", "output": "It ran. END"},
    ],
)
def test_pairs_go_by_many_names(tmp_path, row):
    file = tmp_path / "train.json"
    for found in ([row], {"data": [row]}):
        file.write_text("\ufeff" + json.dumps(found), encoding="utf-8")
        assert read_pairs(file) == [Pair(summary="A fox.", story="It ran.")]
    lines = tmp_path / "train.jsonl"
    lines.write_text(json.dumps(row) + "\n\n" + json.dumps(row))
    assert len(read_pairs(lines)) == 2


def test_tables_and_plain_text_are_read(tmp_path):
    table = tmp_path / "train.csv"
    table.write_text('title,summary,story\nKite,"A fox, red.","It ran.\nFar."\n')
    (pair,) = read_pairs(table)
    assert (pair.title, pair.summary, pair.story) == ("Kite", "A fox, red.", "It ran.\nFar.")
    text = tmp_path / "train.txt"
    text.write_text(
        "You are a storyteller. \n Summary: A fox. END \n Full story: It ran.\n\nFar. END\n\n\n"
        "Summary: A cat. END\nFull story: It slept."
    )
    fox, cat = read_pairs(text)
    assert (fox.summary, fox.story, fox.ended) == ("A fox.", "It ran.\n\nFar.", True)
    assert (cat.story, cat.ended) == ("It slept.", False)


def test_what_is_written_is_read_again(tmp_path):
    pairs = [Pair(summary="Ein Fuchs – ja!", story="Er lief. 🦊", title="Fuchs")]
    write_pairs(tmp_path / "out.json", pairs)
    assert read_pairs(tmp_path / "out.json") == pairs


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("a.json", b'[{"summary": "x", "stry": "y"}]', "entry 1: no story. It has summary, stry"),
        ("a.json", b'[{"summary": "x", ', "line 1: no JSON"),
        ("a.json", b'{"a": [], "b": []}', "must hold a list"),
        ("a.json", b"[]", "holds no pair"),
        ("a.jsonl", b'{"summary": "x", "story": "y"}\n{"summary": "x"', "line 2: no whole JSON"),
        ("a.jsonl", b'"x"', "line 1: 'x' is no object"),
        ("a.csv", b"summary,story\nx,y,z\n", "line 2: more cells"),
        ("a.txt", b"A fox ran.", "sample 1, which begins 'A fox ran.'"),
        ("a.txt", b"one\ntw\xe9", "line 2: byte 0xe9 is not UTF-8"),
        ("a.docx", b"", "no file of pairs"),
    ],
)
def test_a_mistake_is_one_clear_line(tmp_path, name, data, says):
    (tmp_path / name).write_bytes(data)
    with pytest.raises(TrainingError) as caught:
        read_pairs(tmp_path / name)
    assert says in str(caught.value)
    assert name in str(caught.value)
    assert "\n" not in str(caught.value)


def many(count):
    """Pairs of made-up words, which share no runs."""
    chance = Random(1)

    def said(number):
        return " ".join("".join(chance.choices("abdegilmnorst", k=5)) for _ in range(number))

    return [Pair(summary=f"{said(8)}.", story=f"{said(60)}.") for _ in range(count)]


def test_a_split_is_seeded_and_keeps_near_duplicates_together():
    pairs = many(40)
    twin = pairs[3].but(summary="quite another plot here", story=pairs[3].story + " Again.")
    pairs.append(twin)
    assert (4, 41) in groups(pairs)
    assert len(groups(pairs)) == 40
    for seed in range(20):
        taught, tested = split(pairs, seed=seed)
        assert len(tested) == 8 and len(taught) == 33
        assert (pairs[3] in tested) == (twin in tested)
    assert split(pairs, seed=3) == split(pairs, seed=3) != split(pairs, seed=4)


@pytest.mark.parametrize(("count", "test"), [(1, 0.2), (2, 0.1), (30, 0), (30, 1.5)])
def test_a_split_with_an_empty_side_is_refused(count, test):
    with pytest.raises(TrainingError):
        split(many(count), test)


def test_the_check_names_what_is_amiss():
    good = Pair(summary="Pip the fox lost his kite.", story=STORY)
    report = check(
        [
            good,
            good,
            Pair(summary="", story="Too short."),
            good.but(summary="Milo the dog finds a drum.", story=STORY + " And then the"),
            good.but(summary="A bear named Bo bakes.", story="The gun was loud. " * 20),
        ],
        length=lambda pair: len(pair.story.split()),
        limit=60,
    )
    said = {(each.pair, each.what) for each in report.troubles}
    assert said == {
        (3, "no summary"),
        (3, "fewer than 40 words of story"),
        (4, "breaks off: no full stop at the end"),
        (5, "not for children: gun"),
    }
    assert report.duplicate_groups == ((1, 2, 4),)
    assert dict(report.names) == {"Pip": 2, "Milo": 1, "Bo": 1}
    assert report.tokens == (2, 57, 80)
    assert report.too_long == (5,)
    assert 0 <= report.grade < 6
