"""Preflight: what a printer would send back, found before the book leaves the house."""

import math
from collections.abc import Iterator
from io import BytesIO
from typing import TYPE_CHECKING

from storybook.press.formats import POINTS_PER_INCH, Format

if TYPE_CHECKING:  # every command imports this module, and few look into a PDF
    from pypdf import PageObject
    from pypdf.generic import DictionaryObject

LEAST_PPI = 100
"""Below this a printed picture is visibly coarse; printers ask for 300."""

FONT_FILES = ("/FontFile", "/FontFile2", "/FontFile3")


def preflight(pdf: bytes, form: Format, *, least_ppi: float = LEAST_PPI) -> tuple[str, ...]:
    """The faults of a bound book, one line each; none means that it can be sent.

    Looked at: each font embedded, each page of the format's size, pictures of at least `least_ppi`
    when the book's largest picture is printed over the page, title, author, subject and language.
    """
    from pypdf import PdfReader

    reader = PdfReader(BytesIO(pdf))
    faults = []
    for number, page in enumerate(reader.pages, start=1):
        faults += [f"sheet {number}: {fault}" for fault in _page_faults(page, form, least_ppi)]
    metadata = reader.metadata or {}
    faults += [
        f"the metadata has no {key[1:]}"
        for key in ("/Title", "/Author", "/Subject")
        if not metadata.get(key)
    ]
    if not reader.root_object.get("/Lang"):
        faults.append("the document names no language")
    return tuple(faults)


def _page_faults(page: "PageObject", form: Format, least_ppi: float) -> Iterator[str]:
    from pypdf.generic import DictionaryObject

    width, height = float(page.mediabox.width), float(page.mediabox.height)
    if abs(width - form.width_pt) > 0.1 or abs(height - form.height_pt) > 0.1:
        yield f"is {width:.0f} x {height:.0f} pt, not {form.width_pt:.0f} x {form.height_pt:.0f}"
    resources = page["/Resources"].get_object()
    fonts = resources.get("/Font", DictionaryObject()).get_object()
    for font in fonts.values():
        if not _is_embedded(font.get_object()):
            yield f"the font {font.get_object().get('/BaseFont', '?')} is not embedded"
    pictures = resources.get("/XObject", DictionaryObject()).get_object()
    for name, matrix in _placed(page):
        picture = pictures[name].get_object()
        if picture.get("/Subtype") != "/Image":
            continue
        ppi = float(picture["/Width"]) / (matrix / POINTS_PER_INCH)
        if ppi < least_ppi:
            yield f"a picture is printed at {ppi:.0f} ppi, less than {least_ppi:.0f}"


def _placed(page: "PageObject") -> Iterator[tuple[str, float]]:
    """Each object placed on the page itself, and the width in points that a unit of it gets."""
    from pypdf import Transformation
    from pypdf.generic import ContentStream

    matrix, kept = Transformation(), []
    for operands, operator in ContentStream(page.get_contents(), page.pdf).operations:
        if operator == b"q":
            kept.append(matrix)
        elif operator == b"Q":
            matrix = kept.pop()
        elif operator == b"cm":
            matrix = Transformation(tuple(map(float, operands))).transform(matrix)
        elif operator == b"Do":
            yield operands[0], math.hypot(*matrix.ctm[:2])


def _is_embedded(font: "DictionaryObject") -> bool:
    if font.get("/Subtype") == "/Type3":
        return True
    inner = font["/DescendantFonts"][0].get_object() if "/DescendantFonts" in font else font
    descriptor = inner.get("/FontDescriptor")
    return descriptor is not None and any(key in descriptor.get_object() for key in FONT_FILES)
