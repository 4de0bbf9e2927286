"""Frames: exact texts, what may stand in them, and that they travel with what was taught."""

from pathlib import Path

import pytest

from storybook.errors import ConfigError
from storybook.story.prompt_frame import (
    FRAME,
    PLAIN,
    PromptFrame,
    carried_frame,
    frame_names,
    load_frame,
    write_frame,
)

A6 = (
    "You are a storyteller. Given a summary of a children's story, generate the full story. Make "
    "sure your story follows the same plot points of the summary and expands on each point. Make "
    "sure your story has a clear beginning, multiple plot points that build on each other, and a "
    "clear ending. \n Summary: A cat naps. END \n Full story: Once, a cat napped. END"
)


def test_the_storybook_frame_is_the_source_document_s_to_the_letter() -> None:
    frame = load_frame("storybook")
    question = frame.ask(summary="A cat naps.", pages=4, ages="3-5", hero="Mimi")
    assert question + frame.tell("Nap", ["Once, a cat napped."]) == A6


@pytest.mark.parametrize("name", frame_names())
def test_the_space_between_question_and_story_begins_the_reply(name: str) -> None:
    """A question that ended in a space would be cut into other tokens than it was taught with."""
    assert not load_frame(name).question.endswith(" ")


def test_the_plain_frame_asks_for_pages_ages_and_hero() -> None:
    frame = load_frame(PLAIN)
    asked = frame.ask(summary="A nap. He sleeps.", pages=5, ages="3-5", hero="Pip, a mouse")
    assert asked.endswith(
        "Pages: 5. Ages: 3-5.\nHero: Pip, a mouse\nSummary: A nap. He sleeps. END\nFull story:"
    )
    assert frame.tell("Pip", ["One.", "Two."]) == " Title: Pip\nOne.\nTwo. END"
    marked = frame.but(page="<|$to_go to go|> $text")
    assert marked.tell("Pip", ["One.", "Two."]).endswith("<|2 to go|> One.\n<|1 to go|> Two. END")


def test_tell_says_the_plan_first_and_numbers_the_pages() -> None:
    frame = load_frame("planned")
    asked = frame.ask(summary="A nap.", pages=2, ages="3-5", hero="Pip, a mouse", manner="rhyme")
    assert "2 pages. Ages: 3-5. Manner: rhyme. Hero: Pip, a mouse.\nA nap." in asked
    told = frame.tell("Pip", ["One.", "Two."], ["Pip up", "Pip down"])
    assert told == "Title: Pip\nPlan:\n1. Pip up\n2. Pip down\nStory:\n1. One.\n2. Two.\nEND"
    with pytest.raises(ValueError, match=r"longer|shorter"):
        frame.tell("Pip", ["One.", "Two."], ["Pip up"])


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({"question": "Tell."}, r"question: has no \$summary"),
        ({"question": "$summary of $who"}, r"question: \$who is not one of \$ages, \$hero"),
        ({"question": "$summary for 5 $"}, r"question: a \$ is followed by no variable"),
        ({"question": "$summary", "reply": "$title"}, r"reply: has no \$story"),
        ({"question": "$summary", "page": "$page $text"}, r"page: \$page is not one of"),
        ({"question": "$summary", "plan": "$picture"}, "plan's line and .plan in the reply go"),
        ({"question": "$summary", "reply": "$title $plan $story"}, "go together"),
        (
            {"question": "$summary", "reply": "$plan $title $story", "plan": "$picture"},
            "stand in this order",
        ),
        (
            {"question": "$summary", "reply": "$title $plan $story", "plan": "$picture ($number)"},
            r"ends with \$picture",
        ),
        ({"question": "$summary", "titel": "x"}, "unknown key titel"),
    ],
)
def test_a_frame_that_would_lose_words_is_refused(tmp_path: Path, fields, fault: str) -> None:
    lines = [f"{name} = '{text}'" for name, text in fields.items()]
    (tmp_path / FRAME).write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(ConfigError, match=fault):
        carried_frame(tmp_path)


def test_an_unknown_frame_names_the_nearest() -> None:
    with pytest.raises(ConfigError, match="Did you mean alpaca"):
        load_frame("alpacka")


def test_a_frame_travels_with_what_was_taught_by_it(tmp_path: Path) -> None:
    frame = PromptFrame(question="Summary: $summary\nStory:", reply=" $story", page="$to_go: $text")
    (tmp_path / "adapter").mkdir()
    write_frame(frame, tmp_path / "adapter")
    assert carried_frame(tmp_path / "adapter", tmp_path) == frame
    assert carried_frame(tmp_path) is None
