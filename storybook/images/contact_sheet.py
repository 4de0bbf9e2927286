"""A contact sheet: pictures side by side with a line under each, to look at and to choose from."""

import math
from collections.abc import Sequence

from PIL import Image, ImageDraw, ImageFont

from storybook.config import shipped

SMALLEST_PX, LARGEST_PX, ROW_PX = 224, 384, 3072
"""A picture is shown at least and at most so wide; a row of many is no wider than the third."""
MARGIN_PX, LINE_PX, FONT_PX = 8, 22, 15


def contact_sheet(pictures: Sequence[tuple[str, Image.Image]], title: str = "") -> Image.Image:
    """Pictures [(words, picture), ...] in rows, the words under each, the title above all.

    There are as many columns as rows, or one more. Words that are too long for their place end in
    `…`. Raises ValueError without a picture.
    """
    if not pictures:
        raise ValueError("a contact sheet shows at least one picture")
    columns = math.ceil(math.sqrt(len(pictures)))
    rows = math.ceil(len(pictures) / columns)
    widest = max(picture.width for _, picture in pictures)
    cell = min(max(widest, SMALLEST_PX), LARGEST_PX, ROW_PX // columns)
    shown = [(words, _fitted_into(cell, picture)) for words, picture in pictures]
    height = max(picture.height for _, picture in shown)
    top = LINE_PX + MARGIN_PX if title else MARGIN_PX
    step_x, step_y = cell + MARGIN_PX, height + LINE_PX + MARGIN_PX
    sheet = Image.new("RGB", (columns * step_x + MARGIN_PX, rows * step_y + top), "white")
    pen = ImageDraw.Draw(sheet)
    font = ImageFont.truetype(shipped("assets", "fonts", "Andika-Regular.ttf"), FONT_PX)
    heading = shortened(title, font, sheet.width - 2 * MARGIN_PX)
    pen.text((MARGIN_PX, MARGIN_PX // 2), heading, fill="black", font=font)
    for number, (words, picture) in enumerate(shown):
        left, above = MARGIN_PX + number % columns * step_x, top + number // columns * step_y
        sheet.paste(picture, (left, above))
        pen.text((left, above + height + 2), shortened(words, font, cell), fill="black", font=font)
    return sheet


def shortened(words: str, font: ImageFont.FreeTypeFont, most_px: float) -> str:
    """`words` as far as they fit into `most_px`, with `…` in place of the rest."""
    if font.getlength(words) <= most_px:
        return words
    low, high = 0, len(words)
    while low < high:  # the longest beginning that fits: lengths grow with every letter
        middle = (low + high + 1) // 2
        if font.getlength(words[:middle].rstrip() + "…") <= most_px:
            low = middle
        else:
            high = middle - 1
    return words[:low].rstrip() + "…"


def _fitted_into(cell_px: int, picture: Image.Image) -> Image.Image:
    height = max(1, round(picture.height * cell_px / picture.width))
    return picture.convert("RGB").resize((cell_px, height), Image.Resampling.LANCZOS)
