"""A box on a picture, in the browser: around something, moved with it, or at one of few places."""

import base64
import io
import math
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path

import streamlit as st
from PIL import Image

from storybook.records import digest

PARTS = Path(__file__).parent / "box_on_picture"
LONGEST_PX = 760
PNG = "data:image/png;base64,"
KEYS = "Arrow keys move it, plus and minus change its size, backspace takes it away."

Box = tuple[float, float, float, float]


def box_around(image: Image.Image, alt: str, key: str) -> Box | None:
    """Let an author drag a box open; its left, top, right and bottom as shares of the picture."""
    says = f"Drag a box around the star. Enter begins one in the middle. {KEYS}"
    reply = _shown(
        image,
        key,
        way="draw",
        alt=alt,
        says=says,
        called="The box",
        empty="Drag a box around whom you mean, or leave it.",
        there="Around whom you mean.",
    )
    return _box_of(reply, "box")


def box_moved(image: Image.Image, alt: str, key: str) -> tuple[Box, Box] | None:
    """Let an author drag a box open, and what is in it to another place and size: both boxes."""
    says = f"Drag a box around the star, then drag it. Enter begins one in the middle. {KEYS}"
    reply = _shown(
        image,
        key,
        way="place",
        alt=alt,
        says=says,
        called="The star, to be moved",
        empty="First drag a box around the star.",
        there="Now drag the box, or its corner.",
        moved="It comes to stand here.",
    )
    before, after = _box_of(reply, "box"), _box_of(reply, "to")
    return (before, after) if before and after else None


def box_at_places(
    image: Image.Image, alt: str, key: str, places: Sequence[Box], names: Sequence[str], now: int
) -> int:
    """Let an author drag a box to one of its places; the number of the one where it is."""
    reply = _shown(
        image,
        key,
        way="snap",
        alt=alt,
        says=alt,
        called="Where the text stands",
        box=list(places[now]),
        places=[list(place) for place in places],
        names=list(names),
        there="Drag the text to where it is to stand, or move it with the arrow keys.",
    )
    return reply if isinstance(reply, int) and 0 <= reply < len(places) else now


def _shown(image: Image.Image, key: str, **data: object) -> object:
    shown = image.convert("RGB")
    shown.thumbnail((LONGEST_PX, LONGEST_PX))
    file = io.BytesIO()
    shown.save(file, "PNG")
    png = file.getvalue()
    whole = {"box": None, "empty": "", "moved": "", **data}
    component = _component()(
        data={
            **whole,
            "image": PNG + base64.b64encode(png).decode(),
            "shows": digest(png, whole),
        },
        key=key,
        on_told_change=_nothing,
    )
    return component.told


def _box_of(reply: object, name: str) -> Box | None:
    """A box that a browser tells; None if it is none."""
    box = reply.get(name) if isinstance(reply, Mapping) else None
    if not isinstance(box, Sequence) or len(box) != 4:
        return None
    numbers = tuple(float(each) for each in box if isinstance(each, int | float))
    if len(numbers) != 4 or not all(map(math.isfinite, numbers)):
        return None
    left, top, right, bottom = numbers
    return numbers if left < right and top < bottom else None


@cache
def _component() -> Callable[..., object]:
    """The component, made known to Streamlit when it is first shown."""
    parts = {
        part: (PARTS / f"box.{part}").read_text(encoding="utf-8") for part in ("html", "css", "js")
    }
    return st.components.v2.component("storybook_box", **parts)


def _nothing() -> None:
    """Streamlit remembers only states that somebody listens to."""
