"""The cover wrap: back, spine and front as one sheet, as large as a printer wants it."""

from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageFilter

from storybook.press import ornaments
from storybook.press.bidi import visual
from storybook.press.bleed import extended
from storybook.press.formats import POINTS_PER_INCH, Format
from storybook.press.layout import Box
from storybook.press.pdf import draw_medallion, letter_cover
from storybook.press.pdf_context import (
    CREATOR,
    Drawn,
    PdfContext,
    draw_centred,
    draw_left,
    note_faces,
    place_sheet,
)
from storybook.press.picture import cut_box, without_rim
from storybook.press.printers import Printer
from storybook.press.title import set_title
from storybook.press.typeset import Setting, largest, set_text

BLURB_SIZES_PT = tuple(range(18, 8, -1))
WASHED = 0.82
"""How much of the accent lies over the picture's mirror image at the far end of the back."""
SPINE_SHARE = 0.62
"""Of the spine's width, what its letters may take."""


@dataclass(frozen=True, slots=True)
class Wrap:
    """Where the parts of a cover lie on its sheet, in points from the lower left corner."""

    width: float
    height: float
    back: Box
    """As it is seen on the book; a board's overhang is part of it."""
    spine: Box
    front: Box
    safe_pt: float
    bleed_pt: float
    barcode: Box | None


@dataclass(frozen=True, slots=True)
class CoverWords:
    """What stands on a cover."""

    title: str
    starring: str
    blurb: str
    credits: tuple[str, ...] = ()
    spine: bool = False
    """Whether the spine has words."""


def wrap_of(printer: Printer, form: Format, spine_in: float) -> Wrap:
    """The geometry of a printer's cover for a format and a spine."""
    rule, pt = printer.cover, POINTS_PER_INCH
    bleed, hinge = rule.bleed_in * pt, rule.hinge_in * pt
    wide, high = form.width_pt + rule.board_in * pt, form.height_pt + 2 * rule.board_in * pt
    spine = spine_in * pt
    left = Box(bleed, bleed, wide, high)
    middle = Box(left.right + hinge, bleed, spine, high)
    right = Box(middle.right + hinge, bleed, wide, high)
    back, front = (left, right) if form.bound == "left" else (right, left)
    barcode = None
    if rule.barcode:
        place = rule.barcode
        inner = (place.from_spine_in + (place.width_in if back is left else 0)) * pt
        barcode = Box(
            back.right - inner if back is left else back.x + inner,
            back.y + place.from_foot_in * pt,
            place.width_in * pt,
            place.height_in * pt,
        )
    return Wrap(
        right.right + bleed,
        high + 2 * bleed,
        back,
        middle,
        front,
        rule.safe_in * pt,
        bleed,
        barcode,
    )


def draw_wrap(pdf: PdfContext, wrap: Wrap, picture: Image.Image, words: CoverWords) -> None:
    """The whole cover on one sheet; `pdf.form` is the front as it is cut."""
    canvas = pdf.canvas
    canvas.setPageSize((wrap.width, wrap.height))
    bleed = wrap.bleed_pt
    canvas.setTrimBox((bleed, bleed, wrap.width - bleed, wrap.height - bleed))
    canvas.setBleedBox((0, 0, wrap.width, wrap.height))
    bare = without_rim(picture)
    art = wrapped_art(bare, wrap, pdf.theme.accent)
    sheet = Box(0, 0, wrap.width, wrap.height)
    place_sheet(pdf, art, sheet)
    own = cut_box(bare, wrap.front.width / wrap.front.height)
    ppi = (own[2] - own[0]) / wrap.front.width * pdf.fineness * POINTS_PER_INCH
    pdf.ledger.append(Drawn(pdf.sheet, "picture", wrap.front, ppi=ppi))
    if pdf.finds_faces:
        note_faces(pdf, bare, own, wrap.front)
    _front(pdf, wrap, picture, words)
    if words.spine:
        _spine(pdf, wrap, words)
    _back(pdf, wrap, picture, words)
    canvas.showPage()


def wrapped_art(picture: Image.Image, wrap: Wrap, accent: object) -> Image.Image:
    """The front's picture over the whole wrap: sharp in front, on the back its own soft echo.

    It goes on beyond the fold as its mirror image, so that a cover that is folded a little aside
    shows no edge there; towards the far end it becomes the book's accent.
    """
    front, at_left = wrap.front, wrap.front.x < wrap.spine.x
    if at_left:  # bound on the right: all of it the other way round
        picture = picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    cut = cut_box(picture, front.width / front.height)
    scale = (cut[2] - cut[0]) / front.width
    pad = wrap.bleed_pt * scale
    sharp = extended(picture, cut, (0, pad, pad, pad))
    left = round((wrap.width - front.right if at_left else front.x) * scale)
    whole = Image.new("RGB", (left + sharp.width, sharp.height))
    whole.paste(_echo(sharp, left, accent), (0, 0))
    whole.paste(sharp, (left, 0))
    return whole.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if at_left else whole


def _echo(sharp: Image.Image, width: int, accent: object) -> Image.Image:
    """The mirror image of a picture's left edge, softer and more of one colour the further out."""
    high = sharp.height
    pixels = np.pad(np.asarray(sharp), ((0, 0), (width, 0), (0, 0)), mode="symmetric")
    mirrored = Image.fromarray(pixels[:, : width + high // 8])
    soft = mirrored.resize((max(1, mirrored.width // 8), max(1, high // 8)), Image.Resampling.BOX)
    soft = soft.filter(ImageFilter.GaussianBlur(high / 8 / 45)).resize(mirrored.size)
    soft = soft.crop((0, 0, width, high))
    colour = tuple(round(255 * part) for part in (accent.red, accent.green, accent.blue))
    away = np.linspace(1.0, 0.0, width)
    wash = WASHED * np.clip(away / 0.45, 0.0, 1.0) ** 0.7
    blurred = np.clip(away / 0.06, 0.0, 1.0)
    near = mirrored.crop((0, 0, width, high))
    out = Image.composite(soft, near, _columns(blurred, high))
    return Image.composite(Image.new("RGB", out.size, colour), out, _columns(wash, high))


def _columns(shares: np.ndarray, high: int) -> Image.Image:
    """A mask that is the same in each row."""
    row = np.round(255 * shares).astype(np.uint8)
    return Image.fromarray(np.broadcast_to(row, (high, len(row))).copy())


def _front(pdf: PdfContext, wrap: Wrap, picture: Image.Image, words: CoverWords) -> None:
    canvas, front = pdf.canvas, wrap.front
    first = len(pdf.ledger)
    canvas.saveState()
    x = front.right - pdf.form.width_pt if pdf.form.bound == "left" else front.x
    y = front.y + (front.height - pdf.form.height_pt) / 2
    canvas.translate(x, y)
    letter_cover(pdf, picture, words.title, words.starring, words.credits)
    canvas.restoreState()
    moved = [
        Drawn(each.sheet, each.kind, each.box.moved(x, y), each.size_pt, each.ppi)
        for each in pdf.ledger[first:]
    ]
    pdf.ledger[first:] = moved


def _spine(pdf: PdfContext, wrap: Wrap, words: CoverWords) -> None:
    """The title from top to bottom, as books of English lie on their backs."""
    canvas, spine, face = pdf.canvas, wrap.spine, pdf.fonts.bold
    size_pt = min(16.0, SPINE_SHARE * spine.width)
    size_pt *= min(1.0, 0.8 * spine.height / max(face.width(words.title, size_pt), 1e-6))
    canvas.saveState()
    canvas.translate(spine.middle, spine.y + spine.height / 2)
    canvas.rotate(-90)
    ornaments.fill_with(canvas, pdf.theme.paper)
    canvas.setFont(face.name, size_pt)
    canvas.drawCentredString(0, -0.35 * size_pt, visual(words.title))
    canvas.restoreState()
    long = face.width(words.title, size_pt)
    box = Box(spine.middle - size_pt / 2, spine.y + (spine.height - long) / 2, size_pt, long)
    pdf.ledger.append(Drawn(pdf.sheet, "text", box, size_pt=size_pt))


def _back(pdf: PdfContext, wrap: Wrap, picture: Image.Image, words: CoverWords) -> None:
    """A card with the blurb over the place for a barcode, the star in a circle above it."""
    canvas, theme, back = pdf.canvas, pdf.theme, wrap.back
    inset = max(wrap.safe_pt, 0.07 * back.width)
    foot = (wrap.barcode.top if wrap.barcode else back.y + inset) + 0.05 * back.height
    radius = 0.105 * back.height
    top = back.top - inset - 2 * radius - 12
    blurb, name = _blurb(pdf, words, back.width - 2 * inset - 56, top - foot - 40 - 44)
    card_high = blurb.height_pt + name.height_pt + 3 * 24
    room = back.top - inset - foot
    lift = (room - (card_high + 2 * radius + 12)) / 2
    card = Box(back.x + inset, foot + max(0.0, lift), back.width - 2 * inset, card_high)
    ornaments.fill_with(canvas, theme.paper)
    canvas.drawPath(ornaments.card_path(canvas, card, 5), stroke=0, fill=1)
    draw_medallion(pdf, picture, card.middle, card.top + radius + 12, radius, grows=False)
    y = card.top - 24
    for line in name.lines:
        draw_centred(
            pdf,
            line.text,
            pdf.fonts.for_title(words.title),
            name.size_pt,
            card.middle,
            y - line.drop_pt,
            theme.spark,
            card.width,
        )
    y -= name.height_pt + 24
    draw_left(pdf, blurb, pdf.fonts.text, card.middle - blurb.width_pt / 2, y, theme.ink)
    if wrap.barcode:
        box = wrap.barcode
        ornaments.fill_with(canvas, theme.white)
        canvas.rect(box.x, box.y, box.width, box.height, stroke=0, fill=1)
    mark = f"Made with {CREATOR}"
    begin, end = back.x, back.right
    if wrap.barcode and back.x < wrap.front.x:
        end = wrap.barcode.x
    elif wrap.barcode:
        begin = wrap.barcode.right
    face, y = pdf.fonts.italic, back.y + max(inset, 0.07 * back.height)
    ornaments.paw(canvas, begin + inset + 12, y + 4, 22, 0, theme.paper)
    setting = _line(mark, face, 11)
    if end - begin - 2 * inset > setting.width_pt + 30:
        draw_left(pdf, setting, face, begin + inset + 30, y + 8, theme.paper)


def _blurb(
    pdf: PdfContext, words: CoverWords, width: float, height: float
) -> tuple[Setting, Setting]:
    """The blurb as large as it fits under the title; one that is too long loses its end."""
    face = pdf.fonts.text
    name = set_title(words.title, pdf.fonts.for_title(words.title), width, 0.3 * height, most_pt=30)
    text = words.blurb.split()

    def at(size_pt: float) -> Setting | None:
        return set_text(" ".join(text), face, size_pt, width, breaking=True)

    while (setting := largest(BLURB_SIZES_PT, at, height - name.height_pt)) is None:
        text = [*text[: max(1, int(0.8 * len(text)))], "…"] if len(text) > 2 else ["…"]
    return setting, name


def _line(text: str, face: object, size_pt: float) -> Setting:
    setting = set_text(text, face, size_pt, 1e4)
    assert setting is not None
    return setting
