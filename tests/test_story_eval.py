"""story-eval: base and adapter told apart, on real LLaMAs at toy size."""

from pathlib import Path

import pytest
from test_local_writer import lora

from storybook.errors import TrainingError
from storybook.frames import lay_frame, load_frame
from tiny import tiny_llama
from training.evaluation.story_eval import compare
from training.evaluation.summaries import cases_in


def test_an_adapter_that_is_no_better_is_said_to_be_none(tmp_path: Path, capsys) -> None:
    base = tiny_llama(tmp_path / "base", context=2048)
    adapter = lora(base, tmp_path / "adapter")
    lay_frame(load_frame("storybook"), adapter)
    (tmp_path / "s.txt").write_text("Pip the cat naps.\n\nRex the dog finds a ball.\n")
    events = compare(str(adapter), None, tmp_path / "s.txt", (0, 0), [])
    seen = []
    with pytest.raises(TrainingError, match="not better than its base in valid by hand"):
        seen.extend(events)
    assert [event.done for event in seen] == [1, 2, 3, 4] and seen[0].note == "base, by hand"
    table = capsys.readouterr().out
    assert "adapter" in table and "valid" in table


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
