"""Rules of a printer for pages and covers: sizes, counts, bleed, margins, spine."""

from collections.abc import Iterator
from itertools import groupby

from storybook.press.findings import (
    SLACK_PT,
    PreflightFinding,
    Proofed,
    inside,
    judged,
    listed,
    overlaps,
    same_area,
    shrunk,
)
from storybook.press.formats import POINTS_PER_INCH, format_names, load_format
from storybook.press.layout import Box
from storybook.press.printers import formats_for


def _trim(book: Proofed) -> Iterator[PreflightFinding]:
    form, printer = book.form, book.printer
    size = f"{form.width_in:g} x {form.height_in:g} in"
    fitting = formats_for(printer, [load_format(name) for name in format_names()])
    wrong = "" if form.name in fitting else f"{size} is no size of this printer"
    yield judged(
        "trims",
        "a page of a size that is printed",
        size,
        wrong,
        remedy=f"Take the format {fitting[0]}." if fitting else "Take another printer.",
        mend="format" if fitting else "printer",
        value=fitting[0] if fitting else "",
    )


def _pages(book: Proofed) -> Iterator[PreflightFinding]:
    rule, count = book.printer.pages, len(book.interior.sheets)
    least = book.printer.least_pages(book.paper)
    asks = f"{least} to {rule.most} pages, a multiple of {rule.multiple}"
    wrong = ""
    if not least <= count <= rule.most or count % rule.multiple:
        wrong = f"{count} pages"
    yield judged(
        "pages",
        asks,
        f"{count} pages",
        wrong,
        remedy="Make the book with more or fewer pages, or take another printer or paper.",
        mend="printer",
    )
    added = [number for number, leaf in enumerate(book.leaves, start=1) if leaf.added]
    if added:
        says = f"{len(added)} pages were added to draw and write on: {listed(added)}"
        yield PreflightFinding(
            rule="pages", asks=asks, status="note", says=says, pages=tuple(added)
        )


def _blanks(book: Proofed) -> Iterator[PreflightFinding]:
    rule = book.printer.pages
    blank = [number for number, sheet in enumerate(book.interior.sheets, start=1) if sheet.blank]
    runs = [
        [number for _, number in run]
        for _, run in groupby(enumerate(blank), key=lambda pair: pair[1] - pair[0])
    ]
    long = [number for run in runs if len(run) > rule.most_blank_together for number in run]
    intended = [number for number, leaf in enumerate(book.leaves, start=1) if leaf.kind == "blank"]
    unsaid = sorted(set(blank) - set(intended))
    wrong = f"too many blank pages together: {listed(long)}" if long else ""
    if unsaid:
        wrong = f"nothing is printed on {listed(unsaid)}"
    well = (
        f"page {listed(intended)} is left blank for the printer" if intended else "no page is blank"
    )
    yield judged(
        "pages",
        f"no more than {rule.most_blank_together} blank pages together",
        well,
        wrong,
        pages=long + unsaid,
        remedy="This is a fault of the press: please report it.",
        mend="report",
    )


def _bleed(book: Proofed) -> Iterator[PreflightFinding]:
    pt, printer, form = book.printer.bleed.inches * POINTS_PER_INCH, book.printer, book.form
    odd, short = [], []
    for number, sheet in enumerate(book.interior.sheets, start=1):
        if book.paper.sheet_in:
            continue
        wide = form.width_pt + pt * (2 if printer.bleed.at_bind else 1)
        high = form.height_pt + 2 * pt
        left = pt if printer.bleed.at_bind or not form.is_right_hand(number) else 0.0
        trim = (left, pt, left + form.width_pt, pt + form.height_pt)
        if not same_area(sheet.media, (0, 0, wide, high)) or not same_area(sheet.trim, trim):
            odd.append(number)
        if sheet.short:
            short.append(number)
    asks = f"{printer.bleed.inches:g} in of bleed" + (
        "" if printer.bleed.at_bind else ", none at the bind"
    )
    yield judged(
        "bleed",
        asks,
        "each page has its size and boxes",
        f"{listed(odd)}: not of the size that the printer asks for" if odd else "",
        pages=odd,
        remedy="This is a fault of the press: please report it.",
        mend="report",
    )
    yield judged(
        "bleed",
        "what touches the edge goes on beyond it",
        "every picture and ground goes on into the bleed",
        f"something ends where the page is cut: {listed(short)}" if short else "",
        pages=short,
        remedy="This is a fault of the press: please report it.",
        mend="report",
    )


def _margins(book: Proofed) -> Iterator[PreflightFinding]:
    rule, form = book.printer.margins, book.form
    count = len(book.interior.sheets)
    outside = rule.outside_in * POINTS_PER_INCH
    bound = rule.inside_in(max(count, rule.gutter_in[0][0])) * POINTS_PER_INCH
    out = []
    for each in book.set_inside:
        if each.kind != "text":
            continue
        left, right = (bound, outside) if form.is_right_hand(each.sheet) else (outside, bound)
        room = Box(left, outside, form.width_pt - left - right, form.height_pt - 2 * outside)
        if not inside(each.box, room):
            out.append(each.sheet)
    yield judged(
        "margins",
        f"words {rule.outside_in:g} in from the edge and {bound / POINTS_PER_INCH:g} in from the "
        "bind",
        "all words stand inside",
        f"words stand too near to the edge: {listed(out)}" if out else "",
        pages=out,
        remedy="Take another format, or fewer words on these pages.",
        mend="shorten",
    )


def _spine(book: Proofed) -> Iterator[PreflightFinding]:
    wrap, rule = book.wrap, book.printer.spine
    if wrap is None:
        return
    words = [each for each in book.set_outside if overlaps(each.box, wrap.spine)]
    words = [each for each in words if each.kind == "text"]
    margin = rule.words_margin_in * POINTS_PER_INCH
    count, wrong = len(book.interior.sheets), ""
    if words and count < rule.words_from_pages:
        wrong = f"the spine has words, which it may from {rule.words_from_pages} pages on"
    elif any(
        each.box.x < wrap.spine.x + margin - SLACK_PT
        or each.box.right > wrap.spine.right - margin + SLACK_PT
        for each in words
    ):
        wrong = "the words of the spine stand too near to its folds"
    by = "as you said" if book.spine_said else f"for {count} pages on {book.paper.title}"
    yield judged(
        "spine",
        f"words on the spine from {rule.words_from_pages} pages on",
        f"the spine is {book.spine_in:.4f} in wide {by}",
        wrong,
        pages=(0,),
        remedy="This is a fault of the press: please report it.",
        mend="report",
    )
    if not book.printer.sources["papers"].checked and not book.spine_said:
        yield PreflightFinding(
            rule="papers",
            asks="the spine as wide as the printer's calculator says",
            status="note",
            says=f"{book.spine_in:.4f} in is by a paper whose thickness could not be looked up",
            pages=(0,),
            remedy="Ask the printer's cover calculator and say its width with --spine.",
            mend="spine",
        )


def _cover(book: Proofed) -> Iterator[PreflightFinding]:
    wrap, seen = book.wrap, book.cover
    if wrap is None or seen is None:
        return
    sheet, wrong = seen.sheets[0], []
    if len(seen.sheets) != 1 or not same_area(sheet.media, (0, 0, wrap.width, wrap.height)):
        wrong.append("the sheet has another size")
    if sheet.short:
        wrong.append("something ends where the cover is cut")
    safe = [shrunk(wrap.front, wrap.safe_pt), shrunk(wrap.back, wrap.safe_pt), wrap.spine]
    words = [each for each in book.set_outside if each.kind == "text"]
    if any(not any(inside(each.box, room) for room in safe) for each in words):
        wrong.append("words stand outside of the safe zone")
    if wrap.barcode and any(overlaps(each.box, wrap.barcode) for each in words):
        wrong.append("words stand where the barcode goes")
    size = f"{wrap.width / POINTS_PER_INCH:.3f} x {wrap.height / POINTS_PER_INCH:.3f} in"
    yield judged(
        "cover",
        "back, spine and front on one sheet, words in the safe zone, a place for the barcode",
        f"{size}, all words inside",
        "; ".join(wrong),
        pages=(0,),
        remedy="Give a shorter title or blurb; if that does not help, please report it.",
        mend="shorten",
    )


RULES = (_trim, _pages, _blanks, _bleed, _margins, _spine, _cover)
