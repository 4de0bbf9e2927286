"""How an animal holds itself, action by action.

Units: an animal that sits is about 100 high; x points where it looks, y down, the ground is y = 0.
"""

import random
from dataclasses import dataclass, replace

from training.starter.artist.shapes import Point


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


_SITTING = Pose(
    hip=(-8, -18, 18),
    chest=(3, -38, 13),
    head=(7, -63),
    far=(
        Limb((12, -36), (17, -18), (18, -3.5)),
        Limb((0, -10), (10, -6), (19, -3), 1.1),
    ),
    near=(
        Limb((6, -31), (8, -18), (8, -3.5), 1.15),
        Limb((-11, -15), (-2, -12), (2, -3.5), 2.1),
    ),
    tail=((-22, -7), (-38, -8), (-37, -36)),
)

_POSES = {
    "sitting": _SITTING,
    "looking up": replace(
        _SITTING,
        head=(1, -63),
        tilt=-24,
        gaze=(0.3, -0.2),
        near=(Limb((7, -38), (21, -32), (27, -44)), _SITTING.near[1]),
        tail=((-22, -7), (-40, -4), (-50, -14)),
        span=(-44, 34),
    ),
    "walking": Pose(
        hip=(-25, -31, 14.5),
        chest=(7, -33, 14),
        head=(20, -57),
        far=(
            Limb((12, -28), (24, -18), (25, -6)),
            Limb((-27, -26), (-32, -15), (-40, -4)),
        ),
        near=(
            Limb((6, -28), (6, -14), (-3, -3.5)),
            Limb((-25, -28), (-16, -16), (-15, -3.5), 1.7),
        ),
        tail=((-37, -36), (-54, -42), (-52, -68)),
        span=(-50, 46),
        top=94,
    ),
    "running": Pose(
        hip=(-27, -40, 14),
        chest=(11, -41, 13.5),
        head=(33, -57),
        far=(
            Limb((10, -35), (24, -20), (38, -5), 1.2),
            Limb((-24, -33), (-30, -20), (-44, -3), 1.3),
        ),
        near=(
            Limb((17, -36), (38, -32), (60, -30), 1.2),
            Limb((-31, -37), (-48, -34), (-67, -25), 1.5),
        ),
        tail=((-39, -46), (-58, -60), (-80, -58)),
        tilt=4,
        lift=3,
        span=(-73, 66),
        top=94,
    ),
    "jumping": Pose(
        hip=(-21, -27, 14.5),
        chest=(7, -45, 13.5),
        head=(23, -66),
        far=(
            Limb((14, -44), (31, -50), (42, -63)),
            Limb((-15, -20), (-19, -4), (-17, 10)),
        ),
        near=(
            Limb((10, -39), (29, -34), (46, -39), 1.2),
            Limb((-25, -22), (-37, -10), (-42, 5), 1.5),
        ),
        tail=((-33, -30), (-50, -26), (-60, -44)),
        tilt=-10,
        lift=34,
        span=(-50, 50),
        top=136,
    ),
    "sleeping": Pose(
        hip=(-19, -17, 18.5),
        chest=(8, -14, 15),
        head=(25, -19),
        far=(Limb((14, -8), (26, -3), (44, -3)),),
        near=(Limb((-16, -13), (-6, -11), (0, -4), 2.0),),
        tail=((-36, -8), (-28, 3), (6, -2)),
        tilt=10,
        gaze=(0.16, 0.1),
        span=(-46, 54),
        top=52,
        asleep=True,
    ),
    "cheering": Pose(
        hip=(0, -20, 16.5),
        chest=(0, -40, 12.5),
        head=(0, -64),
        far=(
            Limb((-8, -42), (-27, -50), (-38, -75)),
            Limb((8, -42), (27, -50), (38, -75)),
            Limb((-9, -14), (-13, -9), (-13, -3.5)),
            Limb((9, -14), (15, -10), (19, -5)),
        ),
        near=(),
        tail=((-12, -9), (-34, -6), (-40, -30)),
        gaze=(0.06, -0.08),
        span=(-42, 42),
        top=112,
        upright=True,
    ),
    "holding": Pose(
        hip=(0, -19, 17.5),
        chest=(0, -40, 13),
        head=(0, -66),
        far=(
            Limb((-9, -13), (-12, -8), (-12, -3.5)),
            Limb((9, -13), (12, -8), (13, -3.5)),
        ),
        near=(
            Limb((-11, -42), (-27, -34), (-19, -22), 1.1),
            Limb((11, -42), (27, -34), (19, -22), 1.1),
        ),
        tail=((-12, -8), (-34, -6), (-40, -30)),
        gaze=(0.08, 0.08),
        span=(-38, 36),
        upright=True,
        arms_over=True,
    ),
}


def pose_of(action: str, mood: str, rng: random.Random) -> Pose:
    """The action's pose in a mood: sad heads droop, and no two are quite the same."""
    pose = _POSES[action]
    droop = 4.0 if mood == "sad" and not pose.asleep else 0.0
    tilt = pose.tilt + rng.uniform(-4, 4) + droop
    tail_x, tail_y = pose.tail[2]
    return replace(
        pose,
        tilt=tilt,
        head=(pose.head[0] + rng.uniform(-1.2, 1.2), pose.head[1] + droop + rng.uniform(-1, 1)),
        tail=(
            *pose.tail[:2],
            (tail_x + rng.uniform(-5, 5), tail_y + rng.uniform(-5, 5) + 2 * droop),
        ),
    )


def holding_aside(pose: Pose) -> Pose:
    """The pose with one paw held out, for a thing on a stick, a stalk or a string."""
    resting, _ = pose.near
    return replace(pose, near=(resting, Limb((11, -42), (24, -34), (29, -40), 1.1)), span=(-38, 48))
