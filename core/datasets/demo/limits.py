"""How far the joints of a demo clip may go, as one table, and how far those of a clip do go.

A rotation is split as R = swing * twist, the twist about the joint's own bone in the rest pose
(towards its child). The ranges are round numbers for a healthy adult, measured from the T-pose with
straight limbs and level feet; a shoulder twists far because a throwing arm is laid back.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.datasets.demo.limbs import turned
from core.datasets.demo.proportions import proportions
from core.motion import Motion
from core.rotation import rotvec_to_rotmat
from core.skeleton import CHILDREN, JOINT_INDEX, JOINT_NAMES

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Limit:
    """Largest swing away from the rest direction and largest twist about the bone, degrees."""

    swing: float
    twist: float


@dataclass(frozen=True)
class Hinge:
    """Range of the turn about ``axis`` (3,), degrees; ``off_axis``: what else it may turn."""

    axis: tuple[float, float, float]
    least: float
    most: float
    off_axis: float = 0.5


def _both(name: str, limit: Limit) -> dict[str, Limit | Hinge]:
    return {f"left_{name}": limit, f"right_{name}": limit}


LIMITS: dict[str, Limit | Hinge] = {
    "spine1": Limit(30, 20),
    "spine2": Limit(30, 20),
    "spine3": Limit(30, 20),
    "neck": Limit(35, 40),
    "head": Limit(35, 40),
    **_both("hip", Limit(138, 60)),
    "left_knee": Hinge((1, 0, 0), -0.5, 150),
    "right_knee": Hinge((1, 0, 0), -0.5, 150),
    **_both("ankle", Limit(58, 30)),
    "left_foot": Hinge((1, 0, 0), -60, 0.5),
    "right_foot": Hinge((1, 0, 0), -60, 0.5),
    **_both("collar", Limit(32, 5)),
    **_both("shoulder", Limit(110, 118)),
    "left_elbow": Hinge((0, -1, 0), -0.5, 145),
    "right_elbow": Hinge((0, 1, 0), -0.5, 145),
    **_both("wrist", Limit(65, 10)),
    **_both("hand", Limit(1, 1)),
}
"""Every joint but the pelvis, whose rotation is where the body faces, not a joint's."""


THIGHS = ("left_hip", "right_hip")


def _bone(joint: int) -> FloatArray:
    """Direction (3,) a joint's own bone points to at rest; a leaf goes on like its parent.

    Thighs count as hanging straight down: in the rest pose they only stand apart.
    """
    if JOINT_NAMES[joint] in THIGHS:
        return np.array([0.0, -1.0, 0.0])
    offsets = proportions().offsets
    children = CHILDREN[joint]
    vector = offsets[children[0]] if children else offsets[joint]
    return np.asarray(vector / np.linalg.norm(vector))


def swing_and_twist(rotvec: FloatArray, bone: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Angles in degrees (...) of a rotation's swing off and twist about unit ``bone`` (3,)."""
    angle = np.linalg.norm(rotvec, axis=-1)
    along = rotvec @ bone / np.maximum(angle, 1e-9)
    twist = 2 * np.arctan2(np.sin(angle / 2) * along, np.cos(angle / 2))
    twist = (twist + np.pi) % (2 * np.pi) - np.pi
    moved = turned(rotvec_to_rotmat(rotvec), np.broadcast_to(bone, rotvec.shape))
    swing = np.arccos(np.clip(moved @ bone, -1.0, 1.0))
    return np.degrees(swing), np.degrees(twist)


def excess(motion: Motion) -> dict[str, float]:
    """Degrees by which each joint goes beyond its limits at worst; 0 where it never does."""
    poses = np.asarray(motion.poses, np.float64)
    out = {}
    for name, limit in LIMITS.items():
        joint = JOINT_INDEX[name]
        rotvec = poses[:, joint]
        if isinstance(limit, Hinge):
            axis = np.array(limit.axis, np.float64)
            turn = np.degrees(rotvec @ axis)
            rest = np.degrees(np.linalg.norm(rotvec - np.outer(rotvec @ axis, axis), axis=-1))
            over = np.maximum(
                np.maximum(turn - limit.most, limit.least - turn), rest - limit.off_axis
            )
        else:
            swing, twist = swing_and_twist(rotvec, _bone(joint))
            over = np.maximum(swing - limit.swing, np.abs(twist) - limit.twist)
        out[name] = max(float(over.max()), 0.0)
    return out


def missing() -> tuple[str, ...]:
    """Names of joints without a limit: only the pelvis."""
    return tuple(name for name in JOINT_NAMES if name not in LIMITS)
