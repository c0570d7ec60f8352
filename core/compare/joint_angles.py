"""Angles of joints as people speak of them: knee flexion first, for the report's claim about knees.

Each is measured between bones, from joint positions of the posed body, so that it means the same
for every estimator and does not depend on how a rotation is spread over neighbouring joints.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.body import joint_positions
from core.errors import StudioError
from core.motion import Motion
from core.skeleton import JOINT_INDEX

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class JointAngle:
    """180 degrees less the angle at ``middle`` between two bones: 0 when they are in line."""

    name: str
    start: str
    middle: str
    end: str
    joint: str  # SMPL joint it belongs to, for pictures


def _both(name: str, start: str, middle: str, end: str, joint: str) -> list[JointAngle]:
    return [
        JointAngle(
            name=f"{side} {name}",
            start=start.replace("*", side),
            middle=middle.replace("*", side),
            end=end.replace("*", side),
            joint=joint.replace("*", side),
        )
        for side in ("left", "right")
    ]


JOINT_ANGLES: Mapping[str, JointAngle] = {
    angle.name: angle
    for angle in (
        *_both("knee flexion", "*_hip", "*_knee", "*_ankle", "*_knee"),
        *_both("hip flexion", "spine3", "*_hip", "*_knee", "*_hip"),
        *_both("elbow flexion", "*_shoulder", "*_elbow", "*_wrist", "*_elbow"),
        *_both("shoulder raise", "*_hip", "*_shoulder", "*_elbow", "*_shoulder"),
        *_both("ankle bend", "*_knee", "*_ankle", "*_foot", "*_ankle"),
        JointAngle(name="spine bend", start="pelvis", middle="spine2", end="neck", joint="spine2"),
        JointAngle(name="neck bend", start="spine3", middle="neck", end="head", joint="neck"),
    )
}


def joint_angle(motion: Motion, name: str) -> FloatArray:
    """(T,) degrees of an angle of :data:`JOINT_ANGLES`. Raises StudioError naming those there are.

    The shoulder's is 0 with the arm overhead in line with the trunk, 180 with it hanging: it is
    turned round, so that a raised arm has the larger value.
    """
    if name not in JOINT_ANGLES:
        raise StudioError(f"There is no angle {name!r}.", f"There are: {', '.join(JOINT_ANGLES)}.")
    entry = JOINT_ANGLES[name]
    joints = np.asarray(joint_positions(motion), np.float64)
    a, b, c = (joints[:, JOINT_INDEX[part]] for part in (entry.start, entry.middle, entry.end))
    first, second = b - a, c - b
    cross = np.linalg.norm(np.cross(first, second), axis=-1)
    bend = np.degrees(np.arctan2(cross, (first * second).sum(-1)))
    return np.asarray(180.0 - bend if name.endswith("shoulder raise") else bend)


def range_of_motion(motion: Motion) -> dict[str, float]:
    """Degrees between the smallest and the largest value of every angle."""
    return {name: float(np.ptp(joint_angle(motion, name))) for name in JOINT_ANGLES}


def peak_flexion(motion: Motion) -> float:
    """Degrees of the more bent knee at its deepest: "completeness of movement" of the report."""
    return float(
        max(joint_angle(motion, f"{side} knee flexion").max() for side in ("left", "right"))
    )
