"""A picture to be drawn on: a box for its crop, a brush for its mask. What is drawn is told at the
end of each stroke, so that nothing waits in the browser to be lost.
"""

from pathlib import Path
from typing import Any

import streamlit as st

from training.desk import drawing

PARTS = Path(__file__).parent / "drawing_board"
DRAW_ON = st.components.v2.component(
    "storybook_draw_on",
    **{
        kind: (PARTS / f"draw_on.{kind}").read_text(encoding="utf-8")
        for kind in ("html", "css", "js")
    },
)


def draw_on(picture: Path, key: str) -> dict[str, Any] | None:
    """What was drawn since the page was drawn last, `crop` and `mask`; None if nothing was.

    Raises TrainingError if the picture's crops are broken.
    """
    kept = f"drawn-{key}"
    if kept not in st.session_state:  # what it began with: it knows itself what was drawn since
        url = drawing.as_url(drawing.shown(picture))
        st.session_state[kept] = {"key": key, "image": url, **drawing.drawn_of(picture)}
    found = DRAW_ON(key=f"draw-{key}", data=st.session_state[kept], on_drawn_change=_nothing)
    return found.drawn


def forget(key: str) -> None:
    """Begin with what lies on the disk when the picture is opened next."""
    st.session_state.pop(f"drawn-{key}", None)


def _nothing() -> None:
    """What was drawn comes with the result."""
