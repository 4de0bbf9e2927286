"""What a book could not keep, line by line, until its author mends it or says that it is fine."""

from collections.abc import Sequence
from functools import partial

import streamlit as st

from app.buttons import pressed
from app.navigation import go
from app.views.edited import edit, open_page
from app.widgets import job_panel, look
from storybook.authoring import edits, history
from storybook.book.folder import Book
from storybook.errors import StorybookError
from storybook.ready_made.nearest import NOT_MADE_FOR, OTHER_BOOKS
from storybook.records import COVER
from storybook.studio import departures
from storybook.studio.departures import Listed
from storybook.studio.studio import Studio

OPEN_AT_ONCE = 3
"""More lines than these are folded away at first."""
WRITE_IN = ("thing", "clause")
HINT = "to be written in"
"""What `st.session_state` calls the departure that its author wants to mend on a page."""
ASKED = "asked for"
"""And this, that they want to change what was asked for."""


def panel(book: Book, studio: Studio, found: Sequence[Listed], *, busy: bool) -> None:
    """All departures of the book, those that were accepted last; nothing if there is none."""
    unmet, fine = [each for each in found if not each.fine], [each for each in found if each.fine]
    if not found:
        return
    title = f"Not in this book ({len(unmet)})" if unmet else "Not in this book, and fine"
    with st.expander(
        title, icon=":material/playlist_remove:", expanded=_is_short(unmet), key="departures"
    ):
        if unmet:
            st.caption("What the telling left out of your summary, and what cannot be drawn.")
        with st.container(gap="small"):
            for each in unmet:
                _line(book, studio, each, busy=busy)
            for each in fine:
                _accepted(book, studio, each, busy=busy)


def of_page(book: Book, studio: Studio, page: int, *, busy: bool) -> None:
    """What the picture of one page does not show, though it was asked for."""
    try:
        found = departures.listed(book, studio)
    except StorybookError:
        return  # the book's own page says what is wrong
    for each in found:
        if page in each.pages and not each.fine:
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                st.caption(look.plain(each.text), width="stretch")
                _fine(book, studio, each, busy=busy)


def hint(page: int) -> None:
    """What the author came to this page for, if they came to write something in."""
    says, where = st.session_state.get(HINT, ("", None))
    if where == page:
        st.info(
            f"{look.plain(says)} Write it into the text of this page, or of another.",
            icon=":material/edit_note:",
        )


def _line(book: Book, studio: Studio, each: Listed, *, busy: bool) -> None:
    with st.container(
        horizontal=True, vertical_alignment="center", gap="small", key=f"departure-{each.number}"
    ):
        st.markdown(look.plain(_said(book, each)), width="stretch")
        _mend(book, each, busy=busy)
        _fine(book, studio, each, busy=busy)


def _accepted(book: Book, studio: Studio, each: Listed, *, busy: bool) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(f":material/check: {look.plain(_said(book, each))}", width="stretch")
        st.button(
            "Not fine after all",
            key=f"unfine-{each.number}",
            type="tertiary",
            disabled=busy,
            on_click=edit,
            args=(book, partial(_accept, book, studio, each, fine=False)),
        )


def _fine(book: Book, studio: Studio, each: Listed, *, busy: bool) -> None:
    st.button(
        "That is fine",
        key=f"fine-{each.number}",
        icon=":material/check:",
        type="tertiary",
        disabled=busy,
        on_click=edit,
        args=(book, partial(_accept, book, studio, each, fine=True)),
    )


def _mend(book: Book, each: Listed, *, busy: bool) -> None:
    """The way to where it can be mended."""
    key = f"mend-{each.number}"
    if each.pages:
        called = _called(book, each.pages[0])
        st.button(
            f"Change {called}",
            key=key,
            type="tertiary",
            icon=":material/edit:",
            on_click=open_page,
            args=(each.pages[0],),
        )
    elif each.kind in WRITE_IN:
        st.button(
            "Write it in",
            key=key,
            type="tertiary",
            icon=":material/edit_note:",
            on_click=_write_in,
            args=(book, each),
        )
    elif NOT_MADE_FOR in each.text:
        st.button(
            "Another story",
            key=key,
            type="tertiary",
            icon=":material/auto_stories:",
            disabled=busy,
            help=f"The next of the {OTHER_BOOKS} that are nearest to your summary, made at once. "
            "The pictures so far are kept, and you can undo it.",
            on_click=_another_story,
            args=(book,),
        )
    elif each.kind == "look":
        if pressed("Other painters", key=key, type="tertiary", icon=":material/tune:"):
            go("settings")
    else:
        st.button(
            "Change the summary",
            key=key,
            type="tertiary",
            icon=":material/edit:",
            disabled=busy,
            on_click=st.session_state.update,
            args=({ASKED: True},),
        )


def _another_story(book: Book) -> None:
    """Ask for the next telling by its number, and make it."""
    brief = book.brief
    wanted = brief.but(seed=brief.seed + 1)
    if edit(book, lambda: edits.set_brief(book, wanted, edits.version(brief))):
        job_panel.make(book.folder, f"Make {brief.title or look.short(brief.summary, 32)}")


def _accept(book: Book, studio: Studio, each: Listed, *, fine: bool) -> None:
    """By its words, since its number may be another by now."""
    now = departures.listed(book, studio)
    numbers = [one.number for one in now if (one.kind, one.text) == (each.kind, each.text)]
    if numbers:
        with history.step(book, "Said to be fine" if fine else "Not fine after all"):
            departures.accept(book, studio, numbers, fine=fine)


def _write_in(book: Book, each: Listed) -> None:
    """Open the page that is as far into the book as the words are into the summary."""
    summary, order = book.brief.summary, edits.order(book)[1:]
    words = each.text.removeprefix("Left out: ").strip(".“”")
    at = max(0, summary.lower().find(words.lower())) / max(1, len(summary))
    page = order[min(len(order) - 1, int(at * len(order)))]
    st.session_state[HINT] = (each.text, page)
    open_page(page)


def _said(book: Book, each: Listed) -> str:
    """A departure with the pages that it is on."""
    if not each.pages:
        return each.text
    pages = ", ".join(_called(book, page) for page in each.pages)
    return f"{pages[0].upper()}{pages[1:]}: {each.text}"


def _called(book: Book, page: int) -> str:
    order = edits.order(book)
    return "the cover" if page == COVER else f"page {order.index(page)}"


def _is_short(unmet: Sequence[Listed]) -> bool:
    return 0 < len(unmet) <= OPEN_AT_ONCE
