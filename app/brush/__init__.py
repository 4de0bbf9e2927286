"""A picture to brush over, in the browser: HTML, CSS and a script of ours, served from here."""

import base64
import binascii
import io
from collections.abc import Callable
from functools import cache
from pathlib import Path

import streamlit as st
from PIL import Image

from storybook.images.photo_reading import DAMAGE
from storybook.records import digest

HERE = Path(__file__).parent
SAYS = "Brush over the picture. Arrow keys move the brush, space brushes, backspace takes it back."
EMPTY = "Brush over what should become another."
LONGEST_PX = 640
"""Of the picture as it is brushed, and of the mask."""
MOST_BYTES = 4_000_000
PNG = "data:image/png;base64,"


def brush(image: Image.Image, alt: str, key: str) -> Image.Image | None:
    """Let an author brush over a picture; the mask, white where they did, or None if nowhere."""
    shown = image.convert("RGB")
    shown.thumbnail((LONGEST_PX, LONGEST_PX))
    file = io.BytesIO()
    shown.save(file, "PNG")
    seen = PNG + base64.b64encode(file.getvalue()).decode()
    reply = _component()(
        data={
            "image": seen,
            "size": list(shown.size),
            "alt": alt,
            "says": SAYS,
            "empty": EMPTY,
            "shows": digest(file.getvalue()),
        },
        key=key,
        on_mask_change=_nothing,
    )
    return mask_of(reply.mask)


def mask_of(url: object) -> Image.Image | None:
    """The mask that a browser tells; None if it is empty, or no small PNG."""
    if not isinstance(url, str) or not url.startswith(PNG) or len(url) > MOST_BYTES:
        return None
    try:
        data = base64.b64decode(url.removeprefix(PNG), validate=True)
        with Image.open(io.BytesIO(data), formats=["PNG"]) as file:
            if max(file.size) > LONGEST_PX:
                return None
            mask = file.convert("L")
    except (binascii.Error, *DAMAGE):
        return None
    return mask if mask.getbbox() else None


@cache
def _component() -> Callable[..., object]:
    """The component, made known to Streamlit when it is first shown."""
    parts = {
        part: (HERE / f"brush.{part}").read_text(encoding="utf-8") for part in ("html", "css", "js")
    }
    return st.components.v2.component("storybook_brush", **parts)


def _nothing() -> None:
    """Streamlit remembers only states that somebody listens to."""
