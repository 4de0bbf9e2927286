"""Sheets that are no pages of the book: of any size, with its fonts, colours and pictures."""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

from PIL import Image
from reportlab import rl_config
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas
from reportlab.pdfgen.pathobject import PDFPathObject

from storybook.errors import ConfigError, nearest
from storybook.press import lettering, ornaments
from storybook.press.bidi import visual
from storybook.press.colour import Srgb, Theme
from storybook.press.fonts import FontFace, Fonts
from storybook.press.layout import Box
from storybook.press.lettering import draw_halo, draw_lettering
from storybook.press.pdf_context import JpegImage
from storybook.press.picture import cut_to, jpeg
from storybook.press.title import set_title
from storybook.press.typeset import Setting, largest, set_text

MM = 72 / 25.4
PAPERS = {
    "a6": (105 * MM, 148 * MM),
    "a5": (148 * MM, 210 * MM),
    "a4": (210 * MM, 297 * MM),
    "a3": (297 * MM, 420 * MM),
    "a2": (420 * MM, 594 * MM),
    "letter": (612.0, 792.0),
    "tabloid": (792.0, 1224.0),
}
"""Width and height in points, upright."""
MAX_PPI, QUALITY = 300, 92
EDGE = 0.03
"""So much of each side of a picture is its edge."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What a keepsake is made of: a book's printed words, its look, and its pictures, RGB."""

    title: str
    starring: str
    language: str
    fonts: Fonts
    theme: Theme
    pictures: Sequence[Image.Image]
    """The cover's first."""
    texts: Sequence[str]
    """Of the story pages: one less than pictures."""


@dataclass(frozen=True, slots=True)
class Sheets:
    """A PDF in the making. Its sheets have one size."""

    canvas: Canvas
    book: Kept
    width_pt: float
    height_pt: float

    @property
    def page(self) -> Box:
        return Box(0, 0, self.width_pt, self.height_pt)

    @property
    def middle(self) -> float:
        return self.width_pt / 2


def paper_of(name: str) -> tuple[float, float]:
    """Width and height of a paper in points, upright; raises ConfigError listing the known ones."""
    if name not in PAPERS:
        raise ConfigError(f"There is no paper {name!r}. {nearest(name, PAPERS)}")
    return PAPERS[name]


def open_sheets(file: BytesIO, book: Kept, size: tuple[float, float], subject: str) -> Sheets:
    """An empty PDF in the book's language; equal drawings give equal bytes."""
    rl_config.useA85 = 0
    canvas = Canvas(
        file,
        pagesize=size,
        invariant=True,
        pageCompression=1,
        initialFontName=book.fonts.text.name,
        lang=book.language,
    )
    canvas.setTitle(f"{book.title}: {subject}")
    canvas.setAuthor("Made with Storybook")
    canvas.setSubject(subject)
    canvas.setCreator("Storybook")
    return Sheets(canvas, book, *size)


def fill(sheets: Sheets, box: Box, colour: Srgb) -> None:
    ornaments.fill_with(sheets.canvas, colour)
    sheets.canvas.rect(box.x, box.y, box.width, box.height, stroke=0, fill=1)


def put(sheets: Sheets, picture: Image.Image, box: Box, clip: PDFPathObject | None = None) -> None:
    """A picture, cut to the shape of its box, inside `clip` if there is one."""
    cut = cut_to(picture, box.width / box.height)
    data = jpeg(cut, box.width, max_ppi=MAX_PPI, quality=QUALITY)
    _place(sheets, JpegImage(data), box, clip)


def put_exactly(sheets: Sheets, picture: Image.Image, box: Box) -> None:
    """A picture of mode L pixel by pixel: what is black and white stays so."""
    _place(sheets, ImageReader(picture), box, None)


def round_path(sheets: Sheets, box: Box, radius_pt: float) -> PDFPathObject:
    """A box with round corners; with half its width a circle."""
    path = sheets.canvas.beginPath()
    path.roundRect(box.x, box.y, box.width, box.height, radius_pt)
    return path


def inner(picture: Image.Image) -> Image.Image:
    """A picture without its edge, where paint ends and paper begins."""
    x, y = (round(EDGE * side) for side in picture.size)
    return picture.crop((x, y, picture.width - x, picture.height - y))


def close_up(picture: Image.Image, share: float = 0.76) -> Image.Image:
    """The square part of a picture, `share` of its shorter side wide, that shows most."""
    side = share * min(picture.size)
    return cut_to(cut_to(picture, side / picture.height), 1.0)


def line(
    sheets: Sheets,
    text: str,
    face: FontFace,
    size_pt: float,
    x: float,
    y: float,
    colour: Srgb,
    width_pt: float,
) -> None:
    """One line centred on `x`, made smaller if it is wider than `width_pt`."""
    ornaments.fill_with(sheets.canvas, colour)
    lettering.draw_centred(sheets.canvas, text, face, size_pt, (x, y), width_pt)


def title_setting(book: Kept, width_pt: float, height_pt: float, most_pt: float) -> Setting:
    """The title as large as it fits; `set_title` is for pages, so larger sheets scale it."""
    scale = max(1.0, most_pt / 60)
    setting = set_title(
        book.title, book.fonts.for_title(book.title), width_pt / scale, height_pt / scale, 60
    )
    if scale == 1.0:
        return setting
    lines = tuple(
        type(each)(each.text, each.width_pt * scale, each.drop_pt * scale) for each in setting.lines
    )
    return Setting(
        lines, setting.size_pt * scale, setting.width_pt * scale, setting.height_pt * scale
    )


def put_title(
    sheets: Sheets, setting: Setting, x: float, top: float, fill_colour: Srgb, *rims: Srgb
) -> None:
    """A set title centred on `x` with its capitals touching `top`, and rims around its letters."""
    face, size = sheets.book.fonts.for_title(sheets.book.title), setting.size_pt
    for number, colour in enumerate(rims):
        for each in setting.lines:
            rim = size * (0.07 + 0.06 * (len(rims) - 1 - number))
            left, y = x - each.width_pt / 2, top - each.drop_pt
            draw_halo(sheets.canvas, each.text, face, size, left, y, colour, rim)
    for each in setting.lines:
        left, y = x - each.width_pt / 2, top - each.drop_pt
        draw_lettering(sheets.canvas, each.text, face, size, left, y, fill_colour)


def put_text(
    sheets: Sheets,
    text: str,
    box: Box,
    sizes_pt: Sequence[float],
    *,
    colour: Srgb | None = None,
    centred: bool = True,
) -> None:
    """A text from the top of its box in the largest of these sizes that fits; cut off if none."""
    face = sheets.book.fonts.text

    def at(size_pt: float) -> Setting | None:
        return set_text(text, face, size_pt, box.width, measure_em=40, breaking=True)

    setting = largest(sizes_pt, at, box.height) or at(sizes_pt[-1])
    ornaments.fill_with(sheets.canvas, colour or sheets.book.theme.ink)
    sheets.canvas.setFont(face.name, setting.size_pt)
    for each in setting.lines:
        if each.drop_pt <= box.height:
            x = box.middle - each.width_pt / 2 if centred else box.x
            sheets.canvas.drawString(x, box.top - each.drop_pt, visual(each.text))


def _place(sheets: Sheets, image: ImageReader, box: Box, clip: PDFPathObject | None) -> None:
    canvas = sheets.canvas
    canvas.saveState()
    if clip is not None:
        canvas.clipPath(clip, stroke=0, fill=0)
    canvas.drawImage(image, box.x, box.y, box.width, box.height)
    canvas.restoreState()
