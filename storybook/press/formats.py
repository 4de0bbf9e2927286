"""A book's format: trim, margins and arrangements, as data in `assets/layouts/*.toml`."""

from typing import Literal, Self

from pydantic import Field

from storybook.config import shipped, validated
from storybook.errors import ConfigError, nearest
from storybook.press.scripts import is_leftwards
from storybook.records import Placement, R, Record
from storybook.text_files import read_toml

POINTS_PER_INCH = 72

Kind = Literal["panel", "speech", "open", "above", "beside", "spot"]
"""How picture and text share a page: a card on the picture, a bubble whose tail points to who
speaks, the text on the picture where that fades; the text below a picture that touches the edges,
beside it, or below a small one."""

PLACED: dict[Kind, Placement] = {
    "panel": "over",
    "speech": "over",
    "open": "over",
    "above": "below",
    "spot": "below",
    "beside": "beside",
}
"""Where an arrangement puts the text, seen from the picture."""


class Arrangement(Record):
    """How picture and text share a page, and the share of it that the text may take."""

    kind: Kind
    share: float = Field(gt=0.1, lt=0.7)
    """Of the page's height; of its width for `beside`."""
    measure: float = Field(default=1.0, ge=0.4, le=1, exclude_if=lambda measure: measure == 1)
    """Of the width that its text may have, what it takes: narrow cards find room beside a face."""


class Format(Record):
    """A trimmed page. Nothing that is read comes nearer to an edge than `margin_in`."""

    name: str
    width_in: float = Field(ge=4, le=20)
    height_in: float = Field(ge=4, le=20)
    margin_in: float = Field(ge=0.5, le=2)
    gutter_in: float = Field(ge=0, le=1)
    """More margin at the bound edge: left on a right-hand page."""
    arrangements: tuple[Arrangement, ...] = Field(min_length=1)
    """Tried in order; the last one is for pages that have too much text for the others."""
    others: tuple[Arrangement, ...] = Field(default=(), exclude=True)
    """Tried where an author asks for their placement, and, where none is asked for, for variety and
    for pages whose picture suits them better. They count for nothing in a book's digest."""

    bound: Literal["left", "right"] = Field(
        default="left", exclude_if=lambda bound: bound == "left"
    )
    """On which side a page is bound; left out where it is the usual one, as in older digests."""

    def but(self, **changes: object) -> Self:
        """The same format with some fields changed; `others` are kept, which no digest has."""
        return super().but(**({"others": self.others} | changes))

    def is_right_hand(self, sheet: int) -> bool:
        """Whether a sheet, the cover being 1, is seen on the right; the first one lies in front."""
        return (sheet % 2 == 1) is (self.bound == "left")

    @property
    def width_pt(self) -> float:
        return self.width_in * POINTS_PER_INCH

    @property
    def height_pt(self) -> float:
        return self.height_in * POINTS_PER_INCH


def placements_of(form: Format) -> tuple[Placement, ...]:
    """Where the text may stand in a format, `auto` first."""
    kinds = {PLACED[each.kind] for each in (*form.arrangements, *form.others)}
    return ("auto", *(each for each in ("over", "below", "beside") if each in kinds))


def placed(form: Format, placement: Placement) -> Format:
    """The format with the arrangements of one placement; raises ConfigError if it has none."""
    if placement == "auto":
        return form
    every = (*form.arrangements, *form.others)
    there = [each for each in every if PLACED[each.kind] == placement]
    kept = tuple(each for each in there if each.measure == 1)
    if not kept:
        raise ConfigError(
            f"placement: format {form.name} has no place for the text {placement!r} its "
            f"pictures. {nearest(placement, placements_of(form))}"
        )
    return form.but(arrangements=kept, others=tuple(each for each in there if each.measure < 1))


def bound_for(form: Format, language: str) -> Format:
    """The format as a language is bound: on the right where it is read from right to left."""
    return form.but(bound="right" if is_leftwards(language) else "left")


def format_names() -> list[str]:
    """Names of the formats that come with the project."""
    return sorted(path.stem for path in shipped("assets", "layouts").glob("*.toml"))


def load_format(name: str) -> Format:
    """A format by name; raises ConfigError that lists the known ones or names the faulty key."""
    return named_record(Format, "format", name, "layouts")


def named_record(kind: type[R], what: str, name: str, folder: str) -> R:
    """A record by its name, of a folder of `assets`; raises ConfigError as `load_format` does."""
    known = {path.stem: path for path in shipped("assets", folder).glob("*.toml")}
    if name not in known:
        raise ConfigError(f"There is no {what} {name!r}. {nearest(name, sorted(known))}")
    return validated(kind, {"name": name} | read_toml(known[name]), str(known[name]))
