"""Rules for faces: none where a page is cut or bound, and no words over one.

No printer sends a book back for that, so that they are notes.
"""

from collections.abc import Iterator, Sequence

from storybook.press.findings import (
    PreflightFinding,
    Proofed,
    judged,
    listed,
    noted,
    overlaps,
    shrunk,
)
from storybook.press.formats import POINTS_PER_INCH
from storybook.press.layout import Box
from storybook.press.pdf_context import Drawn

OWN_SHARE = 0.15
"""Of a found face's box, on each side, what is not the face itself."""


def _faces(set_there: Sequence[Drawn]) -> list[tuple[int, Box]]:
    """Each found face with its sheet, without what is around it."""
    faces = [each for each in set_there if each.kind == "face"]
    return [
        (each.sheet, shrunk(each.box, OWN_SHARE * min(each.box.width, each.box.height)))
        for each in faces
    ]


def _trimmed(book: Proofed) -> Iterator[PreflightFinding]:
    form, margin = book.form, book.printer.margins.outside_in * POINTS_PER_INCH
    page = Box(0, 0, form.width_pt, form.height_pt)
    near = [
        sheet
        for sheet, face in _faces(book.set_inside)
        if _is_near(face, page, margin, at_right=form.is_right_hand(sheet))
    ]
    if book.wrap:
        front, at_right = book.wrap.front, form.is_right_hand(1)
        near += [
            0
            for _, face in _faces(book.set_outside)
            if _is_near(face, front, book.wrap.safe_pt, at_right=at_right)
        ]
    yield noted(
        judged(
            "margins",
            f"faces {book.printer.margins.outside_in:g} in from where the page is cut",
            "every face that was found stands inside",
            f"a face is near the cut on {listed(near)}" if near else "",
            pages=near,
            mend="picture",
            **_other_picture(book, near),
        )
    )


def _is_near(face: Box, page: Box, margin: float, *, at_right: bool) -> bool:
    """Whether a face is near to where a page is cut: above, below, and at its outer edge."""
    room = shrunk(page, margin)
    outer = face.right > room.right if at_right else face.x < room.x
    return outer or face.y < room.y or face.top > room.top


def _bound(book: Proofed) -> Iterator[PreflightFinding]:
    rule, form = book.printer.margins, book.form
    count = len(book.interior.sheets)
    wide = rule.inside_in(max(count, rule.gutter_in[0][0])) * POINTS_PER_INCH
    lost = [
        sheet
        for sheet, face in _faces(book.set_inside)
        if (face.x < wide if form.is_right_hand(sheet) else face.right > form.width_pt - wide)
    ]
    if book.wrap:
        front, at_left = book.wrap.front, form.is_right_hand(1)
        lost += [
            0
            for _, face in _faces(book.set_outside)
            if (face.x < front.x if at_left else face.right > front.right)
        ]
    yield noted(
        judged(
            "margins",
            f"no face in the gutter, {wide / POINTS_PER_INCH:g} in from the bind",
            "nobody stands in the gutter",
            f"a face lies in the gutter on {listed(lost)}" if lost else "",
            pages=lost,
            mend="picture",
            **_other_picture(book, lost),
        )
    )


def _covered(book: Proofed) -> Iterator[PreflightFinding]:
    over = []
    for number, there in ((None, book.set_inside), (0, book.set_outside)):
        words = [each for each in there if each.kind == "text"]
        over += [
            sheet if number is None else number
            for sheet, face in _faces(there)
            if any(each.sheet == sheet and overlaps(each.box, face) for each in words)
        ]
    yield noted(
        judged(
            "margins",
            "no words over a face",
            "no face that was found has words over it",
            f"words stand over a face on {listed(over)}" if over else "",
            pages=over,
            mend="picture",
            **_other_picture(book, over),
        )
    )


def _other_picture(book: Proofed, sheets: Sequence[int]) -> dict[str, str]:
    """The remedy, and the story's pages that it is for; the cover is 0."""
    pages = sorted({0 if sheet == 0 else book.leaves[sheet - 1].page for sheet in sheets})
    first = pages[0] if pages else 0
    return {
        "remedy": "Choose another picture of the page (storybook pick BOOK PAGE ID), draw new ones "
        f"(storybook reroll BOOK {first}), or let its text stand elsewhere.",
        "value": " ".join(map(str, pages)),
    }


RULES = (_trimmed, _bound, _covered)
