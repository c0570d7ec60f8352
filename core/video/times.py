"""Times of a video's frames that can be believed, or else made even.

Some files carry times that stand still, or leap by hours: exported by broken tools, or cut without
being written anew. Everything after decoding divides by their steps.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]

SLOWEST, FASTEST = 1.0, 1000.0  # frames a second that a video of a person may have
_USUAL = 30.0


def believable(times: FloatArray, declared_fps: float) -> FloatArray:
    """Return the times (N,) in seconds, ascending, made even where they cannot be true.

    They cannot where the usual step or the mean one is none that a camera has. Then the frames are
    taken to be even at the rate the file declares, or at 30 a second where that is no better.
    """
    if len(times) < 2:
        return times
    steps = np.diff(times)
    rates = 1 / np.maximum([np.median(steps), steps.mean()], 1e-12)
    if rates.min() >= SLOWEST and rates.max() <= FASTEST:
        return times
    fps = declared_fps if SLOWEST <= declared_fps <= FASTEST else _USUAL
    return np.asarray(np.arange(len(times)) / fps, np.float64)
