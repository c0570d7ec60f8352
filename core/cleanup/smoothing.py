"""Smoothing that takes the tremble out of an estimate and leaves fast movement alone.

Each signal is split into bands by Gaussians of growing width; in each band the part that noise
explains is taken away (Wiener's gain, signal over signal plus noise, from the power near by). Where
somebody moves fast the band holds far more power than the noise, and passes; where they stand, it
holds noise alone, and goes. Filters are symmetric, so nothing is late. The noise is read from the
finest band of the clip itself, with a floor that grows with ``strength``: a clip that was captured
cleanly is hardly touched.

Rotations are filtered as sign-continuous quaternions, never as axis-angle, whose jumps at half a
turn would be smeared over the neighbours.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import numpy.typing as npt

from core.cleanup.signals import gaussian, gaussian_kernel
from core.motion import Motion
from core.rotation import continuous_quat, quat_to_rotvec, rotvec_to_quat

FloatArray = npt.NDArray[np.float64]

_WIDTHS_SECONDS = (0.016, 0.032, 0.064, 0.128)
"""Widths (sigma) of the Gaussians between the bands: they part at about 8, 4, 2 and 1 Hz."""
_POWER_SECONDS = 0.12  # over which the power in a band is averaged
_COLOUR = 0.2  # noise of estimates grows towards slow bands: octaves of amplitude an octave
_ROTATION_FLOOR = 0.03  # radians of noise a sample taken for granted at full strength
_ROOT_FLOOR = 0.01  # metres of noise, likewise
_OVER = 6.0  # how many times the power of the noise is taken away at full strength


def smoothed(motion: Motion, strength: float = 0.5) -> Motion:
    """Return the motion without its tremble; ``strength`` 0..1, 0 leaves it as it is."""
    if strength <= 0 or motion.num_frames < 5:
        return motion
    quats = continuous_quat(rotvec_to_quat(motion.poses.astype(np.float64)))
    flat = quats.reshape(len(quats), -1)
    # a quaternion's parts change by half the angle
    quats = shrunk(flat, motion.fps, strength, _ROTATION_FLOOR / 2, group=4).reshape(quats.shape)
    trans = shrunk(motion.trans.astype(np.float64), motion.fps, strength, _ROOT_FLOOR, group=1)
    return motion.replace(poses=quat_to_rotvec(quats), trans=trans)


def shrunk(
    values: FloatArray, fps: float, strength: float, floor: float, *, group: int
) -> FloatArray:
    """Take noise out of (T, N) signals; ``group`` neighbouring columns share one gain.

    ``floor`` is the noise a sample, in the signals' unit, assumed at ``strength`` 1 at the least.
    """
    num_frames, num_columns = values.shape
    widths = [0.0] + [w * fps for w in _WIDTHS_SECONDS if w * fps >= 0.3]
    levels = [values] + [gaussian(values, width) for width in widths[1:]]
    noise = _noise(values).reshape(-1, group).mean(axis=1)
    noise = np.maximum(noise, (floor * strength**2) ** 2)
    out = levels[-1].copy()
    for octave, (fine, coarse) in enumerate(pairwise(widths)):
        detail = levels[octave] - levels[octave + 1]
        power = (detail.reshape(num_frames, -1, group) ** 2).mean(axis=-1)
        near = np.maximum(gaussian(power, max(_POWER_SECONDS * fps, coarse)), 1e-18)
        explained = noise * _noise_share(fine, coarse) * 4.0 ** (_COLOUR * octave)
        gain = np.clip(1.0 - _OVER * strength * explained / near, 0.0, 1.0)
        out += detail * np.repeat(gain, group, axis=1)
    return out.reshape(num_frames, num_columns)


def _noise(values: FloatArray) -> FloatArray:
    """(N,) variance of the white noise in (T, N), from fourth differences.

    They pass hardly anything of a body's movement: at 30 frames/s, 3 Hz by a sixtieth.
    """
    if len(values) < 9:
        return np.zeros(values.shape[1])
    fourth = np.diff(values, n=4, axis=0)
    return np.asarray((np.median(np.abs(fourth), axis=0) / 0.6745) ** 2 / 70.0)


def _noise_share(fine: float, coarse: float) -> float:
    """Share of white noise's power that falls between two Gaussians (widths in frames)."""
    wide, narrow = gaussian_kernel(coarse), gaussian_kernel(fine)
    band = -wide
    middle, reach = len(wide) // 2, len(narrow) // 2
    band[middle - reach : middle + reach + 1] += narrow
    return float(np.sum(band**2))
