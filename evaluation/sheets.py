"""Contact sheets with a few words under each picture, small enough to keep beside the report."""

import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from storybook.config import shipped
from storybook.files import write_whole

SHEET_BYTES = 400_000
LETTERS = ("fonts", "Andika-Regular.ttf")
LETTER_PX = 9
LINE_PX = 11
GAP_PX = 3


def contact_sheet(
    rows: Sequence[Sequence[np.ndarray]], words: Sequence[Sequence[str]], side_px: int
) -> Image.Image:
    """Rows of pictures, uint8 [h, w, 3], each `side_px` wide, with its words under it.

    `words` has as many rows and columns as `rows`; a row whose words are all empty has no lines.
    """
    font = ImageFont.truetype(shipped("assets", *LETTERS), LETTER_PX)
    broken = [[_broken(text, font, side_px) for text in row] for row in words]
    heights = [side_px + GAP_PX + LINE_PX * max(map(len, row)) for row in broken]
    columns = max(map(len, rows))
    page = Image.new("RGB", (columns * (side_px + GAP_PX), sum(heights)), "white")
    pen = ImageDraw.Draw(page)
    top = 0
    for pictures, texts, height in zip(rows, broken, heights, strict=True):
        for column, (pixels, lines) in enumerate(zip(pictures, texts, strict=True)):
            left = column * (side_px + GAP_PX)
            image = Image.fromarray(pixels).resize((side_px, side_px), Image.Resampling.LANCZOS)
            page.paste(image, (left, top))
            for number, line in enumerate(lines):
                place = (left, top + side_px + number * LINE_PX)
                pen.text(place, line, fill="black", font=font)
        top += height
    return page


def save_small(page: Image.Image, path: Path) -> None:
    """Save a sheet as a PNG with as many colours as let it stay small."""
    for colours in (256, 128, 64, 32):
        file = io.BytesIO()
        page.quantize(colours, dither=Image.Dither.NONE).save(file, "PNG", optimize=True)
        if file.tell() <= SHEET_BYTES:
            break
    write_whole(path, file.getvalue())


def _broken(text: str, font: ImageFont.FreeTypeFont, width_px: int) -> list[str]:
    """A text in lines that are no wider than the picture, if its words allow."""
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and font.getlength(longer) <= width_px:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines
