"""Stories: does the writer keep to summaries that it has not seen, and does it tell well?"""

from collections.abc import Generator, Iterator, Sequence
from contextlib import ExitStack
from functools import cache
from pathlib import Path

from evaluation.measures import (
    ExpectedTerms,
    copied,
    is_valid,
    kept,
    opening,
    openings_different,
    word_runs,
)
from evaluation.records import Bench, Extent, MetricRow, MetricTable, PartResult, mean
from evaluation.summaries import Case, composed_cases, styled_cases, written_cases
from storybook.files import write_whole
from storybook.models import Writer
from storybook.prompts import template
from storybook.readability import measure
from storybook.ready_made.collection import ready_made
from storybook.ready_made.nearest import nearest
from storybook.records import Event, Hero, Record, Story, digest
from storybook.shard import Shard
from storybook.stages.split import cut
from storybook.stages.write import cast_for, samples_by
from storybook.story.casting import Cast
from storybook.story.contradictions import contradictions
from storybook.story.coverage import coverage
from storybook.story.prompt_frame import PromptFrame
from storybook.story.repetition import repeated
from storybook.story.sampling import StorySample, worth
from storybook.studio.studio import Studio
from storybook.studio.tellers import tellers_of
from storybook.world import World

YOUNGEST, YOUNGEST_GRADE = "3-5", 2.5
OLDER, OLDER_GRADES = ("5-7", "7-9"), (2.5, 5.0)
EXAMPLES = 12
MEANING = """\
Valid: the asked pages, END reached, the hero named on at least 80 % of the pages. Kept: the story \
says the summary's names, places and things; for a place or thing of the drawn world any word for \
it will do. Clauses: those of the summary of whose telling words a page, with the one after it, \
says half, none before an earlier one (a lower bound). A refrain is one of at most two short \
sentences that come again word for word; it counts once. Distinct-2: different pairs of neighbours \
over all pairs, in windows of 100 words. A contradiction is a sentence that calls somebody another \
animal, gives another coat or the other sex, lets a stranger speak, or holds a role for a name; it \
is found by patterns, so the figure is an upper bound. Openings are the first five words, without \
names; all of 50 stories are to differ. Copied are runs of eight words that stand in a ready-made \
story. All other shares are of stories that came to an end."""


class Told(Record):
    """What became of a case: kept in the work folder by the digest of all that it came from."""

    cast: tuple[Hero, ...]
    story: Story | None
    """None if no telling came to its END and could become a book."""
    tellings: int
    first_complaint: str = ""


def evaluate(bench: Bench) -> Generator[Event, None, PartResult]:
    """Tell every summary as `write` does, and measure what was told."""
    extent = bench.extent
    parts = _cases_of(extent, bench.world)
    cases = [case for part in parts.values() for case in part]
    tellings = yield from _tell(bench, cases)
    groups, at = {"all": (cases, tellings)}, 0
    for name, part in parts.items():
        groups[name] = (part, tellings[at : at + len(part)])
        at += len(part)
    columns = {
        name: figures_of(part, stories, bench.world) for name, (part, stories) in groups.items()
    }
    return PartResult(
        title="Stories",
        tables=(_table(columns, bench),),
        examples=tuple(_examples(cases, tellings, bench.world))[:EXAMPLES],
    )


def _tell(bench: Bench, cases: Sequence[Case]) -> Generator[Event, None, list[Told]]:
    """Every case's story; those that an earlier run of the same writer told are read."""
    yield from _tell_missing(bench, cases, Shard())
    return [Told.model_validate_json(_file(bench, case).read_bytes()) for case in cases]


def tell_share(bench: Bench, shard: Shard) -> Iterator[Event]:
    """Tell a share of the summaries, into the work."""
    parts = _cases_of(bench.extent, bench.world)
    yield from _tell_missing(bench, [case for part in parts.values() for case in part], shard)


def _cases_of(extent: Extent, world: World) -> dict[str, list[Case]]:
    """The summaries that are told, by the columns of the table."""
    return {
        "composed": composed_cases(extent.composed, world),
        "by hand": written_cases(extent.written),
        "in five styles": styled_cases(extent.styled),
    }


def _tell_missing(bench: Bench, cases: Sequence[Case], shard: Shard) -> Iterator[Event]:
    """Tell those of a share that are not in the work."""
    studio, mine = bench.studio, shard.part_of(cases)
    paths = [_file(bench, case) for case in mine]
    missing = [(case, path) for case, path in zip(mine, paths, strict=True) if not path.is_file()]
    if missing:
        with ExitStack() as doors:
            tellers = [(each, doors.enter_context(each.writer())) for each in tellers_of(studio)]
            for done, (case, path) in enumerate(missing, len(mine) - len(missing) + 1):
                telling = told_by(tellers, case)
                write_whole(path, telling.model_dump_json(indent=1).encode())
                note = telling.story.title if telling.story else "no story"
                yield Event(stage="tell", done=done, total=len(mine), note=note)


def _file(bench: Bench, case: Case) -> Path:
    return bench.work / "stories" / f"{_made_from(case, bench.studio)}.json"


def told_by(
    tellers: Sequence[tuple[Studio, Writer]],
    case: Case,
    *,
    frame: PromptFrame | None = None,
    attempts: int | None = None,
) -> Told:
    """What becomes of a case by all tellers, asked in `frame` or in their own."""
    if frame is None and (near := _nearest(tellers[0][0], case)):
        return near
    told: list[tuple[StorySample, Cast]] = []
    for studio, writer in tellers:
        who = cast_for(case.brief, (), studio)
        each = samples_by(studio, writer, case.brief, who, frame=frame, attempts=attempts)
        told += [(sample, who) for sample in each]
    first, who = min(told, key=lambda one: worth(one[0]))
    return Told(
        cast=who.heroes,
        story=None if first.hard else first.story,
        tellings=len(told),
        first_complaint=told[0][0].complaint,
    )


def _nearest(studio: Studio, case: Case) -> Told | None:
    """The ready-made story that a book of the case would have, cut into its pages; None if none."""
    if studio.settings.write.nearest != "first":
        return None
    brief, who = case.brief, cast_for(case.brief, (), studio)
    story = nearest(brief, who, studio.world, limited=studio.draws_the_world)
    if story is None:
        return None
    pages = tuple(cut(story.paragraphs, brief.pages))
    return Told(cast=story.cast, story=story.but(paragraphs=pages, pictures=()), tellings=1)


def _made_from(case: Case, studio: Studio) -> str:
    return digest(*(_asked(case, each) for each in tellers_of(studio)))


def _asked(case: Case, studio: Studio) -> str:
    who, how = cast_for(case.brief, (), studio), studio.settings.write
    texts = [studio.frame, *(template(name).text for name in ("outline", "page"))]
    settings = [how.attempts, how.candidates, how.outline, how.temperature, how.manner]
    settings += [how.nearest] if how.nearest == "first" else []
    words = studio.role_words
    return digest(case.brief, who.heroes, who.summary, texts, settings, words, studio.writer_name)


def figures_of(
    cases: Sequence[Case], tellings: Sequence[Told], world: World
) -> dict[str, float | None]:
    """The measures of a group of stories."""
    pairs = [(case, one, one.story) for case, one in zip(cases, tellings, strict=True) if one.story]
    pages = [story.paragraphs for _, _, story in pairs]
    readings = [measure(" ".join(text)) for text in pages]
    grades = [
        (case.brief.ages, reading.fk_grade)
        for (case, _, _), reading in zip(pairs, readings, strict=True)
    ]
    young = [grade for ages, grade in grades if ages == YOUNGEST]
    older = [grade for ages, grade in grades if ages in OLDER]
    least, most = OLDER_GRADES
    at_odds = [
        contradictions(story.paragraphs, case.brief.summary, one.cast, world)
        for case, one, story in pairs
    ]
    keeping = {
        field: mean(
            is_kept
            for case, one, story in pairs
            for _, is_kept in kept(_only(case.wanted, field), _text(story), one.cast, world)
        )
        for field in ExpectedTerms.model_fields
    }
    everything = mean(
        is_kept
        for case, one, story in pairs
        for _, is_kept in kept(case.wanted, _text(story), one.cast, world)
    )
    return {
        "valid": mean(
            one.story is not None
            and is_valid(one.story.paragraphs, case.brief.pages, one.cast[0].name)
            for case, one in zip(cases, tellings, strict=True)
        ),
        "without fault at the first telling": mean(not one.first_complaint for one in tellings),
        "names, places, things kept": everything,
        "names kept": keeping["names"],
        "places kept": keeping["places"],
        "things kept": keeping["things"],
        "other words kept": keeping["words"],
        "clauses told in order": _covered(pairs),
        "repeated 4-grams outside refrains": mean(map(repeated, pages)),
        f"reading grade, ages {YOUNGEST}": mean(young),
        f"share of them above {YOUNGEST_GRADE}": mean(g > YOUNGEST_GRADE for g in young),
        f"reading grade, ages {OLDER[0]} and {OLDER[1]}": mean(older),
        f"share of them from {least} to {most}": mean(least <= grade <= most for grade in older),
        "distinct-2 in 100 words": mean(reading.distinct2 for reading in readings),
        "different openings of 50": openings_different(
            [opening(story.paragraphs, one.cast) for _, one, story in pairs]
        ),
        "copied 8-grams": mean(copied(text, _learnt()) for text in pages),
        "stories with a contradiction": mean(bool(each) for each in at_odds),
        "contradictions in a story": mean(len(each) for each in at_odds),
    }


@cache
def _learnt() -> frozenset[int]:
    """The runs of words of all stories that a writer may have learnt from."""
    return frozenset(
        run
        for story in ready_made().values()
        for run in word_runs([page.text for page in story.pages])
    )


def _covered(pairs: Sequence[tuple[Case, Told, Story]]) -> float | None:
    """The share of all clauses of the summaries that are told, in their order."""
    counts = [
        coverage(case.brief.summary, story.paragraphs, [hero.name for hero in one.cast])
        for case, one, story in pairs
    ]
    asked = sum(count for _, count in counts)
    return round(sum(told for told, _ in counts) / asked, 4) if asked else None


def _only(wanted: ExpectedTerms, field: str) -> ExpectedTerms:
    return ExpectedTerms(**{field: getattr(wanted, field)})


def _text(story: Story) -> str:
    return " ".join(story.paragraphs)


def _examples(cases: Sequence[Case], tellings: Sequence[Told], world: World) -> Generator[str]:
    for case, one in zip(cases, tellings, strict=True):
        if one.story is None:
            yield f"No story: {case.brief.summary}"
            continue
        text, wanted = _text(one.story), case.wanted
        lost = [word for word, is_kept in kept(wanted, text, one.cast, world) if not is_kept]
        if lost:
            yield f"Lost {', '.join(lost)}: {case.brief.summary}"
        yield from contradictions(one.story.paragraphs, case.brief.summary, one.cast, world)


def _table(columns: dict[str, dict[str, float | None]], bench: Bench) -> MetricTable:
    aims: dict[str, tuple[float, bool]] = {
        "valid": (0.99, False),
        "names, places, things kept": (0.97, False),
        "repeated 4-grams outside refrains": (0.02, True),
        f"reading grade, ages {YOUNGEST}": (YOUNGEST_GRADE, True),
        "other words kept": (0.9, False),
        "clauses told in order": (0.85, False),
        f"share of them from {OLDER_GRADES[0]} to {OLDER_GRADES[1]}": (0.9, False),
        "distinct-2 in 100 words": (0.9, False),
        "different openings of 50": (1.0, False),
        "copied 8-grams": (0.005, True),
        "stories with a contradiction": (0.0, True),
    }
    names = list(next(iter(columns.values())))
    return MetricTable(
        title="What was told",
        columns=tuple(columns),
        rows=tuple(
            MetricRow(
                what=name,
                values=tuple(figures[name] for figures in columns.values()),
                aim=aims[name][0] if name in aims else None,
                at_most=name in aims and aims[name][1],
            )
            for name in names
        ),
        meaning=f"{bench.extent.composed} summaries composed by the tales from a held-out seed and "
        f"{bench.extent.written + bench.extent.styled} written by hand, {bench.extent.styled} of "
        "them in five styles of summaries, told as `write` tells them, with its fresh "
        f"attempts. {MEANING}",
        aimed=tuple(range(len(columns))),
    )
