"""What a printer takes, live: cover wrap and pages with their guides, and every rule with what
mends it."""

from dataclasses import dataclass
from functools import partial

import streamlit as st
from PIL import Image

from app.buttons import pressed
from app.navigation import link
from app.views.page_editor import edit
from app.widgets import job_panel, look, room
from app.widgets.proof_view import Proof
from storybook.authoring import edits
from storybook.authoring.blurb import has_writer_for_blurbs
from storybook.authoring.pressing import Pressed, press
from storybook.authoring.print_jobs import draft_of, imprint_of, set_imprint
from storybook.authoring.proofs import proof_plates
from storybook.authoring.soft_proof import soft_proof
from storybook.book.folder import Book
from storybook.errors import PressError
from storybook.press.findings import PreflightFinding
from storybook.press.guides import cover_guides, guided, page_guides
from storybook.press.interior import Imprint
from storybook.press.preview import drawn_pages
from storybook.press.printers import Printer, load_printer, printer_names
from storybook.records import digest

DEFAULT = "kdp"
COVER_PX, SHEET_PX = 1240, 340
SHEET_SHOWN_PX = 160
MOST_LINKS = 4
ICONS = {
    "pass": ":material/check_circle:",
    "note": ":material/info:",
    "fail": ":material/error:",
}
FILES = {
    "interior.pdf": ("Download the pages", ":material/menu_book:"),
    "cover.pdf": ("Download the cover", ":material/auto_stories:"),
    "proof.txt": ("Download the report", ":material/fact_check:"),
}


@dataclass(frozen=True, slots=True)
class PrinterProof:
    """A draft for a printer, drawn: the cover wrap, if it has one, the pages, and the findings."""

    cover: bytes | None
    sheets: tuple[bytes, ...]
    findings: tuple[PreflightFinding, ...]
    labels: tuple[str, ...]


def for_printer(proof: Proof, *, busy: bool) -> None:
    """The whole of it; a printer that cannot print the book says why."""
    book, imprint = proof.book, imprint_of(proof.book)
    printer, paper, spine = _wishes(book, imprint, busy=busy)
    try:
        key = digest(proof.key, printer, paper or "", spine or 0.0, imprint)
        shown = _drawn(key, proof, printer, paper, spine)
    except PressError as fault:
        st.error(str(fault))
        return
    if shown.cover:
        room.image(shown.cover, alt="Back, spine and front of the cover")
    st.caption(
        "What lies outside of the red line is cut off. Words stay inside of the blue one. Between "
        "the dotted lines is the spine."
        if shown.cover
        else "What lies outside of the red line is cut off. Words stay inside of the blue one."
    )
    _sheets(shown)
    _make(proof, printer, paper, spine, busy=busy)
    _findings(book, shown, busy=busy)
    _colours(key, proof, printer)


def _colours(key: str, proof: Proof, printer: Printer) -> None:
    """How pictures come out in print, beside how they look here; drawn when it is asked for."""
    if st.toggle("Show how colours come out in print", key="soft-proof"):
        sheet, says = _soft_proof(key, proof, printer)
        room.image(sheet, alt="Each picture on a screen, and in print beside it")
        st.caption(look.plain(says))


@st.cache_data(max_entries=4, show_spinner="Looking through the printer's inks ...")
def _soft_proof(key: str, _proof: Proof, _printer: Printer) -> tuple[Image.Image, str]:
    plates = proof_plates(_proof.book, _proof.studio, _proof.pages)
    found = soft_proof(plates, _printer)
    return found.sheet, found.says


def _wishes(
    book: Book, imprint: Imprint, *, busy: bool
) -> tuple[Printer, str | None, float | None]:
    """Printer, paper and spine, and what the author adds for print; kept at once."""
    names = printer_names()
    left, right = st.columns(2)
    with left:
        name = st.selectbox(
            "Printer",
            names,
            index=names.index(imprint.printer)
            if imprint.printer in names
            else names.index(DEFAULT),
            format_func=lambda one: load_printer(one).title,
            key="printer",
            disabled=busy,
        )
    printer = load_printer(name)
    with right:
        papers = list(printer.papers)
        paper = st.selectbox(
            "Paper",
            papers,
            index=papers.index(imprint.paper) if imprint.paper in papers else 0,
            format_func=lambda one: printer.papers[one].title,
            key=f"paper-{name}",
            disabled=busy,
        )
    spine = None
    if printer.has_wrap and not printer.sources["papers"].checked:
        spine = st.number_input(
            "Spine in inches, from the printer's calculator",
            0.0,
            4.0,
            value=None,
            step=0.001,
            format="%.4f",
            key=f"spine-{name}",
            disabled=busy,
        )
    own_paper = imprint.paper if imprint.paper in papers else papers[0]
    if (name, paper) != (imprint.printer or DEFAULT, own_paper) and not busy:
        edit(book, partial(set_imprint, book, imprint.but(printer=name, paper=paper)))
    _words(book, imprint.but(printer=name, paper=paper), busy=busy)
    return printer, paper, spine


def _words(book: Book, imprint: Imprint, *, busy: bool) -> None:
    with st.expander("Dedication, names and the words on the back"), st.form("imprint"):
        texts = {
            "dedication": st.text_input("Dedication", imprint.dedication, max_chars=300),
            "author": st.text_input("Told by", imprint.author, max_chars=60),
            "illustrator": st.text_input("Pictures by", imprint.illustrator, max_chars=60),
            "blurb": st.text_area(
                "On the back", imprint.blurb or book.brief.summary, max_chars=800
            ),
        }
        if pressed("Keep", button=st.form_submit_button, disabled=busy):
            if texts["blurb"].strip() == book.brief.summary:
                texts["blurb"] = ""
            wanted = imprint.but(**{key: text.strip() for key, text in texts.items()})
            edit(book, partial(set_imprint, book, wanted), " ".join(texts.values()))
            st.rerun()


def _make(
    proof: Proof, printer: Printer, paper: str | None, spine: float | None, *, busy: bool
) -> None:
    """Making the files, and taking those that were made."""
    book, writes = proof.book, False
    if has_writer_for_blurbs(book, proof.studio):
        writes = st.checkbox(
            "Let the writer say what stands on the back", key="write-blurb", disabled=busy
        )
    with st.container(horizontal=True):
        if pressed(
            "Make the printer's files",
            type="primary",
            icon=":material/print:",
            disabled=busy,
            key="make-printed",
        ):
            asked = ["press", str(book.folder), "--printer", printer.name]
            asked += ["--paper", paper] if paper else []
            asked += ["--spine", f"{spine:g}"] if spine else []
            asked += ["--write-blurb"] if writes else []
            if job_panel.start(tuple(asked), f"Print {book.folder.name}", book.folder):
                st.rerun()
        for name, (label, icon) in FILES.items():
            path = book.folder / "print" / printer.name / name
            if path.is_file():
                st.download_button(
                    label,
                    data=path.read_bytes,
                    file_name=f"{book.pdf.stem}-{printer.name}-{name}",
                    icon=icon,
                    on_click="ignore",
                    key=f"take-{name}",
                )


def _findings(book: Book, shown: PrinterProof, *, busy: bool) -> None:
    """Broken rules and notes with their remedies, then the kept ones in a fold."""
    open_ones = [each for each in shown.findings if each.status != "pass"]
    for number, finding in enumerate(sorted(open_ones, key=lambda one: one.status)):
        with st.container(border=True, key=f"finding-{number}", gap="small"):
            st.markdown(
                f"{ICONS[finding.status]} {look.plain(finding.says[:1].upper())}"
                f"{look.plain(finding.says[1:])}."
            )
            st.caption(f"The printer asks for {look.plain(finding.asks)}.")
            _remedy(book, finding, number, busy=busy)
    kept = [each for each in shown.findings if each.status == "pass"]
    with st.expander(f"{len(kept)} rules are kept"):
        for finding in kept:
            unsure = "" if finding.checked else " *(this rule could not be looked up)*"
            st.markdown(
                f"{ICONS['pass']} {look.plain(finding.asks)}: {look.plain(finding.says)}{unsure}"
            )


def _remedy(book: Book, finding: PreflightFinding, number: int, *, busy: bool) -> None:
    """What mends it in one click, or in words."""
    if finding.mend == "format":
        wanted, seen = book.brief.but(format=finding.value), edits.version(book.brief)
        st.button(
            f"Take the format {finding.value}",
            key=f"mend-print-{number}",
            on_click=edit,
            args=(book, partial(edits.set_brief, book, wanted, seen)),
            disabled=busy,
        )
    elif finding.mend == "enlarge":
        label = "Enlarge the pictures further"
        if pressed(label, key=f"mend-print-{number}", disabled=busy, icon=":material/hd:"):
            asked = ("enlarge", str(book.folder), "--set", f"enlarge.width_px={finding.value}")
            if job_panel.start(asked, f"Enlarge {book.folder.name}", book.folder):
                st.rerun()
    elif finding.mend == "shorten":
        st.caption(look.plain(finding.remedy))
        link("storyboard", "Change the words", ":material/edit:", book=book.folder.name)
    elif finding.mend == "picture":
        for place in map(int, finding.value.split()[:MOST_LINKS]):
            link(
                "storyboard",
                "Another picture for " + (f"page {place} of the story" if place else "the cover"),
                ":material/imagesmode:",
                book=book.folder.name,
                page=str(book.scenes[place].page),
            )
    elif finding.remedy:
        st.caption(look.plain(finding.remedy))


def _sheets(shown: PrinterProof) -> None:
    """A row of the pages as they lie side by side, the first alone on the right."""
    with st.container(horizontal=True, gap="medium", key="printed-sheets"):
        for first in (0, *range(1, len(shown.sheets), 2)):
            last = first if first in (0, len(shown.sheets) - 1) else first + 1
            with st.container(width="content", gap="small"):
                with st.container(
                    horizontal=True, width="content", wrap=False, key=f"spread-printed-{first}"
                ):
                    for sheet in range(first, last + 1):
                        label = f"{sheet + 1}: {shown.labels[sheet]}"
                        room.image(shown.sheets[sheet], alt=label, width=SHEET_SHOWN_PX)
                st.caption(" · ".join(shown.labels[first : last + 1]))


KINDS = {
    "belongs": "Whose book",
    "dedication": "Dedication",
    "title": "Title page",
    "end": "The End",
    "hero": "The real hero",
    "draw": "To draw",
    "notes": "To write",
    "endpaper": "Endpaper",
    "blank": "Left blank",
    "cover": "Cover",
    "back": "Back cover",
}


@st.cache_data(max_entries=8, show_spinner="Setting the pages for the printer ...")
def _drawn(
    key: str, _proof: Proof, _printer: Printer, paper: str | None, spine: float | None
) -> PrinterProof:
    job = draft_of(
        _proof.book, _proof.studio, _printer, _proof.pages, paper=paper, spine_in=spine or None
    )
    pressed = press(job)
    labels = tuple(KINDS.get(leaf.kind, f"Page {leaf.page}") for leaf in pressed.leaves)
    return PrinterProof(_cover(pressed), _pages(pressed), pressed.findings, labels)


def _cover(pressed: Pressed) -> bytes | None:
    if pressed.cover is None or pressed.wrap is None:
        return None
    (drawn,) = drawn_pages(pressed.cover, COVER_PX)
    return guided(drawn, cover_guides(pressed.wrap))


def _pages(pressed: Pressed) -> tuple[bytes, ...]:
    drawn, count = drawn_pages(pressed.interior, SHEET_PX), len(pressed.leaves)
    return tuple(
        guided(sheet, page_guides(pressed.job.printer, pressed.form, number, count))
        for number, sheet in enumerate(drawn, start=1)
    )
