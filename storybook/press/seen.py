"""What is in a PDF, read from its bytes and not from what was meant: its pages, fonts and inks."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import TYPE_CHECKING

from storybook.press.formats import POINTS_PER_INCH
from storybook.press.inks import most_ink
from storybook.press.preflight import is_embedded

if TYPE_CHECKING:  # few commands look into a PDF
    from pikepdf import Object, Page, Pdf

NEAR_PT = 0.6
COLOURS = {"rg": "rgb", "RG": "rgb", "k": "cmyk", "K": "cmyk", "g": "grey", "G": "grey"}
SPACES = {"/DeviceRGB": "rgb", "/DeviceCMYK": "cmyk", "/DeviceGray": "grey"}
Area = tuple[float, float, float, float]
"""Left, lower, right, upper."""


@dataclass(slots=True)
class SheetSeen:
    """A page of a PDF, its measures in points."""

    media: Area
    trim: Area
    bleed: Area
    colours: set[str] = field(default_factory=set)
    pictures: list[tuple[float, str, float]] = field(default_factory=list)
    """Of each: pixels an inch as printed, its colours, and the most ink of a pixel (0 in RGB)."""
    loose_fonts: list[str] = field(default_factory=list)
    """Fonts that are not embedded."""
    short: bool = False
    """Whether something ends at the edge of the page that should go on into the bleed."""
    blank: bool = True
    annotations: int = 0
    transparent: bool = False


@dataclass(slots=True)
class FileSeen:
    """A PDF."""

    sheets: list[SheetSeen]
    version: str
    flavour: str
    """Of PDF/X, as the file says it; empty if it says nothing."""
    profile: bool
    """Whether a colour profile of its output is embedded."""
    bookmarks: bool
    told: tuple[str, ...]
    """The keys of its metadata."""
    mb: float


def see(pdf: bytes) -> FileSeen:
    """Read a whole PDF."""
    import pikepdf

    with pikepdf.open(BytesIO(pdf)) as opened:
        return FileSeen(
            sheets=[_sheet(page) for page in opened.pages],
            version=opened.pdf_version,
            flavour=_flavour(opened),
            profile=_has_profile(opened),
            bookmarks="/Outlines" in opened.Root,
            told=tuple(str(key) for key in opened.docinfo),
            mb=len(pdf) / 1e6,
        )


def _sheet(page: "Page") -> SheetSeen:
    media = _area(page.mediabox)
    seen = SheetSeen(media, _area(page.trimbox), _area(page.bleedbox))
    seen.annotations = len(page.get("/Annots", []))
    resources = page.obj.get("/Resources", {})
    seen.loose_fonts = [
        str(font.get("/BaseFont", "?"))
        for font in resources.get("/Font", {}).values()
        if not is_embedded(font)
    ]
    graphics_states = resources.get("/ExtGState", {}).values()
    seen.transparent = any(
        float(state.get(key, 1)) < 1 for state in graphics_states for key in ("/ca", "/CA")
    )
    for kind, what, area in _painted(page, seen):
        seen.blank = False
        if kind == "picture":
            picture, matrix = what
            if "/SMask" in picture:
                seen.transparent = True
            seen.pictures.append(_picture(picture, matrix))
        if area is not None:
            seen.short |= _is_short(area, seen)
    return seen


def _painted(page: "Page", seen: SheetSeen) -> Iterator[tuple[str, object, Area | None]]:
    """Everything that is painted, with the area of boxes and pictures; colours are noted."""
    import pikepdf

    pictures = page.obj.get("/Resources", {}).get("/XObject", {})
    matrix, kept, box = pikepdf.Matrix(), [], None
    for operands, operator in pikepdf.parse_content_stream(page):
        name = str(operator)
        if name in COLOURS:
            seen.colours.add(COLOURS[name])
        elif name == "q":
            kept.append(matrix)
        elif name == "Q":
            matrix = kept.pop()
        elif name == "cm":
            matrix = pikepdf.Matrix(*map(float, operands)) @ matrix
        elif name == "re":
            box = tuple(map(float, operands))
        elif name in ("f", "f*", "B", "S", "s", "b"):
            yield "shape", None, box and _placed(box, matrix)
            box = None
        elif name in ("Tj", "TJ"):
            yield "text", None, None
        elif name == "Do":
            what = pictures[operands[0]]
            if what.get("/Subtype") == "/Image":
                yield "picture", (what, matrix), _placed((0, 0, 1, 1), matrix)
            else:
                yield "form", None, None
        elif name in ("n", "m"):
            box = None


def _picture(picture: "Object", matrix: object) -> tuple[float, str, float]:
    import pikepdf

    inches = math.hypot(matrix.a, matrix.b) / POINTS_PER_INCH
    space = SPACES.get(str(picture.get("/ColorSpace")), "other")
    ink = most_ink(pikepdf.PdfImage(picture).as_pil_image()) if space == "cmyk" else 0.0
    return int(picture["/Width"]) / inches, space, ink


def _placed(box: Area, matrix: object) -> Area | None:
    """A box (x, y, width, height) as it lies on the page; None for one that is turned."""
    if abs(matrix.b) > 1e-6 or abs(matrix.c) > 1e-6:
        return None
    x, y, wide, high = box
    xs = sorted(matrix.a * each + matrix.e for each in (x, x + wide))
    ys = sorted(matrix.d * each + matrix.f for each in (y, y + high))
    return (xs[0], ys[0], xs[1], ys[1])


def _is_short(area: Area, seen: SheetSeen) -> bool:
    """Whether an area reaches an edge of the cut page and not that of its bleed."""
    trim, bleed = seen.trim, seen.bleed
    at_least = (
        area[0] <= trim[0] + NEAR_PT < area[2],
        area[1] <= trim[1] + NEAR_PT < area[3],
        area[2] >= trim[2] - NEAR_PT > area[0],
        area[3] >= trim[3] - NEAR_PT > area[1],
    )
    reaches = (
        area[0] <= bleed[0] + NEAR_PT,
        area[1] <= bleed[1] + NEAR_PT,
        area[2] >= bleed[2] - NEAR_PT,
        area[3] >= bleed[3] - NEAR_PT,
    )
    return any(should and not does for should, does in zip(at_least, reaches, strict=True))


def _area(box: object) -> Area:
    return tuple(float(each) for each in box)


def _flavour(pdf: "Pdf") -> str:
    conformance = pdf.docinfo.get("/GTS_PDFXConformance") or pdf.docinfo.get("/GTS_PDFXVersion")
    if conformance:
        return str(conformance)
    with pdf.open_metadata() as metadata:
        return str(metadata.get("pdfxid:GTS_PDFXVersion", ""))


def _has_profile(pdf: "Pdf") -> bool:
    return any("/DestOutputProfile" in intent for intent in pdf.Root.get("/OutputIntents", []))
