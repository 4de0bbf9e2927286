"""What all pages share in their looks: the style sheet, headings, cards, empty shelves."""

import re
from collections.abc import Callable
from html import escape
from itertools import count
from pathlib import Path
from textwrap import shorten

import streamlit as st
from PIL import Image

from app.widgets import room
from storybook.book.folder import Book
from storybook.book.library import thumbnail, thumbnail_of
from storybook.book.shelved import finest_picture
from storybook.errors import BookError
from storybook.hero.folder import hero_portrait
from storybook.images.photo_reading import DAMAGE

PICTURES = Path(__file__).parents[1] / "pictures"
ICON = str(PICTURES / "style-watercolour.webp")
"""The tab's picture: an icon by name would be fetched from elsewhere."""
SMALL_BYTES = 40_000
"""A smaller file is shown as it is, if browsers know its kind."""
SHOWN = (".png", ".jpg", ".jpeg", ".webp", ".gif")

SHEET = Path(__file__).with_name("look.css")
"""The one style sheet, with the scales of type and space that all pages keep to."""
ANSWER = Path(__file__).with_name("answer.js")
"""What is pressed says so before the server was heard."""


def dress() -> None:
    """Lay the style sheet, and the script by which what is pressed answers at once."""
    st.html(SHEET)
    script = ANSWER.read_text(encoding="utf-8")
    with st.container(key="answer"):  # which the style sheet takes out of the row of what is shown
        st.html(f"<script>{script}</script>", unsafe_allow_javascript=True)


def heading(title: str, says: str = "") -> None:
    """A page's title, and a line below it that says what it is for."""
    st.title(title, anchor=False)
    if says:
        st.markdown(says)


def steps(*, guide: bool) -> Callable[[str, str], None]:
    """What draws the headings of a page that is filled in from top to bottom.

    With `guide` they are numbered, and each has a line that says how.
    """
    numbers = count(1)

    def step(title: str, says: str) -> None:
        number = f":material/counter_{next(numbers)}: " if guide else ""
        st.header(f"{number}{title}", anchor=False)
        if guide:
            st.caption(says)

    return step


def picture(path: Path, alt: str, width_px: int) -> None:
    """A picture as wide as its place, from a file of `width_px`, twice that for fine screens."""
    try:
        shown = made_small(path, width_px)
        if shown == path:
            with Image.open(path) as whole:
                whole.load()  # Streamlit itself falls over a file that is broken off
    except (BookError, *DAMAGE):
        no_picture(alt)
        st.caption(plain(f"{path.name} cannot be read as a picture."))
        return
    room.image(shown, alt=alt)


def made_small(path: Path, width_px: int) -> Path:
    """The file that `picture` shows of another one, made where it is not there yet."""
    return path if _is_shown_whole(path) else thumbnail(path, 2 * width_px)


def is_small(path: Path, width_px: int) -> bool:
    """Whether the file that `picture` shows is there, so that it takes no time."""
    return _is_shown_whole(path) or thumbnail_of(path, 2 * width_px).is_file()


def _is_shown_whole(path: Path) -> bool:
    return path.stat().st_size < SMALL_BYTES and path.suffix.lower() in SHOWN


def page_picture(book: Book, page: int, alt: str, width_px: int) -> None:
    """The picture of a page of a book: its plate, which is finer, if that is of today's pick.

    Until one is picked, the first that was drawn.
    """
    shown = finest_picture(book, page)
    if shown is None:
        no_picture(alt)
    else:
        picture(shown, alt, width_px)


def no_picture(alt: str) -> None:
    """What stands where a picture is still to come."""
    st.html(f"<div class='to-come' role='img' aria-label='{escape(alt)}, not drawn yet'></div>")


def plain(text: str) -> str:
    """Text of an author's as it stands, without what Markdown would make of it."""
    return re.sub(r"([\\`*_{}\[\]()#+!|<>$~:-])", r"\\\1", text)


def path(where: Path | str) -> str:
    """A path for Markdown that lets HTML in: a line ends behind a folder, not within its name.

    >>> path("models/a_b")
    'models&#47;<wbr>a&#95;b'
    """
    said = (each if each.isalnum() or each in " ." else f"&#{ord(each)};" for each in str(where))
    return "".join(f"{each}<wbr>" if each in ("&#47;", "&#92;") else each for each in said)


def strong(text: str) -> str:
    """An author's text as it stands, in bold; a mark beside a space would be printed as it is."""
    return f"**{plain(' '.join(text.split()))}**"


def short(text: str, most: int) -> str:
    """The first words of a text, at most so many letters, and dots if that is not all.

    >>> short("Make Pepper the dog", 14), short("Make it", 14)
    ('Make Pepper…', 'Make it')
    """
    return shorten(" ".join(text.split()), most, placeholder="…") or f"{text[: most - 1]}…"


def portrait(name: str, alt: str, width_px: int) -> None:
    """A hero's portrait; a paw for one that has no picture yet."""
    shown = hero_portrait(name)
    if shown is None:
        no_picture(alt)
    else:
        picture(shown, alt, width_px)


def empty(title: str, says: str) -> None:
    """What a page says while it has nothing to show."""
    with st.container(horizontal_alignment="center", gap="small", key="empty"):
        room.image(str(PICTURES / "place-meadow.webp"), alt="A drawing of a meadow", width=200)
        st.header(title, anchor=False)
        st.markdown(says)
