"""A colour scale for differences that also those see who do not tell red from green.

From dark blue over grey-violet and orange to light yellow: its lightness rises all the way
(after "inferno" and "cividis", van der Walt & Smith 2015, Nunez et al. 2018).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]

STOPS = np.array(
    [[0.13, 0.19, 0.36], [0.36, 0.31, 0.50], [0.67, 0.36, 0.40], [0.93, 0.52, 0.22],
     [0.99, 0.86, 0.44]]
)  # fmt: skip
"""(5, 3) sRGB at even steps."""


def heat_colors(values: npt.ArrayLike, low: float = 0.0, high: float = 1.0) -> FloatArray:
    """Colours (..., 3) in 0..1 of values (...); what is no number is the lowest colour."""
    share = (np.nan_to_num(np.asarray(values, np.float64), nan=low) - low) / max(high - low, 1e-12)
    at = np.clip(share, 0.0, 1.0) * (len(STOPS) - 1)
    return np.stack([np.interp(at, np.arange(len(STOPS)), STOPS[:, c]) for c in range(3)], axis=-1)
