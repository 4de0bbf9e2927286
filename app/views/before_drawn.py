"""How a book is drawn and where it happens: chosen by pictures, while nothing of it is drawn."""

import streamlit as st

from app.views import new_book_cards, style_choice
from app.views.edited import edit
from app.widgets import job_panel
from storybook.authoring import edits
from storybook.book.folder import Book

TOLD_ANEW = "The story is told already: another place has it told anew when the book is made."


def look_and_place(book: Book, title: str, *, busy: bool) -> None:
    """The style, in which the cast is drawn anew at once, and the place of a story of its own."""
    if busy:
        st.caption("How it is drawn, and where, can be changed as soon as the cast is drawn.")
        return
    st.subheader("How is it drawn?", anchor=False)

    def restyle(*, style: str) -> None:
        if style == book.brief.style:
            return
        edit(book, lambda: edits.set_style(book, style))
        job_panel.draw_cast(book.folder, title)

    style_choice.choose_style(book.brief.style, restyle)
    if book.brief.story:  # a ready-made one happens where it happens
        return
    st.subheader("Where does it happen?", anchor=False)
    if book.path(Book.STORY).is_file():
        st.caption(TOLD_ANEW)

    def happen(summary: str) -> None:
        brief = book.brief
        edit(
            book,
            lambda: edits.set_brief(book, brief.but(summary=summary), edits.version(brief)),
        )

    new_book_cards.places(book.brief.summary, happen)
