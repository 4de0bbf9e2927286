"""Which pose an animal takes: each action has a second one, which is eager; a mood bends it."""

from dataclasses import replace
from pathlib import Path

from training.starter.artist.poses import POSES, Limb, Pose
from training.starter.tables import read_table

_EAGER = read_table(Path(__file__).with_name("stances.toml"), Pose, POSES)


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
