"""What makes each species itself: proportions, ears, muzzle and tail.

Head parts are in half widths and half heights of the head, y down, drawn as if it looks right.
"""

from dataclasses import dataclass
from pathlib import Path

from training.starter.artist.shapes import Point
from training.starter.tables import read_table


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


BUILDS = read_table(Path(__file__).with_name("builds.toml"), Build)
"""By species."""
