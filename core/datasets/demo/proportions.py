"""The free body's measures that the demo actions are blocked on. Reads the body once, lazily."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from core.body import default_body
from core.skeleton import JOINT_INDEX, PARENTS

FloatArray = npt.NDArray[np.float64]

_SOLE_BAND = 0.012
"""Vertices this near (m) to the lowest one make up the sole."""


@dataclass(frozen=True)
class Proportions:
    """Rest joints and soles of the body, metres, rest frame (left = +X, facing +Z).

    joints (24, 3); offsets (24, 3) of each joint from its parent; floor: y of the soles; soles: for
    the left and right foot, points (N, 3) of the heel part (they follow the ankle) and of the toe
    part (they follow the foot joint), each relative to its joint.
    """

    joints: FloatArray
    offsets: FloatArray
    floor: float
    heels: tuple[FloatArray, FloatArray]
    toes: tuple[FloatArray, FloatArray]

    @property
    def arm_length(self) -> float:
        """Shoulder to wrist, stretched."""
        elbow, wrist = JOINT_INDEX["left_elbow"], JOINT_INDEX["left_wrist"]
        return float(np.linalg.norm(self.offsets[elbow]) + np.linalg.norm(self.offsets[wrist]))


def _extreme_points(points: FloatArray) -> FloatArray:
    """The few points that can touch a level floor first: extremes in the ground plane."""
    angles = np.linspace(0, 2 * np.pi, 8, endpoint=False)
    directions = np.stack([np.cos(angles), np.zeros(8), np.sin(angles)], axis=-1)
    return points[np.unique(np.argmax(points @ directions.T, axis=0))]


@cache
def proportions() -> Proportions:
    """Measure the free body at betas 0."""
    body = default_body()
    rest = body.shaped(np.zeros(10))
    joints = np.asarray(rest.joints, np.float64)
    vertices = np.asarray(rest.vertices, np.float64)
    floor = float(vertices[:, 1].min())
    parents = np.array(PARENTS)
    offsets = joints - np.where(parents[:, None] >= 0, joints[parents], 0.0)
    owner = np.asarray(body.weights).argmax(axis=1)
    low = vertices[:, 1] < floor + _SOLE_BAND

    def soles(name: str) -> tuple[FloatArray, FloatArray]:
        left, right = JOINT_INDEX[f"left_{name}"], JOINT_INDEX[f"right_{name}"]
        points = _extreme_points(vertices[low & (owner == left)] - joints[left])
        return points, points * np.array([-1.0, 1.0, 1.0]) + 0 * joints[right]

    return Proportions(joints, offsets, floor, soles("ankle"), soles("foot"))
