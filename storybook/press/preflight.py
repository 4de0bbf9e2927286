"""Preflight: what a printer would send back, found before the book leaves the house."""

import math
from collections.abc import Iterator
from io import BytesIO
from typing import TYPE_CHECKING

from storybook.press.formats import POINTS_PER_INCH, Format

if TYPE_CHECKING:  # every command imports this module, and few look into a PDF
    import pikepdf

LEAST_PPI = 100
"""Below this a printed picture is visibly coarse; printers ask for 300."""

FONT_FILES = ("/FontFile", "/FontFile2", "/FontFile3")


def preflight(pdf: bytes, form: Format, *, least_ppi: float = LEAST_PPI) -> tuple[str, ...]:
    """The faults of a bound book, one line each; none means that it can be sent.

    Looked at: each font embedded, each page of the format's size, pictures of at least `least_ppi`
    when the book's largest picture is printed over the page, title, author, subject and language.
    """
    import pikepdf

    faults = []
    with pikepdf.open(BytesIO(pdf)) as opened:
        for number, page in enumerate(opened.pages, start=1):
            faults += [f"sheet {number}: {fault}" for fault in _page_faults(page, form, least_ppi)]
        faults += [
            f"the metadata has no {key[1:]}"
            for key in ("/Title", "/Author", "/Subject")
            if not str(opened.docinfo.get(key, ""))
        ]
        if not str(opened.Root.get("/Lang", "")):
            faults.append("the document names no language")
    return tuple(faults)


def _page_faults(page: "pikepdf.Page", form: Format, least_ppi: float) -> Iterator[str]:
    left, low, right, high = map(float, page.mediabox)
    width, height = right - left, high - low
    if abs(width - form.width_pt) > 0.1 or abs(height - form.height_pt) > 0.1:
        yield f"is {width:.0f} x {height:.0f} pt, not {form.width_pt:.0f} x {form.height_pt:.0f}"
    for font in dict(page.resources.get("/Font", {})).values():
        if not is_embedded(font):
            yield f"the font {font.get('/BaseFont', '?')} is not embedded"
    pictures = page.resources.get("/XObject", {})
    for name, width_pt in _placed(page):
        picture = pictures[name]
        if picture.get("/Subtype") != "/Image":
            continue
        ppi = float(picture["/Width"]) / (width_pt / POINTS_PER_INCH)
        if ppi < least_ppi:
            yield f"a picture is printed at {ppi:.0f} ppi, less than {least_ppi:.0f}"


def _placed(page: "pikepdf.Page") -> Iterator[tuple[str, float]]:
    """Each object placed on the page itself, and the width in points that a unit of it gets."""
    import pikepdf

    matrix, kept = pikepdf.Matrix(), []
    for operands, operator in pikepdf.parse_content_stream(page, "q Q cm Do"):
        match str(operator):
            case "q":
                kept.append(matrix)
            case "Q":
                matrix = kept.pop()
            case "cm":
                matrix = pikepdf.Matrix(*map(float, operands)) @ matrix
            case "Do":
                yield str(operands[0]), math.hypot(matrix.a, matrix.b)


def is_embedded(font: "pikepdf.Object") -> bool:
    """Whether a PDF's font is in the file."""
    if font.get("/Subtype") == "/Type3":
        return True
    inner = font["/DescendantFonts"][0] if "/DescendantFonts" in font else font
    descriptor = inner.get("/FontDescriptor")
    return descriptor is not None and any(key in descriptor for key in FONT_FILES)
