"""A PDF being drawn: its canvas and what is drawn on it, each kind of thing by one function."""

from dataclasses import dataclass, field, replace
from io import BytesIO

from PIL import Image
from reportlab import rl_config
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas
from reportlab.pdfgen.textobject import PDFTextObject

from storybook.config import BindSettings
from storybook.press import lettering, ornaments
from storybook.press.bidi import is_leftwards_text, visual
from storybook.press.bleed import Edges, extended
from storybook.press.colour import Srgb, Theme
from storybook.press.faces import face_boxes, faces_in
from storybook.press.fonts import FontFace, Fonts
from storybook.press.formats import POINTS_PER_INCH, Format
from storybook.press.inks import Inks
from storybook.press.layout import Box
from storybook.press.lettering import draw_lettering
from storybook.press.picture import cut_box, jpeg, without_rim
from storybook.press.typeset import Setting, TypesetLine

CREATOR = "Storybook"


@dataclass(frozen=True, slots=True)
class Drawn:
    """A text or a picture on a sheet, from its lower left corner where the sheet is cut."""

    sheet: int
    kind: str
    """`text`, `picture`, or `face`: a part of a picture where a face was found."""
    box: Box
    size_pt: float = 0.0
    """Of a text."""
    ppi: float = 0.0
    """Of a picture, as it was given."""


@dataclass(frozen=True, slots=True)
class PdfContext:
    """What every page is made with. `on` opens a sheet."""

    canvas: Canvas
    form: Format
    fonts: Fonts
    theme: Theme
    options: BindSettings
    bleed_pt: float = 0.0
    bleed_at_bind: bool = False
    least_ppi: int = 0
    """Pictures that are coarser are made as fine, by interpolation."""
    fineness: float = 1.0
    """How many times finer pictures are kept than those that are drawn here, as in a draft."""
    finds_faces: bool = False
    """Whether faces are looked for on what is placed, for the ledger."""
    sheet: int = 1
    ledger: list[Drawn] = field(default_factory=list)
    """All that was set, in its order: what a report goes by."""

    @property
    def page(self) -> Box:
        """The page as it is cut."""
        return Box(0, 0, self.form.width_pt, self.form.height_pt)

    @property
    def bleed(self) -> Edges:
        """How far pictures go beyond the page."""
        wide = self.bleed_pt
        at_left = wide if self.bleed_at_bind or not self.form.is_right_hand(self.sheet) else 0.0
        at_right = wide if self.bleed_at_bind or self.form.is_right_hand(self.sheet) else 0.0
        return Edges(at_left, wide, at_right, wide)

    @property
    def ground(self) -> Box:
        """The page with its bleed."""
        return self.grown(self.page)

    def grown(self, box: Box) -> Box:
        """A box with the bleed at those edges of the page that it touches."""
        page, bleed = self.page, self.bleed
        left = bleed.left if box.x <= 0 else 0.0
        bottom = bleed.bottom if box.y <= 0 else 0.0
        right = bleed.right if box.right >= page.width - 1e-6 else 0.0
        top = bleed.top if box.top >= page.height - 1e-6 else 0.0
        return Box(
            box.x - left, box.y - bottom, box.width + left + right, box.height + bottom + top
        )

    def on(self, sheet: int) -> "PdfContext":
        """The PDF with a new sheet on it, of the size and with the boxes that it has."""
        pdf = replace(self, sheet=sheet)
        page, bleed, canvas = pdf.page, pdf.bleed, pdf.canvas
        ground = pdf.ground
        canvas.setPageSize((ground.width, ground.height))
        if pdf.bleed_pt:
            cut = (bleed.left, bleed.bottom, bleed.left + page.width, bleed.bottom + page.height)
            canvas.setTrimBox(cut)
            canvas.setBleedBox((0, 0, ground.width, ground.height))
            canvas.translate(bleed.left, bleed.bottom)
        return pdf


class InkedCanvas(Canvas):
    """A canvas whose colours come in the inks of a press, if it has some."""

    inks: Inks | None = None

    def setFillColorRGB(self, r: float, g: float, b: float, alpha: float | None = None) -> None:  # noqa: N802
        if self.inks is None:
            super().setFillColorRGB(r, g, b, alpha)
        else:
            self.setFillColorCMYK(*self.inks.of(Srgb(r, g, b)))

    def setStrokeColorRGB(self, r: float, g: float, b: float, alpha: float | None = None) -> None:  # noqa: N802
        if self.inks is None:
            super().setStrokeColorRGB(r, g, b, alpha)
        else:
            self.setStrokeColorCMYK(*self.inks.of(Srgb(r, g, b)))


def new_canvas(
    file: BytesIO,
    form: Format,
    fonts: Fonts,
    *,
    title: str,
    subject: str,
    language: str,
    inks: Inks | None = None,
) -> InkedCanvas:
    """An empty document with its metadata; no font but ours is ever named in it."""
    # Base 85 would make pictures a quarter larger and takes a second for each in pure Python.
    rl_config.useA85 = 0
    canvas = InkedCanvas(
        file,
        pagesize=(form.width_pt, form.height_pt),
        invariant=True,
        pageCompression=1,
        initialFontName=fonts.text.name,
        lang=language,
    )
    canvas.inks = inks
    canvas.setTitle(title)
    canvas.setAuthor(f"Made with {CREATOR}")
    canvas.setSubject(subject)
    canvas.setCreator(CREATOR)
    return canvas


def place_picture(
    pdf: PdfContext, picture: Image.Image, box: Box, clip: object = None, *, grows: bool = True
) -> None:
    """The part of a picture that suits its box, inside `clip` if there is one.

    One that touches an edge of the page `grows` out to the bleed.
    """
    outer = pdf.grown(box) if grows else box
    if outer != box:
        picture = without_rim(picture)
    cut = cut_box(picture, box.width / box.height)
    px_per_pt = (cut[2] - cut[0]) / box.width
    pads = (
        (box.x - outer.x) * px_per_pt,
        (outer.top - box.top) * px_per_pt,
        (outer.right - box.right) * px_per_pt,
        (box.y - outer.y) * px_per_pt,
    )
    whole = extended(picture, cut, pads)
    pdf.ledger.append(
        Drawn(pdf.sheet, "picture", box, ppi=px_per_pt * pdf.fineness * POINTS_PER_INCH)
    )
    if pdf.finds_faces and grows:
        note_faces(pdf, picture, cut, box)
    place_sheet(pdf, whole, outer, clip)


def note_faces(
    pdf: PdfContext, picture: Image.Image, cut: tuple[int, int, int, int], box: Box
) -> None:
    """Keep in the ledger where the faces of a picture lie, whose part `cut` fills a box."""
    wide, high = picture.size
    across, down = box.width / (cut[2] - cut[0]), box.height / (cut[3] - cut[1])
    for left, upper, right, lower in face_boxes(faces_in(picture)):
        x, top = box.x + (left * wide - cut[0]) * across, box.top - (upper * high - cut[1]) * down
        width, height = (right - left) * wide * across, (lower - upper) * high * down
        pdf.ledger.append(Drawn(pdf.sheet, "face", Box(x, top - height, width, height)))


class JpegImage(ImageReader):
    """A JPEG for the canvas, which knows it by its bytes.

    reportlab knows a picture by its pixels, and keeps those of every picture until the file is
    saved: 12 MB for each page.
    """

    _dataA = None  # noqa: N815

    def __init__(self, data: bytes) -> None:
        super().__init__(BytesIO(data))
        self._jpeg = data

    def getRGBData(self) -> bytes:  # noqa: N802
        return self._jpeg


def place_sheet(pdf: PdfContext, picture: Image.Image, box: Box, clip: object = None) -> None:
    """A whole picture over its box, as a JPEG of sensible size."""
    options, canvas = pdf.options, pdf.canvas
    data = jpeg(
        picture,
        box.width,
        max_ppi=options.max_ppi,
        quality=options.jpeg_quality,
        least_ppi=pdf.least_ppi,
        inks=getattr(canvas, "inks", None),
    )
    canvas.saveState()
    if clip is not None:
        canvas.clipPath(clip, stroke=0, fill=0)
    canvas.drawImage(JpegImage(data), box.x, box.y, box.width, box.height)
    canvas.restoreState()


def lay_paper(pdf: PdfContext) -> None:
    """The page's ground."""
    ground = pdf.ground
    ornaments.fill_with(pdf.canvas, pdf.theme.paper)
    pdf.canvas.rect(ground.x, ground.y, ground.width, ground.height, stroke=0, fill=1)


def draw_title(
    pdf: PdfContext, setting: Setting, face: FontFace, x: float, top: float, colour: Srgb
) -> None:
    """A set title, each line centred on `x`, the first capitals touching `top`."""
    note_text(
        pdf,
        Box(x - setting.width_pt / 2, top - setting.height_pt, setting.width_pt, setting.height_pt),
        setting.size_pt,
    )
    for line in setting.lines:
        draw_lettering(
            pdf.canvas,
            line.text,
            face,
            setting.size_pt,
            x - line.width_pt / 2,
            top - line.drop_pt,
            colour,
        )


def draw_centred(
    pdf: PdfContext,
    text: str,
    face: FontFace,
    size_pt: float,
    x: float,
    y: float,
    colour: Srgb,
    width_pt: float,
) -> None:
    """One line centred on `x`, made smaller if it is wider than `width_pt`."""
    ornaments.fill_with(pdf.canvas, colour)
    size_pt = lettering.draw_centred(pdf.canvas, text, face, size_pt, (x, y), width_pt)
    wide = face.width(text, size_pt)
    note_text(pdf, Box(x - wide / 2, y - 0.25 * size_pt, wide, size_pt), size_pt)


def draw_left(
    pdf: PdfContext, setting: Setting, face: FontFace, x: float, top: float, colour: Srgb
) -> None:
    """A setting, its left edge at `x`, the first capitals touching `top`; flush right where it is
    read from right to left.
    """
    note_text(
        pdf, Box(x, top - setting.height_pt, setting.width_pt, setting.height_pt), setting.size_pt
    )
    ornaments.fill_with(pdf.canvas, colour)
    pdf.canvas.setFont(face.name, setting.size_pt)
    for line in setting.lines:
        begin = x + line_start(setting, line)
        pdf.canvas.drawString(begin, top - line.drop_pt, visual(line.text))


def fill_text(pdf: PdfContext, written: PDFTextObject, colour: Srgb) -> None:
    """Go on with a text in a colour, in the inks of the canvas if it has some."""
    inks = getattr(pdf.canvas, "inks", None)
    if inks is None:
        written.setFillColorRGB(colour.red, colour.green, colour.blue)
    else:
        written.setFillColorCMYK(*inks.of(colour))


def line_start(setting: Setting, line: TypesetLine) -> float:
    """How far from its setting's left edge a line begins."""
    if is_leftwards_text(line.text):
        return setting.width_pt - line.width_pt
    return line.indent_pt


def note_text(pdf: PdfContext, box: Box, size_pt: float) -> None:
    """Keep in the ledger that a text stands in its box."""
    pdf.ledger.append(Drawn(pdf.sheet, "text", box, size_pt=size_pt))
