"""What makes each species itself: proportions, ears, muzzle and tail.

Head parts are in half widths and half heights of the head, y down, drawn as if it looks right.
"""

from dataclasses import dataclass

from training.starter.artist.shapes import Point


@dataclass(frozen=True, slots=True)
class Build:
    """Proportions of a species; lengths in the units of a pose."""

    head: tuple[float, float]
    """Half width and half height."""
    outline: tuple[Point, ...]
    ears: tuple[tuple[Point, ...], tuple[Point, ...]]
    ear_inners: tuple[tuple[Point, ...], ...]
    ears_hang: bool
    muzzle: tuple[float, float, float, float]
    """Centre x, y and half sizes of the pale part around nose and mouth."""
    snout: tuple[Point, ...]
    """What stands out of the head's outline towards the right; empty for a flat face."""
    nose: tuple[float, float, float, float]
    """x, y, half width, half height."""
    mouth: Point
    eye_y: float
    eye_apart: float
    eye_size: float
    size: float
    """Scale of the whole figure."""
    mass: float
    """Scale of hip and chest."""
    paw: float
    """Half width of a paw."""
    tail: str
    whiskers: bool
    dark_nose: bool


_ROUND = (
    (-1.0, 0.12), (-0.86, -0.55), (-0.4, -0.95), (0.25, -0.98),
    (0.82, -0.6), (1.0, 0.1), (0.78, 0.68), (0.25, 0.97), (-0.35, 0.95), (-0.84, 0.66),
)  # fmt: skip

BUILDS = {
    "cat": Build(
        head=(27.5, 21.5),
        outline=(
            (-1.0, 0.2), (-0.88, -0.5), (-0.42, -0.92), (0.3, -0.94), (0.82, -0.52),
            (1.0, 0.18), (0.86, 0.62), (0.35, 0.95), (-0.3, 0.96), (-0.86, 0.66),
        ),
        ears=(
            ((-0.86, -0.3), (-0.96, -0.95), (-0.86, -1.62), (-0.45, -1.25), (-0.12, -0.8)),
            ((0.3, -0.82), (0.62, -1.28), (0.95, -1.58), (0.98, -0.9), (0.84, -0.3)),
        ),
        ear_inners=(
            ((-0.8, -0.55), (-0.82, -1.0), (-0.78, -1.34), (-0.5, -1.08), (-0.34, -0.8)),
            ((0.5, -0.8), (0.68, -1.08), (0.87, -1.3), (0.88, -0.95), (0.82, -0.5)),
        ),
        ears_hang=False,
        muzzle=(0.0, 0.46, 0.48, 0.38),
        snout=(),
        nose=(0.0, 0.26, 0.13, 0.11),
        mouth=(0.0, 0.48),
        eye_y=-0.1,
        eye_apart=0.44,
        eye_size=0.21,
        size=1.0,
        mass=1.0,
        paw=5.6,
        tail="long",
        whiskers=True,
        dark_nose=False,
    ),
    "dog": Build(
        head=(25, 22),
        outline=_ROUND,
        ears=(
            (
                (-0.5, -0.94), (-1.02, -0.9), (-1.42, -0.2),
                (-1.46, 0.72), (-1.06, 0.96), (-0.76, 0.1),
            ),
            ((0.52, -0.94), (0.9, -1.0), (1.24, -0.6), (1.38, 0.0), (1.14, 0.14), (0.86, -0.34)),
        ),
        ear_inners=(),
        ears_hang=True,
        muzzle=(0.6, 0.48, 0.4, 0.36),
        snout=(
            (-0.1, 0.22), (0.3, 0.0), (0.85, -0.04), (1.28, 0.06), (1.42, 0.4),
            (1.22, 0.78), (0.6, 0.98), (0.0, 0.92), (-0.24, 0.56),
        ),
        nose=(1.16, 0.14, 0.24, 0.2),
        mouth=(0.8, 0.6),
        eye_y=-0.32,
        eye_apart=0.4,
        eye_size=0.195,
        size=1.0,
        mass=1.05,
        paw=6.8,
        tail="up",
        whiskers=False,
        dark_nose=True,
    ),
    "rabbit": Build(
        head=(23, 20),
        outline=_ROUND,
        ears=(
            (
                (-0.62, -0.6), (-0.88, -1.3), (-0.92, -2.3),
                (-0.62, -2.65), (-0.32, -2.3), (-0.1, -0.8),
            ),
            ((0.16, -0.8), (0.42, -1.5), (0.72, -2.3), (1.06, -2.55), (1.14, -2.1), (0.72, -0.6)),
        ),
        ear_inners=(
            (
                (-0.55, -0.95), (-0.7, -1.5), (-0.73, -2.2),
                (-0.6, -2.4), (-0.46, -2.15), (-0.32, -1.0),
            ),
            (
                (0.4, -1.0), (0.58, -1.55), (0.82, -2.15),
                (0.98, -2.35), (0.95, -1.95), (0.62, -0.95),
            ),
        ),
        ears_hang=False,
        muzzle=(0.0, 0.44, 0.46, 0.38),
        snout=(),
        nose=(0.0, 0.22, 0.13, 0.1),
        mouth=(0.0, 0.5),
        eye_y=-0.12,
        eye_apart=0.48,
        eye_size=0.21,
        size=1.0,
        mass=1.0,
        paw=6.0,
        tail="puff",
        whiskers=False,
        dark_nose=False,
    ),
    "fox": Build(
        head=(27, 19.5),
        outline=(
            (-0.96, 0.1), (-0.84, -0.45), (-0.4, -0.9), (0.3, -0.9), (0.8, -0.46), (1.0, 0.16),
            (0.8, 0.6), (0.3, 0.96), (-0.3, 0.92), (-0.74, 0.84), (-1.24, 0.7),
        ),
        ears=(
            ((-0.92, -0.2), (-1.1, -1.1), (-1.06, -1.96), (-0.52, -1.4), (-0.06, -0.74)),
            ((0.24, -0.76), (0.68, -1.42), (1.14, -1.92), (1.14, -1.05), (0.9, -0.16)),
        ),
        ear_inners=(
            ((-0.78, -0.5), (-0.92, -1.02), (-0.9, -1.4), (-0.6, -1.1), (-0.32, -0.76)),
            ((0.48, -0.76), (0.74, -1.12), (0.98, -1.38), (0.96, -1.0), (0.8, -0.46)),
        ),
        ears_hang=False,
        muzzle=(0.5, 0.62, 0.3, 0.4),
        snout=(
            (-0.1, 0.2), (0.4, 0.02), (0.82, 0.22), (1.2, 0.56), (1.26, 0.74),
            (1.0, 0.98), (0.5, 1.12), (0.0, 1.04), (-0.2, 0.6),
        ),
        nose=(1.14, 0.6, 0.17, 0.2),
        mouth=(0.62, 0.82),
        eye_y=-0.1,
        eye_apart=0.4,
        eye_size=0.19,
        size=1.0,
        mass=0.92,
        paw=5.2,
        tail="bushy",
        whiskers=False,
        dark_nose=True,
    ),
    "bear": Build(
        head=(28, 24),
        outline=_ROUND,
        ears=(
            ((-0.96, -0.42), (-1.16, -0.86), (-0.88, -1.24), (-0.46, -1.12), (-0.34, -0.74)),
            ((0.42, -0.76), (0.54, -1.12), (0.94, -1.22), (1.18, -0.84), (0.98, -0.4)),
        ),
        ear_inners=(
            ((-0.82, -0.6), (-0.94, -0.86), (-0.8, -1.02), (-0.58, -0.96), (-0.52, -0.76)),
            ((0.6, -0.78), (0.66, -0.96), (0.86, -1.0), (0.98, -0.82), (0.86, -0.58)),
        ),
        ears_hang=False,
        muzzle=(0.06, 0.4, 0.46, 0.42),
        snout=(),
        nose=(0.06, 0.18, 0.2, 0.14),
        mouth=(0.06, 0.54),
        eye_y=-0.2,
        eye_apart=0.42,
        eye_size=0.175,
        size=1.0,
        mass=1.36,
        paw=9.6,
        tail="stub",
        whiskers=False,
        dark_nose=True,
    ),
    "mouse": Build(
        head=(22, 18.5),
        outline=(
            (-1.0, 0.1), (-0.86, -0.55), (-0.4, -0.94), (0.3, -0.96), (0.84, -0.55), (0.98, 0.1),
            (0.74, 0.62), (0.32, 1.0), (0.04, 1.06), (-0.28, 0.98), (-0.8, 0.62),
        ),
        ears=(
            (
                (-0.4, -0.5), (-1.2, -0.2), (-1.92, -0.72),
                (-1.86, -1.72), (-1.06, -2.1), (-0.3, -1.5),
            ),
            ((0.42, -0.56), (0.42, -1.5), (1.12, -2.04), (1.92, -1.68), (2.0, -0.7), (1.26, -0.18)),
        ),
        ear_inners=(
            (
                (-0.66, -0.72), (-1.2, -0.52), (-1.6, -0.86),
                (-1.56, -1.5), (-1.04, -1.76), (-0.56, -1.32),
            ),
            (
                (0.68, -0.76), (0.68, -1.34), (1.14, -1.72),
                (1.62, -1.46), (1.68, -0.84), (1.24, -0.48),
            ),
        ),
        ears_hang=False,
        muzzle=(0.6, 0.54, 0.4, 0.34),
        snout=(
            (0.0, 0.14), (0.5, 0.06), (1.02, 0.28), (1.24, 0.48), (1.1, 0.7),
            (0.6, 0.94), (0.0, 0.96), (-0.2, 0.5),
        ),
        nose=(1.16, 0.44, 0.18, 0.19),
        mouth=(0.6, 0.66),
        eye_y=-0.1,
        eye_apart=0.4,
        eye_size=0.21,
        size=0.88,
        mass=0.8,
        paw=4.4,
        tail="thin",
        whiskers=True,
        dark_nose=False,
    ),
}  # fmt: skip
