"""Which pose an animal takes: each action has a second one, which is eager; a mood bends it."""

from dataclasses import replace

from training.starter.artist.poses import POSES, SITTING, Limb, Pose

_EAGER = {
    "sitting": replace(
        SITTING,
        head=(5, -64),
        tilt=7,
        near=(Limb((6, -34), (22, -34), (27, -50), 1.15), SITTING.near[1]),
        tail=((-22, -7), (-42, -2), (-56, -12)),
        span=(-46, 36),
    ),
    "looking up": replace(
        SITTING,
        head=(-2, -64),
        tilt=-36,
        gaze=(0.26, -0.2),
        far=(Limb((8, -40), (24, -48), (34, -62)), SITTING.far[1]),
        near=(Limb((2, -40), (12, -28), (22, -32)), SITTING.near[1]),
        span=(-40, 40),
    ),
    "walking": replace(
        POSES["walking"],
        head=(24, -49),
        tilt=10,
        far=(
            Limb((10, -28), (4, -16), (-6, -5)),
            Limb((-22, -26), (-14, -15), (-12, -4)),
        ),
        near=(
            Limb((10, -28), (22, -18), (28, -6)),
            Limb((-28, -28), (-30, -14), (-40, -4), 1.7),
        ),
        tail=((-37, -36), (-50, -50), (-40, -78)),
    ),
    "running": replace(
        POSES["running"],
        hip=(-20, -37, 15),
        chest=(10, -44, 13.5),
        head=(29, -62),
        far=(
            Limb((12, -37), (22, -22), (10, -8), 1.2),
            Limb((-18, -30), (-2, -20), (6, -6), 1.4),
        ),
        near=(
            Limb((16, -38), (32, -26), (24, -12), 1.2),
            Limb((-24, -32), (-12, -16), (-2, -5), 1.7),
        ),
        tail=((-33, -42), (-54, -42), (-74, -66)),
        tilt=-4,
        lift=8,
        span=(-62, 56),
    ),
    "jumping": replace(
        POSES["jumping"],
        hip=(-18, -34, 15),
        chest=(9, -40, 13.5),
        head=(25, -60),
        far=(
            Limb((14, -38), (30, -34), (30, -20), 1.2),
            Limb((-12, -28), (0, -18), (-6, -8), 1.3),
        ),
        near=(
            Limb((10, -34), (22, -22), (14, -12), 1.2),
            Limb((-22, -30), (-10, -16), (-20, -8), 1.6),
        ),
        tail=((-31, -38), (-48, -52), (-44, -76)),
        tilt=2,
        lift=40,
    ),
    "chasing": replace(
        POSES["chasing"],
        hip=(-28, -36, 14),
        chest=(6, -30, 13.5),
        head=(22, -52),
        far=(
            Limb((8, -26), (34, -18), (52, -6), 1.2),
            Limb((-28, -30), (-36, -18), (-50, -6), 1.4),
        ),
        near=(
            Limb((12, -28), (44, -30), (66, -20), 1.3),
            Limb((-32, -32), (-30, -14), (-44, -4), 1.8),
        ),
        tail=((-40, -42), (-56, -60), (-50, -84)),
        tilt=-6,
    ),
    "sleeping": replace(
        POSES["sleeping"],
        hip=(-22, -18, 18.5),
        chest=(6, -16, 15),
        head=(24, -17),
        near=(
            Limb((8, -8), (20, -4), (40, -3.5), 1.3),
            Limb((-26, -14), (-10, -10), (-4, -5), 2.0),
        ),
        tail=((-38, -10), (-58, -4), (-66, -18)),
        tilt=4,
        span=(-60, 54),
        top=50,
    ),
    "eating": replace(
        POSES["eating"],
        head=(6, -54),
        chest=(-3, -34, 13),
        tilt=-4,
        over=(Limb((-4, -28), (6, -22), (15, -20), 1.15),),
        tail=((-30, -8), (-48, -4), (-58, -20)),
    ),
    "hiding": replace(
        POSES["hiding"],
        hip=(-20, -17, 16.5),
        chest=(8, -18, 13.5),
        head=(16, -36),
        tail=((-34, -12), (-50, -20), (-44, -46)),
        tilt=-6,
        span=(-52, 50),
        top=76,
    ),
    "cheering": replace(
        POSES["cheering"],
        head=(3, -65),
        tilt=9,
        far=(
            Limb((-8, -42), (-30, -48), (-34, -78)),
            Limb((8, -42), (28, -36), (40, -24)),
            Limb((-9, -14), (-18, -10), (-26, -9)),
            Limb((9, -14), (13, -9), (13, -3.5)),
        ),
        tail=((12, -9), (36, -4), (40, -34)),
        span=(-46, 52),
        top=116,
    ),
    "holding": replace(
        POSES["holding"],
        head=(-3, -66),
        tilt=-9,
        far=(
            Limb((-9, -13), (-16, -9), (-19, -4)),
            Limb((9, -13), (17, -12), (24, -8)),
        ),
        tail=((12, -8), (36, -4), (40, -36)),
        span=(-38, 42),
    ),
}


def pose_of(action: str, mood: str, manner: str) -> Pose:
    """The action's pose, calm or eager, in a mood: a sad head and tail droop."""
    pose = (_EAGER if manner == "eager" else POSES)[action]
    if mood != "sad" or pose.asleep:
        return pose
    (x, y), (tail_x, tail_y) = pose.head, pose.tail[2]
    return replace(
        pose,
        tilt=pose.tilt + 4,
        head=(x, y + 4),
        tail=(*pose.tail[:2], (tail_x, min(tail_y + 8, -4))),
    )


def holding_aside(pose: Pose) -> Pose:
    """The pose with one paw held out, for a thing on a stick, a stalk or a string."""
    resting, _ = pose.near
    return replace(pose, near=(resting, Limb((11, -42), (24, -34), (29, -40), 1.1)), span=(-38, 48))
