"""Turning camera space into the world: which way is up, where the floor is, feet flat on it.

A single picture does not show gravity. The assumption made here: most people in videos spend some
time standing, so the median direction from the feet to the shoulders in the frames where they
stand straight is up. Where nobody stands, the camera is taken to be level. Cameras are held within
45 degrees of level; more is not believed. People are taken to be on one level floor but for jumps.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.ndimage import gaussian_filter1d, minimum_filter1d

from core import rotation
from core.skeleton import JOINT_INDEX

FloatArray = npt.NDArray[np.float64]

_STRAIGHT = np.cos(np.radians(35.0))  # legs and trunk in line within this angle: standing
_NEAR_LEVEL = np.cos(np.radians(50.0))
_MIN_SHARE = 0.08  # of the frames must show somebody standing
_MAX_TILT = np.radians(45.0)
_JUMP_SECONDS = 0.9  # feet come down again within this time, or it was no jump
_SETTLE_SECONDS = 0.05  # how quickly the floor may rise and sink under the feet
_HOVERING, _JUMPING = 0.08, 0.2  # metres above the lowest level near by
_STILL, _MOVING = 0.25, 0.7  # metres a second of an ankle: planted, not planted
_LOW, _HIGH = 0.04, 0.12  # metres above its lowest level: on the floor, in the air
_MAX_FLATTENING = np.radians(40.0)

_ANKLES = [JOINT_INDEX["left_ankle"], JOINT_INDEX["right_ankle"]]
_KNEES = [JOINT_INDEX["left_knee"], JOINT_INDEX["right_knee"]]
_TOES = [JOINT_INDEX["left_foot"], JOINT_INDEX["right_foot"]]


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


def planted(joints: FloatArray, fps: float) -> FloatArray:
    """(T, 2) how far left and right foot stand on the floor, 0..1, from joints (T, 24, 3), y up."""
    ankles = joints[:, _ANKLES]
    if len(ankles) < 3:
        return np.zeros((len(ankles), 2))
    speed = np.linalg.norm(np.gradient(ankles, 1 / fps, axis=0), axis=-1)
    height = np.minimum(ankles[..., 1], joints[:, _TOES][..., 1] + 0.04)
    lowest = _lowest_near(height.min(1), fps)
    still = 1 - _smoothstep((speed - _STILL) / (_MOVING - _STILL))
    low = 1 - _smoothstep((height - lowest[:, None] - _LOW) / (_HIGH - _LOW))
    return np.asarray(gaussian_filter1d(still * low, 0.05 * fps, axis=0, mode="nearest"))


def flattened(local: FloatArray, world: FloatArray, stands: FloatArray) -> FloatArray:
    """Turn the feet so that planted soles lie flat; returns new local rotations (T, 24, 3, 3).

    ``world`` (T, 24, 3, 3) are the global rotations of ``local``, y up; ``stands`` (T, 2) as
    :func:`planted` gives it. The free foot is left as it was seen.
    """
    local = local.copy()
    up = np.array([0.0, 1.0, 0.0])
    for side in (0, 1):
        ankle, knee = world[:, _ANKLES[side]], world[:, _KNEES[side]]
        turn = rotation.rotmat_to_rotvec(
            rotation.minimal_rotmat(ankle[:, :, 1], np.broadcast_to(up, (len(local), 3)))
        )
        angle = np.linalg.norm(turn, axis=-1, keepdims=True)
        turn = turn * np.minimum(1.0, _MAX_FLATTENING / np.maximum(angle, 1e-9))
        turned = rotation.rotvec_to_rotmat(turn * stands[:, side, None]) @ ankle
        local[:, _ANKLES[side]] = np.swapaxes(knee, -1, -2) @ turned
    return local


def floor_under(lowest: FloatArray, fps: float) -> FloatArray:
    """(T,) height of the floor from the body's lowest point (T,): it follows all but jumps.

    A body that hovers a little has its depth misread; one that is clearly off the ground jumps.
    """
    floor = _lowest_near(lowest, fps)
    above = lowest - floor
    hovers = above * (1 - _smoothstep((above - _HOVERING) / (_JUMPING - _HOVERING)))
    sigma = _SETTLE_SECONDS * fps
    return np.asarray(gaussian_filter1d(floor + hovers, sigma, mode="nearest"))


def _lowest_near(heights: FloatArray, fps: float) -> FloatArray:
    size = max(int(_JUMP_SECONDS * fps) | 1, 1)
    sunk = minimum_filter1d(heights, size, mode="nearest")
    # an opening: the lowest level near by, without the valleys being widened
    return -np.asarray(minimum_filter1d(-sunk, size, mode="nearest"))


def _smoothstep(x: FloatArray) -> FloatArray:
    x = np.clip(x, 0, 1)
    return np.asarray(x * x * (3 - 2 * x))


def _unit(vectors: FloatArray) -> FloatArray:
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-9))
