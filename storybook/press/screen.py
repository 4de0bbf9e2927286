"""The press for screens: laid-out pages become one HTML file that needs nothing but itself.

Pages lie as in the PDF, in per cent of the page and in its points, with live text in the book's own
fonts. `assets/reader` holds the style sheet and the script that turns the pages.
"""

import base64
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from io import BytesIO
from itertools import groupby

from PIL import Image

from storybook.config import shipped
from storybook.press import ornaments
from storybook.press.colour import Colour, Theme
from storybook.press.endpage import HEADING, INTRODUCTION, THE_END, Facts, rows_of
from storybook.press.fonts import Fonts
from storybook.press.formats import Format
from storybook.press.layout import EDGE_PT, Box, StoryPage, folio_box, safe_box
from storybook.press.pdf import COVER_SHARE, CREATOR, card_of, set_title
from storybook.press.picture import calm_side, cut_to
from storybook.press.typeset import LEADING, Setting
from storybook.press.webfonts import font_faces

PICTURE_PX = 1280
"""How wide a picture over a whole page is kept: sharp on a screen of 4K with two pages open."""
QUALITY = 82
PLAIN = (168, 68, 42)
POLICY = ("default-src 'none'; img-src data:; font-src data:; style-src 'unsafe-inline'; "
          "script-src 'unsafe-inline'")  # fmt: skip
"""The browser itself refuses any request."""
NOT_DRAWN = "This picture is not drawn yet."
WORDS = (
    NOT_DRAWN,
    f"Made with {CREATOR}",
    "Cover Back Next Full screen Leave Endpaper Title page Pages of",
)
"""What is said on the screen beside the book's own words."""


@dataclass(frozen=True, slots=True)
class Screen:
    """What every page is made with."""

    form: Format
    fonts: Fonts
    theme: Theme

    def inside(self, box: Box) -> str:
        """A box as CSS, in per cent of the page."""
        width, height = self.form.width_pt, self.form.height_pt
        left, top = 100 * box.x / width, 100 * (height - box.top) / height
        return (f"left:{left:.3f}%;top:{top:.3f}%;width:{100 * box.width / width:.3f}%;"
                f"height:{100 * box.height / height:.3f}%")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Shown:
    """A page's picture, RGB, or None if it is not drawn yet, and what is to be seen on it."""

    picture: Image.Image | None
    alt: str


def plain_paper() -> Image.Image:
    """What a book takes its colours from before a picture is drawn."""
    return Image.new("RGB", (64, 64), PLAIN)


def html_file(screen: Screen, body: Sequence[str], *, title: str, about: str, language: str,
              texts: str, pages: int) -> str:  # fmt: skip
    """The whole file around its pages; `texts` are all the words that its fonts must hold."""
    form = screen.form
    style = shipped("assets", "reader", "reader.css").read_text(encoding="utf-8")
    script = shipped("assets", "reader", "reader.js").read_text(encoding="utf-8")
    sheet = f"@page {{ size: {form.width_in}in {form.height_in}in; }}"
    return "\n".join([
        "<!doctype html>",
        f'<html lang="{escape(language)}">',
        '<head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">',
        f"<title>{escape(title)}</title>",
        f'<meta name="description" content="{escape(about)}">',
        f'<meta name="generator" content="{CREATOR}">',
        f"<style>{font_faces(screen.fonts, texts)}",
        f"{_variables(screen)}\n{style}\n{sheet}</style></head>",
        '<body><main class="stage"><div class="room">',
        f'<div class="book" id="book" tabindex="-1" data-width="{form.width_pt:g}" '
        f'data-height="{form.height_pt:g}" data-one="Page % of {pages}" '
        f'data-pages="Pages % of {pages}">',
        *body,
        "</div></div>",
        _bar(),
        f"</main><script>{script}</script></body></html>\n",
    ])  # fmt: skip


def cover(screen: Screen, shown: Shown, title: str, starring: str) -> str:
    """The picture over the whole page, the title on its calmer side, the star's ribbon opposite."""
    form = screen.form
    page, safe = Box(0, 0, form.width_pt, form.height_pt), safe_box(form, 1)
    setting = set_title(title, screen.fonts.for_title(title), safe.width - 24,
                        COVER_SHARE * page.height)  # fmt: skip
    at_top = shown.picture is None or calm_side(_cut(shown.picture, page), COVER_SHARE) == "top"
    top, opposite = (safe.top, "bottom") if at_top else (safe.y + setting.height_pt, "top")
    inner = (
        _picture(screen, shown, page),
        f'<h1 aria-label="{escape(title)}">{_lettering(screen, setting, page.height - top)}</h1>',
        f'<p class="ribbon" style="{opposite}:{100 * safe.y / page.height:.2f}%">'
        f"{escape(starring)}</p>",
    )
    return _page("cover", "Cover", inner)


def endpaper(index: int) -> str:
    """Paw prints; `index` tells the several ones apart."""
    return (f'<section class="page blank" id="endpaper-{index}" data-label="Endpaper" '
            'aria-hidden="true"></section>')  # fmt: skip


def title_page(screen: Screen, shown: Shown, title: str, about: str) -> str:
    """A round picture, the title, an ornament, whom it is about."""
    setting = set_title(title, screen.fonts.for_title(title), safe_box(screen.form, 3).width,
                        0.3 * screen.form.height_pt, most_pt=46)  # fmt: skip
    small = shown.picture and _source(cut_to(shown.picture, 1.0), PICTURE_PX // 3)
    medallion = f'<img class="medallion" alt="" src="{small}">' if small else ""
    inner = (medallion, _title(setting), _rule(), f'<p class="about">{escape(about)}</p>')
    return _page("front", "Title page", ('<div class="inner">', *inner, "</div>"))


def story_page(screen: Screen, laid: StoryPage, shown: Shown) -> str:
    """One page of the story in its arrangement."""
    area = laid.area
    if laid.kind == "panel" and shown.picture is not None:
        area = card_of(_cut(shown.picture, laid.picture), laid, screen.form)
    framed = " framed" if laid.kind == "spot" else ""
    card = " card" if laid.kind == "panel" else ""
    inner = [
        _picture(screen, shown, _swollen(laid), framed),
        _torn(screen, laid) if laid.kind in ("above", "beside") else "",
        f'<div class="words{card}" style="{screen.inside(area)};'
        f'--size:{laid.setting.size_pt:g}"><div>',
        *_paragraphs(laid.setting),
        "</div></div>",
        f'<span class="folio" aria-hidden="true" style="{screen.inside(folio_box(laid, area))}">'
        f"{laid.page}</span>",
    ]
    return _page(f"story {laid.kind}", f"Page {laid.page}", inner, number=laid.page)


def end_page(screen: Screen, facts: Facts) -> str:
    """`The End`, and how the book was made."""
    setting = set_title(THE_END, screen.fonts.for_title(THE_END), safe_box(screen.form, 1).width,
                        120, most_pt=60)  # fmt: skip
    rows = "".join(f"<dt>{escape(label)}</dt><dd>{escape(value)}</dd>"
                   for label, value in rows_of(facts, screen.fonts))  # fmt: skip
    small = (
        f'<div class="small" lang="en"><h2>{HEADING}</h2><p>{INTRODUCTION}</p><dl>{rows}</dl></div>'
    )
    inner = (_title(setting), _rule(), small)
    return _page("last end", THE_END, ('<div class="inner">', *inner, "</div>"))


def back_cover() -> str:
    """Accent ground and the press's mark."""
    inner = f'{_paw()}<p class="about">Made with {CREATOR}</p>'
    return _page("back last", "Back cover", ('<div class="inner">', inner, "</div>"))


def _page(kind: str, label: str, inner: Sequence[str], number: int | None = None) -> str:
    name = label.lower().replace(" ", "-")
    counted = f' data-page="{number}"' if number else ""
    return (f'<section class="page {kind}" id="{name}" data-label="{label}"{counted} '
            f'aria-label="{label}">{"".join(inner)}</section>')  # fmt: skip


def _picture(screen: Screen, shown: Shown, box: Box, framed: str = "") -> str:
    style = f"{screen.inside(box)};--scene:{box.width:.1f}/{box.height:.1f}"
    if shown.picture is None:
        return (f'<div class="scene missing{framed}" style="{style}"><div>{_paw()}{NOT_DRAWN}'
                "</div></div>")  # fmt: skip
    wide_px = round(PICTURE_PX * box.width / screen.form.width_pt)
    source = _source(_cut(shown.picture, box), wide_px)
    return (f'<img class="scene picture{framed}" style="{style}" alt="{escape(shown.alt)}" '
            f'src="{source}">')  # fmt: skip


def _cut(picture: Image.Image, box: Box) -> Image.Image:
    return cut_to(picture, box.width / box.height)


def _source(picture: Image.Image, most_px: int) -> str:
    """A picture as a data URL, at most so wide."""
    if picture.width > most_px:
        height_px = round(picture.height * most_px / picture.width)
        picture = picture.resize((most_px, height_px), Image.Resampling.LANCZOS)
    file = BytesIO()
    picture.save(file, "WEBP", quality=QUALITY, method=2)
    return f"data:image/webp;base64,{base64.b64encode(file.getvalue()).decode()}"


def _paragraphs(setting: Setting) -> Iterator[str]:
    """The set lines, those of a paragraph together; phones join them and break them anew."""
    number, drop = 0, None
    numbered = []
    for line in setting.lines:
        number += drop is not None and line.drop_pt - drop > 1.2 * LEADING * setting.size_pt
        drop = line.drop_pt
        numbered.append((number, line.text))
    for _, lines in groupby(numbered, key=lambda each: each[0]):
        yield f"<p>{_lines(text for _, text in lines)}</p>"


def _title(setting: Setting) -> str:
    lines = _lines(line.text for line in setting.lines)
    return f'<p class="title" style="--size:{setting.size_pt:g}">{lines}</p>'


def _lettering(screen: Screen, setting: Setting, top: float) -> str:
    """The cover's title where the PDF has it, with two rims that keep it legible on a picture."""
    width, height, size = screen.form.width_pt, screen.form.height_pt, setting.size_pt
    lines = "".join(
        f'<text x="{width / 2:g}" y="{top + line.drop_pt:.2f}">{escape(line.text)}</text>'
        for line in setting.lines
    )
    rim = 2 * 0.13 * size
    return (f'<svg viewBox="0 0 {width:g} {height:g}" class="lettering" font-size="{size:g}">'
            f'<use href="#lettering" class="fall" y="{0.05 * size:.2f}" stroke-width="{rim:.2f}"/>'
            f'<use href="#lettering" class="rim" stroke-width="{rim:.2f}"/>'
            f'<g id="lettering">{lines}</g></svg>')  # fmt: skip


def _lines(texts: Iterator[str]) -> str:
    return " ".join(f'<span class="line">{escape(text, quote=False)}</span>' for text in texts)


def _swollen(laid: StoryPage) -> Box:
    """The picture's box, out to where the wave swings."""
    box = laid.picture
    if laid.kind == "beside":
        return Box(box.x, box.y, box.width + EDGE_PT, box.height)
    if laid.kind == "above":
        return Box(box.x, box.y - EDGE_PT, box.width, box.height + EDGE_PT)
    return box


def _torn(screen: Screen, laid: StoryPage) -> str:
    """Paper over the picture's edge towards the text: a gentle wave, as the PDF cuts it."""
    box, swing = laid.picture, EDGE_PT * (1 if laid.page % 2 else -1)
    if laid.kind == "beside":
        edge = Box(box.right - EDGE_PT, box.y, 2 * EDGE_PT, box.height)
        path = f"M50 0C{50 + 4 * swing} 33 {50 - 4 * swing} 67 50 100H115V0Z"
    else:
        edge = Box(box.x, box.y - EDGE_PT, box.width, 2 * EDGE_PT)
        path = f"M0 50C33 {50 - 4 * swing} 67 {50 + 4 * swing} 100 50V115H0Z"
    return (f'<svg class="torn" style="{screen.inside(edge)}" viewBox="0 0 100 100" '
            f'preserveAspectRatio="none" aria-hidden="true"><path d="{path}"/></svg>')  # fmt: skip


def _paw() -> str:
    return f'<svg viewBox="-0.6 -0.62 1.2 1.12" aria-hidden="true">{ornaments.paw_as_svg()}</svg>'


def _rule() -> str:
    return ('<svg class="rule" viewBox="-75 -10 150 20" aria-hidden="true">'
            '<path d="M-75 0H-15M15 0H75" stroke-width="1.2" stroke-linecap="round"/>'
            '<g transform="scale(17)" stroke="none">'
            f"{ornaments.paw_as_svg()}</g></svg>")  # fmt: skip


def _variables(screen: Screen) -> str:
    theme, form = screen.theme, screen.form
    colours = {"paper": theme.paper, "tint": theme.tint, "accent": theme.accent,
               "spark": theme.spark, "ink": theme.ink}  # fmt: skip
    named = "".join(f"--{name}:{_hex(colour)};" for name, colour in colours.items())
    prints = "".join(
        f'<g transform="translate({x} {y}) rotate({turn}) scale(19)">{ornaments.paw_as_svg()}</g>'
        for x, y, turn in ((27, 81, 22), (81, 81, -28), (0, 27, -28), (54, 27, 22), (108, 27, -28))
    )
    paws = ('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 108 108" '
            f'fill="{_hex(theme.tint)}">{prints}</svg>')  # fmt: skip
    coded = base64.b64encode(paws.encode()).decode()
    return (f":root{{{named}--page-width:{form.width_pt:g};--page-height:{form.height_pt:g};"
            f"--table:color-mix(in oklab, {_hex(theme.accent)} 14%, #efe6d6);"
            f"--on-table:{_hex(theme.ink)};"
            f'--paws:url("data:image/svg+xml;base64,{coded}")}}')  # fmt: skip


def _hex(colour: Colour) -> str:
    parts = (colour.red, colour.green, colour.blue)
    return "#" + "".join(f"{round(255 * part):02x}" for part in parts)


def _bar() -> str:
    def button(name: str, label: str, path: str, more: str = "") -> str:
        return (f'<button type="button" id="{name}" class="{name}" title="{label}" {more}>'
                f'<svg viewBox="0 0 24 24" aria-hidden="true"><path d="{path}"/></svg>'
                f"<span>{label}</span></button>")  # fmt: skip

    return "".join((
        '<nav class="bar" aria-label="Turn the pages" lang="en">',
        button("first", "Cover", "M18 5l-7 7 7 7M6 5v14"),
        button("back", "Back", "M15 5l-7 7 7 7"),
        '<span class="where" id="where" role="status" aria-live="polite"></span>',
        button("on", "Next", "M9 5l7 7-7 7"),
        button("whole", "Full screen", "M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5",
               'aria-pressed="false" data-enter="Full screen" data-leave="Leave"'),
        "</nav>",
    ))  # fmt: skip
