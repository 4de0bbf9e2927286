import pytest

from storybook.errors import MOST_LETTERS, first_line, in_one_line, last_line

LONG = RuntimeError(
    "Error(s) in loading state_dict for UNet:\n\n\tsize mismatch for conv_in: [4] and [9].  \n"
)
SILENT = [EOFError(), OSError(""), ValueError(" \n\t ")]


def test_first_line_is_the_first_that_says_something():
    assert first_line(LONG) == "Error(s) in loading state_dict for UNet:"
    assert first_line(ValueError("\n  \r\n it is torn\nmore")) == "it is torn"


def test_last_line_is_the_last_that_says_something():
    assert last_line(LONG) == "size mismatch for conv_in: [4] and [9]."


def test_in_one_line_leaves_nothing_out():
    expected = "Error(s) in loading state_dict for UNet: size mismatch for conv_in: [4] and [9]."
    assert in_one_line(LONG) == expected


@pytest.mark.parametrize("say", [first_line, last_line, in_one_line])
@pytest.mark.parametrize("fault", SILENT, ids=lambda fault: type(fault).__name__)
def test_a_fault_that_says_nothing_is_called_by_its_kind(say, fault):
    assert say(fault) == type(fault).__name__


@pytest.mark.parametrize("say", [first_line, last_line])
def test_a_line_without_end_is_cut(say):
    assert say(KeyError("x" * 5000)) == ("'" + "x" * 5000)[:MOST_LETTERS]
