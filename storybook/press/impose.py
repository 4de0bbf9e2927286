"""Imposition: pages side by side on sheets that are printed on both sides, folded and stapled."""

from collections.abc import Iterator
from io import BytesIO

from storybook.press.formats import POINTS_PER_INCH
from storybook.press.printers import Size


def booklet_order(pages: int) -> Iterator[tuple[int, int]]:
    """Left and right page of each side of each sheet, from 1; pages are a multiple of four.

    >>> list(booklet_order(8))
    [(8, 1), (2, 7), (6, 3), (4, 5)]
    """
    for sheet in range(pages // 4):
        first, last = 2 * sheet + 1, pages - 2 * sheet
        yield last, first
        yield first + 1, last - 1


def page_scale(page_pt: Size, sheet_in: Size, unprintable_in: float) -> float:
    """How large pages come out on half a sheet, 1 being as they are; never larger."""
    wide = (sheet_in[0] / 2 - unprintable_in) * POINTS_PER_INCH
    high = (sheet_in[1] - 2 * unprintable_in) * POINTS_PER_INCH
    return min(1.0, wide / page_pt[0], high / page_pt[1])


def imposed(pdf: bytes, sheet_in: Size, unprintable_in: float) -> bytes:
    """A booklet of the pages of a PDF, which all have one size: two on each side of a sheet.

    They meet in the middle of the sheet, where it is folded.
    """
    import pikepdf

    with pikepdf.open(BytesIO(pdf)) as pages, pikepdf.new() as booklet:
        box = [float(each) for each in pages.pages[0].mediabox]
        size = (box[2] - box[0], box[3] - box[1])
        scale = page_scale(size, sheet_in, unprintable_in)
        wide, high = (side * POINTS_PER_INCH for side in sheet_in)
        y = (high - scale * size[1]) / 2
        for left, right in booklet_order(len(pages.pages)):
            sheet = booklet.add_blank_page(page_size=(wide, high))
            names, operators = {}, []
            for number, x in ((left, wide / 2 - scale * size[0]), (right, wide / 2)):
                form = booklet.copy_foreign(pages.pages[number - 1].as_form_xobject())
                names[f"/P{number}"] = booklet.make_indirect(form)
                operators.append(
                    f"q {scale:.5f} 0 0 {scale:.5f} {x:.3f} {y:.3f} cm /P{number} Do Q"
                )
            sheet.obj.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(names))
            sheet.obj.Contents = booklet.make_stream("\n".join(operators).encode())
        file = BytesIO()
        booklet.save(file, deterministic_id=True)
    return file.getvalue()
