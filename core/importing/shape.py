"""Recognise SMPL's own skeleton in a file, and the shape of the body it was written with.

The rest joints of a body are linear in its betas, so a file's rest skeleton gives them back.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from core.body import BodyModel, default_body
from core.export.presets import PRESETS
from core.export.rest import A_POSE_DEGREES
from core.importing.frame import UNITS, Frame
from core.importing.origin import betas_of
from core.importing.reference import Reference
from core.importing.source import Array, Source
from core.motion import FREE_BODY_ID, NUM_BETAS
from core.rotation import rotvec_to_rotmat
from core.skeleton import JOINT_INDEX, NUM_JOINTS

MATCH = 5e-4  # metres a joint of the body's own skeleton may be off: rounding, not another body
MAX_BETA = 6.0


@dataclass(frozen=True)
class OwnBody:
    """betas (10,), rest joints (24, 3) metres, and metres a unit of the file."""

    betas: Array
    joints: Array
    metres_per_unit: float


def is_smpl_skeleton(source: Source, reference: Reference, index: dict[int, int]) -> bool:
    """Whether a file holds SMPL's joints under SMPL's names with axes parallel to the world.

    Then its rotations are SMPL's, whatever the body's shape, and must not be bent to another.
    """
    if len(index) < NUM_JOINTS or not reference.is_trusted:
        return False
    for joint, wanted in enumerate(PRESETS["smpl"].names):
        name = source.names[index[joint]].replace("_", "").lower()
        if not name.endswith(wanted.replace("_", "").lower()):  # "m_avg_L_Hip" as well
            return False
    columns = [index[joint] for joint in range(NUM_JOINTS)]
    return bool(np.abs(reference.rotations[columns] - np.eye(3)).max() < 0.02)


@lru_cache(maxsize=4)
def _joint_directions(body: BodyModel) -> Array:
    """(72, 10) derivative of the rest joints by the betas."""
    shaped = np.einsum("jv,vck->jck", body.joint_regressor, body.shapedirs)
    return np.asarray(shaped, np.float64).reshape(-1, NUM_BETAS)


def fit_own_body(
    joints: Array, units: tuple[float, ...], body: BodyModel | None = None
) -> OwnBody | None:
    """Return the body whose rest joints these (24, 3) are in one of the units, or None.

    joints: in y-up axes facing +Z, anywhere in the world, rest pose as SMPL's.
    """
    body = body or default_body()
    mean = body.rest_joints.astype(np.float64)
    towards = _joint_directions(body)
    relative = towards - np.tile(towards[:3], (NUM_JOINTS, 1))
    for metres in units:
        wanted = (joints - joints[0]) * metres - (mean - mean[0])
        if np.abs(wanted).max() > 0.6:
            continue
        ridge = 1e-5 * np.eye(NUM_BETAS)  # shapes that hardly move a joint stay at the mean
        system = np.concatenate([relative, ridge])
        target = np.concatenate([wanted.reshape(-1), np.zeros(NUM_BETAS)])
        betas = np.linalg.lstsq(system, target, rcond=None)[0]
        off = (relative @ betas).reshape(NUM_JOINTS, 3) - wanted
        if np.abs(off).max() <= MATCH and np.abs(betas).max() <= MAX_BETA:
            rest = mean + (towards @ betas).reshape(NUM_JOINTS, 3)
            return OwnBody(betas, rest, metres)
    return None


def own_body(
    source: Source, reference: Reference, index: dict[int, int], frame: Frame
) -> tuple[OwnBody | None, Reference]:
    """Recognise SMPL's own skeleton, in T-pose or in this program's A-pose.

    Returns the body, or None, and the reference in T-pose.
    """
    if len(index) < NUM_JOINTS or not reference.is_trusted:
        return None, reference
    units = (frame.metres_per_unit, *(u for u in UNITS.values() if u != frame.metres_per_unit))
    raised = _arms_raised(reference, index)
    if str(source.origin.get("body_id", FREE_BODY_ID)) != FREE_BODY_ID:
        # another body's skeleton: its joints cannot be known here, but it is SMPL's by its origin
        is_a = source.origin.get("rest_pose") == "a"
        rest = default_body().rest_joints.astype(np.float64)
        betas = np.array(betas_of(source.origin) or np.zeros(10))
        return OwnBody(betas, rest, frame.metres_per_unit), raised if is_a else reference
    for candidate in (reference, raised):
        joints = candidate.positions[[index[j] for j in range(NUM_JOINTS)]]
        own = fit_own_body(joints, units)
        if own is not None:
            return own, candidate
    return None, reference


def _arms_raised(reference: Reference, index: dict[int, int]) -> Reference:
    """Lift the arms from this program's A-pose to the T-pose."""
    rotations, positions = reference.rotations.copy(), reference.positions.copy()
    for side, sign in (("left", 1.0), ("right", -1.0)):
        turn = rotvec_to_rotmat(np.array([0.0, 0.0, sign * np.radians(A_POSE_DEGREES)]))
        arm = [index[JOINT_INDEX[f"{side}_{p}"]] for p in ("shoulder", "elbow", "wrist", "hand")]
        pivot = reference.positions[arm[0]]
        rotations[arm] = turn @ rotations[arm]
        positions[arm] = pivot + (positions[arm] - pivot) @ turn.T
    return Reference(
        rotations, positions, reference.origin, reference.first_frame, reference.is_trusted
    )
