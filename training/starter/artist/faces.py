"""Heads: ears, coat marks on the brow, eyes, brows, muzzle and mouth in each mood."""

from dataclasses import dataclass

import skia

from training.starter.artist.brush import Brush
from training.starter.artist.builds import Build
from training.starter.artist.coats import Dress
from training.starter.artist.colour import INK, Colour, lighter, mix
from training.starter.artist.shapes import Point, blob, curve, oval

BLUSH, TONGUE, MOUTH = Colour(238, 132, 122), Colour(232, 112, 118), Colour(122, 48, 62)
PINK, TEAR = Colour(232, 158, 152), Colour(136, 196, 232)
EYE_WHITE = Colour(252, 248, 238)


@dataclass(frozen=True, slots=True)
class Face:
    """How a head looks at the world; `gaze` moves the face over the head."""

    gaze: Point
    mood: str
    asleep: bool
    laughs: bool
    looks_up: bool


def draw_head(brush: Brush, build: Build, dress: Dress, face: Face) -> None:
    """Draw a head around the canvas's origin, looking right."""
    width, height = build.head
    droop = 0.26 if face.mood == "sad" or face.asleep else 0.0

    def place(points: tuple[Point, ...], side: int = 0) -> skia.Path:
        shift = face.gaze[0] * 0.35 if side else 0.0
        fall = droop * abs(side)
        return blob(
            [(x + shift + side * fall * _above(y), y + 1.4 * fall * _above(y)) for x, y in points],
            scale=(width, height),
        )

    ears = [place(points, side) for points, side in zip(build.ears, (-1, 1), strict=True)]
    skull = place(build.outline)
    ear_colour = dress.ear
    brush.figure([*((ear, ear_colour) for ear in ears), (skull, dress.base)], dress.outline)
    if dress.ear_tip:
        for ear in ears:
            _dip(brush, ear, dress.ear_tip)
    for points, side in zip(build.ear_inners, (-1, 1), strict=False):
        brush.flat(place(points, side), dress.ear_inner, 0.9)
    with brush.inside(skull):
        dress.mark_head(brush, width, height)
    if build.ears_hang:
        for ear in ears:
            brush.flat(ear, ear_colour)
            brush.line(ear, dress.outline, 0.5, 0.55)
    with skia.AutoCanvasRestore(brush.canvas):
        brush.canvas.translate(face.gaze[0] * width, face.gaze[1] * height)
        _face(brush, build, dress, face)


def _above(y: float) -> float:
    """How far a point of an ear is above its root, so that tips droop and roots stay."""
    return max(0.0, -y - 0.7)


def _dip(brush: Brush, ear: skia.Path, colour: Colour) -> None:
    bounds = ear.getBounds()
    with brush.inside(ear):
        brush.flat(oval(0, bounds.top() + 0.36 * bounds.height() - 60, 90, 60), colour)


def _face(brush: Brush, build: Build, dress: Dress, face: Face) -> None:
    width, height = build.head
    x, y, half_width, half_height = build.muzzle
    if build.tail == "bushy":
        for side in (-1, 1):
            cheek = [
                (0.08, 0.28),
                (0.62 * side, 0.14),
                (0.88 * side, 0.34),
                (0.52 * side, 0.66),
                (0.1, 1.04),
            ]
            brush.flat(blob(cheek, scale=(width, height)), dress.pale)
    else:
        brush.flat(
            oval(x * width, y * height, half_width * width, half_height * height), dress.muzzle
        )
    for side in (-1, 1):
        cheek_x = side * (build.eye_apart + 0.2) * width
        brush.flat(oval(cheek_x, 0.34 * height, 0.14 * width, 0.13 * height), BLUSH, 0.5)
    _mouth(brush, build, face)
    _nose(brush, build)
    for side in (-1, 1):
        _eye(brush, build, dress, face, side)
    if build.whiskers:
        for side in (-1, 1):
            for rise in (-0.1, 0.1):
                start = (side * 0.5 * width, (y - 0.02 + rise * 0.5) * height)
                end = (side * 1.12 * width, (y - 0.06 + rise * 2) * height)
                brush.line(curve(start, end), dress.line, 0.45, 0.75)


def _eye(brush: Brush, build: Build, dress: Dress, face: Face, side: int) -> None:
    width, height = build.head
    size = build.eye_size * width
    x, y = side * build.eye_apart * width, build.eye_y * height
    if face.asleep:
        lid = curve((x - size, y), (x, y + size * 0.7), (x + size, y))
        brush.line(lid, dress.line, 1.1)
    else:
        _open_eye(brush, face, (x, y), size * (1.16 if face.mood == "surprised" else 1.0), side)
        if face.mood == "sad":
            brush.flat(_lid(x, y, size, side), dress.base)
    _brow(brush, dress, face, (x, y - size * 1.5), size, side)
    if face.mood == "sad" and side < 0:
        brush.flat(oval(x - size * 0.5, y + size * 1.9, size * 0.36, size * 0.62), TEAR)


def _open_eye(brush: Brush, face: Face, at: Point, size: float, side: int) -> None:
    x, y = at
    # The far eye is a little narrower: the head is turned.
    narrow = 0.9 if side > 0 else 1.0
    pupil = 0.62 if face.mood == "surprised" else 0.84
    look = -0.3 * size if face.looks_up else 0.0
    brush.flat(oval(x, y, size * narrow, size * 1.22), EYE_WHITE)
    brush.flat(oval(x + size * 0.1, y + look, size * pupil * narrow, size * 1.2 * pupil), INK)
    brush.flat(oval(x + size * 0.34, y + look - size * 0.42, size * 0.3, size * 0.32), EYE_WHITE)


def _lid(x: float, y: float, size: float, side: int) -> skia.Path:
    outer, inner = x + side * size * 1.25, x - side * size * 1.25
    return blob(
        [
            (inner, y - size * 1.4),
            (x, y - size * 1.6),
            (outer, y - size * 0.9),
            (outer, y - size * 0.2),
            (x, y - size * 0.72),
        ]
    )


def _brow(brush: Brush, dress: Dress, face: Face, at: Point, size: float, side: int) -> None:
    x, y = at
    outer = {"happy": 0.12, "sad": 0.6, "surprised": 0.1}[face.mood] * size
    inner = {"happy": 0.05, "sad": -0.45, "surprised": -0.1}[face.mood] * size
    rise = 0.55 * size if face.mood == "surprised" else 0.0
    line = curve(
        (x - side * size * 0.6, y + inner - rise),
        (x + side * size * 0.1, y - 0.16 * size - rise),
        (x + side * size * 0.8, y + outer - rise),
    )
    brush.line(line, dress.line, 0.8, 0.85)


def _nose(brush: Brush, build: Build) -> None:
    width, height = build.head
    y, half_width, half_height = build.nose
    x = build.muzzle[0] * width
    colour = INK if build.dark_nose else PINK
    w, h = half_width * width, half_height * height
    brush.flat(
        blob(
            [
                (x - w, y * height - h * 0.6),
                (x, y * height - h),
                (x + w, y * height - h * 0.6),
                (x + w * 0.3, y * height + h * 0.8),
                (x - w * 0.3, y * height + h * 0.8),
            ]
        ),
        colour if build.dark_nose else mix(colour, Colour(196, 84, 96), 0.4),
    )
    if build.dark_nose:
        brush.flat(oval(x - w * 0.25, y * height - h * 0.45, w * 0.3, h * 0.25), lighter(INK, 0.6))


def _mouth(brush: Brush, build: Build, face: Face) -> None:
    width, height = build.head
    x = build.muzzle[0] * width
    y = (build.nose[0] + build.nose[2] + 0.14) * height
    half = 0.2 * width
    if face.mood == "surprised":
        brush.flat(oval(x, y + 1.6, half * 0.52, half * 0.72), MOUTH)
    elif face.mood == "sad":
        brush.line(curve((x - half, y + 3.2), (x, y + 0.4), (x + half, y + 3.2)), MOUTH, 0.9)
    elif not face.asleep and (face.laughs or build.tail == "up"):
        smile = blob(
            [
                (x - half, y - 0.6),
                (x, y + 0.4),
                (x + half, y - 0.6),
                (x + half * 0.6, y + half * 0.9),
                (x, y + half * 1.25),
                (x - half * 0.6, y + half * 0.9),
            ]
        )
        brush.flat(smile, MOUTH)
        brush.flat(oval(x, y + half * 0.9, half * 0.5, half * 0.4), TONGUE)
    else:
        brush.line(curve((x - half, y - 0.4), (x - half * 0.5, y + 1.8), (x, y - 0.2)), MOUTH, 0.8)
        brush.line(curve((x, y - 0.2), (x + half * 0.5, y + 1.8), (x + half, y - 0.4)), MOUTH, 0.8)
