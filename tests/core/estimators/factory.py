"""Points of a known body, so that what the estimator makes of them can be compared with it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from core import rotation
from core.body import default_body, forward_kinematics
from core.skeleton import JOINT_INDEX

FloatArray = npt.NDArray[np.float64]

LIMB_POINTS = [11, 12, 13, 14, 15, 16, 23, 24, 25, 26, 27, 28]
LIMB_JOINTS = [16, 17, 18, 19, 20, 21, 1, 2, 4, 5, 7, 8]

# left point, right point, left joint, offset of the left marker from its joint (metres)
_MARKERS = (
    (11, 12, "left_shoulder", (0, 0, 0)),
    (13, 14, "left_elbow", (0, 0, 0)),
    (15, 16, "left_wrist", (0, 0, 0)),
    (17, 18, "left_wrist", (0.08, 0, -0.03)),
    (19, 20, "left_wrist", (0.09, 0, 0.02)),
    (23, 24, "left_hip", (0, 0, 0)),
    (25, 26, "left_knee", (0, 0, 0)),
    (27, 28, "left_ankle", (0, 0, 0)),
    (29, 30, "left_ankle", (0, -0.025, -0.05)),
    (31, 32, "left_ankle", (0.03, -0.06, 0.16)),
    (7, 8, "head", (0.075, 0.06, -0.01)),
)


def rest_joints() -> FloatArray:
    return np.asarray(default_body().rest_joints, np.float64)


def walk(num_frames: int, fps: float = 30.0) -> FloatArray:
    """(T, 24, 3, 3) local rotations of somebody marching on the spot, arms swinging."""
    phase = 2 * np.pi * np.arange(num_frames) / fps
    poses = np.zeros((num_frames, 24, 3))
    lift = np.clip(np.sin(phase), 0, None), np.clip(-np.sin(phase), 0, None)
    for side, name in enumerate(("left", "right")):
        sign = 1 if side == 0 else -1
        poses[:, JOINT_INDEX[f"{name}_hip"], 0] = -1.0 * lift[side]
        poses[:, JOINT_INDEX[f"{name}_knee"], 0] = 0.05 + 1.4 * lift[side]
        poses[:, JOINT_INDEX[f"{name}_shoulder"], 2] = -sign * 1.2
        poses[:, JOINT_INDEX[f"{name}_elbow"], 1] = -sign * (0.9 + 0.5 * np.sin(phase))
    return np.asarray(rotation.rotvec_to_rotmat(poses))


def joints_of(local: FloatArray) -> FloatArray:
    """(T, 24, 3) joints, the root at its rest place."""
    _, joints = forward_kinematics(local, rest_joints(), np.zeros((len(local), 3)))
    return np.asarray(joints, np.float64)


def points_of(local: FloatArray) -> FloatArray:
    """(T, 33, 3) points in SMPL's axes, metres, origin between the hips."""
    turns, joints = forward_kinematics(local, rest_joints(), np.zeros((len(local), 3)))
    points = np.zeros((len(local), 33, 3))

    def put(point: int, joint: int, offset: tuple[float, float, float]) -> None:
        points[:, point] = joints[:, joint] + turns[:, joint] @ np.asarray(offset, float)

    for left, right, name, (x, y, z) in _MARKERS:
        put(left, JOINT_INDEX[name], (x, y, z))
        put(right, JOINT_INDEX[name.replace("left", "right")], (-x, y, z))
    put(0, JOINT_INDEX["head"], (0, 0.05, 0.11))
    for face in (1, 2, 3, 4, 5, 6, 9, 10):
        points[:, face] = points[:, 0]
    for thumb, wrist in ((21, 15), (22, 16)):
        points[:, thumb] = points[:, wrist]
    return points - points[:, 23:25].mean(1, keepdims=True)
