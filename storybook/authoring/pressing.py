"""A book for a printer: interior, cover wrap and proof report, from words and plates."""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

from PIL import Image

from storybook.book.printing import PressOptions, PrintedWords, lay_words
from storybook.press.colour import theme_of
from storybook.press.endpage import Facts, draw_end_page
from storybook.press.findings import PreflightFinding, Proofed
from storybook.press.finish import finished
from storybook.press.fonts import load_fonts
from storybook.press.formats import POINTS_PER_INCH, Format
from storybook.press.impose import imposed
from storybook.press.inks import Inks, load_inks
from storybook.press.interior import Imprint, Leaf, plan_interior
from storybook.press.layout import StoryPage
from storybook.press.matter import (
    RealHero,
    draw_blank,
    draw_bookplate,
    draw_dedication,
    draw_drawing_page,
    draw_hero_page,
    draw_notes_page,
)
from storybook.press.pdf import (
    draw_back_cover,
    draw_cover,
    draw_endpaper,
    draw_story_page,
    draw_title_page,
)
from storybook.press.pdf_context import CREATOR, Drawn, PdfContext, new_canvas
from storybook.press.picture import open_picture
from storybook.press.printable import curl
from storybook.press.printers import Paper, Printer
from storybook.press.report import report
from storybook.press.seen import see
from storybook.press.wrap import CoverWords, Wrap, draw_wrap, wrap_of
from storybook.stages.bind import PlatePage, facing_of


@dataclass(frozen=True, slots=True)
class PrintJob:
    """What is printed by whom: a book's words and pictures, and a printer's wishes."""

    printer: Printer
    paper: Paper
    press_options: PressOptions
    words: PrintedWords
    pages: Sequence[PlatePage]
    """The cover first, then the story's pages."""
    facts: Facts
    imprint: Imprint
    summary: str
    activities: tuple[str, ...] = ()
    real: RealHero | None = None
    """The real pet, if there are photos of it."""
    spine_in: float | None = None
    """As the printer's own calculator says; None: by its rule."""
    fineness: float = 0.0
    """Of a draft: how many times finer the plates are than the pictures given; 0: it is none."""


@dataclass(frozen=True, slots=True)
class Pressed:
    """A book as its printer takes it, and what its rules say."""

    job: PrintJob
    leaves: tuple[Leaf, ...]
    interior: bytes
    cover: bytes | None
    findings: tuple[PreflightFinding, ...]
    form: Format
    """The book's format with the printer's margins."""
    wrap: Wrap | None = None

    @property
    def ready(self) -> bool:
        """Whether every rule is kept."""
        return not any(finding.status == "fail" for finding in self.findings)


def press(job: PrintJob) -> Pressed:
    """Interior, cover and report; equal jobs give equal bytes.

    Raises PressError that names what cannot be set, or a book that no pages can make long enough.
    """
    printer = job.printer
    leaves = plan_interior(
        len(job.pages) - 1,
        printer,
        job.paper,
        job.activities,
        dedication=bool(job.imprint.dedication),
        photos=job.real is not None,
    )
    form = _fitted(job.press_options.form, printer, len(leaves))
    inks = _inks(printer)
    cover = open_picture(job.pages[0].png, "cover")
    laid = lay_words(job.words, job.press_options.but(form=form), cover.width / cover.height)
    inside, interior = _interior(job, form, leaves, laid, cover, inks)
    spine_in = printer.spine_in(job.paper, len(leaves)) if job.spine_in is None else job.spine_in
    wrap = wrap_of(printer, form, spine_in) if printer.has_wrap else None
    outside, sheet = _cover(job, form, wrap, cover, inks, len(leaves)) if wrap else ((), None)
    findings = report(
        Proofed(
            printer=printer,
            paper=job.paper,
            form=form,
            leaves=leaves,
            interior=see(interior),
            set_inside=inside,
            cover=see(sheet) if sheet else None,
            wrap=wrap,
            set_outside=outside,
            spine_in=spine_in,
            spine_said=job.spine_in is not None,
            draft=job.fineness > 0,
        )
    )
    if job.paper.sheet_in and not job.fineness:
        interior = imposed(interior, job.paper.sheet_in, printer.file.unprintable_in)
    return Pressed(job, leaves, interior, sheet, findings, form, wrap)


def _interior(
    job: PrintJob,
    form: Format,
    leaves: Sequence[Leaf],
    laid: Sequence[StoryPage],
    cover: Image.Image,
    inks: Inks | None,
) -> tuple[list[Drawn], bytes]:
    file = BytesIO()
    pdf = _new_context(job, form, file, cover, inks)
    for sheet, leaf in enumerate(leaves, start=1):
        _draw_leaf(pdf.on(sheet), job, leaf, laid, cover)
    pdf.canvas.save()
    data = finished(file.getvalue(), job.printer, title=job.words.title, tool=CREATOR, inks=inks)
    return pdf.ledger, data


def _draw_leaf(
    pdf: PdfContext, job: PrintJob, leaf: Leaf, laid: Sequence[StoryPage], cover: Image.Image
) -> None:
    words = job.words
    if leaf.kind == "story":
        page = job.pages[leaf.page]
        picture = open_picture(page.png, f"page {leaf.page}")
        facing = facing_of(page, job.pages, laid)
        draw_story_page(pdf, laid[leaf.page - 1], picture, page.text_side, facing)
    elif leaf.kind == "cover":
        draw_cover(pdf, cover, words.title, words.starring)
    elif leaf.kind == "title":
        draw_title_page(pdf, cover, words.title, words.about, job.imprint.credits)
    elif leaf.kind == "dedication":
        draw_dedication(pdf, curl(job.imprint.dedication, job.press_options.language))
    elif leaf.kind == "end":
        draw_end_page(pdf, job.facts, pdf.sheet, words.the_end)
    elif leaf.kind == "hero":
        draw_hero_page(pdf, job.real)
    elif leaf.kind == "draw":
        draw_drawing_page(pdf, leaf.says)
    elif leaf.kind == "notes":
        draw_notes_page(pdf, leaf.says)
    else:
        plain = {
            "belongs": draw_bookplate,
            "endpaper": draw_endpaper,
            "back": draw_back_cover,
            "blank": draw_blank,
        }
        plain[leaf.kind](pdf)


def _cover(
    job: PrintJob, form: Format, wrap: Wrap, picture: Image.Image, inks: Inks | None, pages: int
) -> tuple[list[Drawn], bytes]:
    file = BytesIO()
    pdf = _new_context(job, form, file, picture, inks)
    language = job.press_options.language
    words = CoverWords(
        title=job.words.title,
        starring=job.words.starring,
        blurb=curl(job.imprint.blurb, language) or job.summary,
        credits=job.imprint.credits,
        spine=pages >= job.printer.spine.words_from_pages,
    )
    draw_wrap(pdf, wrap, picture, words)
    pdf.canvas.save()
    data = finished(file.getvalue(), job.printer, title=job.words.title, tool=CREATOR, inks=inks)
    return pdf.ledger, data


def _new_context(
    job: PrintJob, form: Format, file: BytesIO, cover: Image.Image, inks: Inks | None
) -> PdfContext:
    fonts = load_fonts(job.press_options.font, job.press_options.language)
    canvas = new_canvas(
        file,
        form,
        fonts,
        title=job.words.title,
        subject=job.words.about,
        language=job.press_options.language,
        inks=inks,
    )
    bleed, options = job.printer.bleed, job.press_options.options
    resolution = job.printer.resolution
    return PdfContext(
        canvas,
        form,
        fonts,
        theme_of(cover),
        options.but(max_ppi=max(resolution.least_ppi, min(options.max_ppi, resolution.most_ppi))),
        bleed_pt=bleed.inches * POINTS_PER_INCH,
        bleed_at_bind=bleed.at_bind,
        least_ppi=0 if job.fineness else resolution.least_ppi,
        fineness=job.fineness or 1.0,
        finds_faces=True,
    )


def _fitted(form: Format, printer: Printer, pages: int) -> Format:
    """The format with margins and gutter that are wide enough for the printer."""
    margin = max(form.margin_in, printer.margins.outside_in)
    inside = printer.margins.inside_in(max(pages, printer.margins.gutter_in[0][0]))
    return form.but(margin_in=margin, gutter_in=max(form.gutter_in, inside - margin))


def _inks(printer: Printer) -> Inks | None:
    rule = printer.colour
    return load_inks(rule.profile, rule.most_ink) if rule.space == "cmyk" else None
