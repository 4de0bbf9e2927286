"""The order of a book's pages: a list of them in which each is dragged to another place.

A list, and not the cards themselves: what drags them tells places by one direction alone, and cards
stand in rows.
"""

from functools import partial

import streamlit as st
from streamlit_dnd import dnd

from app.views.edited import edit
from app.widgets import look
from storybook.authoring import edits
from storybook.authoring.status import Status
from storybook.book.folder import Book

ROW = "row-page-"
PICTURE_PX = 56
MOST_LETTERS = 90
ACCENT = "#a8442a"
"""Where a dragged page would come to stand; the studio's own colour."""


def shown(book: Book, now: Status, *, busy: bool) -> None:
    """Draw the list, folded; the cover, which stays where it is, is not in it."""
    with st.expander("Put pages in another order", icon=":material/swap_vert:", key="ordering"):
        if busy:
            st.caption("Once the pictures are drawn.")
            return
        st.caption("Drag a page by its grip. On their cards, arrows do the same.")
        with st.container(key="order", gap="xsmall"):
            for each in now.page_status[1:]:
                _row(book, each.page, each.place, each.text)
        _dropped(book, [each.page for each in now.page_status])


def _row(book: Book, page: int, place: int, text: str) -> None:
    with (
        st.container(key=f"{ROW}{page}", border=True),
        st.container(horizontal=True, vertical_alignment="center", wrap=False),
    ):
        with st.container(width=PICTURE_PX):
            look.page_picture(book, page, f"Page {place}", PICTURE_PX)
        shown_text = look.plain(look.short(text, MOST_LETTERS))
        st.markdown(f"**Page {place}** {shown_text}", width="stretch")


def _dropped(book: Book, order: list[int]) -> None:
    """Move a page that was dropped elsewhere."""
    drop = dnd(
        "order",
        handle=True,
        handle_icon=":material/drag_indicator:",
        color=ACCENT,
        key="drag-order",
    )
    page = {f"{ROW}{page}": page for page in order}.get(drop.item_key if drop else None)
    if page is None:
        return
    # Places are counted without the cover, and as they were before the page was lifted out.
    place = drop.to_index + (drop.to_index <= drop.from_index)
    if place != order.index(page):
        seen = edits.version(tuple(order))
        edit(book, partial(edits.move_page, book, page, place, seen))
    st.rerun()
