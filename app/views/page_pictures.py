"""The pictures of a page: all that were ever drawn, one of which is taken; and more of them."""

from random import randrange

import streamlit as st

from app.views.edited import edit
from app.widgets import job_panel, look
from storybook.authoring import edits, history
from storybook.book.folder import Book
from storybook.book.verdicts import in_words, verdicts
from storybook.records import Judged, Pick
from storybook.studio.studio import Studio

CANDIDATE_PX = 190


def shown(book: Book, studio: Studio, page: int, *, busy: bool, held: bool) -> None:
    """All pictures of a page, the newest first; `held`: none may be taken now."""
    drawn = book.pictures(page)[::-1]
    st.subheader("Its pictures", anchor=False)
    chosen = book.pick(page)
    kept_back = len(list(book.page(page).glob("*.refused.json")))
    with st.container(horizontal=True, key="rolls"):
        if drawn or kept_back:
            st.button(
                "Draw four more",
                icon=":material/casino:",
                disabled=busy,
                on_click=edit,
                args=(book, lambda: _roll(book, studio, page)),
            )
        else:
            st.button(
                "Draw it",
                icon=":material/brush:",
                type="primary",
                disabled=busy,
                on_click=job_panel.make,
                args=(book.folder, f"Draw page {page}"),
            )
        if chosen and chosen.by == "author":
            st.button(
                "Let the critic choose",
                icon=":material/lock_open:",
                disabled=busy,
                on_click=edit,
                args=(book, lambda: edits.unpick(book, page)),
            )
    if kept_back:
        st.caption(f"The picture safety checker kept back {kept_back} more.")
    elif not drawn:
        st.caption(
            "None has been drawn yet. "
            + (
                "It comes with what is being made."
                if busy
                else "The whole book is brought "
                "up to date with it, so other pages that have changed are drawn, too."
            )
        )
    by_candidate = verdicts(book, page)
    with st.container(horizontal=True, gap="medium", key="candidates"):
        for number, candidate in enumerate(drawn):
            _candidate(
                book,
                page,
                candidate,
                chosen,
                by_candidate.get(candidate),
                number,
                busy=busy,
                held=held,
            )


def _candidate(
    book: Book,
    page: int,
    candidate: str,
    chosen: Pick | None,
    why: Judged | None,
    number: int,
    *,
    busy: bool,
    held: bool,
) -> None:
    is_chosen = bool(chosen) and chosen.candidate == candidate
    locked = is_chosen and chosen.by == "author"
    with st.container(key=f"card-candidate-{candidate}-half", width=CANDIDATE_PX + 26, gap="small"):
        look.picture(book.picture(page, candidate), f"Picture {number + 1}", CANDIDATE_PX)
        st.caption(look.plain(in_words(why.verdict)) if why else "From an earlier drawing.")
        st.button(
            "More like it",
            key=f"like-{candidate}",
            icon=":material/auto_awesome_mosaic:",
            disabled=busy,
            width="stretch",
            on_click=_more_like,
            args=(book, page, candidate),
        )
        label = "Yours" if locked else "Keep this one" if is_chosen else "Take this one"
        st.button(
            label,
            key=f"take-{candidate}",
            type="primary" if is_chosen else "secondary",
            icon=":material/lock:" if locked else None,
            disabled=held or locked,
            width="stretch",
            on_click=edit,
            args=(book, lambda: edits.pick(book, page, candidate)),
        )


def _more_like(book: Book, page: int, candidate: str) -> None:
    job_panel.start(
        (
            *("vary", str(book.folder), str(page)),
            *("--picture", candidate, "--seed", str(randrange(1, 10**6))),
        ),
        "Draw more like a picture",
        book.folder,
    )


def _roll(book: Book, studio: Studio, page: int) -> None:
    with history.step(book, "Four more asked for", page):
        edits.unpick(book, page)
        edits.reroll(book, studio, page)
    job_panel.make(book.folder, f"Draw page {page} again")
