"""A PDF's tags: what a screen reader hears of it, in which order, and what each picture shows.

Pages are drawn without a thought of that; afterwards each text and picture is marked by where it
stands, and all else (grounds, ornaments, page numbers) as an artifact. ISO 32000-1, 14.8.

PDF/UA is not claimed in the file: whether a picture's words suit it is for a person to say.
Tests look for what it demands of structure; veraPDF, in a slow one, at all that a machine can look
at.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from io import BytesIO
from typing import TYPE_CHECKING, Literal

from storybook.press.srgb import say_srgb

if TYPE_CHECKING:
    import pikepdf

Sort = Literal["cover", "blank", "title", "story", "end", "hero", "back"]
LARGEST: dict[Sort, str] = {"cover": "H1", "end": "H2", "hero": "H2"}
"""What the largest text of a sheet is; all other text is a paragraph."""
FOLIO_PT = 11
"""No text of a story is so small, but a page's number is."""
SHOWN = frozenset({"Tj", "TJ", "'", '"'})
PATH = frozenset({"m", "l", "c", "v", "y", "h", "re", "W", "W*"})
PAINTED = frozenset({"f", "F", "f*", "S", "s", "B", "B*", "b", "b*"})


@dataclass(frozen=True, slots=True)
class SheetTags:
    """What a sheet is, and what its picture shows; empty: an ornament.

    Of a sheet of photos each shows that, on others the first.
    """

    sort: Sort
    alt: str = ""
    said: tuple[str, ...] = ()
    """Its texts as they are read, where they are drawn in another order; without them as drawn."""


@dataclass(slots=True)
class Element:
    """A piece of a sheet, and which of its marked contents belong to it."""

    tag: str
    ids: list[int] = field(default_factory=list)
    alt: str = ""
    said: str = ""
    box: tuple[float, float, float, float] | None = None


def tagged(pdf: bytes, sheets: Sequence[SheetTags], *, language: str, leftwards: bool) -> bytes:
    """The PDF with tags for its sheets, one for each page; equal arguments give equal bytes.

    Where writing goes from right to left (`leftwards`) a reader lays two pages out that way.
    """
    import pikepdf

    with pikepdf.open(BytesIO(pdf)) as opened:
        root = opened.make_indirect(pikepdf.Dictionary(Type=pikepdf.Name.StructTreeRoot))
        document = _child(opened, root, "Document")
        parents = pikepdf.Array()
        for number, (page, sheet) in enumerate(zip(opened.pages, sheets, strict=True)):
            elements = _mark(opened, page, sheet)
            page.obj.StructParents = number
            page.obj.Tabs = pikepdf.Name.S
            parents.append(number)
            parents.append(opened.make_indirect(_section(opened, document, page, elements)))
        root.ParentTree = opened.make_indirect(pikepdf.Dictionary(Nums=parents))
        root.ParentTreeNextKey = len(opened.pages)
        opened.Root.StructTreeRoot = root
        opened.Root.MarkInfo = pikepdf.Dictionary(Marked=True)
        opened.Root.Lang = pikepdf.String(language)
        wishes = pikepdf.Dictionary(DisplayDocTitle=True)
        if leftwards:
            wishes.Direction = pikepdf.Name.R2L
        opened.Root.ViewerPreferences = wishes
        say_srgb(opened)
        with opened.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as metadata:
            metadata["dc:title"] = str(opened.docinfo.get("/Title", ""))
            metadata["dc:language"] = [language]
        file = BytesIO()
        opened.save(file, deterministic_id=True)
    return file.getvalue()


def _mark(pdf: "pikepdf.Pdf", page: "pikepdf.Page", sheet: SheetTags) -> list[Element]:
    """Mark all that a page draws; returns its elements in their order."""
    import pikepdf

    marker = _Marker(sheet, _largest(page))
    for operands, operator in pikepdf.parse_content_stream(page):
        marker.take(operands, str(operator))
    page.obj.Contents = pdf.make_stream(pikepdf.unparse_content_stream(marker.out))
    return marker.elements


def _largest(page: "pikepdf.Page") -> float:
    import pikepdf

    fonts = (
        float(operands[1])
        for operands, operator in pikepdf.parse_content_stream(page, "Tf")
        if str(operator) == "Tf"
    )
    return max(fonts, default=0.0)


class _Marker:
    """Copies a page's operators, with marks around what is drawn."""

    def __init__(self, sheet: SheetTags, largest: float) -> None:
        import pikepdf

        self.sheet, self.largest = sheet, largest
        self.out: list[tuple[Sequence[object], object]] = []
        self.elements: list[Element] = []
        self.count = 0
        self.held: list[tuple[Sequence[object], object]] = []
        self.in_text = self.is_shown = False
        self.font: tuple[str, float] = ("", 0.0)
        self.last: tuple[str, str, float] | None = None
        self.matrix, self.kept = pikepdf.Matrix(), []

    def take(self, operands: Sequence[object], name: str) -> None:
        import pikepdf

        each = (operands, pikepdf.Operator(name))
        if name == "Tf":
            self.font = (str(operands[0]), float(operands[1]))
        if name == "BT":
            self.in_text, self.is_shown, self.held = True, False, []
        if self.in_text:
            self.held.append(each)
            self.is_shown |= name in SHOWN
            if name == "ET":
                self._text()
        elif name in PATH:
            self.held.append(each)
        elif name in PAINTED:
            self._wrapped([*self.held, each], None)
            self.held = []
        elif name == "Do":
            self._object(each)
        else:
            self.out += [*self.held, each]
            self.held = []
            self._follow(operands, name)

    def _follow(self, operands: Sequence[object], name: str) -> None:
        import pikepdf

        if name == "q":
            self.kept.append((self.matrix, self.font))
        elif name == "Q" and self.kept:
            self.matrix, self.font = self.kept.pop()
        elif name == "cm":
            self.matrix = pikepdf.Matrix(*map(float, operands)) @ self.matrix

    def _text(self) -> None:
        """A finished text object: of an element, or an artifact."""
        self.in_text = False
        if not self.is_shown:
            self.out += self.held
        else:
            name, size = self.font
            tag = self._tag_of(size)
            # Words of a story are of several sizes and faces, and one text for all that.
            kind = (tag, "", 0.0) if self.sheet.sort == "story" else (tag, name, size)
            if tag and self.last != kind:
                before = sum(element.tag != "Figure" for element in self.elements)
                said = "".join(self.sheet.said[before : before + 1])
                self.elements.append(Element(tag, said=said))
            self.last = kind if tag else self.last
            self._wrapped(self.held, self.elements[-1] if tag else None)
        self.held = []

    def _tag_of(self, size: float) -> str:
        sort = self.sheet.sort
        if sort == "blank" or (sort == "story" and size < FOLIO_PT):
            return ""
        return LARGEST.get(sort, "P") if size == self.largest else "P"

    def _object(self, each: tuple[Sequence[object], object]) -> None:
        """The first picture of a sheet that shows something is a figure, and so is each photo."""
        is_first = all(element.tag != "Figure" for element in self.elements)
        if not (self.sheet.alt and (is_first or self.sheet.sort == "hero")):
            return self._wrapped([each], None)
        figure = Element("Figure", alt=self.sheet.alt, box=_box_of(self.matrix))
        self.elements.append(figure)
        self.last = None
        return self._wrapped([each], figure)

    def _wrapped(
        self, operators: Sequence[tuple[Sequence[object], object]], element: Element | None
    ) -> None:
        import pikepdf

        if element is None:
            begin = ([pikepdf.Name.Artifact], pikepdf.Operator("BMC"))
        else:
            mark = pikepdf.Dictionary(MCID=self.count)
            begin = ([pikepdf.Name(f"/{element.tag}"), mark], pikepdf.Operator("BDC"))
            element.ids.append(self.count)
            self.count += 1
        self.out += [begin, *operators, ([], pikepdf.Operator("EMC"))]


def _box_of(matrix: "pikepdf.Matrix") -> tuple[float, float, float, float]:
    """What a picture covers, that may be turned, in points."""
    corners = [matrix.transform(corner) for corner in ((0, 0), (1, 0), (0, 1), (1, 1))]
    across, up = zip(*corners, strict=True)
    return (min(across), min(up), max(across), max(up))


def _section(
    pdf: "pikepdf.Pdf", document: object, page: "pikepdf.Page", elements: Sequence[Element]
) -> "pikepdf.Array":
    """A sheet's elements in the tree; returns whose each marked content is, in their order."""
    import pikepdf

    owners: dict[int, object] = {}
    if elements:
        section = _child(pdf, document, "Sect")
        for element in elements:
            made = _child(pdf, section, element.tag)
            made.Pg = page.obj
            made.K = pikepdf.Array(element.ids)
            if element.said:
                made.ActualText = pikepdf.String(element.said)
            if element.tag == "Figure":
                made.Alt = pikepdf.String(element.alt)
                made.A = pikepdf.Dictionary(
                    O=pikepdf.Name.Layout,
                    BBox=pikepdf.Array([round(edge, 3) for edge in element.box]),
                    Placement=pikepdf.Name.Block,
                )
            owners |= dict.fromkeys(element.ids, made)
    return pikepdf.Array([owners[each] for each in sorted(owners)])


def _child(pdf: "pikepdf.Pdf", parent: object, tag: str) -> object:
    import pikepdf

    made = pdf.make_indirect(
        pikepdf.Dictionary(Type=pikepdf.Name.StructElem, S=pikepdf.Name(f"/{tag}"), P=parent)
    )
    if "/K" not in parent:
        parent.K = pikepdf.Array()
    parent.K.append(made)
    return made
