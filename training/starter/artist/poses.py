"""How an animal holds itself, action by action, when it is calm.

Units: an animal that sits is about 100 high; x points where it looks, y down, the ground is y = 0.
"""

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
    bowl: float | None = None
    """Where the middle of a bowl of food stands."""
    over: tuple[Limb, ...] = ()
    """Limbs that lie over a bowl or over the face."""


SITTING = Pose(
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
    tail=((-22, -7), (-40, -8), (-38, -46)),
)

POSES = {
    "sitting": SITTING,
    "looking up": replace(
        SITTING,
        head=(0, -63),
        tilt=-30,
        gaze=(0.3, -0.16),
        near=(Limb((7, -38), (22, -32), (30, -44)), SITTING.near[1]),
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
        top=142,
    ),
    "chasing": Pose(
        hip=(-31, -31, 14),
        chest=(4, -43, 13.5),
        head=(13, -69),
        far=(
            Limb((4, -37), (19, -22), (22, -5), 1.2),
            Limb((-29, -26), (-24, -14), (-36, -4), 1.4),
        ),
        near=(
            Limb((11, -41), (50, -32), (66, -56), 1.3),
            Limb((-36, -27), (-44, -14), (-64, -5), 1.7),
        ),
        tail=((-43, -36), (-62, -38), (-76, -62)),
        tilt=-14,
        gaze=(0.2, -0.06),
        span=(-70, 70),
        top=98,
    ),
    "sleeping": Pose(
        hip=(-12, -23, 23),
        chest=(7, -20, 18.5),
        head=(19, -22),
        far=(),
        near=(Limb((-20, -18), (-8, -14), (-6, -6), 2.2),),
        tail=((-33, -14), (-30, 0), (14, -7)),
        tilt=8,
        gaze=(0.12, 0.06),
        span=(-40, 48),
        top=56,
        asleep=True,
    ),
    "eating": Pose(
        hip=(-16, -19, 18),
        chest=(-3, -32, 13),
        head=(12, -45),
        far=(),
        near=(Limb((-18, -15), (-8, -12), (-4, -3.5), 2.1),),
        over=(Limb((-7, -24), (-6, -14), (9, -16), 1.15),),
        tail=((-30, -8), (-46, -8), (-44, -44)),
        tilt=12,
        gaze=(0.24, 0.1),
        span=(-46, 52),
        top=82,
        bowl=29,
    ),
    "hiding": Pose(
        hip=(-25, -15, 15),
        chest=(5, -13, 13),
        head=(18, -24),
        far=(),
        near=(Limb((-27, -15), (-16, -10), (-12, -3.5), 2.2),),
        over=(
            Limb((8, -3), (7, -5), (8, -10), 1.1),
            Limb((33, -3), (33, -5), (33, -10), 1.1),
        ),
        tail=((-38, -12), (-50, -8), (-68, -10)),
        gaze=(0.12, -0.16),
        span=(-60, 52),
        top=66,
    ),
    "cheering": Pose(
        hip=(0, -20, 16.5),
        chest=(0, -40, 12.5),
        head=(0, -64),
        far=(
            Limb((-8, -42), (-36, -42), (-50, -67)),
            Limb((8, -42), (36, -42), (50, -67)),
            Limb((-9, -14), (-13, -9), (-13, -3.5)),
            Limb((9, -14), (15, -10), (19, -5)),
        ),
        near=(),
        tail=((-12, -9), (-36, -4), (-38, -38)),
        gaze=(0.06, -0.08),
        span=(-54, 54),
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
        tail=((-12, -8), (-36, -4), (-38, -38)),
        gaze=(0.08, 0.08),
        span=(-38, 36),
        upright=True,
        arms_over=True,
    ),
}
