"""Smoothing of estimated bodies: the originals' filter, and the one used instead of it.

The originals run a one-euro filter over axis-angle numbers (VIBE) or matrix entries (PARE) and
count frames for seconds: late on fast motion, and torn where axis-angle wraps. Offline there is no
need to be late: here rotations are smoothed as 6D numbers, which have no seam, over true seconds.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from core import rotation
from core.estimators.blazepose.resample import smoother

FloatArray = npt.NDArray[np.float64]

_SECONDS = 0.045  # keeps movements up to about 4.5 Hz
OFFICIAL_MIN_CUTOFF = 0.004
OFFICIAL_BETA = {"vibe": 0.7, "pare": 1.0}


def one_euro(
    values: npt.ArrayLike,
    *,
    min_cutoff: float = OFFICIAL_MIN_CUTOFF,
    beta: float,
    derivative_cutoff: float = 1.0,
    times: npt.ArrayLike | None = None,
) -> FloatArray:
    """Return values (T, ...) filtered by the one-euro filter (Casiez et al. 2012), first one kept.

    Without ``times`` (T,) a frame counts as a second, as in the originals.
    """
    values = np.asarray(values, np.float64)
    clock = np.arange(len(values), dtype=np.float64) if times is None else np.asarray(times, float)
    out = values.copy()
    slope = np.zeros(values.shape[1:])
    for t in range(1, len(values)):
        step = clock[t] - clock[t - 1]
        change = (values[t] - out[t - 1]) / step
        slope = slope + _alpha(derivative_cutoff, step) * (change - slope)
        share = _alpha(min_cutoff + beta * np.abs(slope), step)
        out[t] = share * values[t] + (1 - share) * out[t - 1]
    return out


def _alpha(cutoff: npt.ArrayLike, step: float) -> FloatArray:
    r = 2 * np.pi * np.asarray(cutoff, np.float64) * step
    return np.asarray(r / (r + 1))


def officially_smoothed(rotmats: npt.ArrayLike, estimator: str) -> FloatArray:
    """Return rotations (T, 24, 3, 3) as VIBE's and PARE's ``--smooth`` make them, and rotations."""
    rotmats = np.asarray(rotmats, np.float64)
    beta = OFFICIAL_BETA[estimator]
    if estimator == "vibe":
        rotvecs = rotation.rotmat_to_rotvec(rotmats)
        return np.asarray(rotation.rotvec_to_rotmat(one_euro(rotvecs, beta=beta)))
    return nearest_rotations(one_euro(rotmats, beta=beta))


def nearest_rotations(matrices: FloatArray) -> FloatArray:
    """Return the rotations (..., 3, 3) nearest to any matrices (Procrustes)."""
    u, _, vt = np.linalg.svd(matrices)
    sign = np.ones(u.shape[:-1])
    sign[..., 2] = np.linalg.det(u @ vt)
    return np.asarray((u * sign[..., None, :]) @ vt)


def smoothed(
    rotmats: npt.ArrayLike, times: FloatArray, weights: FloatArray, clock: FloatArray
) -> FloatArray:
    """Return rotations (K, ..., 3, 3) on ``clock`` (K,) seconds from those at ``times`` (T,).

    ``weights`` (T,) is how far each frame is believed; gaps are bridged on the way.
    """
    columns = rotation.rotmat_to_rot6d_columns(np.asarray(rotmats, np.float64))
    on_clock = smoother(times, weights, clock, _SECONDS)(columns)
    return np.asarray(rotation.rot6d_columns_to_rotmat(on_clock))


def between(rotmats: npt.ArrayLike, times: FloatArray, clock: FloatArray) -> FloatArray:
    """Return rotations (K, ..., 3, 3) on ``clock`` without smoothing: slerp between neighbours."""
    quats = rotation.rotmat_to_quat(np.asarray(rotmats, np.float64))
    before = np.clip(np.searchsorted(times, clock, side="right") - 1, 0, len(times) - 1)
    after = np.minimum(before + 1, len(times) - 1)
    span = np.where(after > before, times[after] - times[before], 1.0)
    share = np.clip((clock - times[before]) / span, 0.0, 1.0)
    share = share.reshape(-1, *[1] * (quats.ndim - 2))
    share = np.broadcast_to(share, quats[before].shape[:-1])
    return np.asarray(
        rotation.quat_to_rotmat(rotation.slerp_quat(quats[before], quats[after], share))
    )
