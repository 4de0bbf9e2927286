"""The proof report: for every rule there is a book that breaks it."""

from dataclasses import replace

import pytest
from press_jobs import failures, job, undemanding

from storybook.authoring import pressing
from storybook.press.findings import listed
from storybook.press.interior import Leaf
from storybook.press.layout import Box
from storybook.press.pdf_context import Drawn
from storybook.press.report import RULES, report
from storybook.press.seen import SheetSeen


@pytest.fixture(scope="module")
def proofed():
    """What the report looks at, of a book that keeps every rule."""
    seen = []
    kept = pressing.report
    pressing.report = lambda book: seen.append(book) or kept(book)
    try:
        pressing.press(job(undemanding("ingramspark")))
    finally:
        pressing.report = kept
    assert not failures(report(seen[0]))
    return seen[0]


def with_sheet(book, number: int, **changes):
    """The book with a page of its interior that is another one."""
    sheets = list(book.interior.sheets)
    sheets[number - 1] = replace(sheets[number - 1], **changes)
    return replace(book, interior=replace(book.interior, sheets=sheets))


def with_text(book, *texts: Drawn, outside: bool = False):
    key = "set_outside" if outside else "set_inside"
    return replace(book, **{key: [*getattr(book, key), *texts]})


def text_at(sheet: int, x: float, y: float, size_pt: float = 12.0) -> Drawn:
    return Drawn(sheet, "text", Box(x, y, 60, 12), size_pt=size_pt)


BREAKS = {
    "another size of page": (
        lambda b: replace(b, form=b.form.but(name="odd", width_in=9.0, height_in=9.0)),
        "is no size of this printer",
        "Take the format",
    ),
    "too few pages": (
        lambda b: replace(b, interior=replace(b.interior, sheets=b.interior.sheets[:10])),
        "10 pages",
        "another printer",
    ),
    "an odd number of pages": (
        lambda b: replace(
            b, interior=replace(b.interior, sheets=b.interior.sheets + b.interior.sheets[:1])
        ),
        "19 pages",
        "more or fewer pages",
    ),
    "a page with nothing on it": (
        lambda b: with_sheet(b, 5, blank=True),
        "nothing is printed on page 5",
        "report",
    ),
    "blank pages together": (
        lambda b: replace(
            with_sheet(with_sheet(with_sheet(b, 5, blank=True), 6, blank=True), 7, blank=True),
            leaves=tuple(
                Leaf("blank") if number in (5, 6, 7, len(b.leaves)) else leaf
                for number, leaf in enumerate(b.leaves, start=1)
            ),
        ),
        "too many blank pages together: pages 5 to 7",
        "report",
    ),
    "a page without bleed": (
        lambda b: with_sheet(b, 4, media=(0, 0, 612, 612), trim=(0, 0, 612, 612)),
        "page 4: not of the size",
        "report",
    ),
    "a picture that ends at the cut": (
        lambda b: with_sheet(b, 4, short=True),
        "something ends where the page is cut: page 4",
        "report",
    ),
    "words at the edge": (
        lambda b: with_text(b, text_at(4, 10, 100)),
        "words stand too near to the edge: page 4",
        "fewer words",
    ),
    "words in the gutter": (
        lambda b: with_text(b, text_at(5, 20, 100)),
        "words stand too near to the edge: page 5",
        "fewer words",
    ),
    "words on a thin spine": (
        lambda b: with_text(b, text_at(0, b.wrap.spine.x, 300), outside=True),
        "the spine has words, which it may from 80 pages on",
        "report",
    ),
    "a cover of another size": (
        lambda b: replace(
            b, cover=replace(b.cover, sheets=[replace(b.cover.sheets[0], media=(0, 0, 9, 9))])
        ),
        "the sheet has another size",
        "report",
    ),
    "words where the barcode goes": (
        lambda b: with_text(
            b, text_at(0, b.wrap.barcode.x + 5, b.wrap.barcode.y + 5), outside=True
        ),
        "words stand where the barcode goes",
        "shorter",
    ),
    "words outside of the cover's safe zone": (
        lambda b: with_text(b, text_at(0, 3, 300), outside=True),
        "words stand outside of the safe zone",
        "shorter",
    ),
    "colours of a screen": (
        lambda b: with_sheet(b, 6, colours={"rgb"}),
        "other colours on page 6",
        "report",
    ),
    "a picture of a screen": (
        lambda b: with_sheet(b, 6, pictures=[(300.0, "rgb", 0.0)]),
        "other colours on page 6",
        "report",
    ),
    "too much ink": (
        lambda b: with_sheet(b, 6, pictures=[(300.0, "cmyk", 3.1)]),
        "310 % on page 6",
        "report",
    ),
    "a coarse picture in the file": (
        lambda b: with_sheet(b, 6, pictures=[(5.0, "cmyk", 1.0)]),
        "page 6: coarser",
        "Enlarge them further",
    ),
    "a picture that is needlessly fine": (
        lambda b: with_sheet(b, 6, pictures=[(900.0, "cmyk", 1.0)]),
        "page 6: finer",
        "Enlarge",
    ),
    "a picture that was only blown up": (
        lambda b: with_text(b, Drawn(6, "picture", Box(0, 0, 9, 9), ppi=4.0)),
        "page 6: no more than 4 pixels an inch of their own",
        "storybook enlarge BOOK --set enlarge.width_px",
    ),
    "a font that is not in the file": (
        lambda b: with_sheet(b, 6, loose_fonts=["/Helvetica"]),
        "a font is missing on page 6",
        "report",
    ),
    "small type": (
        lambda b: with_text(b, text_at(6, 200, 300, size_pt=5.0)),
        "5.0 pt on page 6",
        "larger format",
    ),
    "a file without its flavour": (
        lambda b: replace(b, interior=replace(b.interior, flavour="")),
        "does not say that it is PDF/X-1a:2001",
        "",
    ),
    "a file without a profile": (
        lambda b: replace(b, interior=replace(b.interior, profile=False)),
        "a file has no colour profile",
        "",
    ),
    "bookmarks": (
        lambda b: replace(b, interior=replace(b.interior, bookmarks=True)),
        "a file has bookmarks",
        "",
    ),
    "annotations": (
        lambda b: with_sheet(b, 6, annotations=2),
        "annotations on page 6",
        "",
    ),
    "transparency": (
        lambda b: with_sheet(b, 6, transparent=True),
        "transparency on page 6",
        "",
    ),
    "a file that is too large": (
        lambda b: replace(b, interior=replace(b.interior, mb=5000.0)),
        "a file has 5000 MB",
        "Keep pictures smaller",
    ),
}


@pytest.mark.parametrize("broken", BREAKS)
def test_report_finds_what_is_broken_and_says_what_mends_it(proofed, broken):
    breaks, says, remedy = BREAKS[broken]
    found = failures(report(breaks(proofed)))
    assert any(says in each.says and remedy in each.remedy for each in found), found
    assert all(each.remedy for each in found)


def test_report_says_which_rules_could_not_be_looked_up(proofed):
    unsure = {each.rule for each in report(proofed) if not each.checked}
    assert "trims" in unsure and "colour" not in unsure


def test_report_asks_for_the_spine_where_a_paper_is_not_known(proofed):
    notes = [each for each in report(proofed) if each.status == "note"]
    assert any(each.mend == "spine" and "--spine" in each.remedy for each in notes)
    said = [each for each in report(replace(proofed, spine_said=True)) if each.mend == "spine"]
    assert not said


def test_listed_puts_runs_together():
    assert listed([0, 2, 3, 4, 9, 9]) == "the cover, pages 2 to 4, 9"
    assert listed([7]) == "page 7" and listed([0]) == "the cover"


def test_a_sheet_is_blank_until_something_is_painted():
    assert SheetSeen((0, 0, 1, 1), (0, 0, 1, 1), (0, 0, 1, 1)).blank


def with_face(book, sheet: int, box: Box):
    where = "set_outside" if sheet == 0 else "set_inside"
    kept = [each for each in getattr(book, where) if each.kind != "face"]
    return replace(book, **{where: [*kept, Drawn(max(sheet, 1), "face", box)]})


@pytest.mark.parametrize(
    ("sheet", "box", "says", "page"),
    [
        (5, Box(300, 540, 70, 70), "a face is near the cut on page 5", "2"),
        (5, Box(560, 300, 50, 50), "a face is near the cut on page 5", "2"),
        (4, Box(560, 300, 50, 50), "a face lies in the gutter on page 4", "1"),
        (5, Box(0, 300, 50, 50), "a face lies in the gutter on page 5", "2"),
        (4, Box(0, 0, 612, 612), "words stand over a face on page 4", "1"),
        (0, Box(640, 590, 60, 60), "a face is near the cut on the cover", "0"),
    ],
)
def test_report_notes_a_face_that_is_cut_bound_or_covered(proofed, sheet, box, says, page):
    """No printer sends it back, so that it is no failure; each remedy names the story's page."""
    found = report(with_face(proofed, sheet, box))
    (noted,) = [each for each in found if each.says == says]
    assert noted.status == "note" and noted.mend == "picture" and noted.value == page
    assert f"storybook reroll BOOK {page}" in noted.remedy
    assert not failures(found)


def test_every_rule_has_a_book_that_breaks_it(proofed):
    broken = [breaks(proofed) for breaks, *_ in BREAKS.values()]
    broken += [
        with_face(proofed, 5, Box(300, 540, 70, 70)),
        with_face(proofed, 5, Box(0, 300, 50, 50)),
        with_face(proofed, 4, Box(0, 0, 612, 612)),
    ]

    def wrong(rule, book):
        return {each.says for each in rule(book) if each.status != "pass"}

    unbroken = [
        rule.__name__
        for rule in RULES
        if not any(wrong(rule, book) - wrong(rule, proofed) for book in broken)
    ]
    assert not unbroken


def test_report_is_content_with_a_face_in_the_middle(proofed):
    calm = with_face(proofed, 5, Box(250, 300, 100, 100))
    faces = [each for each in report(calm) if "face" in each.asks]
    assert len(faces) == 3 and {each.status for each in faces} <= {"pass", "note"}
    assert [each.status for each in faces[:2]] == ["pass", "pass"]
