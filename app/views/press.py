"""Press: format, cover, type and where the text stands, with the pages as they would be printed.

`?book=kite`.
"""

from functools import partial

import streamlit as st

from app.buttons import pressed
from app.navigation import link
from app.views import page_sizes
from app.views.font_samples import letters
from app.views.for_printer import for_printer
from app.views.keepsakes_shown import keepsakes
from app.views.page_editor import edit, said_of_edits
from app.views.print_warnings import show_notes
from app.widgets import job_panel, look, room
from app.widgets.paths import open_book
from app.widgets.proof_view import Proof, downloads, pdf_button, proof_of, sheets
from storybook.authoring import edits
from storybook.authoring.proofs import LEAST_PPI, printed_ppi
from storybook.authoring.status import status
from storybook.book.folder import Book
from storybook.errors import EditedByHand, StorybookError
from storybook.press.formats import format_names, load_format, placements_of
from storybook.records import COVER
from storybook.stages import bind

SHEET_PX = 360
"""How wide a sheet is drawn: twice what it is shown, for fine screens."""
SHOWN_PX = 166
PRINTERS_PPI = 300
SAMPLE = 34
"""So many letters of the book's first page are shown in each choice of letters."""
FONTS = {
    "pair": "Clear text, playful titles",
    "andika": "Clear throughout",
    "storytime": "Warm, with serifs",
    "round": "Round and airy",
    "gentle": "Bookish, playful titles",
    "grandstander": "Playful throughout",
}
PLACES = {
    "auto": "As it fits best",
    "over": "On the picture",
    "below": "Below it",
    "beside": "Beside it",
}
SHOWS = {"book": "The book", "printer": "For a printer", "keepsakes": "Keepsakes"}


def page() -> None:
    book = open_book()
    if book is None:
        return
    job = job_panel.newest(book.folder)
    try:
        proof = proof_of(book)
        if proof is None:
            look.empty("There is nothing to print yet", "The story comes first.")
            if job is None or not job_panel.panel(job):
                link(
                    "storyboard", "To its storyboard", ":material/view_cozy:", book=book.folder.name
                )
            return
        _head(book)
        said_of_edits()
        busy = bool(job) and job_panel.panel(job)
        _press(book, proof, busy=busy)
    except StorybookError as fault:
        st.error(str(fault))
        link("storyboard", "To its storyboard", ":material/view_cozy:", book=book.folder.name)


def _head(book: Book) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom", key="press-head"):
        with st.container(width="stretch", key="press-title"):
            look.heading(look.plain(bind.story_of(book).title))
        link("storyboard", "Storyboard", ":material/view_cozy:", book=book.folder.name)
        link("reader", "Read it", ":material/auto_stories:", book=book.folder.name)


def _press(book: Book, proof: Proof, *, busy: bool) -> None:
    st.html(letters())
    shown, wishes = st.columns([2.1, 1], gap="large")  # on a telephone what is shown comes first
    with wishes:
        _wishes(book, busy=busy)
        _exports(book, proof, busy=busy)
    with shown:
        if busy:
            st.caption("The pages are shown here as soon as the work is done.")
        else:
            printed = st.segmented_control(
                "Show",
                list(SHOWS),
                default="book",
                format_func=SHOWS.get,
                key="press-shows",
                label_visibility="collapsed",
            )
            if printed == "printer":
                for_printer(proof, busy=busy)
            elif printed == "keepsakes":
                keepsakes(proof, busy=busy)
            else:
                show_notes(proof)
                _preview(proof)


def _wishes(book: Book, *, busy: bool) -> None:
    """What an author can choose; each choice is kept at once."""
    brief, title = book.brief, bind.story_of(book).title
    seen = edits.version(brief)
    asked = st.text_input(
        "Title", title, max_chars=max(120, len(title)), key=f"title-{title}", disabled=busy
    )
    if asked.strip() and asked.strip() != title:
        edit(book, partial(edits.set_title, book, asked), asked)
        st.rerun()
    link(
        "storyboard",
        "Choose another picture for the cover",
        ":material/imagesmode:",
        book=book.folder.name,
        page=str(COVER),
    )
    forms = {name: load_format(name) for name in format_names()}
    form = st.radio(
        "Format",
        list(forms),
        format_func=page_sizes.called,
        index=list(forms).index(brief.format),
        key=f"format-{seen}",
        disabled=busy,
    )
    font = st.radio(
        "Letters",
        list(FONTS),
        format_func=FONTS.get,
        captions=[look.plain(look.short(book.scenes[1].text, SAMPLE))] * len(FONTS),
        key=f"font-{seen}",
        index=list(FONTS).index(brief.font),
        disabled=busy,
    )
    places = placements_of(forms[form])
    placement = brief.placement if brief.placement in places else "auto"
    if len(places) > 2:
        placement = st.radio(
            "The text stands",
            places,
            format_func=PLACES.get,
            index=places.index(placement),
            key=f"placement-{seen}-{form}",
            disabled=busy,
        )
    wanted = brief.but(format=form, font=font, placement=placement)
    if wanted != brief and not busy:
        edit(book, partial(edits.set_brief, book, wanted, seen))
        st.rerun()


def _exports(book: Book, proof: Proof, *, busy: bool) -> None:
    finished = _is_finished(book, proof)
    st.space("small")
    st.markdown("**Take it home**")
    with st.container(horizontal=True):
        if finished:
            pdf_button(proof, main=True)
        else:
            asked = pressed(
                "Make the PDF",
                type="primary",
                icon=":material/auto_awesome:",
                disabled=busy,
                key="make-pdf",
            )
            if asked and job_panel.make(book.folder, f"Make {bind.story_of(book).title}"):
                st.rerun()
        downloads(proof)
    if book.pdf.is_file() and not finished:
        st.caption("Something has changed since the PDF was made.")
    fine = printed_ppi(proof.pages, bind.press_options_of(book, proof.studio))
    if fine:
        least = min(fine.values())
        says = f"Its pictures are printed at {least:.0f} pixels an inch"
        if least >= PRINTERS_PPI:
            st.caption(f"{says}, which is as fine as print shops ask for.")
        elif least >= LEAST_PPI:
            st.caption(
                f"{says}: fine for a picture book. A print shop may ask for {PRINTERS_PPI}; "
                "a smaller format gets nearer to it."
            )


def _is_finished(book: Book, proof: Proof) -> bool:
    try:
        return book.pdf.is_file() and status(book, proof.studio).finished
    except EditedByHand:  # the storyboard asks what is to become of it
        return False


def _preview(proof: Proof) -> None:
    """All sheets as they lie side by side in the book, the cover alone."""
    drawn = sheets(proof, SHEET_PX)
    labels = _labels(len(proof.pages) - 1, len(drawn), real=bool(bind.real_hero_key(proof.book)))
    with st.container(horizontal=True, gap="medium", key="sheets"):
        for first in (1, *range(2, len(drawn) + 1, 2)):
            last = first if first in (1, len(drawn)) else first + 1
            with st.container(width="content", gap="small"):
                with st.container(
                    horizontal=True, width="content", wrap=False, key=f"spread-{first}"
                ):
                    for sheet in range(first, last + 1):
                        room.image(drawn[sheet - 1], alt=labels[sheet - 1], width=SHOWN_PX)
                st.caption(" · ".join(labels[first - 1 : last]))


def _labels(pages: int, sheets: int, *, real: bool) -> list[str]:
    """What each sheet is, in their order; with a page of the `real` hero after the end."""
    known = ["Cover", "Endpaper", "Title page", *(f"Page {page}" for page in range(1, pages + 1))]
    known += ["The End", *(["The real hero"] if real else [])]
    return [*known, *["Endpaper"] * (sheets - len(known) - 1), "Back cover"]
