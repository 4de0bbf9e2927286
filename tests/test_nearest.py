"""Whether ready-made stories would do for summaries: what is counted, and that it can tell."""

import pytest

from evaluation.measures import ExpectedTerms
from evaluation.nearest import Nearest, figures_of, nearest
from evaluation.summaries import Case
from storybook.config import shipped
from storybook.records import Brief
from storybook.world import load_world

WORLD = load_world(shipped("assets"))


def one(told: int, clauses: int, wanted: tuple[bool, ...], faults: tuple[str, ...] = ("x",)):
    return Nearest(
        summary="s",
        story="A-001",
        told=told,
        clauses=clauses,
        words=0.5,
        wanted=wanted,
        faults=faults,
    )


def test_figures_of_counts_clauses_over_all_summaries():
    figures = figures_of([one(2, 2, (True, False)), one(0, 2, (True, True), ())])
    assert figures["clauses told in order"] == 0.5
    assert figures["names, places, things kept"] == 0.75
    assert figures["summaries all of whose clauses are told"] == 1
    assert figures["and whose names, places and things are kept"] == 0
    assert figures["without a fault, as `write` has it"] == 1


def test_nearest_is_the_story_that_the_summary_is_of():
    """Momo hides from the thunder under the kitchen table, and so does everybody."""
    brief = Brief(summary="Momo the dog hides from the thunder under the table.", pages=8)
    found = nearest(Case(brief=brief, wanted=ExpectedTerms(names=("Momo",))), WORLD)
    assert found.story in ("A-062", "C-001", "E-031", "D-024")
    assert (found.told, found.wanted) == (found.clauses, (True,))


@pytest.mark.parametrize("summary", ["Momo the dog plays the violin to a dentist in a volcano."])
def test_nearest_keeps_no_words_that_no_story_has(summary):
    found = nearest(Case(brief=Brief(summary=summary), wanted=ExpectedTerms()), WORLD)
    assert found.words < 0.5
