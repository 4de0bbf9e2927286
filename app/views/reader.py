"""Reader: a book to be read aloud, two pages at a time. `?book=kite`."""

import streamlit as st

from app.buttons import pressed
from app.navigation import link
from app.widgets import job_panel, look
from app.widgets.paths import open_book
from app.widgets.proof_view import Proof, downloads, html, pdf_button, proof_of
from storybook.authoring.narrate import left_to_read
from storybook.book.folder import Book
from storybook.errors import StorybookError

HEIGHT_PX = 700
ALOUD = (
    "A voice on this machine reads the book, and each word is lit while it is heard: press Read "
    "aloud below the pages. The voices are programs of their own (piper-tts or espeak-ng)."
)


def page() -> None:
    book = open_book()
    if book is None:
        return
    try:
        proof = proof_of(book)
        if proof is None or proof.missing == len(proof.pages):
            _nothing_yet(book)
            return
        _head(book, proof)
        aloud = _aloud(book)
        file = html(proof, aloud=aloud)
    except StorybookError as fault:
        st.error(str(fault))
        link("press", "See what the press says", ":material/print:", book=book.folder.name)
        return
    with st.container(key="reading"):
        st.iframe(file, height=HEIGHT_PX, alt="The book, page by page")
    st.caption(
        "Turn the pages with the arrow keys, a click or a swipe. F fills the screen, Esc leaves it."
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        link("storyboard", "Storyboard", ":material/view_cozy:", book=book.folder.name)
        link("press", "Press", ":material/print:", book=book.folder.name)
        if book.pdf.is_file():
            pdf_button(proof, main=False)
        downloads(proof)


def _aloud(book: Book) -> bool:
    """The switch for reading aloud; pages that nobody has read yet are read by a job."""
    if not st.toggle("Read aloud", key=f"aloud-{book.folder.name}", help=ALOUD):
        return False
    job = job_panel.newest(book.folder)
    if job is not None and job_panel.panel(job):
        return False
    left = left_to_read(book)
    if left:
        many = "1 page is" if left == 1 else f"{left} pages are"
        st.caption(f"{many} not read yet. It takes about a second a page, on this machine alone.")
        if pressed("Have it read", icon=":material/record_voice_over:") and job_panel.start(
            ("narrate", str(book.folder)), f"Read {book.folder.name} aloud", book.folder
        ):
            st.rerun()
    return left < len(book.scenes)


def _nothing_yet(book: Book) -> None:
    look.empty(
        "There is nothing to read yet",
        "As soon as the first picture is drawn, the book opens here.",
    )
    job = job_panel.newest(book.folder)
    if job is None or not job_panel.panel(job):
        with st.container(horizontal_alignment="center"):
            link("storyboard", "To its storyboard", ":material/view_cozy:", book=book.folder.name)


def _head(book: Book, proof: Proof) -> None:
    look.heading(look.plain(book.brief.title or book.story.title))
    if proof.missing:
        many = "1 picture is" if proof.missing == 1 else f"{proof.missing} pictures are"
        st.caption(f"{many} not drawn yet: the storyboard has them made.")
