"""The heads of the drawn world's people: hair, face, and what they wear on it.

Points of a head are in half widths and half heights of it, y down, drawn as if it looks right.
"""

import math
import tomllib
from dataclasses import dataclass
from pathlib import Path

import skia

from training.starter.artist.brush import Brush
from training.starter.artist.colour import INK, Colour, darker, mix, rgb
from training.starter.artist.faces import BLUSH, EYE_WHITE, MOUTH, TONGUE
from training.starter.artist.shapes import Point, blob, curve, oval

FRAMES, RIBBON, TWEED = rgb("#4a2a44"), rgb("#e2483c"), rgb("#6d7c55")


@dataclass(frozen=True, slots=True)
class Portrait:
    """What makes a head someone's own; `size` is its half width and half height."""

    size: tuple[float, float]
    skin: Colour
    hair: Colour
    back: tuple[tuple[Point, ...], ...]
    """Locks behind the face, each a blob."""
    front: tuple[tuple[Point, ...], ...]
    """Locks over the brow, laid as one."""


_SKULL = (
    *((-1.0, 0.05), (-0.88, -0.6), (-0.4, -0.98), (0.3, -0.98), (0.86, -0.6)),
    *((1.0, 0.05), (0.86, 0.6), (0.4, 0.95), (-0.25, 0.97), (-0.82, 0.64)),
)


def _curl(x: float, y: float, radius: float) -> tuple[Point, ...]:
    eighths = [i * math.pi / 4 for i in range(8)]
    return tuple((x + radius * math.cos(turn), y + radius * math.sin(turn)) for turn in eighths)


def _lock(said: list | dict[str, list[float]]) -> tuple[Point, ...]:
    """A lock of hair, of its outline or of a circle."""
    return _curl(*said["curl"]) if isinstance(said, dict) else tuple(map(tuple, said))


def _portrait(said: dict) -> Portrait:
    locks = {key: tuple(map(_lock, said[key])) for key in ("back", "front")}
    return Portrait(tuple(said["size"]), rgb(said["skin"]), rgb(said["hair"]), **locks)


_TABLE = tomllib.loads(Path(__file__).with_name("portraits.toml").read_text(encoding="utf-8"))
PORTRAITS = {kind: _portrait(said) for kind, said in _TABLE.items()}


def lay_part(brush: Brush, colour: Colour, *paths: skia.Path) -> None:
    """Lay a part of a person, in one outline of its own shade over what it covers."""
    brush.figure([(path, colour) for path in paths], mix(colour, INK, 0.72))


def draw_portrait(brush: Brush, kind: str) -> None:
    """Draw a head around the canvas's origin; KeyError for an unknown kind."""
    person = PORTRAITS[kind]
    for lock in person.back:
        lay_part(brush, person.hair, blob(lock, person.size))
    width, height = person.size
    ears = [oval(side * width, 0.16 * height, 3.6, 4.4) for side in (-1, 1)]
    lay_part(brush, person.skin, *ears, blob(_SKULL, person.size))
    if person.front:
        lay_part(brush, person.hair, *(blob(lock, person.size) for lock in person.front))
    _face(brush, person, kind)
    if kind == "girl":
        _ties(brush, person)
    elif kind == "grandfather":
        _cap(brush, person)


def _ties(brush: Brush, person: Portrait) -> None:
    width, height = person.size
    for side in (-1, 1):
        lay_part(brush, RIBBON, oval(side * 1.04 * width, -0.6 * height, 4.6, 4.6))


def _face(brush: Brush, person: Portrait, kind: str) -> None:
    """A face turned a little to the right."""
    width, height = person.size
    with skia.AutoCanvasRestore(brush.canvas):
        brush.canvas.translate(0.12 * width, 0.04 * height)
        for side in (-1, 1):
            cheek = oval(side * 0.64 * width, 0.44 * height, 0.19 * width, 0.16 * height)
            brush.flat(cheek, BLUSH, 0.6)
        if kind == "grandmother":
            _glasses(brush, person)
        for side in (-1, 1):
            _eye(brush, person, side)
        nose = oval(0.04 * width, 0.32 * height, 0.13 * width, 0.1 * height)
        brush.flat(nose, mix(darker(person.skin, 0.22), BLUSH, 0.35))
        if kind == "grandfather":
            _moustache(brush, person)
        else:
            _smile(brush, person)


def _smile(brush: Brush, person: Portrait) -> None:
    width, height = person.size
    x, y, half = 0.02 * width, 0.5 * height, 0.3 * width
    lips = [
        (x - half, y),
        (x, y + 1.2),
        (x + half, y),
        (x + 0.6 * half, y + 5),
        (x, y + 7),
        (x - 0.6 * half, y + 5),
    ]
    mouth = blob(lips)
    brush.flat(mouth, MOUTH)
    with brush.inside(mouth):
        brush.flat(oval(x, y + 7, 0.7 * half, 3), TONGUE)


def _eye(brush: Brush, person: Portrait, side: int) -> None:
    width, height = person.size
    x, y, size = side * 0.42 * width, 0.02 * height, 0.19 * width
    brush.flat(oval(x, y, size, size * 1.25), EYE_WHITE)
    brush.flat(oval(x + 0.1 * size, y, size * 0.86, size * 1.1), INK)
    brush.flat(oval(x + 0.36 * size, y - 0.42 * size, size * 0.3, size * 0.32), EYE_WHITE)


def _glasses(brush: Brush, person: Portrait) -> None:
    width, height = person.size
    y, radius = 0.02 * height, 0.36 * width
    for side in (-1, 1):
        lens = oval(side * 0.42 * width, y, radius, radius)
        brush.flat(lens, EYE_WHITE, 0.75)
        brush.line(lens, FRAMES, 1.0)
    brush.line(curve((-0.07 * width, y), (0, y - 1), (0.07 * width, y)), FRAMES, 1.0)


def _moustache(brush: Brush, person: Portrait) -> None:
    halves = [
        ((0.02, 0.5), (side * 0.36, 0.46), (side * 0.7, 0.5), (side * 0.46, 0.86), (0.02, 0.76))
        for side in (-1, 1)
    ]
    lay_part(brush, person.hair, *(blob(half, person.size) for half in halves))


def _cap(brush: Brush, person: Portrait) -> None:
    """A flat cap, its peak to the right."""
    crown = [
        (-1.1, -0.42),
        (-1.18, -0.78),
        (-0.7, -1.22),
        (0.2, -1.33),
        (0.95, -1.04),
        (1.08, -0.62),
        (0.1, -0.6),
    ]
    peak = [(-0.1, -0.66), (0.6, -0.82), (1.2, -0.66), (1.3, -0.42), (0.7, -0.48), (0.1, -0.46)]
    lay_part(brush, TWEED, blob(crown, person.size))
    lay_part(brush, darker(TWEED, 0.25), blob(peak, person.size))
