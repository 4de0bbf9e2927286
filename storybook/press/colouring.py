"""A colouring book: outlines of every picture, pure black on white, with the story below."""

from collections.abc import Callable
from io import BytesIO

from PIL import Image

from storybook.press.colour import Srgb
from storybook.press.formats import POINTS_PER_INCH
from storybook.press.layout import Box
from storybook.press.sheets import (
    Kept,
    Sheets,
    line,
    open_sheets,
    put_exactly,
    put_text,
    put_title,
    title_setting,
)

MARGIN_PT, WORDS_PT = 36, 78
PPI = 300
BLACK, WHITE = Srgb(0.0, 0.0, 0.0), Srgb(1.0, 1.0, 1.0)
SIZES_PT = (18, 17, 16, 15, 14, 13, 12, 11, 10, 9, 8)
LineArt = Callable[[Image.Image, int], Image.Image]
"""A picture and its longer side in pixels -> mode L, 0 and 255 alone."""


def colouring_book(book: Kept, size: tuple[float, float], line_art: LineArt) -> bytes:
    """A PDF with the title on its first sheet, then a sheet for each page of the story.

    Sheets are to be printed on one side: felt pens go through paper.
    """
    file = BytesIO()
    sheets = open_sheets(file, book, size, "colouring book")
    _cover(sheets, line_art)
    for number, (picture, text) in enumerate(
        zip(book.pictures[1:], book.texts, strict=True), start=1
    ):
        room = Box(
            MARGIN_PT,
            MARGIN_PT + WORDS_PT + 12,
            sheets.width_pt - 2 * MARGIN_PT,
            sheets.height_pt - 2 * MARGIN_PT - WORDS_PT - 12,
        )
        _outlines(sheets, picture, room, line_art)
        words = Box(MARGIN_PT, MARGIN_PT + 8, room.width, WORDS_PT - 8)
        put_text(sheets, text, words, SIZES_PT, colour=BLACK)
        line(sheets, str(number), book.fonts.bold, 10, sheets.middle, MARGIN_PT - 14, BLACK, 60)
        sheets.canvas.showPage()
    sheets.canvas.save()
    return file.getvalue()


def _cover(sheets: Sheets, line_art: LineArt) -> None:
    """The title in open letters, to be coloured in as well."""
    book = sheets.book
    width = sheets.width_pt - 2 * MARGIN_PT
    setting = title_setting(book, width - 24, 0.2 * sheets.height_pt, 58)
    top = sheets.height_pt - MARGIN_PT
    put_title(sheets, setting, sheets.middle, top - 6, WHITE, BLACK)
    room_top = top - setting.height_pt - 16
    room = Box(MARGIN_PT, MARGIN_PT + 30, width, room_top - MARGIN_PT - 30)
    _outlines(sheets, book.pictures[0], room, line_art)
    line(sheets, book.starring, book.fonts.bold, 17, sheets.middle, MARGIN_PT + 2, BLACK, width)
    sheets.canvas.showPage()


def _outlines(sheets: Sheets, picture: Image.Image, room: Box, line_art: LineArt) -> None:
    """A picture's outlines as large as they fit, in the middle of the room."""
    scale = min(room.width / picture.width, room.height / picture.height)
    width, height = picture.width * scale, picture.height * scale
    drawn = line_art(picture, round(max(width, height) / POINTS_PER_INCH * PPI))
    box = Box(room.middle - width / 2, room.y + (room.height - height) / 2, width, height)
    put_exactly(sheets, drawn, box)
