"""Where things lie, and what the address bar says is open.

The studio works in the folder that `storybook app` was started in, as the command line does.
"""

from pathlib import Path

import streamlit as st

from app.navigation import link
from app.widgets import look
from storybook.book.folder import Book
from storybook.errors import StorybookError

BOOKS, HEROES, RUNS, JOBS = Path("books"), Path("heroes"), Path("runs"), Path("jobs")


def book_folder(name: str) -> Path:
    """The folder of a book on the shelf; raises BookError if `name` is none of them.

    A name from the address bar is only ever one step below the shelf.
    """
    return Book(BOOKS / Path(name).name).folder


def open_book() -> Book | None:
    """The book that the address bar names; None, with the way to the library, if there is none."""
    name = st.query_params.get("book", "")
    try:
        if name:
            return Book(book_folder(name))
    except StorybookError:
        st.warning(f"There is no book {name!r} on the shelf. It may have been moved or deleted.")
    look.empty("No book is open", "Choose one in the library.")
    link("library", "To the library", ":material/shelves:")
    return None
