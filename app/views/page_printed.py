"""A page as it is printed: its picture with its text set, which may be moved where it can be."""

import io
from functools import partial

import streamlit as st
from PIL import Image

from app.navigation import link
from app.views.edited import edit
from app.widgets import look, room
from app.widgets.picture_board import box_at_places
from storybook.authoring import edits
from storybook.authoring.page_proof import TextPlaces, page_key, page_png, sides, text_places
from storybook.authoring.proofs import ProofPage, proof_pages
from storybook.book.folder import Book
from storybook.errors import StorybookError
from storybook.records import COVER, Scene, TextSide
from storybook.studio.studio import Studio

WIDTH_PX = 760
ALONE, PRINTED = "The picture", "As it is printed"
STANDS: tuple[TextSide, ...] = ("low", "high")
SIDES = {"auto": "Where it covers less", "low": "Low", "high": "High"}
DRAGGED = "a text that was dragged"
CHOSEN = "how a page is shown"
"""What `st.session_state` calls it: what was chosen for one page holds for the next."""


def shown(book: Book, studio: Studio, scene: Scene, place: int, *, held: bool) -> bool:
    """Offer the page as it is printed, and draw it if that is wished; whether it was."""
    way = st.segmented_control(
        "How is it shown?",
        [ALONE, PRINTED],
        default=st.session_state.get(CHOSEN, ALONE),
        required=True,
        key=f"shown-{scene.page}",
        label_visibility="collapsed",
    )
    st.session_state[CHOSEN] = way
    if way == ALONE:
        return False
    try:
        pages = proof_pages(book, studio)
        png = _page(page_key(book, studio, pages, place), book, studio, pages, place)
        may = sides(book, studio, pages, place) if scene.page != COVER else ()
        places = text_places(book, studio, pages, place) if may and not held else None
    except StorybookError as fault:
        st.warning(look.plain(str(fault)))
        return False
    alt = f"The page as it is printed: {scene.text}"
    if places:
        _dragged(book, scene, png, alt, places)
    else:
        room.image(png, alt=alt)
    if may:
        _side(book, scene, held=held)
    elif scene.page != COVER:
        st.caption("Its text stands beside the picture, as the size of the pages has it.")
        link("press", "Text on the picture, and other sizes", book=book.folder.name)
    return True


def _dragged(book: Book, scene: Scene, png: bytes, alt: str, places: TextPlaces) -> None:
    """The page with its card of text to be dragged to the other of its places."""
    key = f"text-of-{scene.page}-{scene.text_side}-{places.now}"
    stands = (places.low, places.high)
    names = [SIDES[each] for each in STANDS]
    with Image.open(io.BytesIO(png)) as page:
        to = box_at_places(page, alt, key, stands, names, STANDS.index(places.now))
    if STANDS[to] == places.now:
        st.session_state.pop(DRAGGED, None)
    elif st.session_state.get(DRAGGED) != (key, to):  # what could not be done is not tried again
        st.session_state[DRAGGED] = (key, to)
        edit(book, partial(edits.set_text_side, book, scene.page, STANDS[to]))
        st.rerun()


def _side(book: Book, scene: Scene, *, held: bool) -> None:
    """Where the card of text stands; moved as soon as it is chosen."""
    key = f"side-{scene.page}-{scene.text_side}"

    def move() -> None:
        edit(book, partial(edits.set_text_side, book, scene.page, st.session_state[key]))

    st.segmented_control(
        "Where its text stands",
        list(SIDES),
        default=scene.text_side,
        required=True,
        format_func=SIDES.get,
        key=key,
        disabled=held,
        on_change=move,
    )


@st.cache_data(max_entries=40, show_spinner="Setting the page ...")
def _page(
    key: str, _book: Book, _studio: Studio, _pages: tuple[ProofPage, ...], place: int
) -> bytes:
    return page_png(_book, _studio, _pages, place, WIDTH_PX)
