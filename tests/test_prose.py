"""Prose: a chat model's reply without what is not its story."""

import pytest

from storybook.models.prose import prose, untitled, without_thinking
from storybook.models.replies import parsed
from storybook.story.outlined import Outline

ONE, TWO = "Pip ran to the sea. It was blue.", '"Look!" said Pip. Up went the kite.'
STORY = f"Title: The Kite\n\n{ONE}\n\n{TWO}"
BARE = f"{ONE}\n\n{TWO}"


@pytest.mark.parametrize(
    ("reply", "left"),
    [
        ("<think>\nA plan.\n</think>\n\nPip ran.", "Pip ran."),
        ("A plan.\nMore of it.\n</think>\n\nPip ran.", "Pip ran."),
        ("<think>A plan that never ends", ""),
        ("<thinking>a</thinking>Pip <reasoning>b</reasoning>ran.", "Pip ran."),
        ("[THINK]a plan[/THINK]Pip ran.", "Pip ran."),
        ("◁think▷a plan◁/think▷Pip ran.", "Pip ran."),
        (
            "<|channel|>analysis<|message|>A plan.<|end|><|start|>assistant<|channel|>final"
            "<|message|>Pip ran.",
            "Pip ran.",
        ),
        ("<|channel|>analysis<|message|>A plan.", ""),
        ("I think that Pip ran.", "I think that Pip ran."),
    ],
)
def test_without_thinking_keeps_what_was_told(reply: str, left: str) -> None:
    assert without_thinking(reply).strip() == left


@pytest.mark.parametrize(
    "plain",
    [
        STORY,
        BARE,
        f"{ONE}\n{TWO}",
        "Pip had 3 * 4 = 12 peas. snake_case_names stay.",
        "- Où est ma balle ? dit Pip.\n- Ici !",
        "1. place went to Pip. He was glad.\n\nThen he slept.",
        "Sure as the sun, Pip came home.\n\nHe slept.",
        "Page after page Pip read on.\n\nThe end of the book was best.",
        "Here comes Pip! He ran.\n\nPip slept.",
        '"If you like, we can edit the story," said Pip.',
        "Pip ran.\n\nIf you look up at night, you can see him still.",
        "皮普跑到海边。\n\n他很高兴。",
    ],
)
def test_prose_that_is_plain_comes_back_as_it_is(plain: str) -> None:
    assert prose(plain) == plain


@pytest.mark.parametrize(
    "reply",
    [
        f"Sure! Here is the story:\n\n**Title: The Kite**\n\n{BARE}",
        f"Of course!\n\nHere's your story.\n\n# The Kite\n\n{BARE}",
        f"**The Kite**\n\n{BARE}\n\n---\n*The End*\n\nWould you like me to change anything?",
        f"## **The Kite** ##\n\n{BARE}\n\nI hope you enjoy this story!",
        f"Titel: The Kite\n\n{BARE}\n\n(Word count: 14)",
        f"```\n{STORY}\n```",
        f"Klar! Hier ist die Geschichte:\n\n```text\n{STORY}\n```\n\nIch hoffe, sie passt.",
        f"{STORY}<|im_end|>\n<|im_start|>user\nAnother one!",
        f"{STORY}</s>",
        f"<|im_start|>assistant\n{STORY}<end_of_turn>",
        f"{STORY}<｜end▁of▁sentence｜>",
        f"<think>One page or two?</think>\n{STORY} END",
        f"Title: The Kite\n\n**Page 1**\n{ONE}\n\n**Page 2:**\n{TWO}",
        f"Title: The Kite\n\nPage 1: {ONE}\n\nPage 2 of 2 - {TWO}",
        f"Title: The Kite\n\n### Page 1\nPip ran to the sea.\nIt was blue.\n\n### Page Two\n{TWO}",
        f"Title: The Kite\n\n[Page 1]\n[Image: the sea]\n{ONE}\n\n[Page 2]\n{TWO}\n\nThe End",
        f"Title: The Kite\n\n1. {ONE}\n\n2. {TWO}",
        f"Title: The Kite\n\n第1页：{ONE}\n\n第2页：{TWO}\n\n完",
        f"# The Kite\n\n## The Beach\n\nPip *ran* to the __sea__. It was _blue_.\n\n---\n\n> {TWO}",
        f"Title: The Kite\n\n<p>{ONE}</p>\n\n<b>{TWO}</b>",
        f"《The Kite》\n\n{BARE}",
    ],
)
def test_prose_leaves_out_what_a_chat_model_adds(reply: str) -> None:
    assert prose(reply) == STORY


def test_prose_joins_a_page_that_was_marked_and_not_one_that_was_not() -> None:
    marked = "Page 1\nPip ran.\nHe fell.\n\nPage 2\nHe slept."
    assert prose(marked) == "Pip ran. He fell.\n\nHe slept."
    assert prose("Pip ran.\nHe fell.") == "Pip ran.\nHe fell."


def test_prose_takes_a_line_separator_for_a_space() -> None:
    assert prose("Pip ran.\u2028He fell.\x85Up!") == "Pip ran. He fell. Up!"


def test_prose_of_nothing_but_talk_is_empty() -> None:
    assert prose("<think>Hm.</think>") == prose("***\n---") == prose("") == ""


def test_untitled_drops_the_title_only() -> None:
    assert untitled(STORY) == BARE
    assert untitled(BARE) == BARE


def test_parsed_passes_over_the_records_that_were_only_thought_of() -> None:
    draft, meant = '{"title": "A", "pages": []}', '{"title": "B", "pages": ["one"]}'
    record, fault = parsed(f"<think>{draft}</think>```json\n{meant}\n```", Outline)
    assert record == Outline(title="B", pages=("one",)) and fault == ""
