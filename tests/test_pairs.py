"""Pairs: every form is read into one, mistakes are one line, near-duplicates stay together."""

import json
from random import Random

import pytest

import training.__main__ as command
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
        ("a.json", b'{"train": [], "test": []}', "not train, test"),
        ("a.json", b'[{"summary": 5, "story": "y"}]', "entry 1: summary is 5: a summary must be"),
        ("a.json", b'[{"summary": "x", "story": null}]', "entry 1: story is None: a story must be"),
        ("a.jsonl", b'{"summary": "caf\xe9", "story": "y"}', "line 1: byte 0xe9 is not UTF-8"),
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


KITE = {"summary": "A mouse flies a kite.", "story": "Pip ran."}


@pytest.mark.parametrize("sign", ["\u2028", "\u2029", "\x85", "\u0085"])
def test_read_pairs_keeps_line_separators_inside_json_strings(tmp_path, sign):
    lines = [json.dumps(KITE | {"story": f"Pip ran.{sign}Far."}, ensure_ascii=False)] * 2
    for end in ("\n", "\r\n"):
        (tmp_path / "a.jsonl").write_bytes(end.join(lines).encode())
        assert [pair.story for pair in read_pairs(tmp_path / "a.jsonl")] == [
            f"Pip ran.{sign}Far."
        ] * 2


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("blank", ["", " ", "\t\xa0"])
def test_read_pairs_parts_samples_at_any_two_blank_lines(tmp_path, end, blank):
    sample = ["Summary: A mouse. END", "Full story: One.", "", "Two. END"]
    text = end.join([*sample, blank, blank, *sample, ""])
    (tmp_path / "a.txt").write_bytes(text.encode())
    assert [pair.story for pair in read_pairs(tmp_path / "a.txt")] == ["One.\n\nTwo."] * 2


def chat(speaker, words, who):
    return [{speaker: who, words: "A fox."}, {speaker: "assistant", words: "It ran."}]


@pytest.mark.parametrize(
    "row",
    [
        {"instruction": "A fox.", "input": "", "output": "It ran."},
        {"instruction": "A fox.", "input": " \n", "output": "It ran."},
        {"summary": "A fox.", "story": "", "text": "It ran."},
        {"summary": "A fox.", "story": ["It ran."]},
        {"messages": [{"role": "system", "content": "Tell."}, *chat("role", "content", "user")]},
        {"conversations": chat("from", "value", "human")},
    ],
)
def test_read_pairs_takes_the_first_column_that_says_something(tmp_path, row):
    (tmp_path / "a.json").write_text(json.dumps({"data": {"pairs": [row]}}))
    assert read_pairs(tmp_path / "a.json") == [Pair(summary="A fox.", story="It ran.")]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("lines.json", "\n".join([json.dumps(KITE)] * 2)),
        ("list.jsonl", json.dumps([KITE, KITE], indent=1)),
        ("excel.csv", "summary;story\r\n" + "A mouse flies a kite.;Pip ran.\r\n" * 2),
        ("mac.csv", "summary,story\r" + "A mouse flies a kite.,Pip ran.\r" * 2),
    ],
)
def test_read_pairs_reads_other_programs_manners(tmp_path, name, text):
    for encoding in ("utf-8-sig", "utf-16"):
        (tmp_path / name).write_bytes(text.encode(encoding))
        assert read_pairs(tmp_path / name) == [Pair(**KITE)] * 2


def test_read_pairs_leaves_half_a_character_out_and_check_says_so(tmp_path):
    for broken in ("A mouse. \\ud83d", "A mouse. \\udc00", "A\\udfff mouse."):
        (tmp_path / "a.json").write_text(
            f'[{{"summary": "{broken}", "story": "It ran \\ud83d\\ude00."}}]'
        )
        (pair,) = read_pairs(tmp_path / "a.json")
        assert (pair.summary, pair.story, pair.broken) == ("A mouse.", "It ran 😀.", True)
        assert "half a character" in check([pair]).troubles[0].what


def command_of(*arguments, monkeypatch):
    monkeypatch.setattr("sys.argv", ["training", "stories", *map(str, arguments)])
    return command.main()


def test_stories_split_writes_both_parts_or_neither(tmp_path, monkeypatch, capsys):
    pairs = [pair.model_dump(exclude_defaults=True) for pair in many(10)]
    pairs[4]["story"] += " \ud83d"
    (tmp_path / "a.json").write_text(json.dumps(pairs))
    assert command_of("split", tmp_path / "a.json", monkeypatch=monkeypatch) == 0
    parts = [read_pairs(tmp_path / f"a-{name}.json") for name in ("train", "test")]
    assert [len(part) for part in parts] == [8, 2]
    assert command_of("split", tmp_path / "a.json", "--test", 0, monkeypatch=monkeypatch) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_stories_check_takes_names_of_columns(tmp_path, monkeypatch, capsys):
    (tmp_path / "a.csv").write_text("plot,summary,tale\nA fox.,not this,It ran.\n")
    named = ("--summary-column", "Plot", "--story-column", "tale")
    found = read_pairs(tmp_path / "a.csv", summary_column="Plot", story_column="tale")
    assert found == [Pair(summary="A fox.", story="It ran.")]
    assert command_of("check", tmp_path / "a.csv", *named, monkeypatch=monkeypatch) == 0
    assert "1 pairs" in capsys.readouterr().out
    wrong = ("--story-column", "tail")
    assert command_of("check", tmp_path / "a.csv", *wrong, monkeypatch=monkeypatch) == 2
    assert "no column 'tail'. Did you mean tale?" in capsys.readouterr().err


RAW = "There was a cat\nwho napped.\n\nShe purred. END\n\n\nAnother text, Summary: none.\n \n\t\n"


def test_read_pairs_raw_takes_each_text_as_it_stands(tmp_path):
    for end in ("\n", "\r\n"):
        (tmp_path / "a.txt").write_bytes(RAW.replace("\n", end).encode())
        cat, other = read_pairs(tmp_path / "a.txt", raw=True)
        assert cat.story == "There was a cat\nwho napped.\n\nShe purred. END" and cat.raw
        assert other.story == "Another text, Summary: none." and other.summary == ""
    assert check([cat, other]).troubles == ()
    write_pairs(tmp_path / "kept.json", [cat, other])
    assert read_pairs(tmp_path / "kept.json") == [cat, other], "as a run keeps them"
    (tmp_path / "a.jsonl").write_text(json.dumps({"text": "A cat.", "summary": "x"}))
    assert read_pairs(tmp_path / "a.jsonl", raw=True) == [
        Pair(summary="", story="A cat.", raw=True)
    ]
    with pytest.raises(TrainingError, match="--raw"):
        read_pairs(tmp_path / "a.txt")


def test_read_pairs_knows_the_star_the_manner_and_what_pages_show(tmp_path):
    row = {
        "summary": "A cat naps.",
        "manner": "rhyme",
        "cast": [{"name": "Pip", "kind": "owl", "look": "grey"}, {"name": "Mo", "kind": "cat"}],
        "pages": [
            {"text": "Pip sat\nin a hat.", "picture": "Pip in a\nhat"},
            {"text": "He slept.", "picture": "Pip asleep"},
        ],
    }
    silent = {**row, "pages": [{"text": "Pip sat."}, {"text": "He slept.", "picture": "Pip"}]}
    unnamed = {**row, "cast": [{"kind": "owl"}], "hero": ""}
    file = tmp_path / "pairs.jsonl"
    file.write_text("\n".join(map(json.dumps, (row, silent, unnamed))), encoding="utf-8")
    known, half, nobody = read_pairs(file)
    assert (known.hero, known.manner) == ("Pip, an owl", "rhyme")
    assert known.pages == ("Pip sat in a hat.", "He slept.")
    assert known.pictures == ("Pip in a hat", "Pip asleep")
    assert half.pictures == ()
    assert nobody.hero == ""
    write_pairs(tmp_path / "kept.json", [known, half, nobody])
    assert read_pairs(tmp_path / "kept.json") == [known, half, nobody]
