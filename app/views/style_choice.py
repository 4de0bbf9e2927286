"""How a book is drawn: the styles that the studio's painter knows, chosen by a picture in each."""

import streamlit as st

from app.views.new_book_cards import Change, card, choice, picture
from storybook.config import load_settings
from storybook.errors import StorybookError
from storybook.prompts import styles
from storybook.studio.studio import Studio
from storybook.studio.styles import drawn_styles

STYLE_PX = 176
SMALL = (
    "The same picture in each. The small painter that comes along paints it, and then it is "
    "finished as on paper, with pigment, wax, chalk or ink; your pages will be, too."
)
FULL = (
    "The pictures are by the small painter that comes along; yours tells styles further apart. "
    "What has no picture it is told in words."
)


def choose_style(now: str, change: Change) -> None:
    """The styles, each by a picture that was drawn in it, or by what the painter is told."""
    with st.container(horizontal=True, gap="medium", key="styles-row"):
        for name in known_styles(now):
            with card(f"style-{name}", STYLE_PX, is_chosen=name == now):
                if not picture(f"style-{name}", f"An orange cat, in {name}"):
                    st.caption(styles()[name].words)
                choice(
                    name.capitalize(),
                    f"style-{name}",
                    change,
                    {"style": name},
                    is_chosen=name == now,
                )
    st.caption(FULL if _is_told_in_words() else SMALL)


def known_styles(now: str) -> list[str]:
    """The names of the styles that can be chosen; the one that a book has now is among them."""
    try:
        known = drawn_styles(Studio(load_settings(None, [])))
    except StorybookError:  # the page itself says what is wrong with the settings
        known = tuple(styles())
    return list(dict.fromkeys([*known, now]))


def _is_told_in_words() -> bool:
    try:
        return not Studio(load_settings(None, [])).draws_the_world
    except StorybookError:
        return True
