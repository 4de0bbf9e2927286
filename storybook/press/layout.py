"""Layout: pages become boxes. Points, the origin at the bottom left, as in a PDF."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product

from storybook.errors import PressError
from storybook.press.bidi import is_leftwards_text
from storybook.press.fonts import FontFace, StoryFace
from storybook.press.formats import POINTS_PER_INCH, Arrangement, Format, Kind
from storybook.press.printable import check_glyphs
from storybook.press.typeset import INITIAL_LINES, LEADING, Setting, set_text
from storybook.records import Ages

TEXT_SIZES_PT: dict[Ages, tuple[float, ...]] = {
    "3-5": (23, 22, 21, 20, 19, 18),
    "5-7": (20, 19, 18, 17, 16),
    "7-9": (18, 17, 16, 15, 14),
}
"""Sizes for each age, the one we would like best first."""

FRONT_SHEETS = 3
"""Cover, endpaper and title page come before the first story page."""

CARD_PAD_PT = 20
FOLIO_RADIUS_PT = 11
FOLIO_ROOM_PT = 2 * FOLIO_RADIUS_PT + 4
INITIAL_GAP_EM = 0.1
"""Between an initial and its lines."""
MOST_BESIDE = 9
"""Lines of a narrow column that are read with ease."""
MOST_CARD = 0.26
"""Of the page, what a card may take where it need not."""
CARDS: tuple[Kind, ...] = ("panel", "speech")
EDGE_PT = 12
"""How far the wavy edge of a picture swings."""


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on the page."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.x + self.width

    @property
    def top(self) -> float:
        return self.y + self.height

    @property
    def middle(self) -> float:
        return self.x + self.width / 2

    def moved(self, x: float, y: float) -> "Box":
        return Box(self.x + x, self.y + y, self.width, self.height)


@dataclass(frozen=True, slots=True)
class StoryPage:
    """One page of the story, ready to be drawn.

    On a `panel` page `area` is the card, on others the room that the text is centred in. Card and
    room lie at the bottom; `compose` moves them, and takes one of the `others`, by what the picture
    shows.
    """

    page: int
    kind: Kind
    picture: Box
    area: Box
    setting: Setting
    others: tuple["StoryPage", ...] = ()
    """The page in other arrangements that its text fits, in the same size of type."""
    right_hand: bool = True
    """Whether it is seen on the right."""
    tail: tuple[float, float] | None = None
    """Where the tail of a bubble ends, in points."""

    @property
    def options(self) -> tuple["StoryPage", ...]:
        """All that the page may be, itself first."""
        return (self, *self.others)


def sheet_of(page: int) -> int:
    """Where a story page stands in the bound book, the cover being 1; odd is right-hand."""
    return page + FRONT_SHEETS


def safe_box(form: Format, sheet: int) -> Box:
    """What is neither near the trim nor in the gutter, which is left on a right-hand sheet."""
    margin = form.margin_in * POINTS_PER_INCH
    gutter = form.gutter_in * POINTS_PER_INCH
    x = margin + (gutter if form.is_right_hand(sheet) else 0.0)
    return Box(x, margin, form.width_pt - 2 * margin - gutter, form.height_pt - 2 * margin)


def folio_box(laid: StoryPage, area: Box) -> Box:
    """The page number's disc: on the outer foot of the card, or of the text's room.

    `area` is where the text stands, which on a `panel` page may have been moved to the top.
    """
    radius, on_card = FOLIO_RADIUS_PT, laid.kind in CARDS
    y = area.y - radius if on_card else area.y
    if laid.kind == "open":  # at the page's foot, wherever the text stands
        y = min(y, laid.picture.height - area.top)
    inset = 16 if on_card else 0
    outer_right = laid.right_hand or laid.kind == "beside"
    x = area.right - inset - 2 * radius if outer_right else area.x + inset
    return Box(x, y, 2 * radius, 2 * radius)


def lifted(area: Box, form: Format) -> Box:
    """The card of a `panel` page as far from the upper edge as it stands from the lower one."""
    return Box(area.x, form.height_pt - area.top, area.width, area.height)


def text_box(area: Box, setting: Setting) -> Box:
    """The setting's own box, centred in its area."""
    x = area.middle - setting.width_pt / 2
    y = area.y + (area.height - setting.height_pt) / 2
    return Box(x, y, setting.width_pt, setting.height_pt)


def lay_out(
    texts: Sequence[str], form: Format, face: FontFace | StoryFace, ages: Ages, aspect: float = 1.0
) -> tuple[StoryPage, ...]:
    """Every story page, `texts[0]` being page 1, all in one size of type.

    The largest size at which no page needs the last arrangement; else the largest at which all fit;
    only if there is none, words that are too long for a line are broken.
    `aspect` is the pictures' width over height. Raises PressError naming the page whose text does
    not fit at the smallest size, or a character that the font does not hold.
    """
    for page, text in enumerate(texts, start=1):
        check_glyphs(text, face, f"page {page}")
    sizes = TEXT_SIZES_PT[ages]
    ways = product((False, True), (form.arrangements[:-1], form.arrangements), sizes)
    for breaking, arrangements, size_pt in ways:
        pages = [
            _arrange(page, text, form, arrangements, face, size_pt, aspect, breaking)
            for page, text in enumerate(texts, start=1)
        ]
        if None not in pages:
            return tuple(
                replace(laid, others=_others(laid, text, form, face, aspect))
                for laid, text in zip(pages, texts, strict=True)
            )
    page = pages.index(None) + 1
    raise PressError(
        f"page {page}: {len(texts[page - 1].split())} words do not fit at {sizes[-1]} pt in format "
        f"{form.name}. Shorten the text of this page, or make the book with more pages."
    )


def initial_size(face: StoryFace, size_pt: float) -> float:
    """The size of an initial that is as high as the lines beside it."""
    high = face.cap_height(size_pt) + (INITIAL_LINES - 1) * LEADING * size_pt
    return high / face.sounds.cap_height(1.0)


def initial_width(face: FontFace | StoryFace, text: str, size_pt: float) -> float:
    """What the first letter of a book takes beside its lines; 0 where it stands among them."""
    letter = text[:1]
    if not isinstance(face, StoryFace) or is_leftwards_text(letter) or face.sounds.missing(letter):
        return 0.0
    return face.sounds.width(letter, initial_size(face, size_pt)) + INITIAL_GAP_EM * size_pt


def overfull(
    texts: Sequence[str], form: Format, face: FontFace | StoryFace, ages: Ages
) -> tuple[int, ...]:
    """The pages whose text does not fit in any arrangement at the smallest size of the age."""
    size_pt = TEXT_SIZES_PT[ages][-1]
    return tuple(
        page
        for page, text in enumerate(texts, start=1)
        if _arrange(page, text, form, form.arrangements, face, size_pt, 1.0, True) is None
    )


def _others(
    laid: StoryPage, text: str, form: Format, face: FontFace | StoryFace, aspect: float
) -> tuple[StoryPage, ...]:
    """The page in each other kind of arrangement that its text fits without a broken word."""
    found = {(laid.kind, 1.0): laid}
    for each in (*form.arrangements, *form.others):
        key = (each.kind, each.measure)
        if key not in found:
            size_pt = laid.setting.size_pt
            made = _arrange(laid.page, text, form, (each,), face, size_pt, aspect, False)
            if made and _is_handsome(made, form):
                found[key] = made
    return tuple(found.values())[1:]


def _is_handsome(laid: StoryPage, form: Format) -> bool:
    """Whether a page may be so for variety: no long narrow column, no card over half a picture."""
    if laid.kind == "panel":
        area = laid.area
        return area.width * area.height <= MOST_CARD * form.width_pt * form.height_pt
    return laid.kind != "beside" or len(laid.setting.lines) <= MOST_BESIDE


def _arrange(
    page: int,
    text: str,
    form: Format,
    arrangements: Sequence[Arrangement],
    face: FontFace | StoryFace,
    size_pt: float,
    aspect: float,
    breaking: bool,
) -> StoryPage | None:
    """The page in the first arrangement that its text fits, or None."""
    safe = safe_box(form, sheet_of(page))
    for arrangement in arrangements:
        width_pt = _text_width(arrangement, form, safe)
        setting = set_text(
            text,
            face,
            size_pt,
            width_pt,
            breaking=breaking,
            initial_pt=initial_width(face, text, size_pt) if page == 1 else 0.0,
        )
        laid = setting and _place(page, arrangement, form, safe, setting, aspect)
        if laid:
            return replace(laid, right_hand=form.is_right_hand(sheet_of(page)))
    return None


def _text_width(arrangement: Arrangement, form: Format, safe: Box) -> float:
    if arrangement.kind == "panel":
        # The card stands in the middle of the page, as far from the outer edge as from the gutter.
        gutter = form.gutter_in * POINTS_PER_INCH
        whole = safe.width - gutter - 2 * CARD_PAD_PT - FOLIO_ROOM_PT
        return arrangement.measure * whole
    if arrangement.kind == "beside":
        return safe.right - form.width_pt * (1 - arrangement.share) - EDGE_PT - CARD_PAD_PT
    return safe.width - 2 * FOLIO_ROOM_PT


def _place(
    page: int, arrangement: Arrangement, form: Format, safe: Box, setting: Setting, aspect: float
) -> StoryPage | None:
    """The page's boxes, or None if the text takes more than its share."""
    width, height = form.width_pt, form.height_pt
    kind, share = arrangement.kind, arrangement.share
    if kind == "panel":
        card_width = max(
            0.5 * width * arrangement.measure, setting.width_pt + 2 * CARD_PAD_PT + FOLIO_ROOM_PT
        )
        card = Box(
            (width - card_width) / 2,
            safe.y + FOLIO_RADIUS_PT,
            card_width,
            setting.height_pt + 2 * CARD_PAD_PT,
        )
        fits = card.height <= share * height
        return StoryPage(page, kind, Box(0, 0, width, height), card, setting) if fits else None
    if kind == "beside":
        edge = width * (1 - share)
        area = Box(edge + EDGE_PT + CARD_PAD_PT, safe.y, 0, safe.height)
        area = Box(area.x, area.y, safe.right - area.x, area.height)
        fits = setting.height_pt <= area.height - 2 * FOLIO_ROOM_PT
        return StoryPage(page, kind, Box(0, 0, edge, height), area, setting) if fits else None
    needed = safe.y + setting.height_pt + CARD_PAD_PT + EDGE_PT
    if needed > share * height:
        return None
    if kind == "open":
        area = Box(safe.x, safe.y, safe.width, max(setting.height_pt, FOLIO_ROOM_PT))
        return StoryPage(page, kind, Box(0, 0, width, height), area, setting)
    if kind == "above":
        picture_height = min(height - needed, width / aspect)
        picture = Box(0, height - picture_height, width, picture_height)
        area = Box(safe.x, safe.y, safe.width, picture.y - EDGE_PT - safe.y)
        return StoryPage(page, kind, picture, area, setting)
    picture_height = min(safe.top - needed - EDGE_PT, safe.width / aspect)
    picture_width = picture_height * aspect
    picture = Box(
        safe.middle - picture_width / 2, safe.top - picture_height, picture_width, picture_height
    )
    area = Box(safe.x, safe.y, safe.width, picture.y - CARD_PAD_PT - safe.y)
    return StoryPage(page, kind, picture, area, setting)
