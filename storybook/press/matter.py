"""Front and back matter: whose book it is, for whom, the real pet, pages to draw and write on."""

from dataclasses import dataclass

from PIL import Image

from storybook.press import ornaments
from storybook.press.layout import Box, safe_box
from storybook.press.pdf_context import (
    PdfContext,
    draw_centred,
    draw_title,
    lay_paper,
    place_picture,
)
from storybook.press.title import set_title
from storybook.press.typeset import Setting, set_text


@dataclass(frozen=True, slots=True)
class RealHero:
    """What is told of the real pet after the story, in the words and letters of the book."""

    title: str
    about: tuple[str, ...]
    photos: tuple[Image.Image, ...]
    """RGB, at least one; MOST_PHOTOS of them are shown."""
    alt: str
    """What each photo shows."""


BELONGS = "This book belongs to"
LINE_PT, RULED_PT = 26, 1.0
MOST_PHOTOS = 4
TILTS = (-3.0, 2.2, 2.6, -2.0)
UPRIGHT = 0.94
"""The side of a square that, turned so far, takes the room of one of side 1."""


def draw_bookplate(pdf: PdfContext) -> None:
    """A card on the endpaper's pattern, with a line for a name."""
    canvas, theme, page = pdf.canvas, pdf.theme, pdf.page
    ornaments.endpaper(canvas, pdf.ground, theme.accent, theme.tint)
    safe = safe_box(pdf.form, pdf.sheet)
    wide, high = min(380.0, 0.8 * safe.width), 220.0
    card = Box(safe.middle - wide / 2, page.height / 2 - high / 2, wide, high)
    ornaments.fill_with(canvas, theme.paper)
    canvas.drawPath(ornaments.card_path(canvas, card, 3), stroke=0, fill=1)
    draw_centred(
        pdf, BELONGS, pdf.fonts.display, 24, card.middle, card.top - 70, theme.spark, wide - 60
    )
    ornaments.stroke_with(canvas, theme.accent, RULED_PT)
    canvas.line(card.x + 40, card.y + 78, card.right - 40, card.y + 78)
    ornaments.paw(canvas, card.middle, card.y + 42, 20, 0, theme.accent)
    canvas.showPage()


def draw_dedication(pdf: PdfContext, words: str) -> None:
    """A few words in the middle of a quiet page."""
    safe, face = safe_box(pdf.form, pdf.sheet), pdf.fonts.italic
    lay_paper(pdf)
    setting = _set(pdf, words, face, 20, 0.7 * safe.width)
    y = safe.y + 0.62 * safe.height + setting.height_pt / 2
    for line in setting.lines:
        x, drop = safe.middle, y - line.drop_pt
        draw_centred(pdf, line.text, face, setting.size_pt, x, drop, pdf.theme.ink, safe.width)
    ornaments.rule(pdf.canvas, safe.middle, y - setting.height_pt - 30, 120, pdf.theme.accent)
    pdf.canvas.showPage()


def draw_hero_page(pdf: PdfContext, real: RealHero) -> None:
    """The real pet: up to four photos as if glued in, and a line or two about it."""
    safe, theme = safe_box(pdf.form, pdf.sheet), pdf.theme
    lay_paper(pdf)
    title, photos = real.title, real.photos[:MOST_PHOTOS]
    face = pdf.fonts.for_title(title)
    heading = set_title(title, face, safe.width, 0.14 * safe.height, most_pt=40)
    draw_title(pdf, heading, face, safe.middle, safe.top - 6, theme.spark)
    words = _set(pdf, "\n".join(real.about), pdf.fonts.text, 15, 0.9 * safe.width)
    foot = safe.y + words.height_pt + 6
    for line in words.lines:
        x, y = safe.middle, foot - line.drop_pt
        draw_centred(pdf, line.text, pdf.fonts.text, 15, x, y, theme.ink, safe.width)
    room = Box(safe.x, foot + 22, safe.width, safe.top - 6 - heading.height_pt - 20 - foot - 22)
    for box, tilt, photo in zip(photo_boxes(room, len(photos)), TILTS, photos, strict=False):
        _glue(pdf, photo, box, tilt)
    pdf.canvas.showPage()


def photo_boxes(room: Box, count: int) -> list[Box]:
    """Square places for so many photos, in the rows in which they are largest; the last centred."""
    gap = 24.0

    def side_in(columns: int) -> float:
        rows = -(-count // columns)
        return min(
            (room.width - gap * (columns - 1)) / columns, (room.height - gap * (rows - 1)) / rows
        )

    columns = max(range(1, count + 1), key=side_in)
    side, rows = UPRIGHT * side_in(columns), -(-count // columns)
    step, down = side + gap, rows * (side + gap) - gap
    boxes = []
    for index in range(count):
        row, column = divmod(index, columns)
        across = min(columns, count - row * columns) * step - gap
        x = room.middle - across / 2 + column * step
        boxes.append(Box(x, room.y + (room.height + down) / 2 - side - row * step, side, side))
    return boxes


def draw_drawing_page(pdf: PdfContext, says: str) -> None:
    """A frame to draw in, and what could be drawn."""
    safe, canvas, theme = safe_box(pdf.form, pdf.sheet), pdf.canvas, pdf.theme
    lay_paper(pdf)
    draw_centred(
        pdf, says, pdf.fonts.bold, 19, safe.middle, safe.top - 20, theme.accent, safe.width
    )
    frame = Box(safe.x, safe.y + 4, safe.width, safe.height - 48)
    ornaments.stroke_with(canvas, theme.tint, 2)
    canvas.setDash([1, 7])
    canvas.setLineCap(1)
    canvas.drawPath(ornaments.card_path(canvas, frame, pdf.sheet), stroke=1, fill=0)
    canvas.setDash([])
    canvas.showPage()


def draw_notes_page(pdf: PdfContext, says: str) -> None:
    """Lines to write on under a heading."""
    safe, canvas, theme = safe_box(pdf.form, pdf.sheet), pdf.canvas, pdf.theme
    lay_paper(pdf)
    draw_centred(
        pdf, says, pdf.fonts.bold, 19, safe.middle, safe.top - 20, theme.accent, safe.width
    )
    ornaments.stroke_with(canvas, theme.tint, RULED_PT)
    y = safe.top - 48 - LINE_PT
    while y > safe.y + 8:
        canvas.line(safe.x + 8, y, safe.right - 8, y)
        y -= LINE_PT
    canvas.showPage()


def draw_blank(pdf: PdfContext) -> None:
    """Nothing: the printer's own page."""
    pdf.canvas.showPage()


def _glue(pdf: PdfContext, photo: Image.Image, box: Box, tilt: float) -> None:
    """A photo with a white rim, turned a little."""
    canvas, rim = pdf.canvas, 0.04 * box.width
    canvas.saveState()
    canvas.translate(box.middle, box.y + box.height / 2)
    canvas.rotate(tilt)
    half = box.width / 2
    ornaments.fill_with(canvas, pdf.theme.tint)
    canvas.rect(-half + 2.5, -half - 3, box.width, box.height, stroke=0, fill=1)
    ornaments.fill_with(canvas, pdf.theme.white)
    canvas.rect(-half, -half, box.width, box.height, stroke=0, fill=1)
    inner = Box(-half + rim, -half + rim, box.width - 2 * rim, box.height - 2 * rim)
    place_picture(pdf, photo, inner, grows=False)
    canvas.restoreState()


def _set(pdf: PdfContext, text: str, face: object, size_pt: float, width_pt: float) -> Setting:
    setting = set_text(text, face, size_pt, width_pt, breaking=True)
    assert setting is not None, "two letters fit into any of these columns"
    return setting
