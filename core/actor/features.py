"""Between a motion and the network's input: 24 rotations as 6D rows, and the root's path.

Rows 0..23 hold the first two rows of each joint's rotation matrix, row 24 the root translation
relative to the first frame in its first three numbers (the published data layout).
Must not import torch: the network's modules convert.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from core.errors import ModelProblem
from core.motion import Motion, Provenance
from core.rotation import (
    rot6d_rows_to_rotmat,
    rotmat_to_rot6d_rows,
    rotmat_to_rotvec,
    rotvec_to_rotmat,
)
from core.skeleton import NUM_JOINTS

NUM_ROWS = NUM_JOINTS + 1
NUM_FEATURES = 6
FloatArray = npt.NDArray[np.float32]


def motion_to_features(motion: Motion) -> FloatArray:
    """Return (25, 6, T) float32: 6D rotation rows, then [x, y, z, 0, 0, 0] from the first frame."""
    features = np.zeros((NUM_ROWS, NUM_FEATURES, motion.num_frames), np.float32)
    rot6d = rotmat_to_rot6d_rows(rotvec_to_rotmat(motion.poses))  # (T, 24, 6)
    features[:NUM_JOINTS] = np.moveaxis(rot6d, 0, -1)
    features[NUM_JOINTS, :3] = (motion.trans - motion.trans[0]).T
    return features


def features_to_motion(
    features: npt.NDArray[Any],
    *,
    fps: float = 30.0,
    start: npt.ArrayLike | None = None,
    provenance: Provenance | None = None,
) -> Motion:
    """Turn (25, 6, T) back into a motion.

    start (3,) is the first frame's root translation in metres; None places the body over the
    origin with the lowest sole of the clip on the floor y = 0. Raises ModelProblem on a shape that
    is not (25, 6, T) and StudioError on numbers that are not finite.
    """
    origins = None if provenance is None else [provenance]
    return features_to_motions(
        np.asarray(features)[None], fps=fps, start=start, provenances=origins
    )[0]


def features_to_motions(
    features: npt.NDArray[Any],
    *,
    fps: float = 30.0,
    start: npt.ArrayLike | None = None,
    provenances: Sequence[Provenance] | None = None,
) -> list[Motion]:
    """Turn (B, 25, 6, T) into B motions; start (3,) or (B, 3). See :func:`features_to_motion`."""
    features = np.asarray(features, dtype=np.float32)
    if features.ndim != 4 or features.shape[1:3] != (NUM_ROWS, NUM_FEATURES):
        raise ModelProblem(
            f"The features have shape {features.shape[1:]}, not ({NUM_ROWS}, {NUM_FEATURES}, T).",
            "The checkpoint was trained on another layout; choose one with 25 x 6 features.",
        )
    rotmats = rot6d_rows_to_rotmat(np.moveaxis(features[:, :NUM_JOINTS], -1, 1))
    poses = rotmat_to_rotvec(rotmats)  # (B, T, 24, 3)
    paths = np.moveaxis(features[:, NUM_JOINTS, :3], -1, 1)  # (B, T, 3)
    paths = paths - paths[:, :1]
    if start is not None:
        paths = paths + np.atleast_2d(np.asarray(start, np.float32))[:, None]
    motions = [
        Motion(
            poses=poses[i],
            trans=paths[i],
            fps=fps,
            provenance=provenances[i] if provenances else Provenance(kind="generated"),
        )
        for i in range(len(features))
    ]
    return motions if start is not None else [placed_on_floor(motion) for motion in motions]


def turned_over(features: FloatArray) -> FloatArray:
    """Turn (..., 25, 6, T) by half a turn about x: from y down (VIBE's camera) to y up, or back.

    Only the root turns: of its rotation's two rows the second changes sign, of its path y and z.
    """
    turned = features.copy()
    turned[..., 0, 3:, :] *= -1.0
    turned[..., NUM_JOINTS, 1:3, :] *= -1.0
    return turned


def placed_on_floor(motion: Motion) -> Motion:
    """Move the clip as a whole so that its lowest sole stands on y = 0."""
    from core.body import floor_height  # deferred: making features needs no body

    trans = motion.trans.copy()
    trans[:, 1] -= floor_height(motion)
    return motion.replace(trans=trans)
