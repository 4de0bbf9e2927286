"""What an author did to a book: undo and redo, and a strip of what was done to a page."""

import time
from functools import partial

import streamlit as st

from app.views.edited import edit
from app.widgets import look
from storybook.authoring import history
from storybook.book.folder import Book
from storybook.jobs.text import ago
from storybook.records import COVER

SHOWN = 12
"""So many steps a strip has, the newest first."""
PICTURE_PX = 96


def bar(book: Book) -> None:
    """Undo and redo, each with what it would do; nothing while nothing was done."""
    back, forth = history.next_undone(book), history.next_redone(book)
    if back is None and forth is None:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="history"):
        for label, keys, found, action in (
            ("Undo", "Alt+Z", back, history.undo),
            ("Redo", "Alt+Y", forth, history.redo),
        ):
            st.button(
                label,
                key=label.lower(),
                icon=f":material/{label.lower()}:",
                shortcut=keys,
                disabled=found is None,
                on_click=edit,
                args=(book, partial(action, book)),
            )
        if back is not None:
            st.caption(f"Last: {called(book, back)}")


def called(book: Book, step: history.Step) -> str:
    """A step in an author's words, with the page by where it stands now."""
    if step.page is None:
        return step.says
    order = [scene.page for scene in book.scenes] if book.path(Book.SCENES).is_file() else []
    if step.page == COVER:
        return f"{step.says}, the cover"
    if step.page not in order:
        return f"{step.says}, a page that is out"
    return f"{step.says}, page {order.index(step.page)}"


def strip(book: Book, page: int) -> None:
    """What was done to a page, the newest first; each can be gone back to."""
    every = history.steps(book)
    mine = [each for each in reversed(every) if each.page == page][:SHOWN]
    if not mine:
        return
    st.subheader("What you did here", anchor=False)
    with st.container(horizontal=True, gap="small", key="strip"):
        for each in mine:
            _step(book, each, sum(not one.undone for one in every if one.number >= each.number))


def _step(book: Book, step: history.Step, back: int) -> None:
    with st.container(border=True, width=190, gap="small", key=f"step-{step.number}"):
        new = next((each for each in step.changes if _is_picture(each)), None)
        if new is not None and (book.folder / new.path).is_file():
            look.picture(book.folder / new.path, step.says, PICTURE_PX)
        st.markdown(f"**{step.says}**")
        if step.undone:
            st.caption("Undone.")
            return
        st.caption(ago(time.time() - step.when))
        others = f"It undoes {back} steps, on other pages too." if back > 1 else None
        st.button(
            "Back to before",
            key=f"back-to-{step.number}",
            type="tertiary",
            icon=":material/history:",
            help=others,
            on_click=edit,
            args=(book, partial(_back_to, book, step.number)),
        )


def _back_to(book: Book, number: int) -> None:
    """Undo steps until the one of that number is undone."""
    while (last := history.next_undone(book)) is not None and last.number >= number:
        history.undo(book)


def _is_picture(change: history.FileChange) -> bool:
    """Whether a step brought a picture."""
    return change.before is None and change.path.startswith("pages/") and change.path[-4:] == ".png"
