"""The summary's own opening, before a telling that leaves it out."""

from collections.abc import Iterator, Sequence

import pytest

from books import BISCUIT
from storybook.config import shipped
from storybook.records import Brief, Hero
from storybook.story.casting import befriended, cast
from storybook.story.delexicalize import RoleWords
from storybook.story.own_opening import to_past, with_own_opening
from storybook.story.prompt_frame import PLAIN, load_frame
from storybook.story.sampling import sample_stories
from storybook.world import load_world

WORLD = load_world(shipped("assets"))

STORY = (
    "Pascal the mouse woke up. The sun shone.",
    "He walked to the pond. Tip, tap, went his feet.",
    "A duck had lost a button. Pascal looked under a stone.",
    "There it was! The duck was glad.",
    "They had tea. It was a good day.",
)


STAR = Hero(name="Pascal", species="mouse", look="grey")


def own(summary: str, most_words: float = 45) -> tuple[str, ...]:
    return with_own_opening(STORY, summary, STAR, most_words=most_words)


@pytest.mark.parametrize(
    ("present", "past"),
    [
        ("Pascal lives inside a volcano and sells warm socks", "lived inside a volcano and sold"),
        (
            "Ludo has to go to the dentist and hides his teeth",
            "had to go to the dentist and hid his",
        ),
        ("Noor doesn't like them, because everybody looks", "didn't like them, because everybody"),
        (
            "a fox who works at night tries, stops and hurries",
            "who worked at night tried, stopped and hurried",
        ),
        (
            "Two friends, Coco and Bo, want to share the ball",
            "Coco and Bo, wanted to share the ball",
        ),
        ("Ida can't sleep, since the wind blows", "Ida couldn't sleep, since the wind blew"),
        ("She goes to see why they sing", "She went to see why they sing"),
        ("It is so big that nobody can lift it", "It was so big that nobody could lift it"),
        ("Nola carries her own bed up the hills", "Nola carried her own bed up the hills"),
        ("He lets it lie\u2014and it isn\u2019t his", "He let it lie\u2014and it wasn't his"),
    ],
)
def test_to_past_tells_every_deed_in_the_past_and_leaves_things(present, past):
    assert past in to_past(present)


def test_to_past_leaves_what_says_no_deed_and_what_is_past():
    for clause in ("a lighthouse, ships in the fog", "Pip found the sails of the ships"):
        assert to_past(clause) == clause


def test_with_own_opening_puts_the_first_sentence_in_front_where_it_is_left_out():
    told = own("Pascal lives inside a volcano and sells warm socks. He wants a trumpet.")
    assert told[0] == (
        "Pascal lived inside a volcano and sold warm socks. "
        "Pascal the mouse woke up. The sun shone."
    )
    assert told[1:] == STORY[1:]


def test_with_own_opening_knows_the_star_by_its_kind():
    assert own("A mouse swallows a whistle.")[0].startswith("A mouse swallowed a whistle. Pascal")


def test_with_own_opening_tells_of_a_sentence_what_the_story_does_not():
    told = own("Pascal rides a red tractor and walks to the pond.")
    assert told[0].startswith("Pascal rode a red tractor. Pascal the mouse woke up.")


@pytest.mark.parametrize(
    "summary",
    [
        "Pascal walks to the pond. He hears a trumpet.",  # the story begins with it
        "mouse, volcano, warm socks, a trumpet, winter",  # a list
        "mouse called Pascal, a volcano, wants to get out, a trumpet, winter",
        "Could you write a story for Ada, who is scared of the trumpet?",  # a request
        "Write about a mouse who translates for the bees of Spain.",  # says no deed
        "A boy plants a trumpet to see what will grow.",  # of somebody else
        "",
    ],
)
def test_with_own_opening_puts_in_nothing_else(summary):
    assert own(summary) == STORY


def test_with_own_opening_leaves_a_page_that_would_be_too_long():
    assert own("Pascal lives inside a volcano and sells warm socks.", most_words=12) == STORY


class InRoles:
    """A teller of roles who tells one plot, whatever it is asked."""

    name = "in-roles"

    def __init__(self) -> None:
        self.asked: list[tuple[str, int]] = []

    def tell_each(self, question: str, *, seeds: Sequence[int], max_words: int) -> Iterator[str]:
        self.asked.append((question, len(seeds)))
        for _ in seeds:
            yield "\n".join(
                (
                    "Title: HERO and the THING",
                    "HERO the COAT KIND saw a THING in the grass. HE sat down beside it.",
                    "HERO looked at the THING for a long time. The THING did not move at all.",
                    "FRIEND the PALKIND came by. HERO and FRIEND took the THING home with them.",
                    "HERO put the THING on the shelf. Then HERO and FRIEND had tea and a bun.",
                )
            )


def test_drafts_open_with_the_summary_s_first_sentence_and_are_measured_without_it():
    summary = "Biscuit finds a trombone behind the bakery. She plays it for the queen of Spain."
    who = befriended(cast(summary, [BISCUIT], WORLD, seed=1), WORLD, seed=1)
    words = RoleWords(things=("kite",), places=("by the pond",))
    asked = Brief(summary=summary, pages=4, heroes=("biscuit",))
    how = {"attempts": 2, "candidates": 2, "outline": False}
    roles = [*sample_stories(asked, who, WORLD, InRoles(), load_frame(PLAIN), words=words, **how)]
    opening = "Biscuit found a trombone behind the bakery. Biscuit the orange striped cat saw"
    assert all(sample.story.paragraphs[0].startswith(opening) for sample in roles)
    assert all(sample.covered == 0 for sample in roles)
    plain = [*sample_stories(asked, who, WORLD, InRoles(), load_frame(PLAIN), **how)]
    assert not any(sample.story.paragraphs[0].startswith("Biscuit found") for sample in plain)
