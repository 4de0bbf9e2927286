"""The pages between the covers, in their order: what a printed book has beside its story.

A short book reaches a printer's number of pages by pages that a child can use, never by blank ones
that nobody has said.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from storybook.errors import PressError
from storybook.press.layout import FRONT_SHEETS
from storybook.press.printers import Paper, Printer
from storybook.records import Record

LeafKind = Literal[
    "belongs",
    "dedication",
    "title",
    "story",
    "end",
    "hero",
    "draw",
    "notes",
    "endpaper",
    "blank",
    "cover",
    "back",
]
NOTES_EVERY = 4
"""Among the pages that are added every so many-th has lines to write on."""


class Imprint(Record):
    """What an author adds for print, `press.toml` in the book's folder; all of it may be empty."""

    author: str = ""
    """Who tells the story, as the cover says it."""
    illustrator: str = ""
    dedication: str = ""
    blurb: str = ""
    """What the back cover says; empty: the summary."""
    printer: str = ""
    paper: str = ""

    @property
    def credits(self) -> tuple[str, ...]:
        """The lines under the title."""
        lines = (("Told by", self.author), ("Pictures by", self.illustrator))
        return tuple(f"{label} {who}" for label, who in lines if who)


@dataclass(frozen=True, slots=True)
class Leaf:
    """A page of the interior; `page` is the story's page, `says` what is to be done on it."""

    kind: LeafKind
    page: int = 0
    says: str = ""
    added: bool = False
    """Whether it is there for the printer's number of pages."""


def plan_interior(
    story_pages: int,
    printer: Printer,
    paper: Paper,
    activities: Sequence[str],
    *,
    dedication: bool = False,
    photos: bool = False,
) -> tuple[Leaf, ...]:
    """All pages in their order, the first one on the right; with its covers, if it is stapled.

    `activities` are what a child may draw, the best first. Raises PressError if a book is too long
    for the printer, or too short to be filled.
    """
    front = [
        Leaf("belongs"),
        Leaf("dedication") if dedication else Leaf("endpaper"),
        Leaf("title"),
    ]
    assert len(front) == FRONT_SHEETS, "a story's pages stand on the sides that layout takes"
    story = [Leaf("story", page) for page in range(1, story_pages + 1)]
    back = [Leaf("end"), *([Leaf("hero")] if photos else [])]
    last = [Leaf("blank") if printer.pages.last_is_blank else Leaf("endpaper")]
    if not printer.has_wrap:
        front[0] = Leaf("cover")
        front[1] = Leaf("dedication") if dedication else Leaf("belongs")
        last = [Leaf("back")]
    fixed = len(front) + len(story) + len(back) + len(last)
    count = max(printer.least_pages(paper), printer.up(fixed))
    if fixed > printer.pages.most:
        raise PressError(
            f"{printer.title}: the book has {fixed} pages, {printer.pages.most} are the most. "
            "Take fewer pages, or another printer."
        )
    added = _added(count - fixed, activities)
    if len(added) < count - fixed:
        raise PressError(
            f"{printer.title} prints no fewer than {printer.least_pages(paper)} pages. This book "
            f"has {fixed}, and {len(added)} more to draw and write on. Make it longer, or take "
            "another printer or paper."
        )
    return (*front, *story, *back, *added, *last)


def _added(count: int, activities: Sequence[str]) -> list[Leaf]:
    """So many pages to draw and write on, as far as there is something new to be drawn."""
    ideas, leaves = iter(activities), []
    for number in range(1, count + 1):
        if number % NOTES_EVERY == 2:
            says = NOTES[(number // NOTES_EVERY) % len(NOTES)]
            leaves.append(Leaf("notes", says=says, added=True))
            continue
        idea = next(ideas, None)
        if idea is None:
            break
        leaves.append(Leaf("draw", says=idea, added=True))
    return leaves


NOTES = (
    "When we read this book",
    "What happens the next day?",
    "My favourite words",
    "A letter to the hero of this book",
    "What I would have done",
    "Another title for this book",
    "Words that I learnt",
    "Who read it to me, and where",
)


def activities_of(star: str, companions: Sequence[str], places: Sequence[str]) -> tuple[str, ...]:
    """What a child may draw, from who and what is in the story; `places` as `at the beach`."""
    ideas = [f"Draw {star}", f"Draw {star} and you"]
    ideas += [f"Draw {star} {place}" for place in dict.fromkeys(places)]
    ideas += [f"Draw {other}" for other in dict.fromkeys(companions)]
    ideas += [
        "Draw your favourite page your own way",
        f"Draw where {star} sleeps",
        f"Draw what {star} likes to eat",
        f"Draw {star} when you are not at home",
        "Draw a cover for the next book",
        f"Draw a friend for {star}",
        f"Draw {star} in the snow",
        f"Draw {star} on the moon",
        f"Draw {star} as a sailor",
        f"Draw {star} at a party",
        f"Draw {star} very small",
        f"Draw {star} very big",
        f"Draw the house that {star} would build",
        f"Draw a map of {star}’s day",
    ]
    return tuple(dict.fromkeys(ideas))
