"""Between a motion and the network's input: 24 rotations as 6D rows, and the root's path.

Rows 0..23 hold the first two rows of each joint's rotation matrix, row 24 the root translation
relative to the first frame in its first three numbers (facts of the published data layout).
Must not import torch: the network room converts.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from core.errors import ModelProblem
from core.motion import FREE_BODY_ID, NUM_BETAS, Motion, Provenance
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
    betas: npt.ArrayLike | None = None,
    body_id: str = FREE_BODY_ID,
    provenance: Provenance | None = None,
) -> Motion:
    """Turn (25, 6, T) back into a motion.

    start (3,) is the first frame's root translation in metres; None places the body over the
    origin with the lowest sole of the clip on the floor y = 0. Raises ModelProblem on a shape that
    is not (25, 6, T) and StudioError on numbers that are not finite.
    """
    features = np.asarray(features, dtype=np.float32)
    if features.ndim != 3 or features.shape[:2] != (NUM_ROWS, NUM_FEATURES):
        raise ModelProblem(
            f"The features have shape {features.shape}, not ({NUM_ROWS}, {NUM_FEATURES}, T).",
            "The checkpoint was trained on another layout; choose one with 25 x 6 features.",
        )
    rotmats = rot6d_rows_to_rotmat(np.moveaxis(features[:NUM_JOINTS], -1, 0))  # (T, 24, 3, 3)
    path = features[NUM_JOINTS, :3].T
    motion = Motion(
        poses=rotmat_to_rotvec(rotmats),
        trans=path - path[0] + (0.0 if start is None else np.asarray(start, np.float32)),
        betas=np.zeros(NUM_BETAS, np.float32) if betas is None else betas,  # type: ignore[arg-type]
        fps=fps,
        body_id=body_id,
        provenance=provenance or Provenance(kind="generated"),
    )
    return motion if start is not None else placed_on_floor(motion)


def placed_on_floor(motion: Motion) -> Motion:
    """Move the clip as a whole so that its lowest sole stands on y = 0."""
    from core.body import floor_height  # deferred: the body is not needed to make features

    trans = motion.trans.copy()
    trans[:, 1] -= floor_height(motion)
    return motion.replace(trans=trans)
