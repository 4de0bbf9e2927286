"""`python -m evaluation.nearest`: would ready-made stories do for summaries written by hand?

For each summary the ready-made stories that are found by its words are told about its star, and the
one is taken that the measures of `write` like best. So it can be seen whether they belong into the
pool from which a telling is chosen, and what those measures are worth on stories that know nothing
of the summary.
"""

from collections.abc import Iterator, Sequence

from pydantic import Field
from rich.console import Console
from rich.table import Table

from evaluation.measures import kept as kept_of
from evaluation.summaries import Case, written_cases
from storybook.config import load_settings
from storybook.ready_made.find import StoryQuery, find_stories
from storybook.ready_made.telling import tell_ready_made
from storybook.records import Record, Story
from storybook.story.casting import Cast, cast
from storybook.story.coverage import coverage, kept
from storybook.story.faults import faults_of
from storybook.studio.studio import Studio
from storybook.world import World

FOUND, CASES = 12, 60


class Nearest(Record):
    """The ready-made story that suits a summary best."""

    summary: str
    story: str
    """Its id."""
    told: int
    clauses: int
    """Of the summary, of which so many are `told` in their order."""
    words: float = Field(ge=0, le=1)
    """The share of the summary's telling words that it says anywhere."""
    wanted: tuple[bool, ...]
    """Whether each of the summary's names, places and things is in it."""
    faults: tuple[str, ...]


def nearest(case: Case, world: World) -> Nearest | None:
    """The best of the FOUND stories that a summary's words find; None if its star has no part."""
    summary = " ".join(case.brief.summary.split())
    who = cast(summary, (), world, seed=case.brief.seed)
    stories = find_stories(StoryQuery(who.summary, hero=who.heroes[0]))[:FOUND]
    retold = [tell_ready_made(story, who.heroes[:1], world, limited=True) for story in stories]
    found = [
        _measured(case, who, story.id, text, world)
        for story, text in zip(stories, retold, strict=True)
    ]
    order = sorted(found, key=lambda one: (one.told / max(1, one.clauses), one.words))
    return order[-1] if order else None


def _measured(case: Case, who: Cast, name: str, story: Story, world: World) -> Nearest:
    names = [hero.name for hero in who.heroes]
    told, clauses = coverage(who.summary, story.paragraphs, names)
    text = " ".join(story.paragraphs)
    return Nearest(
        summary=case.brief.summary,
        story=name,
        told=told,
        clauses=clauses,
        words=kept(who.summary, story.paragraphs, names),
        wanted=tuple(said for _, said in kept_of(case.wanted, text, who.heroes, world)),
        faults=tuple(fault.what for fault in faults_of(story, case.brief, who, world)),
    )


def figures_of(found: Sequence[Nearest]) -> dict[str, float]:
    """What the best ready-made stories come to over all summaries."""
    wanted = [said for one in found for said in one.wanted]
    return {
        "clauses told in order": sum(one.told for one in found) / sum(one.clauses for one in found),
        "names, places, things kept": sum(wanted) / len(wanted),
        "summaries all of whose clauses are told": sum(one.told == one.clauses for one in found),
        "and whose names, places and things are kept": sum(
            one.told == one.clauses and all(one.wanted) for one in found
        ),
        "without a fault, as `write` has it": sum(not one.faults for one in found),
    }


def _rows(found: Sequence[Nearest]) -> Iterator[tuple[str, ...]]:
    for one in found:
        yield one.story, f"{one.told}/{one.clauses}", f"{one.words:.2f}", one.summary


def main() -> None:
    """Print each summary with its story, and what they come to."""
    studio = Studio(load_settings("starter"))
    found = [one for case in written_cases(CASES) if (one := nearest(case, studio.world))]
    table, console = Table("story", "clauses", "words", "summary"), Console()
    for row in _rows(found):
        table.add_row(*row)
    console.print(table)
    for what, value in figures_of(found).items():
        console.print(f"{what}: {value:.2f}" if value < 1 else f"{what}: {value:.0f}")


if __name__ == "__main__":
    main()
