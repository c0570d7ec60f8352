"""The same motion at another frame rate: rotations by slerp, everything else on straight lines."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import numpy.typing as npt

from core.motion import Motion
from core.rotation import quat_to_rotvec, rotvec_to_quat, slerp_quat

_NTSC = (24, 30, 48, 60, 120)


def exact_rate(fps: float) -> Fraction:
    """Return the rate meant by a rounded one: 29.97 is 30000/1001, 20.0 is 20."""
    for whole in _NTSC:
        if abs(fps - whole * 1000 / 1001) < 0.005:
            return Fraction(whole * 1000, 1001)
    return Fraction(fps).limit_denominator(100_000)


def resampled(motion: Motion, fps: float) -> Motion:
    """Return the motion at ``fps``; its first frame stays, its last lies within one new frame.

    Local rotations by slerp (the short way round), translation and channels linearly, bridged
    frames from the nearest old frame. The same rate returns the motion itself.
    """
    old, new = exact_rate(motion.fps), exact_rate(fps)
    if old == new:
        return motion
    last = motion.num_frames - 1
    count = int(last * new / old) + 1
    at = np.arange(count) * float(old / new)  # (T',) in old frames
    below = np.minimum(at.astype(np.int64), max(last - 1, 0))
    above = np.minimum(below + 1, last)
    part = at - below

    def between(values: npt.NDArray) -> npt.NDArray:
        weight = part.reshape(-1, *[1] * (values.ndim - 1))
        return values[below] * (1.0 - weight) + values[above] * weight

    quat = rotvec_to_quat(motion.poses.astype(np.float64))
    turned = slerp_quat(quat[below], quat[above], part[:, None])
    nearest = np.rint(at).astype(np.int64)
    return motion.replace(
        poses=quat_to_rotvec(turned),
        trans=between(motion.trans),
        fps=float(new),
        confidence=None if motion.confidence is None else between(motion.confidence),
        inferred=tuple(np.flatnonzero(np.isin(nearest, motion.inferred)).tolist()),
        channels={name: between(values) for name, values in motion.channels.items()},
    )
