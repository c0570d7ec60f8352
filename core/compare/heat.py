"""The one colour scale for differences: bodies, ribbons and keys all take it from here.

From the grey of an unmarked body over yellow and orange to a dark magenta: it reads on the dark
ground of the window, where a scale that begins dark would not, and on white paper. Lightness falls
at the hot end, so that the order is kept for colour-blind eyes and in black and white print.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]

STOPS: tuple[str, ...] = ("#8f97a8", "#b3ab8a", "#ecc14b", "#f5893c", "#e84a52", "#c62d78")
"""sRGB at even steps, from alike to far apart."""

_RGB = np.array([[int(c[i : i + 2], 16) / 255 for i in (1, 3, 5)] for c in STOPS])


def heat_colors(values: npt.ArrayLike) -> FloatArray:
    """Colours (..., 3) sRGB 0..1 of values (...) 0..1; what is no number is the coldest."""
    at = np.clip(np.nan_to_num(np.asarray(values, np.float64)), 0.0, 1.0)
    places = np.linspace(0.0, 1.0, len(_RGB))
    return np.stack([np.interp(at, places, _RGB[:, k]) for k in range(3)], axis=-1)
