"""Where things lie, and what the address bar says is open.

The studio works in the folder that `storybook app` was started in, as the command line does.
"""

from pathlib import Path

import streamlit as st

from storybook.book import Book
from storybook.errors import StorybookError

BOOKS, HEROES, RUNS, JOBS = Path("books"), Path("heroes"), Path("runs"), Path("jobs")


def book_folder(name: str) -> Path:
    """The folder of a book on the shelf; raises BookError if `name` is none of them.

    A name from the address bar is only ever one step below the shelf.
    """
    return Book(BOOKS / Path(name).name).folder


def open_book() -> Book | None:
    """The book that the address bar names; None, with a line on the page, if there is none."""
    name = st.query_params.get("book", "")
    try:
        return Book(book_folder(name)) if name else None
    except StorybookError:
        st.warning(f"There is no book {name!r} on the shelf. It may have been moved or deleted.")
        return None
