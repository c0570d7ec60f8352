"""Small motions and a synthetic SMPL body, made from nothing but numpy."""

from __future__ import annotations

from typing import Any

import numpy as np

from core.motion import Motion
from core.skeleton import JOINT_INDEX, NUM_JOINTS, PARENTS


def random_motion(num_frames: int = 6, seed: int = 0, **changes: Any) -> Motion:
    """A wild random motion of the free body, with betas."""
    rng = np.random.default_rng(seed)
    values: dict[str, Any] = {
        "poses": rng.normal(size=(num_frames, 24, 3)) * 0.7,
        "trans": rng.normal(size=(num_frames, 3)),
        "betas": rng.normal(size=10),
    }
    return Motion(**{**values, **changes})


def posed(**joints: tuple[float, float, float]) -> Motion:
    """One frame with the named joints turned by axis-angles; "both_x" mirrors to the right."""
    poses = np.zeros((1, 24, 3))
    for name, rotvec in joints.items():
        if name.startswith("both_"):
            poses[0, JOINT_INDEX["left_" + name[5:]]] = rotvec
            poses[0, JOINT_INDEX["right_" + name[5:]]] = np.array(rotvec) * [1, -1, -1]
        else:
            poses[0, JOINT_INDEX[name]] = rotvec
    return Motion(poses=poses, trans=np.zeros((1, 3)))


def synthetic_smpl(num_vertices: int = 300, num_shapes: int = 12, seed: int = 0) -> dict[str, Any]:
    """The arrays of an SMPL file (float64), random but of the right shapes."""
    rng = np.random.default_rng(seed)
    regressor = rng.random((NUM_JOINTS, num_vertices)) ** 8
    weights = rng.random((num_vertices, NUM_JOINTS)) ** 6
    parents = np.array([2**32 - 1, *PARENTS[1:]], np.uint32)
    return {
        "v_template": rng.normal(size=(num_vertices, 3)) * 0.3,
        "shapedirs": rng.normal(size=(num_vertices, 3, num_shapes)) * 0.01,
        "posedirs": rng.normal(size=(num_vertices, 3, 207)) * 0.001,
        "J_regressor": regressor / regressor.sum(axis=1, keepdims=True),
        "weights": weights / weights.sum(axis=1, keepdims=True),
        "f": rng.integers(0, num_vertices, (500, 3)).astype(np.uint32),
        "kintree_table": np.stack([parents, np.arange(NUM_JOINTS, dtype=np.uint32)]),
    }
