"""What stands between a book and a good print, each with what mends it."""

from functools import partial

import streamlit as st

from app.buttons import pressed
from app.navigation import link
from app.views.edited import edit
from app.widgets import job_panel, look
from app.widgets.proof_view import Proof
from storybook.authoring import edits
from storybook.authoring.proofs import Note, notes

MOST_LINKS = 4
CLEAR = ("pair", "andika")
"""Choices of letters whose text is in the font that holds most."""
ICONS = {
    "missing": ":material/brush:",
    "unfinished": ":material/photo_size_select_large:",
    "text": ":material/format_overline:",
    "glyphs": ":material/font_download_off:",
    "coarse": ":material/grain:",
    "title": ":material/title:",
}
HELP = {
    "text": "Another format or place for the text may have room for it, too.",
    "coarse": "A smaller format prints them finer. A page of your own picture needs a larger one.",
    "title": "Give the book another title.",
}


def show_notes(proof: Proof) -> None:
    """Every note with its pages and its remedies; a quiet line if there is none."""
    found = notes(proof.book, proof.studio, proof.pages)
    if not found:
        st.caption(
            ":material/check_circle: Every text fits its page, and every picture is fine "
            "enough for print."
        )
    for number, note in enumerate(found):
        with st.container(border=True, key=f"note-{number}", gap="small"):
            st.markdown(f"{ICONS[note.kind]} {look.plain(sentence(note))}")
            if note.kind in HELP:
                st.caption(HELP[note.kind])
            with st.container(horizontal=True, vertical_alignment="center"):
                _remedies(proof, note, number)


def sentence(note: Note) -> str:
    """A note with its pages, as a sentence.

    >>> sentence(Note(kind="missing", pages=(0, 2, 3), says="not drawn yet."))
    'The cover and pages 2 and 3 are not drawn yet.'
    """
    pages = [str(page) for page in note.pages if page]
    parts = ["the cover"] if 0 in note.pages else []
    if pages:
        listed = ", ".join(pages[:-1]) + " and " + pages[-1] if len(pages) > 1 else pages[0]
        parts.append(f"{'pages' if len(pages) > 1 else 'page'} {listed}")
    subject = " and ".join(parts)
    return f"{subject[0].upper()}{subject[1:]} {'are' if len(note.pages) > 1 else 'is'} {note.says}"


def _remedies(proof: Proof, note: Note, number: int) -> None:
    book = proof.book
    if note.kind in ("missing", "unfinished"):
        label = "Draw what is missing" if note.kind == "missing" else "Bring to print size"
        if pressed(label, key=f"mend-{number}", icon=":material/auto_awesome:"):
            title = book.brief.title or book.story.title
            if job_panel.make(book.folder, f"Make {title}"):
                st.rerun()
        return
    if note.kind == "title" or (note.kind == "coarse" and len(note.pages) > MOST_LINKS):
        return
    if note.kind == "glyphs" and book.brief.font not in CLEAR:
        clear, seen = book.brief.but(font="pair"), edits.version(book.brief)
        st.button(
            "Set the text in Andika",
            key=f"mend-{number}",
            on_click=edit,
            args=(book, partial(edits.set_brief, book, clear, seen)),
        )
    for page in note.pages[:MOST_LINKS]:
        called = "the cover" if page == 0 else f"page {page}"
        link(
            "storyboard",
            f"Change {called}",
            ":material/edit:",
            book=book.folder.name,
            page=str(proof.pages[page].page),
        )
