"""Curves through key values: eased splines, smooth noise. Vectorised over frames and channels."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]


SOFTNESS_SECONDS = 0.028
"""Blur of everything but the feet, which must stand still to the millimetre."""


def eased(times: FloatArray, values: FloatArray, at: FloatArray) -> FloatArray:
    """Interpolate keys (K,), (K, C) at times (T,) -> (T, C), flat at extremes and holds.

    Monotone cubic Hermite (Fritsch and Carlson 1980): no overshoot beyond the keys, so a value held
    over two keys stays exactly put. Outside the keys the end values are held.
    """
    if len(times) == 1:
        return np.repeat(values, len(at), axis=0)
    h = np.diff(times)[:, None]
    d = np.diff(values, axis=0) / h
    slopes = np.zeros_like(values)
    if len(times) > 2:
        w1, w2 = 2 * h[1:] + h[:-1], h[1:] + 2 * h[:-1]
        same = d[:-1] * d[1:] > 0
        safe0, safe1 = np.where(same, d[:-1], 1.0), np.where(same, d[1:], 1.0)
        slopes[1:-1] = np.where(same, (w1 + w2) / (w1 / safe0 + w2 / safe1), 0.0)
    k = np.clip(np.searchsorted(times, at, side="right") - 1, 0, len(times) - 2)
    s = np.clip((at - times[k]) / (times[k + 1] - times[k]), 0.0, 1.0)[:, None]
    s2, s3 = s * s, s * s * s
    return np.asarray(
        (2 * s3 - 3 * s2 + 1) * values[k]
        + (s3 - 2 * s2 + s) * h[k] * slopes[k]
        + (3 * s2 - 2 * s3) * values[k + 1]
        + (s3 - s2) * h[k] * slopes[k + 1]
    )


def softened(values: FloatArray, sigma_frames: float) -> FloatArray:
    """Blur (T, C) along time with a Gaussian, ends held: takes the corners off accelerations."""
    if sigma_frames <= 0.05 or len(values) < 3:
        return values
    radius = int(np.ceil(3 * sigma_frames))
    x = np.arange(-radius, radius + 1)
    kernel = np.exp(-0.5 * (x / sigma_frames) ** 2)
    kernel /= kernel.sum()
    padded = np.concatenate(
        [np.repeat(values[:1], radius, 0), values, np.repeat(values[-1:], radius, 0)]
    )
    windows = np.lib.stride_tricks.sliding_window_view(padded, len(kernel), axis=0)
    return np.asarray(windows @ kernel)


def drift(
    rng: np.random.Generator, at: FloatArray, channels: int, *, low: float = 0.1, high: float = 0.7
) -> FloatArray:
    """Smooth noise (T, C) of about unit size: four sines of ``low``..``high`` Hz a channel."""
    frequency = rng.uniform(low, high, (4, channels))
    phase = rng.uniform(0, 2 * np.pi, (4, channels))
    waves = np.sin(2 * np.pi * frequency * at[:, None, None] + phase)
    return np.asarray(waves.sum(axis=1) / np.sqrt(2.0))


def smoothstep(x: FloatArray | float) -> FloatArray:
    """Quintic 0..1 step with flat ends in slope and curvature."""
    x = np.clip(np.asarray(x, np.float64), 0.0, 1.0)
    return np.asarray(x * x * x * (x * (6 * x - 15) + 10))
