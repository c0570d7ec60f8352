"""Which way is up: where the body's weight lies over the feet it stands on.

A single picture does not show gravity, and cameras are held tilted. But somebody who stands keeps
the centre of mass over the feet that carry it, so the median direction from there to there is up;
moments on both feet count most, as whoever reaches out on one leg is read worst in depth. Where
nobody stands, the camera is taken to be level; tilts beyond 45 degrees are not believed.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from core import rotation
from core.skeleton import JOINT_INDEX

FloatArray = npt.NDArray[np.float64]

# Segments of the body between joints and their share of its mass, one of each pair
# (Winter, Biomechanics and Motor Control of Human Movement, table 4.1, hand and foot added on).
_SEGMENTS = (
    ("pelvis", "neck", 0.497),
    ("neck", "head", 0.081),
    ("left_shoulder", "left_elbow", 0.028),
    ("left_elbow", "left_wrist", 0.022),
    ("left_hip", "left_knee", 0.100),
    ("left_knee", "left_ankle", 0.061),
)
_ANKLES = [JOINT_INDEX["left_ankle"], JOINT_INDEX["right_ankle"]]
_STANDING_METRES = 0.72  # from ankle to centre of mass: about 0.9 standing, 0.6 sitting
_NEAR_LEVEL = np.cos(np.radians(50.0))
_MIN_SHARE = 0.08  # of the frames must show somebody standing
_MAX_TILT = np.radians(45.0)


def centre_of_mass(joints: FloatArray) -> FloatArray:
    """Return the centre of mass (T, 3) of a body with ``joints`` (T, 24, 3)."""
    total, whole = np.zeros((len(joints), 3)), 0.0
    for start, end, mass in _SEGMENTS:
        sides = ("left", "right") if start.startswith("left") else ("",)
        for side in sides:
            ends = [JOINT_INDEX[name.replace("left", side)] for name in (start, end)]
            total += mass * joints[:, ends].mean(1)
            whole += mass
    return total / whole


def up_direction(joints: FloatArray, still: FloatArray) -> FloatArray:
    """Return the unit up vector (3,) in the axes of ``joints`` (T, 24, 3), y roughly up.

    still (T, 2): how little the left and right ankle move in the picture, 0..1.
    """
    level = np.array([0.0, 1.0, 0.0])
    carries = still + 0.05
    feet = np.einsum("tf,tfc->tc", carries, joints[:, _ANKLES]) / carries.sum(1)[:, None]
    rise = centre_of_mass(joints) - feet
    length = np.linalg.norm(rise, axis=-1)
    upwards = rise / np.maximum(length, 1e-9)[:, None]
    standing = (length > _STANDING_METRES) & (upwards[:, 1] > _NEAR_LEVEL)
    if standing.mean() < _MIN_SHARE:
        return level
    up = _weighted_median(upwards[standing], carries[standing].mean(1) ** 2)
    turn = rotation.rotmat_to_rotvec(rotation.minimal_rotmat(level, up))
    angle = float(np.linalg.norm(turn))
    if angle > _MAX_TILT:
        turn = turn * (_MAX_TILT / angle)
    return np.asarray(rotation.rotvec_to_rotmat(turn) @ level)


def _weighted_median(vectors: FloatArray, weights: FloatArray) -> FloatArray:
    """Unit vector (3,) of the weighted medians of the coordinates of (N, 3)."""
    order = np.argsort(vectors, axis=0)
    reached = np.cumsum(weights[order], axis=0)
    middle = np.argmax(reached >= reached[-1] / 2, axis=0)
    found = np.take_along_axis(vectors, order, axis=0)[middle, np.arange(3)]
    return np.asarray(found / max(float(np.linalg.norm(found)), 1e-9))
