"""The press: laid-out pages become a PDF. Equal books give equal bytes."""

from collections.abc import Sequence

from PIL import Image

from storybook.press import ornaments
from storybook.press.colour import Srgb
from storybook.press.compose import Facing, composed, composed_opening, tail_root
from storybook.press.formats import Format
from storybook.press.layout import CARDS, Box, StoryPage, folio_box, safe_box, text_box
from storybook.press.lettering import draw_halo
from storybook.press.pdf_context import (
    CREATOR,
    PdfContext,
    draw_centred,
    draw_title,
    lay_paper,
    place_picture,
)
from storybook.press.picture import calm_side, cut_to, without_rim
from storybook.press.story_text import draw_words
from storybook.press.title import COVER_SHARE, set_title
from storybook.press.veil import veiled
from storybook.records import TextSide

FOLIO_PT = 10


def draw_cover(pdf: PdfContext, picture: Image.Image, title: str, starring: str) -> None:
    """The picture over the whole page, the title on its calmer side, the star's ribbon opposite."""
    place_picture(pdf, picture, pdf.page)
    letter_cover(pdf, picture, title, starring)
    pdf.canvas.showPage()


def letter_cover(
    pdf: PdfContext,
    picture: Image.Image,
    title: str,
    starring: str,
    credits: Sequence[str] = (),
) -> None:
    """The words of the cover on its picture, wherever that was placed."""
    page, theme = pdf.page, pdf.theme
    at_top = calm_side(cut_to(picture, page.width / page.height), COVER_SHARE) == "top"
    safe = safe_box(pdf.form, 1)
    face = pdf.fonts.for_title(title)
    setting = set_title(title, face, safe.width - 24, COVER_SHARE * page.height)
    top = safe.top if at_top else safe.y + setting.height_pt
    rim = 0.13 * setting.size_pt
    for colour, fall in ((theme.accent, 0.05), (theme.paper, 0.0)):
        for line in setting.lines:
            y = top - line.drop_pt - fall * setting.size_pt
            draw_halo(
                pdf.canvas,
                line.text,
                face,
                setting.size_pt,
                page.middle - line.width_pt / 2,
                y,
                colour,
                rim,
            )
    draw_title(pdf, setting, face, page.middle, top, theme.spark)
    step = 40 if at_top else -40
    y = safe.y + 17 if at_top else safe.top - 17
    for line in reversed((starring, *credits)) if at_top else (starring, *credits):
        _ribbon(pdf, line, safe, y)
        y += step


def draw_endpaper(pdf: PdfContext) -> None:
    ornaments.endpaper(pdf.canvas, pdf.ground, pdf.theme.accent, pdf.theme.tint)
    pdf.canvas.showPage()


def draw_title_page(
    pdf: PdfContext, picture: Image.Image, title: str, about: str, credits: Sequence[str] = ()
) -> None:
    """A round picture, the title, an ornament, whom it is about, who tells and draws it."""
    safe, theme = safe_box(pdf.form, 3), pdf.theme
    lay_paper(pdf)
    face = pdf.fonts.for_title(title)
    setting = set_title(title, face, safe.width, 0.3 * pdf.form.height_pt, most_pt=46)
    words = 44 + setting.height_pt + 78 + 26 * len(credits)
    radius = min(0.19 * pdf.form.height_pt, (safe.height - words) / 2)
    height = 2 * radius + words
    top = safe.y + safe.height / 2 + height / 2
    draw_medallion(pdf, picture, safe.middle, top - radius, radius)
    draw_title(pdf, setting, face, safe.middle, top - 2 * radius - 44, theme.spark)
    y = top - 2 * radius - 44 - setting.height_pt - 26
    ornaments.rule(pdf.canvas, safe.middle, y, 150, theme.accent)
    draw_centred(pdf, about, pdf.fonts.italic, 19, safe.middle, y - 44, theme.ink, safe.width)
    for number, line in enumerate(credits, start=1):
        below = y - 44 - 26 * number
        draw_centred(pdf, line, pdf.fonts.text, 14, safe.middle, below, theme.ink, safe.width)
    pdf.canvas.showPage()


def draw_story_page(
    pdf: PdfContext,
    laid: StoryPage,
    picture: Image.Image,
    side: TextSide = "auto",
    facing: Facing | None = None,
) -> StoryPage:
    """One page of the story in its arrangement; returns it as it was composed.

    With the page that it is `facing` it may be half of a two-page spread.
    """
    canvas, theme = pdf.canvas, pdf.theme
    lay_paper(pdf)
    half = facing and composed_opening(Facing(laid, picture, side), facing, pdf.form)
    laid, picture = half or (composed(laid, picture, pdf.form, side), picture)
    area = laid.area
    if laid.kind == "open":
        place_picture(pdf, on_veil(picture, laid, pdf.form, theme.paper), laid.picture)
    elif laid.kind in CARDS:
        place_picture(pdf, picture, laid.picture)
        draw_card(pdf, laid)
    elif laid.kind == "spot":
        path = ornaments.card_path(canvas, laid.picture, laid.page)
        place_picture(pdf, picture, laid.picture, path)
    else:
        edge = "right" if laid.kind == "beside" else "bottom"
        path = ornaments.wavy_path(canvas, pdf.grown(laid.picture), edge, laid.page)
        place_picture(pdf, picture, _swollen(laid.picture, edge), path)
    draw_words(pdf, laid.setting, text_box(area, laid.setting))
    _folio(pdf, laid, area)
    canvas.showPage()
    return laid


def on_veil(picture: Image.Image, laid: StoryPage, form: Format, paper: Srgb) -> Image.Image:
    """The picture of an `open` page, fading to paper where its words stand; as the page is cut."""
    cut = cut_to(without_rim(picture), laid.picture.width / laid.picture.height)
    box = text_box(laid.area, laid.setting)
    low = box.y + box.height / 2 < form.height_pt / 2
    return veiled(cut, form.height_pt, box.top if low else box.y, paper, low=low)


def draw_card(pdf: PdfContext, laid: StoryPage) -> None:
    """A card cut by hand, or a bubble with its tail."""
    canvas = pdf.canvas
    ornaments.fill_with(canvas, pdf.theme.paper)
    if laid.tail is None:
        paths = [ornaments.card_path(canvas, laid.area, laid.page)]
    else:
        root = tail_root(laid.area, laid.tail)
        paths = [
            ornaments.bubble_path(canvas, laid.area),
            ornaments.tail_path(canvas, laid.area, root, laid.tail),
        ]
    for path in paths:
        canvas.drawPath(path, stroke=0, fill=1)


def draw_back_cover(pdf: PdfContext) -> None:
    """Accent ground and the press's mark."""
    page, theme = pdf.page, pdf.theme
    ornaments.fill_with(pdf.canvas, theme.accent)
    ground = pdf.ground
    pdf.canvas.rect(ground.x, ground.y, ground.width, ground.height, stroke=0, fill=1)
    ornaments.paw(pdf.canvas, page.middle, page.height / 2 + 10, 54, 0, theme.paper)
    draw_centred(
        pdf,
        f"Made with {CREATOR}",
        pdf.fonts.italic,
        13,
        page.middle,
        page.height / 2 - 44,
        theme.paper,
        page.width,
    )
    pdf.canvas.showPage()


def _folio(pdf: PdfContext, laid: StoryPage, area: Box) -> None:
    """The page number on its disc."""
    canvas, disc = pdf.canvas, folio_box(laid, area)
    y = disc.y + disc.height / 2
    ornaments.fill_with(canvas, pdf.theme.spark)
    canvas.circle(disc.middle, y, disc.width / 2, stroke=0, fill=1)
    draw_centred(
        pdf,
        str(laid.page),
        pdf.fonts.bold,
        FOLIO_PT,
        disc.middle,
        y - 0.36 * FOLIO_PT,
        pdf.theme.paper,
        disc.width,
    )


def _swollen(box: Box, side: str) -> Box:
    """The box with room behind a wavy side, so that the wave never shows a gap."""
    more = ornaments.EDGE_PT / 2
    if side == "right":
        return Box(box.x, box.y, box.width + more, box.height)
    return Box(box.x, box.y - more, box.width, box.height + more)


def _ribbon(pdf: PdfContext, text: str, room: Box, y: float) -> None:
    """A line in a ribbon with round ends, in the middle of the page and within `room`."""
    face, canvas, x = pdf.fonts.bold, pdf.canvas, pdf.page.middle
    size_pt = 19 * min(1.0, (room.width - 44) / max(face.width(text, 19), 1e-6))
    width = face.width(text, size_pt) + 44
    ornaments.fill_with(canvas, pdf.theme.accent)
    ornaments.stroke_with(canvas, pdf.theme.paper, 3.5)
    canvas.roundRect(x - width / 2, y - 17, width, 34, 17, stroke=1, fill=1)
    draw_centred(pdf, text, face, size_pt, x, y - 6.5, pdf.theme.paper, width)


def draw_medallion(
    pdf: PdfContext, picture: Image.Image, x: float, y: float, radius: float, *, grows: bool = True
) -> None:
    """The picture in a circle with a ring around it."""
    canvas = pdf.canvas
    path = canvas.beginPath()
    path.circle(x, y, radius)
    box = Box(x - radius, y - radius, 2 * radius, 2 * radius)
    place_picture(pdf, picture, box, path, grows=grows)
    ornaments.stroke_with(canvas, pdf.theme.accent, 2)
    canvas.circle(x, y, radius + 6, stroke=1, fill=0)
