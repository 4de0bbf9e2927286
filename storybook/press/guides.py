"""Guides on a proof: where a sheet is cut, how far words may go, where the cover is folded."""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageDraw

from storybook.press.formats import POINTS_PER_INCH, Format
from storybook.press.layout import Box
from storybook.press.printers import Printer
from storybook.press.wrap import Wrap

CUT, SAFE, FOLD = (214, 40, 57), (20, 110, 200), (90, 60, 160)
VEIL = 0.45
"""How much white lies over what is cut off."""


@dataclass(frozen=True, slots=True)
class Guides:
    """Lines over one sheet, in points from its lower left corner."""

    width: float
    height: float
    cut: Box
    safe: tuple[Box, ...]
    folds: tuple[float, ...] = ()
    barcode: Box | None = None


def page_guides(printer: Printer, form: Format, sheet: int, pages: int) -> Guides:
    """Those of a page of the interior, from 1."""
    pt, rule = POINTS_PER_INCH, printer.margins
    bleed = printer.bleed.inches * pt
    right_hand = form.is_right_hand(sheet)
    left = bleed if printer.bleed.at_bind or not right_hand else 0.0
    right = bleed if printer.bleed.at_bind or right_hand else 0.0
    outside = rule.outside_in * pt
    inside = rule.inside_in(max(pages, rule.gutter_in[0][0])) * pt
    cut = Box(left, bleed, form.width_pt, form.height_pt)
    x = cut.x + (inside if right_hand else outside)
    safe = Box(x, cut.y + outside, cut.width - inside - outside, cut.height - 2 * outside)
    return Guides(left + cut.width + right, cut.height + 2 * bleed, cut, (safe,))


def cover_guides(wrap: Wrap) -> Guides:
    """Those of the cover wrap."""
    bleed, safe = wrap.bleed_pt, wrap.safe_pt
    cut = Box(bleed, bleed, wrap.width - 2 * bleed, wrap.height - 2 * bleed)
    inner = tuple(
        Box(part.x + safe, part.y + safe, part.width - 2 * safe, part.height - 2 * safe)
        for part in (wrap.back, wrap.front)
    )
    folds = (wrap.spine.x, wrap.spine.right)
    return Guides(wrap.width, wrap.height, cut, inner, folds, wrap.barcode)


def guided(webp: bytes, guides: Guides) -> bytes:
    """A drawn sheet with its guides; what is cut off lies under a veil."""
    shown = Image.open(BytesIO(webp)).convert("RGB")
    scale = shown.width / guides.width

    def corners(box: Box) -> tuple[int, int, int, int]:
        top = guides.height - box.top
        sides = (box.x, top, box.right, guides.height - box.y)
        return tuple(round(side * scale) for side in sides)

    veil = Image.blend(shown, Image.new("RGB", shown.size, "white"), VEIL)
    veil.paste(shown.crop(corners(guides.cut)), corners(guides.cut)[:2])
    pen = ImageDraw.Draw(veil)
    pen.rectangle(corners(guides.cut), outline=CUT, width=1)
    for box in guides.safe:
        _dashed(pen, corners(box), SAFE)
    for x in guides.folds:
        across = round(x * scale)
        for y in range(0, shown.height, 8):
            pen.line((across, y, across, y + 3), fill=FOLD)
    if guides.barcode:
        box = corners(guides.barcode)
        _dashed(pen, box, FOLD)
        middle = ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)
        pen.text(middle, "barcode", fill=FOLD, anchor="mm")
    file = BytesIO()
    veil.save(file, "WEBP", quality=88, method=2)
    return file.getvalue()


def _dashed(pen: ImageDraw.ImageDraw, box: Sequence[int], colour: tuple[int, int, int]) -> None:
    left, upper, right, lower = box
    for x in range(left, right, 10):
        for y in (upper, lower):
            pen.line((x, y, min(x + 5, right), y), fill=colour)
    for y in range(upper, lower, 10):
        for x in (left, right):
            pen.line((x, y, x, min(y + 5, lower)), fill=colour)
