"""Which pages the studio has, and the ways from one to another.

Their modules lie in `views/`: Streamlit takes a folder `pages/` for pages of its own making.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from threading import Thread

import streamlit as st

from app import buttons, uninterrupted


@dataclass(frozen=True, slots=True)
class Door:
    """A page of `app/views/`; one that needs a book stands in no menu."""

    title: str
    icon: str
    in_menu: bool = True


DOORS = {
    "library": Door("Library", ":material/shelves:"),
    "new_book": Door("New book", ":material/edit:"),
    "heroes": Door("Heroes", ":material/pets:"),
    "training": Door("Training", ":material/school:"),
    "jobs": Door("Jobs", ":material/hourglass_top:"),
    "settings": Door("Settings", ":material/tune:"),
    "dataset": Door("Dataset", ":material/photo_library:", in_menu=False),
    "cast": Door("Cast", ":material/groups:", in_menu=False),
    "storyboard": Door("Storyboard", ":material/view_cozy:", in_menu=False),
    "reader": Door("Reader", ":material/auto_stories:", in_menu=False),
    "press": Door("Press", ":material/print:", in_menu=False),
}


OPENS = ("book", "page", "hero", "run", "job", "new", "folder")
"""What an address says is open; another one is another page to who reads it."""
SHOWN = "page shown"
"""What `st.session_state` calls what was open when the page was drawn last."""
TO_TOP = """<script>
(() => { /* %s */
  const up = () => document.querySelector("[data-testid='stMain']")?.scrollTo({top: 0});
  up();
  requestAnimationFrame(up);
})();
</script>"""


def enter(at: str = "library") -> None:
    """Draw the page that the address names, or the one called `at` if it names none."""
    uninterrupted.release()  # what was asked for in the drawing before is done
    pages = [_page(name, default=name == at) for name in DOORS]
    page = st.navigation(pages, position="top")
    _on_telephone()
    buttons.opened((page.url_path, *_open()))
    page.run()
    buttons.forget()
    _to_top((page.url_path, *_open()))


def _open() -> Iterator[str | None]:
    """What the address says is open, which a page may change while it is drawn."""
    return (st.query_params.get(key) for key in OPENS)


def _on_telephone() -> None:
    """The menu where there is no room for one at the top: Streamlit's own would fold it away."""
    with st.container(horizontal=True, key="on-telephone"):
        for name, door in DOORS.items():
            if door.in_menu:
                link(name, door.title, door.icon)


def _to_top(opened: tuple[str | None, ...]) -> None:
    """Show the beginning of a page that was opened just now: a browser stays where it was."""
    before = st.session_state.get(SHOWN)
    st.session_state[SHOWN] = opened
    if before not in (None, opened):
        st.session_state["ups"] = number = st.session_state.get("ups", 0) + 1
        # The number makes it another script each time: the same one would not be run again.
        st.html(TO_TOP % number, unsafe_allow_javascript=True)


@st.cache_resource(show_spinner=False)
def read_ahead() -> None:
    """Read the modules of all pages in the background, so that no first visit waits for them."""
    Thread(target=lambda: [import_module(f"app.views.{name}") for name in DOORS]).start()


def go(name: str, **query: str) -> None:
    """Leave for another page, such as `go("storyboard", book="kite")`."""
    st.switch_page(_page(name), query_params=query)


def link(name: str, label: str, icon: str | None = None, **query: str) -> None:
    """A link to another page."""
    st.page_link(_page(name), label=label, icon=icon, query_params=query)


def _page(name: str, *, default: bool = False) -> "st.Page":
    door = DOORS[name]
    return st.Page(
        _drawing(name),
        title=door.title,
        icon=door.icon,
        url_path=name.replace("_", "-"),
        default=default,
        visibility="visible" if door.in_menu else "hidden",
    )


def _drawing(name: str) -> Callable[[], None]:
    """What draws a page; its module is read when it is entered."""

    def draw() -> None:
        import_module(f"app.views.{name}").page()

    draw.__name__ = name
    return draw
