"""A book as it would be read and printed now, for the reader and the press: made once, and kept
while nothing that it depends on changes."""

from dataclasses import dataclass

import streamlit as st

from storybook.authoring.export_html import export_html, pictures_zip
from storybook.authoring.narrate import narration_key
from storybook.authoring.proofs import ProofPage, proof_key, proof_pages, proof_pdf
from storybook.book.folder import Book
from storybook.config import load_settings
from storybook.press.preview import drawn_pages
from storybook.studio.studio import Studio


@dataclass(frozen=True, slots=True)
class Proof:
    """A book's pages as they are now, and the key under which what is made of them is kept."""

    book: Book
    studio: Studio
    pages: tuple[ProofPage, ...]
    key: str

    @property
    def missing(self) -> int:
        """How many pictures are not drawn yet."""
        return sum(page.state == "missing" for page in self.pages)


def proof_of(book: Book) -> Proof | None:
    """The proof of a book, or None while its story is not told; raises StorybookError."""
    if not book.path(book.SCENES).is_file():
        return None
    studio = Studio(load_settings(None, []))
    pages = proof_pages(book, studio)
    return Proof(book, studio, pages, proof_key(book, studio, pages))


def html(proof: Proof, *, aloud: bool = True) -> str:
    """The book to be read on a screen, and aloud, if it was narrated."""
    return _html(f"{proof.key}-{narration_key(proof.book) if aloud else 'quiet'}", proof, aloud)


def sheets(proof: Proof, width_px: int) -> list[bytes]:
    """Every sheet of the PDF, drawn so wide."""
    return _sheets(proof.key, width_px, proof)


def downloads(proof: Proof) -> None:
    """Buttons for the book as it is now: to read on a screen, and its pictures."""
    name = proof.book.pdf.stem
    st.download_button(
        "Download HTML",
        data=lambda: html(proof).encode(),
        file_name=f"{name}.html",
        mime="text/html",
        icon=":material/language:",
        help="One file that opens in any browser and turns its pages.",
        on_click="ignore",
    )
    st.download_button(
        "Download pictures",
        data=lambda: pictures_zip(proof.pages),
        file_name=f"{name}-pictures.zip",
        mime="application/zip",
        icon=":material/photo_library:",
        help="Every page's picture, in one zip.",
        on_click="ignore",
    )


def pdf_button(proof: Proof, *, main: bool) -> None:
    """A button for the PDF as it was bound."""
    st.download_button(
        "Download PDF",
        data=proof.book.pdf.read_bytes,
        file_name=proof.book.pdf.name,
        mime="application/pdf",
        icon=":material/download:",
        type="primary" if main else "secondary",
        on_click="ignore",
    )


@st.cache_data(max_entries=6, show_spinner="Laying out the pages ...")
def _html(key: str, _proof: Proof, aloud: bool) -> str:
    return export_html(_proof.book, _proof.studio, aloud=aloud)


@st.cache_data(max_entries=12, show_spinner="Setting the pages ...")
def _sheets(key: str, width_px: int, _proof: Proof) -> list[bytes]:
    return drawn_pages(proof_pdf(_proof.book, _proof.studio, _proof.pages), width_px)
