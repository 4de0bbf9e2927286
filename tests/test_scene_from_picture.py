"""Lines for pictures, read as what the drawn world has: a table of pages marked by hand."""

import json
from pathlib import Path

import pytest

from books import BISCUIT, FOX
from storybook.config import shipped
from storybook.ready_made.collection import story_named
from storybook.ready_made.telling import tell_ready_made
from storybook.stages.split import split
from storybook.story.picture_words import pictured, stand_ins_in
from storybook.story.scene_from_picture import read_picture
from storybook.world import load_world

WORLD = load_world(shipped("assets"))
TABLE = Path(__file__).parent / "data" / "pictures_read.jsonl"
ROWS = [json.loads(line) for line in TABLE.read_text("utf-8").splitlines()]
LEAST = {"star": 0.9, "action": 0.95, "place": 0.85, "thing": 0.9}
"""Of 80 pages; before the words of pictures were read 0.93, 0.75, 0.75 and 0.90 were right."""


def right(row: dict) -> dict[str, bool]:
    """Whether a page's scene has what somebody marked, who may have let several be right."""
    name, page = row["page"].split("/")
    story = tell_ready_made(story_named(name), (), WORLD, limited=True)
    scene = split(story, story.cast, len(story.paragraphs), WORLD)[int(page)]
    return {
        "star": scene.cast[0] == row["star"],
        "action": scene.moment in row["action"],
        "place": scene.place in row["place"],
        "thing": next(iter(scene.things), "") in (row["thing"] or [""]),
    }


def test_pages_show_what_their_lines_say() -> None:
    assert len(ROWS) >= 80
    marked = [(row["page"], right(row)) for row in ROWS]
    for what, least in LEAST.items():
        wrong = [page for page, each in marked if not each[what]]
        assert len(wrong) <= (1 - least) * len(ROWS), f"{what}: {wrong}"


def moment(line: str, text: str = "") -> str:
    return read_picture(line, text, 2, (BISCUIT, FOX), WORLD, None).moment


@pytest.mark.parametrize(
    ("line", "action"),
    [
        ("Biscuit leaping past Fern, two beds with sleeping twins", "jumping"),
        ("A seal chewing, Biscuit and Fern staring", "looking up"),
        ("Fern asleep, Biscuit sitting by the boat", "sleeping"),
        ("Biscuit wading through a stream", "walking"),
        ("Biscuit high on a branch, looking down", "looking up"),
        ("Biscuit under a truck seat", "hiding"),
        ("Biscuit lifting a small suitcase", "holding"),
        ("Biscuit on a stool as Fern dances", "sitting"),
    ],
)
def test_read_picture_shows_what_the_star_does_and_nobody_else(line: str, action: str) -> None:
    assert moment(line) == action


@pytest.mark.parametrize(
    ("line", "text", "place"),
    [
        ("Biscuit on the platform", "", "town street"),
        ("Biscuit with a ticket", "She had never seen the sea.", "garden"),
        ("Biscuit with a ticket", "She sat by the sea.", "beach"),
        ("Biscuit in a snowy garden", "", "garden"),
        ("Biscuit on a carpet", "The forest was far.", "living room"),
    ],
)
def test_read_picture_is_where_the_line_says_or_the_text(line: str, text: str, place: str) -> None:
    assert read_picture(line, text, 2, (BISCUIT, FOX), WORLD, None).place == place


def test_pictured_leaves_out_what_only_looks_like_a_thing() -> None:
    assert pictured("things", "Pip on the piano keys", WORLD) == []
    assert pictured("things", "Pip with a key and petals", WORLD) == ["gold star", "flower"]


def test_stand_ins_in_says_what_is_drawn_as_something_else() -> None:
    line = "Biscuit on the platform with a map"
    assert list(stand_ins_in(line, "town street", ["book"], WORLD)) == [
        "map as a book",
        "platform as a town street",
    ]
    assert not list(stand_ins_in("Biscuit at the beach with kites", "beach", ["kite"], WORLD))
    assert not list(stand_ins_in("", "beach", [], WORLD))
