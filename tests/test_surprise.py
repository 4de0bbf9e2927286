"""Summaries that a writer thinks up."""

from collections.abc import Iterator, Sequence

import pytest

from storybook.authoring.ideas import surprise, thought_up
from storybook.cli import main
from storybook.config import load_settings, shipped
from storybook.errors import ReplyError
from storybook.hero.folder import load_hero
from storybook.studio.studio import Studio
from storybook.world import load_world

BRUNO = load_hero("bruno")


class Thinker:
    """Gives its lines in turn, as a writer's replies."""

    name = "thinker"

    def __init__(self, *lines: str | ReplyError) -> None:
        self.lines = lines
        self.asked = ""

    def tell_each(
        self, question: str, *, seeds: Sequence[int], max_words: int
    ) -> Iterator[str | ReplyError]:
        self.asked = question
        yield from self.lines


def thought(*lines: str | ReplyError) -> str:
    return thought_up(BRUNO, Thinker(*lines), load_world(shipped("assets")), None, seed=1)


GOOD = "Bruno the dog wants to ride a bicycle up the hill."


@pytest.mark.parametrize(
    "bad",
    [
        "",
        "Bruno naps.",
        "A cat wants to ride a bicycle up the hill.",
        "Bruno the dog wants to buy a gun for his friends.",
        "Bruno the dog wants to ride a long way to",
    ],
)
def test_what_can_be_no_summary_is_passed_over(bad: str) -> None:
    assert thought(bad, GOOD) == GOOD
    with pytest.raises(ReplyError, match="no idea"):
        thought(bad)


def test_only_the_first_line_is_meant() -> None:
    assert thought(ReplyError("cut off", f"{GOOD}\nTitle: Bruno")) == GOOD


def test_the_starter_thinks_up_another_with_another_seed() -> None:
    studio = Studio(load_settings("starter", []))
    found = {surprise(BRUNO, studio, seed=seed) for seed in (1, 20)}
    assert len(found) == 2
    assert all("Bruno" in summary and "HERO" not in summary for summary in found)


def test_the_command_says_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["idea", "--hero", "miso", "--seed", "3"]) == 0
    assert "Miso" in capsys.readouterr().out
