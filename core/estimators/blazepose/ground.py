"""Turning camera space into the world: which way is up, and where the floor is.

A single picture does not show gravity. The assumption made here: most people in videos spend some
time standing, so the median direction from the feet to the shoulders in the frames where they
stand straight is up. Where nobody stands, the camera is taken to be level. Cameras are held within
45 degrees of level; more is not believed. People are taken to be on one level floor but for jumps.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from core import rotation
from core.estimators.blazepose.filters import gaussian, lowest
from core.skeleton import JOINT_INDEX

FloatArray = npt.NDArray[np.float64]

_STRAIGHT = np.cos(np.radians(35.0))  # legs and trunk in line within this angle: standing
_NEAR_LEVEL = np.cos(np.radians(50.0))
_MIN_SHARE = 0.08  # of the frames must show somebody standing
_MAX_TILT = np.radians(45.0)
_JUMP_SECONDS = 0.9  # feet come down again within this time, or it was no jump
_SETTLE_SECONDS = 0.05  # how quickly the floor may rise and sink under the feet
_HOVERING, _JUMPING = 0.08, 0.2  # metres above the lowest level near by

_ANKLES = [JOINT_INDEX["left_ankle"], JOINT_INDEX["right_ankle"]]
_KNEES = [JOINT_INDEX["left_knee"], JOINT_INDEX["right_knee"]]


def up_direction(joints: FloatArray) -> FloatArray:
    """Return the unit up vector (3,) in the axes of ``joints`` (T, 24, 3), y roughly up."""
    level = np.array([0.0, 1.0, 0.0])
    hips, shoulders = joints[:, 1:3].mean(1), joints[:, 16:18].mean(1)
    feet = joints[:, _ANKLES].mean(1)
    whole = _unit(shoulders - feet)
    shins = _unit(joints[:, _KNEES] - joints[:, _ANKLES])
    thighs = _unit(joints[:, 1:3] - joints[:, _KNEES])
    standing = (
        (np.sum(_unit(shoulders - hips) * _unit(hips - feet), axis=-1) > _STRAIGHT)
        & (np.sum(shins * thighs, axis=-1).min(1) > _STRAIGHT)
        & (np.linalg.norm(joints[:, _ANKLES[0]] - joints[:, _ANKLES[1]], axis=-1) < 0.5)
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


def floor_under(heights: FloatArray, feet_seen: FloatArray, fps: float) -> FloatArray:
    """(T,) height of the floor from ``heights`` (T,) of the body's lowest point, but for jumps.

    A body that hovers a little has its depth misread; one that is clearly off the ground jumps,
    as far as its feet are seen: ``feet_seen`` (T,) in 0..1.
    """
    floor = lowest_near(heights, fps)
    above = heights - floor
    jumps = feet_seen * smoothstep((above - _HOVERING) / (_JUMPING - _HOVERING))
    sigma = _SETTLE_SECONDS * fps
    return gaussian(floor + above * (1 - jumps), sigma)


def lowest_near(heights: FloatArray, fps: float) -> FloatArray:
    """(T,) lower envelope of heights (T,): the lowest within a jump's time."""
    size = max(int(_JUMP_SECONDS * fps) | 1, 1)
    return -lowest(-lowest(heights, size), size)


def smoothstep(x: FloatArray) -> FloatArray:
    """0 below 0, 1 above 1, an S in between."""
    x = np.clip(x, 0, 1)
    return np.asarray(x * x * (3 - 2 * x))


def _unit(vectors: FloatArray) -> FloatArray:
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-9))
