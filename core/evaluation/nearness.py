"""Whether samples cover the data, and whether they only repeat it.

Coverage is that of Naeem et al., "Reliable Fidelity and Diversity Metrics for Generative Models"
(ICML 2020), on a recogniser's features. Memorisation compares poses themselves: how near a clip's
closest training clip is, beside how near that of a held-out real clip is. Must not import torch.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from core.body import joint_positions
from core.motion import Motion

FloatArray = npt.NDArray[np.floating[Any]]
NEIGHBOURS = 5
SAMPLED_FRAMES = 15


def coverage(real: FloatArray, made: FloatArray, neighbours: int = NEIGHBOURS) -> float:
    """Share of real features (N, D) with a made one (M, D) no farther than its k-th neighbour."""
    from scipy.spatial import cKDTree

    count = min(neighbours, len(real) - 1)
    if count < 1 or not len(made):
        return 0.0
    reach = cKDTree(real).query(real, count + 1)[0][:, -1]
    nearest = cKDTree(made).query(real, 1)[0]
    return float((nearest <= reach).mean())


def joint_paths(motions: Sequence[Motion], frames: int = SAMPLED_FRAMES) -> FloatArray:
    """(N, frames * 72) joints at evenly spread frames, metres: from the pelvis' first place, the
    body first facing +Z."""
    rows = [_path(motion, frames) for motion in motions]
    return np.stack(rows) if rows else np.zeros((0, frames * 72))


def nearest_cm(made: FloatArray, known: FloatArray) -> FloatArray:
    """(M,) centimetres (root mean square over joints and frames) to the nearest known clip."""
    from scipy.spatial import cKDTree

    if not len(known):
        return np.full(len(made), np.inf)
    distance = cKDTree(known).query(made, 1)[0]
    return np.asarray(100 * distance / np.sqrt(made.shape[1] / 3))


def _path(motion: Motion, frames: int) -> FloatArray:
    at = np.linspace(0, motion.num_frames - 1, frames).round().astype(int)
    joints = np.asarray(joint_positions(motion), np.float64)[at]
    joints = joints - joints[0, 0]
    left = joints[0, 1] - joints[0, 2]  # from the right hip to the left
    angle = np.arctan2(left[2], left[0])  # about +Y, so that left lies along +X
    cos, sin = np.cos(angle), np.sin(angle)
    turn = np.array([[cos, 0.0, sin], [0.0, 1.0, 0.0], [-sin, 0.0, cos]])
    return np.asarray((joints @ turn.T).ravel())
