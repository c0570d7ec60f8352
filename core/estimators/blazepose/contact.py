"""Planted feet: which stand, that they stand flat, and that they stay where they stand.

Depth from one camera wanders by centimetres from frame to frame, which a standing foot shows as
sliding. A foot that is low and slow is taken to be planted; there the root follows the foot.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from core import rotation
from core.estimators.blazepose.filters import gaussian, solve_chain
from core.estimators.blazepose.ground import lowest_near, smoothstep
from core.skeleton import JOINT_INDEX

FloatArray = npt.NDArray[np.float64]

_STILL, _MOVING = 0.25, 0.7  # metres a second of an ankle: planted, not planted
_LOW, _HIGH = 0.04, 0.12  # metres above its lowest level: on the floor, in the air
_MAX_FLATTENING = np.radians(40.0)
_RETURN_SECONDS = 1.0  # how soon the root returns to where the camera sees it

_ANKLES = [JOINT_INDEX["left_ankle"], JOINT_INDEX["right_ankle"]]
_KNEES = [JOINT_INDEX["left_knee"], JOINT_INDEX["right_knee"]]
_TOES = [JOINT_INDEX["left_foot"], JOINT_INDEX["right_foot"]]


def seen_speed(ankle_slopes: FloatArray, depth: FloatArray, fps: float) -> FloatArray:
    """(T, 2) metres a second at which the ankles move across the picture.

    ankle_slopes (T, 2, 2) from ``trajectory.rays``; depth (T,) metres to the body. The picture
    shows a standing foot still even while its depth is misread.
    """
    if len(depth) < 3:
        return np.full((len(depth), 2), np.inf)
    across = gaussian(ankle_slopes, 0.04 * fps)
    speed = np.linalg.norm(np.gradient(across, 1 / fps, axis=0), axis=-1)
    return np.asarray(speed * np.abs(depth)[:, None])


def stillness(speed: FloatArray) -> FloatArray:
    """(T, 2) from 0 (moving) to 1 (still), of :func:`seen_speed`."""
    return 1 - smoothstep((speed - _STILL) / (_MOVING - _STILL))


def planted(joints: FloatArray, speed: FloatArray, fps: float) -> FloatArray:
    """(T, 2) how far left and right foot stand on the floor, 0..1.

    joints (T, 24, 3) placed, y up; speed (T, 2) from :func:`seen_speed`.
    """
    height = np.minimum(joints[:, _ANKLES, 1], joints[:, _TOES, 1] + 0.04)
    lowest = lowest_near(height.min(1), fps)
    low = 1 - smoothstep((height - lowest[:, None] - _LOW) / (_HIGH - _LOW))
    return gaussian(stillness(speed) * low, 0.05 * fps)


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


def held(trans: FloatArray, ankles: FloatArray, stands: FloatArray, fps: float) -> FloatArray:
    """Shift the root on the floor so that planted feet do not slide; returns trans (T, 3).

    ankles (T, 2, 3) include ``trans``; stands (T, 2) as :func:`planted` gives it. The shift s is
    the least-squares solution of s[t+1] - s[t] = -(planted feet's step) and s = 0, the second
    weakly: the root returns within a second to where it was seen.
    """
    num_frames = len(trans)
    if num_frames < 3:
        return trans
    weight = np.minimum(stands[1:], stands[:-1])  # (T-1, 2)
    total = weight.sum(1, keepdims=True)
    steps = np.diff(ankles[:, :, [0, 2]], axis=0)
    slide = np.sum(weight[..., None] * steps, axis=1) / np.maximum(total, 1e-9)
    firm = np.minimum(weight.max(1), 1.0)[:, None] ** 2
    right = np.zeros((num_frames, 2))
    right[1:] -= firm * slide
    right[:-1] += firm * slide
    diagonal = np.full(num_frames, 2.0)
    diagonal[[0, -1]] = 1.0
    diagonal += 1.0 / (_RETURN_SECONDS * fps) ** 2
    shifted = trans.copy()
    shifted[:, [0, 2]] += solve_chain(diagonal, right)
    return shifted
