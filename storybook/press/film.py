"""A book as a film: each picture moves gently beside its text."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from storybook.press.colour import Srgb
from storybook.press.fonts import FontFace
from storybook.press.picture import cut_to
from storybook.press.scripts import is_leftwards
from storybook.press.sheets import Kept
from storybook.press.typeset import Setting, largest, set_text

WIDTH_PX, HEIGHT_PX, RATE = 1280, 720, 24
ZOOM = 0.09
"""How much of the picture's side is gained while it is shown."""
FADE_S = 0.6
MARGIN_PX = 48
SIZES_PX = tuple(range(46, 19, -2))
TITLE_PX = tuple(range(76, 29, -2))


@dataclass(frozen=True, slots=True)
class Shot:
    """A page of the film, and how long it is shown."""

    picture: Image.Image
    panel: Image.Image
    """What stands beside the picture."""
    seconds: float


def shots_of(book: Kept, seconds: Sequence[float]) -> list[Shot]:
    """A shot of the cover and one of each page, shown so long each."""
    title = _panel(book, book.title, book.starring)
    panels = [title, *(_panel(book, text) for text in book.texts)]
    # No finer than is seen when it is nearest: frames are made of it twenty-four times a second.
    side = round(HEIGHT_PX / (1.0 - ZOOM))
    pictures = [
        cut_to(picture, 1.0).resize((side, side), Image.Resampling.LANCZOS)
        for picture in book.pictures
    ]
    return [Shot(*each) for each in zip(pictures, panels, seconds, strict=True)]


def frames(shots: Sequence[Shot], *, leftwards: bool) -> Iterator[bytes]:
    """Every frame as RGB bytes; a shot fades into the next one within its own time.

    Where writing goes from right to left the picture stands at the right.
    """
    for place, shot in enumerate(shots):
        after = shots[place + 1] if place + 1 < len(shots) else None
        count = frame_count(shot.seconds)
        fading = min(count, round(FADE_S * RATE)) if after else 0
        for frame in range(count):
            shown = _composed(shot, place, frame / count, leftwards=leftwards)
            into = frame - (count - fading) + 1
            if after and into > 0:
                # The next one stands still at its beginning: two movements at once are unrest.
                other = _composed(after, place + 1, 0.0, leftwards=leftwards)
                shown = Image.blend(shown, other, into / (fading + 1))
            yield shown.tobytes()


def first_frame(shots: Sequence[Shot], *, leftwards: bool) -> Image.Image:
    """How a film begins."""
    return _composed(shots[0], 0, 0.0, leftwards=leftwards)


def frame_count(seconds: float) -> int:
    """So many frames a shot of these seconds has."""
    return max(1, round(seconds * RATE))


def _composed(shot: Shot, place: int, at: float, *, leftwards: bool) -> Image.Image:
    frame = Image.new("RGB", (WIDTH_PX, HEIGHT_PX))
    panel_x, picture_x = (0, WIDTH_PX - HEIGHT_PX) if leftwards else (HEIGHT_PX, 0)
    frame.paste(shot.panel, (panel_x, 0))
    frame.paste(_moved(shot.picture, place, at), (picture_x, 0))
    return frame


def _moved(picture: Image.Image, place: int, at: float) -> Image.Image:
    """The picture at a moment of its shot, `at` in [0, 1]: in and out by turns, never fast."""
    eased = 0.5 - 0.5 * np.cos(np.pi * at)
    gained = ZOOM * (eased if place % 2 == 0 else 1.0 - eased)
    side = picture.width * (1.0 - gained)
    slack = picture.width - side
    x = slack * (0.5, 0.35, 0.65)[place % 3]
    y = slack * 0.55
    box = (x, y, x + side, y + side)
    return picture.resize((HEIGHT_PX, HEIGHT_PX), Image.Resampling.BILINEAR, box=box)


def _panel(book: Kept, text: str, below: str = "") -> Image.Image:
    """A text on paper, in the middle; with something `below` it is a title."""
    width, theme = WIDTH_PX - HEIGHT_PX, book.theme
    panel = Image.new("RGB", (width, HEIGHT_PX), _rgb(theme.paper))
    draw = ImageDraw.Draw(panel)
    face = book.fonts.for_title(text) if below else book.fonts.text
    room = (width - 2 * MARGIN_PX, HEIGHT_PX - 2 * MARGIN_PX)
    setting = _set(text, face, TITLE_PX if below else SIZES_PX, room)
    top = (HEIGHT_PX - setting.height_pt) / 2 - (40 if below else 0)
    is_right = is_leftwards(book.language) and not below
    for each in setting.lines:
        x = MARGIN_PX + (room[0] - each.width_pt if is_right else 0.0)
        x = (width - each.width_pt) / 2 if below else x
        colour = theme.spark if below else theme.ink
        _write(draw, each.text, face, setting.size_pt, x, top + each.drop_pt, colour)
    if below:
        size = 30 * min(1.0, room[0] / max(book.fonts.italic.width(below, 30), 1e-6))
        x = (width - book.fonts.italic.width(below, size)) / 2
        y = top + setting.height_pt + 56
        _write(draw, below, book.fonts.italic, size, x, y, theme.ink)
    return panel


def _set(text: str, face: FontFace, sizes: Sequence[int], room: tuple[int, int]) -> Setting:
    def at(size: float) -> Setting | None:
        return set_text(
            text,
            face,
            size,
            room[0],
            leading=1.16 if sizes is TITLE_PX else 1.4,
            breaking=size == sizes[-1],
        )

    setting = largest(sizes, at, room[1]) or at(sizes[-1])
    assert setting is not None, "at the smallest size two letters fit into a line"
    return setting


def _write(
    draw: ImageDraw.ImageDraw,
    text: str,
    face: FontFace,
    size: float,
    x: float,
    baseline: float,
    colour: Srgb,
) -> None:
    font = ImageFont.truetype(str(face.path), size)
    draw.text((x, baseline), text, font=font, fill=_rgb(colour), anchor="ls")


def _rgb(colour: Srgb) -> tuple[int, int, int]:
    return tuple(round(255 * part) for part in (colour.red, colour.green, colour.blue))
