"""What is heard of prompts that change while they are drawn, as A1111 writes them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storybook.models.prompt_syntax import networks, spans
from storybook.models.scheduling import resolve_syntax


@pytest.mark.parametrize(
    ("prompt", "text", "notes"),
    [
        ("a cat, (day:1.2), [dim]", "a cat, (day:1.2), [dim]", 0),
        ("a [(cat:1.2):(dog:1.2):0.5]", "a (dog:1.2)", 1),
        ("a[b:[c:d:2]:1]e", "ade", 1),
        ("a [[red|blue] hat|(green:1.3) cap]", "a red hat", 1),
        (
            "a [(red|blue):0.5] (hat [of [straw:felt:3]:.5]:1.1)",
            "a (red|blue) (hat of felt:1.1)",
            2,
        ),
        ("[a (b:c:0.5] d", "c d", 1),
        ("a [b\\]:c:1e1] [d:e] [[[f", "a c [d:e] [[[f", 1),
        ("a [b:c:d:1] [:: 1 ]e", "a [b:c:d:1] e", 1),
        ("a cat AND a dog :0.8", "a cat, a dog", 2),
        ("a <lora:rex:0.8> cat", "a  cat", 1),
        ("<hypernet:ink:1>", "", 1),
        ("a [cat:dog:0.5]", "a dog", 1),
        ("a cat [in rain:12]", "a cat in rain", 1),
        ("a cat [in rain::.7]", "a cat in rain", 1),
        ("a [red|blue|green] hat", "a red hat", 1),
        ("a cat :1.2 AND a dog:0.8 AND snow", "a cat, a dog, snow", 2),
        ("a sAND cat, 3:4 (x:1)", "a sAND cat, 3:4 (x:1)", 0),
        (r"a \[cat:dog:0.5\]", r"a \[cat:dog:0.5\]", 0),
    ],
)
def test_heard_feeds_no_marks_as_words(prompt: str, text: str, notes: int) -> None:
    found, said = resolve_syntax(prompt)
    assert found == text and len(said) == notes
    assert all(" heard" in each for each in said)


def test_heard_reads_deep_brackets_quickly() -> None:
    """Each is closed in its turn: no recursion, and no search through those that are open."""
    deep = "[" * 4000 + "a" + ":b:0.5]" * 4000
    assert resolve_syntax(deep)[0] == "b" and len(resolve_syntax(deep)[1]) == 1
    assert resolve_syntax("(" * 4000 + ")" * 3999)[0].count("(") == 4000


def test_heard_says_loras_that_are_not_there() -> None:
    text, said = resolve_syntax("a <lora:rex:0.8> <lora:rxe:1> <lora:rex:x> cat", {"rex", "ink"})
    assert text == "a    cat"
    assert said == (
        "<lora:rxe:1> is not heard: draw.lora_folder has no rxe. "
        "Did you mean rex? The choices are: ink, rex.",
        "<lora:rex:x> is not heard",
    )


@given(st.text(alphabet="ab <lora:1>[|]()AND\\", max_size=40))
def test_heard_never_fails(prompt: str) -> None:
    spans(resolve_syntax(prompt)[0])
    networks(prompt)
