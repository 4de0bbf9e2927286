"""A calendar for the wall: a cover, and a picture of the book above each month."""

from dataclasses import dataclass
from datetime import date
from io import BytesIO

from storybook.errors import ConfigError
from storybook.press import ornaments
from storybook.press.layout import EDGE_PT, Box
from storybook.press.sheets import (
    Kept,
    Sheets,
    fill,
    line,
    open_sheets,
    put,
    put_title,
    round_path,
    title_setting,
)

WEEKS = 6


@dataclass(frozen=True, slots=True)
class Names:
    """How a language calls months and days; days begin with the week's first."""

    months: tuple[str, ...]
    days: tuple[str, ...]
    first: int
    """The week's first day, Monday being 0."""


def names_of(language: str) -> Names:
    """A language's names, from Unicode's CLDR.

    Raises ConfigError where babel is not there, or does not know the language.
    """
    try:
        from babel import Locale, UnknownLocaleError
    except ImportError:
        raise ConfigError(
            "A calendar needs babel for the names of months, which is not here. Run: "
            "pip install 'storybook[keepsakes]'"
        ) from None
    try:
        locale = Locale.parse(language, sep="-" if "-" in language else "_")
    except (UnknownLocaleError, ValueError):
        raise ConfigError(
            f"The names of months are not known in {language!r}. Name another language: "
            "--language de"
        ) from None
    months, days = locale.months["stand-alone"]["wide"], locale.days["stand-alone"]["abbreviated"]
    first = locale.first_week_day
    return Names(
        tuple(months[month] for month in range(1, 13)),
        tuple(days[(first + day) % 7] for day in range(7)),
        first,
    )


def calendar(book: Kept, size: tuple[float, float], year: int, names: Names) -> bytes:
    """A PDF of thirteen sheets; a book of fewer pages begins again."""
    file = BytesIO()
    sheets = open_sheets(file, book, size, f"calendar {year}")
    _cover(sheets, year)
    pictures = book.pictures[1:] or book.pictures
    for month in range(1, 13):
        picture = pictures[(month - 1) % len(pictures)]
        fill(sheets, sheets.page, book.theme.paper)
        head = _picture(sheets, picture)
        _month(sheets, year, month, names, head)
        sheets.canvas.showPage()
    sheets.canvas.save()
    return file.getvalue()


def weeks_of(year: int, month: int, first: int) -> list[list[int]]:
    """The days of a month week by week, 0 where a day belongs to another month."""
    begin = date(year, month, 1)
    after = date(year + month // 12, month % 12 + 1, 1)
    lead = (begin.weekday() - first) % 7
    days = [0] * lead + list(range(1, (after - begin).days + 1))
    days += [0] * (-len(days) % 7)
    return [days[start : start + 7] for start in range(0, len(days), 7)]


def _cover(sheets: Sheets, year: int) -> None:
    book, width, height = sheets.book, sheets.width_pt, sheets.height_pt
    fill(sheets, sheets.page, book.theme.accent)
    margin = 0.07 * width
    side = width - 2 * margin
    box = Box(margin, height - margin - side, side, side)
    put(sheets, book.pictures[0], box, round_path(sheets, box, 0.03 * width))
    setting = title_setting(book, side, 0.14 * height, 0.085 * width)
    top = box.y - 0.05 * height
    put_title(sheets, setting, sheets.middle, top, book.theme.paper)
    y = (top - setting.height_pt + margin) / 2 - 0.03 * height
    size = 0.1 * width
    line(sheets, str(year), book.fonts.bold, size, sheets.middle, y, book.theme.paper, side)
    sheets.canvas.showPage()


def _picture(sheets: Sheets, picture: object) -> float:
    """The month's picture over the upper part; returns where it ends below."""
    height = min(0.58 * sheets.height_pt, sheets.width_pt)
    box = Box(0, sheets.height_pt - height, sheets.width_pt, height)
    behind = Box(0, box.y - EDGE_PT, box.width, box.height + EDGE_PT)
    put(sheets, picture, behind, ornaments.wavy_path(sheets.canvas, box, "bottom", 1))
    return box.y


def _month(sheets: Sheets, year: int, month: int, names: Names, under: float) -> None:
    book, width = sheets.book, sheets.width_pt
    margin = 0.07 * width
    name = f"{names.months[month - 1]} {year}"
    size = 0.05 * width
    y = under - 0.085 * width
    line(
        sheets, name, book.fonts.bold, size, sheets.middle, y, book.theme.spark, width - 2 * margin
    )
    cell = (width - 2 * margin) / 7
    head = y - 0.045 * width
    tall = (head - 0.6 * margin) / (WEEKS + 0.35)
    for column, day in enumerate(names.days):
        x = margin + (column + 0.5) * cell
        line(sheets, day, book.fonts.bold, 0.021 * width, x, head, book.theme.accent, 0.9 * cell)
    for row, week in enumerate(weeks_of(year, month, names.first), start=1):
        for column, day in enumerate(week):
            if day:
                x, y = margin + (column + 0.5) * cell, head - row * tall
                _day(sheets, day, x, y, is_rest=(names.first + column) % 7 == 6)


def _day(sheets: Sheets, day: int, x: float, y: float, *, is_rest: bool) -> None:
    book, size = sheets.book, 0.027 * sheets.width_pt
    face = book.fonts.bold if is_rest else book.fonts.text
    colour = book.theme.spark if is_rest else book.theme.ink
    line(sheets, str(day), face, size, x, y, colour, 3 * size)
