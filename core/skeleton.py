"""SMPL's joint tree: names, parents, mirror pairs and depth levels.

The order is SMPL's own (Loper et al. 2015) and is used by every array in the program.
"""

from __future__ import annotations

import numpy as np

JOINT_NAMES: tuple[str, ...] = (
    "pelvis", "left_hip", "right_hip", "spine1", "left_knee", "right_knee",
    "spine2", "left_ankle", "right_ankle", "spine3", "left_foot", "right_foot",
    "neck", "left_collar", "right_collar", "head", "left_shoulder", "right_shoulder",
    "left_elbow", "right_elbow", "left_wrist", "right_wrist", "left_hand", "right_hand",
)  # fmt: skip
PARENTS: tuple[int, ...] = (
    -1, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9, 12, 13, 14, 16, 17, 18, 19, 20, 21,
)  # fmt: skip
NUM_JOINTS = len(PARENTS)
JOINT_INDEX: dict[str, int] = {name: i for i, name in enumerate(JOINT_NAMES)}

CHILDREN: tuple[tuple[int, ...], ...] = tuple(
    tuple(c for c, p in enumerate(PARENTS) if p == j) for j in range(NUM_JOINTS)
)


def _levels() -> tuple[tuple[int, ...], ...]:
    depth = [0] * NUM_JOINTS
    for joint, parent in enumerate(PARENTS):
        depth[joint] = 0 if parent < 0 else depth[parent] + 1
    return tuple(
        tuple(j for j in range(NUM_JOINTS) if depth[j] == d) for d in range(max(depth) + 1)
    )


LEVELS: tuple[tuple[int, ...], ...] = _levels()
"""Joints by depth in the tree: forward kinematics goes level by level, not joint by joint."""


def _mirror() -> tuple[int, ...]:
    def other(name: str) -> str:
        if name.startswith("left_"):
            return "right_" + name[5:]
        return "left_" + name[6:] if name.startswith("right_") else name

    return tuple(JOINT_INDEX[other(name)] for name in JOINT_NAMES)


MIRROR: tuple[int, ...] = _mirror()
"""Index of the joint on the other side (itself for the middle joints)."""

PARENTS_ARRAY = np.array(PARENTS, dtype=np.int64)
PARENTS_ARRAY.flags.writeable = False
