"""Tellings by an outline, asked of a real server that speaks well or badly."""

import json

import pytest

from books import BISCUIT, SUMMARY, brief
from fake_openai_server import FakeServer, fails, hangs_up, says, writer_at
from storybook.config import shipped
from storybook.errors import ModelError
from storybook.records import Story
from storybook.story.casting import cast
from storybook.story.prompt_frame import PLAIN, load_frame
from storybook.story.sampling import StorySample, sample_stories, select_best
from storybook.world import load_world

WORLD = load_world(shipped("assets"))
WHO = cast(SUMMARY, [BISCUIT], WORLD, seed=1)
PLAN = (
    "Biscuit runs out into the deep snow and finds a blue mitten",
    "Biscuit holds the mitten up and a shy fox comes out",
    "The fox and Biscuit follow their noses down the hill",
    "Biscuit gives the mitten back at a warm house",
)
PAGES = (
    "Biscuit ran out to play. The snow was deep and white. She saw one blue mitten lie there.",
    'Biscuit held the mitten up high. "Who lost you?" said Biscuit. A shy fox came out to see.',
    "The fox had a good nose. Biscuit and the fox went down the hill. Sniff, sniff, sniff!",
    "They came to a warm house. Biscuit gave the mitten back. Then Biscuit slept by the fire.",
)


def outline(pages: tuple[str, ...] = PLAN, title: str = "The Mitten") -> str:
    return json.dumps({"title": title, "pages": pages}, ensure_ascii=False)


def told(server: FakeServer, *, attempts: int = 1, **changes: object) -> list[StorySample]:
    frame, asked = load_frame(PLAIN), brief(**changes)
    writer = writer_at(server)
    return list(sample_stories(asked, WHO, WORLD, writer, frame, attempts=attempts, outline=True))


def story_of(samples: list[StorySample]) -> Story:
    return select_best(samples, "server-m")


def questions(server: FakeServer) -> list[str]:
    return [each["messages"][0]["content"] for each in server.asked]


def test_told_by_outline_tells_each_page_with_its_line_and_keeps_the_lines_for_pictures(
    server: FakeServer,
):
    server.will(says(outline()), *map(says, PAGES))
    (sample,) = told(server)
    assert sample.story == Story(
        title="The Mitten", paragraphs=PAGES, cast=WHO.heroes, pictures=PLAN
    )
    assert not sample.faults and sample.covered > 0
    asked = questions(server)
    assert len(asked) == 5 and f"2. {PLAN[1]}" in asked[3] and PAGES[1] in asked[3]
    sizes = server.asked[0]["response_format"]["json_schema"]["schema"]["properties"]["pages"]
    assert (sizes["minItems"], sizes["maxItems"]) == (4, 4)


@pytest.mark.parametrize("wrong", [PLAN[:3], (*PLAN, "All sleep"), ()])
def test_told_by_outline_shows_a_wrong_number_of_pages_and_asks_again(server: FakeServer, wrong):
    thought = f"<think>Four pages?</think>\n```json\n{outline(wrong)}\n```"
    server.will(says(thought), says(f"Here it is:\n{outline()}"), *map(says, PAGES))
    assert story_of(told(server)).paragraphs == PAGES
    assert "It cannot be used: pages:" in questions(server)[1]
    assert "Four pages?" not in questions(server)[2]


def test_told_by_outline_asks_again_for_what_a_plan_leaves_out(server: FakeServer):
    bare = tuple(f"Biscuit walks on, page {number}" for number in range(4))
    server.will(says(outline(bare)), says(outline()), *map(says, PAGES))
    assert story_of(told(server)).pictures == PLAN
    second = questions(server)[1]
    assert f"1. {bare[0]}" in second and "Left out: " in second and "mitten" in second


def test_told_by_outline_keeps_the_better_plan_where_the_second_is_none(server: FakeServer):
    almost = tuple(line.replace("mitten", "glove") for line in PLAN)
    summary = f"{SUMMARY} She meets a dragon."
    server.will(says(outline(almost)), *[says("I will not.")] * 3, *map(says, PAGES))
    assert story_of(told(server, summary=summary)).title == "The Mitten"


@pytest.mark.parametrize(
    "broken",
    [
        says("Biscuit held the mitten", reason="length"),
        says(""),
        hangs_up,
        says("<think>What now?"),
        says(PAGES[0]),
        says("Too short."),
    ],
    ids=["cut", "empty", "hung up", "only thought", "the page before", "short"],
)
def test_told_by_outline_asks_again_for_one_page_and_loses_none(server: FakeServer, broken):
    server.will(says(outline()), says(PAGES[0]), broken, *map(says, PAGES[1:]))
    assert story_of(told(server)).paragraphs == PAGES
    assert len(server.asked) == 6


def test_told_by_outline_waits_where_the_server_asks_to_slow_down(server: FakeServer):
    server.will(says(outline()), says(PAGES[0]), fails(429), fails(503), *map(says, PAGES[1:]))
    assert story_of(told(server)).paragraphs == PAGES


def test_told_by_outline_strips_what_chat_models_add_to_a_page(server: FakeServer):
    dressed = (
        f"**Page 1**\n\n{PAGES[0]}\n\nEND",
        f"<think>Short words.</think>Page 2: {PAGES[1]}",
        f"Sure! Here is page 3:\n\n{PAGES[2]}\n\nWould you like me to change anything?",
        f"```\n{PAGES[3]}\n```",
    )
    server.will(says(outline()), *map(says, dressed))
    assert story_of(told(server)).paragraphs == PAGES


def test_told_by_outline_takes_the_closest_of_pages_that_are_all_too_long(server: FakeServer):
    long, longer = f"{PAGES[1]} " * 3, f"{PAGES[1]} " * 5
    tries = map(says, (longer, long, longer))
    server.will(says(outline()), says(PAGES[0]), *tries, *map(says, PAGES[2:]))
    assert story_of(told(server)).paragraphs[1] == long.strip()


def test_told_by_outline_begins_anew_when_a_page_never_comes_whole(server: FakeServer):
    cut = says("Biscuit held", reason="length")
    server.will(says(outline()), says(PAGES[0]), *[cut] * 3, says(outline()), *map(says, PAGES))
    samples = told(server, attempts=2)
    assert "at its length limit" in samples[0].complaint and samples[0].hard
    assert story_of(samples).paragraphs == PAGES


def test_told_by_outline_gives_up_in_a_line_on_a_server_that_only_fails(server: FakeServer):
    server.will(says(outline()), *[fails(500)] * 5)
    with pytest.raises(ModelError, match="failed with status 500"):
        told(server)


@pytest.mark.parametrize("title", ["", "***", "so " * 50])
def test_told_by_outline_has_a_title_that_can_be_printed(server: FakeServer, title: str):
    server.will(says(outline(title=title)), *map(says, PAGES))
    assert story_of(told(server)).title == "Biscuit's Story"


def test_told_by_outline_in_another_language_is_held_to_no_english_words(server: FakeServer):
    plan = ("Biscuit findet einen Handschuh",) * 4
    pages = [
        f"Biscuit lief in den Schnee und rief laut nach dem Fuchs. Da war er, {n}mal. "
        "Der Fuchs lachte. Biscuit lachte auch."
        for n in range(4)
    ]
    server.will(says(outline(plan)), *map(says, pages))
    story = story_of(told(server, language="de"))
    assert story.paragraphs == tuple(pages) and story.pictures == ()
    assert 'in the language "de"' in questions(server)[0] and len(server.asked) == 5
