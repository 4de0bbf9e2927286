"""Composing: which of its arrangements a page takes, and where its text stands, by its picture.

The rule: pages take turns through `TURNS`, one that is mostly spoken has a bubble, and whatever
would hide or cut a face gives way to the next, as does a veil over a dark picture. The small
picture comes last.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import hypot

import numpy as np
from PIL import Image

from storybook.press.faces import Part, box_of, face_masks, faces_in, grown
from storybook.press.formats import Format, Kind
from storybook.press.layout import Box, StoryPage, lifted, safe_box, sheet_of
from storybook.press.picture import CLEARLY, cells_of, cut_box, losses_in, worth_keeping
from storybook.press.spread import SHARE, joined
from storybook.press.veil import CLEAR_PT, SOFT_PT
from storybook.records import TextSide

TURNS: tuple[Kind, ...] = ("panel", "above", "open", "beside", "panel", "open", "above")
LAST: Kind = "spot"
"""The small picture, for pages where nothing else is harmless."""
CUT = 0.02
"""So much of a face may lie outside a picture as it is cut."""
FULL: tuple[Kind, ...] = ("panel", "open")
"""Arrangements whose picture fills the page."""
LOOKED_AT_PX = 256
"""Pictures are looked at as wide as this."""
VEIL_PT = CLEAR_PT + SOFT_PT / 2
"""How far beyond its text a veil hides nearly half of what is behind, and more."""
DARK = 0.4
"""Where a picture is darker than this, of 1, a veil of paper looks like fog."""
SPOKEN = 0.55
"""The share of a page's letters from which on it is mostly spoken."""
QUOTED = re.compile("“[^”]*”|«[^»]*»|„[^“”]*[“”]")
TAIL_PT = (16.0, 64.0)
"""The shortest and the longest tail of a bubble."""


@dataclass(frozen=True, slots=True)
class PictureContent:
    """What a picture shows, as far as a layout goes by it."""

    small: Image.Image
    faces: tuple[np.ndarray, ...]
    """Each face with the places beside it, booleans [GRID, GRID]."""
    around: tuple[np.ndarray, ...]
    """The same with one place more on each side, where no words are to stand."""
    losses: np.ndarray
    """What is lost by covering each place, [GRID, GRID]."""
    kept: np.ndarray
    """What is to be kept where the picture is cut, [GRID, GRID]."""


def look_at(picture: Image.Image) -> PictureContent:
    high = max(1, round(LOOKED_AT_PX * picture.height / picture.width))
    small = picture.resize((LOOKED_AT_PX, high), Image.Resampling.BOX)
    faces = tuple(map(grown, face_masks(faces_in(small))))
    around = tuple(map(grown, faces))
    return PictureContent(small, faces, around, losses_in(small), worth_keeping(small))


def composed(
    laid: StoryPage, picture: Image.Image, form: Format, side: TextSide = "auto"
) -> StoryPage:
    """The page as it is drawn: in the first arrangement of its turn that harms no face.

    Where none does without harm it is the one that harms least. With `side` its author says that
    the text stands on a card, and where.
    """
    seen = look_at(picture)
    options = _by_kind(laid.options, seen, form, side)
    if side != "auto" and "panel" in options:
        return _spoken(options["panel"], seen, form) or options["panel"]
    harms = {kind: harm_of(option, seen, form) for kind, option in options.items()}
    harmless = [kind for kind in _in_turn(laid) if not harms.get(kind, 1.0)]
    if "panel" in harmless and (bubble := _spoken(options["panel"], seen, form)):
        return bubble
    if harmless:  # sorting keeps the turns among equals
        harmless.sort(key=lambda kind: (kind == LAST, _is_fog(options[kind], seen, form)))
        return options[harmless[0]]
    return options[min(harms, key=harms.get)]


@dataclass(frozen=True, slots=True)
class Facing:
    """The page that another one faces, before either is composed."""

    laid: StoryPage
    picture: Image.Image
    side: TextSide = "auto"


def composed_opening(
    mine: Facing, other: Facing, form: Format
) -> tuple[StoryPage, Image.Image] | None:
    """My page of a two-page spread, with its picture as it runs into the other one.

    None if either would hide or cut a face with its words on its picture, or has a face at the
    fold.
    """
    if mine.laid.right_hand == other.laid.right_hand:
        return None
    page = _on_full_page(mine, form)
    if page is None or _on_full_page(other, form) is None:
        return None
    aspect = form.width_pt / form.height_pt
    if page.right_hand:
        return page, joined(other.picture, mine.picture, aspect)[1]
    return page, joined(mine.picture, other.picture, aspect)[0]


def _on_full_page(each: Facing, form: Format) -> StoryPage | None:
    """The page with its words on its picture, if that harms no face and none is at the fold."""
    seen = look_at(each.picture)
    full = [option for option in each.laid.options if option.kind in FULL]
    options = _by_kind(full, seen, form, each.side)
    left, upper, right, lower = _window(seen, Box(0, 0, form.width_pt, form.height_pt))
    band = SHARE * (right - left)
    fold = (left, upper, left + band, lower)
    if not each.laid.right_hand:
        fold = (right - band, upper, right, lower)
    if any(_share_in(fold, face) for face in seen.faces):
        return None
    for kind in _in_turn(each.laid):
        there = options.get(kind) if each.side == "auto" or kind == "panel" else None
        if there and not harm_of(there, seen, form) and not _is_fog(there, seen, form):
            return there
    return None


def harm_of(laid: StoryPage, seen: PictureContent, form: Format) -> float:
    """The largest share of a face that a page hides or cuts, in [0, 1]; 0 where it does no harm."""
    window = _window(seen, laid.picture)
    part = _covered(laid, window, form)
    lost = [1.0 - _share_in(window, face) for face in seen.faces]
    hidden = [_share_in(part, face) for face in seen.around]
    return max((0.0, *hidden, *(share for share in lost if share >= CUT)))


def _is_fog(laid: StoryPage, seen: PictureContent, form: Format) -> bool:
    """Whether words stand on a veil over what is dark."""
    if laid.kind != "open":
        return False
    wide, high = seen.small.size
    left, upper, right, lower = _covered(laid, _window(seen, laid.picture), form)
    box = (round(left * wide), round(upper * high), round(right * wide), round(lower * high))
    return float(np.asarray(seen.small.crop(box).convert("L")).mean()) < 255 * DARK


def _share_in(part: Part, face: np.ndarray) -> float:
    """How much of a face lies in a part of its picture."""
    if part[2] <= part[0]:
        return 0.0
    return float(face[cells_of(part)].sum() / face.sum())


def _in_turn(laid: StoryPage) -> Iterator[Kind]:
    """The kinds of arrangement, this page's turn first."""
    first = (laid.page - 1) % len(TURNS)
    yield from dict.fromkeys((*TURNS[first:], *TURNS[:first], LAST))


def _by_kind(
    options: Sequence[StoryPage], seen: PictureContent, form: Format, side: TextSide
) -> dict[Kind, StoryPage]:
    """Of each kind of arrangement the one that hides least, with its text where it does."""
    best: dict[Kind, tuple[float, StoryPage]] = {}
    for option in options:
        cost, placed = _placed(option, seen, form, side)
        if option.kind not in best or cost < best[option.kind][0]:
            best[option.kind] = (cost, placed)
    return {kind: placed for kind, (_, placed) in best.items()}


def _placed(
    laid: StoryPage, seen: PictureContent, form: Format, side: TextSide
) -> tuple[float, StoryPage]:
    """The arrangement with its text where it hides least, and what is lost by it."""
    if laid.kind not in FULL:
        return 0.0, laid
    window = _window(seen, laid.picture)
    best, least = laid, float("inf")
    for area, low in _places(laid, form, side):
        there = replace(laid, area=area)
        part = _covered(there, window, form)
        cost = float(seen.losses[cells_of(part)].sum()) / (CLEARLY if low else 1.0)
        if (cost := cost + 100 * harm_of(there, seen, form)) < least:
            best, least = there, cost
    return least, best


def _places(laid: StoryPage, form: Format, side: TextSide) -> Iterator[tuple[Box, bool]]:
    """Where a text may stand on its picture: in the middle and at the sides, high and low."""
    safe, area = safe_box(form, sheet_of(laid.page)), laid.area
    across = [area.x]
    if laid.kind == "panel":
        across += [x for x in (safe.x, safe.right - area.width) if x + area.width <= safe.right]
    for x in dict.fromkeys(across):
        low = Box(x, area.y, area.width, area.height)
        if side != "low":
            yield lifted(low, form), False
        if side != "high":
            yield low, True


def _window(seen: PictureContent, box: Box) -> Part:
    """The part of its picture that a box shows."""
    left, upper, right, lower = cut_box(seen.small, box.width / box.height, seen.kept)
    wide, high = seen.small.size
    return (left / wide, upper / high, right / wide, lower / high)


def _covered(laid: StoryPage, window: Part, form: Format) -> Part:
    """The part of the picture that the text hides; nothing where it stands beside it."""
    if laid.kind == "open":
        area = _veiled(laid.area, form)
    elif laid.kind == "panel":
        area = laid.area
    else:
        return (0.0, 0.0, 0.0, 0.0)
    wide, high = window[2] - window[0], window[3] - window[1]
    return (
        window[0] + wide * area.x / form.width_pt,
        window[1] + high * (1 - area.top / form.height_pt),
        window[0] + wide * area.right / form.width_pt,
        window[1] + high * (1 - area.y / form.height_pt),
    )


def _veiled(area: Box, form: Format) -> Box:
    """What the veil behind a text hides: to the page's edge, and somewhat beyond the text."""
    if area.y + area.height / 2 > form.height_pt / 2:
        y = area.y - VEIL_PT
        return Box(0, y, form.width_pt, form.height_pt - y)
    return Box(0, 0, form.width_pt, area.top + VEIL_PT)


def _spoken(laid: StoryPage, seen: PictureContent, form: Format) -> StoryPage | None:
    """The card as a bubble, if its words are mostly spoken and one face alone is seen."""
    text = " ".join(line.text for line in laid.setting.lines)
    spoken = sum(len(found) for found in QUOTED.findall(text))
    if spoken < SPOKEN * len(text) or len(seen.faces) != 1:
        return None
    tip = _tip(laid.area, _on_page(box_of(seen.faces[0]), _window(seen, laid.picture), form))
    return tip and replace(laid, kind="speech", tail=tip)


def _on_page(part: Part, window: Part, form: Format) -> Box:
    """Where a part of a picture lies on the page that it fills."""
    wide, high = window[2] - window[0], window[3] - window[1]
    x = (part[0] - window[0]) / wide * form.width_pt
    top = (1 - (part[1] - window[1]) / high) * form.height_pt
    width, height = (
        (part[2] - part[0]) / wide * form.width_pt,
        (part[3] - part[1]) / high * form.height_pt,
    )
    return Box(x, top - height, width, height)


def _tip(card: Box, face: Box) -> tuple[float, float] | None:
    """Where the tail from a card towards a face ends, before it; None if there is no room."""
    begin = tail_root(card, (face.middle, face.y + face.height / 2))
    across, up = face.middle - begin[0], face.y + face.height / 2 - begin[1]
    away = hypot(across, up)
    length = min(0.6 * away, away - hypot(face.width, face.height) / 2, TAIL_PT[1])
    if length < TAIL_PT[0] or abs(up) < TAIL_PT[0]:
        return None
    return (begin[0] + across * length / away, begin[1] + up * length / away)


def tail_root(card: Box, towards: Sequence[float]) -> tuple[float, float]:
    """Where on its upper or lower edge the tail of a bubble begins."""
    x = min(max(towards[0], card.x + 0.2 * card.width), card.right - 0.2 * card.width)
    return (x, card.top if towards[1] > card.y + card.height / 2 else card.y)
