"""What an evaluation is asked to do, and what it finds."""

from dataclasses import dataclass
from pathlib import Path

from storybook.records import Record
from storybook.studio.studio import Studio
from storybook.world import World


@dataclass(frozen=True, slots=True)
class Extent:
    """How much is looked at."""

    judge_drawings: int
    """How many drawings the judge learns from."""
    judge_restored: int
    """Of these, how many it sees as the painter's VAE restores them, too."""
    judge_held_out: int
    judge_steps: int
    combinations: int
    prompts: int
    tries: int
    """How many pictures the critic chooses from."""
    composed: int
    """Summaries composed by the tales."""
    written: int
    """Summaries written by hand."""
    styled: int
    """Of those written by hand in five styles."""
    compared: int
    """Composed summaries that the story adapter and its base are compared on."""
    books: int
    pages: int
    pet_pictures: int
    """Of each pet, for each way of asking."""


# The judge's steps take some 35 minutes of a core; by the clock its figures would not repeat.
FULL = Extent(
    judge_drawings=8_000,
    judge_restored=3_000,
    judge_held_out=1_000,
    judge_steps=2_400,
    combinations=200,
    prompts=60,
    tries=4,
    composed=140,
    written=60,
    styled=100,
    compared=40,
    books=10,
    pages=12,
    pet_pictures=66,
)
QUICK = Extent(
    judge_drawings=512,
    judge_restored=64,
    judge_held_out=96,
    judge_steps=60,
    combinations=8,
    prompts=8,
    tries=2,
    composed=3,
    written=3,
    styled=5,
    compared=3,
    books=1,
    pages=4,
    pet_pictures=4,
)


@dataclass(frozen=True, slots=True)
class Bench:
    """Whose models are evaluated, on how much, and where things are kept."""

    studio: Studio
    world: World
    """The artist's, which the judge is taught."""
    extent: Extent
    work: Path
    out: Path
    device: str = "cpu"
    workers: int = 2


class MetricRow(Record):
    """One measured thing in a table; a value is None where it was not asked for."""

    what: str
    values: tuple[float | None, ...]
    aim: float | None = None
    at_most: bool = False
    """Whether a value reaches the aim from above."""

    def reaches(self, value: float) -> bool:
        """Whether a value is as good as the aim; True without one."""
        if self.aim is None:
            return True
        return value <= self.aim if self.at_most else value >= self.aim


class MetricTable(Record):
    """Rows of figures under their columns, and what they mean."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[MetricRow, ...]
    meaning: str
    aimed: tuple[int, ...] = (0,)
    """Columns that the aims are for."""


class PartResult(Record):
    """What one part of an evaluation found."""

    title: str
    tables: tuple[MetricTable, ...]
    examples: tuple[str, ...] = ()
    """What went wrong, a line each."""
    sheets: tuple[str, ...] = ()
    """File names of contact sheets beside the report."""


def mean(hits: object) -> float | None:
    """The mean of truth values or numbers, to four digits; None if there are none."""
    values = [float(hit) for hit in hits]  # type: ignore[attr-defined]
    return round(sum(values) / len(values), 4) if values else None
