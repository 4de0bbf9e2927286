"""The plots and words that tales are composed from, read from the tables beside this file."""

import tomllib
from functools import cache
from pathlib import Path

from pydantic import Field

from storybook.records import Record
from storybook.world import World, load_world

HERE = Path(__file__).parent
ASSETS = HERE.parents[2] / "assets"


class Plot(Record):
    """One plot with many tellings of each of its beats."""

    titles: tuple[str, ...]
    summary: tuple[str, ...]
    help: tuple[str, ...]
    end: tuple[str, ...]
    refrain: tuple[str, str]
    open: tuple[str, ...]
    trouble: tuple[str, ...]
    try1: tuple[str, ...]
    try2: tuple[str, ...]
    try3: tuple[str, ...]
    turn: tuple[str, ...]
    close: tuple[str, ...]
    slots: dict[str, tuple[str, ...]] = Field(default={})
    place: tuple[str, ...] = ()
    weight: int = 1
    alone: bool = False
    indoor: bool = False


class SpeciesWords(Record):
    """Animals beside the six of the drawn world."""

    also: tuple[str, ...]
    words: tuple[str, ...]


class PlaceWords(Record):
    """Places as one says that one is there, the drawn world's own first."""

    usual: tuple[str, ...]
    also: tuple[str, ...]


class ThingWords(Record):
    """Words for any thing, space-separated."""

    nouns: str
    qualities: str


class TaleWords(Record):
    """The table of `words.toml`."""

    names: str
    syllables_first: str
    syllables_last: str
    moods: tuple[str, ...]
    pal_moods: tuple[str, ...]
    species: SpeciesWords
    places: PlaceWords
    things: ThingWords
    details: dict[str, tuple[str, ...]]
    moments: dict[str, tuple[str, ...]]
    eager: bool = False
    """Whether every page gets a detail that has room for one."""


class Lexicon(Record):
    """All that a composer draws from."""

    world: World
    words: TaleWords
    plots: dict[str, Plot]


MANNERS = ("plain", "bedtime")
"""How a tale is told. Each but the first has a table of its own, of what is told otherwise."""


@cache
def load_lexicon(manner: str = "plain") -> Lexicon:
    """The tables beside this file and the drawn world, for tales told in a `manner` of MANNERS."""
    plots = {
        name: Plot.model_validate(plot)
        for path in sorted(HERE.glob("plots_*.toml"))
        for name, plot in _table(path).items()
    }
    own = {} if manner == MANNERS[0] else _table(HERE / f"{manner}.toml")
    words = TaleWords.model_validate(_table(HERE / "words.toml") | own)
    return Lexicon(world=load_world(ASSETS), words=words, plots=plots)


def _table(path: Path) -> dict[str, object]:
    return tomllib.loads(path.read_text(encoding="utf-8"))
