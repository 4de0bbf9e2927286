"""The press for screens: laid-out pages become HTML; `html_file` makes one file of them.

Pages lie as in the PDF, in per cent of the page and in its points, with live text in the book's own
fonts.
"""

import base64
from collections.abc import Callable
from dataclasses import dataclass, replace
from html import escape
from io import BytesIO

from PIL import Image

from storybook.press.colour import Theme
from storybook.press.compose import Facing, composed, composed_opening, tail_root
from storybook.press.fonts import Fonts
from storybook.press.formats import Format
from storybook.press.layout import EDGE_PT, Box, StoryPage, folio_box, safe_box
from storybook.press.ornaments import TAIL_WIDE_PT
from storybook.press.pdf import on_veil
from storybook.press.picture import calm_side, cut_to
from storybook.press.screen_parts import MADE_WITH, XMLNS, Heard, paragraphs, paw, section, sound
from storybook.press.title import COVER_SHARE, set_title
from storybook.press.typeset import Setting
from storybook.records import TextSide

PICTURE_PX = 1280
"""How wide a picture over a whole page is kept: sharp on a screen of 4K with two pages open."""
QUALITY = 82
PLAIN = (168, 68, 42)
NOT_DRAWN = "This picture is not drawn yet."
WORDS = (
    NOT_DRAWN,
    MADE_WITH,
    "Cover Back Next Read aloud Be quiet Full screen Leave Endpaper Title page Pages of",
)
"""What is said on the screen beside the book's own words."""


def webp_url(picture: Image.Image) -> str:
    """A picture as a data URL: it lies in the file itself."""
    file = BytesIO()
    picture.save(file, "WEBP", quality=QUALITY, method=2)
    return f"data:image/webp;base64,{base64.b64encode(file.getvalue()).decode()}"


@dataclass(frozen=True, slots=True)
class Screen:
    """What every page is made with. Its markup is well-formed XML, too, for EPUB."""

    form: Format
    fonts: Fonts
    theme: Theme
    keep: Callable[[Image.Image], str] = webp_url
    """Keeps a picture, and says under which URL."""

    def source(self, picture: Image.Image, most_px: int) -> str:
        """The URL of a picture that is kept at most so wide."""
        if picture.width > most_px:
            height_px = round(picture.height * most_px / picture.width)
            picture = picture.resize((most_px, height_px), Image.Resampling.LANCZOS)
        return self.keep(picture)

    def inside(self, box: Box) -> str:
        """A box as CSS, in per cent of the page."""
        width, height = self.form.width_pt, self.form.height_pt
        left, top = 100 * box.x / width, 100 * (height - box.top) / height
        return (
            f"left:{left:.3f}%;top:{top:.3f}%;width:{100 * box.width / width:.3f}%;"
            f"height:{100 * box.height / height:.3f}%"
        )


@dataclass(frozen=True, slots=True)
class ScreenPicture:
    """A page's picture, RGB, or None if it is not drawn yet, and what is to be seen on it."""

    picture: Image.Image | None
    alt: str
    heard: Heard | None = None
    """None if nobody reads the page aloud."""
    text_side: TextSide = "auto"


def plain_paper() -> Image.Image:
    """What a book takes its colours from before a picture is drawn."""
    return Image.new("RGB", (64, 64), PLAIN)


def cover(screen: Screen, shown: ScreenPicture, title: str, starring: str) -> str:
    """The picture over the whole page, the title on its calmer side, the star's ribbon opposite."""
    form = screen.form
    page, safe = Box(0, 0, form.width_pt, form.height_pt), safe_box(form, 1)
    setting = set_title(
        title, screen.fonts.for_title(title), safe.width - 24, COVER_SHARE * page.height
    )
    at_top = shown.picture is None or calm_side(_cut(shown.picture, page), COVER_SHARE) == "top"
    top, opposite = (safe.top, "bottom") if at_top else (safe.y + setting.height_pt, "top")
    inner = (
        _picture(screen, shown, page),
        f'<h1 aria-label="{escape(title)}">{_lettering(screen, setting, page.height - top)}</h1>',
        f'<p class="ribbon" style="{opposite}:{100 * safe.y / page.height:.2f}%">'
        f"{escape(starring)}</p>",
        sound(shown.heard),
    )
    return section("cover", "Cover", inner)


def story_page(
    screen: Screen, laid: StoryPage, shown: ScreenPicture, facing: Facing | None = None
) -> str:
    """One page of the story in its arrangement, or half of a spread with the page it is facing."""
    if shown.picture is not None:
        mine = Facing(laid, shown.picture, shown.text_side)
        half = facing and composed_opening(mine, facing, screen.form)
        if half:
            laid, shown = half[0], replace(shown, picture=half[1])
        else:
            laid = composed(laid, shown.picture, screen.form, shown.text_side)
    if laid.kind == "open" and shown.picture is not None:
        faded = on_veil(shown.picture, laid, screen.form, screen.theme.paper)
        shown = replace(shown, picture=faded)
    area = laid.area
    framed = " framed" if laid.kind == "spot" else ""
    card = {"panel": " card", "speech": " card bubble"}.get(laid.kind, "")
    inner = [
        _picture(screen, shown, _swollen(laid), framed),
        _tail(screen, laid),
        _torn(screen, laid) if laid.kind in ("above", "beside") else "",
        f'<div class="words{card}" style="{screen.inside(area)};'
        f'--size:{laid.setting.size_pt:g}"><div>',
        *paragraphs(laid.setting, in_words=shown.heard is not None),
        "</div></div>",
        sound(shown.heard),
        f'<span class="folio" aria-hidden="true" style="{screen.inside(folio_box(laid, area))}">'
        f"{laid.page}</span>",
    ]
    return section(f"story {laid.kind}", f"Page {laid.page}", inner, number=laid.page)


def _picture(screen: Screen, shown: ScreenPicture, box: Box, framed: str = "") -> str:
    style = f"{screen.inside(box)};--scene:{box.width:.1f}/{box.height:.1f}"
    if shown.picture is None:
        return (
            f'<div class="scene missing{framed}" style="{style}"><div>{paw()}{NOT_DRAWN}'
            "</div></div>"
        )
    wide_px = round(PICTURE_PX * box.width / screen.form.width_pt)
    source = screen.source(_cut(shown.picture, box), wide_px)
    return (
        f'<img class="scene picture{framed}" style="{style}" alt="{escape(shown.alt)}" '
        f'src="{source}"/>'
    )


def _cut(picture: Image.Image, box: Box) -> Image.Image:
    return cut_to(picture, box.width / box.height)


def _lettering(screen: Screen, setting: Setting, top: float) -> str:
    """The cover's title where the PDF has it, with two rims that keep it legible on a picture."""
    width, height, size = screen.form.width_pt, screen.form.height_pt, setting.size_pt
    drawn = "".join(
        f'<text x="{width / 2:g}" y="{top + line.drop_pt:.2f}">{escape(line.text)}</text>'
        for line in setting.lines
    )
    rim = 2 * 0.13 * size
    return (
        f'<svg {XMLNS} viewBox="0 0 {width:g} {height:g}" class="lettering" font-size="{size:g}">'
        f'<use href="#lettering" class="fall" y="{0.05 * size:.2f}" stroke-width="{rim:.2f}"/>'
        f'<use href="#lettering" class="rim" stroke-width="{rim:.2f}"/>'
        f'<g id="lettering">{drawn}</g></svg>'
    )


def _swollen(laid: StoryPage) -> Box:
    """The picture's box, out to where the wave swings."""
    box = laid.picture
    if laid.kind == "beside":
        return Box(box.x, box.y, box.width + EDGE_PT, box.height)
    if laid.kind == "above":
        return Box(box.x, box.y - EDGE_PT, box.width, box.height + EDGE_PT)
    return box


def _tail(screen: Screen, laid: StoryPage) -> str:
    """The tail of a bubble, from its edge to where it ends."""
    if laid.tail is None:
        return ""
    (x, y), tip, half = tail_root(laid.area, laid.tail), laid.tail, TAIL_WIDE_PT / 2
    box = Box(
        min(x - half, tip[0]),
        min(y, tip[1]) - 2,
        max(x + half, tip[0]) - min(x - half, tip[0]),
        abs(tip[1] - y) + 4,
    )
    inner = y - 2 if tip[1] > y else y + 2
    corners = ((x - half, inner), tip, (x + half, inner))
    points = " ".join(f"{px - box.x:.1f},{box.top - py:.1f}" for px, py in corners)
    return (
        f'<svg {XMLNS} class="tail" style="{screen.inside(box)}" '
        f'viewBox="0 0 {box.width:.1f} {box.height:.1f}" preserveAspectRatio="none" '
        f'aria-hidden="true"><polygon points="{points}"/></svg>'
    )


def _torn(screen: Screen, laid: StoryPage) -> str:
    """Paper over the picture's edge towards the text: a gentle wave, as the PDF cuts it."""
    box, swing = laid.picture, EDGE_PT * (1 if laid.page % 2 else -1)
    if laid.kind == "beside":
        edge = Box(box.right - EDGE_PT, box.y, 2 * EDGE_PT, box.height)
        path = f"M50 0C{50 + 4 * swing} 33 {50 - 4 * swing} 67 50 100H115V0Z"
    else:
        edge = Box(box.x, box.y - EDGE_PT, box.width, 2 * EDGE_PT)
        path = f"M0 50C33 {50 - 4 * swing} 67 {50 + 4 * swing} 100 50V115H0Z"
    return (
        f'<svg {XMLNS} class="torn" style="{screen.inside(edge)}" viewBox="0 0 100 100" '
        f'preserveAspectRatio="none" aria-hidden="true"><path d="{path}"/></svg>'
    )
