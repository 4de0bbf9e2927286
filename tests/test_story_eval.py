"""story-eval: base and adapter told apart, on real LLaMAs at toy size."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from test_local_writer import lora

import training.__main__ as training_main
from evaluation import story_eval
from evaluation.records import QUICK, Bench
from evaluation.stories import Told
from evaluation.story_eval import compare, evaluate
from evaluation.story_judge import Marks, marks, means_of
from evaluation.summaries import cases_in, written_cases
from fake_openai_server import FakeServer, says, writer_at
from storybook.config import load_settings, shipped
from storybook.errors import TrainingError
from storybook.records import Hero, Story
from storybook.story.prompt_frame import load_frame, write_frame
from storybook.studio.studio import Studio
from storybook.world import load_world
from tiny import tiny_llama


def test_an_adapter_that_is_no_better_is_said_to_be_none(tmp_path: Path, capsys) -> None:
    base = tiny_llama(tmp_path / "base", context=2048)
    adapter = lora(base, tmp_path / "adapter")
    write_frame(load_frame("storybook"), adapter)
    (tmp_path / "s.txt").write_text("Pip the cat naps.\n\nRex the dog finds a ball.\n")
    events = compare(str(adapter), None, tmp_path / "s.txt", (0, 0), [])
    seen = []
    with pytest.raises(
        TrainingError, match=r"than its base: valid, by hand: 0\.0 by the base, 0\.0 with"
    ):
        seen.extend(events)
    assert [event.done for event in seen] == [1, 2, 3, 4] and seen[0].note == "base, by hand"
    table = capsys.readouterr().out
    assert "adapter" in table and "valid" in table


def test_a_studio_s_adapter_is_compared_in_make_evaluate(tmp_path: Path) -> None:
    base = tiny_llama(tmp_path / "base", context=2048)
    adapter = lora(base, tmp_path / "adapter")
    changes = [f"write.writer={base}", f"write.adapter={adapter}"]
    extent = replace(QUICK, written=1, compared=1)
    bench = Bench(
        Studio(load_settings("starter", changes)),
        load_world(shipped("assets")),
        extent,
        tmp_path,
        tmp_path,
    )
    events = evaluate(bench)
    notes = []
    while True:
        try:
            notes.append(next(events).note)
        except StopIteration as end:
            part = end.value
            break
    assert notes == ["base, by hand", "base, composed", "adapter, by hand", "adapter, composed"]
    assert part.tables[0].columns == tuple(notes)
    assert len(part.examples) == 4  # random weights tell nothing, with or without


def test_a_judge_behind_a_server_gives_marks(server: FakeServer) -> None:
    (case,) = written_cases(1)
    hero = Hero(name="Pip", species="cat")
    story = Story(title="A Nap", paragraphs=("Pip naps.", "Pip wakes."), cast=(hero,))
    told = Told(cast=(hero,), story=story, tellings=1)
    given = {"grammar": 9, "creativity": 2, "consistency": 7, "plot": 4}
    server.will(says("As I see it: 11"), says(json.dumps(given)))
    found = marks(writer_at(server), case, told)
    asked = [each["messages"][0]["content"] for each in server.asked]
    assert found == Marks(**given)
    assert case.brief.summary in asked[0] and "Pip naps.\n\nPip wakes." in asked[0]
    assert "As I see it: 11" in asked[1]
    assert marks(writer_at(server), case, told.but(story=None)) is None
    means = means_of([found, None, found.but(plot=5)])
    assert means["plot, 1 to 10"] == 4.5 and means["grammar, 1 to 10"] == 9
    assert means_of([None])["grammar, 1 to 10"] is None


def test_summaries_of_an_author_are_read(tmp_path: Path) -> None:
    (tmp_path / "s.txt").write_text("\ufeffPip naps.\n\n  Rex runs.\n", encoding="utf-8")
    assert [case.brief.summary for case in cases_in(tmp_path / "s.txt")] == [
        "Pip naps.",
        "Rex runs.",
    ]
    (tmp_path / "s.toml").write_text('[[summary]]\ntext = "Pip naps."\nnames = ["Pip"]\n')
    assert cases_in(tmp_path / "s.toml")[0].wanted.names == ("Pip",)
    (tmp_path / "empty.txt").write_text("\n")
    with pytest.raises(TrainingError, match="holds no summary"):
        cases_in(tmp_path / "empty.txt")
    with pytest.raises(TrainingError, match="cannot be read as summaries"):
        cases_in(tmp_path / "none.txt")


def test_main_says_in_a_line_which_adapter_is_missing(monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["story_eval", "nowhere"])
    assert story_eval.main() == 2
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith("storybook: ") and "nowhere" in line


def test_training_story_eval_answers_with_its_new_name(monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["training", "story-eval", "runs/a b", "--judge", "m"])
    assert training_main.main() == 2
    [line] = capsys.readouterr().err.splitlines()
    assert line.endswith("python -m evaluation.story_eval 'runs/a b' --judge m")


def test_main_refuses_a_server_without_a_judge(monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["story_eval", "runs/x", "--base-url", "http://localhost:1"])
    assert story_eval.main() == 2 and "--base-url: it is the judge's" in capsys.readouterr().err
