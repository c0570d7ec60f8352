"""Where the floor is under somebody who stands, walks and jumps on it.

People are taken to be on one level floor but for jumps: stairs and furniture are not known.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from core.estimators.blazepose.filters import gaussian, lowest

FloatArray = npt.NDArray[np.float64]

_JUMP_SECONDS = 0.9  # feet come down again within this time, or it was no jump
_SETTLE_SECONDS = 0.05  # how quickly the floor may rise and sink under the feet
_HOVERING, _JUMPING = 0.08, 0.2  # metres above the lowest level near by


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
