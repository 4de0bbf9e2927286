"""A wish for a page's picture in plain words, and its star moved or made larger by hand."""

from random import randrange

import streamlit as st
from PIL import Image

from app.views.edited import edit
from app.widgets import job_panel
from app.widgets.picture_board import Box, box_around, box_moved
from storybook.authoring import ask
from storybook.book.folder import Book
from storybook.studio.star_finder import finds_stars
from storybook.studio.studio import Studio

WISHES = "give her a balloon"


def by_words(
    book: Book, studio: Studio, page: int, candidate: str, image: Image.Image, *, busy: bool
) -> None:
    """A wish in plain words, and around whom it is."""
    found = finds_stars(studio)
    left, right = st.columns([1, 1], gap="large")
    with left:
        box = box_around(image, f"The picture of page {page}", f"whom-{candidate}")
    with right:
        words = st.text_input(
            "What would you like?", max_chars=120, key=f"wish-{page}", placeholder=WISHES
        )
        st.caption(
            "Such as: give her a balloon, put a lantern beside her, make her bigger, move her to "
            "the left, make it night. A picture of this painter's shows one thing: a new one takes "
            "the place of what is there."
            if found
            else "Drag a box around the star to move it: this studio does not find it by itself."
        )
        st.button(
            "Do it",
            key=f"ask-{page}",
            icon=":material/auto_fix_high:",
            type="primary",
            disabled=busy or not words.strip(),
            on_click=_ask,
            args=(book, studio, page, candidate, words, box),
        )


def by_hand(book: Book, page: int, candidate: str, image: Image.Image, *, busy: bool) -> None:
    """The star in a box, dragged to where it is to be."""
    left, right = st.columns([1, 1], gap="large")
    with left:
        moved = box_moved(image, f"The picture of page {page}", f"star-{candidate}")
    with right:
        st.caption(
            "Drag a box around the star, then the box to where it is to be, or its corner to make "
            "it larger. What was behind it is filled in, and both places are painted over; the old "
            "picture is kept."
        )
        st.button(
            "Put it there",
            key=f"move-star-{page}",
            icon=":material/open_with:",
            type="primary",
            disabled=busy or moved is None or moved[0] == moved[1],
            on_click=_move,
            args=(book, page, candidate, moved),
        )


def _ask(
    book: Book, studio: Studio, page: int, candidate: str, words: str, box: Box | None
) -> None:
    """Start a job that does it, unless it is known before that it cannot."""

    def begin() -> None:
        ask.checked_wish(book, studio, page, words, box, candidate)
        around = ("--box", _said(box)) if box else ()
        _start(book, page, candidate, ("ask", words), around)

    edit(book, begin, words)


def _move(book: Book, page: int, candidate: str, moved: tuple[Box, Box]) -> None:
    box, to = moved
    size = (to[2] - to[0]) / (box[2] - box[0])
    middle = (to[0] + to[2]) / 2, (to[1] + to[3]) / 2
    where = ("--box", _said(box), "--to", _said(middle), "--size", f"{size:.3f}")
    edit(book, lambda: _start(book, page, candidate, ("move-star",), where))


def _start(
    book: Book, page: int, candidate: str, does: tuple[str, ...], more: tuple[str, ...]
) -> None:
    command, *words = does
    job_panel.start(
        (
            *(command, str(book.folder), str(page), *words),
            *("--picture", candidate, "--seed", str(randrange(1, 10**6)), *more),
        ),
        "Touch up a picture",
        book.folder,
    )


def _said(shares: tuple[float, ...]) -> str:
    return ",".join(f"{max(0.0, share):.4f}" for share in shares)  # -0.0 would be an option
