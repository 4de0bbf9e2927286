"""Where a page stands: moved, a new one put behind it, taken out and put back."""

from dataclasses import dataclass
from functools import partial

import streamlit as st

from app.views.edited import edit, open_page
from storybook.authoring import edits
from storybook.book.folder import Book
from storybook.studio.studio import Studio

TAKEN = "taken out"
"""What `st.session_state` calls the page that was taken out last."""


@dataclass(frozen=True, slots=True)
class TakenOut:
    """A page that was taken out, and where it stood."""

    book: str
    """The name of its folder."""
    page: int
    place: int
    from_card: bool
    """Whether on the storyboard, and not in the page's own editor."""


def placing(book: Book, studio: Studio, page: int, place: int, *, busy: bool) -> None:
    """Move the page that stands at `place`, add one, or take it out."""
    last, seen = len(book.scenes) - 1, edits.version(edits.order(book))
    key = f"insert-{page}"

    def move(to: int) -> None:
        edit(book, lambda: edits.move_page(book, page, to, seen))

    def insert() -> None:
        text = st.session_state[key]
        edit(book, lambda: open_page(edits.insert_page(book, studio, page, text, seen)), text)

    def take_it_out() -> None:
        edit(book, lambda: take_out(book, page, place, seen))

    with st.expander("Move, add or take out", icon=":material/swap_vert:"):
        with st.container(horizontal=True):
            st.button(
                "Move it forward",
                icon=":material/arrow_upward:",
                on_click=move,
                args=(place - 1,),
                disabled=busy or place == 1,
            )
            st.button(
                "Move it back",
                icon=":material/arrow_downward:",
                on_click=move,
                args=(place + 1,),
                disabled=busy or place == last,
            )
            st.button("Take it out", icon=":material/delete:", on_click=take_it_out, disabled=busy)
        with st.form(f"form-{key}", border=False, clear_on_submit=True):
            st.text_area(
                "The text of a new page behind this one", key=key, height=100, disabled=busy
            )
            st.form_submit_button(
                "Put it in", icon=":material/add:", disabled=busy, on_click=insert
            )


def take_out(book: Book, page: int, place: int, seen: str, *, from_card: bool = False) -> None:
    """Take a page out, and show all pages, with the way back for it."""
    edits.remove_page(book, page, seen)
    st.session_state[TAKEN] = TakenOut(book.folder.name, page, place, from_card)
    open_page(None)


def taken_out(book: Book) -> TakenOut | None:
    """The page that was taken out last, while it is out."""
    out = st.session_state.get(TAKEN)
    if out is None or out.book != book.folder.name:
        return None
    return out if out.page in {each.scene.page for each in edits.removed(book)} else None


def taken_out_just_now(book: Book, *, busy: bool) -> None:
    """The way back for a page that was taken out in its editor; for a card it is where that was."""
    out = taken_out(book)
    if out is None or out.from_card:
        return
    with st.container(horizontal=True, vertical_alignment="center", border=True, key="taken"):
        undo_taking_out(book, out, busy=busy)


def undo_taking_out(book: Book, out: TakenOut, *, busy: bool) -> None:
    """Say which page is out, and offer it back."""
    st.markdown(f"**Page {out.place}** was taken out.", width="stretch")
    st.button(
        "Undo",
        key="undo-taken",
        icon=":material/undo:",
        disabled=busy,
        on_click=edit,
        args=(book, partial(edits.put_page_back, book, out.page)),
    )
