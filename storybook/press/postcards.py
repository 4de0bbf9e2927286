"""Postcards: a picture of the book on the front, and on the back room for a greeting."""

from io import BytesIO

from storybook.press import ornaments
from storybook.press.layout import Box
from storybook.press.sheets import MM, Kept, Sheets, fill, open_sheets, put, put_text

BLEED_PT, MARGIN_PT = 3 * MM, 6 * MM
LINES = 4
SIZES_PT = (10, 9, 8, 7)


def postcards(book: Kept, size: tuple[float, float]) -> bytes:
    """A PDF with a front and a back for each picture, to be printed on both sides.

    `size` is the card's, lying; its sheets are larger by the bleed, and say where they are cut.
    """
    file = BytesIO()
    width, height = size
    whole = (width + 2 * BLEED_PT, height + 2 * BLEED_PT)
    sheets = open_sheets(file, book, whole, "postcards")
    cut = (BLEED_PT, BLEED_PT, BLEED_PT + width, BLEED_PT + height)
    for picture, text in zip(book.pictures, (book.starring, *book.texts), strict=True):
        sheets.canvas.setTrimBox(cut)
        sheets.canvas.setBleedBox((0, 0, *whole))
        put(sheets, picture, sheets.page)
        sheets.canvas.showPage()
        sheets.canvas.setTrimBox(cut)
        sheets.canvas.setBleedBox((0, 0, *whole))
        _back(sheets, text)
        sheets.canvas.showPage()
    sheets.canvas.save()
    return file.getvalue()


def _back(sheets: Sheets, text: str) -> None:
    canvas, theme = sheets.canvas, sheets.book.theme
    fill(sheets, sheets.page, theme.paper)
    edge = BLEED_PT + MARGIN_PT
    top, right = sheets.height_pt - edge, sheets.width_pt - edge
    half = sheets.width_pt * 0.52
    ornaments.stroke_with(canvas, theme.accent, 0.8)
    canvas.line(half, edge, half, top)
    stamp = Box(right - 20 * MM, top - 24 * MM, 20 * MM, 24 * MM)
    canvas.roundRect(stamp.x, stamp.y, stamp.width, stamp.height, 2 * MM, stroke=1, fill=0)
    ornaments.paw(canvas, stamp.middle, stamp.y + stamp.height / 2 - 2, 9 * MM, 0, theme.tint)
    ornaments.stroke_with(canvas, theme.tint, 0.6)
    for place in range(LINES):
        y = edge + 6 * MM + place * 9 * MM
        canvas.line(half + 6 * MM, y, right, y)
    words = Box(edge, edge - 1 * MM, half - edge - 5 * MM, 17 * MM)
    put_text(sheets, f"{text}\n{sheets.book.title}", words, SIZES_PT, centred=False)
