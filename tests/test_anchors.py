"""Anchors: which clauses of a summary a plan is held to, who does them, and on which page."""

import pytest

from storybook.story.anchors import anchors, clauses

SUMMARIES = {
    "Pip finds a lost kitten in the snow and carries her home.": [
        "Pip finds a lost kitten in the snow",
        "Pip carries her home",
    ],
    "Barnaby is a bear who wants to fly a kite, but there is no wind at all.": [
        "Barnaby is a bear who wants to fly a kite, but there is no wind at all"
    ],
    "The boat sails away and he runs after it.": ["The boat sails away", "he runs after it"],
    "Otto the mouse loses her key and asks Pip for help.": [
        "Otto the mouse loses her key and asks Pip for help"
    ],
    "Pip and Bo want the same ball. They learn to share it.": [
        "Pip and Bo want the same ball",
        "They learn to share it",
    ],
    "Can you write a story about our dog Pip, who barks at the vacuum cleaner? My son is 4.": [
        "the dog Pip, who barks at the vacuum cleaner"
    ],
    "Please make up a story about a chameleon who can match anything. For Jo, who is 5.": [
        "a chameleon who can match anything"
    ],
    "My daughter's kitten Pip chases a butterfly and forgets the way home.": [
        "the kitten Pip chases a butterfly",
        "Pip forgets the way home",
    ],
    "fox, red boot, snowy street, old lady, toast at the end": [],
    "lost dog, a poster, wrong animals, the right dog at last": [],
    "Grumpy old Pip, a grey cat, wants nobody on his cushion.": [
        "Grumpy old Pip, a grey cat, wants nobody on his cushion"
    ],
    "It is the first day of school and Nibbles is shy.": [
        "It is the first day of school and Nibbles is shy"
    ],
}


@pytest.mark.parametrize(("summary", "told"), SUMMARIES.items(), ids=lambda each: str(each)[:30])
def test_clauses_say_each_deed_with_who_does_it(summary: str, told: list[str]) -> None:
    assert clauses(summary, "Pip") == told


def test_anchors_stand_in_their_order_spread_over_the_book() -> None:
    summary = "Pip finds a drum. He beats it all night. Nobody sleeps in the house. Pip is sorry."
    assert list(anchors(summary, "Pip", 8)) == [2, 4, 6, 8]
    assert list(anchors(summary, "Pip", 12)) == [2, 5, 8, 11]
    assert list(anchors("Pip finds a drum.", "Pip", 8)) == [5]
    assert list(anchors(summary, "Pip", 2)) == [1, 2]
    assert anchors("drum, noise, sorry cat", "Pip", 8) == {}
