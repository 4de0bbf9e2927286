"""Printers: their rules as data, held to what printers publish themselves."""

import pytest

from storybook.errors import ConfigError, PressError
from storybook.press.formats import POINTS_PER_INCH, format_names, load_format
from storybook.press.impose import booklet_order, page_scale
from storybook.press.interior import activities_of, plan_interior
from storybook.press.printers import formats_for, load_printer, printer_names
from storybook.press.wrap import wrap_of

ACTIVITIES = activities_of("Biscuit", ["Fern"], ["in the garden", "at the beach"])


def inches(pt: float) -> float:
    return pt / POINTS_PER_INCH


def form_of(width_in: float, height_in: float):
    return load_format("square-8.5").but(width_in=width_in, height_in=height_in)


@pytest.mark.parametrize("name", printer_names())
def test_load_printer_gives_every_table_a_source_with_its_day(name):
    printer = load_printer(name)
    for table, source in printer.sources.items():
        assert source.where and source.seen.startswith("20"), table
    assert printer.least_pages(printer.paper(None)) % printer.pages.multiple == 0


def test_load_printer_names_the_nearest():
    with pytest.raises(ConfigError, match="Did you mean lulu"):
        load_printer("lullu")
    with pytest.raises(ConfigError, match="has no paper 'white'"):
        load_printer("lulu").paper("white")


@pytest.mark.parametrize(
    ("printer", "paper", "pages", "spine_in"),
    [
        ("kdp", "premium-colour", 100, 0.235),
        ("kdp", "premium-colour", 200, 0.469),
        ("kdp", "premium-colour", 300, 0.704),
        ("kdp", "standard-colour", 120, 0.270),
        ("kdp", "standard-colour", 300, 0.676),
        ("lulu", "white-60", 444, 1.06),
        ("lulu", "white-60", 32, 32 / 444 + 0.06),
        ("lulu-hardcover", "white-60", 24, 0.25),
        ("lulu-hardcover", "white-60", 84, 0.25),
        ("lulu-hardcover", "white-60", 85, 0.5),
        ("lulu-hardcover", "white-60", 222, 0.75),
        ("lulu-hardcover", "white-60", 638, 1.6875),
        ("lulu-hardcover", "white-60", 800, 2.125),
        ("ingramspark", "white-50", 200, 0.450),
        ("ingramspark", "white-50", 350, 0.788),
    ],
)
def test_spine_in_is_what_the_printers_publish(printer, paper, pages, spine_in):
    """The tables of KDP's and Lulu's help, to the thousandth of an inch that they give."""
    found = load_printer(printer)
    assert found.spine_in(found.paper(paper), pages) == pytest.approx(spine_in, abs=6e-4)


@pytest.mark.parametrize(
    ("printer", "trim_in", "spine_in", "sheet_in"),
    [
        ("kdp", (6, 9), 0.450, (12.700, 9.250)),
        ("kdp", (6, 9), 0.270, (12.520, 9.250)),
        ("lulu", (6, 9), 0.51, (12.76, 9.25)),
        ("lulu-hardcover", (6, 9), 1.6875, (392.112 / 25.4, 273.05 / 25.4)),
    ],
)
def test_wrap_of_is_as_large_as_the_printers_publish(printer, trim_in, spine_in, sheet_in):
    wrap = wrap_of(load_printer(printer), form_of(*trim_in), spine_in)
    assert inches(wrap.width) == pytest.approx(sheet_in[0], abs=1e-3)
    assert inches(wrap.height) == pytest.approx(sheet_in[1], abs=1e-3)
    assert wrap.spine.width == pytest.approx(spine_in * POINTS_PER_INCH)
    assert wrap.back.right <= wrap.spine.x and wrap.spine.right <= wrap.front.x


def test_the_barcode_stands_on_the_back_beside_the_spine():
    wrap = wrap_of(load_printer("kdp"), load_format("square-8.5"), 0.1)
    assert wrap.spine.x - wrap.barcode.right == pytest.approx(18)
    assert wrap.barcode.y - wrap.back.y == pytest.approx(18)
    assert inches(wrap.barcode.width) == pytest.approx(2.0)


def test_formats_for_knows_listed_and_free_sizes():
    forms = [load_format(name) for name in format_names()]
    assert formats_for(load_printer("kdp"), forms) == ["portrait-8x10", "square-8.5"]
    assert formats_for(load_printer("blurb"), forms) == ["portrait-8x10"]
    assert formats_for(load_printer("home"), forms) == format_names()


@pytest.mark.parametrize("name", [each for each in printer_names() if each != "kdp-hardcover"])
@pytest.mark.parametrize("pages", [8, 9, 12, 14, 20, 23, 32, 40])
def test_plan_interior_reaches_every_printer_s_pages_and_leaves_none_blank_unsaid(name, pages):
    printer = load_printer(name)
    leaves = plan_interior(pages, printer, printer.paper(None), ACTIVITIES, photos=pages % 2 == 0)
    kinds = [leaf.kind for leaf in leaves]
    assert len(leaves) >= printer.pages.least and len(leaves) % printer.pages.multiple == 0
    assert [leaf.page for leaf in leaves if leaf.kind == "story"] == list(range(1, pages + 1))
    assert kinds.index("story") == 3, "where the layout has the gutter of page 1 on the right"
    said = [leaf.says for leaf in leaves if leaf.added]
    assert all(said) and len(set(said)) == len(said)
    assert kinds.count("blank") == printer.pages.last_is_blank


def test_plan_interior_refuses_what_no_page_can_fill():
    printer = load_printer("kdp-hardcover")
    with pytest.raises(PressError, match=r"prints no fewer than 76 pages. This book has 17"):
        plan_interior(12, printer, printer.paper(None), ACTIVITIES)
    home = load_printer("home").but(pages={"least": 8, "most": 16, "multiple": 4})
    with pytest.raises(PressError, match="45 pages, 16 are the most"):
        plan_interior(40, home, home.paper(None), ACTIVITIES)


@pytest.mark.parametrize("pages", [4, 8, 20, 64])
def test_booklet_order_has_each_page_once_and_neighbours_on_a_sheet(pages):
    sides = list(booklet_order(pages))
    assert sorted(page for side in sides for page in side) == list(range(1, pages + 1))
    assert all(left + right == pages + 1 for left, right in sides)
    assert all(right % 2 == 1 for left, right in sides), "odd pages are right-hand ones"


def test_page_scale_fits_half_a_sheet():
    assert page_scale((612, 612), (11.693, 8.268), 0.2) == pytest.approx(5.6465 / 8.5)
    assert page_scale((100, 100), (11.693, 8.268), 0.2) == 1.0
