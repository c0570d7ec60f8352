"""From global rotations of the joints a source has to local ones of all 24."""

from __future__ import annotations

import numpy as np

from core.importing.source import Array
from core.rotation import quat_to_rotmat, rotmat_to_quat, slerp_quat
from core.skeleton import JOINT_INDEX, NUM_JOINTS, PARENTS


def local_rotations(rotations: Array, known: list[int], spread_spine: bool) -> Array:
    """(T, 24, 3, 3) global -> local; unknown joints follow their parent or share the way."""
    rotations = rotations.copy()
    have = set(known)
    shared = _shared(have) if spread_spine else {}
    for joint in range(1, NUM_JOINTS):
        if joint in have:
            continue
        parent = PARENTS[joint]
        if joint in shared:
            below, fraction = shared[joint]
            a, b = rotmat_to_quat(rotations[:, parent]), rotmat_to_quat(rotations[:, below])
            rotations[:, joint] = quat_to_rotmat(slerp_quat(a, b, np.array(fraction)))
        else:
            rotations[:, joint] = rotations[:, parent]
    local = rotations.copy()
    for joint in range(1, NUM_JOINTS):
        local[:, joint] = rotations[:, PARENTS[joint]].swapaxes(-1, -2) @ rotations[:, joint]
    return local


def _shared(have: set[int]) -> dict[int, tuple[int, float]]:
    """Unknown joint of the trunk -> (the next known one above it, its share of the way)."""
    trunk = [JOINT_INDEX[n] for n in ("spine1", "spine2", "spine3", "neck", "head")]
    out = {}
    for i, joint in enumerate(trunk):
        above = next((k for k, other in enumerate(trunk[i:], start=i) if other in have), None)
        if joint not in have and above is not None:
            out[joint] = trunk[above], 1.0 / (above - i + 1)
    return out
