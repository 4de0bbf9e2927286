"""A page's words: lines with sounds lettered large, the book's first letter beside two of them."""

from reportlab.pdfgen.textobject import PDFTextObject

from storybook.press import ornaments
from storybook.press.layout import Box, initial_size
from storybook.press.lettering import draw_shapes
from storybook.press.pdf_context import PdfContext, fill_text, line_start, note_text
from storybook.press.typeset import INITIAL_LINES, Setting

UNSEEN, SEEN = 3, 0
"""Modes of a PDF's text (ISO 32000-1, 9.3.6)."""


def draw_words(pdf: PdfContext, setting: Setting, box: Box) -> None:
    """A setting in its box, in the book's ink."""
    note_text(pdf, box, setting.size_pt)
    canvas, theme = pdf.canvas, pdf.theme
    if setting.initial:
        _draw_initial(pdf, setting, box)
    for number, line in enumerate(setting.lines):
        ornaments.fill_with(canvas, theme.ink)
        x, y = box.x + line_start(setting, line), box.top - line.drop_pt
        written = canvas.beginText(x, y)
        if setting.initial and number == 0:
            _hide_initial(pdf, setting, written, x, y)
        for piece, face, size_pt in pdf.fonts.story.runs(line.text, setting.size_pt):
            colour = theme.ink if face is pdf.fonts.text else theme.spark
            fill_text(pdf, written, colour)
            written.setFont(face.name, size_pt)
            written.textOut(piece)
        canvas.drawText(written)


def _draw_initial(pdf: PdfContext, setting: Setting, box: Box) -> None:
    """The first letter as a shape, its foot on the baseline of the last line beside it."""
    foot = setting.lines[INITIAL_LINES - 1].drop_pt
    size_pt = initial_size(pdf.fonts.story, setting.size_pt)
    face, spark = pdf.fonts.display, pdf.theme.spark
    draw_shapes(pdf.canvas, setting.initial, face, size_pt, box.x, box.top - foot, spark)


def _hide_initial(
    pdf: PdfContext, setting: Setting, written: PDFTextObject, x: float, y: float
) -> None:
    """The letter before its line, unseen: whoever reads or copies the page has the whole word."""
    face = pdf.fonts.text
    written.setTextOrigin(x - face.width(setting.initial, setting.size_pt), y)
    written.setTextRenderMode(UNSEEN)
    written.setFont(face.name, setting.size_pt)
    written.textOut(setting.initial)
    written.setTextRenderMode(SEEN)
