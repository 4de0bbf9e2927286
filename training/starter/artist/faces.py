"""Heads: ears, coat marks on the brow, eyes, brows, muzzle and mouth in each mood."""

from dataclasses import dataclass

import skia

from training.starter.artist.brush import Brush
from training.starter.artist.builds import Build
from training.starter.artist.coats import Dress
from training.starter.artist.colour import INK, Colour, lighter
from training.starter.artist.shapes import Point, blob, curve, oval

BLUSH, TONGUE, MOUTH = Colour(238, 132, 122), Colour(232, 112, 118), Colour(112, 40, 54)
PINK, TEAR = Colour(222, 112, 118), Colour(112, 184, 236)
EYE_WHITE = Colour(252, 248, 238)


@dataclass(frozen=True, slots=True)
class Face:
    """How a head looks at the world; `gaze` moves the face over the head, `look` the pupils."""

    gaze: Point
    look: Point
    mood: str
    asleep: bool
    laughs: bool
    wide: bool
    """The eyes are opened wide."""
    sweep: float
    """How far ears lie back."""


def draw_head(brush: Brush, build: Build, dress: Dress, face: Face) -> None:
    """Draw a head around the canvas's origin, looking right."""
    width, height = build.head
    skull, snout = blob(build.outline, scale=build.head), skia.Path()
    if build.snout:
        snout = blob(build.snout, scale=build.head)
        snout.offset(face.gaze[0] * width, face.gaze[1] * height)
    ears = [_ear(build, face, points, side) for points, side in _sides(build.ears)]
    ear_parts = [(ear, dress.ear) for ear in ears]
    if face.asleep and brush.style == "gouache":
        # Cut paper has no outlines, and a head lies on a body of its own colour.
        brush.line(skull, dress.outline, 1.6, 0.45)
    brush.figure([*ear_parts, (snout, dress.base), (skull, dress.base)], dress.outline)
    if dress.ear_tip:
        for ear in ears:
            _dip(brush, ear, dress.ear_tip)
    for points, side in _sides(build.ear_inners):
        brush.flat(_ear(build, face, points, side), dress.ear_inner, 0.9)
    with brush.inside(skull):
        dress.mark_head(brush, width, height)
    if build.ears_hang:
        for ear in ears:
            brush.flat(ear, dress.ear)
            _stroke(brush, ear, dress.outline, 0.9)
    _muzzle(brush, build, dress, face, skull, snout)
    with skia.AutoCanvasRestore(brush.canvas):
        brush.canvas.translate(face.gaze[0] * width, face.gaze[1] * height)
        _features(brush, build, dress, face)


def _sides(parts: tuple[tuple[Point, ...], ...]) -> list[tuple[tuple[Point, ...], int]]:
    return list(zip(parts, (-1, 1), strict=False))


def _ear(build: Build, face: Face, points: tuple[Point, ...], side: int) -> skia.Path:
    """An ear as it stands on the head: tips droop or lie back, and roots stay."""
    droop = 0.26 if face.mood == "sad" or face.asleep else 0.0
    shift = face.gaze[0] * 0.35
    moved = []
    for x, y in points:
        above = max(0.0, -y - 0.7)
        turn = side * droop - face.sweep
        moved.append((x + shift + turn * above, y + (1.4 * droop + 0.3 * face.sweep) * above))
    return blob(moved, scale=build.head)


def _stroke(brush: Brush, path: skia.Path, colour: Colour, width: float) -> None:
    """A line of a face keeps its share of the head, however small the figure is."""
    brush.line(path, colour, width / brush.unit)


def _arc(x: float, y: float, half: float, sag: float) -> skia.Path:
    """A bow between two ends at height y around x; a negative sag rises."""
    bow = skia.Path()
    bow.moveTo(x - half, y)
    bow.quadTo(x, y + 2 * sag, x + half, y)
    return bow


def _dip(brush: Brush, ear: skia.Path, colour: Colour) -> None:
    bounds = ear.getBounds()
    with brush.inside(ear):
        brush.flat(oval(0, bounds.top() + 0.4 * bounds.height() - 60, 90, 60), colour)


def _muzzle(
    brush: Brush, build: Build, dress: Dress, face: Face, skull: skia.Path, snout: skia.Path
) -> None:
    width, height = build.head
    if build.tail == "bushy":
        cheeks = [
            (-1.3, 0.5),
            (-0.8, 0.2),
            (-0.3, 0.34),
            (0.1, 0.72),
            (0.7, 0.62),
            (1.3, 0.66),
            (1.7, 0.9),
            (0.8, 1.3),
            (-0.6, 1.2),
            (-1.4, 1.0),
        ]
        whole = skia.Path(skull)
        whole.addPath(snout)
        brush.flat(snout, dress.base)
        pale = blob(cheeks, scale=build.head)
        pale.offset(face.gaze[0] * width, face.gaze[1] * height)
        with brush.inside(whole):
            brush.flat(pale, dress.pale)
    elif build.snout:
        brush.flat(snout, dress.muzzle)
    else:
        x, y, half_width, half_height = build.muzzle
        x, y = x + face.gaze[0], y + face.gaze[1]
        brush.flat(
            oval(x * width, y * height, half_width * width, half_height * height), dress.muzzle
        )


def _features(brush: Brush, build: Build, dress: Dress, face: Face) -> None:
    width, height = build.head
    for side in (-1, 1):
        if side < 0 or not build.snout:
            # The far cheek is nearer the edge: the head is turned.
            cheek_x = side * (build.eye_apart + (0.24 if side < 0 else 0.12)) * width
            brush.flat(oval(cheek_x, 0.36 * height, 0.15 * width, 0.14 * height), BLUSH, 0.55)
    if build.whiskers:
        x, y = build.muzzle[:2]
        for side in (-1, 1):
            for rise in (-0.1, 0.12):
                start = ((x + side * 0.4) * width, (y + rise * 0.5) * height)
                end = ((x + side * 1.22) * width, (y - 0.04 + rise * 2.2) * height)
                _stroke(brush, curve(start, end), dress.line, 1.1)
    _mouth(brush, build, face)
    _nose(brush, build)
    for side in (-1, 1):
        _eye(brush, build, dress, face, side)


def _eye(brush: Brush, build: Build, dress: Dress, face: Face, side: int) -> None:
    width, height = build.head
    size = build.eye_size * width
    x, y = side * build.eye_apart * width, build.eye_y * height
    if face.asleep:
        _stroke(brush, _arc(x, y, size * 1.1, size * 0.8), dress.line, 2.2)
        return
    wide = 1.18 if face.wide or face.mood == "surprised" else 1.0
    _open_eye(brush, face, (x, y), size * wide, side)
    if face.mood == "sad":
        brush.flat(_lid(x, y, size * wide, side), dress.base)
        if side < 0:
            brush.flat(oval(x - size * 0.4, y + size * 2.0, size * 0.5, size * 0.8), TEAR)
    _brow(brush, dress, face, (x, y - size * 1.5), size, side)


def _open_eye(brush: Brush, face: Face, at: Point, size: float, side: int) -> None:
    x, y = at
    # The far eye is a little narrower: the head is turned.
    narrow = 0.9 if side > 0 else 1.0
    pupil = 0.6 if face.mood == "surprised" else 0.84
    look_x, look_y = x + face.look[0] * size, y + face.look[1] * size
    white = oval(x, y, size * narrow, size * 1.22)
    brush.flat(white, EYE_WHITE)
    with brush.inside(white):
        brush.flat(oval(look_x, look_y, size * pupil * narrow, size * 1.2 * pupil), INK)
    shine = 0.36 if pupil > 0.7 else 0.26
    at_x, at_y = look_x + pupil * 0.34 * size, look_y - pupil * 0.5 * size
    brush.flat(oval(at_x, at_y, size * shine, size * shine), EYE_WHITE)


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
    inner = {"happy": 0.05, "sad": -0.5, "surprised": -0.1}[face.mood] * size
    rise = 0.55 * size if face.mood == "surprised" else 0.0
    line = curve(
        (x - side * size * 0.7, y + inner - rise),
        (x + side * size * 0.1, y - 0.16 * size - rise),
        (x + side * size * 0.9, y + outer - rise),
    )
    _stroke(brush, line, dress.line, 1.2 if face.mood == "happy" else 1.8)


def _nose(brush: Brush, build: Build) -> None:
    width, height = build.head
    x, y, half_width, half_height = build.nose
    x, y, w, h = x * width, y * height, half_width * width, half_height * height
    tip = blob(
        [
            (x - w, y - h * 0.6),
            (x, y - h),
            (x + w, y - h * 0.6),
            (x + w * 0.3, y + h * 0.8),
            (x - w * 0.3, y + h * 0.8),
        ]
    )
    brush.flat(tip, INK if build.dark_nose else PINK)
    if build.dark_nose:
        brush.flat(oval(x - w * 0.25, y - h * 0.45, w * 0.32, h * 0.28), lighter(INK, 0.7))


def _mouth(brush: Brush, build: Build, face: Face) -> None:
    x, y = build.mouth[0] * build.head[0], build.mouth[1] * build.head[1]
    half = 0.24 * build.head[0]
    if face.asleep:
        _stroke(brush, _arc(x, y, half * 0.6, 1.4), MOUTH, 1.5)
    elif face.mood == "surprised":
        brush.flat(oval(x, y + 1.6, half * 0.58, half * 0.78), MOUTH)
    elif face.mood == "sad":
        _stroke(brush, _arc(x, y + 3.6, half, -3.6), MOUTH, 2.0)
    elif face.laughs:
        smile = blob(
            [
                (x - half * 1.1, y - 0.8),
                (x, y + 0.2),
                (x + half * 1.1, y - 0.8),
                (x + half * 0.66, y + half * 0.9),
                (x, y + half * 1.3),
                (x - half * 0.66, y + half * 0.9),
            ]
        )
        brush.flat(smile, MOUTH)
        brush.flat(oval(x, y + half * 0.9, half * 0.52, half * 0.4), TONGUE)
    else:
        _stroke(brush, _arc(x, y - 0.8, half, half * 0.7), MOUTH, 2.0)
