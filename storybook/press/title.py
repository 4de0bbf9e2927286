"""A title in as few lines and as large as it fits."""

from bisect import bisect_left
from functools import partial

from storybook.errors import PressError
from storybook.press.fonts import FontFace, Fonts
from storybook.press.formats import Format
from storybook.press.layout import safe_box
from storybook.press.lettering import lettered_width
from storybook.press.printable import check_glyphs
from storybook.press.typeset import Setting, largest, set_text

TITLE_SIZES_PT = tuple(range(68, 23, -2))
LONG_TITLE_SIZES_PT = (*TITLE_SIZES_PT, 22, 20, 18)
TITLE_LINES, LONG_TITLE_LINES = 3, 5
COVER_SHARE = 0.24
"""Of the cover's height, what the title may take."""


def check_title(title: str, fonts: Fonts, form: Format) -> None:
    """Raise PressError if a title cannot stand on the cover or on the title page."""
    if not title.strip():
        raise PressError("cover: the title has nothing that can be printed. Give another one.")
    face = fonts.for_title(title)
    check_glyphs(title, face, "cover")
    cover_pt, page_pt = safe_box(form, 1).width - 24, safe_box(form, 3).width
    set_title(title, face, cover_pt, COVER_SHARE * form.height_pt)
    set_title(title, face, page_pt, 0.3 * form.height_pt, most_pt=46)


def set_title(
    title: str,
    face: FontFace,
    width_pt: float,
    height_pt: float,
    most_pt: float = TITLE_SIZES_PT[0],
) -> Setting:
    """A title in at most three lines, as large as it fits; a very long one in five, and smaller.

    Only where it needs to be is a word broken. Raises PressError if it is too long even so.
    """
    setting = _fit_title(title, face, width_pt, height_pt, most_pt)
    if setting is None:
        words = title.split()
        fitting = bisect_left(
            range(1, len(words)),
            True,
            key=lambda size: (
                _fit_title(" ".join(words[:size]), face, width_pt, height_pt, most_pt) is None
            ),
        )
        raise PressError(
            f"cover: the title {title!r:.60} is too long: it has {len(title)} letters, of which "
            f"some {len(' '.join(words[:fitting]))} fit. Give a shorter one."
        )
    return setting


def _fit_title(
    title: str, face: FontFace, width_pt: float, height_pt: float, most_pt: float
) -> Setting | None:
    whole_pt = lettered_width(title, face, 1.0)

    def at(size_pt: float, lines: int, breaking: bool) -> Setting | None:
        if whole_pt * size_pt > lines * (width_pt + size_pt):  # a space goes at each line's end
            return None
        setting = set_text(
            title,
            face,
            size_pt,
            width_pt,
            measure=lambda words: lettered_width(words, face, size_pt),
            leading=1.12,
            breaking=breaking,
        )
        return setting if setting and len(setting.lines) <= lines else None

    for sizes, lines, breaking in (
        (TITLE_SIZES_PT, TITLE_LINES, False),
        (LONG_TITLE_SIZES_PT, LONG_TITLE_LINES, True),
    ):
        fitting = [size for size in sizes if size <= most_pt]
        if setting := largest(fitting, partial(at, lines=lines, breaking=breaking), height_pt):
            return setting
    return None
