"""glTF's animation samplers at evenly spaced times.

Times are float32 in the file; at 60 s their rounding alone would move a fast hand by millimetres,
so times that lie on an even grid are taken as the grid's own.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.errors import FileProblem
from core.importing.source import Array, checked_density, nice_fps
from core.rotation import slerp_quat

SPARSE = 9.0  # keys a second below which they are drawn by hand, not recorded
_NEAR = 0.01  # of a frame: times this near to the grid are meant to lie on it


@dataclass(frozen=True)
class Track:
    """Keys of one property: times (K,), values (K, W); CUBICSPLINE has tangents too (3 K, W)."""

    times: Array
    values: Array
    interpolation: str


def times_of(tracks: list[Track], file: str, told: float | None = None) -> tuple[Array, float]:
    """Return even times (T,) in seconds that hold every key, and the rate.

    ``told``: the rate the file itself names; believed where every key then is a frame.
    """
    every = np.unique(np.concatenate([track.times for track in tracks]))
    if (np.diff(max(tracks, key=lambda t: len(t.times)).times) < 0).any():
        raise FileProblem(f"{file} is damaged: its times run backwards.", "Export it again.")
    if len(every) < 2:
        return every, 30.0
    steps = np.diff(every)
    step = float(np.median(steps[steps > 1e-5])) if (steps > 1e-5).any() else 1.0 / 30.0
    span = float(every[-1] - every[0])
    # the mean over the whole clip is exact to the last key; one float32 step is not
    count = round(span / step)
    if count and abs(span / count - step) < 0.01 * step:
        step = span / count
    fps = nice_fps(step) if step < 1.0 / SPARSE else 30.0
    if told is not None and 0.1 <= told <= 10_000 and round(span * told) + 1 == len(every):
        fps = told
    frames = round(span * fps) + 1
    checked_density(frames, len(every), file)
    return every[0] + np.arange(frames) / fps, fps


def sampled(track: Track, times: Array, width: int) -> Array:
    """(T, width) values at the times; rotations (width 4) go the short way round."""
    keys = track.times
    values = track.values
    tangents = None
    if track.interpolation == "CUBICSPLINE":
        triples = values.reshape(-1, 3, values.shape[-1])
        tangents, values = triples[:, [0, 2]], triples[:, 1]
    if len(values) != len(keys) or values.shape[-1] != width:
        raise ValueError("keys and values differ")
    if len(keys) == 1:
        return np.repeat(values, len(times), axis=0)
    after = np.clip(np.searchsorted(keys, times, side="right"), 1, len(keys) - 1)
    before = after - 1
    span = np.maximum(keys[after] - keys[before], 1e-12)
    fraction = np.clip((times - keys[before]) / span, 0.0, 1.0)
    slack = np.minimum(_NEAR / np.maximum(span / _step(times), 1e-9), 0.4)
    fraction = np.where(fraction < slack, 0.0, np.where(fraction > 1 - slack, 1.0, fraction))
    a, b = values[before], values[after]
    if track.interpolation == "STEP":
        return np.where((fraction >= 1.0)[:, None], b, a)
    if tangents is not None:
        return _cubic(a, b, tangents[before, 1], tangents[after, 0], fraction, span)
    if width == 4:
        return slerp_quat(a, b, fraction)
    return a + fraction[:, None] * (b - a)


def _step(times: Array) -> float:
    return float(times[1] - times[0]) if len(times) > 1 else 1.0


def _cubic(a: Array, b: Array, out: Array, into: Array, fraction: Array, span: Array) -> Array:
    """Hermite splines as the format defines them: tangents times the span between the keys."""
    t = fraction[:, None]
    out, into = out * span[:, None], into * span[:, None]
    value = (2 * t**3 - 3 * t**2 + 1) * a + (t**3 - 2 * t**2 + t) * out
    return np.asarray(value + (-2 * t**3 + 3 * t**2) * b + (t**3 - t**2) * into)
