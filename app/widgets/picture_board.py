"""A picture to draw on, in the browser: brushed over, cropped, or with a box that is moved on it.

One component of ours with several ways to draw; its HTML, CSS and scripts lie in `board/`. What is
drawn is told at the end of each stroke, so that nothing waits in the browser to be lost.
"""

import base64
import binascii
import io
import math
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st
from PIL import Image

from storybook.authoring.move_star import LEAST_SIDE
from storybook.images.photo_reading import DAMAGE
from storybook.records import digest
from training.data.crops import LEAST_SHARE
from training.desk import drawing

PARTS = Path(__file__).parent / "board"
SCRIPTS = ("strokes", "box", "board")
"""In the order in which they are read: the last one begins."""
LONGEST_PX = 640
"""Of the picture as it is drawn on, and of a mask."""
MOST_BYTES = 4_000_000
PNG, JPEG = "data:image/png;base64,", "data:image/jpeg;base64,"
BRUSHES = "Arrow keys move the brush, space brushes, backspace takes it back."
BOXES = "Arrow keys move it, plus and minus change its size, backspace takes it away."

Box = tuple[float, float, float, float]


def brush(image: Image.Image, alt: str, key: str) -> Image.Image | None:
    """Let an author brush over a picture; the mask, white where they did, or None if nowhere."""
    says = f"Brush over the picture. {BRUSHES}"
    empty = "Brush over what should become another."
    reply = _shown(image, key, way="brush", alt=alt, says=says, empty=empty)
    return mask_of(reply.get("mask") if isinstance(reply, Mapping) else None)


def box_around(image: Image.Image, alt: str, key: str) -> Box | None:
    """Let an author drag a box open; its left, top, right and bottom as shares of the picture."""
    reply = _shown(
        image,
        key,
        way="draw",
        alt=alt,
        says=f"Drag a box around the star. Enter begins one in the middle. {BOXES}",
        called="The box",
        empty="Drag a box around whom you mean, or leave it.",
        there="Around whom you mean.",
    )
    return _box_of(reply, "box")


def box_moved(image: Image.Image, alt: str, key: str) -> tuple[Box, Box] | None:
    """Let an author drag a box open, and what is in it to another place and size: both boxes."""
    reply = _shown(
        image,
        key,
        way="place",
        alt=alt,
        says=f"Drag a box around the star, then drag it. Enter begins one in the middle. {BOXES}",
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
        called="Where the text stands",
        box=list(places[now]),
        places=[list(place) for place in places],
        names=list(names),
        there="Drag the text to where it is to stand, or move it with the arrow keys.",
    )
    return reply if isinstance(reply, int) and 0 <= reply < len(places) else now


def crop_and_mask(picture: Path, key: str) -> dict[str, Any] | None:
    """What was drawn since the page was drawn last, `crop` and `mask`; None if nothing was.

    Raises TrainingError if the picture's crops are broken.
    """
    begun = _begun(key)
    if begun not in st.session_state:  # what it began with: it knows itself what was drawn since
        image, lies = drawing.shown(picture), drawing.drawn_of(picture)
        st.session_state[begun] = {
            "way": "crop",
            "image": drawing.as_url(image),
            "size": list(image.size),
            "box": lies["crop"],
            "mask": lies["mask"] and PNG + lies["mask"],
            "least": LEAST_SHARE,
            "alt": "The picture as it lies in the folder",
            "says": "The picture: drag a box for its crop, or paint its mask. "
            f"Enter begins a box in the middle. {BOXES} {BRUSHES}",
            "called": "The part that is learnt",
            "shows": key,
        }
    reply = _component()(key=f"draw-{key}", data=st.session_state[begun], on_told_change=_nothing)
    return reply.told


def forget(key: str) -> None:
    """Begin with what lies on the disk when the picture is cropped or masked next."""
    st.session_state.pop(_begun(key), None)


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


def _begun(key: str) -> str:
    return f"drawn-{key}"


def _shown(image: Image.Image, key: str, **data: object) -> object:
    """What the component tells of a picture that it shows in the way that `data` says."""
    shown = image.convert("RGB")
    shown.thumbnail((LONGEST_PX, LONGEST_PX))
    file = io.BytesIO()
    shown.save(file, "JPEG", quality=92)  # a PNG takes far longer, and four times the bytes
    picture = file.getvalue()
    whole = {"size": list(shown.size), "least": LEAST_SIDE, "empty": "", "moved": "", **data}
    url = JPEG + base64.b64encode(picture).decode()
    reply = _component()(
        data={**whole, "image": url, "shows": digest(picture, whole)},
        key=key,
        on_told_change=_nothing,
    )
    return reply.told


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
def _component() -> Callable[..., Any]:
    """The component, made known to Streamlit when it is first shown."""

    def part(name: str) -> str:
        return (PARTS / name).read_text(encoding="utf-8")

    return st.components.v2.component(
        "storybook_board",
        html=part("board.html"),
        css=part("board.css"),
        js="\n".join(part(f"{name}.js") for name in SCRIPTS),
    )


def _nothing() -> None:
    """Streamlit remembers only states that somebody listens to."""
