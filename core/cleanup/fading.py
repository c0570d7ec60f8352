"""Corrections that are exact in stretches of a clip and fade away between them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from core.cleanup.signals import smoothstep

FloatArray = npt.NDArray[np.float64]

BLEND_SECONDS = 0.2
"""How long a correction takes to fade: six frames of video, as clean-up guides advise."""

_COAST_SECONDS = 0.05


def fade(offsets: FloatArray, spans: list[tuple[int, int]], fps: float) -> None:
    """Fill (T, D) between the ``spans`` (first, past the last), in place.

    Each end goes on as it was moving, slows down and fades to nothing, or into the next one's
    beginning where that is near.
    """
    count, frames = len(offsets), max(round(BLEND_SECONDS * fps), 1)
    ends = [(0, None)] + [(stop, (first, stop - 1)) for first, stop in spans]
    starts = [(first, (stop - 1, first)) for first, stop in spans] + [(count, None)]
    for (first, left), (stop, right) in zip(ends, starts, strict=True):
        if stop <= first:
            continue
        inside = np.arange(first, stop)
        reach = frames if left is None or right is None else min(frames, stop - first + 1)
        filled = np.zeros((stop - first, offsets.shape[1]))
        for side in (left, right):
            if side is not None:
                filled += _faded(offsets, *side, inside, reach, _COAST_SECONDS * fps)
        offsets[first:stop] = filled


def _faded(
    offsets: FloatArray,
    far: int,
    end: int,
    inside: npt.NDArray[np.int64],
    reach: int,
    coast: float,
) -> FloatArray:
    """(N, D) of a span from ``far`` to ``end`` going on into the frames ``inside`` beside it."""
    away = np.abs(inside - end).astype(np.float64)
    velocity = offsets[end] - offsets[end + (1 if end < far else -1)] if far != end else 0.0
    going_on = offsets[end] + (coast * (1 - np.exp(-away / coast)))[:, None] * velocity
    return np.asarray((1 - smoothstep(away / reach))[:, None] * going_on)
