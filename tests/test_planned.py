"""Telling by a plan: which plans are told on, which pages are taken, and what comes out."""

from dataclasses import replace

import pytest
from scripted_rows import Said, Script

from books import BISCUIT, brief
from storybook.config import shipped
from storybook.story.casting import cast
from storybook.story.planned import (
    Beam,
    Constraints,
    Leads,
    beam_search,
    page_worth,
    pages_anew,
    plan_worth,
    whole_sentences,
)
from storybook.story.prompt_frame import load_frame
from storybook.story.sampling import sample_stories
from storybook.world import load_world

FRAME = load_frame("planned")
LOST = Constraints(
    summary="Pip the cat finds a lost kitten in the snow and carries her home.",
    names=("Pip",),
    pages=2,
    page_words=(4, 20),
)

LISTED = replace(LOST, summary="lost kitten, deep snow, way home")
"""No deeds, and so no plan is held to it."""


def test_leads_and_what_is_sampled_make_the_reply_that_is_taught() -> None:
    leads, pages, pictures = Leads(FRAME), ["One.", "Two."], ["Pip up", "Pip down"]
    told = f"{leads.title} Pip"
    told += "".join(f"{leads.plan(n)} {each}" for n, each in enumerate(pictures, 1))
    told += "".join(f"{leads.page(n)} {each}" for n, each in enumerate(pages, 1))
    assert f"{told}\nEND" == FRAME.tell("Pip", pages, pictures)


def test_beam_search_tells_the_plan_on_that_keeps_the_summary() -> None:
    keeps = ["Pip finding a lost kitten in deep snow", "Pip on the way home"]
    drifts = ["Pip finding a drum in the snow", "Pip beating the drum"]
    rows = Script(
        ["A Drum", "A Kitten", "A Drum", "A Drum", "A Drum"],
        *([drifts[n], keeps[n], drifts[n], drifts[n], drifts[n]] for n in range(2)),
        *(["Pip saw a kitten in the snow."] * 4, ["Pip carried the kitten home."] * 4),
    )
    told = beam_search(rows, FRAME, LISTED)
    assert told[0].title == "A Kitten"
    assert told[0].plan == keeps
    assert told[0].pages == ["Pip saw a kitten in the snow.", "Pip carried the kitten home."]
    leads = ["\nPlan:\n1.", "\n2."]
    assert rows.said == ["Title:", *([lead] * 5 for lead in leads), "\nStory:\n1.", "\n2."]
    assert rows.kept[0][0] == 1  # the row of the plan that is told on first
    assert len(rows.kept[0]) == 4


def test_beam_search_holds_every_other_plan_to_the_clauses_of_the_summary() -> None:
    rows = Script(
        ["A Kitten", "A Drum"],
        *(["with her nose in it", "Pip finding a drum"], ["", "Pip beating the drum"]),
        *(["Pip saw a kitten in the snow."] * 2, ["Pip carried the kitten home."] * 2),
    )
    told = beam_search(rows, FRAME, LOST)
    assert told[0].plan == [
        "Pip the cat finds a lost kitten in the snow with her nose in it",
        "Pip carries her home",
    ]
    assert rows.said[1] == [
        "\nPlan:\n1. Pip the cat finds a lost kitten in the snow",
        "\nPlan:\n1.",
    ]
    assert told[1].plan == ["Pip finding a drum", "Pip beating the drum"]


def test_beam_search_takes_the_better_page_of_each_plan_and_goes_on_from_it() -> None:
    plan = ["Pip finding a lost kitten in the snow", "Pip carrying the kitten home"]
    good = ["Pip found a lost kitten in the snow.", "Pip carried the kitten home."]
    rows = Script(
        ["A Kitten"] * 8,
        *([line] * 8 for line in plan),
        # four plans of two tries each
        ["The sun was up. Pip ate.", good[0], good[0], "Rex and Bella sang of Tom all day."] * 2,
        [good[0], good[1], Said("Pip carried the kitten and", ended=False), good[1]] * 2,
    )
    told = beam_search(rows, FRAME, LISTED)
    assert [row.pages for row in told] == [good] * 4
    assert rows.kept[1:] == [[1, 1, 2, 2, 5, 5, 6, 6], [1, 1, 3, 3, 5, 5, 7, 7]]


def test_beam_search_of_a_writer_with_one_row_tells_one() -> None:
    rows = Script(["Pip"], ["Pip in snow"], ["Pip at home"], ["Pip saw snow."], ["Pip went home."])
    (told,) = beam_search(rows, FRAME, LISTED)
    assert told.pages == ["Pip saw snow.", "Pip went home."]


def test_pages_anew_go_on_from_the_plan_and_the_pages_before() -> None:
    row = Beam("A Kitten", ["Pip in the snow", "Pip at home"], ["It was cold.", "Pip went home."])
    rows = Script([Said("Rex barked."), Said("Pip came home.", -2), Said("Pip was home.")])
    told = pages_anew(rows, FRAME, row, 2, LISTED)
    assert told == ["Pip was home.", "Pip came home.", "Rex barked."]
    whole = FRAME.tell("A Kitten", row.pages, row.plan)
    assert rows.said == [whole[: whole.index(" Pip went home.")]]


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        (
            ["Pip finding a lost kitten in the snow", "Pip carrying the kitten home"],
            ["Pip finding a drum in the snow", "Pip beating the drum at home"],
        ),
        (
            ["Pip finding a lost kitten in the snow", "Pip", "Pip up", "Pip carrying her home"],
            ["Pip carrying her home", "Pip", "Pip up", "Pip finding a lost kitten in the snow"],
        ),
        (
            ["Pip finding a lost kitten in the snow", "Pip carrying the kitten home"],
            ["a lost kitten in the snow", "the kitten being carried home"],
        ),
        (["Pip asleep", "Pip awake"], ["Pip asleep", "Pip asleep"]),
        (["Pip in a red boat", "Pip up a hill"], ["Pip in a red boat", "Pip in a red hat"]),
    ],
    ids=["another thing", "another order", "without the star", "twice the same", "alike"],
)
def test_plan_worth_prefers_what_keeps(better: list[str], worse: list[str]) -> None:
    assert plan_worth(better, LOST) > plan_worth(worse, LOST)


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ("Pip found a lost kitten in the snow.", "Pip was a cat who liked his bed."),
        ("Pip found a lost kitten in the snow.", "Pip found a kitten. Pip found a kitten."),
        ("Pip found a lost kitten in the snow.", "Pip was warm. He liked his bed by the fire."),
        ("Pip found a lost kitten in the snow.", "Pip and Bella found a lost kitten in the snow."),
        ("Pip found a lost kitten in the snow.", "Lost kitten!"),
        ("Pip found a lost kitten in the snow.", 'Pip found a lost kitten in the snow. "Oh'),
    ],
    ids=["of something else", "said twice", "said before", "a stranger", "too short", "no end"],
)
def test_page_worth_prefers_what_can_be_read(better: str, worse: str) -> None:
    row = Beam("A Kitten", ["Pip finding a lost kitten in the snow"], [])
    row.pages.append("Pip was warm. He liked his bed by the fire.")
    assert page_worth(better, row, 1, LOST) > page_worth(worse, row, 1, LOST)


def test_page_worth_tires_of_a_word_that_three_pages_have_said() -> None:
    said = ["His nose was blue.", "The nose was so big.", "Oh, that nose!"]
    row = Beam("A Kitten", ["", "", "", "Pip in the snow"], said)
    plain, tired = "Pip sat in the snow with a hat.", "Pip sat in the snow with a nose."
    assert page_worth(plain, row, 4, LOST) > page_worth(tired, row, 4, LOST)
    row.pages.pop()
    assert page_worth(plain, row, 4, LOST) == page_worth(tired, row, 4, LOST)


def test_beam_search_joins_what_goes_on_from_a_clause_as_it_is_written() -> None:
    rows = Script(["A", "B"], *([tail, "Pip"] for tail in ("'s tail, up", ", and sleeping")))
    rows.told += [[Said("Pip saw it.")] * 2] * 2
    assert beam_search(rows, FRAME, LOST)[0].plan == [
        "Pip the cat finds a lost kitten in the snow's tail, up",
        "Pip carries her home, and sleeping",
    ]


def test_whole_sentences_cut_off_what_has_no_end() -> None:
    assert whole_sentences("Pip ran. He sat. Then he", ended=False) == "Pip ran. He sat."
    assert whole_sentences("Pip ran. Then he", ended=True) == "Pip ran. Then he"
    assert whole_sentences("Pip ran and", ended=False) == "Pip ran and"


def test_drafts_of_a_planning_frame_say_what_each_page_shows() -> None:
    asked = brief(summary="Biscuit, a blue mitten, deep snow, way home")
    world = load_world(shipped("assets"))
    who = cast(asked.summary, [BISCUIT], world, seed=1)
    plan = ["Biscuit in the snow", "Biscuit finding a blue mitten", "Biscuit taking it home", "Bed"]
    pages = [
        "Biscuit ran out to play in the snow. It was deep and white.",
        "There Biscuit saw one small blue mitten. It was all alone.",
        'Biscuit took the mitten home. "Whose is it?" she said.',
        "Nobody knew. So Biscuit took it to bed with her, and she slept.",
    ]

    class Planner:
        name = "planner"
        asked = ""

        def begin(self, question: str, *, rows: int, seed: int, max_words: int) -> Script:
            self.asked = question
            told = ["A Blue Mitten", *plan, *pages]
            return Script(*([Said(text)] * 4 for text in told))

    writer = Planner()
    first, *_ = sample_stories(
        asked, who, world, writer, FRAME, attempts=4, outline=False, candidates=4
    )
    assert "of 4 pages" in writer.asked
    assert first.story.title == "A Blue Mitten"
    assert first.story.pictures == tuple(plan)
    assert first.story.paragraphs == tuple(pages)
    assert not first.recut
