"""Tellings of a summary side by side, before anything is drawn: the author takes one."""

from collections.abc import Sequence

import streamlit as st

from app.buttons import pressed
from app.navigation import go
from app.views import cast
from app.views.edited import edit
from app.widgets import job_panel, look
from storybook.authoring.tellings import COUNT, Telling, take_telling
from storybook.book.folder import Book
from storybook.jobs.folder import Job
from storybook.studio.studio import Studio

COLUMN_PX = 330


def ask_for(book: Book) -> Job | None:
    """Start telling; None if something is in the way."""
    return job_panel.start(
        ("tellings", str(book.folder), "--count", str(COUNT)), "Tell three stories", book.folder
    )


def choose(book: Book, studio: Studio, known: Sequence[Telling]) -> None:
    """The tellings that there are, each with what it leaves out; or the way to have some told."""
    if not known:
        if not book.brief.story:
            st.button(
                "Read three tellings first",
                key="tellings-ask",
                icon=":material/view_column:",
                on_click=ask_for,
                args=(book,),
                help="They are told before anything is drawn, and you take one.",
            )
        return
    st.subheader("Which one shall it be?", anchor=False)
    st.caption("Then you meet its cast; no page is drawn before you say so.")
    numbered = [*enumerate(known, 1)]
    own = [each for each in numbered if not each[1].ready_made]
    ready = [each for each in numbered if each[1].ready_made]
    first = known[0].ready_made
    for number, telling in ready if first else []:
        _ready_made(book, studio, number, telling)
    if first:
        st.markdown(
            "**Or one that was made for your summary**, by the small writer on this computer"
        )
    with st.container(horizontal=True, gap="medium", key="tellings"):
        for number, telling in own:
            with st.container(key=f"card-telling-{number}", width=COLUMN_PX, gap="small"):
                st.markdown(f"**{look.plain(telling.story.title)}**")
                _telling(book, studio, number, telling)
    for number, telling in [] if first else ready:
        _ready_made(book, studio, number, telling)


def _ready_made(book: Book, studio: Studio, number: int, telling: Telling) -> None:
    """A story that is there already; its text unfolds, so that the others are in sight."""
    title = look.plain(telling.story.title)
    star = look.plain(telling.story.cast[0].name)
    with st.container(border=True, gap="small"):
        st.markdown(
            f":material/auto_stories: A story that is there already, about {star}: **{title}**"
        )
        better = "; it hangs together better, though." if number == 1 else "."
        st.caption(f"It was not made for your summary{better}")
        _telling(book, studio, number, telling)


def _telling(book: Book, studio: Studio, number: int, telling: Telling) -> None:
    story = telling.story
    if pressed(
        "Take this one",
        key=f"telling-{number}",
        type="primary" if number == 1 else "secondary",
        icon=":material/check:",
        width="content" if telling.ready_made else "stretch",
    ):
        _take(book, studio, number)
    # The first that a ready-made story leaves out is that it is one, which stands above it.
    lost = [each.text for each in story.departures[telling.ready_made :]]
    lost += [f"It has {telling.faults}."] if telling.faults else []
    text = "\n\n".join(map(look.plain, story.paragraphs))
    if telling.ready_made:
        with st.expander("Read it"):
            st.markdown(text)
        with st.expander(f"What is otherwise than you asked ({len(lost)})"):
            st.markdown("\n".join(f"- {look.plain(each)}" for each in lost))
        return
    for each in lost:
        st.caption(f":material/remove: {look.plain(each)}")
    if not lost:
        st.caption(":material/check: It leaves out nothing that was looked for.")
    st.markdown(text)


def _take(book: Book, studio: Studio, number: int) -> None:
    """Take a telling, and meet its cast: no page is drawn before its author says so."""
    edit(book, lambda: take_telling(book, studio, number))
    if not book.path(Book.STORY).is_file():
        st.rerun()  # what was in the way is said at the top
    cast.draw_first(book)
    go("cast", book=book.folder.name)
