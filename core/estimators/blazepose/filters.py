"""The few filters over time that are needed, in numpy: scipy takes longer to import than to run."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]


def gaussian(values: FloatArray, sigma: float) -> FloatArray:
    """Smooth (T, ...) along time with a Gaussian of ``sigma`` frames, the ends held."""
    reach = max(round(4 * sigma), 1)
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / max(sigma, 1e-9)) ** 2)
    kernel /= kernel.sum()
    index = np.arange(-reach, len(values) + reach)
    padded = values[np.clip(index, 0, len(values) - 1)]
    out = np.zeros(values.shape)
    for shift, weight in enumerate(kernel):
        out += weight * padded[shift : shift + len(values)]
    return out


def lowest(values: FloatArray, size: int) -> FloatArray:
    """(T,) the smallest of the ``size`` (odd) values around each of (T,), the ends held."""
    half = size // 2
    index = np.clip(np.arange(-half, len(values) + half), 0, len(values) - 1)
    windows = np.lib.stride_tricks.sliding_window_view(values[index], 2 * half + 1)
    return np.asarray(windows.min(axis=-1))


def solve_chain(diagonal: FloatArray, right: FloatArray) -> FloatArray:
    """Solve A x = right (T, D) for the matrix with ``diagonal`` (T,) and -1 beside it.

    Thomas' algorithm; A must be diagonally dominant.
    """
    num_rows = len(diagonal)
    ratio, out = np.empty(num_rows), np.array(right, np.float64)
    ratio[0] = -1 / diagonal[0]
    out[0] /= diagonal[0]
    for row in range(1, num_rows):
        pivot = diagonal[row] + ratio[row - 1]
        ratio[row] = -1 / pivot
        out[row] = (out[row] + out[row - 1]) / pivot
    for row in range(num_rows - 2, -1, -1):
        out[row] -= ratio[row] * out[row + 1]
    return out
