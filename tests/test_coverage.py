"""Plot coverage: clauses of a summary, found in its story in their order."""

import pytest

from storybook.story.coverage import clauses, coverage, kept, stem

SUMMARY = "Mimi the cat loses her blue mitten in the snow, and a kind fox digs it out before dark."
TOLD = [
    "Mimi had a blue mitten.",
    "In the snow the mitten was lost!",
    "Along came a fox. He was kind, and he dug and dug.",
    "It was almost dark. There it was!",
]


def test_a_clause_is_its_telling_words() -> None:
    found = clauses(SUMMARY, ["Mimi"])
    assert len(found) == 3
    assert found[0] == {stem(word) for word in ("cat", "lose", "blue", "mitten", "snow")}
    assert found[1] == {stem(word) for word in ("kind", "fox", "dig")}


def test_what_is_told_in_order_counts() -> None:
    assert coverage(SUMMARY, TOLD, ["Mimi"]) == (3, 3)
    assert coverage(SUMMARY, TOLD[:2], ["Mimi"]) == (1, 3)
    assert coverage(SUMMARY, ["A dog ran home."], ["Mimi"]) == (0, 3)


def test_what_is_told_backwards_counts_once() -> None:
    apart = [TOLD[3], "Nothing.", TOLD[2], "Nothing.", TOLD[0] + TOLD[1]]
    assert coverage(SUMMARY, apart, ["Mimi"])[0] == 1


def test_names_alone_tell_nothing() -> None:
    assert coverage("Mimi and Rex. Mimi!", ["Mimi and Rex"], ["Mimi", "Rex"]) == (0, 0)


@pytest.mark.parametrize(
    "forms",
    [
        "run runs ran running",
        "hop hops hopped hopping",
        "bake bakes baked baking",
        "box boxes",
        "cry cries cried",
        "mouse mice",
        "find finds found",
        "tell tells told",
        "kind kindly",
    ],
)
def test_all_forms_of_a_word_are_one(forms: str) -> None:
    assert len({stem(word) for word in forms.split()}) == 1


@pytest.mark.parametrize("words", ["cat car", "glass glad", "bus bush", "red reed"])
def test_other_words_stay_apart(words: str) -> None:
    assert len({stem(word) for word in words.split()}) == 2


def test_words_count_as_kept_wherever_they_are_said() -> None:
    summary = "Pip the mouse finds a ladder. He climbs over the wall."
    assert (
        kept(summary, ["The wall was high.", "Pip climbed a ladder."], ["Pip"]) == 0.6
    )  # what is lost: mouse, find
    assert kept("Pip goes.", ["Nothing."], ["Pip"]) == 1.0
