"""Asking for a record, and asking again."""

import pytest
from pydantic import Field

from storybook.errors import QuestionTooLong, ReplyError
from storybook.models.replies import TRIES, answered, demand, parsed
from storybook.records import Record


class Naps(Record):
    hero: str
    naps: int = Field(ge=1)


class Talker:
    """Says its lines one after the other, and remembers what it was asked."""

    def __init__(self, *lines: str | ReplyError) -> None:
        self.lines = list(lines)
        self.asked: list[tuple[str, int]] = []

    def __call__(self, question: str, seed: int) -> str:
        self.asked.append((question, seed))
        line = self.lines.pop(0)
        if isinstance(line, ReplyError):
            raise line
        return line


@pytest.mark.parametrize(
    "reply",
    [
        '{"hero": "Pip", "naps": 3}',
        'Sure! Here it is:\n```json\n{"hero": "Pip", "naps": 3}\n```\nEnjoy {this}.',
        'not {this} but {"hero": "Pip", "naps": 3}',
    ],
)
def test_finds_the_record_in_what_stands_around_it(reply: str) -> None:
    assert parsed(reply, Naps) == (Naps(hero="Pip", naps=3), "")


@pytest.mark.parametrize(
    ("reply", "fault"),
    [
        ("", "no whole JSON object"),
        ('{"hero": "Pip", "na', "no whole JSON object"),
        ('{"hero": "Pip", "naps": 0}', "naps: Input should be greater"),
        ('{"hero": "Pip", "naps": 1, "mood": "x"}', "mood: Extra inputs"),
    ],
)
def test_says_what_is_wrong(reply: str, fault: str) -> None:
    record, said = parsed(reply, Naps)
    assert record is None and fault in said and "\n" not in said


def test_shows_the_writer_its_mistake_and_asks_with_another_seed() -> None:
    ask = Talker('{"hero": "Pip"}', ReplyError("silence"), '{"hero": "Pip", "naps": 2}')
    assert answered(ask, "Who naps?", Naps, seed=7, name="w") == Naps(hero="Pip", naps=2)
    questions, seeds = zip(*ask.asked, strict=True)
    assert seeds == (7, 8, 9)
    assert questions[0] == "Who naps?"
    assert '{"hero": "Pip"}' in questions[1] and "naps: Field required" in questions[1]
    assert "silence" in questions[2]


def test_gives_up_with_the_last_reply() -> None:
    ask = Talker("a", "b", "c", "never asked")
    with pytest.raises(ReplyError, match="w gave no Naps in 3 replies") as fault:
        answered(ask, "Who naps?", Naps, seed=1, name="w")
    assert fault.value.reply == "c" and len(ask.asked) == TRIES


def test_does_not_repeat_a_question_that_is_too_long() -> None:
    ask = Talker(QuestionTooLong("too long", 5))
    with pytest.raises(QuestionTooLong):
        answered(ask, "Who naps?", Naps, seed=1, name="w")


def test_the_demand_carries_the_schema() -> None:
    assert '"minimum": 1' in demand("Who naps?", Naps)
