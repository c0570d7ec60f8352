"""Where BlazePose's points sit on the body: virtual markers on joints, and how they move.

A marker is a fixed offset from a joint in the joint's own axes. Its place depends on the local
rotations of the joints above it, on the root's translation, on the body's betas and on a personal
correction of its offset; all derivatives are closed forms.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.body.model import BodyModel
from core.skeleton import JOINT_INDEX, LEVELS, PARENTS_ARRAY

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

# left point, right point (the same for points in the middle), left joint, offset of the left marker
# in metres; the right one is its mirror image. BlazePose's points against a body in T-pose.
_TABLE: tuple[tuple[int, int, str, tuple[float, float, float]], ...] = (
    (0, 0, "head", (0.0, 0.05, 0.11)),
    (7, 8, "head", (0.075, 0.06, -0.01)),
    (11, 12, "left_shoulder", (0.0, 0.01, 0.0)),
    (13, 14, "left_elbow", (0.0, 0.0, 0.0)),
    (15, 16, "left_wrist", (0.0, 0.0, 0.0)),
    (17, 18, "left_wrist", (0.08, 0.0, -0.03)),
    (19, 20, "left_wrist", (0.09, 0.0, 0.02)),
    (23, 24, "pelvis", (0.105, -0.065, -0.005)),
    (25, 26, "left_knee", (0.0, 0.0, 0.02)),
    (27, 28, "left_ankle", (0.0, 0.0, 0.0)),
    (29, 30, "left_ankle", (0.0, -0.025, -0.05)),
    (31, 32, "left_ankle", (0.03, -0.06, 0.16)),
)
FIXED_JOINTS = ("left_foot", "right_foot", "left_hand", "right_hand")  # no point shows them
MOVING: IntArray = np.array([j for name, j in JOINT_INDEX.items() if name not in FIXED_JOINTS])
NUM_POSE = 3 * len(MOVING) + 3  # unknowns a frame: a turn of each moving joint, the root's place


def _mirrored(joint: str) -> str:
    return joint.replace("left", "right")


_ROWS = [
    (point, JOINT_INDEX[joint], offset, row, 1.0)
    for row, (point, _, joint, offset) in enumerate(_TABLE)
] + [
    (right, JOINT_INDEX[_mirrored(joint)], (-offset[0], offset[1], offset[2]), row, -1.0)
    for row, (left, right, joint, offset) in enumerate(_TABLE)
    if right != left
]
POINTS: IntArray = np.array([row[0] for row in _ROWS])  # landmark of every marker
JOINTS: IntArray = np.array([row[1] for row in _ROWS])
OFFSETS: FloatArray = np.array([row[2] for row in _ROWS])
PAIRS: IntArray = np.array([row[3] for row in _ROWS])  # row of _TABLE, shared by left and right
SIDES: FloatArray = np.array([row[4] for row in _ROWS])  # 1 left or middle, -1 right
NUM_PAIRS = len(_TABLE)
NUM_BETAS = 10
NUM_PERSON = NUM_BETAS + 3 * NUM_PAIRS  # what a person keeps: betas, corrections of the pairs
NUM_MARKERS = len(_ROWS)
MARKER_OF_POINT = {int(point): index for index, point in enumerate(POINTS)}


def _is_above() -> npt.NDArray[np.bool_]:
    """(24, 24) whether joint a (second) is joint j (first) or one of its ancestors."""
    above = np.eye(24, dtype=bool)
    for level in LEVELS[1:]:
        for joint in level:
            above[joint] |= above[PARENTS_ARRAY[joint]]
    return above


_ABOVE = _is_above()


@dataclass(frozen=True)
class Shape:
    """Rest joints as a linear function of the unknowns that one person keeps: betas, corrections.

    The unknowns (S,) are the 10 betas and the corrections of the marker pairs, 3 each.
    """

    rest: FloatArray  # (24, 3)
    directions: FloatArray  # (24, 3, 10)

    @classmethod
    def of(cls, body: BodyModel) -> Shape:
        regressor = np.asarray(body.joint_regressor, np.float64)
        directions = np.einsum("jv,vck->jck", regressor, np.asarray(body.shapedirs, np.float64))
        return cls(np.asarray(body.rest_joints, np.float64), directions)

    def joints(self, person: FloatArray) -> FloatArray:
        """(24, 3) rest joints of a person (S,)."""
        return np.asarray(self.rest + self.directions @ person[:NUM_BETAS])

    def offsets(self, person: FloatArray) -> FloatArray:
        """(M, 3) marker offsets of a person (S,)."""
        own = person[NUM_BETAS:].reshape(NUM_PAIRS, 3)[PAIRS]
        return np.asarray(
            OFFSETS + own * np.stack([SIDES, np.ones(NUM_MARKERS), np.ones(NUM_MARKERS)], axis=1)
        )


@dataclass(frozen=True)
class Posed:
    """The body in every frame: what the terms of the fit are made of."""

    turns: FloatArray  # (T, 24, 3, 3) global rotations
    joints: FloatArray  # (T, 24, 3)
    markers: FloatArray  # (T, M, 3)


def posed(local: FloatArray, trans: FloatArray, shape: Shape, person: FloatArray) -> Posed:
    """Pose the body by tree depth: local (T, 24, 3, 3), trans (T, 3), person (S,)."""
    rest = shape.joints(person)
    bones = rest - rest[PARENTS_ARRAY]
    turns, joints = np.empty_like(local), np.empty(local.shape[:3])
    turns[:, 0], joints[:, 0] = local[:, 0], rest[0] + trans
    for level in LEVELS[1:]:
        index = np.array(level)
        above = PARENTS_ARRAY[index]
        turns[:, index] = turns[:, above] @ local[:, index]
        joints[:, index] = joints[:, above] + (turns[:, above] @ bones[index][:, :, None])[..., 0]
    markers = joints[:, JOINTS] + (turns[:, JOINTS] @ shape.offsets(person)[:, :, None])[..., 0]
    return Posed(turns, joints, markers)


def pose_jacobian(body: Posed, points: FloatArray, carriers: IntArray) -> FloatArray:
    """(T, 3P, N) derivative of points by the frame's unknowns.

    points (T, P, 3), each fixed to the joint ``carriers`` (P,). A moving joint turns by w in its
    own axes (local' = local exp(w)), which moves what hangs on it by (turn w) x (point - joint).
    """
    num_frames, num_points = points.shape[:2]
    out = np.zeros((num_frames, num_points, 3, NUM_POSE))
    for slot, joint in enumerate(MOVING):
        hit = np.flatnonzero(_ABOVE[carriers, joint])
        if len(hit) == 0:
            continue
        arm = points[:, hit] - body.joints[:, joint, None]  # (T, h, 3)
        axes = body.turns[:, joint]  # columns are the turning axes
        block = np.cross(axes.swapaxes(-1, -2)[:, None], arm[:, :, None])  # (T, h, axis, 3)
        out[:, hit, :, 3 * slot : 3 * slot + 3] = block.swapaxes(-1, -2)
    out[..., -3:] = np.eye(3)
    return out.reshape(num_frames, 3 * num_points, NUM_POSE)


def person_jacobian(body: Posed, shape: Shape) -> FloatArray:
    """(T, 3M, S) derivative of the markers by the person's betas and marker corrections."""
    num_frames = len(body.joints)
    bones = shape.directions - shape.directions[PARENTS_ARRAY]  # (24, 3, 10)
    moved = np.empty((num_frames, 24, 3, 10))
    moved[:, 0] = shape.directions[0]
    for level in LEVELS[1:]:
        index = np.array(level)
        above = PARENTS_ARRAY[index]
        moved[:, index] = moved[:, above] + body.turns[:, above] @ bones[index]
    out = np.zeros((num_frames, NUM_MARKERS, 3, NUM_PERSON))
    out[..., :NUM_BETAS] = moved[:, JOINTS]
    for marker, (pair, side) in enumerate(zip(PAIRS, SIDES, strict=True)):
        start = NUM_BETAS + 3 * pair
        out[:, marker, :, start : start + 3] = body.turns[:, JOINTS[marker]] * [side, 1.0, 1.0]
    return out.reshape(num_frames, 3 * NUM_MARKERS, NUM_PERSON)
