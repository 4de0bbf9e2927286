"""Touching up the picture of a page: a spot painted anew, cut and turned, or one of one's own."""

import hashlib
import io
from functools import partial
from pathlib import Path
from random import randrange
from tempfile import TemporaryDirectory

import streamlit as st
from PIL import Image

from app.buttons import pressed
from app.views import star_shown
from app.views.edited import edit
from app.widgets import job_panel, look, room
from app.widgets.picture_board import brush
from app.widgets.try_or_report import tried
from storybook.authoring import pictures, touch_up
from storybook.book.folder import Book
from storybook.errors import BookError
from storybook.files import write_whole
from storybook.hero.uploads import MOST_MB, shown_name
from storybook.studio.studio import Studio

SPOT, WORDS, STAR = "Paint a spot anew", "In plain words", "Move or enlarge"
CUT, OWN = "Cut or turn", "Your own picture"
TURNS = ("As it is", "To the right", "Upside down", "To the left")
WAYS = {
    SPOT: ":material/brush:",
    WORDS: ":material/chat:",
    STAR: ":material/open_with:",
    CUT: ":material/crop_rotate:",
    OWN: ":material/upload:",
}
SHOWN_PX = 420
MASKS = ".made/masks"


def panel(book: Book, studio: Studio, page: int, *, busy: bool) -> None:
    """All that can be done to the picture that a page has."""
    chosen = book.pick(page)
    with st.expander("Touch it up", icon=":material/brush:", key=f"touch-{page}"):
        way = st.segmented_control(
            "What would you like to do?",
            list(WAYS),
            default=SPOT,
            required=True,
            format_func=lambda way: f"{WAYS[way]} {way}",
            key=f"way-of-{page}",
        )
        if way == OWN:
            _own(book, page, busy=busy)
            return
        try:
            image = book.image(page, chosen.candidate) if chosen else None
        except BookError as fault:
            st.warning(look.plain(str(fault)))
            return
        if image is None:
            st.caption("It has no picture yet.")
        elif way == SPOT:
            _spot(book, studio, page, chosen.candidate, image, busy=busy)
        elif way == WORDS:
            star_shown.by_words(book, studio, page, chosen.candidate, image, busy=busy)
        elif way == STAR:
            star_shown.by_hand(book, page, chosen.candidate, image, busy=busy)
        else:
            _cut(book, page, chosen.candidate, image, busy=busy)


def _spot(
    book: Book, studio: Studio, page: int, candidate: str, image: Image.Image, *, busy: bool
) -> None:
    left, right = st.columns([1, 1], gap="large")
    with left:
        mask = brush(image, f"The picture of page {page}", key=f"brush-{candidate}")
    with right:
        words = st.text_input(
            "What should be there?",
            max_chars=200,
            key=f"spot-words-{page}",
            placeholder="a red ball",
            help="Leave it empty to rub out what you brush over.",
        )
        st.caption("The picture outside of what you brush stays as it is, and the old one is kept.")
        st.button(
            "Paint it in" if words.strip() else "Rub it out",
            key=f"paint-{page}",
            icon=":material/brush:" if words.strip() else ":material/ink_eraser:",
            type="primary",
            disabled=busy or mask is None,
            on_click=_paint,
            args=(book, studio, page, candidate, mask, words),
        )
        if mask is None:
            st.caption("Brush over the picture first.")


def _paint(
    book: Book, studio: Studio, page: int, candidate: str, mask: Image.Image, words: str
) -> None:
    """Start a job that does it, unless the painter knows none of the words."""

    def begin() -> None:
        touch_up.spot_prompt(book, studio, page, words)
        file = io.BytesIO()
        mask.save(file, "PNG")
        data = file.getvalue()
        path = book.folder / MASKS / f"{hashlib.sha256(data).hexdigest()[:12]}.png"
        write_whole(path, data)
        job_panel.start(
            (
                *("inpaint", str(book.folder), str(page), "--mask", str(path)),
                *("--words", words, "--picture", candidate),
                *("--seed", str(randrange(1, 10**6))),
            ),
            "Touch up a picture",
            book.folder,
        )

    edit(book, begin, words)


def _cut(book: Book, page: int, candidate: str, image: Image.Image, *, busy: bool) -> None:
    left, right = st.columns([1, 1], gap="large")
    with right:
        turn = st.segmented_control(
            "Turn it", list(TURNS), default=TURNS[0], required=True, key=f"turn-{candidate}"
        )
        across = st.slider("Keep, from left to right (%)", 0, 100, (0, 100), key=f"x-{candidate}")
        down = st.slider("Keep, from top to bottom (%)", 0, 100, (0, 100), key=f"y-{candidate}")
        box = (across[0] / 100, down[0] / 100, across[1] / 100, down[1] / 100)
        turns = TURNS.index(turn)
        same = turns == 0 and box == pictures.WHOLE
        st.button(
            "Take this part",
            key=f"cut-{page}",
            icon=":material/crop:",
            type="primary",
            disabled=busy or same,
            on_click=edit,
            args=(book, partial(pictures.crop, book, page, candidate, box, turns)),
        )
    with left:
        room.image(_cut_out(image, box, turns), alt="What is kept")


def _cut_out(image: Image.Image, box: tuple[float, float, float, float], turns: int) -> Image.Image:
    """The part that is kept, small, as it is shown before it is taken."""
    small = image.copy()
    small.thumbnail((SHOWN_PX, SHOWN_PX))
    small = small.rotate(-90 * turns, expand=True)
    wide, high = small.size
    left, top = round(box[0] * wide), round(box[1] * high)
    right, bottom = max(left + 1, round(box[2] * wide)), max(top + 1, round(box[3] * high))
    return small.crop((left, top, right, bottom))


def _own(book: Book, page: int, *, busy: bool) -> None:
    brought = st.file_uploader(
        "A photo or a drawing", max_upload_size=MOST_MB, key=f"own-{page}", disabled=busy
    )
    st.caption("It is shown as a whole page; cut it afterwards if you like.")
    if pressed(
        "Put it on the page",
        key=f"bring-{page}",
        icon=":material/upload:",
        type="primary",
        disabled=busy or brought is None,
    ) and tried(_bring, book, page, shown_name(brought.name), brought.getvalue()):
        st.rerun()


def _bring(book: Book, page: int, name: str, data: bytes) -> None:
    """By a command, since who looks whether it is for children is a model."""
    with TemporaryDirectory() as folder, st.spinner("Looking at it ..."):
        file = Path(folder) / (Path(name).name or "picture")
        file.write_bytes(data)
        job_panel.ask(("bring", str(book.folder), str(page), str(file)))
