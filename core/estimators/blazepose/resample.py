"""Samples at any times onto an even clock, smoothed without delay, short gaps bridged on the way.

Every value on the clock is that of a parabola fitted to the samples around it, near and sure ones
counting most (local polynomial regression, Cleveland 1979; at even times a Savitzky-Golay filter).
Where samples are missing the window opens until it reaches both sides of the gap.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]

_UNEVEN = 0.2  # steps that differ by more than this share make a variable frame rate
_WINDOW = 3.0  # widths of the kernel that are looked at
_MAX_SIDE = 24  # samples a side at most


def frame_rate(times: FloatArray) -> tuple[float, bool]:
    """Return the frames per second of (N,) ascending times, and whether they are even.

    Uneven times keep their usual step, so that the clock neither drops nor invents much.
    """
    if len(times) < 2:
        return 30.0, True
    steps = np.diff(times)
    mean = float(times[-1] - times[0]) / len(steps)
    if float(np.max(np.abs(steps - mean))) <= _UNEVEN * mean:
        return 1.0 / mean, True
    return float(np.clip(1.0 / np.median(steps), 1.0, 240.0)), False


@dataclass(frozen=True)
class Smoother:
    """A linear map from samples to values on a clock: a few weights a value."""

    index: npt.NDArray[np.int64]  # (K, S) samples each value is made of
    weights: FloatArray  # (K, S)

    def __call__(self, samples: npt.NDArray[np.floating]) -> FloatArray:
        """Return the values (K, ...) of samples (N, ...)."""
        flat = np.asarray(samples, np.float64).reshape(len(samples), -1)
        out = np.zeros((len(self.index), flat.shape[1]))
        for index, weight in zip(self.index.T, self.weights.T, strict=True):
            out += weight[:, None] * flat[index]
        return out.reshape(len(out), *samples.shape[1:])


def smoother(times: FloatArray, weights: FloatArray, clock: FloatArray, width: float) -> Smoother:
    """Return what takes samples at ``times`` (N,) to values on ``clock`` (K,).

    ``weights`` (N,) is how sure each sample is; ``width`` in seconds is the kernel's standard
    deviation: 0.04 s passes movements up to about 5 Hz.
    """
    num_samples = len(times)
    step = float(np.median(np.diff(times))) if num_samples > 1 else 1.0
    side = int(np.clip(np.ceil(_WINDOW * width / max(step, 1e-6)), 2, _MAX_SIDE))
    middle = np.searchsorted(times, clock)
    index = middle[:, None] + np.arange(-side, side)
    valid = (index >= 0) & (index < num_samples)
    index = np.clip(index, 0, num_samples - 1)
    away = times[index] - clock[:, None]  # (K, 2 side)
    before = clock - times[np.clip(middle - 1, 0, num_samples - 1)]
    after = times[np.clip(middle, 0, num_samples - 1)] - clock
    reach = np.maximum(np.abs(before), np.abs(after))
    in_gap = reach > 1.5 * step
    scale = np.maximum(width, np.where(in_gap, reach / 2, 0.0))[:, None]
    kernel = np.exp(-0.5 * (away / scale) ** 2) * valid * np.maximum(weights[index], 1e-3)
    x = away / scale
    # a parabola where samples lie on both sides close by, a line across gaps
    curved = np.where(in_gap, 0.0, 1.0)[:, None]
    basis = np.stack([np.ones_like(x), x, curved * x * x], axis=-1)
    normal = np.einsum("ks,ksi,ksj->kij", kernel, basis, basis)
    normal += np.diag([1e-9, 1e-6, 1e-3]) * np.maximum(kernel.sum(1), 1e-9)[:, None, None]
    first = np.linalg.solve(normal, np.broadcast_to([1.0, 0, 0], (len(clock), 3))[..., None])
    rows = kernel * np.einsum("ksi,ki->ks", basis, first[..., 0])
    total = rows.sum(1, keepdims=True)
    rows = rows / np.where(np.abs(total) < 1e-9, 1.0, total)
    return Smoother(index, rows)


def distance_to_samples(times: FloatArray, clock: FloatArray) -> FloatArray:
    """(K,) seconds from each time on the clock to the nearest sample."""
    after = np.clip(np.searchsorted(times, clock), 0, len(times) - 1)
    before = np.clip(after - 1, 0, len(times) - 1)
    return np.minimum(np.abs(times[after] - clock), np.abs(times[before] - clock))


def without_spikes(values: FloatArray, times: FloatArray, *, limit: float) -> FloatArray:
    """Replace samples (N, P, D) that leap away from both neighbours and back by their median.

    ``limit`` is the distance, in the values' unit, from the median of five that counts as a leap.
    Neighbours across a gap (more than three usual steps) are not compared.
    """
    num_samples = len(values)
    if num_samples < 5:
        return values
    index = np.clip(np.arange(num_samples)[:, None] + np.arange(-2, 3), 0, num_samples - 1)
    median = np.median(values[index], axis=1)
    leap = np.linalg.norm(values - median, axis=-1) > limit
    close = np.ptp(times[index], axis=1) < 3 * 4 * np.median(np.diff(times))
    return np.where((leap & close[:, None])[..., None], median, values)
