"""Sheets of stickers: round and square moments with a white rim, and the line to cut along.

The line is a spot colour named CutContour, as cutting plotters and sticker printers look for it; on
a home printer it comes out as a fine magenta line for scissors.
"""

from io import BytesIO

from reportlab.lib.colors import CMYKColorSep

from storybook.press import ornaments
from storybook.press.layout import Box
from storybook.press.sheets import (
    MM,
    Kept,
    Sheets,
    close_up,
    line,
    open_sheets,
    put,
    round_path,
)

COLUMNS, ROWS = 3, 4
RIM_PT, MARGIN_PT, GAP_PT = 3 * MM, 12 * MM, 5 * MM
CUT_PT = 0.25


def stickers(book: Kept, size: tuple[float, float]) -> bytes:
    """A PDF with a sticker of every picture; the last sheet begins again until it is full."""
    file = BytesIO()
    sheets = open_sheets(file, book, size, "stickers")
    per_sheet = COLUMNS * ROWS
    count = -(-len(book.pictures) // per_sheet) * per_sheet
    for place in range(count):
        picture = book.pictures[place % len(book.pictures)]
        box = _place_of(sheets, place % per_sheet)
        _sticker(sheets, close_up(picture), box, is_round=(place // COLUMNS + place) % 2 == 0)
        if place % per_sheet == per_sheet - 1:
            _foot(sheets)
            sheets.canvas.showPage()
    sheets.canvas.save()
    return file.getvalue()


def _place_of(sheets: Sheets, place: int) -> Box:
    width = (sheets.width_pt - 2 * MARGIN_PT - (COLUMNS - 1) * GAP_PT) / COLUMNS
    room = sheets.height_pt - 2 * MARGIN_PT - 8 * MM
    side = min(width, (room - (ROWS - 1) * GAP_PT) / ROWS)
    row, column = divmod(place, COLUMNS)
    across = COLUMNS * side + (COLUMNS - 1) * GAP_PT
    x = sheets.middle - across / 2 + column * (side + GAP_PT)
    y = sheets.height_pt - MARGIN_PT - side - row * (side + (room - ROWS * side) / (ROWS - 1))
    return Box(x, y, side, side)


def _sticker(sheets: Sheets, picture: object, box: Box, *, is_round: bool) -> None:
    """The picture within its rim; the cut goes along the rim's outer edge."""
    inner = Box(box.x + RIM_PT, box.y + RIM_PT, box.width - 2 * RIM_PT, box.height - 2 * RIM_PT)
    radius = 0.5 if is_round else 0.2
    put(sheets, picture, inner, round_path(sheets, inner, radius * inner.width))
    ornaments.stroke_with(sheets.canvas, sheets.book.theme.accent, 0.8)
    sheets.canvas.drawPath(round_path(sheets, inner, radius * inner.width), stroke=1, fill=0)
    sheets.canvas.setStrokeColor(CMYKColorSep(0, 1, 0, 0, spotName="CutContour"))
    sheets.canvas.setLineWidth(CUT_PT)
    sheets.canvas.drawPath(round_path(sheets, box, radius * box.width), stroke=1, fill=0)


def _foot(sheets: Sheets) -> None:
    book = sheets.book
    line(
        sheets,
        f"{book.title} · {book.starring}",
        book.fonts.italic,
        10,
        sheets.middle,
        MARGIN_PT - 4 * MM,
        book.theme.ink,
        sheets.width_pt - 2 * MARGIN_PT,
    )
