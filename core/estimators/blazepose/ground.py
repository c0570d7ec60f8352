"""Turning camera space into the world: which way is up, and where the floor is.

A single picture does not show gravity. The assumption made here: most people in videos spend some
time standing, so the median direction from the feet to the shoulders in the frames where they
stand straight is up. Where nobody stands, the camera is taken to be level. Cameras are held within
45 degrees of level; more is not believed.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from core import rotation

FloatArray = npt.NDArray[np.float64]

_STRAIGHT = np.cos(np.radians(35.0))  # legs and trunk in line within this angle: standing
_NEAR_LEVEL = np.cos(np.radians(50.0))
_MIN_SHARE = 0.08  # of the frames must show somebody standing
_MAX_TILT = np.radians(45.0)
_FLOOR_PERCENTILE = 5.0


def up_direction(joints: FloatArray) -> FloatArray:
    """Return the unit up vector (3,) in the axes of ``joints`` (T, 24, 3), y roughly up."""
    level = np.array([0.0, 1.0, 0.0])
    hips = joints[:, 1:3].mean(1)
    feet = joints[:, 7:9].mean(1)
    shoulders = joints[:, 16:18].mean(1)
    trunk, legs = _unit(shoulders - hips), _unit(hips - feet)
    whole = _unit(shoulders - feet)
    shins = _unit(joints[:, 4:6] - joints[:, 7:9])
    thighs = _unit(joints[:, 1:3] - joints[:, 4:6])
    knees_straight = np.sum(shins * thighs, axis=-1).min(1) > _STRAIGHT
    feet_together = np.linalg.norm(joints[:, 7] - joints[:, 8], axis=-1) < 0.5
    standing = (
        (np.sum(trunk * legs, axis=-1) > _STRAIGHT)
        & knees_straight
        & feet_together
        & (whole[:, 1] > _NEAR_LEVEL)
    )
    if standing.mean() < _MIN_SHARE:
        return level
    up = _unit(np.median(whole[standing], axis=0))
    turn = rotation.rotmat_to_rotvec(rotation.minimal_rotmat(level, up))
    angle = float(np.linalg.norm(turn))
    if angle > _MAX_TILT:
        turn = turn * (_MAX_TILT / angle)
    return np.asarray(rotation.rotvec_to_rotmat(turn) @ level)


def floor_height(lowest: FloatArray) -> float:
    """Return the floor's height from the height of the body's lowest point (T,) in each frame."""
    return float(np.percentile(lowest, _FLOOR_PERCENTILE))


def _unit(vectors: FloatArray) -> FloatArray:
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-9))
