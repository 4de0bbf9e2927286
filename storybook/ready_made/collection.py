"""The collection: every story of the files in `assets/stories`, by its id."""

from collections.abc import Mapping
from difflib import get_close_matches
from functools import cache, cached_property
from pathlib import Path
from typing import Literal, get_args

from pydantic import Field, ValidationError

from storybook.config import shipped
from storybook.errors import ConfigError
from storybook.records import Ages, Record
from storybook.summary.lexicon import Kind, kinds_of
from storybook.text_files import read_text, split_lines
from storybook.world import load_world

STORIES = ("pairs.jsonl", "everyday.jsonl")
"""Those that a writer is taught by, too, and those of what parents ask for most."""
StoryAges = Literal["3-5", "6-8"]
Manner = Literal["plain", "bedtime", "rhyme"]
MANNERS: tuple[Manner, ...] = get_args(Manner)
STORY_AGES: tuple[StoryAges, ...] = get_args(StoryAges)
BOOK_AGES: dict[StoryAges, Ages] = {"3-5": "3-5", "6-8": "7-9"}
"""What a book says of the same listeners: the stories for ages 6 to 8 have 38 words a page."""


class Figure(Record):
    """Somebody in a story, or several; `kind` may say more, as in `girl, four years old`."""

    name: str
    kind: str
    look: str

    @cached_property
    def known_kind(self) -> Kind | None:
        """What it is, by the last noun of its kind that is known: `small dragon`, `fox cub`.

        Of a kind with a comma or an addition what stands before it counts: `girl, four years old`;
        but a `family of goats` are goats. None for a toy, and for what no noun of the lexicon says.
        """
        tokens = self.kind.lower().partition(",")[0].replace(" of ", " ").split()
        if TOYS.intersection(tokens):
            return None
        known = kinds()
        # The longest phrase that ends at the last word, then those that end earlier.
        spans = [(first, last) for last in range(len(tokens), 0, -1) for first in range(last)]
        found = (known.get(" ".join(tokens[first:last])) for first, last in spans)
        return next((kind for kind in found if kind), None)


class ReadyMadePage(Record):
    """A page's text, and what a picture of it shows."""

    text: str
    picture: str


class ReadyMade(Record):
    """A story that is told already."""

    id: str
    summary: str
    title: str
    ages: StoryAges
    manner: Manner
    cast: tuple[Figure, ...] = Field(min_length=1)
    """The star first."""
    pages: tuple[ReadyMadePage, ...] = Field(min_length=1)

    @property
    def star(self) -> Figure:
        return self.cast[0]

    @property
    def text(self) -> str:
        """All pages in one text."""
        return " ".join(page.text for page in self.pages)


@cache
def ready_made() -> Mapping[str, ReadyMade]:
    """All stories that ship, by their ids, in the order of the files."""
    files = (read_stories(shipped("assets", "stories", name)) for name in STORIES)
    return {story.id: story for file in files for story in file.values()}


def read_stories(path: Path) -> Mapping[str, ReadyMade]:
    """The stories of a file; raises ConfigError with the line that is none, or whose id recurs."""
    found: dict[str, ReadyMade] = {}
    for number, line in enumerate(split_lines(read_text(path, ConfigError, windows=False).text), 1):
        if not line.strip():
            continue
        try:
            story = ReadyMade.model_validate_json(line)
        except ValidationError as fault:
            first = fault.errors()[0]
            where = ".".join(map(str, first["loc"])) or "the line"
            raise ConfigError(f"{path}, line {number}: {where}: {first['msg']}.") from None
        if story.id in found:
            raise ConfigError(f"{path}, line {number}: {story.id} was there before.")
        found[story.id] = story
    return found


def story_named(name: str) -> ReadyMade:
    """The story with an id, in letters of either size; raises ConfigError with the nearest one."""
    wanted = name.strip().upper()
    if wanted not in ready_made():
        close = get_close_matches(wanted, ready_made(), n=1)
        hint = f"Did you mean {close[0]}? " if close else ""
        raise ConfigError(
            f"There is no story {name!r}. {hint}Look for one: storybook stories --find WORDS"
        )
    return ready_made()[wanted]


@cache
def kinds() -> Mapping[str, Kind]:
    """Every noun that can be somebody, by the drawn world that ships."""
    return kinds_of(load_world(shipped("assets")))


TOYS = frozenset(("toy", "knitted", "wooden", "stuffed", "snow", "cardboard", "painted", "tin"))
"""What is made so is nobody, whatever it is like."""
