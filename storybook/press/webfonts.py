"""A book's fonts for the web: only the letters that it uses, inside the file."""

import base64
import logging
from functools import lru_cache
from io import BytesIO
from pathlib import Path

from storybook.press.fonts import Fonts

FEATURES = ["ccmp", "kern", "liga", "locl", "mark", "mkmk"]


def font_faces(fonts: Fonts, text: str) -> str:
    """CSS that declares the four faces of a book, with the glyphs of `text`.

    They are called `Book Text`, `Book Italic`, `Book Bold` and `Book Titles`.
    """
    return "\n".join(
        declared(name, f"data:font/woff;base64,{base64.b64encode(woff).decode()}")
        for name, woff in font_files(fonts, text).items()
    )


def font_files(fonts: Fonts, text: str) -> dict[str, bytes]:
    """The four faces of a book as WOFF, with the glyphs of `text`: Text, Italic, Bold, Titles."""
    letters = "".join(sorted(set(text)))
    named = {
        "Text": fonts.text,
        "Italic": fonts.italic,
        "Bold": fonts.bold,
        "Titles": fonts.display,
    }
    return {name: _woff(face.path, letters) for name, face in named.items()}


def declared(name: str, url: str) -> str:
    """CSS that declares the face `Book {name}`, which lies at `url`."""
    return (
        f'@font-face {{ font-family: "Book {name}"; font-weight: 100 900; font-style: normal; '
        f'src: url("{url}") format("woff"); }}'
    )


@lru_cache(maxsize=32)
def _woff(path: Path, letters: str) -> bytes:
    """A font file with nothing but `letters`, as WOFF."""
    from fontTools import subset  # which takes its time, and most commands share no book

    logging.getLogger("fontTools.subset").setLevel(
        logging.ERROR
    )  # it tells of tables that it drops
    options = subset.Options()
    options.flavor = "woff"
    options.layout_features = FEATURES
    options.hinting = False
    font = subset.load_font(str(path), options)
    subsetter = subset.Subsetter(options)
    subsetter.populate(text=letters)
    subsetter.subset(font)
    file = BytesIO()
    subset.save_font(font, file, options)
    return file.getvalue()
