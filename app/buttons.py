"""Buttons whose press is heard by whichever drawing of the page comes to them first.

Streamlit tells of a press in one drawing of the page only. Where that one is cut short above the
button, by another touch or because a job has come further, `st.button` never says so. What a button
calls by `on_click` happens before all drawing and is safe; so that is where a press is written
down. What is done about it afterwards is not cut short either: `app.uninterrupted`.
"""

from collections.abc import Callable

import streamlit as st

from app.uninterrupted import hold

PRESSED = "pressed, and not heard yet"
OPENED = "where it was pressed"


def pressed(
    label: str, *, key: str | None = None, button: Callable[..., bool] = st.button, **more: object
) -> bool:
    """Draw a button, `st.button` or another that takes `on_click`; whether it was pressed.

    It says so once for each press, also when the drawing that the press began was cut short. From
    then on that drawing is not: half of what a press asks for would be done, or it done twice.
    """
    waiting, name = st.session_state.setdefault(PRESSED, set()), key or label
    button(label, key=key, on_click=waiting.add, args=(name,), **more)
    is_pressed = name in waiting
    if is_pressed:
        waiting.discard(name)
        hold()
    return is_pressed


def opened(page: object) -> None:
    """Forget what was pressed if another page is opened now than then."""
    if st.session_state.get(OPENED) != page:
        st.session_state[OPENED] = page
        forget()


def forget() -> None:
    """Forget what was pressed: a page that was drawn to its end has no such button any more."""
    st.session_state.setdefault(PRESSED, set()).clear()
