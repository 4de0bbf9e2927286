"""Texts told side by side, on a real LLaMA at toy size whose heads share keys and values."""

from pathlib import Path

import pytest
import torch

from storybook.errors import QuestionTooLong
from storybook.models.generation import SamplingParams
from storybook.models.grouped_attention import BLOCK
from storybook.models.local_writer import LocalWriter, open_local_writer
from storybook.models.side_by_side import BETWEEN_LINES, WITHIN_A_LINE, _would_repeat
from tiny import tiny_llama

QUESTION = "Tell of a cat.\n"
KNOWN = QUESTION + "Title: Pip\n1. Pip naps.\n2. Pip wakes up.\n"
FLAT = SamplingParams(temperature=2.0, top_p=1.0)
"""So that rows differ, though one text is known by heart."""
ROUNDING = 1e-4
"""Of logits around 1 that are summed up in another order in fp32."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_llama(tmp_path_factory.mktemp("writer"), learns=(KNOWN,), shared_heads=2)


@pytest.fixture(scope="module")
def writer(folder: Path) -> LocalWriter:
    return open_local_writer(folder, sampling=FLAT)


def begun(writer: LocalWriter, rows: int, seed: int = 1):
    return writer.begin(QUESTION, rows=rows, seed=seed, max_words=40)


def test_lines_of_rows_that_waited_are_as_if_each_were_alone(folder, writer):
    rows = begun(writer, 8)
    rows.put("Title:")
    titles = rows.lines(least=1, most=12)
    assert len({line.text for line in titles}) > 1
    assert len({len(tokens) for tokens in rows.tokens}) > 1  # so that some did wait
    rows.keep([2, 0, 0, 1])
    rows.put("\n1.")
    plain = open_local_writer(folder)._model
    for at, tokens in enumerate(rows.tokens):
        alone = plain(torch.tensor([tokens])).logits[0, -1]
        assert torch.allclose(rows._logits[at], alone, atol=ROUNDING)


def test_lines_of_the_same_seed_are_the_same_and_of_another_differ(writer):
    told = []
    for seed in (1, 1, 2):
        rows = begun(writer, 4, seed)
        rows.put("Title:")
        told.append([line.text for line in rows.lines(least=1, most=10)])
    assert told[0] == told[1] != told[2]


def test_lines_of_what_is_known_by_heart_end_where_it_does(folder):
    rows = open_local_writer(folder, sampling=SamplingParams(temperature=0)).begin(
        QUESTION, rows=4, seed=1, max_words=40
    )
    assert len(rows) == 1  # another row would tell the same
    rows.put("Title:")
    (title,) = rows.lines(least=1, most=20)
    rows.put("\n1.")
    (first,) = rows.lines(least=1, most=20)
    rows.put("\n2.")
    (second,) = rows.lines(least=1, most=20)
    assert [line.text for line in (title, first, second)] == ["Pip", "Pip naps.", "Pip wakes up."]
    assert all(line.ended and -0.5 < line.mean_logprob <= 0 for line in (title, first, second))


def test_lines_have_at_least_and_at_most_so_many_tokens(writer):
    rows = begun(writer, 6)
    asked = len(rows.tokens[0])
    lines = rows.lines(least=3, most=5)
    counts = [len(tokens) - asked for tokens in rows.tokens]
    assert all(3 <= count <= 5 for count in counts)
    assert all(line.ended or count == 5 for line, count in zip(lines, counts, strict=True))


def test_lines_do_not_wait_for_the_last_where_enough_have_ended(writer):
    rows = begun(writer, 8)
    lines = rows.lines(least=1, most=60, enough=0.25)
    assert 2 <= sum(line.ended for line in lines) < 8


def test_would_repeat_names_what_would_say_a_run_again():
    assert (WITHIN_A_LINE, BETWEEN_LINES) == (4, 6)
    assert _would_repeat([1, 2, 3, 4, 9, 1, 2, 3]) == [4]
    assert _would_repeat([1, 2, 3, 4, 1, 2, 3, 5, 1, 2, 3]) == [4, 5]
    assert _would_repeat([7, 7, 7, 7]) == [7]
    assert _would_repeat([1, 2, 3, 4, 9, 2, 3, 1]) == _would_repeat([1, 2]) == []
    earlier = [[5, 1, 2, 3, 4, 5, 6], [9, 9]]
    assert _would_repeat([1, 2, 3, 4, 5], earlier) == [6]
    assert _would_repeat([2, 3, 4, 5], earlier) == []


def test_put_gives_each_row_words_of_its_own(folder, writer):
    rows = begun(writer, 3)
    before = rows.tokens[0]
    texts = ["Title: Pip", "\n1.", " Pip naps and wakes"]
    rows.put(texts)
    tokenizer = writer._tokenizer
    assert [tokenizer.decode(each[len(before) :]) for each in rows.tokens] == texts
    plain = open_local_writer(folder)._model
    for at, tokens in enumerate(rows.tokens):
        alone = plain(torch.tensor([tokens])).logits[0, -1]
        assert torch.allclose(rows._logits[at], alone, atol=ROUNDING)


def test_put_of_more_than_a_block_is_as_if_each_row_were_alone(folder, writer):
    rows = begun(writer, 2)
    for _ in range(3):
        rows.put([" Pip naps." * 40, " Pip wakes up." * 33])
        rows.keep([1, 0])
    assert max(map(len, rows.tokens)) > 2 * BLOCK
    plain = open_local_writer(folder)._model
    for at, tokens in enumerate(rows.tokens):
        alone = plain(torch.tensor([tokens])).logits[0, -1]
        assert torch.allclose(rows._logits[at], alone, atol=ROUNDING)


def test_lines_have_a_least_for_each_row(writer):
    rows = begun(writer, 3)
    asked = len(rows.tokens[0])
    rows.lines(least=[0, 9, 12], most=12)
    counts = [len(tokens) - asked for tokens in rows.tokens]
    assert counts[1] >= 9
    assert counts[2] == 12


def test_begin_beyond_the_context_says_both_lengths(writer):
    with pytest.raises(QuestionTooLong, match="holds 512 in all"):
        writer.begin("a cat " * 300, rows=2, seed=1, max_words=200)
