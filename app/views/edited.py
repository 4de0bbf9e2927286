"""Doing what an author asks of a book, where a page shows it; and which of its pages is open."""

from collections.abc import Callable, Sequence

import streamlit as st

from storybook.book import unsaved
from storybook.book.folder import Book
from storybook.config import load_settings
from storybook.content_filter import check_allowed
from storybook.errors import ChangedMeanwhile, StorybookError


def open_page(page: int | None) -> None:
    """Let the address name another page of the book, or none."""
    if page is None:
        st.query_params.pop("page", None)
    else:
        st.query_params["page"] = str(page)


def seen_of_page(book: Book, page: int) -> object:
    """Changes whenever there is another picture of a page to show, or a finer one."""
    chosen, plate = book.pick(page), book.plate_of(page)
    finer = plate.is_file() and plate.stat().st_mtime_ns
    return chosen and chosen.candidate, finer or bool(chosen or book.pictures(page))


def said_pages(book: Book, pages: Sequence[int]) -> str:
    """Which pages are, by where they stand: `page 2 is`, `pages 2 and 5 are`."""
    order = [scene.page for scene in book.scenes]
    *others, last = (str(order.index(page)) for page in pages)
    return f"pages {', '.join(others)} and {last} are" if others else f"page {last} is"


def edit(book: Book, action: Callable[[], object], words: str = "", *fields: str) -> bool:
    """Do something to the book; whether it was done, what is in its way is said above the page.

    `words` are the author's own: they are shown if the page was changed in another window, and
    looked over for what is not for children. The `fields` that they stood in are done with then.
    """
    try:
        if words and load_settings(None, []).write.for_children:
            check_allowed(words, "The page")
        action()
    except ChangedMeanwhile as clash:
        st.session_state["clash"] = (str(clash), words, clash.theirs)
        done = False
    except StorybookError as fault:
        st.session_state["fault"] = (str(fault), words)
        return False
    else:
        done = True
    for field in fields:
        unsaved.drop(book, field)
    return done


def said_of_edits() -> None:
    """What was in the way of the last edit; the author's words are there to be copied."""
    if "fault" in st.session_state:
        says, yours = st.session_state.pop("fault")
        st.error(says)
        if yours:
            st.caption("What you wrote, to copy:")
            st.code(yours, language=None, wrap_lines=True)
    if "clash" in st.session_state:
        says, yours, theirs = st.session_state.pop("clash")
        st.warning(says)
        mine, other = st.columns(2)
        with mine:
            st.caption("Yours, which was not kept:")
            st.code(yours or "-", language=None, wrap_lines=True)
        with other:
            st.caption("What is there now:")
            st.code(theirs or "-", language=None, wrap_lines=True)
