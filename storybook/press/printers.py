"""Printers: what each of them asks for, as data in `assets/printers/*.toml`.

Every table of a printer has a source; one that could not be checked says so, and is shown.
"""

from functools import cache
from math import ceil
from typing import Literal, Self

from pydantic import Field, model_validator

from storybook.config import shipped
from storybook.errors import ConfigError, PressError, nearest
from storybook.press.formats import Format, named_record
from storybook.records import Record

Binding = Literal["paperback", "hardcover", "stapled"]
Flavour = Literal["plain", "PDF/X-1a:2001", "PDF/X-3:2002", "PDF/X-4"]
Range = tuple[float, float]
Size = tuple[float, float]
SAME_IN = 0.01
"""Sizes that differ by less are the same one."""


class CustomTrim(Record):
    """Any size within these, in inches, the ends included."""

    width_in: Range
    height_in: Range


class Trims(Record):
    """The sizes of page that are printed; both fields together."""

    sizes: tuple[Size, ...] = ()
    custom: CustomTrim | None = None

    def has(self, width_in: float, height_in: float) -> bool:
        listed = any(
            abs(width_in - wide) < SAME_IN and abs(height_in - high) < SAME_IN
            for wide, high in self.sizes
        )
        return listed or bool(
            self.custom
            and _within(width_in, self.custom.width_in)
            and _within(height_in, self.custom.height_in)
        )


class PageRules(Record):
    """How many pages the interior has, which are leaves' sides; the cover is none of them."""

    least: int
    most: int
    multiple: int
    most_blank_together: int = 2
    last_is_blank: bool = False
    """Whether the printer wants the last page for its own marks."""


class BleedRule(Record):
    inches: float
    at_bind: bool
    """Whether there is bleed at the bound edge, too."""


class Margins(Record):
    outside_in: float
    gutter_in: tuple[tuple[int, float], ...]
    """From so many pages on, how far from the bound edge, rising."""

    def inside_in(self, pages: int) -> float:
        return _step(self.gutter_in, pages)


class Paper(Record):
    title: str
    page_in: float
    """The thickness of a page, half a leaf."""
    least_pages: int = 0
    sheet_in: Size | None = None
    """The sheet that several pages lie on together; None: each page is one of the file."""


class SpineRule(Record):
    base_in: float = 0.0
    """What cover and glue, or boards, add."""
    table_in: tuple[tuple[int, float], ...] = ()
    """From so many pages on, how wide; in place of any formula."""
    words_from_pages: int
    words_margin_in: float


class Barcode(Record):
    """The place on the back cover that is left to a barcode."""

    width_in: float
    height_in: float
    from_spine_in: float
    from_foot_in: float


class CoverRule(Record):
    bleed_in: float
    """What is cut off, or wrapped around the boards, on each side."""
    board_in: float = 0.0
    """How far boards stand over the pages on each side."""
    hinge_in: float = 0.0
    safe_in: float
    barcode: Barcode | None = None


class ColourRule(Record):
    space: Literal["rgb", "cmyk"]
    profile: str = ""
    condition: str = ""
    """The printing condition by its registered name, for the output intent."""
    most_ink: float = Field(default=4.0, gt=1, le=4)
    """Of all four inks together, 1 being one of them full."""


class Resolution(Record):
    least_ppi: int
    most_ppi: int


class FileRule(Record):
    most_mb: float
    flavour: Flavour
    least_type_pt: float
    bookmarks: bool
    annotations: bool
    unprintable_in: float = 0.0
    """The edge of a sheet that the machine cannot print on."""


class Source(Record):
    where: str
    seen: str
    """The day on which it was looked up."""
    checked: bool
    """Whether it says what the table says."""


class Printer(Record):
    """All rules of one printer."""

    name: str
    title: str
    binding: Binding
    trims: Trims
    pages: PageRules
    bleed: BleedRule
    margins: Margins
    papers: dict[str, Paper] = Field(min_length=1)
    spine: SpineRule
    cover: CoverRule
    colour: ColourRule
    resolution: Resolution
    file: FileRule
    sources: dict[str, Source]

    @model_validator(mode="after")
    def _has_sources(self) -> Self:
        tables = set(type(self).model_fields) - {"name", "title", "binding", "sources"}
        if tables != set(self.sources):
            raise ValueError(f"sources: {', '.join(sorted(tables ^ set(self.sources)))}")
        return self

    @property
    def has_wrap(self) -> bool:
        """Whether the cover is a file of its own, wrapped around the pages."""
        return self.binding != "stapled"

    def paper(self, name: str | None) -> Paper:
        """A paper by its name, the first without; raises ConfigError that lists them."""
        if name is None:
            return next(iter(self.papers.values()))
        if name not in self.papers:
            raise ConfigError(f"{self.name} has no paper {name!r}. {nearest(name, self.papers)}")
        return self.papers[name]

    def least_pages(self, paper: Paper) -> int:
        """The fewest pages that can be printed, a multiple."""
        return self.up(max(self.pages.least, paper.least_pages))

    def up(self, pages: int) -> int:
        """The next multiple."""
        return ceil(pages / self.pages.multiple) * self.pages.multiple

    def spine_in(self, paper: Paper, pages: int) -> float:
        """How wide the spine of so many pages is."""
        if self.binding == "stapled":
            return 0.0
        if self.spine.table_in:
            return _step(self.spine.table_in, pages)
        return self.spine.base_in + pages * paper.page_in


def printer_names() -> list[str]:
    """Names of the printers that are known, in the order of the alphabet."""
    return sorted(path.stem for path in shipped("assets", "printers").glob("*.toml"))


@cache
def load_printer(name: str) -> Printer:
    """A printer by name; raises ConfigError that lists the known ones or names the faulty key."""
    return named_record(Printer, "printer", name, "printers")


def formats_for(printer: Printer, forms: list[Format]) -> list[str]:
    """Names of the formats that a printer prints."""
    return [form.name for form in forms if printer.trims.has(form.width_in, form.height_in)]


def _within(value: float, ends: Range) -> bool:
    return ends[0] - SAME_IN < value < ends[1] + SAME_IN


def _step(table: tuple[tuple[int, float], ...], pages: int) -> float:
    """What a table says of so many pages, each row holding until the next one."""
    found = [value for least, value in table if pages >= least]
    if not found:
        raise PressError(f"{pages} pages are too few: the printer begins at {table[0][0]}.")
    return found[-1]
