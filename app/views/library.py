"""Library: a shelf of covers, newest first."""

import shutil
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread

import streamlit as st

from app.buttons import pressed
from app.navigation import go, link
from app.widgets import look, room
from app.widgets.paths import BOOKS, JOBS
from app.widgets.try_or_report import packed, tried
from storybook.authoring.edits import set_title
from storybook.book import library
from storybook.book.archive import export_zip, import_zip
from storybook.book.folder import Book
from storybook.book.index import search_shelf
from storybook.book.shelved import Shelved
from storybook.config import shipped
from storybook.errors import StorybookError
from storybook.jobs import manager as jobs
from storybook.jobs.folder import job_state

AT_ONCE = 24
"""So many covers are shown before one asks for more."""
COVER_PX = 210
SAMPLE = "A book that was made here: its cover, and a page on which a cat holds a little drum"
WAY_PX = 340
WAYS = (
    (
        "style-gouache",
        "Say what it is about",
        "A line is enough, or tap an idea. Choose a place and a style by their pictures.",
    ),
    (
        "place-living-room",
        "Meet who is in it",
        "Everybody is drawn for you first: from the front, from the side, happy and sad.",
    ),
    (
        "place-library",
        "See it being made",
        "Read the story while its pages are drawn. Change any word and any picture. Print it.",
    ),
)
"""The way to a first book: a picture of ours, what is done, and how."""
MORE = "More for this book"
"""Read by screen readers alone: the style sheet shows the sign, as wherever a key says `sign`."""
PATIENCE_S = 1.0
"""So long books that are new to the shelf's index are read before the page is drawn."""
COVERS_S = 0.5
"""So long covers are made small. Those that are left show what the painter painted, which is small
already, until they are made in the background."""


def page() -> None:
    books = search_shelf(BOOKS, most=1, patience_s=PATIENCE_S)
    if not books.count:
        _undo()
        _first_time()
        return
    with st.container(horizontal=True, vertical_alignment="bottom", key="library-head"):
        with st.container(width="stretch"):
            look.heading("Your library")
        if pressed("New book", type="primary", icon=":material/edit:"):
            go("new_book")
    _undo()
    _shelf()
    st.space("medium")
    _import()


def _shelf() -> None:
    """The books that a search finds, as covers."""
    words = st.text_input(
        "Search",
        key="words",
        placeholder="Search by title, hero or story",
        icon=":material/search:",
        label_visibility="collapsed",
        bind="query-params",
    )
    shown = st.session_state.setdefault("shown", AT_ONCE)
    found = search_shelf(BOOKS, words or "", most=shown, patience_s=PATIENCE_S)
    if not found.count:
        look.empty("No book has these words", "Try fewer words, or another one.")
    if found.unread:
        st.caption(f"{found.unread:,} books are new here and still to be read. Look again soon.")
    making = _being_made()
    until, left = time.monotonic() + COVERS_S, []
    with st.container(horizontal=True, gap="medium", key="shelf"):
        for book in found.books:
            cover, is_finest = _cover(book, until)
            if not is_finest:
                left.append(book)
            _card(book, cover, making=book.name in making)
    if left:
        Thread(target=_made_small, args=(left,), daemon=True).start()
    if found.count > shown and pressed(f"Show more of {found.count:,} books", width="stretch"):
        st.session_state["shown"] = shown + 2 * AT_ONCE
        st.rerun()


def _first_time() -> None:
    """What a book is like that is made here, and the way to the first one."""
    with st.container(horizontal=True, vertical_alignment="center", gap="large", key="first-time"):
        with st.container(width=420, gap="small"):
            look.heading(
                "Your first book begins with a line",
                "Say in a line what it is about and who stars in it: your own pet, or one of ours. "
                "It is told, drawn and set here on your machine, and nothing leaves it.",
            )
            if pressed("Make your first book", type="primary", icon=":material/auto_awesome:"):
                go("new_book")
            link("heroes", "Or begin with your pet and its photos", ":material/pets:")
        with st.container(width="stretch", key="sample"):
            room.image(shipped("app", "pictures", "sample.webp"), alt=SAMPLE)
    st.space("small")
    with st.container(horizontal=True, gap="medium", key="ways"):
        for number, (picture, title, says) in enumerate(WAYS, 1):
            with st.container(key=f"card-way-{number}", width=WAY_PX, gap="small"):
                shown = shipped("app", "pictures", f"{picture}.webp")
                room.image(shown, alt=f"A drawing: {title.lower()}")
                st.markdown(f":material/counter_{number}: **{title}**")
                st.caption(says)
    st.space("small")
    _import()


def _cover(book: Shelved, until: float) -> tuple[Path | None, bool]:
    """The picture that a card shows, and whether that is the finest there is."""
    if not book.cover:
        return None, True
    finest = BOOKS / book.name / book.cover
    if not book.painted or time.monotonic() < until or look.is_small(finest, COVER_PX):
        return finest, True
    return BOOKS / book.name / book.painted, False


def _made_small(books: list[Shelved]) -> None:
    """Make the covers of books small, for the next time that they are shown."""
    for book in books:
        with suppress(StorybookError, OSError):
            look.made_small(BOOKS / book.name / book.cover, COVER_PX)


def _card(book: Shelved, cover: Path | None, *, making: bool) -> None:
    with st.container(key=f"card-book-{book.name}-half", width=COVER_PX + 26, gap="small"):
        if cover:
            look.picture(cover, f"Cover of {book.title}", COVER_PX)
        else:
            look.no_picture(book.title)
        st.markdown(look.strong(book.title))
        st.caption(look.plain(_state(book, making=making)))
        with st.container(horizontal=True, gap="small"):
            if pressed("Open", key=f"open-{book.name}", width="stretch"):
                go("storyboard", book=book.name)
            with st.popover(MORE, icon=":material/more_horiz:", key=f"sign-more-{book.name}"):
                _more(book)


def _state(book: Shelved, *, making: bool) -> str:
    if book.fault:
        return book.fault
    if making:
        return f"Being made: {book.picked} of {book.pages + 1} pictures"
    if book.finished:
        return f"{book.pages} pages, finished"
    if not book.picked:
        return "Not begun yet"
    return f"{book.picked} of {book.pages + 1} pictures drawn"


def _more(book: Shelved) -> None:
    title = st.text_input("Title", book.title, key=f"title-{book.name}", max_chars=80)
    if title.strip() and title != book.title:
        _try(lambda: set_title(_book(book), title.strip()))
    if pressed(
        "Duplicate", key=f"copy-{book.name}", icon=":material/content_copy:", width="stretch"
    ):
        _try(lambda: library.duplicate(_book(book)))
    st.download_button(
        "Export as zip",
        data=lambda: packed(partial(export_zip, _book(book))),
        file_name=f"{book.name}.zip",
        mime="application/zip",
        key=f"zip-{book.name}",
        icon=":material/download:",
        on_click="ignore",
        width="stretch",
    )
    if pressed("Delete", key=f"delete-{book.name}", icon=":material/delete:", width="stretch"):
        _try(lambda: _throw_away(book))


def _book(book: Shelved) -> Book:
    return Book(BOOKS / book.name)


def _throw_away(book: Shelved) -> None:
    thrown = library.throw_away(_book(book))
    st.session_state["thrown"] = (book.title, str(thrown))


def _undo() -> None:
    if "thrown" not in st.session_state:
        return
    title, thrown = st.session_state["thrown"]
    with st.container(horizontal=True, vertical_alignment="center", border=True, key="undo"):
        st.markdown(f"{look.strong(title)} was deleted.")
        if pressed("Undo", icon=":material/undo:"):
            del st.session_state["thrown"]
            _try(lambda: library.put_back(Path(thrown)))


def _import() -> None:
    with st.expander("Bring a book from elsewhere", icon=":material/upload:"):
        given = st.file_uploader("A book's zip, as this studio exports it", type=["zip"])
        if given is not None and pressed("Put it on the shelf"):
            _try(lambda: _unpack(given))


def _unpack(given: object) -> None:
    """Import from a file of a name of ours; what the upload calls itself is no path."""
    with TemporaryDirectory() as folder:
        kept = Path(folder) / "given.zip"
        with kept.open("wb") as file:
            shutil.copyfileobj(given, file)
        import_zip(kept, BOOKS)


def _try(action: Callable[[], object]) -> None:
    """Do something and draw the page anew; a fault is a line on it."""
    if tried(action):
        st.rerun()


def _being_made() -> set[str]:
    found = (job for job in jobs.jobs_in(JOBS) if job.works_on and job_state(job).active)
    return {job.works_on.name for job in found}
