"""Rules of a printer for files: colours and ink, fineness of pictures, type, PDF."""

from collections.abc import Iterator

from storybook.press.findings import (
    PreflightFinding,
    Proofed,
    judged,
    listed,
    numbered,
)
from storybook.press.inks import JPEG_SLACK

OWN_SHARE = 2 / 3
"""Of the fineness that a printer asks for, what pictures must have of their own; from there on the
rest is interpolated, and said."""


def _colour(book: Proofed) -> Iterator[PreflightFinding]:
    rule = book.printer.colour
    allowed = {"cmyk", "grey"} if rule.space == "cmyk" else {"rgb", "grey"}
    odd, inky, most = [], [], 0.0
    for number, sheet in numbered(book):
        if not (sheet.colours | {space for _, space, _ in sheet.pictures}) <= allowed:
            odd.append(number)
        ink = max((ink for _, _, ink in sheet.pictures), default=0.0)
        most = max(most, ink)
        if ink > rule.most_ink + 1e-6:
            inky.append(number)
    name = rule.space.upper()
    yield judged(
        "colour",
        f"all colours in {name}",
        f"all are in {name}",
        f"other colours on {listed(odd)}" if odd else "",
        pages=odd,
        remedy="This is a fault of the press: please report it.",
        mend="report",
    )
    if rule.space == "cmyk":
        yield judged(
            "colour",
            f"no more than {100 * rule.most_ink:.0f} % of ink",
            f"{100 * most:.0f} % at the most",
            f"{100 * most:.0f} % on {listed(inky)}" if inky else "",
            pages=inky,
            remedy=f"This is a fault of the press (it leaves {100 * JPEG_SLACK:.0f} %): please "
            "report it.",
            mend="report",
        )


def _resolution(book: Proofed) -> Iterator[PreflightFinding]:
    rule = book.printer.resolution
    coarse, fine = [], []
    for number, sheet in [] if book.draft else numbered(book):
        for ppi, _, _ in sheet.pictures:
            if ppi < rule.least_ppi - 1:
                coarse.append(number)
            if ppi > rule.most_ppi + 1:
                fine.append(number)
    own = [(each.sheet, each.ppi) for each in book.set_inside if each.kind == "picture"]
    own += [(0, each.ppi) for each in book.set_outside if each.kind == "picture"]
    least = min((ppi for _, ppi in own), default=float("inf"))
    blurred = [sheet for sheet, ppi in own if ppi < OWN_SHARE * rule.least_ppi]
    asks = f"pictures of {rule.least_ppi} to {rule.most_ppi} pixels an inch"
    wrong = f"{listed(coarse)}: coarser" if coarse else f"{listed(fine)}: finer" if fine else ""
    if blurred:
        wrong = f"{listed(blurred)}: no more than {least:.0f} pixels an inch of their own"
    widest = max(book.form.width_in, book.form.height_in) + 2 * book.printer.bleed.inches
    wanted = 64 * -(-round(rule.least_ppi * widest) // 64)
    remedy = f"Enlarge them further: storybook enlarge BOOK --set enlarge.width_px={wanted}"
    yield judged(
        "resolution",
        asks,
        f"{least:.0f} pixels an inch and more of their own",
        wrong,
        pages=[*blurred, *coarse, *fine],
        remedy=f"{remedy}, or take a smaller format.",
        mend="enlarge",
        value=str(wanted),
    )
    soft = [sheet for sheet, ppi in own if ppi < rule.least_ppi - 1]
    if soft and not wrong:
        yield PreflightFinding(
            rule="resolution",
            asks=asks,
            status="note",
            says=f"pictures have {least:.0f} pixels an inch of their own and were brought to "
            f"{rule.least_ppi} by interpolation",
            pages=tuple(sorted(set(soft))),
            remedy=f"{remedy}.",
            mend="enlarge",
            value=str(wanted),
        )


def _fonts(book: Proofed) -> Iterator[PreflightFinding]:
    loose = [number for number, sheet in numbered(book) if sheet.loose_fonts]
    yield judged(
        "file",
        "every font is in the file",
        "all fonts are embedded",
        f"a font is missing on {listed(loose)}" if loose else "",
        pages=loose,
        remedy="This is a fault of the press: please report it.",
        mend="report",
    )
    least = book.printer.file.least_type_pt
    texts = [each for each in (*book.set_inside, *book.set_outside) if each.kind == "text"]
    small = [each.sheet for each in texts if each.size_pt < least - 1e-6]
    smallest = min((each.size_pt for each in texts), default=0.0)
    yield judged(
        "file",
        f"type of {least:g} pt and more",
        f"the smallest is {smallest:g} pt",
        f"{smallest:.1f} pt on {listed(small)}" if small else "",
        pages=small,
        remedy="Take a larger format, or fewer words on these pages.",
        mend="shorten",
    )


def _file(book: Proofed) -> Iterator[PreflightFinding]:
    rule, wrong = book.printer.file, []
    files = [book.interior, *([book.cover] if book.cover else [])]
    size = max(seen.mb for seen in files)
    if size > rule.most_mb:
        wrong.append(f"a file has {size:.0f} MB")
    if rule.flavour != "plain":
        if any(seen.flavour != rule.flavour for seen in files):
            wrong.append(f"a file does not say that it is {rule.flavour}")
        if any(not seen.profile for seen in files):
            wrong.append("a file has no colour profile")
    if not rule.bookmarks and any(seen.bookmarks for seen in files):
        wrong.append("a file has bookmarks")
    pages = [number for number, sheet in numbered(book) if sheet.annotations]
    if pages and not rule.annotations:
        wrong.append(f"annotations on {listed(pages)}")
    clear = [number for number, sheet in numbered(book) if sheet.transparent]
    if clear:
        wrong.append(f"transparency on {listed(clear)}")
    kind = "PDF" if rule.flavour == "plain" else rule.flavour
    yield judged(
        "file",
        f"{kind} of at most {rule.most_mb:g} MB, flat, without bookmarks and annotations",
        f"{kind} {book.interior.version}, {size:.1f} MB",
        "; ".join(wrong),
        pages=pages,
        remedy="Keep pictures smaller: --set bind.jpeg_quality=85.",
        mend="report",
    )


RULES = (_colour, _resolution, _fonts, _file)
