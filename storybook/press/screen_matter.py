"""What a book on a screen has beside its story: endpapers, title page, end, the real hero, back."""

from html import escape

from storybook.press.endpage import HEADING, INTRODUCTION, THE_END, Facts, rows_of
from storybook.press.layout import safe_box
from storybook.press.matter import MOST_PHOTOS, RealHero
from storybook.press.picture import cut_to
from storybook.press.screen import PICTURE_PX, Screen, ScreenPicture
from storybook.press.screen_parts import MADE_WITH, paw, rule, section, title_lines
from storybook.press.title import set_title

END = "the-end"
HERO = "real-hero"
"""The id of the page of the real pet, whose label has its name."""


def endpaper(index: int) -> str:
    """Paw prints; `index` tells the several ones apart."""
    return (
        f'<section class="page blank" id="endpaper-{index}" data-label="Endpaper" '
        'aria-hidden="true"></section>'
    )


def title_page(screen: Screen, shown: ScreenPicture, title: str, about: str) -> str:
    """A round picture, the title, an ornament, whom it is about."""
    setting = set_title(
        title,
        screen.fonts.for_title(title),
        safe_box(screen.form, 3).width,
        0.3 * screen.form.height_pt,
        most_pt=46,
    )
    small = shown.picture and screen.source(cut_to(shown.picture, 1.0), PICTURE_PX // 3)
    medallion = f'<img class="medallion" alt="" src="{small}"/>' if small else ""
    inner = (medallion, title_lines(setting), rule(), f'<p class="about">{escape(about)}</p>')
    return section("front", "Title page", ('<div class="inner">', *inner, "</div>"))


def end_page(screen: Screen, facts: Facts, the_end: str = THE_END) -> str:
    """`The End` as the book's language has it, and how the book was made."""
    face, width_pt = screen.fonts.for_title(the_end), safe_box(screen.form, 1).width
    setting = set_title(the_end, face, width_pt, 120, most_pt=60)
    rows = "".join(
        f"<dt>{escape(label)}</dt><dd>{escape(value)}</dd>"
        for label, value in rows_of(facts, screen.fonts)
    )
    small = (
        f'<div class="small" lang="en" dir="ltr"><h2>{HEADING}</h2><p>{INTRODUCTION}</p>'
        f"<dl>{rows}</dl></div>"
    )
    inner = (title_lines(setting), rule(), small)
    return section("last end", the_end, ('<div class="inner">', *inner, "</div>"), name=END)


def hero_page(screen: Screen, real: RealHero) -> str:
    """The real pet: up to four photos as if glued in, and a line or two about it."""
    width_pt = safe_box(screen.form, 1).width
    face = screen.fonts.for_title(real.title)
    setting = set_title(real.title, face, width_pt, 0.14 * screen.form.height_pt, most_pt=40)
    photos = real.photos[:MOST_PHOTOS]
    sources = (screen.source(cut_to(photo, 1.0), PICTURE_PX // 2) for photo in photos)
    alt = escape(real.alt)
    glued = "".join(f'<img class="photo" alt="{alt}" src="{each}"/>' for each in sources)
    about = "<br/>".join(map(escape, real.about))
    inner = (
        title_lines(setting),
        f'<div class="photos of-{len(photos)}">{glued}</div>',
        f'<p class="told">{about}</p>',
    )
    return section("last real", real.title, ('<div class="inner">', *inner, "</div>"), name=HERO)


def back_cover() -> str:
    """Accent ground and the press's mark."""
    inner = f'{paw()}<p class="about">{MADE_WITH}</p>'
    return section("back last", "Back cover", ('<div class="inner">', inner, "</div>"))
