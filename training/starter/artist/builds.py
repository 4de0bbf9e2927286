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
    nose: tuple[float, float, float]
    """y, half width, half height."""
    eye_y: float
    eye_apart: float
    eye_size: float
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
        head=(26, 20.5),
        outline=(
            (-1.0, 0.2), (-0.88, -0.5), (-0.42, -0.92), (0.3, -0.94), (0.82, -0.52),
            (1.0, 0.18), (0.86, 0.62), (0.35, 0.95), (-0.3, 0.96), (-0.86, 0.66),
        ),
        ears=(
            ((-0.95, -0.25), (-0.98, -0.95), (-0.86, -1.62), (-0.45, -1.25), (-0.12, -0.8)),
            ((0.3, -0.82), (0.62, -1.28), (0.95, -1.58), (1.02, -0.9), (0.92, -0.22)),
        ),
        ear_inners=(
            ((-0.8, -0.55), (-0.82, -1.0), (-0.78, -1.34), (-0.5, -1.08), (-0.34, -0.8)),
            ((0.5, -0.8), (0.68, -1.08), (0.87, -1.3), (0.88, -0.95), (0.82, -0.5)),
        ),
        ears_hang=False,
        muzzle=(0.0, 0.46, 0.46, 0.36),
        nose=(0.26, 0.1, 0.085),
        eye_y=-0.1,
        eye_apart=0.44,
        eye_size=0.2,
        mass=1.0,
        paw=5.6,
        tail="long",
        whiskers=True,
        dark_nose=False,
    ),
    "dog": Build(
        head=(23.5, 22),
        outline=_ROUND,
        ears=(
            (
                (-0.5, -0.92), (-1.02, -0.86), (-1.36, -0.2),
                (-1.34, 0.62), (-0.98, 0.78), (-0.74, 0.1),
            ),
            ((0.62, -0.88), (1.06, -0.8), (1.36, -0.15), (1.34, 0.6), (1.0, 0.74), (0.84, 0.05)),
        ),
        ear_inners=(),
        ears_hang=True,
        muzzle=(0.02, 0.42, 0.56, 0.5),
        nose=(0.14, 0.23, 0.16),
        eye_y=-0.24,
        eye_apart=0.42,
        eye_size=0.19,
        mass=1.05,
        paw=6.8,
        tail="up",
        whiskers=False,
        dark_nose=True,
    ),
    "rabbit": Build(
        head=(21.5, 20),
        outline=_ROUND,
        ears=(
            (
                (-0.62, -0.6), (-0.88, -1.3), (-0.92, -2.3),
                (-0.62, -2.78), (-0.32, -2.3), (-0.1, -0.8),
            ),
            ((0.16, -0.8), (0.42, -1.5), (0.72, -2.3), (1.06, -2.62), (1.14, -2.1), (0.72, -0.6)),
        ),
        ear_inners=(
            (
                (-0.55, -0.95), (-0.7, -1.5), (-0.73, -2.2),
                (-0.6, -2.5), (-0.46, -2.15), (-0.32, -1.0),
            ),
            (
                (0.4, -1.0), (0.58, -1.55), (0.82, -2.15),
                (0.98, -2.35), (0.95, -1.95), (0.62, -0.95),
            ),
        ),
        ears_hang=False,
        muzzle=(0.0, 0.42, 0.44, 0.36),
        nose=(0.2, 0.12, 0.09),
        eye_y=-0.12,
        eye_apart=0.48,
        eye_size=0.2,
        mass=1.0,
        paw=6.0,
        tail="puff",
        whiskers=False,
        dark_nose=False,
    ),
    "fox": Build(
        head=(26.5, 20),
        outline=(
            (-1.02, 0.3), (-0.84, -0.45), (-0.4, -0.9), (0.3, -0.9), (0.8, -0.46), (1.02, 0.26),
            (0.78, 0.5), (0.46, 0.78), (0.22, 1.12), (0.06, 1.14), (-0.3, 0.84), (-0.76, 0.6),
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
        muzzle=(0.06, 0.62, 0.3, 0.5),
        nose=(0.6, 0.15, 0.13),
        eye_y=-0.02,
        eye_apart=0.4,
        eye_size=0.18,
        mass=0.92,
        paw=5.2,
        tail="bushy",
        whiskers=False,
        dark_nose=True,
    ),
    "bear": Build(
        head=(25.5, 22.5),
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
        muzzle=(0.0, 0.4, 0.44, 0.4),
        nose=(0.16, 0.18, 0.12),
        eye_y=-0.16,
        eye_apart=0.42,
        eye_size=0.155,
        mass=1.26,
        paw=9.0,
        tail="stub",
        whiskers=False,
        dark_nose=True,
    ),
    "mouse": Build(
        head=(20, 17.5),
        outline=(
            (-1.0, 0.1), (-0.86, -0.55), (-0.4, -0.94), (0.3, -0.96), (0.84, -0.55), (0.98, 0.1),
            (0.74, 0.62), (0.32, 1.0), (0.04, 1.06), (-0.28, 0.98), (-0.8, 0.62),
        ),
        ears=(
            (
                (-0.5, -0.5), (-1.2, -0.3), (-1.74, -0.78),
                (-1.66, -1.56), (-1.0, -1.86), (-0.42, -1.4),
            ),
            ((0.5, -0.56), (0.52, -1.4), (1.1, -1.82), (1.76, -1.5), (1.82, -0.74), (1.24, -0.28)),
        ),
        ear_inners=(
            (
                (-0.72, -0.7), (-1.18, -0.56), (-1.48, -0.86),
                (-1.42, -1.38), (-1.0, -1.56), (-0.64, -1.24),
            ),
            (
                (0.74, -0.74), (0.76, -1.26), (1.12, -1.54),
                (1.5, -1.32), (1.56, -0.84), (1.24, -0.54),
            ),
        ),
        ears_hang=False,
        muzzle=(0.05, 0.58, 0.4, 0.34),
        nose=(0.5, 0.14, 0.12),
        eye_y=-0.08,
        eye_apart=0.42,
        eye_size=0.2,
        mass=0.8,
        paw=4.4,
        tail="thin",
        whiskers=True,
        dark_nose=False,
    ),
}  # fmt: skip
