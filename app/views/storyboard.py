"""Storyboard: a book's pages side by side, or one of them to change. `?book=kite&page=3`."""

from contextlib import suppress
from functools import partial

import streamlit as st

from app.buttons import pressed
from app.navigation import link
from app.views import departures_shown, history_shown, page_cards, tellings_shown
from app.views.asked import asked
from app.views.edited import edit, said_of_edits, said_pages, seen_of_page
from app.views.page_editor import editor
from app.views.page_place import taken_out_just_now
from app.views.style_choice import known_styles
from app.widgets import job_panel, look
from app.widgets.paths import open_book
from storybook.authoring import conflicts, edits
from storybook.authoring.status import Status, status
from storybook.authoring.tellings import tellings
from storybook.book.folder import Book
from storybook.book.lock import is_open_to_edits
from storybook.config import load_settings
from storybook.errors import EditedByHand, StorybookError
from storybook.jobs.folder import job_state
from storybook.studio.studio import Studio


def page() -> None:
    book = open_book()
    if book is None:
        return
    job = job_panel.newest(book.folder)
    studio = Studio(load_settings(None, []))
    headed = False
    try:
        number = _asked_page(book)
        if number is not None:
            editor(book, studio, number, job)
            return
        _heading(book)
        headed = True  # before it is known how the book stands, which takes a moment
        now = status(book, studio)
    except StorybookError as fault:
        if not headed:
            look.heading(look.plain(_title(book)))
        if not (isinstance(fault, EditedByHand) and _clash(book, studio)):
            st.error(look.plain(str(fault)))
            said_of_edits()
            with suppress(StorybookError):  # what was asked for may be what cannot be read
                asked(book, job, busy=False, expanded=True)
        return
    _ways(book, now)
    history_shown.bar(book)
    said_of_edits()
    taken_out_just_now(book, busy=bool(job) and job_state(job).active)
    busy = bool(job) and job_panel.panel(job, partial(_seen, book))
    if not busy:
        untold = not book.path(Book.STORY).is_file()
        known = tellings(book, studio) if untold else ()
        _up_to_date(book, now, first=not known)
        if untold:
            tellings_shown.choose(book, studio, known)
    departures_shown.panel(book, studio, now.departures, busy=busy)
    wanted = bool(st.session_state.pop(departures_shown.ASKED, False))
    if wanted or not now.page_status:
        failed = bool(job) and not busy and job_state(job).state == "failed"
        asked(book, job, busy=busy, expanded=wanted or failed)
    page_cards.shown(book, studio, now, busy=busy)
    if now.page_status:
        _whole_book(book, busy=busy)
        if not wanted:
            asked(book, job, busy=busy, expanded=False)


def _seen(book: Book) -> object:
    """Changes whenever the storyboard has more to show: the story, a first picture, a finer one."""
    if not book.path(Book.SCENES).is_file():
        return book.path(Book.STORY).is_file()
    return is_open_to_edits(book.folder), [seen_of_page(book, each) for each in edits.order(book)]


def _title(book: Book) -> str:
    """The title that was asked for, if that can be read, else the folder's name."""
    with suppress(StorybookError):
        return book.brief.title or book.folder.name
    return book.folder.name


def _asked_page(book: Book) -> int | None:
    """The page that the address names, if the book has it."""
    asked = st.query_params.get("page", "")
    if not asked.isdecimal() or not book.path(book.SCENES).is_file():
        return None
    return int(asked) if int(asked) in edits.order(book) else None


def _heading(book: Book) -> None:
    told = book.story.title if book.path(Book.STORY).is_file() else "A book without a title yet"
    look.heading(look.plain(book.brief.title or told), look.plain(book.brief.summary))


def _ways(book: Book, now: Status) -> None:
    """To who is in it, and to what can be done with what is drawn."""
    name = book.folder.name
    drawn = sum(page.pick is not None for page in now.page_status)
    with st.container(horizontal=True, vertical_alignment="center"):
        link("cast", "Who is in it", ":material/groups:", book=name)
        if drawn:
            link("reader", "Read it", ":material/auto_stories:", book=name)
            link("press", "Cover, type and print", ":material/print:", book=name)
        if now.pdf:
            st.download_button(
                "Download PDF",
                data=(book.folder / now.pdf).read_bytes,
                file_name=now.pdf,
                mime="application/pdf",
                icon=":material/download:",
                type="primary" if now.finished else "secondary",
                on_click="ignore",
            )


def _up_to_date(book: Book, now: Status, *, first: bool) -> None:
    """What is left to do, and the one button that does it, the page's `first` one or not."""
    if now.finished:
        return
    due = [verb for verb in now.verbs if verb.state == "due"]
    if not now.page_status:
        says, label = "This book has not been told yet.", "Make it"
    else:
        first = due[0] if due else now.verbs[-1]
        count = f" ({first.to_make})" if first.to_make > 1 else ""
        says = "Something has changed since the book was made. "
        says = says if now.pdf else "This book is not finished yet. "
        says += f"Next: {job_panel.said_verb(first.verb)}{count}."
        label = "Bring it up to date"
    with st.container(horizontal=True, vertical_alignment="center", border=True, key="due"):
        st.markdown(says)
        asked = pressed(
            label,
            type="primary" if first else "secondary",
            icon=":material/auto_awesome:",
            key="up-to-date",
        )
        if asked and job_panel.make(book.folder, f"Make {now.title or book.folder.name}"):
            st.rerun()


def _whole_book(book: Book, *, busy: bool) -> None:
    st.space("medium")
    with st.expander("The whole book", icon=":material/book_2:"):
        st.text_input(
            "Title",
            book.brief.title or book.story.title,
            max_chars=80,
            key="book-title",
            disabled=busy,
        )
        st.segmented_control(
            "How it is drawn",
            known_styles(book.brief.style),
            default=book.brief.style,
            format_func=str.capitalize,
            required=True,
            key="book-style",
            disabled=busy,
        )
        st.button("Keep these", disabled=busy, on_click=edit, args=(book, partial(_keep, book)))
        _taken_out(book, busy=busy)


def _keep(book: Book) -> None:
    title, style = st.session_state["book-title"].strip(), st.session_state["book-style"]
    if title and title != (book.brief.title or book.story.title):
        edits.set_title(book, title)
    if style != book.brief.style:
        edits.set_style(book, style)


def _taken_out(book: Book, *, busy: bool) -> None:
    """Pages that were taken out, to be put back."""
    for one in edits.removed(book):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"Taken out: {look.plain(look.short(one.scene.text, 80))}", width="stretch")
            back = partial(edits.put_page_back, book, one.scene.page)
            st.button(
                "Put it back",
                key=f"back-{one.scene.page}",
                disabled=busy,
                on_click=edit,
                args=(book, back),
            )


def _clash(book: Book, studio: Studio) -> bool:
    """Whether an edited file stands in the way of a change before it; what is to become of it."""
    artifact = edits.clash(book, studio)
    if artifact is None:
        return False
    name = artifact.relative_to(book.folder)
    mine = conflicts.written(book) if artifact == book.path(Book.SCENES) else ()
    if mine:
        st.warning(
            f"The story was told anew, and {said_pages(book, mine)} in your own words. What is to "
            "become of them?"
        )
    else:
        st.warning(f"You edited {name}, and what it was made from has changed since.")
    with st.container(horizontal=True):
        if mine:
            st.button(
                "Keep my words, take the other pages",
                icon=":material/edit_note:",
                type="primary",
                on_click=edit,
                args=(book, partial(conflicts.keep_written, book, studio)),
            )
        st.button(
            "Keep all as it is" if mine else "Keep mine",
            icon=":material/lock:",
            on_click=edit,
            args=(book, lambda: edits.keep_edited(book, artifact)),
        )
        st.button(
            "Take the new story whole" if mine else "Make it anew",
            icon=":material/auto_awesome:",
            on_click=edit,
            args=(book, lambda: edits.make_anew(book, artifact)),
        )
    return True
