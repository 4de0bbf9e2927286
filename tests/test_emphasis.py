"""A1111's emphasis, by vectors of its own parser."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storybook.models.prompt_syntax import networks, plain, sections, spans

VECTORS = [
    ("((bhna cat))", [("bhna cat", 1.21)]),
    ("a [b] c", [("a ", 1), ("b", 1 / 1.1), (" c", 1)]),
    ("((x:1.5))", [("x", 1.65)]),
    ("[x:0.5]", [("x:0.5", 1 / 1.1)]),
    ("(a", [("a", 1.1)]),
    ("a)", [("a)", 1)]),
    (r"\(a\)", [("(a)", 1)]),
    ("(a (b:2) c)", [("a ", 1.1), ("b", 2.2), (" c", 1.1)]),
    ("((a) b", [("a", 1.21), (" b", 1.1)]),
    ("(x:)", [("x:", 1.1)]),
    ("(x:-1)", [("x", -1)]),
    ("(x: .5 )", [("x", 0.5)]),
    ("", []),
    (r"a\b", [("ab", 1)]),
    ("a\\", [("a", 1)]),
    (r"(a\ b:2)\\", [("a b", 2), ("\\", 1)]),
    (r"\\(a)", [("\\", 1), ("a", 1.1)]),
    ("a cat, day", [("a cat, day", 1)]),
]


@pytest.mark.parametrize(("prompt", "expected"), VECTORS, ids=[each[0] for each in VECTORS])
def test_vectors(prompt: str, expected: list[tuple[str, float]]) -> None:
    found = spans(prompt)
    assert [span.text for span in found] == [text for text, _ in expected]
    assert [span.weight for span in found] == pytest.approx([weight for _, weight in expected])


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ("a BREAK b", [["a"], ["b"]]),
        ("a,BREAKb", [["a,BREAKb"]]),
        ("a break b", [["a break b"]]),
        ("(a BREAK b) c", [["a"], ["b", " c"]]),
        ("BREAK a", [[], ["a"]]),
        ("", [[]]),
    ],
)
def test_a_break_begins_a_section(prompt: str, expected: list[list[str]]) -> None:
    assert [[span.text for span in section] for section in sections(prompt)] == expected


def test_emphasis_reaches_over_a_break() -> None:
    (one,), (other, rest) = sections("(a BREAK b) c")
    assert one.weight == other.weight == pytest.approx(1.1) and rest.weight == 1


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ("a <lora:rex:0.8> cat", [("rex", 0.8, 0.8)]),
        ("<lora:rex>", [("rex", 1, 1)]),
        ("<lora:my rex v1.2:-.5><lora:ink:0>", [("my rex v1.2", -0.5, -0.5), ("ink", 0, 0)]),
        ("<lora:rex:0.5:1>", [("rex", 0.5, 1)]),
        ("<lora:rex:te=0.5>", [("rex", 0.5, 0.5)]),
        ("<lora:rex:1:unet=0.2>", [("rex", 1, 0.2)]),
        ("<lora:rex:0.8:dyn=4>", [("rex", 0.8, 0.8)]),
        ("<lora:rex:much> <lora:rex:nan> <lora::1> <lora:> <hypernet:rex:1> <lora:rex", []),
    ],
)
def test_loras_are_asked_for_by_name(prompt: str, expected: list[tuple[str, float, float]]) -> None:
    assert [(each.name, each.text, each.unet) for each in networks(prompt)] == expected


@given(st.text(alphabet="ab ([)]:1.2\\", max_size=30))
def test_any_text_is_read_and_no_letter_is_lost(prompt: str) -> None:
    letters = [letter for letter in prompt if letter in "ab"]
    assert [letter for letter in plain(prompt) if letter in "ab"] == letters


@given(st.text(alphabet="ab cd,.", max_size=30))
def test_text_without_brackets_stays(prompt: str) -> None:
    assert plain(prompt) == prompt
