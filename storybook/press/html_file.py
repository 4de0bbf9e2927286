"""One HTML file around a book's pages that needs nothing but itself.

`assets/reader` holds the style sheet and the script that turns the pages.
"""

import base64
from collections.abc import Sequence
from html import escape

from storybook.config import shipped
from storybook.press import ornaments
from storybook.press.colour import Srgb
from storybook.press.pdf_context import CREATOR
from storybook.press.screen import Screen
from storybook.press.scripts import is_leftwards
from storybook.press.webfonts import font_faces

POLICY = (
    "default-src 'none'; img-src data:; font-src data:; media-src data:; "
    "style-src 'unsafe-inline'; script-src 'unsafe-inline'"
)
"""The browser itself refuses any request."""


def html_file(
    screen: Screen,
    body: Sequence[str],
    *,
    title: str,
    about: str,
    language: str,
    texts: str,
    pages: int,
    aloud: bool = False,
) -> str:
    """The whole file around its pages; `texts` are all the words that its fonts must hold.

    One whose pages are read `aloud` has a button for that. In a language that is written from right
    to left the cover opens to the right, and keys, clicks and swipes go the other way.
    """
    form = screen.form
    style = reader_file("page.css") + reader_file("reader.css")
    script = reader_file("reader.js") + (reader_file("aloud.js") if aloud else "")
    direction = ' dir="rtl"' if is_leftwards(language) else ""
    sheet = f"@page {{ size: {form.width_in}in {form.height_in}in; }}"
    return "\n".join(
        [
            "<!doctype html>",
            f'<html lang="{escape(language)}"{direction}>',
            '<head><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">',
            f"<title>{escape(title)}</title>",
            f'<meta name="description" content="{escape(about)}">',
            f'<meta name="generator" content="{CREATOR}">',
            f"<style>{font_faces(screen.fonts, texts)}",
            f"{variables(screen)}\n{style}\n{sheet}</style></head>",
            '<body><main class="stage"><div class="room">',
            f'<div class="book" id="book" tabindex="-1" data-width="{form.width_pt:g}" '
            f'data-height="{form.height_pt:g}" data-one="Page % of {pages}" '
            f'data-pages="Pages % of {pages}">',
            *body,
            "</div></div>",
            _bar(aloud),
            f"</main><script>{script}</script></body></html>\n",
        ]
    )


def reader_file(name: str) -> str:
    """A style sheet or a script of `assets/reader`."""
    return shipped("assets", "reader", name).read_text(encoding="utf-8")


def variables(screen: Screen) -> str:
    """CSS that names a book's colours, the size of its pages, and its endpaper."""
    theme, form = screen.theme, screen.form
    colours = {
        "paper": theme.paper,
        "tint": theme.tint,
        "accent": theme.accent,
        "spark": theme.spark,
        "ink": theme.ink,
    }
    named = "".join(f"--{name}:{_hex(colour)};" for name, colour in colours.items())
    prints = "".join(
        f'<g transform="translate({x} {y}) rotate({turn}) scale(19)">{ornaments.paw_as_svg()}</g>'
        for x, y, turn in ((27, 81, 22), (81, 81, -28), (0, 27, -28), (54, 27, 22), (108, 27, -28))
    )
    paws = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 108 108" '
        f'fill="{_hex(theme.tint)}">{prints}</svg>'
    )
    coded = base64.b64encode(paws.encode()).decode()
    return (
        f":root{{{named}--page-width:{form.width_pt:g};--page-height:{form.height_pt:g};"
        f"--table:color-mix(in oklab, {_hex(theme.accent)} 14%, #efe6d6);"
        f"--on-table:{_hex(theme.ink)};"
        f'--paws:url("data:image/svg+xml;base64,{coded}")}}'
    )


def _hex(colour: Srgb) -> str:
    parts = (colour.red, colour.green, colour.blue)
    return "#" + "".join(f"{round(255 * part):02x}" for part in parts)


def _bar(aloud: bool) -> str:
    def button(name: str, label: str, path: str, more: str = "") -> str:
        return (
            f'<button type="button" id="{name}" class="{name}" title="{label}" {more}>'
            f'<svg viewBox="0 0 24 24" aria-hidden="true"><path d="{path}"/></svg>'
            f"<span>{label}</span></button>"
        )

    return "".join(
        (
            '<nav class="bar" aria-label="Turn the pages" lang="en">',
            button("first", "Cover", "M18 5l-7 7 7 7M6 5v14"),
            button("back", "Back", "M15 5l-7 7 7 7"),
            '<span class="where" id="where" dir="ltr" role="status" aria-live="polite"></span>',
            button("on", "Next", "M9 5l7 7-7 7"),
            button(
                "aloud",
                "Read aloud",
                "M4 9v6h4l5 4V5L8 9zM16 9a4 4 0 0 1 0 6M18 6a8 8 0 0 1 0 12",
                'aria-pressed="false" data-enter="Read aloud" data-leave="Be quiet"',
            )
            if aloud
            else "",
            button(
                "whole",
                "Full screen",
                "M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5",
                'aria-pressed="false" data-enter="Full screen" data-leave="Leave"',
            ),
            "</nav>",
        )
    )
