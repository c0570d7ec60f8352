"""Windows of clips for recognisers and metrics: one a clip, padded by its last frame."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from core.datasets.features import Features

FloatArray = npt.NDArray[np.float32]


def windows(
    features: Features, clips: Sequence[int], num_frames: int, rng: np.random.Generator
) -> FloatArray:
    """Draw a random window of each clip: (B, 25, 6, T), the path beginning at its first frame.

    A clip shorter than the window holds its last frame, as published.
    """
    out = np.empty((len(clips), 25, 6, num_frames), np.float32)
    frame = np.arange(num_frames)
    for place, index in enumerate(clips):
        clip = features.clip(int(index))
        start = int(rng.integers(0, max(len(clip) - num_frames, 0) + 1))
        rows = clip[np.minimum(start + frame, len(clip) - 1)]
        out[place] = np.moveaxis(rows, 0, -1)
    out[:, 24] -= out[:, 24, :, :1].copy()
    return out
