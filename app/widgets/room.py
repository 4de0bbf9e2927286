"""Pictures with their room kept: what stands below does not jump when they come.

A browser learns how high a picture is when it has begun to load it, and Streamlit says nothing of
it before. The style sheet keeps a square, as most pictures here are; others say what they are.
"""

import io
import os
from functools import lru_cache
from pathlib import Path

import streamlit as st
from PIL import Image

from storybook.images.photo_reading import DAMAGE

SQUARE = (1, 1)
KEPT = 128
"""So many pictures are kept as browsers get them, of some 50 kB each."""
ORIENTATION, TURNED = 0x0112, (5, 6, 7, 8)
"""Where a photo says how it lies, and what it says when it is shown turned by a quarter."""


def image(shown: Path | str | bytes | Image.Image, alt: str, width: int | str = "stretch") -> None:
    """A picture as `st.image` shows it: a file, a file's bytes, or a drawing as SVG."""
    wide, high = size_of(shown)
    if wide != high:  # by its words: a container around it would be laid out as no picture is
        st.html(f"<style>img[alt='{_said(alt)}'] {{ aspect-ratio: auto {wide} / {high}; }}</style>")
    st.image(_as_sent(shown), alt=alt, width=wide if width == "content" else width)


def _as_sent(shown: Path | str | bytes | Image.Image) -> Path | str | bytes | Image.Image:
    """A WebP as Streamlit would send it, a JPEG or a PNG, made once and not in each drawing."""
    if isinstance(shown, bytes | Image.Image) or Path(shown).suffix != ".webp":
        return shown
    return _sent(str(shown), os.stat(shown).st_mtime_ns)


@lru_cache(maxsize=KEPT)
def _sent(path: str, changed_ns: int) -> bytes:
    file = io.BytesIO()
    with Image.open(path) as picture:
        picture.save(file, "PNG" if picture.has_transparency_data else "JPEG", quality=90)
    return file.getvalue()


def size_of(shown: Path | str | bytes | Image.Image) -> tuple[int, int]:
    """Width and height of a picture as it is shown, in px; `SQUARE` of SVG and of what is none."""
    if isinstance(shown, Image.Image):
        return shown.size
    if isinstance(shown, str) and shown.lstrip().startswith("<svg"):
        return SQUARE
    try:
        with Image.open(io.BytesIO(shown) if isinstance(shown, bytes) else shown) as file:
            wide, high = file.size
            return (high, wide) if file.getexif().get(ORIENTATION) in TURNED else (wide, high)
    except DAMAGE:
        return SQUARE


def _said(alt: str) -> str:
    """An author's words within the quotes of a style sheet, of which nothing can get out."""
    return "".join(each if each.isalnum() else f"\\{ord(each):x} " for each in alt)
