"""How blurred each frame is: sharpness in the person's box, compared with the frames around it.

The variance of the Laplacian depends on what is filmed, so only its ratio to the usual value of
the same person in the same clip says something. Blurred frames are what estimators fail on.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.ndimage import median_filter

FloatArray = npt.NDArray[np.float64]

_AROUND_SECONDS = 3.0  # whose median is "usual"


def relative_sharpness(sharpness: npt.ArrayLike, times: npt.ArrayLike) -> FloatArray:
    """Return (N,) in 0..1: 1 as sharp as usual or sharper, 0.5 half as sharp.

    ``sharpness`` (N,) variance of the Laplacian at ``times`` (N,) seconds.
    """
    values, at = np.asarray(sharpness, np.float64), np.asarray(times, np.float64)
    if len(values) < 3:
        return np.ones(len(values))
    step = max(float(np.median(np.diff(at))), 1e-6)
    window = min(max(int(_AROUND_SECONDS / step) | 1, 3), len(values) | 1)
    usual = median_filter(values, window, mode="nearest")
    return np.clip(values / np.maximum(usual, 1e-6), 0.0, 1.0)


def on_clock(values: npt.ArrayLike, times: npt.ArrayLike, clock: npt.ArrayLike) -> FloatArray:
    """Return the values (N,) at ``times`` on a clock (T,), in a straight line between frames."""
    return np.interp(np.asarray(clock), np.asarray(times), np.asarray(values, np.float64))
