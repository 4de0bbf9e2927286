"""How an animal holds itself, action by action, when it is calm.

Units: an animal that sits is about 100 high; x points where it looks, y down, the ground is y = 0.
"""

from dataclasses import dataclass
from pathlib import Path

from training.starter.artist.shapes import Point
from training.starter.tables import read_table


@dataclass(frozen=True, slots=True)
class Limb:
    """A bent leg or arm; `thick` is the width at the root in widths of the paw."""

    root: Point
    knee: Point
    paw: Point
    thick: float = 1.35


@dataclass(frozen=True, slots=True)
class Pose:
    """Joints of a body; circles are (x, y, radius), `far` limbs lie behind the body."""

    hip: tuple[float, float, float]
    chest: tuple[float, float, float]
    head: Point
    far: tuple[Limb, ...]
    near: tuple[Limb, ...]
    tail: tuple[Point, Point, Point]
    tilt: float = 0.0
    """Degrees that the head turns, negative lifts the muzzle."""
    gaze: Point = (0.2, 0.0)
    """Where the face sits on the head, in half widths and heights of it."""
    lift: float = 0.0
    """How far the figure is above the ground."""
    span: tuple[float, float] = (-36.0, 34.0)
    """Left and right end without the tail's tip."""
    top: float = 100.0
    """Height with ears."""
    asleep: bool = False
    upright: bool = False
    """The belly shows from the front and arms may lie over it."""
    arms_over: bool = False
    bowl: float | None = None
    """Where the middle of a bowl of food stands."""
    over: tuple[Limb, ...] = ()
    """Limbs that lie over a bowl or over the face."""


POSES = read_table(Path(__file__).with_name("poses.toml"), Pose)
"""By action."""
