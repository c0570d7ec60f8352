"""Filters over time that several steps share: zero-phase, and whole up to the ends of a clip."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]


def gaussian(values: npt.NDArray[Any], sigma_frames: float) -> FloatArray:
    """Smooth (T, ...) over time; odd reflection at the ends keeps slopes and end values.

    In numpy, not scipy: the window measures contacts before its first frame.
    """
    values = np.asarray(values, np.float64)
    count = len(values)
    if sigma_frames < 0.1 or count < 3:
        return values
    kernel = gaussian_kernel(sigma_frames)
    reach = min(len(kernel) // 2, count - 1)
    middle = len(kernel) // 2
    kernel = kernel[middle - reach : middle + reach + 1]
    kernel = kernel / kernel.sum()
    before = 2 * values[:1] - values[reach:0:-1]
    after = 2 * values[-1:] - values[-2 : -reach - 2 : -1]
    padded = np.concatenate([before, values, after])
    smooth = np.zeros_like(values)
    for offset, weight in enumerate(kernel):
        smooth += weight * padded[offset : offset + count]
    return smooth


def gaussian_kernel(sigma_frames: float) -> FloatArray:
    """(K,) weights of a Gaussian, cut at 4 sigma, summing to 1; sigma 0 gives (1,)."""
    reach = int(np.ceil(4 * sigma_frames)) if sigma_frames >= 0.1 else 0
    offset = np.arange(-reach, reach + 1)
    kernel = np.exp(-0.5 * (offset / max(sigma_frames, 1e-9)) ** 2)
    return np.asarray(kernel / kernel.sum())


def smoothstep(x: npt.NDArray[Any]) -> FloatArray:
    """0 below 0, 1 above 1, an S in between."""
    x = np.clip(x, 0.0, 1.0)
    return np.asarray(x * x * (3 - 2 * x), np.float64)


def runs(mask: npt.NDArray[Any]) -> list[tuple[int, int]]:
    """Return the stretches of True in (T,) as (first, past the last)."""
    edges = np.diff(np.concatenate([[0], np.asarray(mask, bool).astype(np.int8), [0]]))
    starts, ends = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)
    return [(int(a), int(b)) for a, b in zip(starts, ends, strict=True)]


def without_short(mask: npt.NDArray[Any], frames: int, value: bool = True) -> BoolArray:
    """Drop the runs of ``value`` in (T,) that are shorter than ``frames``."""
    out = np.array(mask, bool)
    for first, last in runs(out == value):
        # a run that is cut by the clip's end may go on beyond it
        if last - first < frames and first > 0 and last < len(out):
            out[first:last] = not value
    return out


def hysteresis(sure: npt.NDArray[Any], possible: npt.NDArray[Any]) -> BoolArray:
    """Keep the runs of ``possible`` (T,) that hold at least one ``sure`` frame (Canny 1986)."""
    out = np.zeros(len(possible), bool)
    certain = np.asarray(sure, bool)
    for first, last in runs(possible):
        out[first:last] = certain[first:last].any()
    return out


def lower_envelope(values: npt.NDArray[Any], frames: int) -> FloatArray:
    """(T,) opening of values (T,): the lowest near by, within ``frames``."""
    size = max(int(frames) | 1, 1)
    lowest = _windows(np.asarray(values, np.float64), size).min(axis=1)
    return np.asarray(_windows(lowest, size).max(axis=1))


def _windows(values: FloatArray, size: int) -> FloatArray:
    """(T, size) the values around each, the ends held."""
    padded = np.pad(values, size // 2, mode="edge")
    return np.lib.stride_tricks.sliding_window_view(padded, size)
