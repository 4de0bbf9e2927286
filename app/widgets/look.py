"""What all pages share in their looks: the style sheet, headings, cards, empty shelves."""

import re
from collections.abc import Callable
from html import escape
from itertools import count
from pathlib import Path
from textwrap import shorten

import streamlit as st
from PIL import Image

from storybook.book.folder import Book
from storybook.book.library import thumbnail
from storybook.errors import BookError
from storybook.hero.folder import hero_portrait
from storybook.images.photo_reading import DAMAGE

PICTURES = Path(__file__).parents[1] / "pictures"
ICON = str(PICTURES / "style-watercolour.webp")
"""The tab's picture: an icon by name would be fetched from elsewhere."""
SMALL_BYTES = 40_000
"""A smaller file is shown as it is, if browsers know its kind."""
SHOWN = (".png", ".jpg", ".jpeg", ".webp", ".gif")

STYLE = """
<style>
  .stMainBlockContainer { max-width: 76rem; padding-top: 5rem; }
  h1 { letter-spacing: -0.01em; }
  h2 { margin-top: 1.2rem; }
  h3 { margin-top: .4rem; }
  .st-key-empty { padding: 1.5rem 0; text-align: center; }
  .st-key-empty img { border-radius: 1.1rem; }
  /* A file or a word that is meant as it stands, in a sentence for people. */
  [data-testid="stMarkdownContainer"] :not(pre) > code {
    font-family: inherit; font-size: inherit; font-weight: 700; color: inherit;
    background: none; padding: 0;
  }
  [class*="st-key-card-"] {
    background: color-mix(in srgb, var(--st-background-color) 55%, white 45%);
    border-radius: 1.1rem;
    box-shadow: 0 1px 2px rgb(60 40 20 / .10), 0 6px 18px rgb(60 40 20 / .07);
    padding: .8rem .8rem 1rem;
  }
  [class*="st-key-card-"] img { border-radius: .7rem; width: 100%; }
  [class*="st-key-card-"][class*="-chosen"] { outline: 3px solid #A8442A; }
  /* A row that goes on to the right, under a finger or a wheel. */
  .st-key-places-row { flex-wrap: nowrap !important; overflow-x: auto; padding: 4px 4px .8rem; }
  [data-testid="stLayoutWrapper"]:has(> [class*="st-key-card-place-"]) {
    flex: 0 0 7.8rem !important; width: 7.8rem !important;
  }
  /* The sample lies open on the table. */
  .st-key-sample img {
    width: 100%; filter: drop-shadow(0 10px 16px rgb(60 40 20 / .28));
  }
  [class*="st-key-views-"] > [data-testid="stLayoutWrapper"] {
    flex: 1 1 0 !important; width: auto !important;
  }
  .to-come {
    aspect-ratio: 1; border-radius: .7rem;
    background: repeating-linear-gradient(135deg, rgb(168 68 42 / .10) 0 12px,
      rgb(168 68 42 / .05) 12px 24px);
  }
  [data-testid="stCaptionContainer"], [data-testid="stCaptionContainer"] p {
    color: color-mix(in srgb, var(--st-text-color) 80%, var(--st-background-color)) !important;
    opacity: 1;
  }
  /* An author's own words, to be copied, are no program. */
  [data-testid="stCode"] code, [data-testid="stCode"] pre { font-family: inherit !important; }
  [data-testid="stLayoutWrapper"]:has(> .st-key-on-telephone) { display: none; }
  @media (prefers-reduced-motion: reduce) {
    *, *::before, *::after {
      animation-duration: .01ms !important; transition-duration: .01ms !important;
    }
  }
  @media (prefers-color-scheme: dark) {
    /* What is chosen is in the accent's colour, which is too dark for words here. */
    [role="radiogroup"] [aria-checked="true"] p { color: #F4EDE1 !important; }
    [class*="st-key-card-"][class*="-chosen"] { outline-color: #F2A78E; }
    [class*="st-key-card-"] {
      box-shadow: 0 0 0 1px rgb(244 237 225 / .18);
      background: color-mix(in srgb, var(--st-background-color) 93%, var(--st-text-color) 7%);
    }
  }
  @media (max-width: 640px) {
    .stMainBlockContainer { padding-left: 1rem; padding-right: 1rem; padding-top: 1rem; }
    [data-testid="stHeader"] { display: none; }
    h1 { font-size: 1.8rem !important; }
    [data-testid="stExpandSidebarButton"] { display: none; }
    [data-testid="stLayoutWrapper"]:has(> .st-key-on-telephone) { display: block; }
    .st-key-on-telephone { flex-wrap: wrap; gap: 0 .4rem !important; }
    .st-key-on-telephone a { min-height: 2.6rem; }
    /* The card stands in a frame of its own width: cards are as wide as the page, or half of it. */
    [class*="st-key-card-"] { padding: .5rem .5rem .7rem; }
    [data-testid="stLayoutWrapper"]:has(> [class*="st-key-card-"]) {
      width: 100% !important; flex: 1 1 100% !important;
    }
    [data-testid="stLayoutWrapper"]:has(> [class*="st-key-card-"][class*="-half"]) {
      width: calc(50% - .5rem) !important; flex: 0 0 calc(50% - .5rem) !important; min-width: 0;
    }
    [data-testid="stLayoutWrapper"]:has(> [class*="st-key-card-place-"][class*="-half"]) {
      flex: 0 0 7.5rem !important; width: 7.5rem !important;
    }
    [data-testid="stLayoutWrapper"] > :has(> * > [class*="st-key-card-"]) { gap: 1rem !important; }
    [class*="st-key-card-job-"] [data-testid="stHorizontalBlock"] { flex-wrap: wrap; }
  }
</style>
"""


def dress() -> None:
    """Lay the style sheet."""
    st.html(STYLE)


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
        st.subheader(f"{number}{title}", anchor=False)
        if guide:
            st.caption(says)

    return step


def picture(path: Path, alt: str, width_px: int) -> None:
    """A picture as wide as its place, from a file of `width_px`, twice that for fine screens."""
    try:
        small = path.stat().st_size < SMALL_BYTES and path.suffix.lower() in SHOWN
        shown = path if small else thumbnail(path, 2 * width_px)
        if small:
            with Image.open(path) as whole:
                whole.load()  # Streamlit itself falls over a file that is broken off
    except (BookError, *DAMAGE):
        no_picture(alt)
        st.caption(plain(f"{path.name} cannot be read as a picture."))
        return
    st.image(shown, alt=alt, width="stretch")


def page_picture(book: Book, page: int, alt: str, width_px: int) -> None:
    """The picture of a page of a book: its plate, which is finer, if that is of today's pick.

    Until one is picked, the first that was drawn.
    """
    chosen, plate = book.pick(page), book.plate_of(page)
    drawn = [chosen.candidate] if chosen else book.pictures(page)[:1]
    picked = book.picture(page, drawn[0]) if drawn else None
    if picked is None or not picked.is_file():
        no_picture(alt)
    elif chosen and plate.is_file() and plate.stat().st_mtime >= book.pick_of(page).stat().st_mtime:
        picture(plate, alt, width_px)
    else:
        picture(picked, alt, width_px)


def no_picture(alt: str) -> None:
    """What stands where a picture is still to come."""
    st.html(f"<div class='to-come' role='img' aria-label='{escape(alt)}, not drawn yet'></div>")


def plain(text: str) -> str:
    """Text of an author's as it stands, without what Markdown would make of it."""
    return re.sub(r"([\\`*_{}\[\]()#+!|<>$~:-])", r"\\\1", text)


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
        st.image(str(PICTURES / "place-meadow.webp"), alt="A drawing of a meadow", width=200)
        st.subheader(title, anchor=False)
        st.markdown(says)
