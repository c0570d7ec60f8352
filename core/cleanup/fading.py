"""Corrections that are exact in stretches of a clip and fade away between them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from core.cleanup.signals import smoothstep

FloatArray = npt.NDArray[np.float64]

BLEND_SECONDS = 0.2
"""How long a correction takes to fade: six frames of video, as clean-up guides advise."""


def fade(offsets: FloatArray, spans: list[tuple[int, int]], fps: float) -> None:
    """Fill (T, D) between the ``spans`` (first, past the last), in place.

    Each end fades to nothing, or into the next one's beginning where that is near.
    """
    count, frames = len(offsets), max(round(BLEND_SECONDS * fps), 1)
    ends = [(0, None)] + [(stop, stop - 1) for _, stop in spans]
    starts = [(first, first) for first, _ in spans] + [(count, None)]
    for (first, left), (stop, right) in zip(ends, starts, strict=True):
        if stop <= first:
            continue
        inside = np.arange(first, stop)
        reach = frames if left is None or right is None else min(frames, stop - first + 1)
        filled = np.zeros((stop - first, offsets.shape[1]))
        if left is not None:
            filled += (1 - smoothstep((inside - left) / reach))[:, None] * offsets[left]
        if right is not None:
            filled += (1 - smoothstep((right - inside) / reach))[:, None] * offsets[right]
        offsets[first:stop] = filled
