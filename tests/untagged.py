"""What of a PDF a screen reader would miss, by what PDF/UA demands of structure."""

from collections.abc import Iterator
from io import BytesIO

import pikepdf

from storybook.press.tags import PAINTED, SHOWN


def untagged(pdf: bytes) -> list[str]:
    """What of a PDF a screen reader would miss, a line each; nothing if all is tagged.

    Looked at: that it is said to be tagged, its language and title; that all that is drawn is
    marked; that each mark belongs to an element of its page; that each figure says what it shows.
    """
    faults = []
    with pikepdf.open(BytesIO(pdf)) as opened:
        root = opened.Root
        if not bool(root.get("/MarkInfo", {}).get("/Marked", False)):
            faults.append("the document is not said to be tagged")
        if "/Lang" not in root:
            faults.append("the document names no language")
        if not bool(root.get("/ViewerPreferences", {}).get("/DisplayDocTitle", False)):
            faults.append("the title is not shown in place of the file's name")
        if "/StructTreeRoot" not in root:
            return [*faults, "there is no structure"]
        known = _listed(root.StructTreeRoot)
        for number, page in enumerate(opened.pages, start=1):
            faults += (f"sheet {number}: {fault}" for fault in _unmarked(page, known))
        faults += _silent(root.StructTreeRoot)
    return faults


def _listed(root: object) -> dict[int, int]:
    """How many marked contents the parent tree has for each page, by its number there."""
    numbers = list(root.ParentTree.Nums)
    return {int(key): len(owners) for key, owners in zip(numbers[::2], numbers[1::2], strict=True)}


def _unmarked(page: pikepdf.Page, known: dict[int, int]) -> Iterator[str]:
    depth, ids = 0, []
    for operands, operator in pikepdf.parse_content_stream(page):
        name = str(operator)
        if name == "BDC" and "/MCID" in operands[1]:
            ids.append(int(operands[1].MCID))
        depth += (name in ("BDC", "BMC")) - (name == "EMC")
        if name in SHOWN | PAINTED | {"Do", "sh", "BI"} and depth == 0:
            yield f"something is drawn unmarked ({name})"
    if depth:
        yield "marks are not closed"
    if sorted(ids) != list(range(known.get(int(page.obj.get("/StructParents", -1)), 0))):
        yield "marked contents do not belong to one element each"


def _silent(element: object) -> Iterator[str]:
    """Figures that say nothing, below an element of the tree."""
    kids = element.get("/K", [])
    if element.get("/S") == pikepdf.Name.Figure and not str(element.get("/Alt", "")).strip():
        yield "a figure does not say what it shows"
    for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
        if isinstance(kid, pikepdf.Dictionary):
            yield from _silent(kid)
