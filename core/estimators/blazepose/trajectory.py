"""Where the body is: the root translation that puts the posed skeleton under its 2D points.

A camera at the origin looks along -z (SMPL's axes: x right, y up). For known rotations and a
skeleton of constant size, asking that every joint projects onto its point is linear in the
translation, so it is solved for each frame at once, without iteration over frames.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from core.estimators.blazepose.resample import smoother

FloatArray = npt.NDArray[np.float64]

# landmark -> joint whose posed position it shows; the hips' points lie wider than SMPL's joints
_SHOWN = {
    11: 16, 12: 17, 13: 18, 14: 19, 15: 20, 16: 21, 25: 4, 26: 5, 27: 7, 28: 8,
}  # fmt: skip
_HIP_WIDTH = 1.35  # of the points, in units of the joints' distance
_DEPTH_WIDTH = 0.15  # seconds: depth is the noisiest axis, and heavy bodies move smoothly
# error in units of the focal length beyond which a point counts less (Geman & McClure), narrowing
# so that a first solution led astray by a wild point is not kept
_ROBUST = (0.2, 0.1, 0.06, 0.04, 0.03, 0.03)


def rays(image: FloatArray, width: int, height: int, focal: float) -> FloatArray:
    """Turn pixels (T, P, 2) into (T, P, 2) slopes x/-z and y/-z; ``focal`` in pixels."""
    centre = np.array([width / 2, height / 2])
    return np.asarray((image - centre) / focal * [1.0, -1.0])


def translation(
    joints: FloatArray, slopes: FloatArray, visibility: FloatArray, clock: FloatArray
) -> FloatArray:
    """Solve for (T, 3) so that ``joints`` (T, 24, 3) plus it project onto ``slopes`` (T, 33, 2).

    ``visibility`` (T, 33) weighs the points; ``clock`` (T,) seconds. Camera axes, metres.
    """
    index = list(_SHOWN)
    model = joints[:, [_SHOWN[i] for i in index]]
    middle = (joints[:, 1] + joints[:, 2]) / 2
    hips = [middle + _HIP_WIDTH * (joints[:, side] - middle) for side in (1, 2)]
    model = np.concatenate([model, np.stack(hips, axis=1)], axis=1)
    index = [*index, 23, 24]
    seen, sure = slopes[:, index], np.maximum(visibility[:, index], 0.02) ** 2
    weight = sure
    for scale in _ROBUST:
        found = _solve(model, seen, weight, None)
        left = np.linalg.norm(_residual(model + found[:, None], seen), axis=-1)
        weight = sure / (1 + (left / scale) ** 2) ** 2
    far = -found[:, 2]
    far = np.maximum(far, 0.3)
    quality = np.ones(len(clock))
    far = np.exp(smoother(clock, quality, clock, _DEPTH_WIDTH)(np.log(far)))
    return _solve(model, seen, weight, -far)


def _residual(points: FloatArray, slopes: FloatArray) -> FloatArray:
    return np.asarray(points[..., :2] / np.maximum(-points[..., 2:], 0.1) - slopes)


def _solve(
    model: FloatArray, slopes: FloatArray, weight: FloatArray, depth: FloatArray | None
) -> FloatArray:
    """Weighted least squares of (m + t).xy + slope (m + t).z = 0, with t.z free or given."""
    rows = np.zeros((*slopes.shape, 3))
    rows[..., 0, 0] = rows[..., 1, 1] = 1.0
    rows[..., 2] = slopes
    target = -(model[..., :2] + slopes * model[..., 2:])
    if depth is not None:
        target = target - slopes * depth[:, None, None]
        across = np.einsum("tp,tpc->tc", weight, target) / weight.sum(1)[:, None]
        return np.concatenate([across, depth[:, None]], axis=1)
    normal = np.einsum("tp,tpci,tpcj->tij", weight, rows, rows)
    normal += 1e-6 * np.eye(3)
    right = np.einsum("tp,tpci,tpc->ti", weight, rows, target)
    return np.asarray(np.linalg.solve(normal, right[..., None])[..., 0])
