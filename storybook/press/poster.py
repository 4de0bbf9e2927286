"""A poster: the cover's picture large, its title, and a row of moments below."""

from io import BytesIO

from storybook.press import ornaments
from storybook.press.layout import Box
from storybook.press.sheets import (
    Kept,
    Sheets,
    close_up,
    fill,
    line,
    open_sheets,
    put,
    put_title,
    round_path,
    title_setting,
)

MOMENTS = 5
"""So many round pictures stand in the row."""


def poster(book: Kept, size: tuple[float, float]) -> bytes:
    """A PDF of one sheet; all lengths are shares of its size."""
    file = BytesIO()
    sheets = open_sheets(file, book, size, "poster")
    canvas, theme = sheets.canvas, book.theme
    width, height = size
    margin = 0.055 * width
    fill(sheets, sheets.page, theme.accent)
    inner = Box(margin / 2, margin / 2, width - margin, height - margin)
    canvas.drawPath(
        _filled(sheets, round_path(sheets, inner, 0.03 * width), theme.paper), stroke=0, fill=1
    )
    setting = title_setting(book, width - 4 * margin, 0.16 * height, 0.12 * width)
    top = height - 1.6 * margin
    put_title(sheets, setting, sheets.middle, top, theme.spark)
    side = width - 2.4 * margin
    under = top - setting.height_pt - 0.5 * margin
    row = 0.15 * width
    tall = min(side, under - row - 3.4 * margin)
    box = Box((width - side) / 2, under - tall, side, tall)
    put(sheets, book.pictures[0], box, round_path(sheets, box, 0.025 * width))
    y = box.y - 0.95 * margin
    line(sheets, book.starring, book.fonts.bold, 0.034 * width, sheets.middle, y, theme.ink, side)
    _row(sheets, Box(box.x, 1.15 * margin, side, y - 0.45 * margin - 1.15 * margin), row)
    canvas.showPage()
    canvas.save()
    return file.getvalue()


def _row(sheets: Sheets, room: Box, most: float) -> None:
    """Moments of the story in circles, spread over it in their order."""
    pictures = sheets.book.pictures[1:] or sheets.book.pictures
    count = min(MOMENTS, len(pictures))
    across = min(most, room.height, 0.92 * room.width / count)
    for place in range(count):
        picture = pictures[round(place * (len(pictures) - 1) / max(1, count - 1))]
        middle = room.x + room.width * (place + 0.5) / count
        box = Box(middle - across / 2, room.y + (room.height - across) / 2, across, across)
        put(sheets, close_up(picture, 0.8), box, round_path(sheets, box, across / 2))
        ornaments.stroke_with(sheets.canvas, sheets.book.theme.accent, 0.012 * across)
        sheets.canvas.circle(box.middle, box.y + across / 2, across / 2, stroke=1, fill=0)


def _filled(sheets: Sheets, path: object, colour: object) -> object:
    ornaments.fill_with(sheets.canvas, colour)
    return path
