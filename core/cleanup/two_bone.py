"""Legs that reach a point: two-bone inverse kinematics in closed form, all frames at once.

The knee bends in the plane it already bends in, then the hip swings the shortest way; the foot
keeps its orientation. A leg comes close to straight only gently: near full length the knee would
otherwise turn through tens of degrees for a millimetre, which shows as a pop (Kovar, Schreiner &
Gleicher 2002, Footskate Cleanup for Motion Capture Editing).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from core.cleanup.signals import smoothstep
from core.cleanup.stance import ANKLES, HIPS, KNEES, Stance
from core.rotation import minimal_rotmat, rotvec_to_rotmat

FloatArray = npt.NDArray[np.float64]

_FORWARDS_WITHIN = np.radians(8.0)
_WRONG = np.radians(-15.0), np.radians(8.0)  # bent so far the wrong way it is left to be so
_SOFT_FROM, _SOFT_TO = 0.965, 0.998  # share of the leg's length: resistance begins, is complete
_BEND_SEEN = np.radians(8.0), np.radians(25.0)  # knee's bend: its plane not at all, wholly shown


def legs_reach(posed: Stance, targets: FloatArray) -> FloatArray:
    """Local rotations (T, 24, 3, 3) with the ankles at ``targets`` (T, 2, 3) as far as they reach.

    Frames whose target is where the ankle is come back as they were.
    """
    local = posed.local.copy()
    for side in (0, 1):
        hip, knee, ankle = HIPS[side], KNEES[side], ANKLES[side]
        turn_hip, turn_knee = _turns(posed, side, targets[:, side])
        world_hip = turn_hip @ posed.world[:, hip]
        world_knee = turn_knee @ posed.world[:, knee]
        local[:, hip] = _transposed(posed.world[:, 0]) @ world_hip
        local[:, knee] = _transposed(world_hip) @ world_knee
        local[:, ankle] = _transposed(world_knee) @ posed.world[:, ankle]
        near = np.linalg.norm(targets[:, side] - posed.joints[:, ankle], axis=-1) < 1e-7
        for joint in (hip, knee, ankle):
            local[near, joint] = posed.local[near, joint]
    return local


def _turns(posed: Stance, side: int, target: FloatArray) -> tuple[FloatArray, FloatArray]:
    """World rotations (T, 3, 3) by which thigh and shin turn."""
    hip = posed.joints[:, HIPS[side]]
    knee = posed.joints[:, KNEES[side]]
    ankle = posed.joints[:, ANKLES[side]]
    thigh, shin = knee - hip, ankle - knee
    upper, lower = np.linalg.norm(thigh, axis=-1), np.linalg.norm(shin, axis=-1)
    axis = _knee_axis(thigh, shin, posed.world[:, KNEES[side], :, 0])
    bent = np.arctan2(np.sum(np.cross(thigh, shin) * axis, -1), np.sum(thigh * shin, -1))
    now = np.linalg.norm(ankle - hip, axis=-1)
    reach = reached(np.linalg.norm(target - hip, axis=-1), now, upper + lower)
    wanted = _bend(reach, upper, lower)
    more = wanted - _bend(now, upper, lower)
    # a knee a little overstretched stays so while nothing is asked of it, and bends forwards then
    forwards = smoothstep(more / _FORWARDS_WITHIN) * smoothstep((bent - _WRONG[0]) / _WRONG[1])
    side_of_bend = np.where(bent < 0, 2 * forwards - 1, 1.0)
    bend = rotvec_to_rotmat(axis * (side_of_bend * wanted - bent)[:, None])
    bent_ankle = knee + (bend @ shin[..., None])[..., 0]
    swing = minimal_rotmat(bent_ankle - hip, target - hip)
    return swing, swing @ bend


def _bend(reach: FloatArray, upper: FloatArray, lower: FloatArray) -> FloatArray:
    """Knee's bend (T,) in radians that puts hip and ankle ``reach`` apart (law of cosines)."""
    cosine = (reach**2 - upper**2 - lower**2) / (2 * upper * lower)
    return np.asarray(np.arccos(np.clip(cosine, -1.0, 1.0)))


def reached(wanted: FloatArray, now: FloatArray, length: FloatArray) -> FloatArray:
    """Distances (T,) from hip to ankle: what is ``wanted``, near the leg's ``length`` eased.

    Never shorter than both ``wanted`` and ``now``: a straight leg nobody pulls at stays straight.
    """
    soft, end = _SOFT_FROM * length, _SOFT_TO * length
    over = np.maximum(wanted - soft, 0.0)
    room = end - soft
    eased = np.where(wanted > soft, soft + room * (1 - np.exp(-over / room)), wanted)
    return np.asarray(np.maximum(eased, np.minimum(wanted, now)))


def _knee_axis(thigh: FloatArray, shin: FloatArray, own: FloatArray) -> FloatArray:
    """(T, 3) axis the knee bends about: shown by its bend, else the shin's own x axis."""
    along = thigh / np.linalg.norm(thigh, axis=-1, keepdims=True)
    own = own - np.sum(own * along, -1, keepdims=True) * along
    own = own / np.maximum(np.linalg.norm(own, axis=-1, keepdims=True), 1e-9)
    cross = np.cross(thigh, shin)
    size = np.linalg.norm(cross, axis=-1)
    angle = np.arctan2(size, np.sum(thigh * shin, -1))
    shown = np.clip((angle - _BEND_SEEN[0]) / (_BEND_SEEN[1] - _BEND_SEEN[0]), 0, 1)[:, None]
    seen = cross / np.maximum(size, 1e-9)[:, None]
    seen = seen * np.where(np.sum(seen * own, -1, keepdims=True) < 0, -1.0, 1.0)
    axis = shown * seen + (1 - shown) * own
    return np.asarray(axis / np.linalg.norm(axis, axis=-1, keepdims=True))


def _transposed(rotmat: FloatArray) -> FloatArray:
    return np.swapaxes(rotmat, -1, -2)
